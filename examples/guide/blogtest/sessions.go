package blogtest

import (
	"net/http"
	"strings"
)

// cookie returns the Cookie field that a browser sends after an answer, and the
// line that set it.
func cookie(a answer) (field, line string) {
	line = a.header.Get("Set-Cookie")
	field, _, _ = strings.Cut(line, ";")
	return field, line
}

// browser logs somebody in with a cookie, on top of other header fields.
func (g *guide) browser(user, password string, header ...string) string {
	g.Helper()
	a := g.json("POST", "/session/login", `{"username":"`+user+`","password":"`+password+`"}`, header...)
	field, _ := cookie(a)
	if a.status != http.StatusOK || field == "" {
		g.Fatalf("a browser logs in as %s: %d %s %v", user, a.status, a.text, a.header)
	}
	return field
}

func (g *guide) page(cookie string) answer {
	g.Helper()
	return g.do("GET", "/session/profile", "", "Cookie", cookie)
}

// sessionCookie is the challenge of whoever lacks a session.
const sessionCookie = `Cookie realm="api", cookie-name="__Host-session"`

// S245, A155, A156, A158
func (g *guide) aBrowserLogsInWithACookie() {
	g.check("a wrong password", g.json("POST", "/session/login", `{"username":"bob","password":"nope"}`), want{401, "Invalid credentials", invalidToken})
	a := g.json("POST", "/session/login", `{"username":"bob","password":"builder-22"}`)
	field, line := cookie(a)
	if a.status != 200 || a.text != `{"message":"Logged in"}` || a.header.Get("Cache-Control") != "no-store" {
		g.Errorf("login: %d %s %v", a.status, a.text, a.header)
	}
	name, value, _ := strings.Cut(field, "=")
	if name != "__Host-session" || len(value) != 43 {
		g.Errorf("the cookie %q has %d characters", name, len(value))
	}
	for _, flag := range []string{"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=86"} {
		if !strings.Contains(line, flag) {
			g.Errorf("the cookie has no %q", flag)
		}
	}
	if strings.Contains(line, "Domain") {
		g.Error("the cookie is for other hosts, too")
	}
	if p := g.page(field); p.text != `{"user_id":2,"username":"bob","email":"bob@example.com"}` {
		g.Errorf("profile: %d %s", p.status, p.text)
	}
	g.check("no cookie", g.do("GET", "/session/profile", ""), want{401, "No session provided", sessionCookie})
	g.check("a token is no session", g.do("GET", "/session/profile", "", "Authorization", g.bob()), want{401, "No session provided", sessionCookie})
	g.check("a session is no token", g.do("GET", "/profile", "", "Cookie", field), want{401, "No authorization token provided", bearer})
	g.check("a guess", g.page(name+"="+strings.Repeat("A", 43)), want{401, "Invalid session", sessionCookie})
	other := g.page(field + "; " + field)
	if other.status != 400 { // A157
		g.Errorf("two cookies: %d %s", other.status, other.text)
	}
	foreign := g.do("POST", "/session/logout", "", "Cookie", field, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if foreign.status != 403 {
		g.Errorf("logout by another site: %d", foreign.status)
	}
	out := g.do("POST", "/session/logout", "", "Cookie", field)
	if _, line := cookie(out); out.status != 204 || !strings.Contains(line, "Max-Age=0") {
		g.Errorf("logout: %d %v", out.status, out.header)
	}
	g.check("after it", g.page(field), want{401, "Invalid session", sessionCookie})
}

// A155
func (g *guide) aLoginTakesNoCookieOver() {
	planted := "__Host-session=" + strings.Repeat("B", 43)
	if field := g.browser("bob", "builder-22", "Cookie", planted); field == planted {
		g.Error("the id was taken over")
	}
	first := g.browser("bob", "builder-22")
	second := g.browser("bob", "builder-22", "Cookie", first)
	g.check("the planted id", g.page(planted), want{401, "Invalid session", sessionCookie})
	g.check("the id before the login", g.page(first), want{401, "Invalid session", sessionCookie})
	g.check("the id after it", g.page(second), want{status: 200})
}

// A160, S153
func (g *guide) logoutAllEndsEverything() {
	here, there := g.sessionOf(g.json("POST", "/login", `{"username":"bob","password":"builder-22"}`)), g.sessionOf(g.json("POST", "/login", `{"username":"bob","password":"builder-22"}`))
	pages, alice, hers := g.browser("bob", "builder-22"), g.alice(), g.browser("alice", "wonderland-1")
	if out := g.do("POST", "/logout-all", "", "Authorization", here.access); out.status != 204 {
		g.Fatalf("logout-all: %d %s", out.status, out.text)
	}
	for _, s := range []session{here, there} {
		g.check("an access token", g.profile(s.access), want{401, "Invalid token", invalidToken})
		g.check("its refresh token", g.refresh(s.refresh), want{401, "Invalid refresh token", invalidToken})
	}
	g.check("a session", g.page(pages), want{401, "Invalid session", sessionCookie})
	g.check("somebody else's token", g.profile(alice), want{status: 200})
	g.check("somebody else's session", g.page(hers), want{status: 200})
	next := g.bob()
	g.check("a login at once", g.profile(next), want{status: 200})
	if out := g.do("POST", "/logout-all", "", "Authorization", next); out.status != 204 {
		g.Errorf("logout-all at once: %d %s", out.status, out.text)
	}
	g.check("that login after another logout-all", g.profile(next), want{401, "Invalid token", invalidToken})
	g.check("a session at once", g.page(g.browser("bob", "builder-22")), want{status: 200})
}

// S245
func (g *guide) sessionsSurviveARestart() {
	kept, gone := g.browser("bob", "builder-22"), g.browser("alice", "wonderland-1")
	if out := g.do("POST", "/session/logout", "", "Cookie", gone); out.status != 204 {
		g.Fatalf("logout: %d %s", out.status, out.text)
	}
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	after := g.again()
	after.check("a session", after.page(kept), want{status: 200})
	after.check("one that was ended", after.page(gone), want{401, "Invalid session", sessionCookie})
}

// S114: what stands in the body or the query is no token.
func (g *guide) tokensTravelInTheHeaderAlone() {
	token := strings.TrimPrefix(g.bob(), "Bearer ")
	missing := want{401, "No authorization token provided", bearer}
	g.check("a form", g.do("POST", "/logout", "access_token="+token, "Content-Type", "application/x-www-form-urlencoded"), missing)
	g.check("JSON", g.json("POST", "/posts", `{"title":"a","access_token":"`+token+`"}`), missing)
	g.check("a query", g.do("GET", "/profile?access_token="+token, ""), missing)
	g.check("the header", g.profile("Bearer "+token), want{status: 200})
}
