//go:build unix

package mortiseredis_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/totp"
)

func status(err error) int {
	if err == nil {
		return 0
	}
	return problem.From(err).Status
}

func TestCodesKeepTheContract(t *testing.T) {
	t.Parallel()
	stores, _ := openPatient(t, need.Redis(t))
	exerciseCodes(t, stores.Codes())
}

// exerciseCodes says of a store what totp.Store and totp.RecoveryStore demand.
func exerciseCodes(t *testing.T, store *mortiseredis.Codes) {
	t.Helper()
	t.Run("a step serves once, and only forwards", func(t *testing.T) { // A138, A139
		t.Parallel()
		for _, tt := range []struct {
			step int64
			want bool
		}{{100, true}, {100, false}, {99, false}, {101, true}} {
			if fresh, err := store.Use(t.Context(), "steps", tt.step, time.Minute); err != nil || fresh != tt.want {
				t.Errorf("Use(%d) = %t, %v, want %t", tt.step, fresh, err, tt.want)
			}
		}
	})
	t.Run("of a hundred one uses a step", func(t *testing.T) { // A138
		t.Parallel()
		if n := firsts(t, func() (bool, error) { return store.Use(t.Context(), "race", 7, time.Minute) }); n != 1 {
			t.Errorf("%d callers have used it, want 1", n)
		}
	})
	t.Run("a hundred at once have three tries", func(t *testing.T) { // A140
		t.Parallel()
		if n := firsts(t, func() (bool, error) {
			wait, err := store.Try(t.Context(), "guess", 3, time.Minute)
			return wait == 0, err
		}); n != 3 {
			t.Errorf("%d callers could try, want 3", n)
		}
		wait, err := store.Try(t.Context(), "guess", 3, time.Minute)
		if err != nil || wait <= 50*time.Second || wait > time.Minute {
			t.Errorf("wait = %v, %v, want most of a minute", wait, err)
		}
	})
	t.Run("tries leave the window, and success takes one back", func(t *testing.T) {
		t.Parallel()
		const window = 300 * time.Millisecond
		for range 2 {
			if wait, err := store.Try(t.Context(), "window", 2, window); err != nil || wait != 0 {
				t.Fatalf("Try = %v, %v", wait, err)
			}
		}
		if _, err := store.Use(t.Context(), "window", 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		if wait, err := store.Try(t.Context(), "window", 2, window); err != nil || wait != 0 {
			t.Errorf("Try behind a success = %v, %v, want none", wait, err)
		}
		wait, err := store.Try(t.Context(), "window", 2, window)
		if err != nil || wait <= 0 || wait > window {
			t.Errorf("wait = %v, %v, want up to %v", wait, err, window)
		}
		time.Sleep(wait + 5*time.Millisecond)
		if wait, err := store.Try(t.Context(), "window", 2, window); err != nil || wait != 0 {
			t.Errorf("Try behind the wait = %v, %v, want none", wait, err)
		}
	})
	t.Run("a recovery code serves once", func(t *testing.T) { // A147
		t.Parallel()
		if err := store.SetRecovery(t.Context(), "ann", []string{"d1", "d2"}); err != nil {
			t.Fatal(err)
		}
		if n := firsts(t, func() (bool, error) { return store.TakeRecovery(t.Context(), "ann", "d1") }); n != 1 {
			t.Errorf("%d callers have taken it, want 1", n)
		}
		if err := store.SetRecovery(t.Context(), "ann", nil); err != nil {
			t.Fatal(err)
		}
		if found, err := store.TakeRecovery(t.Context(), "ann", "d2"); err != nil || found {
			t.Errorf("TakeRecovery of a code that was replaced = %t, %v, want false", found, err)
		}
	})
}

func TestStepsAreForgottenInTime(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	_, _ = stores.Codes().Use(t.Context(), "ann", 5, 30*time.Millisecond)
	_, _ = stores.Codes().Try(t.Context(), "ann", 5, 30*time.Millisecond)
	empties(t, client)
}

func TestNobodyGetsInWhileTheServerIsGone(t *testing.T) { // A215
	t.Parallel()
	server := need.Redis(t)
	stores, _ := open(t, server)
	now := atomic.Int64{}
	now.Store(time.Now().Unix())
	verifier, err := totp.New(totp.Config{Issuer: "Blog", Store: stores.Codes(), Clock: func() time.Time { return time.Unix(now.Load(), 0) }})
	if err != nil {
		t.Fatal(err)
	}
	account := totp.Account{ID: strconv.Itoa(1), Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
	server.Stop(t)
	begin := time.Now()
	if err := verifier.Verify(t.Context(), account, "123456"); status(err) != 503 {
		t.Errorf("Verify = %v, want a 503", err)
	}
	if took := time.Since(begin); took > 300*time.Millisecond {
		t.Errorf("it took %v, want 300 ms at most", took)
	}
	server.Start(t)
	back := time.Now()
	for status(verifier.Verify(t.Context(), account, "123456")) == 503 {
		if time.Since(back) > 2*time.Second {
			t.Fatal("the second factor is not back 2 s after its server")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// empties waits until the server has swept every key.
func empties(t *testing.T, client *redis.Client) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); client.DBSize(t.Context()).Val() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("these keys stay: %q", client.Keys(t.Context(), "*").Val())
		}
	}
}
