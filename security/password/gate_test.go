package password_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
)

// busy occupies a hasher's only slot for as long as the test goes on.
func busy(t *testing.T, h *password.Hasher) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				_, _ = h.Hash(ctx, "busy")
			}
		})
	}
}

func TestAFloodOfLoginsIsShedAndMemoryStaysBounded(t *testing.T) { // A137
	const (
		logins = 1000
		memory = 8 << 10 // KiB
		slots  = 2
		queue  = 20
	)
	h := hasher(t, password.Config{Memory: memory, Passes: 1, Concurrency: slots, Queue: queue, MaxWait: time.Minute, DangerouslyWeak: true})
	runtime.GC()
	var peak atomic.Uint64
	stop := watchHeap(&peak)
	var shed, refused atomic.Int64
	var wg sync.WaitGroup
	for range logins {
		wg.Go(func() {
			_, err := h.Verify(t.Context(), "wrong", "")
			switch _, overload := errors.AsType[*password.OverloadError](err); {
			case overload:
				shed.Add(1)
			case errors.Is(err, security.ErrInvalidCredentials):
				refused.Add(1)
			default:
				t.Errorf("Verify = %v", err)
			}
		})
	}
	wg.Wait()
	stop()
	if shed.Load() == 0 || refused.Load() < slots+queue || shed.Load()+refused.Load() != logins {
		t.Errorf("%d were shed and %d refused of %d; want some of both, at least %d refused", shed.Load(), refused.Load(), logins, slots+queue)
	}
	// The collector lets garbage grow to what is alive; all at once would be 8 GB.
	if limit := uint64(128 << 20); peak.Load() > limit {
		t.Errorf("the heap grew to %d MiB, want less than %d", peak.Load()>>20, limit>>20)
	}
}

// watchHeap keeps the greatest size of the heap in peak until it is stopped.
func watchHeap(peak *atomic.Uint64) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}

func TestAnOverloadIsA503ThatSaysWhenToComeBack(t *testing.T) { // A137, L10
	t.Parallel()
	h := hasher(t, password.Config{Memory: 1 << 10, Passes: 8, Concurrency: 1, Queue: 1, MaxWait: time.Nanosecond, DangerouslyWeak: true})
	busy(t, h)
	err := until(t, func() error { _, err := h.Hash(t.Context(), "secret"); return err })
	overload, ok := errors.AsType[*password.OverloadError](err)
	if !ok || overload.RetryAfter < time.Second {
		t.Fatalf("Hash = %v, want an OverloadError with a wait", err)
	}
	p := problem.From(err)
	if p.StatusCode() != 503 || p.Header().Get("Retry-After") != "1" || p.Code != problem.CodeServiceUnavailable {
		t.Errorf("the answer is %v with %v, want 503 with Retry-After: 1", p, p.Header())
	}
	if want := "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"; p.Type != want {
		t.Errorf("type %q, want %q", p.Type, want)
	}
}

// until tries until something fails.
func until(t *testing.T, try func() error) error {
	t.Helper()
	for range 10_000 {
		if err := try(); err != nil {
			return err
		}
	}
	t.Fatal("nothing failed")
	return nil
}

func TestWhoHasWaitedMakesRoomInTheQueue(t *testing.T) { // A137
	t.Parallel()
	h := hasher(t, password.Config{Memory: 4 << 10, Passes: 1, Concurrency: 1, Queue: 2, MaxWait: time.Hour, DangerouslyWeak: true})
	for round := range 20 {
		var wg sync.WaitGroup
		for range 3 { // one is served, two wait
			wg.Go(func() {
				if _, err := h.Hash(t.Context(), "secret"); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestTheContextEndsAWait(t *testing.T) {
	t.Parallel()
	h := hasher(t, password.Config{Memory: 8 << 10, Passes: 4, Concurrency: 1, MaxWait: time.Hour, DangerouslyWeak: true})
	busy(t, h)
	err := until(t, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := h.Verify(ctx, "secret", "")
		if errors.Is(err, security.ErrInvalidCredentials) {
			return nil
		}
		return err
	})
	if _, ok := errors.AsType[*password.OverloadError](err); !ok || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Verify = %v, want an OverloadError because of the deadline", err)
	}
}

func TestNothingIsComputedForWhoIsGone(t *testing.T) {
	t.Parallel()
	h := cheap(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash = %v, want context.Canceled", err)
	}
	if _, err := h.Verify(ctx, "secret", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify = %v, want context.Canceled", err)
	}
	if _, err := h.Hash(t.Context(), "secret"); err != nil {
		t.Errorf("afterwards: %v; the turns of those who left are lost", err)
	}
}
