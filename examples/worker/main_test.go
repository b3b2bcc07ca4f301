package main

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/mortisetest"
)

func items(t *testing.T, api *mortise.API) string {
	t.Helper()
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/items", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestWorkersAndRequestsShareWhatTheAPIProvides(t *testing.T) {
	t.Parallel()
	api := newAPI()
	if _, err := mortise.Call(t.Context(), api, fill); err != nil {
		t.Fatal(err)
	}
	if got := items(t, api); got != `["bread","milk"]` {
		t.Errorf("after the first task: %s", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	ticks, done := make(chan time.Time), make(chan error)
	go func() { done <- work(ctx, api, ticks) }()
	for range 3 { // a tick is taken when the one before has been worked off
		ticks <- time.Time{}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := items(t, api); got != `[]` {
		t.Errorf("after two ticks: %s", got)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
