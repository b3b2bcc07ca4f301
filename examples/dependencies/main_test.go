package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func get(target, client string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	if client != "" {
		r.Header.Set("X-Client", client)
	}
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, r)
	return w
}

func TestDependenciesRunOnceAndShareTheirValues(t *testing.T) {
	t.Parallel()
	w := get("/books?page=2", "curl")
	if want := `{"client":"curl","titles":["Letters"],"steps":["client","window"]}`; w.Body.String() != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
}

func TestRequiredAndBroughtDependenciesReadTheirParameters(t *testing.T) {
	t.Parallel()
	w := get("/books?page=0", "")
	for _, place := range []string{`"place":"header.X-Client"`, `"place":"query.page"`} {
		if w.Code != 422 || !strings.Contains(w.Body.String(), place) {
			t.Errorf("%d %s, want 422 and %s", w.Code, w.Body, place)
		}
	}
	document := get("/openapi.json", "curl").Body.String()
	for _, name := range []string{`"X-Client"`, `"page"`} {
		if !strings.Contains(document, name) {
			t.Errorf("the document does not name %s", name)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
