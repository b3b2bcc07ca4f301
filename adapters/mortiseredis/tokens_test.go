//go:build unix

package mortiseredis_test

import (
	"crypto/rand"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/security/token"
)

func id(name string) token.ID {
	return token.NewStamp("", "issuer", name, "", time.Time{}, time.Time{}).Token
}

func TestTokensKeepTheContract(t *testing.T) { // S143
	t.Parallel()
	stores, _ := openPatient(t, need.Redis(t))
	exerciseTokens(t, stores.Tokens())
}

// exerciseTokens says of a store what token.Store and token.FamilyStore demand.
func exerciseTokens(t *testing.T, store *mortiseredis.Tokens) {
	t.Helper()
	t.Run("a mark covers what was issued before it", func(t *testing.T) {
		t.Parallel()
		now := time.Now().Truncate(time.Second)
		mustRevoke(t, store, token.Mark{ID: id("before"), Before: now.Unix(), Until: now.Add(time.Hour)}, true)
		for issued, want := range map[time.Time]bool{{}: true, now.Add(-time.Second): true, now: false} {
			if got := mustRevoked(t, store, token.Stamp{Subject: id("before"), Issued: issued}); got != want {
				t.Errorf("Revoked of what was issued at %v = %t, want %t", issued, got, want)
			}
		}
	})
	t.Run("two marks become one that covers what either does", func(t *testing.T) {
		t.Parallel()
		later, soon := time.Now().Add(time.Hour), time.Now().Add(150*time.Millisecond)
		mustRevoke(t, store, token.Mark{ID: id("merge"), Before: 100, Until: later}, true)
		mustRevoke(t, store, token.Mark{ID: id("merge"), Before: token.Always, Until: soon}, false)
		mustRevoke(t, store, token.Mark{ID: id("merge"), Before: 50, Until: soon}, false)
		time.Sleep(200 * time.Millisecond)
		if !mustRevoked(t, store, token.Stamp{Session: id("merge"), Issued: time.Now()}) {
			t.Error("the mark has shrunk")
		}
	})
	t.Run("the server forgets a mark when it ends", func(t *testing.T) { // S144
		t.Parallel()
		mustRevoke(t, store, token.Mark{ID: id("short"), Before: token.Always, Until: time.Now().Add(50 * time.Millisecond)}, true)
		time.Sleep(100 * time.Millisecond)
		if mustRevoked(t, store, token.Stamp{Token: id("short")}) {
			t.Error("the mark is still there")
		}
		mustRevoke(t, store, token.Mark{ID: id("short"), Before: token.Always, Until: time.Now().Add(time.Minute)}, true)
	})
	t.Run("nothing is revoked of what nobody revoked", func(t *testing.T) {
		t.Parallel()
		if mustRevoked(t, store, token.Stamp{Token: id("x"), Session: id("y"), Subject: id("z")}) {
			t.Error("Revoked = true")
		}
	})
	t.Run("of a hundred one is first", func(t *testing.T) {
		t.Parallel()
		if n := firsts(t, func() (bool, error) {
			return store.Revoke(t.Context(), token.Mark{ID: id("race"), Before: token.Always, Until: time.Now().Add(time.Hour)})
		}); n != 1 {
			t.Errorf("%d callers were first, want 1", n)
		}
	})
	t.Run("families", func(t *testing.T) {
		t.Parallel()
		exerciseFamilies(t, store)
	})
}

func exerciseFamilies(t *testing.T, store *mortiseredis.Tokens) {
	t.Helper()
	if f, err := store.Family(t.Context(), id("none")); err != nil || f != (token.Family{}) {
		t.Errorf("an unknown family = %+v, %v, want the zero one", f, err)
	}
	want := token.Family{Version: math.MaxUint64, Current: "b {}:\n", Previous: "a", Rotated: time.Now().Truncate(0), Ends: time.Now().Add(time.Hour).Truncate(0)}
	if done, err := store.SwapFamily(t.Context(), id("f"), 0, want); err != nil || !done {
		t.Fatalf("SwapFamily of a new one = %t, %v", done, err)
	}
	if got, err := store.Family(t.Context(), id("f")); err != nil || !got.Rotated.Equal(want.Rotated) || !got.Ends.Equal(want.Ends) || got.Version != want.Version || got.Current != want.Current || got.Previous != want.Previous {
		t.Errorf("Family = %+v, %v, want %+v", got, err, want)
	}
	if done, err := store.SwapFamily(t.Context(), id("f"), math.MaxUint64-1, want); err != nil || done {
		t.Errorf("SwapFamily of another version = %t, %v, want false", done, err)
	}
	if n := firsts(t, func() (bool, error) {
		return store.SwapFamily(t.Context(), id("f"), math.MaxUint64, token.Family{Version: 7, Ends: want.Ends})
	}); n != 1 {
		t.Errorf("%d callers have swapped, want 1", n)
	}
	if got, _ := store.Family(t.Context(), id("f")); !got.Rotated.IsZero() || got.Current != "" {
		t.Errorf("Family = %+v, want a revoked one", got)
	}
}

