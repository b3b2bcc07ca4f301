package main

import (
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestEitherCredentialWillDo(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, tc := range []struct {
		name, target, token, key string
		status                   int
		want                     string
	}{
		{"a token", "/profile", "let-me-in", "", 200, `{"name":"ada","by":"token"}`},
		{"a key", "/profile", "", "k-123", 200, `{"name":"robot","by":"key"}`},
		{"neither", "/profile", "", "", 401, ""},
		{"a wrong token is not excused by a key", "/profile", "x", "k-123", 401, ""},
		{"somebody", "/hello", "let-me-in", "", 200, `"Hello, ada"`},
		{"anybody", "/hello", "", "", 200, `"Hello, stranger"`},
		{"a wrong key does not make a stranger", "/hello", "", "x", 401, ""},
	} {
		r := httptest.NewRequest("GET", tc.target, nil)
		if tc.token != "" {
			r.Header.Set("Authorization", "Bearer "+tc.token)
		}
		if tc.key != "" {
			r.Header.Set("X-API-Key", tc.key)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tc.status || tc.want != "" && w.Body.String() != tc.want {
			t.Errorf("%s: %d %s, want %d %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
		if tc.name == "neither" && len(w.Header().Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s: the challenges are %q, want one for each scheme", tc.name, w.Header().Values("WWW-Authenticate"))
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
