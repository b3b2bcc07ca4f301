package router_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func routes(t testing.TB, lines ...string) *mortise.API {
	api := mortise.New("Routes", "1", quiet())
	for _, line := range lines {
		method, path, _ := strings.Cut(line, " ")
		mortise.Handle(api, method, path, func(_ context.Context, r *http.Request) (string, error) { return r.Pattern, nil }, router.Hidden())
	}
	return built(t, api)
}

func TestRequestsReachTheMostSpecificRoute(t *testing.T) {
	t.Parallel()
	api := routes(t, "GET /users/{id}", "GET /users/me", "POST /users/{id}", "GET /files/{path...}", "GET /exact/{$}", "GET /tree/", "QUERY /users/{id}", "GET /a%2Fb")
	for _, tt := range []struct{ name, line, want string }{
		{"a wildcard", "GET /users/7", "GET /users/{id}"},
		{"a literal before a wildcard", "GET /users/me", "GET /users/me"},
		{"another method", "POST /users/me", "POST /users/{id}"},
		{"a method that few know", "QUERY /users/7", "QUERY /users/{id}"},
		{"the rest of a path", "GET /files/a/b/c", "GET /files/{path...}"},
		{"an empty rest", "GET /files/", "GET /files/{path...}"},
		{"exactly a slash", "GET /exact/", "GET /exact/{$}"},
		{"everything below", "GET /tree/a/b", "GET /tree/"},
		{"an escaped slash in a literal", "GET /a%2fb", "GET /a%2Fb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			do(t, api, tt.line, "").is(200).says(`"` + tt.want + `"`)
		})
	}
}

func TestMissesAreProblems(t *testing.T) { // A68, A196
	t.Parallel()
	api := routes(t, "GET /users/{id}", "DELETE /users/{id}", "POST /only", "OPTIONS /own")
	for _, line := range []string{"GET /", "GET /nowhere", "GET /users", "GET /users/1/2", "GET /USERS/1", "GET /users;x/1", "GET /exact"} {
		do(t, api, line, "").is(404).code("not-found")
	}
	do(t, api, "PUT /users/1", "").is(405).code("method-not-allowed").has("Allow", "DELETE, GET, HEAD, OPTIONS")
	do(t, api, "GET /only", "").is(405).has("Allow", "OPTIONS, POST")
	do(t, api, "get /users/1", "").is(405)
	do(t, api, "TRACE /users/1", "").is(405)
	do(t, api, "TRACK /users/1", "").is(405)
	do(t, api, "CONNECT /users/1", "").is(405)
	do(t, api, "HEAD /only", "").is(405).says("")
	do(t, api, "POST /only", "", "X-HTTP-Method-Override: DELETE").is(200) // A69
	do(t, api, "POST /users/1?_method=DELETE", "", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE").is(405)
	do(t, api, "POST /users/1", "_method=DELETE", formType).is(405)
}

func TestOPTIONSIsAnsweredForEveryPath(t *testing.T) {
	t.Parallel()
	api := routes(t, "GET /users/{id}", "OPTIONS /own")
	do(t, api, "OPTIONS /users/1", "").is(204).has("Allow", "GET, HEAD, OPTIONS").says("").has("Content-Type", "")
	do(t, api, "OPTIONS /own", "").is(200).says(`"OPTIONS /own"`)
	do(t, api, "OPTIONS /nowhere", "").is(404)
	do(t, api, "OPTIONS /openapi.json", "").is(204).has("Allow", "GET, HEAD, OPTIONS")
}

func TestOPTIONSNeedsNoCredentialAndTellsNothingElse(t *testing.T) { // A70
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	mortise.Handle(api, http.MethodOptions, "/own", whoami)
	do(t, built(t, api), "OPTIONS /me", "").is(204).has("Allow", "GET, HEAD, OPTIONS").says("").has("WWW-Authenticate", "")
	do(t, api, "OPTIONS /own", "", "Origin: https://a.example", "Access-Control-Request-Method: OPTIONS").is(401) // an operation like others
}

func TestUncleanPathsAreRedirectedWithinTheHost(t *testing.T) { // A193
	t.Parallel()
	api := routes(t, "GET /users/{id}", "POST /tree/", "GET /{$}")
	for _, tt := range []struct{ name, line, location string }{
		{"two slashes", "GET //users/1", "/users/1"},
		{"a dot segment", "GET /x/../users/1?a=b", "/users/1?a=b"},
		{"a missing slash, whatever the method", "POST /tree", "/tree/"},
		{"two slashes before a host", "GET //evil.example/..%2f", "/evil.example/..%252f"},
		{"a dot", "GET /./users/1", "/users/1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			method, target, _ := strings.Cut(tt.line, " ")
			r := httptest.NewRequest(method, "/", nil)
			path, query, _ := strings.Cut(target, "?")
			r.URL = &url.URL{Path: path, RawQuery: query}
			if plain, err := url.PathUnescape(path); err == nil && plain != path {
				r.URL.Path, r.URL.RawPath = plain, path
			}
			send(t, api, r).is(307).has("Location", tt.location).says("")
		})
	}
}

