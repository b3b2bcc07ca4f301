package blogtest

import (
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/totp"
)

// codeOf is what alice's authenticator shows after a while.
func codeOf(t *testing.T, after time.Duration) string {
	t.Helper()
	return codeFor(t, alicesSecret, after)
}

// codeFor is what an authenticator shows after a while.
func codeFor(t *testing.T, secret string, after time.Duration) string {
	t.Helper()
	v, err := totp.New(totp.Config{Issuer: "Test", Store: &totp.MemoryStore{}})
	if err != nil {
		t.Fatal(err)
	}
	code, err := v.Code(totp.Secret(secret), time.Now().Add(after))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

const (
	alicesSecret = "JBSWY3DPEHPK3PXP"
	secondFactor = `Bearer realm="api", error="insufficient_user_authentication", error_description="A second factor is required", acr_values="mfa"`
)

// S239, A138, A141, A142
func (g *guide) sensitiveDataNeedsASecondFactor() {
	alice, bob := g.alice(), g.bob()
	code := codeOf(g.T, 0)
	for _, tc := range []struct {
		name   string
		header []string
		want   want
	}{
		{"nobody", nil, want{401, "No authorization token provided", bearer}},
		{"nobody with a code", []string{"X-TOTP-Code", code}, want{401, "No authorization token provided", bearer}},
		{"alice without a code", []string{"Authorization", alice}, want{401, "A second factor is required", secondFactor}},
		{"alice with text", []string{"Authorization", alice, "X-TOTP-Code", "abcdef"}, want{401, "Invalid TOTP code", secondFactor}},
		{"alice with seven digits", []string{"Authorization", alice, "X-TOTP-Code", code + "0"}, want{401, "Invalid TOTP code", secondFactor}},
		{"alice with a code that is long gone", []string{"Authorization", alice, "X-TOTP-Code", codeOf(g.T, -time.Hour)}, want{401, "Invalid TOTP code", secondFactor}},
		{"alice with two codes", []string{"Authorization", alice, "X-TOTP-Code", code, "X-TOTP-Code", code}, want{400, "Multiple credentials in request", `Bearer realm="api", error="invalid_request", error_description="Multiple credentials in request"`}},
		{"bob has no authenticator", []string{"Authorization", bob, "X-TOTP-Code", code}, want{403, "A second factor has to be set up first", ""}},
		{"alice with her code", []string{"Authorization", alice, "X-TOTP-Code", code}, want{status: 200}},
		{"alice with the same code", []string{"Authorization", alice, "X-TOTP-Code", code}, want{401, "Invalid TOTP code", secondFactor}},
	} {
		got := g.do("GET", "/sensitive-data", "", tc.header...)
		g.check(tc.name, got, tc.want)
		if got.status == 200 && got.text != `{"data":"highly sensitive"}` {
			g.Errorf("%s: %s", tc.name, got.text)
		}
		if strings.Contains(got.text, alicesSecret) {
			g.Errorf("%s: the answer holds the secret", tc.name)
		}
	}
}

// A140
func (g *guide) nobodyGuessesAliceCode() {
	for range 5 {
		token := g.alice() // a new session each time
		g.check("a guess", g.do("GET", "/sensitive-data", "", "Authorization", token, "X-TOTP-Code", codeOf(g.T, time.Hour)),
			want{401, "Invalid TOTP code", secondFactor})
	}
	a := g.do("GET", "/sensitive-data", "", "Authorization", g.alice(), "X-TOTP-Code", codeOf(g.T, 0))
	g.check("the code, too late", a, want{429, "Too many attempts with a second factor", ""})
	if a.header.Get("Retry-After") == "" || a.header.Get("RateLimit-Policy") != `"totp";q=5;w=900` {
		g.Errorf("fields %v", a.header)
	}
}
