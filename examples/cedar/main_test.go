package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func theEngine(t *testing.T) *engine {
	t.Helper()
	e, err := newEngine(rules)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheRulesDecide(t *testing.T) {
	t.Parallel()
	api := newAPI(theEngine(t))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, photo, who string
		status             int
	}{
		{"GET", "cat", "ada", 200},
		{"GET", "cat", "ben", 200},
		{"GET", "cat", "cleo", 200},
		{"GET", "cat", "dan", 403},
		{"GET", "cat", "", 401},
		{"GET", "cat", "eve", 401},
		{"GET", "dog", "ada", 404},
		{"DELETE", "cat", "ada", 204},
		{"DELETE", "cat", "ben", 403},
		{"DELETE", "cat", "cleo", 403},
		{"DELETE", "sea", "ada", 403}, // an exhibit
	} {
		r := httptest.NewRequest(tt.method, "/photos/"+tt.photo, nil)
		if tt.who != "" {
			r.Header.Set("X-API-Key", tt.who)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tt.status || strings.Contains(w.Body.String(), "exhibits") {
			t.Errorf("%s %s as %q: %d %s, want %d", tt.method, tt.photo, tt.who, w.Code, w.Body, tt.status)
		}
	}
}

func TestTheLogNamesTheRuleThatForbids(t *testing.T) {
	t.Parallel()
	q := question{&User{Name: "ada"}, &Photo{ID: "sea", Owner: "ada", Exhibited: true}}
	denial, err := theEngine(t).may("delete").Check(t.Context(), q)
	if err != nil || denial == nil || !slices.Equal(denial.Reasons, []string{"nobody-deletes-exhibits"}) {
		t.Errorf("denied as %+v, %v", denial, err)
	}
}

func TestRulesThatFailLetNobodyPass(t *testing.T) {
	t.Parallel()
	e, err := newEngine([]byte(`@id("all") permit (principal, action, resource); @id("odd") forbid (principal, action, resource) when { resource.nowhere };`))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/photos/cat", nil)
	r.Header.Set("X-API-Key", "ada")
	w := httptest.NewRecorder()
	newAPI(e).ServeHTTP(w, r)
	if w.Code != 503 {
		t.Errorf("answered %d", w.Code)
	}
}

func TestMistakesInTheRulesAreFoundAtTheStart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`permit (principal, action, resource)`:                                                          "rules.cedar",
		`permit (principal, action, resource);`:                                                         "has no @id",
		`@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);`: "two policies",
	} {
		if _, err := newEngine([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	as := func(key string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-API-Key", key) }
	}
	mortisetest.Deny(t, newAPI(theEngine(t)), mortisetest.Matrix{
		Values: map[string]string{"id": "cat"},
		Intruders: []mortisetest.Intruder{
			{Name: "eve, whom nobody knows", Present: as("eve")},
			{Name: "dan, who has no rights", Present: as("dan")},
			{Name: "ben, who may look", Present: as("ben"), May: []string{"GET /photos/{id}"}},
		},
	})
}
