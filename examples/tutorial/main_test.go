package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestNotesAnswerAsTheTutorialSays(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, step := range []struct {
		name, method, target, token, body string
		status                            int
		want                              string
	}{
		{"everybody reads", "GET", "/notes/1", "", "", 200, `{"id":1,"text":"Feed the cat","by":"grace"}`},
		{"what is not there is not found", "GET", "/notes/7", "", "", 404, `"detail":"there is no such note"`},
		{"a word is no number", "GET", "/notes/one", "", "", 422, `"place":"path.id"`},
		{"zero is too small", "GET", "/notes/0", "", "", 422, `"code":"min"`},
		{"strangers do not write", "POST", "/notes", "", `{}`, 401, `"code":"authorisation-required"`},
		{"nor does a wrong token", "POST", "/notes", "me", `{}`, 401, `"code":"token-invalid"`},
		{"a note needs a text", "POST", "/notes", "let-me-in", `{}`, 422, `"place":"body.text"`},
		{"ada writes", "POST", "/notes", "let-me-in", `{"text":"Buy bread"}`, 201, `{"id":2,"text":"Buy bread","by":"ada"}`},
		{"what was written is read", "GET", "/notes/2", "", "", 200, `"Buy bread"`},
		{"the document shows the lock", "GET", "/openapi.json", "", "", 200, `"BearerAuth"`},
		{"the page is there", "GET", "/docs", "", "", 200, `<title>Notes`},
	} {
		r := httptest.NewRequest(step.method, step.target, strings.NewReader(step.body))
		if step.token != "" {
			r.Header.Set("Authorization", "Bearer "+step.token)
		}
		if step.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != step.status || !strings.Contains(w.Body.String(), step.want) {
			t.Errorf("%s: %d %s, want %d and %s", step.name, w.Code, w.Body, step.status, step.want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
