package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
)

var errDown = errors.New("connection refused")

// A flaky store does what the test wants.
type flaky struct {
	*ratelimit.Memory
	calls atomic.Int64
	mode  atomic.Pointer[func(context.Context) error]
}

func newFlaky() *flaky { return &flaky{Memory: ratelimit.NewMemory(0)} }

func (f *flaky) become(mode func(context.Context) error) { f.mode.Store(&mode) }

func (f *flaky) Take(ctx context.Context, subject ratelimit.Key, claims []ratelimit.Claim) (bool, error) {
	f.calls.Add(1)
	if mode := f.mode.Load(); mode != nil {
		if err := (*mode)(ctx); err != nil {
			return false, err
		}
	}
	return f.Memory.Take(ctx, subject, claims)
}

// The ways to fail, and to be well.
func well(context.Context) error      { return nil }
func down(context.Context) error      { return errDown }
func panics(context.Context) error    { panic("out of range") }
func patient(c context.Context) error { <-c.Done(); return c.Err() }

// hangs until the test ends, whatever the context says.
func hangs(t *testing.T) func(context.Context) error {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	return func(context.Context) error { <-forever; return errDown }
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// A132, A215
func TestWhatHappensWhileTheStoreFailsIsUpToTheLimiter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		onFailure ratelimit.Failure
		passed    int // of 20
		refusal   int
		current   bool // the RateLimit field is there
	}{
		{ratelimit.FailClosed, 0, http.StatusServiceUnavailable, false},
		{ratelimit.FailLocal, 5, http.StatusTooManyRequests, true},
		{ratelimit.DangerouslyFailOpen, 20, 0, false},
	} {
		for name, mode := range map[string]func(*testing.T) func(context.Context) error{
			"returns an error":           func(*testing.T) func(context.Context) error { return down },
			"panics":                     func(*testing.T) func(context.Context) error { return panics },
			"hangs until it is given up": func(*testing.T) func(context.Context) error { return patient },
			"hangs for ever":             hangs,
		} {
			t.Run(tt.onFailure.String()+", the store "+name, func(t *testing.T) {
				t.Parallel()
				store := newFlaky()
				store.become(mode(t))
				l := limiter(t, ratelimit.Config{
					Policies: []ratelimit.Policy{login()}, Store: store, OnFailure: tt.onFailure,
					Timeout: 20 * time.Millisecond, Logger: quiet(),
				})
				h := l.Middleware(nil)(http.HandlerFunc(ok))
				passed := 0
				for range 20 {
					w := serve(h, request(t, "GET", "/"))
					switch w.Code {
					case http.StatusNoContent:
						passed++
					case tt.refusal:
						if w.Header().Get("Retry-After") == "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
							t.Errorf("%d with the header %v", w.Code, w.Header())
						}
					default:
						t.Errorf("status %d", w.Code)
					}
					if got := w.Header().Get("RateLimit") != ""; got != tt.current {
						t.Errorf("%d: RateLimit: %q", w.Code, w.Header().Get("RateLimit"))
					}
				}
				if passed != tt.passed {
					t.Errorf("%d of 20 passed, want %d", passed, tt.passed)
				}
				if got := store.calls.Load(); got != 5 {
					t.Errorf("the store was asked %d times, want 5", got)
				}
			})
		}
	}
}

// A132, A215: time in the bubble is exact.
func TestNobodyWaitsLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		store.become(patient)
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: store, Logger: quiet()})
		for i := range 10 {
			start := time.Now()
			_, err := l.Take(t.Context(), ratelimit.Key{})
			waited, want := time.Since(start), 250*time.Millisecond
			if i >= 5 {
				want = 0 // the store is left alone
			}
			if p := problem.From(err); p == nil || p.Status != http.StatusServiceUnavailable || waited != want {
				t.Errorf("request %d: %v after %v, want 503 after %v", i, err, waited, want)
			}
		}
		synctest.Wait()
	})
}

// A132, A215: however many limits there are, in front of a route and on it.
func TestSeveralLimitsWaitNoLongerThanOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limits := func() *ratelimit.Limiter {
			store := newFlaky()
			store.become(patient)
			return limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: store, OnFailure: ratelimit.FailLocal, Logger: quiet()})
		}
		api := mortise.New("Blog", "1.0.0")
		mortise.Get(api, "/", nothing, limits().ByIP(), limits().Shared(), limits().ByIP(), mortise.Public())
		h := limits().Middleware(nil)(limits().Middleware(nil)(built(t, api)))
		for _, want := range []time.Duration{250 * time.Millisecond, 250 * time.Millisecond, 250 * time.Millisecond} {
			start := time.Now()
			if w := serve(h, request(t, "GET", "/")); w.Code != http.StatusNoContent || time.Since(start) != want {
				t.Errorf("%d after %v, want a success after %v", w.Code, time.Since(start), want)
			}
		}
		synctest.Wait()
	})
}

