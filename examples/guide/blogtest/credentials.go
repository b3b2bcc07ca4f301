package blogtest

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/examples/guide/blog"
)

// S183, S186, S188, S192, S198, S199, A52, A53, A71
func (g *guide) tokensOpenWhatTheyShouldAndNothingElse() {
	alice := g.alice()
	expired := g.sign(func(c *blog.Claims) { c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Hour)) })
	nobody := g.sign(func(c *blog.Claims) { c.UserID = 99 })
	foreign := g.sign(func(c *blog.Claims) { c.Audience = jwt.ClaimStrings{"other"} })
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

// A61: and these come from a proxy that is trusted.
func (g *guide) noHeaderSaysWhoSomebodyIsOrWhatIsAskedFor() {
	identity := []string{"X-User-ID", "1", "X-Remote-User", "alice", "X-Auth-User", "alice", "X-Forwarded-User", "alice", "X-Auth-Request-User", "alice"}
	elsewhere := func(path string) []string {
		return []string{"X-Original-URL", path, "X-Rewrite-URL", path, "X-Forwarded-Uri", path, "X-Forwarded-Prefix", path, "X-Forwarded-Path", path}
	}
	g.check("headers that name alice", g.do("GET", "/profile", "", identity...), want{401, "No authorization token provided", bearer})
	g.check("a public path for a locked one", g.do("GET", "/profile", "", elsewhere("/posts")...), want{401, "", bearer})
	g.check("a path for one that is not there", g.do("GET", "/nothing", "", elsewhere("/posts")...), want{status: 404})
	g.check("a locked path for a public one", g.do("GET", "/posts", "", elsewhere("/profile")...), want{status: 200})
}

// S200, S201, S202
func (g *guide) profileShowsNoMoreThanItSays() {
	a := g.do("GET", "/profile", "", "Authorization", g.alice())
	if a.text != `{"user_id":1,"username":"alice","email":"alice@example.com"}` { // no hash, no secret
		g.Errorf("profile: %s", a.text)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		g.Errorf("Cache-Control: %q", a.header.Get("Cache-Control"))
	}
}

// S201
func (g *guide) loginTellsNothingAboutWhichPartIsWrong() {
	unknown := g.json("POST", "/login", `{"username":"nobody","password":"wonderland-1"}`)
	wrong := g.json("POST", "/login", `{"username":"alice","password":"canary-password"}`)
	g.check("unknown user", unknown, want{401, "Invalid credentials", invalidToken})
	if unknown.text != wrong.text || wrong.status != unknown.status {
		g.Errorf("answers differ: %s and %s", unknown.text, wrong.text)
	}
	if strings.Contains(wrong.text, "canary") {
		g.Error("the password is echoed")
	}
}

func (g *guide) loginMistakesAreToldTogether() {
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
			g.Errorf("%s: %d %q, want %d %q: %s", tc.name, a.status, got, tc.status, tc.places, a.text)
		}
	}
	if a := g.do("POST", "/login", `{}`, "Content-Type", "text/plain"); a.status != 415 {
		g.Errorf("text/plain: %d", a.status)
	}
}

// S203, S204, S205, S206, A50
func (g *guide) apiKeys() {
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
	for key, user := range map[string]string{"key123": "alice", "key456": "bob"} {
		if a := g.do("GET", "/data", "", "X-API-Key", key); a.body["user"] != user {
			g.Errorf("the key of %s is that of %v", user, a.body["user"])
		}
	}
}

// S207 to S210
func (g *guide) basic() {
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

// S211, S212, S213, S214, S215, S216
func (g *guide) tokenEndpointSpeaksOAuth() {
	form := func(pairs ...string) string {
		v := url.Values{}
		for pair := range slices.Chunk(pairs, 2) {
			v.Add(pair[0], pair[1])
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
			g.Errorf("%s: %d %q, want %d %q: %s", tc.name, a.status, got, tc.status, tc.err, a.text)
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" {
			g.Errorf("%s: may be cached: %v", tc.name, a.header)
		}
	}
	a := g.do("POST", "/token", good, "Content-Type", "application/x-www-form-urlencoded")
	if a.body["scope"] != "admin:read" || a.body["expires_in"] != float64(86400) || a.body["token_type"] != "bearer" {
		g.Errorf("a scope that alice does not have was granted, or the answer is off: %s", a.text)
	}
	g.check("the token works", g.do("GET", "/admin/users", "", "Authorization", "Bearer "+a.body["access_token"].(string)), want{status: 200})
	if a := g.json("POST", "/token", `{}`); a.status != 415 {
		g.Errorf("JSON at the token endpoint: %d", a.status)
	}
	if a := g.do("POST", "/token?"+good, ""); a.status != 400 {
		g.Errorf("credentials in the query: %d %s", a.status, a.text)
	}
}
