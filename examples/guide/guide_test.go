package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security/password"
)

const secret = "a secret for the tests of the guide, long enough"

// guide is the API behind a real server.
type guide struct {
	*testing.T
	url string
}

func start(t *testing.T) *guide {
	t.Helper()
	s, err := openStore(t.TempDir(), cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	api, err := newAPI(s, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return &guide{t, server.URL}
}

// cheap is a hasher that tests need not wait for.
func cheap(t *testing.T) *password.Hasher {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	return hasher
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// do sends a request; header holds pairs.
func (g *guide) do(method, target, body string, header ...string) answer {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.url+target, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, text: string(text)}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &a.body); err != nil {
			g.Fatalf("%s %s: %v in %s", method, target, err, text)
		}
	}
	return a
}

func (g *guide) json(method, target, body string, header ...string) answer {
	g.Helper()
	return g.do(method, target, body, append(header, "Content-Type", "application/json")...)
}

// login returns the Authorization field of a user.
func (g *guide) login(user, password string) string {
	g.Helper()
	a := g.json("POST", "/login", `{"username":"`+user+`","password":"`+password+`"}`)
	if a.status != http.StatusOK {
		g.Fatalf("login as %s: %d %s", user, a.status, a.text)
	}
	return "Bearer " + a.body["access_token"].(string)
}

func (g *guide) alice() string { return g.login("alice", "wonderland-1") }
func (g *guide) bob() string   { return g.login("bob", "builder-22") }
func (g *guide) mona() string  { return g.login("mona", "moderator-3") }
func (g *guide) ed() string    { return g.login("ed", "editor-444") }

// sign makes a token with our secret that the API would not make.
func (g *guide) sign(change func(*Claims)) string {
	g.Helper()
	c := Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "guide", Audience: jwt.ClaimStrings{"guide"}, Subject: "alice",
			IssuedAt: jwt.NewNumericDate(time.Now()), ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		UserID: 1,
	}
	change(&c)
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(secret))
	if err != nil {
		g.Fatal(err)
	}
	return "Bearer " + text
}

// want is an answer to expect.
type want struct {
	status    int
	detail    string
	challenge string
}

func (g *guide) check(name string, got answer, w want) {
	g.Helper()
	if got.status != w.status {
		g.Errorf("%s: status %d, want %d: %s", name, got.status, w.status, got.text)
		return
	}
	if w.detail != "" && got.body["detail"] != w.detail {
		g.Errorf("%s: detail %q, want %q", name, got.body["detail"], w.detail)
	}
	if got.header.Get("WWW-Authenticate") != w.challenge {
		g.Errorf("%s: challenge %q, want %q", name, got.header.Get("WWW-Authenticate"), w.challenge)
	}
	if got.status >= 400 && got.body["status"] != float64(got.status) && got.body["error"] == nil {
		g.Errorf("%s: the body says status %v: %s", name, got.body["status"], got.text)
	}
}

