package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestQuickstartAnswersAsItsPageSays(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, tc := range []struct {
		name, method, target, token, body string
		status                            int
		want                              string
	}{
		{"everybody reads", "GET", "/books/1", "", "", 200, `{"id":1,"title":"Notes","added_by":""}`},
		{"nobody writes without a token", "POST", "/books", "", `{}`, 401, `"code":"authorisation-required"`},
		{"nobody writes with a wrong one", "POST", "/books", "x", `{}`, 401, `"code":"token-invalid"`},
		{"mistakes are told with their places", "POST", "/books", "let-me-in", `{}`, 422, `"place":"body.title"`},
		{"ada writes", "POST", "/books", "let-me-in", `{"title":"Sketches"}`, 200, `{"id":2,"title":"Sketches","added_by":"ada"}`},
	} {
		r := httptest.NewRequest(tc.method, tc.target, strings.NewReader(tc.body))
		if tc.token != "" {
			r.Header.Set("Authorization", "Bearer "+tc.token)
		}
		if tc.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		http.Handler(api).ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
