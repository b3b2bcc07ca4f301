package totp_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/totp"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a verifier with a clock and a store of its own.
type bench struct {
	*totp.Verifier
	clock *clock
	store *totp.MemoryStore
	alice totp.Account
}

// secret is that of RFC 4226 and RFC 6238: the bytes 12345678901234567890.
const secret totp.Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func newBench(t testing.TB, change ...func(*totp.Config)) *bench {
	t.Helper()
	b := &bench{clock: &clock{now: time.Unix(1_800_000_000, 0)}, alice: totp.Account{ID: "1", Secret: secret}}
	b.store = &totp.MemoryStore{Clock: b.clock.time}
	c := totp.Config{Issuer: "Example", Store: b.store, Recovery: b.store, Clock: b.clock.time}
	for _, f := range change {
		f(&c)
	}
	v, err := totp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	b.Verifier = v
	return b
}

// codeIn is the code that alice's authenticator shows after a while.
func (b *bench) codeIn(t testing.TB, d time.Duration) string {
	t.Helper()
	code, err := b.Code(b.alice.Secret, b.clock.time().Add(d))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong is a code that is right at no time near now.
func (b *bench) wrong(t testing.TB) string {
	t.Helper()
	for _, code := range []string{"000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"} {
		near := false
		for d := -5 * time.Minute; d <= time.Hour; d += 30 * time.Second {
			near = near || b.codeIn(t, d) == code
		}
		if !near {
			return code
		}
	}
	t.Fatal("every code is right")
	return ""
}

// is checks an error.
func is(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// brokenStore fails, or hangs until the context ends, or for as long as it likes.
type brokenStore struct {
	totp.Store
	err       error
	hang      bool
	deaf      chan struct{}
	onUseOnly bool
}

func (s *brokenStore) fail(ctx context.Context) error {
	if s.deaf != nil {
		<-s.deaf
	}
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s *brokenStore) Try(ctx context.Context, account string, tries int, window time.Duration) (time.Duration, error) {
	if s.onUseOnly {
		return s.Store.Try(ctx, account, tries, window)
	}
	return 0, s.fail(ctx)
}

func (s *brokenStore) Use(ctx context.Context, _ string, _ int64, _ time.Duration) (bool, error) {
	return true, s.fail(ctx) // a fool that says yes and fails
}

func (s *brokenStore) SetRecovery(ctx context.Context, _ string, _ []string) error {
	return s.fail(ctx)
}

func (s *brokenStore) TakeRecovery(ctx context.Context, _, _ string) (bool, error) {
	return true, s.fail(ctx)
}
