package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestTheDocumentSaysWhatWasSaid(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	for _, text := range []string{
		`"summary":"Temperatures, in degrees Celsius."`,
		`"description":"Readings of the sensors in the **house**."`,
		`"https://api.example.com"`,
		`"summary":"Keep a reading"`,
		`"description":"Readings are kept for a year."`,
		`"description":"The name on its label."`,
		`"description":"What a sensor has measured."`,
		`"examples":["attic"]`,
		`"deprecated":true`,
		`"maxLength":20`,
		`"409"`,
	} {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the document does not say %s", text)
		}
	}
	if strings.Contains(w.Body.String(), "/status") {
		t.Error("the document shows what is hidden")
	}
}

func TestWhatIsHiddenIsServed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, httptest.NewRequest("GET", "/status", nil))
	if w.Code != 200 {
		t.Errorf("%d %s, want 200", w.Code, w.Body)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
