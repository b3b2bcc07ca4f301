package main

import (
	"net/http/httptest"
	"testing"
)

func TestHelloGreetsWhoeverIsNamed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, httptest.NewRequest("GET", "/hello/ada", nil))
	if want := `{"message":"Hello, ada"}`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s, want 200 %s", w.Code, w.Body, want)
	}
}
