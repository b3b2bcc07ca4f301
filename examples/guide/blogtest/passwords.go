package blogtest

import (
	"strings"
	"sync"
	"time"

	"github.com/mortise-go/mortise/security/reset"
)

const better = "a-better-bridge-than-before"

// mailTo asks for a new password and returns what was sent.
func (g *guide) mailTo(address string) reset.Message {
	g.Helper()
	a := g.json("POST", "/password-reset-request", `{"email":"`+address+`"}`)
	if a.status != 202 {
		g.Fatalf("a request for %s: %d %s", address, a.status, a.text)
	}
	select {
	case m := <-g.mail:
		return m
	case <-time.After(10 * time.Second):
		g.Fatalf("nothing was sent to %s", address)
		return reset.Message{}
	}
}

func (g *guide) redeem(token reset.Token, password string) answer {
	g.Helper()
	return g.json("POST", "/password-reset", `{"token":"`+string(token)+`","new_password":"`+password+`"}`)
}

// S248, A148, A149: a new password ends sessions, refresh tokens and access tokens,
// logs nobody in and leaves the second factor as it is.
func (g *guide) aForgottenPasswordIsReplaced() {
	before := g.sessionOf(g.json("POST", "/login", `{"username":"alice","password":"wonderland-1"}`))
	pages, bob := g.browser("alice", "wonderland-1"), g.bob()
	m := g.mailTo("alice@example.com")
	if m.To != "alice@example.com" || !strings.HasPrefix(m.Link(), "https://example.com/new-password#token=") {
		g.Errorf("the link is to %.40s", m.Link())
	}
	a := g.redeem(m.Token, better)
	if a.status != 200 || a.text != `{"message":"Password reset successful"}` || a.header.Get("Set-Cookie") != "" {
		g.Fatalf("reset: %d %s %v", a.status, a.text, a.header)
	}
	g.check("the access token", g.profile(before.access), want{401, "Invalid token", invalidToken})
	g.check("the refresh token", g.refresh(before.refresh), want{401, "Invalid refresh token", invalidToken})
	g.check("the session", g.page(pages), want{401, "Invalid session", sessionCookie})
	g.check("the old password", g.json("POST", "/login", `{"username":"alice","password":"wonderland-1"}`), want{401, "Invalid credentials", invalidToken})
	g.check("somebody else", g.profile(bob), want{status: 200})
	alice := g.login("alice", better)
	g.check("the new password", g.profile(alice), want{status: 200})
	g.check("the second factor", g.do("GET", "/sensitive-data", "", "Authorization", alice), want{401, "A second factor is required", secondFactor})
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	after := g.again()
	after.check("the new password after a restart", after.profile(after.login("alice", better)), want{status: 200})
	after.check("the token after a restart", after.redeem(m.Token, better), want{401, "Invalid or expired token", invalidToken})
}

// S248, A133, A194
func (g *guide) nobodyLearnsWhoHasAnAccount() {
	answers := map[string]bool{}
	for _, address := range []string{"nobody@example.com", "bob@example.com", "BOB@example.com"} {
		a := g.json("POST", "/password-reset-request", `{"email":"`+address+`"}`)
		answers[a.text] = true
		if a.status != 202 || a.header.Get("Set-Cookie") != "" {
			g.Errorf("%s: %d %v", address, a.status, a.header)
		}
	}
	if len(answers) != 1 || !answers[`{"message":"If account exists, reset email sent"}`] {
		g.Errorf("the answers are %v", answers)
	}
	if m := <-g.mail; m.To != "bob@example.com" {
		g.Errorf("a mail to %s", m.To)
	}
	hosted := g.json("POST", "/password-reset-request", `{"email":"bob@example.com"}`, "Host", "evil.example", "X-Forwarded-Host", "evil.example")
	if m := <-g.mail; hosted.status != 202 || strings.Contains(m.Link(), "evil") {
		g.Error("the request chose where the link leads")
	}
	g.check("no address", g.json("POST", "/password-reset-request", `{"email":"bob"}`), want{422, "", ""})
}

