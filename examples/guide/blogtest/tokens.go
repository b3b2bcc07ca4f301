package blogtest

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/examples/guide/blog"
)

// session is what a login gave.
type session struct{ access, refresh string }

// sessionOf is what an answer gives, which has to give one.
func (g *guide) sessionOf(a answer) session {
	g.Helper()
	if a.status != 200 {
		g.Fatalf("no tokens: %d %s", a.status, a.text)
	}
	return session{"Bearer " + a.body["access_token"].(string), a.body["refresh_token"].(string)}
}

func (g *guide) session() session {
	g.Helper()
	a := g.json("POST", "/login", `{"username":"alice","password":"wonderland-1"}`)
	if a.status != 200 {
		g.Fatalf("login: %d %s", a.status, a.text)
	}
	return g.sessionOf(a)
}

func (g *guide) refresh(token string) answer {
	g.Helper()
	return g.json("POST", "/refresh", `{"refresh_token":"`+token+`"}`)
}

func (g *guide) profile(access string) answer {
	g.Helper()
	return g.do("GET", "/profile", "", "Authorization", access)
}

// claimsOf decodes the claims of a token without verifying it.
func (g *guide) claimsOf(token string) map[string]any {
	g.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		g.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(data, &claims); err != nil {
		g.Fatal(err)
	}
	return claims
}

// S107, S111, S129, S197, S200
func (g *guide) loginGivesTwoTokens() {
	a := g.json("POST", "/login", `{"username":"alice","password":"wonderland-1"}`)
	if a.body["expires_in"] != float64(86400) || a.body["token_type"] != "bearer" || a.header.Get("Cache-Control") != "no-store" {
		g.Errorf("login: %s %v", a.text, a.header)
	}
	s := g.sessionOf(a)
	access, refresh := g.claimsOf(s.access), g.claimsOf(s.refresh)
	if access["exp"].(float64)-access["iat"].(float64) != 86400 || access["sub"] != "alice" || access["iss"] != "guide" || access["user_id"] != 1.0 {
		g.Errorf("access token: %v", access)
	}
	if access["jti"] == refresh["jti"] || access["jti"] == "" || access["sid"] != refresh["sid"] {
		g.Errorf("access token %v, refresh token %v", access, refresh)
	}
	g.check("the access token", g.profile(s.access), want{status: 200})
	g.check("the refresh token is no access token", g.profile("Bearer "+s.refresh), want{401, "Invalid token", invalidToken}) // A16
}

// S133, S154, A42
func (g *guide) logoutRevokesTheToken() {
	here, there := g.session(), g.session()
	g.check("nobody", g.do("POST", "/logout", ""), want{401, "No authorization token provided", bearer})
	out := g.do("POST", "/logout", "", "Authorization", here.access)
	if out.status != 204 || out.text != "" {
		g.Errorf("logout: %d %q", out.status, out.text)
	}
	reuse := g.profile(here.access)
	g.check("reuse", reuse, want{401, "Invalid token", invalidToken})
	if reuse.body["code"] != "token-invalid" {
		g.Errorf("reuse: %s", reuse.text)
	}
	g.check("reuse with the scheme in lower case", g.profile("bearer"+here.access[6:]), want{401, "Invalid token", invalidToken})
	g.check("logout again", g.do("POST", "/logout", "", "Authorization", here.access), want{401, "Invalid token", invalidToken})
	g.check("its refresh token", g.refresh(here.refresh), want{401, "Invalid refresh token", invalidToken})
	g.check("another session", g.profile(there.access), want{status: 200})
	g.check("its refresh token", g.refresh(there.refresh), want{status: 200})
}

// A44: a token without jti can be revoked, too.
func (g *guide) logoutRevokesATokenWithoutAnID() {
	token := g.sign(func(c *blog.Claims) { c.UserID = 2; c.Subject = "bob" })
	g.check("before", g.profile(token), want{status: 200})
	if out := g.do("POST", "/logout", "", "Authorization", token); out.status != 204 {
		g.Errorf("logout: %d %s", out.status, out.text)
	}
	g.check("after", g.profile(token), want{401, "Invalid token", invalidToken})
}

// S147, S148, S247, A150
func (g *guide) refreshTokensServeOnce() {
	s := g.session()
	a := g.refresh(s.refresh)
	if a.status != 200 || a.body["expires_in"] != float64(900) || a.header.Get("Cache-Control") != "no-store" {
		g.Fatalf("refresh: %d %s", a.status, a.text)
	}
	next := g.sessionOf(a)
	g.check("the new access token", g.profile(next.access), want{status: 200})
	g.check("the old access token", g.profile(s.access), want{status: 200})
	twice := g.refresh(s.refresh) // within the grace period
	if twice.status != 200 || g.claimsOf(g.sessionOf(twice).refresh)["jti"] != g.claimsOf(next.refresh)["jti"] {
		g.Errorf("the same refresh token at once again: %d %s", twice.status, twice.text)
	}
	last := g.sessionOf(g.refresh(next.refresh))
	refused := want{401, "Invalid refresh token", invalidToken}
	g.check("the first refresh token, two exchanges later", g.refresh(s.refresh), refused)
	g.check("the last refresh token of the session", g.refresh(last.refresh), refused)
	g.check("the last access token of the session", g.profile(last.access), want{401, "Invalid token", invalidToken})
	g.check("an access token", g.refresh(g.session().access[7:]), refused)
	g.check("nonsense", g.refresh("bad"), refused)
	g.check("nothing", g.json("POST", "/refresh", `{}`), want{422, "", ""})
}

