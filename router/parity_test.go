package router_test

import (
	"context"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// newGuide makes an API with the routes of FastOpenAPI's security guide.
func newGuide(t testing.TB) *mortise.API {
	api := newGuarded()
	mortise.Get(api, "/profile", whoami)
	mortise.Get(api, "/admin/users", gives(map[string][]string{"users": nil}), mortise.Security(checkScopes, "admin:read"))
	mortise.Get(api, "/admin/roles", gives("roles"), mortise.RequireRole[*account]("admin"))
	mortise.Put(api, "/posts/{id}", func(_ context.Context, n *note) (string, error) { return n.Text, nil },
		mortise.RequireOwner[*account](findNote, security.OrRole("admin")))
	mortise.Delete(api, "/posts/{id}", gives("deleted"), mortise.RequirePermission[*account]("posts:delete"), mortise.Depends(findNote))
	mortise.Get(api, "/data", gives("data"), keyHolder)
	mortise.Get(api, "/session", func(_ context.Context, id security.APIKey) (string, error) {
		if id != "s1" {
			return "", security.InvalidCredentials("Invalid session")
		}
		return "session", nil
	}, security.APIKeyCookie("session_id", security.SchemeConfig{}))
	mortise.Get(api, "/basic", func(_ context.Context, c security.BasicCredentials) (string, error) {
		if c.Password != "x" {
			return "", security.InvalidCredentials("", security.BasicChallenge(""))
		}
		return c.User, nil
	})
	mortise.Post(api, "/token", func(_ context.Context, in struct {
		Grant string `form:"grant_type"`
	}) (string, error) {
		return "", problem.BadRequest("Unsupported grant type")
	})
	return built(t, api)
}

func TestTheGuidesRequestsGetTheRightAnswers(t *testing.T) {
	t.Parallel()
	api := newGuide(t)
	const invalid = `, error="invalid_token", error_description="The access token is invalid"`
	const bearer, key = `Bearer realm="api"`, `ApiKey realm="api", name="X-API-Key", in="header"`
	for _, tt := range []struct {
		name, line, field string
		status            int
		detail, challenge string
	}{
		{"a profile of nobody", "GET /profile", "", 401, "No authorization token provided", bearer},
		{"another scheme", "GET /profile", "Authorization: Basic x", 401, "Invalid authorization header", bearer},
		{"a bad token", "GET /profile", as("bad"), 401, "Invalid token", bearer + invalid},
		{"an expired token", "GET /profile", as("old"), 401, "Token has expired", bearer + `, error="invalid_token", error_description="The access token expired"`},
		{"a token of nobody", "GET /profile", as("ghost"), 401, "User not found", bearer + invalid},
		{"a token without the scope", "GET /admin/users", as("bob"), 403, "Scope 'admin:read' required", bearer + `, error="insufficient_scope", scope="admin:read"`},
		{"a token with the scope", "GET /admin/users", as("ada"), 200, "", ""},
		{"another role", "GET /admin/roles", as("bob"), 403, "Role 'admin' required", ""},
		{"the role", "GET /admin/roles", as("ada"), 200, "", ""},
		{"the owner", "PUT /posts/2", as("bob"), 200, "", ""},
		{"not the owner", "PUT /posts/1", as("bob"), 403, "You don't own this resource", ""},
		{"an admin", "PUT /posts/2", as("ada"), 200, "", ""},
		{"no such post", "PUT /posts/9", as("bob"), 404, "post not found", ""},
		{"an id that is no number", "PUT /posts/x", as("bob"), 422, "", ""},
		{"no permission", "DELETE /posts/1", as("bob"), 403, "Permission 'posts:delete' required", ""},
		{"no key", "GET /data", "", 401, "No API key provided", key},
		{"a wrong key", "GET /data", "X-API-Key: nope", 401, "Invalid API key", key},
		{"the key", "GET /data", "X-API-Key: key-ada", 200, "", ""},
		{"no session", "GET /session", "", 401, "No API key provided", `ApiKey realm="api", name="session_id", in="cookie"`},
		{"an invalid session", "GET /session", "Cookie: session_id=s2", 401, "Invalid session", `ApiKey realm="api", name="session_id", in="cookie"`},
		{"a session", "GET /session", "Cookie: session_id=s1", 200, "", ""},
		{"no password", "GET /basic", "", 401, "No credentials provided", `Basic realm="api", charset="UTF-8"`},
		{"a wrong password", "GET /basic", "Authorization: Basic YTpi", 401, "Invalid credentials", `Basic realm="api", charset="UTF-8"`},
		{"the password", "GET /basic", "Authorization: Basic YTp4", 200, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if tt.field != "" {
				fields = append(fields, tt.field)
			}
			a := do(t, api, tt.line, "", fields...).is(tt.status).has("WWW-Authenticate", tt.challenge)
			if tt.detail != "" {
				a.detail(tt.detail)
			}
		})
	}
	do(t, api, "GET /admin/users", "", as("ada")).says(`{"users":[]}`)
	do(t, api, "POST /token", "grant_type=x", formType).is(400).detail("Unsupported grant type")
}