// A133: who has just ended everything is not told by a login that waits.
func (g *guide) noLoginWaitsForAnAccount() {
	least := time.Hour // of three, for other tests run, too
	for range 3 {
		bob := g.bob()
		now := time.Now()
		time.Sleep(now.Truncate(time.Second).Add(time.Second).Sub(now)) // a whole second is left
		out := make(chan answer, 1)
		go func() { out <- g.do("POST", "/logout-all", "", "Authorization", bob) }()
		time.Sleep(100 * time.Millisecond)
		begin := time.Now()
		g.check("a guess", g.json("POST", "/login", `{"username":"bob","password":"a guess"}`), want{401, "Invalid credentials", invalidToken})
		least = min(least, time.Since(begin))
		if a := <-out; a.status != 204 {
			g.Errorf("logout-all: %d %s", a.status, a.text)
		}
	}
	if least > 500*time.Millisecond {
		g.Errorf("a guess takes %v", least)
	}
	g.check("a login afterwards", g.profile(g.bob()), want{status: 200})
}

// S248, A148, A136
func (g *guide) aTokenFromAMailServesOnce() {
	refused := want{401, "Invalid or expired token", invalidToken}
	g.check("a guess", g.redeem(reset.Token(strings.Repeat("A", 43)), better), refused)
	old := g.mailTo("bob@example.com")
	m := g.mailTo("bob@example.com")
	g.check("one that was replaced", g.redeem(old.Token, better), refused)
	for code, password := range map[string]string{"too-short": "builder-23", "common": "PasswordPassword", "personal": "the-bridges-of-BOB"} {
		weak := g.redeem(m.Token, password)
		if weak.status != 422 || !strings.Contains(weak.text, "body.new_password") || !strings.Contains(weak.text, code) || strings.Contains(weak.text, password) {
			g.Errorf("a password that is %s: %d %s", code, weak.status, weak.text)
		}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[int]int{}
	for range 8 {
		all.Go(func() {
			a := g.redeem(m.Token, better)
			mu.Lock()
			defer mu.Unlock()
			got[a.status]++
		})
	}
	all.Wait()
	if got[200] != 1 || got[401] != 7 {
		g.Errorf("eight at once: %v", got)
	}
	// One of those who were too late may have ended everything once more.
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	g.check("the new password", g.profile(g.login("bob", better)), want{status: 200})
	if text := g.log.String(); strings.Contains(text, string(m.Token)) || strings.Contains(text, better) {
		g.Error("the log holds a secret")
	}
}

// A134: an address is not filled with mail.
func (g *guide) nobodyIsSentManyMails() {
	for range 5 {
		g.mailTo("mona@example.com")
	}
	for _, address := range []string{"mona@example.com", "nobody@example.com"} {
		for range 5 {
			g.json("POST", "/password-reset-request", `{"email":"`+address+`"}`)
		}
		if a := g.json("POST", "/password-reset-request", `{"email":"`+address+`"}`); a.status != 429 {
			g.Errorf("%s: %d", address, a.status)
		}
	}
	const asker = "203.0.113.77"
	for i := range 6 {
		a := g.json("POST", "/password-reset-request", `{"email":"user`+string(rune('a'+i))+`@example.com"}`, from, asker)
		if want := map[bool]int{false: 202, true: 429}[i == 5]; a.status != want {
			g.Errorf("request %d of one client: %d, want %d", i+1, a.status, want)
		}
	}
}

// S217, S246
func (g *guide) theLogTellsOfEvents() {
	bob := g.bob()
	g.do("GET", "/admin/users", "", "Authorization", bob)
	g.do("POST", "/logout", "", "Authorization", bob)
	m := g.mailTo("bob@example.com")
	g.redeem(m.Token, better)
	g.json("POST", "/login", `{"username":"what-was-typed","password":"x"}`)
	text := g.log.String()
	for _, says := range []string{
		"RFC 9700 section 2.4", // the password grant
		"kind=login outcome=succeeded subject=bob", "kind=refusal outcome=refused reason=forbidden",
		"kind=token-revoked", "kind=reset-requested outcome=succeeded", "kind=reset-redeemed outcome=succeeded", "kind=session-ended",
	} {
		if !strings.Contains(text, says) {
			g.Errorf("the log does not say %s:\n%s", says, text)
		}
	}
	for _, secret := range []string{strings.TrimPrefix(bob, "Bearer "), string(m.Token), better, "builder-22", "what-was-typed"} {
		if strings.Contains(text, secret) {
			g.Errorf("%.12s… is in the log", secret)
		}
	}
}
