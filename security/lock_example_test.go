package security_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
)

// A Member is who comes with a token.
type Member struct {
	Name   string
	Roles  []string
	Scopes security.GrantedScopes
}

// HasRole lets [security.RequireRole] ask.
func (m *Member) HasRole(role string) bool { return slices.Contains(m.Roles, role) }

// A Page belongs to a member.
type Page struct {
	Title string `json:"title"`
	Owner string `json:"owner"`
}

// OwnedBy lets [security.RequireOwner] ask.
func (p *Page) OwnedBy(m *Member) bool { return p.Owner == m.Name }

// member knows ada, who is an admin, and bob, who may read.
func member(_ context.Context, token security.BearerToken) (*Member, error) {
	switch string(token) {
	case "token-of-ada":
		return &Member{"ada", []string{"admin"}, security.ParseScopes("pages:read pages:write")}, nil
	case "token-of-bob":
		return &Member{"bob", nil, security.ParseScopes("pages:read")}, nil
	}
	return nil, security.InvalidToken()
}

func hello(_ context.Context, m *Member) (string, error) { return "Hello, " + m.Name, nil }

// tell prints what a request with the header lines is answered.
func tell(api http.Handler, method, path string, lines ...string) {
	r := httptest.NewRequest(method, path, nil)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code < 400 {
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
		return
	}
	_, detail, _ := strings.Cut(w.Body.String(), `"detail":"`)
	detail, _, _ = strings.Cut(detail, `"`)
	challenges := strings.Join(w.Header().Values("WWW-Authenticate"), " | ")
	fmt.Println(strings.TrimSpace(fmt.Sprintf("%d %s %s", w.Code, detail, challenges)))
}

// Whoever needs a credential is locked by its scheme, here because the handler
// takes a *Member, who comes of a token.
func ExampleBearer() {
	api := mortise.New("Pages", "1.0.0")
	api.Provide(security.Bearer(security.SchemeConfig{Realm: "pages"}), mortise.Depends(member))
	mortise.Get(api, "/hello", hello)

	tell(api, "GET", "/hello", "Authorization: Bearer token-of-ada")
	tell(api, "GET", "/hello")
	tell(api, "GET", "/hello", "Authorization: Bearer forged")
	// Output:
	// 200 "Hello, ada"
	// 401 No authorization token provided Bearer realm="pages"
	// 401 Invalid token Bearer realm="pages", error="invalid_token", error_description="The access token is invalid"
}

func ExampleBasic() {
	login := func(_ context.Context, c security.BasicCredentials) (string, error) {
		if c.User != "ada" || c.Password != "lovelace" { // look up a hash of the password instead
			return "", security.InvalidCredentials("")
		}
		return "Hello, " + c.User, nil
	}
	api := mortise.New("Pages", "1.0.0")
	mortise.Get(api, "/login", login, security.Basic(security.SchemeConfig{}))

	tell(api, "GET", "/login", "Authorization: Basic YWRhOmxvdmVsYWNl")
	tell(api, "GET", "/login", "Authorization: Basic YWRhOmJ5cm9u")
	// Output:
	// 200 "Hello, ada"
	// 401 Invalid credentials Basic realm="api", charset="UTF-8"
}

// A scheme that a dependency brings along is found by that dependency alone.
func ExampleAPIKeyHeader() {
	robot := func(_ context.Context, key security.APIKey) (*Member, error) {
		if string(key) != "key-of-robot" { // compare a hash of the key instead
			return nil, security.InvalidAPIKey()
		}
		return &Member{Name: "robot"}, nil
	}
	api := mortise.New("Pages", "1.0.0")
	mortise.Get(api, "/hello", hello,
		mortise.Depends(robot, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})))

	tell(api, "GET", "/hello", "X-API-Key: key-of-robot")
	tell(api, "GET", "/hello")
	tell(api, "GET", "/hello", "X-API-Key: key-of-robot", "X-API-Key: key-of-robot")
	// Output:
	// 200 "Hello, robot"
	// 401 No API key provided ApiKey realm="api", name="X-API-Key", in="header"
	// 400 Multiple credentials in request ApiKey realm="api", name="X-API-Key", in="header"
}

