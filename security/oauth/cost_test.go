package oauth_test

import (
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

func silent(c *oauth.RemoteConfig) { c.Connection.Observe = nil }

func TestWhatIsRememberedCostsNoMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	w := newWorld()
	w.on(introspectionURL, says(200, active(time.Hour, "")))
	r, token := newIntrospection(t, w, silent), security.BearerToken("t")
	mustStatus(t, r, token, 200)
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { _, _ = r.Check(ctx, token) }); n > 0 {
		t.Errorf("a token that is remembered costs %v allocations", n)
	}
	w.on(jwksURL, says(200, jwks(newPair(t, "1"))))
	j := newJWKS(t, w, nil)
	if n := testing.AllocsPerRun(100, func() { _ = j.KeySet() }); n > 0 {
		t.Errorf("keys that are there cost %v allocations", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	w, key := newWorld(), newPair(b, "1")
	w.on(introspectionURL, says(200, active(time.Hour, "")))
	w.on(jwksURL, says(200, jwks(key)))
	for name, c := range map[string]struct {
		oauth.Checker
		token security.BearerToken
	}{
		"opaque, remembered": {newIntrospection(b, w, silent), "t"},
		"signed, ES256":      {checker(b, newJWKS(b, w, nil)), key.token(b, nil)},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Check(b.Context(), c.token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("the keys alone", func(b *testing.B) {
		j := newJWKS(b, w, nil)
		b.ReportAllocs()
		for b.Loop() {
			_ = j.KeySet()
		}
	})
}
