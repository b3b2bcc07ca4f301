package main

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/mortise-go/mortise/security/totp"
)

// codeOf is what the authenticator with the secret shows after a while.
func codeOf(t *testing.T, secret totp.Secret, after time.Duration) string {
	t.Helper()
	v, err := totp.New(totp.Config{Issuer: "Test", Store: &totp.MemoryStore{}})
	if err != nil {
		t.Fatal(err)
	}
	code, err := v.Code(secret, time.Now().Add(after))
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
func TestSensitiveDataNeedsASecondFactor(t *testing.T) {
	t.Parallel()
	g := start(t)
	alice, bob := g.alice(), g.bob()
	code := codeOf(t, alicesSecret, 0)
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
		{"alice with a code that is long gone", []string{"Authorization", alice, "X-TOTP-Code", codeOf(t, alicesSecret, -time.Hour)}, want{401, "Invalid TOTP code", secondFactor}},
		{"alice with two codes", []string{"Authorization", alice, "X-TOTP-Code", code, "X-TOTP-Code", code}, want{400, "Multiple credentials in request", `Bearer realm="api", error="invalid_request", error_description="Multiple credentials in request"`}},
		{"bob has no authenticator", []string{"Authorization", bob, "X-TOTP-Code", code}, want{403, "A second factor has to be set up first", ""}},
		{"alice with her code", []string{"Authorization", alice, "X-TOTP-Code", code}, want{status: 200}},
		{"alice with the same code", []string{"Authorization", alice, "X-TOTP-Code", code}, want{401, "Invalid TOTP code", secondFactor}},
	} {
		got := g.do("GET", "/sensitive-data", "", tc.header...)
		g.check(tc.name, got, tc.want)
		if got.status == 200 && got.text != `{"data":"highly sensitive"}` {
			t.Errorf("%s: %s", tc.name, got.text)
		}
		if strings.Contains(got.text, alicesSecret) {
			t.Errorf("%s: the answer holds the secret", tc.name)
		}
	}
}

// A140
func TestNobodyGuessesAliceCode(t *testing.T) {
	t.Parallel()
	g := start(t)
	for range 5 {
		token := g.alice() // a new session each time
		g.check("a guess", g.do("GET", "/sensitive-data", "", "Authorization", token, "X-TOTP-Code", codeOf(t, alicesSecret, time.Hour)),
			want{401, "Invalid TOTP code", secondFactor})
	}
	a := g.do("GET", "/sensitive-data", "", "Authorization", g.alice(), "X-TOTP-Code", codeOf(t, alicesSecret, 0))
	g.check("the code, too late", a, want{429, "Too many attempts with a second factor", ""})
	if a.header.Get("Retry-After") == "" || a.header.Get("RateLimit-Policy") != `"totp";q=5;w=900` {
		t.Errorf("fields %v", a.header)
	}
}

// S243
func TestAnOldHashIsReplacedAtLogin(t *testing.T) {
	t.Parallel()
	s, err := openStore("", cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	old, err := bcrypt.GenerateFromPassword([]byte("builder-22"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	s.users[2].hash = string(old)
	if u, err := s.authenticate(t.Context(), "bob", "wrong"); u != nil || err == nil || s.user(2).hash != string(old) {
		t.Errorf("a wrong password: %v, %v, and the hash has changed: %t", u, err, s.user(2).hash != string(old))
	}
	for range 2 {
		if u, err := s.authenticate(t.Context(), "bob", "builder-22"); err != nil || u.ID != 2 {
			t.Fatalf("authenticate = %v, %v", u, err)
		}
		if hash := s.user(2).hash; !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("the hash is still %.9s", hash)
		}
	}
}

// A75, A135, S244
func TestNamesAndPasswordsAreComparedExactly(t *testing.T) {
	t.Parallel()
	s, err := openStore("", cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, user, password string }{
		{"capitals", "Alice", "wonderland-1"},
		{"space behind the name", "alice ", "wonderland-1"},
		{"a letter without width", "alice\u200b", "wonderland-1"},
		{"space behind the password", "alice", "wonderland-1 "},
		{"nothing", "", ""},
		{"no password", "alice", ""},
		{"nobody", "nobody", "wonderland-1"},
	} {
		if u, err := s.authenticate(t.Context(), tc.user, tc.password); u != nil || err == nil {
			t.Errorf("%s: authenticate = %v, %v, want an error", tc.name, u, err)
		}
	}
}
