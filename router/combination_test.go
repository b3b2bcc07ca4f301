package router_test

import (
	"context"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

func anybody[C any](name string, scheme *mortise.Dependency) *mortise.Dependency {
	return mortise.Depends(func(context.Context, C) (string, error) { return name, nil }, scheme)
}

func TestLocksThatNoRequestCanOpenAreMistakes(t *testing.T) { // S39
	t.Parallel()
	named := func(name string) security.SchemeConfig { return security.SchemeConfig{Name: name} }
	flows := openapi.OAuthFlows{ClientCredentials: &openapi.OAuthFlow{TokenURL: "https://id.example.com/token"}}
	bearer, basic := anybody[security.BearerToken]("bearer", security.Bearer(named("b"))), anybody[security.BasicCredentials]("basic", security.Basic(named("p")))
	one, two := anybody[security.BearerToken]("one", security.OAuth2(flows, named("one"))), anybody[security.BearerToken]("two", security.OAuth2(flows, named("two")))
	key := anybody[security.APIKey]("key", security.APIKeyHeader("X-Key", named("key")))
	authorization := anybody[security.APIKey]("raw", security.APIKeyHeader("authorization", named("raw")))
	for name, tt := range map[string]struct {
		lock *mortise.Dependency
		want string
	}{
		"Bearer and Basic":           {security.AllOf[string](bearer, basic), "b and p are both sent in Authorization"},
		"two OAuth 2.0 schemes":      {security.AllOf[string](one, two), "one and two are both sent in Authorization"},
		"a key in Authorization":     {security.AllOf[string](bearer, authorization), "b and raw are both sent in Authorization"},
		"as one of two alternatives": {security.AnyOf[string](key, security.AllOf[string](bearer, basic)), "b and p are both sent in Authorization"},
		"Bearer and OAuth 2.0":       {security.AllOf[string](bearer, one), ""},
		"Bearer and a key":           {security.AllOf[string](bearer, key), ""},
		"either":                     {security.AnyOf[string](bearer, basic, one, two, key), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := mortise.New("Combinations", "1")
			mortise.Get(api, "/x", gives("x"), tt.lock)
			if tt.want == "" {
				built(t, api)
				return
			}
			wrong(t, api, tt.want, "a request has only one", "with AnyOf")
		})
	}
	t.Run("by two guards", func(t *testing.T) {
		t.Parallel()
		api := mortise.New("Combinations", "1")
		mortise.Get(api.Group("/g", bearer), "/x", gives("x"), basic)
		wrong(t, api, "can never be called", "are both sent in Authorization")
	})
}

// Of the alternatives of a group and a route only those are told that exist.
func TestCombinedAlternativesLeaveOutWhatNoRequestCanPresent(t *testing.T) {
	t.Parallel()
	bearer := anybody[security.BearerToken]("bearer", security.Bearer(security.SchemeConfig{Name: "b"}))
	basic := anybody[security.BasicCredentials]("basic", security.Basic(security.SchemeConfig{Name: "p"}))
	api := mortise.New("Combinations", "1")
	mortise.Get(api.Group("/g", security.AnyOf[string](bearer, basic)), "/x", gives("x"), bearer)
	built(t, api)
	if got := text(member(documented(t, api, "GET /g/x"), "security")); got != `[{"b":[]}]` {
		t.Errorf("security %s", got)
	}
	do(t, api, "GET /g/x", "", "Authorization: Bearer x").is(200)
	do(t, api, "GET /g/x", "", "Authorization: Basic dTpw").is(401)
}
