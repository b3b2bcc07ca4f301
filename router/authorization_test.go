package router_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func TestLocksAnswerByWhatIsMissing(t *testing.T) { // A80
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/scope", gives("fine"), mortise.Security(checkScopes, "posts:read", "admin:read"))
	mortise.Get(api, "/role", gives("fine"), mortise.RequireRole[*account]("admin"))
	mortise.Get(api, "/any", gives("fine"), mortise.RequireAnyRole[*account]("admin", "user"))
	mortise.Get(api, "/permission", gives("fine"), mortise.RequirePermission[*account]("posts:write"))
	mortise.Get(api, "/notes/{id}", func(_ context.Context, n *note) (string, error) { return n.Text, nil }, mortise.RequireOwner[*account](findNote))
	built(t, api)
	const missing = `Bearer realm="api"`
	const invalid = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`
	for _, tt := range []struct {
		name, path, token string
		status            int
		detail, challenge string
	}{
		{"nobody", "/me", "", 401, "No authorization token provided", missing},
		{"a bad token", "/me", "mallory", 401, "Invalid token", invalid},
		{"an old token", "/me", "old", 401, "Token has expired", `Bearer realm="api", error="invalid_token", error_description="The access token expired"`},
		{"a token of nobody", "/me", "ghost", 401, "User not found", invalid},
		{"somebody", "/me", "eve", 200, "", ""},
		{"nobody has no scope", "/scope", "", 401, "No authorization token provided", missing},
		{"one scope of two", "/scope", "bob", 403, "Scope 'admin:read' required", `Bearer realm="api", error="insufficient_scope", scope="posts:read admin:read"`},
		{"no scope", "/scope", "eve", 403, "Scope 'posts:read' required", `Bearer realm="api", error="insufficient_scope", scope="posts:read admin:read"`},
		{"both scopes", "/scope", "ada", 200, "", ""},
		{"another role", "/role", "bob", 403, "Role 'admin' required", ""},
		{"the role", "/role", "ada", 200, "", ""},
		{"none of the roles", "/any", "eve", 403, "One of roles ('admin', 'user') required", ""},
		{"one of the roles", "/any", "bob", 200, "", ""},
		{"no permission", "/permission", "bob", 403, "Permission 'posts:write' required", ""},
		{"the permission", "/permission", "ada", 200, "", ""},
		{"the owner", "/notes/1", "ada", 200, "", ""},
		{"not the owner", "/notes/1", "bob", 403, "You don't own this resource", ""}, // A79
		{"what is not there", "/notes/9", "bob", 404, "post not found", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if tt.token != "" {
				fields = []string{as(tt.token)}
			}
			a := do(t, api, "GET "+tt.path, "", fields...).is(tt.status).has("WWW-Authenticate", tt.challenge)
			if tt.detail != "" {
				a.detail(tt.detail)
			}
		})
	}
}

func TestCredentialsAreReadStrictly(t *testing.T) { // A52, A53, A54, A55, A56
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	built(t, api)
	do(t, api, "GET /me", "", "Authorization: bearer  ada").is(200)
	do(t, api, "GET /me", "", as("ada"), as("ada")).is(400).code("bad-request")
	do(t, api, "GET /me", "", as("ada"), "Authorization: Basic YTpi").is(400)
	for _, field := range []string{"Bearer", "Bearer a b", "Bearer ada, Basic YTpi", "Bearer ada\r\n x", "Bearer\tada", "Ｂearer ada",
		"Bearer ad\u00a0a", "Bearer ada\u200b", "Bearer =ada", "Bearer \u00e9", "ada", "Basic YTpi", "Bearer " + strings.Repeat("a", 20_000)} {
		r := newRequest("GET /me", "")
		r.Header["Authorization"] = []string{field}
		send(t, api, r).is(401)
	}
	for _, line := range []string{"GET /me?access_token=ada", "GET /me?access_token=ada&access_token=ada"} { // A57, A58: never read from there
		do(t, api, line, "").is(401)
	}
}

func TestAFormIsNoPlaceForCredentials(t *testing.T) { // A59
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	mortise.Post(api, "/me", whoami)
	built(t, api)
	multipart := "--x\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\nada\r\n--x--\r\n"
	for _, tt := range []struct{ name, line, body, kind string }{
		{"a form", "POST /me", "access_token=ada", formType},
		{"the form of a GET", "GET /me", "access_token=ada", formType},
		{"a form while it is in the query too", "POST /me?access_token=ada", "access_token=ada", formType},
		{"a form in parts", "POST /me", multipart, "Content-Type: multipart/form-data; boundary=x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			do(t, api, tt.line, tt.body, tt.kind).is(401).has("WWW-Authenticate", `Bearer realm="api"`)
			do(t, api, tt.line, tt.body, tt.kind, as("bob")).is(200).says(`"bob"`) // nor does it say who somebody is
		})
	}
}

// What a server makes of the bytes is what has to be refused.
func TestCredentialsAreReadStrictlyOffTheWire(t *testing.T) { // A52, A53, A54, A55, A56, A60
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	for _, tt := range []struct{ name, lines, status string }{
		{"a token", "Authorization: Bearer ada", "200"},
		{"tabs and spaces around the value, which are no part of it", "Authorization:\t Bearer ada \t", "200"}, // RFC 9110 section 5.5
		{"two lines", "Authorization: Bearer ada\r\nAUTHORIZATION: Bearer ada", "400"},
		{"two lines of which one is empty", "Authorization: Bearer ada\r\nAuthorization:", "400"},
		{"two schemes", "Authorization: Bearer ada, Basic YTpi", "401"},
		{"two tokens", "Authorization: Bearer ada bob", "401"},
		{"a character that tokens lack", "Authorization: Bearer ad$a", "401"},
		{"a folded token", "Authorization: Bearer ad\r\n a", "401"},
		{"a token folded with a tab", "Authorization: Bearer ad\r\n\ta", "401"},
		{"a tab behind the scheme", "Authorization: Bearer\tada", "401"},
		{"a no-break space in front", "Authorization: \u00a0Bearer ada", "401"},
		{"a no-break space behind", "Authorization: Bearer ada\u00a0", "401"},
		{"a zero-width space in front", "Authorization: \u200bBearer ada", "401"},
		{"a zero-width space behind", "Authorization: Bearer ada\u200b", "401"},
		{"a fullwidth letter", "Authorization: \uff22earer ada", "401"},
		{"a NUL", "Authorization: Bearer ada\x00", "400"}, // of the server
		{"a name that is nearly it", "Authorization_: Bearer ada", "401"},
		{"a space before the colon", "Authorization : Bearer ada", "400"}, // of the server
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _ := onWire(t, server.URL, "GET /me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+tt.lines+"\r\n\r\n")
			if !strings.HasPrefix(got, "HTTP/1.1 "+tt.status+" ") {
				t.Errorf("%q gets\n%s\nwant %s", tt.lines, got, tt.status)
			}
		})
	}
}

func TestScopesOfTwoRequirementsAreBothChecked(t *testing.T) { // A86
	t.Parallel()
	var seen journal
	check := func(ctx context.Context, in struct {
		Required security.Scopes
		Claims   *claims
	}) (none, error) {
		seen.note(strings.Join(in.Required, " "))
		_, err := checkScopes(ctx, in)
		return none{}, err
	}
	api := newGuarded()
	mortise.Get(api, "/", gives("fine"), mortise.Security(check, "posts:read"), mortise.Security(check, "admin:read"))
	built(t, api)
	do(t, api, "GET /", "", as("bob")).is(403).detail("Scope 'admin:read' required")
	seen.expect(t, "posts:read", "admin:read")
	do(t, api, "GET /", "", as("ada")).is(200)
	seen.expect(t, "posts:read", "admin:read")
}

func TestAGuardOfTheAPIAndOneOfTheRouteAreBothEnforced(t *testing.T) { // A87
	t.Parallel()
	api := newGuarded(mortise.Security(checkScopes))
	mortise.Get(api, "/plain", gives("fine"))
	mortise.Get(api, "/scoped", gives("fine"), mortise.Security(checkScopes, "admin:read"))
	wrongless := built(t, api)
	do(t, wrongless, "GET /plain", "").is(401)
	do(t, wrongless, "GET /plain", "", as("eve")).is(200)
	do(t, wrongless, "GET /scoped", "", as("bob")).is(403)
	do(t, wrongless, "GET /scoped", "", as("ada")).is(200)
}

func TestScopesAccumulateFromTheRouteInwards(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	group := api.Group("", mortise.Depends(checkScopes, di.At(di.ScopeCheck), di.Requires("posts:read")))
	mortise.Get(group, "/", func(_ context.Context, in struct{ Claims *claims }) (string, error) { return in.Claims.Subject, nil },
		mortise.Depends(func(_ context.Context, in struct {
			Required security.Scopes
			Claims   *claims
		}) (none, error) {
			return none{}, errors.New(fmt.Sprint(in.Required))
		}, di.At(di.ScopeCheck), di.Requires("admin:read", "posts:read")))
	log := &logbook{}
	api2 := newGuarded(log.option())
	mortise.Get(api2.Group(""), "/", gives("fine"), mortise.Security(func(_ context.Context, in struct {
		Required security.Scopes
		Claims   *claims
	}) (none, error) {
		return none{}, security.InsufficientScope(security.Challenge{}, in.Required, nil)
	}, "outer", "outer", "inner"))
	do(t, built(t, api2), "GET /", "", as("ada")).is(403).
		has("WWW-Authenticate", `Bearer realm="api", error="insufficient_scope", scope="outer inner"`)
	do(t, built(t, api), "GET /", "", as("eve")).is(403).detail("Scope 'posts:read' required")
	do(t, api, "GET /", "", as("ada")).is(500)
}

func TestTwoRolesAreTwoChecks(t *testing.T) { // A88
	t.Parallel()
	api := newGuarded()
	for _, order := range [][]string{{"admin", "user"}, {"user", "admin"}} {
		var guards []router.Option
		for _, role := range order {
			guards = append(guards, mortise.RequireRole[*account](role))
		}
		mortise.Get(api, "/"+order[0], gives("fine"), guards...)
	}
	built(t, api)
	for _, path := range []string{"/admin", "/user"} {
		do(t, api, "GET "+path, "", as("ada")).is(403).detail("Role 'user' required")
		do(t, api, "GET "+path, "", as("bob")).is(403).detail("Role 'admin' required")
	}
}

func TestRolesAreComparedExactly(t *testing.T) { // A82
	t.Parallel()
	for _, role := range []string{"Admin", "ADMIN", "admin\u200b", "adm\u0131n", "admins"} {
		api := newGuarded()
		mortise.Get(api, "/", gives("fine"), mortise.RequireRole[*account](role))
		do(t, built(t, api), "GET /", "", as("ada")).is(403)
	}
}

func TestAPlainDependencyUnderTwoScopeSetsIsMadeOnce(t *testing.T) { // A89
	t.Parallel()
	var made journal
	type session struct{ n int }
	api := newGuarded()
	api.Provide(mortise.Depends(func(context.Context, none) (*session, error) { made.note("made"); return &session{1}, nil }))
	check := func(_ context.Context, in struct {
		Required security.Scopes
		Claims   *claims
		Session  *session
	}) (none, error) {
		return none{}, nil
	}
	mortise.Get(api, "/", func(_ context.Context, s *session) (int, error) { return s.n, nil },
		mortise.Security(check, "a"), mortise.Security(check, "b"))
	do(t, built(t, api), "GET /", "", as("ada")).is(200)
	made.expect(t, "made")
}

func TestAPrincipalThatIsNotThereIsNobody(t *testing.T) { // A91
	t.Parallel()
	log := &logbook{}
	api := mortise.New("Nil", "1", log.option())
	api.Provide(mortise.Depends(func(context.Context, security.BearerToken) (*account, error) { return nil, nil }))
	mortise.Get(api, "/handler", func(context.Context, *account) (none, error) { t.Error("the handler ran"); return none{}, nil })
	mortise.Get(api, "/role", func(context.Context, none) (none, error) { t.Error("the handler ran"); return none{}, nil },
		mortise.RequireRole[*account]("admin"))
	built(t, api)
	for _, path := range []string{"/handler", "/role"} {
		if a := do(t, api, "GET "+path, "", as("ada")); a.status < 400 {
			t.Errorf("%s = %d, want a refusal", path, a.status)
		}
	}
}

func TestTheResourceWhoseOwnerWasCheckedIsTheOneThatIsUsed(t *testing.T) { // A85
	t.Parallel()
	var loads journal
	api := newGuarded()
	mortise.Get(api, "/{id}", func(_ context.Context, n *note) (string, error) { return n.Text, nil },
		mortise.RequireOwner[*account](func(ctx context.Context, in struct {
			ID int `path:"id"`
		}) (*note, error) {
			loads.note("load")
			return findNote(ctx, in)
		}))
	do(t, built(t, api), "GET /1", "", as("ada")).is(200).says(`"of ada"`)
	loads.expect(t, "load")
}

func TestRightsAreLookedUpForEveryRequest(t *testing.T) { // A84
	t.Parallel()
	ada := &account{Name: "ada", Roles: []string{"admin"}}
	api := mortise.New("Rights", "1")
	api.Provide(mortise.Depends(func(context.Context, security.BearerToken) (*account, error) { return ada, nil }))
	mortise.Get(api, "/", gives("fine"), mortise.RequireRole[*account]("admin"))
	built(t, api)
	do(t, api, "GET /", "", as("ada")).is(200)
	ada.Roles = nil
	do(t, api, "GET /", "", as("ada")).is(403)
}

func TestAlternativesListAllChallenges(t *testing.T) {
	t.Parallel()
	who := security.AnyOf[keyOf](
		mortise.Depends(func(_ context.Context, c *claims) (keyOf, error) { return keyOf(c.Subject), nil }),
		keyHolder)
	api := newGuarded()
	mortise.Get(api, "/", func(_ context.Context, k keyOf) (string, error) { return string(k), nil }, who)
	built(t, api)
	const both = `Bearer realm="api" | ApiKey realm="api", name="X-API-Key", in="header"`
	do(t, api, "GET /", "").is(401).has("WWW-Authenticate", both)
	do(t, api, "GET /", "", as("ada")).is(200).says(`"ada"`)
	do(t, api, "GET /", "", "X-API-Key: key-bob").is(200).says(`"bob"`)
	do(t, api, "GET /", "", as("mallory"), "X-API-Key: key-bob").is(401) // A76
	do(t, api, "GET /", "", "X-API-Key: stolen").is(401)
	do(t, api, "GET /", "", "Authorization: Basic YTpi").is(401).has("WWW-Authenticate", both)
}

func TestAnOptionalCredentialThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", func(_ context.Context, k mortise.Optional[keyOf]) (string, error) {
		return "for " + string(k.Value), nil
	}, optionalKey)
	built(t, api)
	do(t, api, "GET /", "").is(200).says(`"for "`)
	do(t, api, "GET /", "", "X-API-Key: key-ada").is(200).says(`"for ada"`)
	do(t, api, "GET /", "", "X-API-Key: stolen").is(401)
	do(t, api, "GET /", "", "X-API-Key: key-ada", "X-API-Key: key-ada").is(400)
}
