package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestAnswersCarryWhatTheirTypesSay(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, tc := range []struct {
		name, method, target, known, body string
		status                            int
		header, value, want               string
	}{
		{"a value with a header", "GET", "/books/1", "", "", 200, "ETag", `"1"`, `{"title":"Notes","by":[]}`},
		{"the head of it", "HEAD", "/books/1", "", "", 200, "ETag", `"1"`, ``},
		{"what has not changed", "GET", "/books/1", `"1"`, "", 304, "ETag", `"1"`, ``},
		{"what was made", "POST", "/books", "", `{"title":"Sketches","by":["ada"]}`, 201, "Location", "/books/2", `{"title":"Sketches","by":["ada"]}`},
		{"a cookie", "POST", "/books", "", `{}`, 201, "Set-Cookie", "last_book=2; Path=/; HttpOnly; Secure; SameSite=Lax", `{"title":"","by":[]}`},
		{"nothing", "DELETE", "/books/1", "", "", 204, "Content-Type", "", ``},
		{"a redirection", "GET", "/books/latest", "", "", 303, "Location", "/books/1", ``},
	} {
		r := httptest.NewRequest(tc.method, tc.target, strings.NewReader(tc.body))
		if tc.known != "" {
			r.Header.Set("If-None-Match", tc.known)
		}
		if tc.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tc.status || w.Header().Get(tc.header) != tc.value || w.Body.String() != tc.want {
			t.Errorf("%s: %d %v %s, want %d, %s: %s and %s", tc.name, w.Code, w.Header(), w.Body, tc.status, tc.header, tc.value, tc.want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
