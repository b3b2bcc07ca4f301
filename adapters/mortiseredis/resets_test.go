//go:build unix

package mortiseredis_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/security/reset"
)

func rid(name string) reset.ID { return sha256.Sum256([]byte(name)) }

func ticket(purpose, subject string) reset.Ticket {
	return reset.Ticket{Purpose: purpose, Subject: subject, Address: subject + "@example.com", Ends: time.Now().Add(time.Hour)}
}

// The memory store is held to the same contract.
func TestResetsKeepTheContract(t *testing.T) {
	t.Parallel()
	stores, _ := openPatient(t, need.Redis(t))
	for name, store := range map[string]reset.Store{"redis": stores.Resets(), "memory": reset.NewMemory(nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exerciseResets(t, store)
		})
	}
}

// exerciseResets says of a store what reset.Store demands.
func exerciseResets(t *testing.T, store reset.Store) {
	t.Helper()
	put := func(t *testing.T, name string, r reset.Ticket) {
		t.Helper()
		if err := store.Put(t.Context(), rid(name), r); err != nil {
			t.Fatal(err)
		}
	}
	there := func(t *testing.T, want bool, names ...string) {
		t.Helper()
		for _, name := range names {
			if _, found, err := store.Look(t.Context(), rid(name)); err != nil || found != want {
				t.Errorf("%s is there: %t, %v, want %t", name, found, err, want)
			}
		}
	}
	t.Run("a ticket is given once", func(t *testing.T) { // A148
		t.Parallel()
		want := ticket("one {} \x00", "ann\n")
		put(t, "1", want)
		for _, get := range []func(context.Context, reset.ID) (reset.Ticket, bool, error){store.Look, store.Take} {
			got, found, err := get(t.Context(), rid("1"))
			if err != nil || !found || got.Purpose != want.Purpose || got.Subject != want.Subject || got.Address != want.Address || !got.Ends.Equal(want.Ends) {
				t.Errorf("%+v %t %v, want %+v", got, found, err, want)
			}
		}
		if _, found, err := store.Take(t.Context(), rid("1")); err != nil || found {
			t.Errorf("Take again = %t, %v", found, err)
		}
		put(t, "1 again", want)
		there(t, true, "1 again")
	})
	t.Run("of a hundred one gets it", func(t *testing.T) { // A148
		t.Parallel()
		put(t, "race", ticket("race", "ann"))
		if n := firsts(t, func() (bool, error) { _, found, err := store.Take(t.Context(), rid("race")); return found, err }); n != 1 {
			t.Errorf("%d callers have taken it, want 1", n)
		}
	})
	t.Run("a ticket voids those before", func(t *testing.T) {
		t.Parallel()
		put(t, "a", ticket("void", "ann"))
		put(t, "b", ticket("void", "bob"))
		put(t, "c", ticket("voi", "dann"))
		put(t, "d", ticket("void", "ann"))
		there(t, false, "a")
		there(t, true, "b", "c", "d")
		if err := errors.Join(store.Void(t.Context(), "void", "ann"), store.Void(t.Context(), "void", "nobody")); err != nil {
			t.Error(err)
		}
		there(t, false, "d")
		there(t, true, "b", "c")
	})
	t.Run("what was taken does not void what comes after", func(t *testing.T) {
		t.Parallel()
		put(t, "first", ticket("order", "ann"))
		if _, _, err := store.Take(t.Context(), rid("first")); err != nil {
			t.Error(err)
		}
		put(t, "second", ticket("order", "ann"))
		if _, found, _ := store.Take(t.Context(), rid("first")); found {
			t.Error("the first came back")
		}
		there(t, true, "second")
	})
	t.Run("a ticket ends", func(t *testing.T) {
		t.Parallel()
		brief := ticket("brief", "ann")
		brief.Ends = time.Now().Add(50 * time.Millisecond)
		put(t, "brief", brief)
		time.Sleep(100 * time.Millisecond)
		there(t, false, "brief")
	})
}

func TestTheServerForgetsTickets(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	brief := ticket("brief", "ann")
	brief.Ends = time.Now().Add(30 * time.Millisecond)
	if err := stores.Resets().Put(t.Context(), rid("x"), brief); err != nil {
		t.Fatal(err)
	}
	empties(t, client)
}

// A215: without its server a token is a 503, and is good again afterwards as far as
// the server remembers it.
func TestResetsWaitForTheServer(t *testing.T) {
	t.Parallel()
	server := need.Redis(t)
	stores, _ := open(t, server)
	sent := make(chan reset.Message, 1)
	resets, err := reset.New(reset.Config{
		Store:  stores.Resets(),
		Find:   func(context.Context, string) (string, error) { return "ann", nil },
		Send:   func(_ context.Context, m reset.Message) error { sent <- m; return nil },
		Enders: []reset.Ender{reset.EnderFunc(func(context.Context, string) error { return nil })},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resets.Close(context.Background()) }()
	if err := resets.Request(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	token := string((<-sent).Token)
	redeem := func() int {
		return status(resets.Redeem(t.Context(), token, func(context.Context, reset.Ticket) error { return nil }))
	}
	server.Hang(t)
	begin := time.Now()
	if got, took := redeem(), time.Since(begin); got != 503 || took > 300*time.Millisecond {
		t.Errorf("with a server that hangs: %d after %v, want 503 within 300 ms", got, took)
	}
	server.Continue(t)
	back := time.Now()
	got := redeem()
	for ; got == 503 && time.Since(back) < 2*time.Second; got = redeem() {
		time.Sleep(20 * time.Millisecond)
	}
	if got != 0 {
		t.Errorf("when the server is back: %d, want that the token is good", got)
	}
	server.Stop(t)
	begin = time.Now()
	if got, took := redeem(), time.Since(begin); got != 503 || took > 300*time.Millisecond {
		t.Errorf("with a server that is gone: %d after %v, want 503 within 300 ms", got, took)
	}
	server.Start(t)
	if got := redeem(); got != 401 && got != 503 {
		t.Errorf("a server that has forgotten: %d, want 401", got)
	}
}
