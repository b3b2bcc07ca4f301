package main

import (
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	s, err := openStore(t.TempDir(), cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	api, err := newAPI(s, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	mortisetest.Deny(t, api, mortisetest.Matrix{})
}
