package blogtest

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// enrol begins to set up bob's authenticator, and returns its secret.
func (g *guide) enrol(token string) string {
	g.Helper()
	a := g.json("POST", "/mfa/enrol", `{"password":"builder-22"}`, "Authorization", token)
	if a.status != 200 || a.header.Get("Cache-Control") != "no-store" {
		g.Fatalf("enrol: %d %s %v", a.status, a.text, a.header)
	}
	uri, err := url.Parse(a.body["uri"].(string))
	if err != nil || uri.Scheme != "otpauth" || uri.Path != "/Security guide:bob@example.com" || uri.Query().Get("issuer") != "Security guide" { // A146
		g.Errorf("the URI has path %q and issuer %q: %v", uri.Path, uri.Query().Get("issuer"), err)
	}
	picture, err := base64.StdEncoding.DecodeString(a.body["qr"].(string))
	if err != nil || !strings.HasPrefix(string(picture), "\x89PNG") {
		g.Errorf("no picture: %v", err)
	}
	secret := a.body["secret"].(string)
	if uri.Query().Get("secret") != secret {
		g.Error("the URI has another secret")
	}
	return secret
}

// A141, A143, A145, A147
func (g *guide) anAuthenticatorIsSetUpAndLost() {
	bob := g.bob()
	data := func(code string) answer {
		return g.do("GET", "/sensitive-data", "", "Authorization", bob, "X-TOTP-Code", code)
	}
	none := want{403, "A second factor has to be set up first", ""}
	secret := g.enrol(bob)
	first := codeFor(g.T, secret, 0)
	g.check("a code of a secret that is pending", data(first), none)
	a := g.json("POST", "/mfa/confirm", `{"code":"`+first+`"}`, "Authorization", bob)
	codes, _ := a.body["recovery_codes"].([]any)
	if a.status != 200 || len(codes) != 10 || a.header.Get("Cache-Control") != "no-store" {
		g.Fatalf("confirm: %d %s", a.status, a.text)
	}
	g.check("the code that confirmed", data(first), want{401, "Invalid TOTP code", secondFactor})
	g.check("the next code", data(codeFor(g.T, secret, 30*time.Second)), want{status: 200})
	g.check("setting up another", g.json("POST", "/mfa/enrol", `{"password":"builder-22"}`, "Authorization", bob), want{409, "An authenticator is set up already", ""})
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	after := g.again()
	recover := func(code string) answer {
		return after.json("POST", "/mfa/recover", `{"code":"`+code+`"}`, "Authorization", bob)
	}
	after.check("no recovery code", recover("AAAA"), want{401, "Invalid recovery code", secondFactor})
	if out := recover(codes[0].(string)); out.status != 204 {
		g.Errorf("recovery after a restart: %d %s", out.status, out.text)
	}
	after.check("the same code", recover(codes[0].(string)), want{401, "Invalid recovery code", secondFactor})
	after.check("without the authenticator", after.do("GET", "/sensitive-data", "", "Authorization", bob, "X-TOTP-Code", first), none)
	if after.enrol(bob) == secret {
		g.Error("the secret is the same")
	}
	for _, text := range []string{g.log.String(), after.log.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, codes[1].(string)) {
			g.Error("the log holds a secret")
		}
	}
}

// A141, A142: a stolen token sets up no authenticator.
func (g *guide) settingUpNeedsThePasswordAndACode() {
	bob := g.bob()
	g.check("a wrong password", g.json("POST", "/mfa/enrol", `{"password":"nope"}`, "Authorization", bob), want{401, "Invalid credentials", invalidToken})
	confirm := func(code string) answer {
		return g.json("POST", "/mfa/confirm", `{"code":"`+code+`"}`, "Authorization", bob)
	}
	g.check("nothing to confirm", confirm("123456"), want{403, "A second factor has to be set up first", ""})
	secret := g.enrol(bob)
	g.check("a wrong code", confirm(codeFor(g.T, secret, time.Hour)), want{401, "Invalid TOTP code", secondFactor})
	g.check("still not set up", g.do("GET", "/sensitive-data", "", "Authorization", bob, "X-TOTP-Code", codeFor(g.T, secret, 0)), want{403, "A second factor has to be set up first", ""})
}

// A144: what a password alone gives to those who log in with two factors opens the
// second step, once, and nothing else.
func (g *guide) halfALoginOpensNothing() {
	half := func() string {
		a := g.json("POST", "/mfa/login", `{"username":"alice","password":"wonderland-1"}`)
		if a.status != 200 || a.body["expires_in"] != float64(300) || a.body["access_token"] != nil || a.header.Get("Cache-Control") != "no-store" {
			g.Fatalf("half a login: %d %s", a.status, a.text)
		}
		return "Bearer " + a.body["mfa_token"].(string)
	}
	token := half()
	for _, path := range []string{"GET /profile", "GET /protected", "GET /sensitive-data", "POST /posts", "POST /mfa/enrol", "POST /logout-all"} {
		method, target, _ := strings.Cut(path, " ")
		g.check(path, g.json(method, target, `{}`, "Authorization", token), want{401, "Invalid token", invalidToken})
	}
	g.check("a refresh", g.refresh(token[7:]), want{401, "Invalid refresh token", invalidToken})
	verify := func(token, code string) answer {
		return g.json("POST", "/mfa/verify", `{"code":"`+code+`"}`, "Authorization", token)
	}
	g.check("a wrong code", verify(token, codeOf(g.T, time.Hour)), want{401, "Invalid TOTP code", secondFactor})
	g.check("an access token", verify(g.alice(), codeOf(g.T, 0)), want{401, "Invalid token", invalidToken})
	a := verify(token, codeOf(g.T, 0))
	if a.status != 200 {
		g.Fatalf("verify: %d %s", a.status, a.text)
	}
	g.check("the whole login", g.profile(g.sessionOf(a).access), want{status: 200})
	g.check("the half again", verify(token, codeOf(g.T, 30*time.Second)), want{401, "Invalid token", invalidToken})
	g.check("a wrong password", g.json("POST", "/mfa/login", `{"username":"alice","password":"nope"}`), want{401, "Invalid credentials", invalidToken})
	bob := g.json("POST", "/mfa/login", `{"username":"bob","password":"builder-22"}`)
	g.check("bob has no authenticator", verify("Bearer "+bob.body["mfa_token"].(string), "123456"), want{403, "A second factor has to be set up first", ""})
}
