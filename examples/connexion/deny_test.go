package main

import (
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestNobodyGetsInWithoutCredentials(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, theAPI(t, "http://127.0.0.1:0"), mortisetest.Matrix{
		Intruders: []mortisetest.Intruder{{Name: "somebody with a token that nobody issued", Present: mortisetest.Bearer("made-up")}},
	})
}