// A215: the breaker recovers by itself.
func TestAStoreThatIsWellAgainIsUsedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		store.become(down)
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: store, Logger: quiet()})
		ask := func(want bool) {
			t.Helper()
			if _, err := l.Take(t.Context(), ratelimit.Key{}); (err == nil) != want {
				t.Errorf("error %v", err)
			}
		}
		for range 100 {
			ask(false)
		}
		time.Sleep(ratelimit.Cooldown)
		for range 100 {
			ask(false) // one of them tries
		}
		if got := store.calls.Load(); got != 6 {
			t.Errorf("the store was asked %d times, want 5 and one try", got)
		}
		store.become(well)
		ask(false) // it has just failed
		time.Sleep(ratelimit.Cooldown)
		for range 5 {
			ask(true)
		}
		if got := store.calls.Load(); got != 11 {
			t.Errorf("the store was asked %d times, want 11", got)
		}
	})
}

func TestOnlyOneTriesWhetherTheStoreIsWellAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		store.become(down)
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: store, Logger: quiet(), OnFailure: ratelimit.DangerouslyFailOpen})
		for range 5 {
			take(t, l, ratelimit.Key{})
		}
		store.become(patient)
		time.Sleep(ratelimit.Cooldown)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { take(t, l, ratelimit.Key{}) })
		}
		wg.Wait()
		if got := store.calls.Load(); got != 6 {
			t.Errorf("the store was asked %d times, want 6", got)
		}
	})
}

// A client that goes away says nothing about the store.
func TestClientsThatGoAwayDontMakeTheStoreRest(t *testing.T) {
	t.Parallel()
	gone := errors.New("the client is gone")
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		store.become(patient)
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: store, Logger: quiet(), OnFailure: ratelimit.DangerouslyFailOpen})
		for range 20 {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Millisecond, func() { cancel(gone) })
			if _, err := l.Take(ctx, ratelimit.Key{}); !errors.Is(err, gone) {
				t.Errorf("error %v, want %v", err, gone)
			}
		}
		store.become(well)
		if got := passes(t, l, ratelimit.Key{}, 6); got != 5 {
			t.Errorf("%d pass, want 5", got)
		}
	})
}

func TestCallsOfAStoreThatHangsAreBounded(t *testing.T) {
	t.Parallel()
	store := newFlaky()
	store.become(hangs(t))
	l := limiter(t, ratelimit.Config{
		Policies: []ratelimit.Policy{login()}, Store: store, OnFailure: ratelimit.DangerouslyFailOpen,
		Timeout: 50 * time.Millisecond, Logger: quiet(),
	})
	var wg sync.WaitGroup
	for range 3 * deadline.Calls {
		wg.Go(func() { take(t, l, ratelimit.Key{}) })
	}
	wg.Wait()
	if got := store.calls.Load(); got > deadline.Calls {
		t.Errorf("%d calls are under way, want at most %d", got, deadline.Calls)
	}
}

func TestAStoreThatFailsIsLoggedAndItsErrorNotAnswered(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	store := newFlaky()
	store.become(down)
	l := limiter(t, ratelimit.Config{
		Policies: []ratelimit.Policy{login()}, Store: store,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	w := serve(l.Middleware(nil)(http.HandlerFunc(ok)), request(t, "GET", "/"))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "refused") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), `error="connection refused"`) {
		t.Errorf("log %q", log.String())
	}
	_, err := l.Take(t.Context(), ratelimit.Key{})
	if !errors.Is(err, errDown) {
		t.Errorf("error %v does not hold its cause", err)
	}
}

// Nobody waits for a store that is late, and what it writes then is its own.
func TestAStoreThatIsLateDisturbsNobody(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		l := limiter(t, ratelimit.Config{
			Policies: []ratelimit.Policy{login()}, Store: late{}, OnFailure: ratelimit.FailLocal,
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if d := take(t, l, ratelimit.Key{}); !d.Allowed || standing(t, d).Remaining > 4 {
					t.Errorf("%v, %+v", d.Allowed, standing(t, d))
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Second) // until the store has answered
	})
	if !strings.Contains(log.String(), `msg="rate limit store failed" error="the store took too long: context deadline exceeded"`) {
		t.Errorf("log %q", log.String())
	}
}

// late answers when nobody waits any more.
type late struct{}

func (late) Take(_ context.Context, _ ratelimit.Key, claims []ratelimit.Claim) (bool, error) {
	for range 100 {
		time.Sleep(5 * time.Millisecond)
		claims[0].Debt++
	}
	return true, nil
}

// A store that rounds may refuse although nothing seems to be violated.
func TestARefusalAlwaysNamesAPolicyAndAWait(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: stern{}})
	d := take(t, l, ratelimit.Key{})
	if d.Allowed || d.RetryAfter != 8*time.Second || !standing(t, d).Violated {
		t.Errorf("%v, %v, %+v", d.Allowed, d.RetryAfter, standing(t, d))
	}
}

// stern refuses what would fit.
type stern struct{}

func (stern) Take(_ context.Context, _ ratelimit.Key, claims []ratelimit.Claim) (bool, error) {
	claims[0].Debt = 44 * time.Second
	return false, nil
}

func TestFailuresHaveNames(t *testing.T) {
	t.Parallel()
	for f, want := range map[ratelimit.Failure]string{
		ratelimit.FailClosed: "closed", ratelimit.FailLocal: "local", ratelimit.DangerouslyFailOpen: "open", 9: "Failure(9)",
	} {
		if got := f.String(); got != want {
			t.Errorf("Failure %q, want %q", got, want)
		}
	}
}