// firsts calls f a hundred times at once and counts who is told true.
func firsts(t *testing.T, f func() (bool, error)) int64 {
	t.Helper()
	var count atomic.Int64
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if first, err := f(); err != nil {
				t.Error(err)
			} else if first {
				count.Add(1)
			}
		})
	}
	wg.Wait()
	return count.Load()
}

func mustRevoke(t *testing.T, store token.Store, m token.Mark, want bool) {
	t.Helper()
	if first, err := store.Revoke(t.Context(), m); err != nil || first != want {
		t.Errorf("Revoke = %t, %v, want %t", first, err, want)
	}
}

func mustRevoked(t *testing.T, store token.Store, s token.Stamp) bool {
	t.Helper()
	revoked, err := store.Revoked(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return revoked
}

func TestAStampIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	hook := &counting{}
	client.AddHook(hook)
	mustRevoked(t, stores.Tokens(), token.Stamp{Token: id("x"), Session: id("y"), Subject: id("z")})
	if trips := hook.trips.Load(); trips != 1 {
		t.Errorf("%d round trips, want 1", trips)
	}
}

func TestDamagedEntriesFailClosed(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	x := id("x")
	client.Set(t.Context(), "mortise:revoked:"+x.String(), "nonsense", 0)
	client.HSet(t.Context(), "mortise:family:"+x.String(), "version", "many")
	if _, err := stores.Tokens().Revoked(t.Context(), token.Stamp{Token: x}); err == nil {
		t.Error("Revoked of a damaged mark says nothing")
	}
	if _, err := stores.Tokens().Family(t.Context(), x); err == nil || !strings.Contains(err.Error(), "family") {
		t.Errorf("Family of a damaged one = %v", err)
	}
}

// S146: with the server gone, revocation is a 503 by default and lets pass only
// where that was asked for; S158: nothing is saved by hand after a write.
func TestRevocationFailsClosed(t *testing.T) { // A215, S159, S161
	t.Parallel()
	server := need.Redis(t)
	stores, _ := open(t, server)
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	issuer, err := token.NewIssuer(token.Config{Issuer: "https://issuer.example", Audience: []string{"api"}, Secrets: []token.Key{{ID: "k1", Material: secret}}, Kinds: []token.Kind{{Name: token.Access}}})
	if err != nil {
		t.Fatal(err)
	}
	closed, err := token.NewRevocations(issuer, token.RevocationConfig{Store: stores.Tokens()})
	if err != nil {
		t.Fatal(err)
	}
	lenient, err := token.NewRevocations(issuer, token.RevocationConfig{Store: stores.Tokens(), DangerouslyAcceptWhenStoreFails: true})
	if err != nil {
		t.Fatal(err)
	}
	stamp := stamped{token.NewStamp("a.b.c", "https://issuer.example", "jti", "ann", time.Now(), time.Now().Add(time.Hour))}
	if err := closed.Revoke(t.Context(), stamp); err != nil {
		t.Fatal(err)
	}
	server.Stop(t)
	begin := time.Now()
	checked, accepted, revoked := closed.Check(t.Context(), stamp), lenient.Check(t.Context(), stamp), lenient.Revoke(t.Context(), stamp)
	if took := time.Since(begin); took > 900*time.Millisecond {
		t.Errorf("three calls took %v, want 300 ms each at most", took)
	}
	if status(checked) != 503 || accepted != nil || status(revoked) != 503 {
		t.Errorf("check = %v, lenient check = %v, lenient revoke = %v; want 503, nil and 503", checked, accepted, revoked)
	}
	server.Start(t)
	back := time.Now()
	for closed.Check(t.Context(), stamp) != nil {
		if time.Since(back) > 2*time.Second {
			t.Fatal("revocation is not back 2 s after its server")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

type stamped struct{ stamp token.Stamp }

func (s stamped) Stamp() token.Stamp { return s.stamp }
