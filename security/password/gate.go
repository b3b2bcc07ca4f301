package password

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/problem"
)

// A gate lets a few in at a time, keeps some waiting, and refuses the rest.
type gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
	maxWait time.Duration
}

func newGate(slots, queue int, maxWait time.Duration) *gate {
	return &gate{slots: make(chan struct{}, slots), queue: int64(queue), maxWait: maxWait}
}

// enter waits for a turn; leave ends it.
func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return g.refuse(err)
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return g.refuse(nil)
	}
	timer := time.NewTimer(g.maxWait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return g.refuse(nil)
	case <-ctx.Done():
		return g.refuse(ctx.Err())
	}
}

func (g *gate) leave() { <-g.slots }

func (g *gate) refuse(cause error) error {
	return &OverloadError{RetryAfter: max(g.maxWait, time.Second), cause: cause}
}

// An OverloadError says that there are more passwords to hash than the machine
// can, or that the context ended while one waited for its turn. A handler that
// returns it answers 503 with Retry-After. [errors.Is] finds the error of the
// context in it.
type OverloadError struct {
	// RetryAfter is when it is worth another try, at least a second.
	RetryAfter time.Duration

	cause error
}

// Error says that there was no turn, and why if the context ended.
func (e *OverloadError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the [problem.Problem] that the client is sent.
func (e *OverloadError) Unwrap() error {
	p := problem.ServiceUnavailable(e.RetryAfter).
		WithType("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity").
		WithDetail("too many passwords are being checked")
	if e.cause != nil {
		return p.Because(e.cause)
	}
	return p
}