// Nothing that is answered is made of what a client says the host is.
func TestNoAnswerNamesTheHostOfTheRequest(t *testing.T) { // A194
	t.Parallel()
	type created struct {
		Status   int    `status:"201"`
		Location string `header:"Location"`
	}
	const metadata = "https://api.example/.well-known/oauth-protected-resource"
	api := newGuarded()
	api.Provide(security.Bearer(security.SchemeConfig{ResourceMetadata: metadata}))
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/tree/", gives("fine"))
	mortise.Get(api, "/moved", gives(mortise.Redirect{To: "/tree/"}))
	mortise.Post(api, "/notes", gives(created{Location: "/notes/1"}))
	built(t, api)
	for _, line := range []string{
		"GET /me", "GET /tree", "GET //tree/", "GET /moved", "POST /notes", "POST /me", "OPTIONS /me", "GET /nothing",
		"GET /docs", "GET /docs/", "GET /docs/oauth2-redirect.html", "GET /openapi.json", "GET /openapi.yaml",
	} {
		r := newRequest(line, "", "X-Forwarded-Host: evil.example", "X-Forwarded-Server: evil.example", "Forwarded: host=evil.example", "X-Original-Host: evil.example")
		r.Host = "evil.example"
		send(t, api, r).lacks("evil")
		method, path, _ := strings.Cut(line, " ")
		r = newRequest(method+" http://evil.example"+path, "")
		send(t, api, r).lacks("evil")
	}
	do(t, api, "GET /me", "").is(401).has("WWW-Authenticate", `Bearer realm="api", resource_metadata="`+metadata+`"`)
	do(t, api, "GET /moved", "").is(303).has("Location", "/tree/")
	do(t, api, "POST /notes", "").is(201).has("Location", "/notes/1")
}

