package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func call(api http.Handler, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

func TestATransactionIsUndoneWhenTheHandlerFails(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, step := range []struct {
		name, body string
		status     int
		after      string
	}{
		{"a payment that can be made is made", `{"from":"ada","to":"grace","amount":30}`, 204, `{"ada":70,"grace":30}`},
		{"one that cannot leaves nothing behind", `{"from":"ada","to":"grace","amount":71}`, 409, `{"ada":70,"grace":30}`},
		{"nothing is begun for a bad request", `{"from":"ada","to":"grace"}`, 422, `{"ada":70,"grace":30}`},
	} {
		w := call(api, "POST", "/transfers", step.body)
		if w.Code != step.status {
			t.Errorf("%s: %d %s, want %d", step.name, w.Code, w.Body, step.status)
		}
		if got := call(api, "GET", "/balances", "").Body.String(); got != step.after {
			t.Errorf("%s: %s, want %s", step.name, got, step.after)
		}
	}
	if err := api.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if w := call(api, "GET", "/balances", ""); w.Code != 500 {
		t.Errorf("after the end: %d, want 500", w.Code)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