// A wrong credential is refused although a good one came with it.
func ExampleAnyOf() {
	robot := func(_ context.Context, key security.APIKey) (*Member, error) {
		if string(key) != "key-of-robot" {
			return nil, security.InvalidAPIKey(security.APIKeyChallenge("", "X-API-Key", "header"))
		}
		return &Member{Name: "robot"}, nil
	}
	c := security.SchemeConfig{}
	anybody := security.AnyOf[*Member](
		mortise.Depends(member, security.Bearer(c)),
		mortise.Depends(robot, security.APIKeyHeader("X-API-Key", c)))
	api := mortise.New("Pages", "1.0.0")
	mortise.Get(api, "/hello", hello, anybody)

	tell(api, "GET", "/hello", "Authorization: Bearer token-of-ada")
	tell(api, "GET", "/hello", "X-API-Key: key-of-robot")
	tell(api, "GET", "/hello")
	tell(api, "GET", "/hello", "Authorization: Bearer token-of-ada", "X-API-Key: guessed")
	// Output:
	// 200 "Hello, ada"
	// 200 "Hello, robot"
	// 401 No credentials provided Bearer realm="api" | ApiKey realm="api", name="X-API-Key", in="header"
	// 401 Invalid API key ApiKey realm="api", name="X-API-Key", in="header"
}

func ExampleOptional() {
	greet := func(_ context.Context, who mortise.Optional[*Member]) (string, error) {
		return "Hello, " + who.Or(&Member{Name: "stranger"}).Name, nil
	}
	known := mortise.Depends(member, security.Bearer(security.SchemeConfig{}))
	api := mortise.New("Pages", "1.0.0")
	mortise.Get(api, "/", greet, security.Optional[*Member](known), mortise.Public())

	tell(api, "GET", "/", "Authorization: Bearer token-of-bob")
	tell(api, "GET", "/")
	tell(api, "GET", "/", "Authorization: Bearer forged")
	// Output:
	// 200 "Hello, bob"
	// 200 "Hello, stranger"
	// 401 Invalid token Bearer realm="api", error="invalid_token", error_description="The access token is invalid"
}

func ExampleRequire() {
	verify := func(_ context.Context, in struct {
		Required security.Scopes
		Member   *Member
	}) (*Member, error) {
		if !in.Member.Scopes.Has(in.Required...) {
			return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Member.Scopes)
		}
		return in.Member, nil
	}
	api := mortise.New("Pages", "1.0.0")
	api.Provide(mortise.Depends(member))
	mortise.Put(api, "/pages", hello, security.Require(verify, "pages:read", "pages:write"))

	tell(api, "PUT", "/pages", "Authorization: Bearer token-of-ada")
	tell(api, "PUT", "/pages", "Authorization: Bearer token-of-bob")
	// Output:
	// 200 "Hello, ada"
	// 403 Scope 'pages:write' required Bearer realm="api", error="insufficient_scope", scope="pages:read pages:write"
}

func ExampleRequireRole() {
	api := mortise.New("Pages", "1.0.0")
	api.Provide(mortise.Depends(member))
	mortise.Get(api, "/audit", hello, security.RequireRole[*Member]("admin"))

	tell(api, "GET", "/audit", "Authorization: Bearer token-of-ada")
	tell(api, "GET", "/audit", "Authorization: Bearer token-of-bob")
	tell(api, "GET", "/audit")
	// Output:
	// 200 "Hello, ada"
	// 403 Role 'admin' required
	// 401 No authorization token provided Bearer realm="api"
}

// The guard loads the page, and the handler takes the one that was checked.
func ExampleRequireOwner() {
	pages := map[string]*Page{"intro": {"Introduction", "bob"}, "notes": {"Notes", "ada"}}
	find := func(_ context.Context, in struct {
		Name string `path:"name"`
	}) (*Page, error) {
		return pages[in.Name], nil // nil is answered 404
	}
	remove := func(_ context.Context, p *Page) (*Page, error) { return p, nil }
	api := mortise.New("Pages", "1.0.0")
	api.Provide(mortise.Depends(member))
	mortise.Delete(api, "/pages/{name}", remove, security.RequireOwner[*Member](find, security.OrRole("admin")))

	tell(api, "DELETE", "/pages/intro", "Authorization: Bearer token-of-bob")
	tell(api, "DELETE", "/pages/notes", "Authorization: Bearer token-of-bob")
	tell(api, "DELETE", "/pages/intro", "Authorization: Bearer token-of-ada")
	tell(api, "DELETE", "/pages/none", "Authorization: Bearer token-of-ada")
	// Output:
	// 200 {"title":"Introduction","owner":"bob"}
	// 403 You don't own this resource
	// 200 {"title":"Introduction","owner":"bob"}
	// 404
}