func TestALockHoldsForEverySpellingOfThePath(t *testing.T) { // A191
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/admin", whoami)
	mortise.Get(api, "/admin/{name}", func(_ context.Context, in struct {
		Name string `path:"name"`
		Who  *account
	}) (string, error) {
		t.Error("the handler was reached")
		return "", nil
	})
	mortise.Get(api, "/{page}", func(_ context.Context, in struct {
		Page string `path:"page"`
	}) (string, error) {
		return "page", nil
	}, mortise.Public())
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	for _, target := range []string{
		"/admin", "//admin", "/./admin", "/x/../admin", "/%61dmin", "/admin/", "/admin/x", "/admin%2fa", "/admin/..%2fu",
		"/%2e%2e/admin", "/admin/%2e%2e/admin", "/admin/x%00", "/admin/x%0a", "/admin/a%5cb", "/admin//x", "/%2561dmin",
		"/admin/%252e%252e", `/\admin`, "/admin/.", "/admin/..", "/ADMIN", "/admin;x", "/admin;/x", "/admin%00", "/admin%0a", "/admin%0d",
		`/admin\`, `/admin\x`, "/admin%5cx", "/admin%20", "/admin#frag", "/admin?x", "/admin.", "/admin/x%0d", "/admin/x%2f", "/admin/%c0%ae",
	} {
		got, _ := onWire(t, server.URL, "GET "+target+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		status, _, _ := strings.Cut(strings.TrimPrefix(got, "HTTP/1.1 "), " ")
		public := strings.Contains(got, `"page"`)
		switch status {
		case "400", "401", "404", "307":
		case "200":
			if !public {
				t.Errorf("GET %s\n%s", target, got)
			}
		default:
			t.Errorf("GET %s\n%s\nwant 400, 401, 404 or a redirect", target, got)
		}
	}
}

func TestConflictsNameBothRoutes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Conflict", "1")
	mortise.Get(api, "/users/{id}", gives(1), router.OperationID("a"))
	mortise.Get(api, "/users/{name}", gives(2))
	mortise.Get(api, "/{x}/b", gives(3))
	mortise.Get(api, "/a/{y}", gives(4))
	wrong(t, api, `GET /users/{name} (routing_test.go:`, `conflicts with pattern "GET /users/{id}" (registered at routing_test.go:`,
		"matches the same requests as", `both match some paths, like "/users/b"`)
}

func TestRoutesOfGroupsHaveTheirPrefix(t *testing.T) {
	t.Parallel()
	api := mortise.New("Groups", "1")
	v1 := api.Group("/v1", router.Tags("v1"))
	users := v1.Group("/users/{user}", router.Tags("users"))
	type ref struct {
		User int `path:"user"`
	}
	mortise.Get(users, "", echoes[ref])
	mortise.Get(users, "/posts", echoes[ref], router.Tags("posts", "v1"))
	mortise.Get(v1.Group(""), "/plain", gives("plain"))
	built(t, api)
	do(t, api, "GET /v1/users/7", "").is(200).says(`{"User":7}`)
	do(t, api, "GET /v1/users/7/posts", "").is(200)
	do(t, api, "GET /v1/plain", "").is(200).says(`"plain"`)
	do(t, api, "GET /users/7", "").is(404)
	if got := text(documented(t, api, "GET /v1/users/{user}/posts")["tags"]); got != `["v1","users","posts"]` {
		t.Errorf("tags %s, want those of the outer groups first, and each once", got)
	}
}

func TestGroupsPassTheirOptionsInwardsAndNotOutwards(t *testing.T) {
	t.Parallel()
	api := mortise.New("Options", "1", router.Problems(418), router.Extension("x-a", 1))
	hidden := api.Group("/hidden", router.Hidden())
	old := api.Group("/old", router.Deprecated(), router.Problems(410), router.Extension("x-a", 2), router.Extension("x-b", 3))
	mortise.Get(hidden, "/a", gives(1))
	mortise.Get(old, "/a", gives(2))
	mortise.Get(api, "/a", gives(3))
	built(t, api)
	d := document(t, api)
	if member(d, "paths", "/hidden/a") != nil {
		t.Error("a hidden route is in the document")
	}
	do(t, api, "GET /hidden/a", "").is(200)
	inner, outer := documented(t, api, "GET /old/a"), documented(t, api, "GET /a")
	if inner["deprecated"] != true || outer["deprecated"] != nil {
		t.Errorf("deprecated: %v inside and %v outside, want true and nothing", inner["deprecated"], outer["deprecated"])
	}
	if member(inner, "responses", "410") == nil || member(inner, "responses", "418") == nil || member(outer, "responses", "410") != nil {
		t.Error("documented problems do not pass inwards, or pass outwards")
	}
	if inner["x-a"] != 2.0 || inner["x-b"] != 3.0 || outer["x-a"] != 1.0 || outer["x-b"] != nil {
		t.Errorf("extensions: %v %v inside and %v %v outside", inner["x-a"], inner["x-b"], outer["x-a"], outer["x-b"])
	}
}

func TestDependenciesOfGroupsRunFromTheOutsideIn(t *testing.T) {
	t.Parallel()
	var happened journal
	notes := func(what string) *mortise.Dependency {
		return mortise.Depends(func(context.Context, none) (none, error) { happened.note(what); return none{}, nil })
	}
	api := mortise.New("Groups", "1", notes("api"))
	outer := api.Group("/outer", notes("outer"))
	inner := outer.Group("/inner", notes("inner"))
	mortise.Get(inner, "/", func(context.Context, none) (none, error) { happened.note("handler"); return none{}, nil }, notes("route"))
	mortise.Get(outer, "/", gives(none{}))
	inner.Require(notes("inner, later"))
	built(t, api)
	do(t, api, "GET /outer/inner/", "").is(204)
	happened.expect(t, "api", "outer", "inner", "inner, later", "route", "handler")
	do(t, api, "GET /outer/", "").is(204)
	happened.expect(t, "api", "outer")
}

func TestTheDocsPagesLeaveRoomForWildcards(t *testing.T) {
	t.Parallel()
	api := routes(t, "GET /{tenant}/users", "GET /{a}/{b}/{c}", "POST /docs/search")
	page := do(t, api, "GET /docs", "").is(200)
	if !strings.Contains(page.body, "swagger-ui") || page.header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page is %s", page.body)
	}
	_, found, _ := strings.Cut(page.body, `href="./docs/`)
	asset, _, _ := strings.Cut(found, `"`)
	do(t, api, "GET /docs/"+asset, "").is(200)
	do(t, api, "HEAD /docs/"+asset, "").is(200).says("")
	do(t, api, "GET /acme/users", "").is(200).says(`"GET /{tenant}/users"`)
	do(t, api, "GET /docs/../acme/users", "").is(307).has("Location", "/acme/users")
	do(t, api, "GET /documents/users", "").is(200)
}

func TestTheDocumentAndItsPagesHaveAPlaceOrNone(t *testing.T) { // A211
	t.Parallel()
	moved := built(t, mortise.New("Moved", "1", router.DocumentAt("/meta/api.json"), router.Docs("/meta/docs")))
	do(t, moved, "GET /meta/api.json", "").is(200).has("Content-Type", "application/json")
	nowhere := func(api *mortise.API) {
		t.Helper()
		for _, path := range []string{"/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/docs", "/docs/", "/docs/start.js", "/docs/oauth2-redirect.html"} {
			do(t, api, "GET "+path, "").is(404)
		}
	}
	nowhere(moved)
	if got := moved.DocsPath(); got != "/meta/docs" {
		t.Errorf("DocsPath() = %q", got)
	}
	none := built(t, mortise.New("None", "1", router.DocumentAt("")))
	nowhere(none)
	pageless := built(t, mortise.New("No page", "1", router.Docs("")))
	do(t, pageless, "GET /openapi.json", "").is(200)
	for _, path := range []string{"/docs", "/docs/", "/docs/start.js"} {
		do(t, pageless, "GET "+path, "").is(404)
	}
	if got := none.DocsPath(); got != "" || none.Document() == nil {
		t.Errorf("DocsPath() = %q, Document() = %v, want no path and a document", got, none.Document())
	}
	if title, version := moved.Title(); title != "Moved" || version != "1" {
		t.Errorf("Title() = %q, %q", title, version)
	}
}

func TestAGuardMayLookAtTheRequestWithoutItsPathValues(t *testing.T) {
	t.Parallel()
	look := mortise.Depends(func(_ context.Context, in struct{ Exchange exchange.Exchange }) (none, error) {
		in.Exchange.Header.Set("X-Seen", in.Exchange.Request.URL.Path+in.Exchange.Request.PathValue("id"))
		return none{}, nil
	}, di.At(di.Admission))
	api := mortise.New("Exchange", "1", look)
	mortise.Get(api, "/{id}", func(_ context.Context, in struct {
		ID int `path:"id"`
	}) (int, error) {
		return in.ID, nil
	})
	do(t, built(t, api), "GET /7", "").is(200).has("X-Seen", "/7")
	do(t, api, "GET /x", "").is(422).has("X-Seen", "/x")
	unread := mortise.New("Unread", "1", look)
	mortise.Get(unread, "/{id}", gives(1))
	wrong(t, unread, "nothing reads {id}")
}
