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
		`"4XX":{"description":"The reading cannot be corrected."`,
		`"webhooks":{"sensorSilent":{"post":`,
		`"callbacks":{"alarm":{"{$request.body#/tell}":{"post":`,
		`"links":{"read":{"operationId":"latest","parameters":{"id":"$response.body#/id"}`,
		`"examples":{"warm":{"summary":"A warm attic"`,
		`"servers":[{"url":"https://read.example.com"`,
		`"x-tagGroups":[{"name":"Data","tags":["readings"]},{"name":"Other","tags":["alarms"]}]`,
		`"x-logo"`,
		`"x-codeSamples"`,
	} {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the document does not say %s", text)
		}
	}
	if strings.Contains(w.Body.String(), "/status") {
		t.Error("the document shows what is hidden")
	}
}

func TestOlderToolsAreServed(t *testing.T) {
	t.Parallel()
	for path, text := range map[string]string{
		"/openapi-3.0.json": `"openapi":"3.0.3"`, "/openapi-3.0.yaml": `x-webhooks:`, "/openapi.yaml": `openapi: "3.1.0"`,
	} {
		w := httptest.NewRecorder()
		newAPI().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s: %d %.200s, want %s", path, w.Code, w.Body, text)
		}
	}
}

func TestOnlyColleaguesReadTheDocumentation(t *testing.T) {
	t.Parallel()
	api := newInternalAPI()
	for _, path := range []string{"/docs", "/openapi.json", "/openapi.yaml"} {
		for password, want := range map[string]int{"": 401, "guess": 401, "mind the step": 200} {
			r := httptest.NewRequest("GET", path, nil)
			if password != "" {
				r.SetBasicAuth("ada", password)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			if w.Code != want || want == 401 && w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %d, want %d", path, password, w.Code, want)
			}
		}
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
