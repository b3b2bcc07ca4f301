package router_test

import (
	"context"
	"slices"
	"strings"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// The people of the tests. A token is the name of its holder.
type account struct {
	Name   string
	Roles  []string
	Scopes security.GrantedScopes
}

func (a *account) HasRole(role string) bool    { return slices.Contains(a.Roles, role) }
func (a *account) HasPermission(p string) bool { return slices.Contains(a.Scopes, p) }

func accounts() map[string]*account {
	return map[string]*account{
		"ada": {Name: "ada", Roles: []string{"admin"}, Scopes: security.GrantedScopes{"posts:read", "posts:write", "admin:read"}},
		"bob": {Name: "bob", Roles: []string{"user"}, Scopes: security.GrantedScopes{"posts:read"}},
		"eve": {Name: "eve"},
	}
}

// claims are what a token says.
type claims struct {
	Subject string
	Scopes  security.GrantedScopes
}

func readClaims(_ context.Context, token security.BearerToken) (*claims, error) {
	switch a := accounts()[string(token)]; {
	case token == "old":
		return nil, security.ExpiredToken()
	case token == "ghost":
		return &claims{Subject: "ghost"}, nil
	case a != nil:
		return &claims{a.Name, a.Scopes}, nil
	}
	return nil, security.InvalidToken()
}

func findAccount(_ context.Context, c *claims) (*account, error) {
	if a := accounts()[c.Subject]; a != nil {
		return a, nil
	}
	return nil, security.UserNotFound()
}

func checkScopes(_ context.Context, in struct {
	Required security.Scopes
	Claims   *claims
}) (*claims, error) {
	if !in.Claims.Scopes.Has(in.Required...) {
		return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Claims.Scopes)
	}
	return in.Claims, nil
}

// newGuarded makes an API whose handlers can take *claims and *account.
func newGuarded(opts ...router.Option) *mortise.API {
	api := mortise.New("Guarded", "1", append([]router.Option{quiet()}, opts...)...)
	api.Provide(mortise.Depends(readClaims), mortise.Depends(findAccount))
	return api
}

// whoami answers with the caller's name.
func whoami(_ context.Context, a *account) (string, error) { return a.Name, nil }

// as is the field that makes somebody the caller.
func as(name string) string { return "Authorization: Bearer " + name }

// keyOf is the holder of an API key.
type keyOf string

func readKey(_ context.Context, key security.APIKey) (keyOf, error) {
	if name, ok := strings.CutPrefix(string(key), "key-"); ok && accounts()[name] != nil {
		return keyOf(name), nil
	}
	return "", security.InvalidAPIKey()
}

// Handles that several tests share: their identity does not matter to them.
var (
	keyHolder   = mortise.Depends(readKey, security.APIKeyHeader("X-API-Key", security.SchemeConfig{}))
	optionalKey = security.Optional[keyOf](keyHolder)
	errNoPost   = problem.NotFound("there is no such post")
)
