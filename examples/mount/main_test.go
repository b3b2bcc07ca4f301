package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestTheAPIIsOneHandlerAmongOthers(t *testing.T) {
	t.Parallel()
	h := newHandler(newAPI())
	for _, tc := range []struct {
		name, target string
		status       int
		want         string
	}{
		{"a route behind the middleware", "/api/caller", 200, `"curl"`},
		{"the page below the prefix", "/api/docs", 200, `data-document="./openapi.json"`},
		{"the document knows where it is served", "/api/openapi.json", 200, `"paths":{"/api/caller":`},
		{"another handler", "/old/page", 301, `/api/docs`},
		{"the API's own 404", "/api/nothing", 404, `"code":"not-found"`},
		{"the mux's own 404", "/nothing", 404, `404 page not found`},
	} {
		r := httptest.NewRequest("GET", tc.target, nil)
		r.Header.Set("User-Agent", "curl")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

func TestTheServerStopsWhenItsContextDoes(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, "127.0.0.1:0"); err != nil {
		t.Error(err)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
