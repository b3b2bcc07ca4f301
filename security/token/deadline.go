package token

import (
	"context"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
)

const retryAfter = time.Second

// pass calls f within the bounds of a gate. The error is a 503.
func pass[T any](ctx context.Context, g deadline.Gate, f func(context.Context) (T, error)) (T, error) {
	value, err := deadline.Call(ctx, g, f)
	if err != nil {
		return value, unavailable(err)
	}
	return value, nil
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
