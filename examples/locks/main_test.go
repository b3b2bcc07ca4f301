package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/mortisetest"
)

var secret = []byte("a secret of the tests, long enough for HS256")

func sign(t *testing.T, subject, scope string, expires time.Duration) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "https://login.example.com", "aud": "blog", "sub": subject, "scope": scope,
		"exp": time.Now().Add(expires).Unix(),
	})
	text, err := token.SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestLocksOpenForThoseWhoMay(t *testing.T) {
	t.Parallel()
	api := newAPI(config{secret})
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{
		"":           "",
		"ada":        sign(t, "ada", "", time.Hour),
		"ada, stats": sign(t, "ada", "posts:read stats:read", time.Hour),
		"ada, late":  sign(t, "ada", "", -time.Hour),
		"bob":        sign(t, "bob", "", time.Hour),
		"eve":        sign(t, "eve", "", time.Hour),
		"zoe":        sign(t, "zoe", "", time.Hour),
		"forged":     sign(t, "eve", "", time.Hour) + "x",
	}
	for _, tc := range []struct {
		method, target, who string
		status              int
		says                string
	}{
		{"GET", "/posts/1", "", 200, `"owner":"ada"`},
		{"GET", "/me", "", 401, `authorisation-required`},
		{"GET", "/me", "ada", 200, `{"name":"ada","role":"writer"}`},
		{"GET", "/me", "ada, late", 401, `token-expired`},
		{"GET", "/me", "zoe", 401, `User not found`},
		{"GET", "/me", "forged", 401, `token-invalid`},
		{"GET", "/stats", "ada", 403, `Scope 'stats:read' required`},
		{"GET", "/stats", "ada, stats", 200, `1`},
		{"GET", "/users", "bob", 403, `Role 'admin' required`},
		{"GET", "/users", "eve", 200, `[{`},
		{"DELETE", "/posts/1", "ada", 403, `Permission 'posts:delete' required`},
		{"DELETE", "/posts/1", "bob", 204, ``},
		{"PUT", "/posts/1", "ada", 200, `"text":"Second"`},
		{"PUT", "/posts/1", "bob", 403, `You don't own this resource`},
		{"PUT", "/posts/1", "eve", 200, `"text":"Second"`},
		{"PUT", "/posts/7", "ada", 404, `there is no such post`},
		{"PUT", "/posts/1", "", 401, ``},
	} {
		r := httptest.NewRequest(tc.method, tc.target, strings.NewReader(`{"text":"Second"}`))
		r.Header.Set("Content-Type", "application/json")
		if token := tokens[tc.who]; token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) {
			t.Errorf("%s %s as %q: %d %s, want %d and %s", tc.method, tc.target, tc.who, w.Code, w.Body, tc.status, tc.says)
		}
	}
}

func TestAWeakSecretIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	if err := newAPI(config{[]byte("short")}).Start(t.Context()); err == nil {
		t.Error("the application started")
	}
}

//docs:begin deny
func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	bearer := func(subject, scope string, expires time.Duration) func(*http.Request) {
		return mortisetest.Bearer(sign(t, subject, scope, expires))
	}
	mortisetest.Deny(t, newAPI(config{secret}), mortisetest.Matrix{Intruders: []mortisetest.Intruder{
		{Name: "eve, an admin whose token has expired", Present: bearer("eve", "posts:read stats:read", -time.Hour)},
		{Name: "zoe, who is no user, but has a scope", Present: bearer("zoe", "stats:read", time.Hour), May: []string{"GET /stats"}},
		{Name: "bob, who owns nothing and has no scope", Present: bearer("bob", "", time.Hour), May: []string{"GET /me", "DELETE /posts/{id}"}},
	}})
}

//docs:end deny
