package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func call(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, r)
	return w
}

func TestParametersComeFromWhereTheirTagsSay(t *testing.T) {
	t.Parallel()
	const none = `{"Search":{"Shelf":"new","Words":[],"IDs":[],"Order":"title","Limit":20,"Since":null,"Day":null,` +
		`"Filter":{"year":{"min":0,"max":9999}},"Wait":"0s","Client":"","Theme":null},"Rating":3}`
	const all = `{"Search":{"Shelf":"old","Words":["go","web"],"IDs":[3,1],"Order":"year","Limit":5,` +
		`"Since":"2026-01-02T03:04:05Z","Day":"2026-02-03T00:00:00Z","Filter":{"author":"ada","year":{"min":1990,"max":9999}},` +
		`"Wait":"1m30s","Client":"curl","Theme":"dark"},"Rating":4.5}`
	if w := call(httptest.NewRequest("GET", "/shelves/new/books", nil)); w.Body.String() != none {
		t.Errorf("with nothing: %d %s, want %s", w.Code, w.Body, none)
	}
	r := httptest.NewRequest("GET", "/shelves/old/books?word=go&word=web&id=3,1&order=year&limit=5&rating=4.5"+
		"&since=2026-01-02T03:04:05Z&day=2026-02-03&filter[author]=ada&filter[year][min]=1990", nil)
	r.Header.Set("X-Wait", "1m30s")
	r.Header.Set("X-Client", "curl")
	r.AddCookie(&http.Cookie{Name: "theme", Value: "dark"})
	if w := call(r); w.Body.String() != all {
		t.Errorf("with everything: %d %s, want %s", w.Code, w.Body, all)
	}
}

func TestAllMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/shelves/red/books?id=x&order=size&limit=0&day=tomorrow&filter[colour]=red&rating=9", nil)
	r.Header.Set("X-Wait", "soon")
	r.AddCookie(&http.Cookie{Name: "theme", Value: "pink"})
	w := call(r)
	for _, place := range []string{"path.shelf", "query.id[0]", "query.order", "query.limit", "query.day", "query.filter", "query.rating", "header.X-Wait", "cookie.theme"} {
		if w.Code != 422 || !strings.Contains(w.Body.String(), `"place":"`+place) {
			t.Errorf("%d %s, want 422 and %s", w.Code, w.Body, place)
		}
	}
}

func TestASingleValueIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	if w := call(httptest.NewRequest("GET", "/shelves/new/books?limit=1&limit=2", nil)); w.Code != 400 {
		t.Errorf("%d %s, want 400", w.Code, w.Body)
	}
}

func TestFormsAreReadAsBrowsersSendThem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, form string
		status     int
		want       string
	}{
		{"boxes that were ticked", "title=Notes&copies=&gift=on&extra=card&extra=ribbon", 200, `{"Title":"Notes","Copies":1,"Gift":true,"Extras":["card","ribbon"]}`},
		{"boxes that were not", "title=Notes", 200, `{"Title":"Notes","Copies":1,"Gift":false,"Extras":[]}`},
		{"an empty field is absent", "title=", 422, `"place":"form.title"`},
	} {
		r := httptest.NewRequest("POST", "/orders", strings.NewReader(tc.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := call(r); w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
