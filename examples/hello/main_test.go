package main

import (
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestHelloGreetsWhoeverIsNamed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, httptest.NewRequest("GET", "/hello/ada", nil))
	if want := `{"message":"Hello, ada"}`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s, want 200 %s", w.Code, w.Body, want)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
