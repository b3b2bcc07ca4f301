package main

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security/reset"
)

func TestNobodyGetsInWithoutASession(t *testing.T) { // A80, A214
	t.Parallel()
	stores, err := openStores(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := newService(stores, func(context.Context, reset.Message) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.resets.Close(context.Background()), stores.close()); err != nil {
			t.Error(err)
		}
	})
	api := newAPI(s)
	b := &browser{t, api, map[string]*http.Cookie{}}
	b.do(204, "", "POST /login", oldLogin)
	ended := b.cookies["session"].Value
	b.do(204, "", "POST /logout", "")
	mortisetest.Deny(t, api, mortisetest.Matrix{
		Body: `"dark"`,
		Intruders: []mortisetest.Intruder{
			{Name: "somebody with a session that has ended", Present: func(r *http.Request) { r.Header.Set("Cookie", "session="+ended) }},
			{Name: "somebody with a token", Present: mortisetest.Bearer(ended)},
		},
	})
}
