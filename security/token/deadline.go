package token

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mortise-go/mortise/problem"
)

const (
	storeDeadline = 250 * time.Millisecond
	storeCalls    = 512 // at once; more are refused
	retryAfter    = time.Second
)

var errBusy = errors.New("too many calls of the store have not returned")

// gate bounds calls of a store in time and in number. A store that hangs costs a
// request 250 ms, and once the gate is full nothing; as its calls return the gate
// opens by itself.
type gate chan struct{}

func newGate() gate { return make(gate, storeCalls) }

// pass calls f, which gets a context that ends with the deadline. It returns at the
// deadline even if f does not. The error is a 503.
func pass[T any](ctx context.Context, g gate, f func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case g <- struct{}{}:
	default:
		return none, unavailable(errBusy)
	}
	ctx, cancel := context.WithTimeout(ctx, storeDeadline)
	defer cancel()
	done := make(chan answer[T], 1)
	go func() {
		defer func() { <-g }()
		done <- attempt(ctx, f)
	}()
	select {
	case a := <-done:
		if a.err != nil {
			return none, unavailable(a.err)
		}
		return a.value, nil
	case <-ctx.Done():
		return none, unavailable(context.Cause(ctx))
	}
}

type answer[T any] struct {
	value T
	err   error
}

// attempt makes an error of a panic, which nobody could recover outside.
func attempt[T any](ctx context.Context, f func(context.Context) (T, error)) (a answer[T]) {
	defer func() {
		if p := recover(); p != nil {
			a.err = fmt.Errorf("panic: %v", p)
		}
	}()
	a.value, a.err = f(ctx)
	return a
}

// unavailable is the answer while a store is.
func unavailable(err error) error {
	return problem.ServiceUnavailable(retryAfter).Because(&storeError{err})
}

// storeError is the cause of a 503 for the log.
type storeError struct{ err error }

// Error says what the store said.
func (e *storeError) Error() string { return "the token store failed: " + e.err.Error() }

// Unwrap returns the store's own error.
func (e *storeError) Unwrap() error { return e.err }

// isImmediate reports whether a store answers from memory, so that a deadline
// would cost more than the answer. A type that embeds one may do anything.
func isImmediate(s Store) bool {
	switch s.(type) {
	case *Memory, *Log:
		return true
	}
	return false
}
