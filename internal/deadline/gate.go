package deadline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limit is how long a store may take unless somebody says otherwise.
const Limit = 250 * time.Millisecond

// Calls is how many calls of a store may be under way at once, those that nobody
// waits for any more among them.
const Calls = 1024

var (
	// ErrBusy says that too many calls have not returned yet.
	ErrBusy = errors.New("too many calls of the store have not returned")

	// ErrLate says that the store did not answer in time. It is a
	// [context.DeadlineExceeded].
	ErrLate = fmt.Errorf("the store took too long: %w", context.DeadlineExceeded)
)

// A Gate bounds calls of a store in time and in number. A store that hangs costs a
// request the limit, and once the gate is full nothing; as its calls return the gate
// opens by itself. [NewGate] and [GateFor] make it; the zero Gate bounds nothing. It is
// safe for concurrent use.
type Gate struct {
	limit time.Duration
	calls chan struct{} // as many as are under way
}

// NewGate returns an open gate for calls that take at most the limit.
func NewGate(limit time.Duration) Gate {
	return Gate{limit: limit, calls: make(chan struct{}, Calls)}
}

// GateFor returns the gate for stores, some of which may be nil. Stores of the type
// Memory are not bounded: they cannot hang, and on a busy machine a goroutine of their
// own could be late. A type that embeds one may do anything.
func GateFor[Memory any](limit time.Duration, stores ...any) Gate {
	for _, s := range stores {
		if _, inMemory := s.(Memory); s != nil && !inMemory {
			return NewGate(limit)
		}
	}
	return Gate{}
}

// AtMost is the same gate with a shorter limit, if d is shorter.
func (g Gate) AtMost(d time.Duration) Gate {
	g.limit = min(g.limit, d)
	return g
}

// Call calls f, which gets a context that ends at the limit of the gate. It returns
// by then even if f does not, so f must not write to what the caller goes on using.
// A panic of f, which nobody could recover outside, is an error. When ctx ends first
// the error is its cause.
func Call[T any](ctx context.Context, g Gate, f func(context.Context) (T, error)) (T, error) {
	if g.calls == nil {
		return f(ctx)
	}
	var none T
	select {
	case g.calls <- struct{}{}:
	default:
		return none, ErrBusy
	}
	ctx, cancel := context.WithTimeoutCause(ctx, g.limit, ErrLate)
	defer cancel()
	done := make(chan answer[T], 1)
	go func() {
		defer func() { <-g.calls }()
		done <- attempt(ctx, f)
	}()
	select {
	case a := <-done:
		if a.err != nil {
			return none, a.err
		}
		return a.value, nil
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
}

type answer[T any] struct {
	value T
	err   error
}

func attempt[T any](ctx context.Context, f func(context.Context) (T, error)) (a answer[T]) {
	defer func() {
		if p := recover(); p != nil {
			a.err = fmt.Errorf("the store panicked: %v", p)
		}
	}()
	a.value, a.err = f(ctx)
	return a
}
