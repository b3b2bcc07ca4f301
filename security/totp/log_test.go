package totp_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/crash"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/totp"
)

func openLog(t testing.TB, path string, now func() time.Time) *totp.Log {
	t.Helper()
	l, err := totp.OpenLog(path, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// A138, A140, A147: neither codes nor tries nor recovery codes come back after a
// restart.
func TestARestartForgetsNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "totp.log")
	var l *totp.Log
	b := newBench(t)
	restart := func() {
		t.Helper()
		if l != nil {
			if err := errors.Join(l.Close(), l.Close()); err != nil {
				t.Fatal(err)
			}
		}
		l = openLog(t, path, b.clock.time)
		v, err := totp.New(totp.Config{Issuer: "Example", Store: l, Recovery: l, Clock: b.clock.time})
		if err != nil {
			t.Fatal(err)
		}
		b.Verifier = v
	}
	status := func(err error) int {
		if err == nil {
			return 200
		}
		return problem.From(err).StatusCode()
	}
	want := func(what string, err error, want int) {
		t.Helper()
		if got := status(err); got != want {
			t.Errorf("%s: %d (%v), want %d", what, got, err, want)
		}
	}
	restart()
	code := b.codeIn(t, 0)
	want("a code", b.Verify(t.Context(), b.alice, code), 200)
	codes, err := b.NewRecoveryCodes(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	want("a recovery code", b.Recover(t.Context(), "1", codes[0]), 200)
	restart()
	want("the code again", b.Verify(t.Context(), b.alice, code), 401)
	want("the recovery code again", b.Recover(t.Context(), "1", codes[0]), 401)
	want("another recovery code", b.Recover(t.Context(), "1", codes[1]), 200)
	want("a wrong code", b.Verify(t.Context(), b.alice, "000000"), 401) // that is five tries
	restart()
	b.clock.move(time.Minute)
	want("the sixth try", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), 429)
	b.clock.move(15 * time.Minute)
	want("a try in the next window", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), 200)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	want("a try with a log that is closed", b.Verify(t.Context(), b.alice, "000000"), 503)
}

func TestTheLogRefusesWhatHasNoPlaceInIt(t *testing.T) {
	t.Parallel()
	l := openLog(t, filepath.Join(t.TempDir(), "totp.log"), nil)
	long := strings.Repeat("a", 1025)
	_, tried := l.Try(t.Context(), long, 5, time.Minute)
	_, used := l.Use(t.Context(), long, 1, time.Minute)
	for name, err := range map[string]error{
		"a long account that tries": tried,
		"a long account that uses":  used,
		"a long account with codes": l.SetRecovery(t.Context(), long, nil),
		"too many codes":            l.SetRecovery(t.Context(), "1", make([]string, 257)),
		"a long digest":             l.SetRecovery(t.Context(), "1", []string{strings.Repeat("d", 129)}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	digests := make([]string, 256)
	for i := range digests {
		digests[i] = fmt.Sprintf("%0128d", i)
	}
	if err := l.SetRecovery(t.Context(), strings.Repeat("a", 1024), digests); err != nil {
		t.Errorf("as much as may be: %v", err)
	}
}

// TestMain is the life of a killed process, too: it uses steps of many accounts.
func TestMain(m *testing.M) {
	crash.Main(m, func(path string) (crash.Write, error) {
		l, err := totp.OpenLog(path, nil)
		return func(ctx context.Context, n int) bool {
			fresh, err := l.Use(ctx, strconv.Itoa(n), int64(n), time.Hour)
			return err == nil && fresh
		}, err
	})
}

// A138: what was used before a kill stays used.
func TestAKilledProcessUsesNoCodeTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "totp.log")
	confirmed := crash.Confirmed(t, path, 0, 10_000)
	l := openLog(t, path, nil)
	for _, n := range confirmed {
		if fresh, err := l.Use(t.Context(), strconv.Itoa(n), int64(n), time.Hour); fresh || err != nil {
			t.Errorf("step %d was used twice: %v", n, err)
		}
	}
}
