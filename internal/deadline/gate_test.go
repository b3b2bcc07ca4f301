package deadline_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
)

func TestACallReturnsWhatTheStoreSays(t *testing.T) {
	t.Parallel()
	gate := deadline.NewGate(deadline.Limit)
	errDown := errors.New("down")
	for want, err := range map[int]error{7: nil, 0: errDown} {
		got, gotErr := deadline.Call(t.Context(), gate, func(context.Context) (int, error) { return 7, err })
		if got != want || !errors.Is(gotErr, err) {
			t.Errorf("%d, %v; want %d, %v", got, gotErr, want, err)
		}
	}
}

func TestOnlyStoresInMemoryGoUnbounded(t *testing.T) {
	t.Parallel()
	type memory struct{}
	type embeds struct{ *memory }
	for what, tt := range map[string]struct {
		stores  []any
		bounded bool
	}{
		"one in memory":               {[]any{&memory{}}, false},
		"one in memory, one not used": {[]any{&memory{}, nil}, false},
		"two in memory":               {[]any{&memory{}, &memory{}}, false},
		"one of two in memory":        {[]any{&memory{}, embeds{}}, true},
		"one that embeds a memory":    {[]any{embeds{&memory{}}}, true},
	} {
		gate := deadline.GateFor[*memory](time.Second, tt.stores...)
		bounded, err := deadline.Call(t.Context(), gate, func(ctx context.Context) (bool, error) {
			_, bounded := ctx.Deadline()
			return bounded, nil
		})
		if bounded != tt.bounded || err != nil {
			t.Errorf("%s: bounded: %t, %v; want %t", what, bounded, err, tt.bounded)
		}
	}
}

func TestACallEndsAtTheLimitWhetherTheStoreDoesOrNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		for name, store := range map[string]func(context.Context) (int, error){
			"obeys its context":   func(ctx context.Context) (int, error) { <-ctx.Done(); return 7, context.Cause(ctx) },
			"ignores its context": func(context.Context) (int, error) { <-forever; return 7, nil },
		} {
			start := time.Now()
			got, err := deadline.Call(t.Context(), deadline.NewGate(time.Second), store)
			if waited := time.Since(start); waited != time.Second {
				t.Errorf("a store that %s is waited for %v", name, waited)
			}
			if got != 0 || !errors.Is(err, deadline.ErrLate) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a store that %s: %d, %v", name, got, err)
			}
		}
		close(forever)
	})
}

// A store in memory is asked where the caller stands.
func TestTheZeroGateBoundsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := deadline.Call(ctx, deadline.Gate{}, func(ctx context.Context) (int, error) { return 7, context.Cause(ctx) })
	if got != 7 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d, %v; want what the store said", got, err)
	}
}

func TestACallerThatGoesAwayIsTheCause(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := deadline.Call(ctx, deadline.NewGate(time.Minute), func(ctx context.Context) (int, error) {
		cancel(gone)
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
	if !errors.Is(err, gone) {
		t.Errorf("error %v, want %v", err, gone)
	}
}

func TestAPanicOfTheStoreIsAnError(t *testing.T) {
	t.Parallel()
	_, err := deadline.Call(t.Context(), deadline.NewGate(deadline.Limit), func(context.Context) (int, error) { panic("out of range") })
	if err == nil || !strings.Contains(err.Error(), "panicked: out of range") {
		t.Errorf("error %v", err)
	}
}

// Whoever comes while the gate is full is not kept waiting, and the gate opens by
// itself.
func TestOnlySoManyCallsAreUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := deadline.NewGate(deadline.Limit)
		forever := make(chan struct{})
		var asked, late, busy atomic.Int64
		var wg sync.WaitGroup
		for range 2 * deadline.Calls {
			wg.Go(func() {
				_, err := deadline.Call(t.Context(), gate, func(context.Context) (int, error) {
					asked.Add(1)
					<-forever
					return 0, nil
				})
				switch {
				case errors.Is(err, deadline.ErrLate):
					late.Add(1)
				case errors.Is(err, deadline.ErrBusy):
					busy.Add(1)
				}
			})
		}
		wg.Wait()
		if asked.Load() != deadline.Calls || late.Load() != deadline.Calls || busy.Load() != deadline.Calls {
			t.Errorf("%d calls, %d late and %d refused; want %d each", asked.Load(), late.Load(), busy.Load(), deadline.Calls)
		}
		close(forever)
		synctest.Wait()
		if _, err := deadline.Call(t.Context(), gate, func(context.Context) (int, error) { return 0, nil }); err != nil {
			t.Errorf("the gate stays shut: %v", err)
		}
	})
}