// A151
func (g *guide) refreshingAtOnceGivesOneSuccessor() {
	s := g.session()
	var mu sync.Mutex
	var all sync.WaitGroup
	successors := map[any]bool{}
	for range 8 {
		all.Go(func() {
			a := g.refresh(s.refresh)
			if a.status != 200 {
				g.Errorf("refresh: %d %s", a.status, a.text)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			successors[g.claimsOf(g.sessionOf(a).refresh)["jti"]] = true
		})
	}
	all.Wait()
	if len(successors) != 1 {
		g.Errorf("%d successors", len(successors))
	}
}

// A153
func (g *guide) refreshingWidensNoScope() {
	a := g.do("POST", "/token", "grant_type=password&username=alice&password=wonderland-1&scope=stats:read", "Content-Type", "application/x-www-form-urlencoded")
	next := g.json("POST", "/refresh", `{"refresh_token":"`+g.sessionOf(a).refresh+`","scope":"admin:read","scopes":["admin:read"]}`)
	if next.status != 200 {
		g.Fatalf("refresh: %d %s", next.status, next.text)
	}
	if scopes, _ := g.claimsOf(g.sessionOf(next).access)["scopes"].([]any); len(scopes) != 1 || scopes[0] != "stats:read" {
		g.Errorf("the scopes are %v", scopes)
	}
	g.check("a scope that was not asked for", g.do("GET", "/admin/users", "", "Authorization", g.sessionOf(next).access),
		want{403, "Scope 'admin:read' required", `Bearer realm="api", error="insufficient_scope", scope="admin:read"`})
}

// A160: an account that is deleted is gone at once, and stays so, whatever it has open.
func (g *guide) aDeletedAccountOpensNothing() {
	const login = `{"username":"alice","password":"wonderland-1"}`
	alice, pages := g.sessionOf(g.json("POST", "/login", login)), g.browser("alice", "wonderland-1")
	if a := g.do("DELETE", "/users/1", "", "Authorization", alice.access); a.status != 200 {
		g.Fatalf("delete: %d %s", a.status, a.text)
	}
	gone := func(g *guide) {
		g.Helper()
		for _, line := range []string{"GET /protected", "GET /profile", "GET /admin/users", "GET /admin/stats", "DELETE /users/2"} {
			method, target, _ := strings.Cut(line, " ")
			g.check(line, g.do(method, target, "", "Authorization", alice.access), want{401, "Invalid token", invalidToken})
		}
		g.check("a refresh", g.refresh(alice.refresh), want{401, "Invalid refresh token", invalidToken})
		g.check("a session", g.page(pages), want{401, "Invalid session", sessionCookie})
		g.check("a login", g.json("POST", "/login", login), want{401, "Invalid credentials", invalidToken})
		g.check("somebody else", g.profile(g.bob()), want{status: 200})
	}
	gone(g)
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	gone(g.again())
}

// S149, S151
func (g *guide) aTokenHoldsEveryClaimOfItsKind() {
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "guide", "aud": "guide", "sub": "alice", "exp": 4e9, "iat": 4e9 - 60}).SignedString([]byte(secret))
	if err != nil {
		g.Fatal(err)
	}
	g.check("no user_id", g.profile("Bearer "+text), want{401, "Invalid token", invalidToken})
}

// S159
func (g *guide) revocationSurvivesARestart() {
	gone, kept := g.session(), g.session()
	if out := g.do("POST", "/logout", "", "Authorization", gone.access); out.status != 204 {
		g.Fatalf("logout: %d %s", out.status, out.text)
	}
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	down := g.do("POST", "/logout", "", "Authorization", kept.access)
	if down.status != 503 || down.header.Get("Retry-After") == "" {
		g.Errorf("logout without a log: %d %s", down.status, down.text)
	}
	after := g.again()
	after.check("a revoked token", after.profile(gone.access), want{401, "Invalid token", invalidToken})
	after.check("its refresh token", after.refresh(gone.refresh), want{401, "Invalid refresh token", invalidToken})
	after.check("a token that was not revoked", after.profile(kept.access), want{status: 200})
	after.check("its refresh token", after.refresh(kept.refresh), want{status: 200})
}