const (
	bearer       = `Bearer realm="api"`
	invalidToken = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`
	basic        = `Basic realm="api", charset="UTF-8"`
)

// S183, S186, S188, S192, S198, S199, A52, A53, A71
func TestTokensOpenWhatTheyShouldAndNothingElse(t *testing.T) {
	t.Parallel()
	g := start(t)
	alice := g.alice()
	expired := g.sign(func(c *Claims) { c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Hour)) })
	nobody := g.sign(func(c *Claims) { c.UserID = 99 })
	foreign := g.sign(func(c *Claims) { c.Audience = jwt.ClaimStrings{"other"} })
	for _, tc := range []struct {
		name   string
		header []string
		want   want
	}{
		{"no header", nil, want{401, "No authorization token provided", bearer}},
		{"another scheme", []string{"Authorization", "Basic x"}, want{401, "Invalid authorization header", bearer}},
		{"an unknown scheme", []string{"Authorization", "Token x"}, want{401, "Invalid authorization header", bearer}},
		{"a bad token", []string{"Authorization", "Bearer bad"}, want{401, "Invalid token", invalidToken}},
		{"an expired token", []string{"Authorization", expired}, want{401, "Token has expired", `Bearer realm="api", error="invalid_token", error_description="The access token expired"`}},
		{"a token for somebody else's API", []string{"Authorization", foreign}, want{401, "Invalid token", invalidToken}},
		{"a token of a user who is gone", []string{"Authorization", nobody}, want{401, "User not found", invalidToken}},
		{"two tokens", []string{"Authorization", alice, "Authorization", alice}, want{400, "Multiple credentials in request", `Bearer realm="api", error="invalid_request", error_description="Multiple credentials in request"`}},
		{"a good token", []string{"Authorization", alice}, want{status: 200}},
		{"a good token with the scheme in lower case", []string{"Authorization", "bearer" + alice[6:]}, want{status: 200}},
	} {
		g.check(tc.name, g.do("GET", "/profile", "", tc.header...), tc.want)
	}
}

// S200, S201, S202
func TestProfileShowsNoMoreThanItSays(t *testing.T) {
	t.Parallel()
	g := start(t)
	a := g.do("GET", "/profile", "", "Authorization", g.alice())
	if a.text != `{"user_id":1,"username":"alice","email":"alice@example.com"}` {
		t.Errorf("profile: %s", a.text)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control: %q", a.header.Get("Cache-Control"))
	}
}

// S201
func TestLoginTellsNothingAboutWhichPartIsWrong(t *testing.T) {
	t.Parallel()
	g := start(t)
	unknown := g.json("POST", "/login", `{"username":"nobody","password":"wonderland-1"}`)
	wrong := g.json("POST", "/login", `{"username":"alice","password":"canary-password"}`)
	g.check("unknown user", unknown, want{401, "Invalid credentials", invalidToken})
	if unknown.text != wrong.text || wrong.status != unknown.status {
		t.Errorf("answers differ: %s and %s", unknown.text, wrong.text)
	}
	if strings.Contains(wrong.text, "canary") {
		t.Error("the password is echoed")
	}
}

func TestLoginMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, tc := range []struct {
		name, body string
		status     int
		places     string
	}{
		{"nothing", `{}`, 422, "body.username body.password"},
		{"wrong types", `{"username":1,"password":[]}`, 422, "body.username body.password"},
		{"broken", `{"username":`, 400, "body"},
		{"twice", `{"username":"a","username":"b","password":"c"}`, 400, "body.username"},
		{"no body", ``, 422, "body"},
	} {
		a := g.json("POST", "/login", tc.body)
		var places []string
		list, _ := a.body["errors"].([]any)
		for _, e := range list {
			places = append(places, e.(map[string]any)["place"].(string))
		}
		if got := strings.Join(places, " "); a.status != tc.status || got != tc.places {
			if tc.name == "twice" && a.status == tc.status {
				continue
			}
			t.Errorf("%s: %d %q, want %d %q: %s", tc.name, a.status, got, tc.status, tc.places, a.text)
		}
	}
	if a := g.do("POST", "/login", `{}`, "Content-Type", "text/plain"); a.status != 415 {
		t.Errorf("text/plain: %d", a.status)
	}
}

// S193 to S195, S216, S231, S232
func TestScopesAreRequiredAllOfThem(t *testing.T) {
	t.Parallel()
	g := start(t)
	few := g.sign(func(c *Claims) { c.Scopes = []string{"admin:read"} })
	alice, bob := g.alice(), g.bob()
	insufficient := func(scope string) string {
		return `Bearer realm="api", error="insufficient_scope", scope="` + scope + `"`
	}
	for _, tc := range []struct {
		name, method, path, token string
		want                      want
	}{
		{"nobody lists users", "GET", "/admin/users", "", want{401, "", bearer}},
		{"bob has no scope", "GET", "/admin/users", bob, want{403, "Scope 'admin:read' required", insufficient("admin:read")}},
		{"alice lists users", "GET", "/admin/users", alice, want{status: 200}},
		{"one of two scopes is not enough", "GET", "/admin/stats", few, want{403, "Scope 'stats:read' required", insufficient("admin:read stats:read")}},
		{"alice sees the numbers", "GET", "/admin/stats", alice, want{status: 200}},
		{"bob deletes nobody", "DELETE", "/users/3", bob, want{403, "Scope 'users:delete' required", insufficient("users:delete")}},
		{"a user who is not there", "DELETE", "/users/99", alice, want{404, "user not found", ""}},
		{"an id that is none", "DELETE", "/users/x", alice, want{422, "", ""}},
		{"alice deletes mona", "DELETE", "/users/3", alice, want{status: 200}},
	} {
		header := []string{"Authorization", tc.token}
		if tc.token == "" {
			header = nil
		}
		g.check(tc.name, g.do(tc.method, tc.path, "", header...), tc.want)
	}
}

// S218, S219, S221, S222
func TestRolesAndPermissions(t *testing.T) {
	t.Parallel()
	g := start(t)
	tokens := map[string]string{"alice": g.alice(), "bob": g.bob(), "mona": g.mona(), "ed": g.ed()}
	for _, tc := range []struct {
		user, method, path string
		want               want
	}{
		{"alice", "GET", "/admin/roles", want{status: 200}},
		{"bob", "GET", "/admin/roles", want{403, "Role 'admin' required", ""}},
		{"mona", "GET", "/admin/roles", want{403, "Role 'admin' required", ""}},
		{"alice", "GET", "/moderator/reports", want{status: 200}},
		{"mona", "GET", "/moderator/reports", want{status: 200}},
		{"ed", "GET", "/moderator/reports", want{403, "One of roles ('admin', 'moderator') required", ""}},
		{"bob", "DELETE", "/articles/1", want{403, "Permission 'posts:delete' required", ""}},
		{"ed", "DELETE", "/articles/1", want{403, "Permission 'posts:delete' required", ""}},
		{"alice", "DELETE", "/articles/77", want{404, "post not found", ""}},
		{"alice", "DELETE", "/articles/1", want{status: 200}},
	} {
		g.check(tc.user+" "+tc.path, g.do(tc.method, tc.path, "", "Authorization", tokens[tc.user]), tc.want)
	}
	g.check("nobody", g.do("GET", "/admin/roles", ""), want{401, "", bearer})
}

// S226 to S230
func TestOnlyOwnersAndAdminsChangePosts(t *testing.T) {
	t.Parallel()
	g := start(t)
	alice, bob, ed := g.alice(), g.bob(), g.ed()
	text := `{"title":"New","body":"Changed."}`
	for _, tc := range []struct {
		name, path, token, body string
		want                    want
	}{
		{"nobody", "/posts/1", "", text, want{401, "", bearer}},
		{"the owner", "/posts/1", bob, text, want{status: 200}},
		{"somebody else", "/posts/1", ed, text, want{403, "You don't own this resource", ""}},
		{"somebody else with a bad body", "/posts/1", ed, `{`, want{403, "You don't own this resource", ""}},
		{"an admin", "/posts/2", alice, text, want{status: 200}},
		{"no such post", "/posts/77", bob, text, want{404, "post not found", ""}},
		{"an id that is none", "/posts/x", bob, text, want{422, "", ""}},
		{"the owner without a title", "/posts/1", bob, `{}`, want{422, "", ""}},
	} {
		header := []string{"Authorization", tc.token}
		if tc.token == "" {
			header = nil
		}
		g.check(tc.name, g.json("PUT", tc.path, tc.body, header...), tc.want)
	}
	if a := g.do("GET", "/posts/1", ""); a.body["title"] != "New" {
		t.Errorf("post 1 was not changed: %s", a.text)
	}
}

// S203, S204, S206, A50
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	g := start(t)
	header := `ApiKey realm="api", name="X-API-Key", in="header"`
	query := `ApiKey realm="api", name="api_key", in="query"`
	for _, tc := range []struct {
		name, target string
		header       []string
		want         want
	}{
		{"no key", "/data", nil, want{401, "", header}},
		{"a wrong key", "/data", []string{"X-API-Key", "nope"}, want{401, "Invalid API key", header}},
		{"an empty key", "/data", []string{"X-API-Key", ""}, want{401, "Invalid API key", header}},
		{"two keys", "/data", []string{"X-API-Key", "key123", "X-API-Key", "key456"}, want{400, "", header}},
		{"a key", "/data", []string{"X-API-Key", "key123"}, want{status: 200}},
		{"no key in the query", "/data-by-query", nil, want{401, "", query}},
		{"a wrong key in the query", "/data-by-query?api_key=nope", nil, want{401, "Invalid API key", query}},
		{"the key of the header in the query", "/data?api_key=key123", nil, want{401, "", header}},
		{"a key in the query", "/data-by-query?api_key=key456", nil, want{status: 200}},
	} {
		g.check(tc.name, g.do("GET", tc.target, "", tc.header...), tc.want)
	}
}

// S207 to S210
func TestBasic(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, tc := range []struct {
		name   string
		header string
		want   want
	}{
		{"none", "", want{401, "", basic}},
		{"right", "Basic YWxpY2U6d29uZGVybGFuZC0x", want{status: 200}},
		{"right, in lower case", "basic YWxpY2U6d29uZGVybGFuZC0x", want{status: 200}},
		{"a wrong password", "Basic YWxpY2U6bm9wZQ==", want{401, "Invalid credentials", basic}},
		{"no Base64", "Basic !!!", want{401, "Invalid authorization format", basic}},
		{"no colon", "Basic YWxpY2U=", want{401, "Invalid authorization format", basic}},
	} {
		var header []string
		if tc.header != "" {
			header = []string{"Authorization", tc.header}
		}
		g.check(tc.name, g.do("GET", "/basic", "", header...), tc.want)
	}
}

// S211 to S216
func TestTokenEndpointSpeaksOAuth(t *testing.T) {
	t.Parallel()
	g := start(t)
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	good := form("grant_type", "password", "username", "alice", "password", "wonderland-1", "scope", "admin:read posts:burn")
	for _, tc := range []struct {
		name, body string
		status     int
		err        string
	}{
		{"a good login", good, 200, ""},
		{"another grant", form("grant_type", "client_credentials", "username", "a", "password", "b"), 400, "unsupported_grant_type"},
		{"a wrong password", form("grant_type", "password", "username", "alice", "password", "nope"), 400, "invalid_grant"},
		{"a missing field", form("grant_type", "password", "username", "alice"), 400, "invalid_request"},
	} {
		a := g.do("POST", "/token", tc.body, "Content-Type", "application/x-www-form-urlencoded")
		got, _ := a.body["error"].(string)
		if a.status != tc.status || got != tc.err {
			t.Errorf("%s: %d %q, want %d %q: %s", tc.name, a.status, got, tc.status, tc.err, a.text)
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" {
			t.Errorf("%s: may be cached: %v", tc.name, a.header)
		}
	}
	a := g.do("POST", "/token", good, "Content-Type", "application/x-www-form-urlencoded")
	if a.body["scope"] != "admin:read" || a.body["expires_in"] != float64(86400) || a.body["token_type"] != "bearer" {
		t.Errorf("a scope that alice does not have was granted, or the answer is off: %s", a.text)
	}
	g.check("the token works", g.do("GET", "/admin/users", "", "Authorization", "Bearer "+a.body["access_token"].(string)), want{status: 200})
	if a := g.json("POST", "/token", `{}`); a.status != 415 {
		t.Errorf("JSON at the token endpoint: %d", a.status)
	}
	if a := g.do("POST", "/token?"+good, ""); a.status != 400 {
		t.Errorf("credentials in the query: %d %s", a.status, a.text)
	}
}

func TestPostsAreListedAndWritten(t *testing.T) {
	t.Parallel()
	g := start(t)
	if a := g.do("GET", "/posts?limit=1&offset=1", ""); a.status != 200 || a.body["count"] != float64(2) || len(a.body["posts"].([]any)) != 1 {
		t.Errorf("a page of posts: %d %s", a.status, a.text)
	}
	if a := g.do("GET", "/posts?limit=0&offset=x", ""); a.status != 422 || len(a.body["errors"].([]any)) != 2 {
		t.Errorf("two mistakes: %d %s", a.status, a.text)
	}
	bob := g.bob()
	if a := g.json("POST", "/posts", `{"title":"Third","body":""}`, "Authorization", bob); a.status != 201 || a.body["owner_id"] != float64(2) {
		t.Errorf("a new post: %d %s", a.status, a.text)
	}
	// A81
	if a := g.json("POST", "/posts", `{"title":"Mine","owner_id":1}`, "Authorization", bob); a.status != 201 || a.body["owner_id"] != float64(2) {
		t.Errorf("bob chose the owner: %d %s", a.status, a.text)
	}
	if a := g.do("GET", "/posts/77", ""); a.status != 404 {
		t.Errorf("no such post: %d", a.status)
	}
}

// A80, A214
func TestLockedOperationsAreLockedAndPublicOnesAreNot(t *testing.T) {
	t.Parallel()
	g := start(t)
	a := g.do("GET", "/openapi.json", "")
	if a.status != 200 {
		t.Fatalf("document: %d %s", a.status, a.text)
	}
	bob := g.bob()
	for path, item := range a.body["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			security, _ := op.(map[string]any)["security"].([]any)
			target := strings.NewReplacer("{user_id}", "1", "{post_id}", "1", "{id}", "1").Replace(path)
			nobody := g.json(strings.ToUpper(method), target, `{}`)
			switch {
			case len(security) > 0 && nobody.status != 401:
				t.Errorf("%s %s is locked but answered %d without credentials", method, path, nobody.status)
			case len(security) == 0 && nobody.status == 401 && path != "/login":
				t.Errorf("%s %s is public but answered 401", method, path)
			}
			if strings.HasPrefix(path, "/admin") {
				if got := g.json(strings.ToUpper(method), target, `{}`, "Authorization", bob); got.status != 403 {
					t.Errorf("bob at %s %s: %d", method, path, got.status)
				}
			}
		}
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := openStore(dir, cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.addPost(Post{OwnerID: 2, Title: "Kept"}); err != nil {
		t.Fatal(err)
	}
	second, err := openStore(dir, cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	if p := second.post(3); p == nil || p.Title != "Kept" {
		t.Errorf("post 3 is %v", p)
	}
}

// S246
func TestProductionNeedsASecret(t *testing.T) {
	t.Parallel()
	if _, err := secretKey("", true); err == nil {
		t.Error("production started without a secret")
	}
	if _, err := newTokens([]byte("short")); err == nil {
		t.Error("a short secret was accepted")
	}
	if s, err := secretKey("", false); err != nil || len(s) < 32 {
		t.Errorf("a secret for this run: %d bytes, %v", len(s), err)
	}
}
