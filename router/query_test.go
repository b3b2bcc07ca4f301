package router_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// filmQuery is what a route reads of its query.
type filmQuery struct {
	Page    int               `query:"page" default:"1" validate:"min=1"`
	Options map[string]string `query:"options"`
}

// filmsAPI is locked by a key in the query.
func filmsAPI(t *testing.T, opts ...router.Option) *mortise.API {
	t.Helper()
	member := mortise.Depends(func(_ context.Context, k security.APIKey) (*account, error) {
		if k != "k1" {
			return nil, security.InvalidAPIKey()
		}
		return &account{}, nil
	}, security.APIKeyQuery("api_key", security.SchemeConfig{}))
	list := func(_ context.Context, in filmQuery) (int, error) { return in.Page, nil }
	api := mortise.New("Films", "1", opts...)
	mortise.Get(api, "/films", list, member)
	mortise.Get(api, "/open", list, mortise.Public())
	mortise.Get(api, "/none", gives(1), mortise.Public())
	mortise.Get(api, "/any", func(_ context.Context, r *http.Request) (string, error) { return r.URL.Query().Get("x"), nil }, mortise.Public())
	mortise.Post(api, "/form", func(_ context.Context, in struct {
		Name string `form:"name"`
	}) (string, error) {
		return in.Name, nil
	}, mortise.Public())
	return built(t, api)
}

func contains(t *testing.T, got *answer, want string) {
	t.Helper()
	if !strings.Contains(got.body, want) {
		t.Errorf("%s does not contain %s", got.body, want)
	}
}

// S48
func TestUnknownParametersAreRefusedWhereTheAPIAsksForIt(t *testing.T) {
	t.Parallel()
	strict := filmsAPI(t, router.RejectUnknownParameters())
	for _, tt := range []struct {
		name, target string
		status       int
		says         string
	}{
		{"a key and what is known", "GET /films?api_key=k1&page=2", 200, "2"},
		{"a key alone", "GET /films?api_key=k1", 200, "1"},
		{"members of a deep object", "GET /films?api_key=k1&options[a]=1&options[b]=2", 200, "1"},
		{"something unknown", "GET /films?api_key=k1&pgae=2", 422, `is not known; expected are page, options[...], api_key`},
		{"all mistakes at once", "GET /films?api_key=k1&page=0&pgae=2", 422, `"place":"query.page"`},
		{"something unknown without a key", "GET /films?pgae=2", 401, "No API key provided"},
		{"something unknown with another key", "GET /films?api_key=k2&pgae=2", 401, "Invalid API key"},
		{"the key of another route", "GET /open?api_key=k1", 422, "is not known"},
		{"a name in other case", "GET /open?Page=1", 422, "is not known"},
		{"where nothing is read", "GET /none?x=1", 422, "no parameter is expected"},
		{"nothing where nothing is read", "GET /none", 200, "1"},
		{"HEAD", "HEAD /none?x=1", 422, ""},
		{"where the handler may read everything", "GET /any?x=1", 200, `"1"`},
		{"a malformed query", "GET /none?a=%zz", 400, "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			contains(t, do(t, strict, tt.target, "").is(tt.status), tt.says)
		})
	}
	form := "Content-Type: application/x-www-form-urlencoded"
	contains(t, do(t, strict, "POST /form", "name=a&other=b", form).is(200), "a")
	contains(t, do(t, strict, "POST /form?x=1", "name=a", form).is(422), "is not known")
}

// S48
func TestUnknownParametersArePassedOverByDefault(t *testing.T) {
	t.Parallel()
	api := filmsAPI(t)
	contains(t, do(t, api, "GET /films?api_key=k1&page=3&pgae=2", "").is(200), "3")
	do(t, api, "GET /films?api_key=k1", "").is(200)
	do(t, api, "GET /films?pgae=2", "").is(401)
	do(t, api, "GET /none?x=1", "").is(200)
}
