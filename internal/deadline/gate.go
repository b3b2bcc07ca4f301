package deadline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	limit = 250 * time.Millisecond
	calls = 512 // at once; more are refused
)

// ErrBusy says that too many calls have not returned yet.
var ErrBusy = errors.New("too many calls of the store have not returned")

// A Gate bounds calls of a store in time and in number. A store that hangs costs a
// request 250 ms, and once the gate is full nothing; as its calls return the gate
// opens by itself. [NewGate] makes it. It is safe for concurrent use.
type Gate chan struct{}

// NewGate returns an open gate.
func NewGate() Gate { return make(Gate, calls) }

// Call calls f, which gets a context that ends in 250 ms. It returns by then even if
// f does not. A panic of f, which nobody could recover outside, is an error.
func Call[T any](ctx context.Context, g Gate, f func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case g <- struct{}{}:
	default:
		return none, ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan answer[T], 1)
	go func() {
		defer func() { <-g }()
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
			a.err = fmt.Errorf("panic: %v", p)
		}
	}()
	a.value, a.err = f(ctx)
	return a
}
