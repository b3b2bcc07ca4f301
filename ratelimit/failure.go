package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
)

// A Failure says what happens to requests while the store fails: when it returns
// errors, takes longer than the timeout, or has done so and is left alone for a
// while. A [Memory] never fails.
type Failure uint8

// The kinds of failure.
const (
	// FailClosed answers 503. It is the default, and right where the limit
	// protects secrets: logins, one-time codes, password resets.
	FailClosed Failure = iota
	// FailLocal counts in the memory of this process meanwhile, beginning with
	// full quotas. It is right for limits that share out capacity.
	FailLocal
	// DangerouslyFailOpen lets everybody pass. Whoever can make the store fail
	// has no limit.
	DangerouslyFailOpen
)

// String names the failure, such as "closed".
func (f Failure) String() string {
	switch f {
	case FailClosed:
		return "closed"
	case FailLocal:
		return "local"
	case DangerouslyFailOpen:
		return "open"
	}
	return fmt.Sprintf("Failure(%d)", f)
}

// unavailable is the answer of FailClosed.
func unavailable(err error) *problem.Problem {
	return problem.ServiceUnavailable(cooldown).WithDetail("the rate limit cannot be checked at the moment").Because(err)
}

var (
	errResting   = errors.New("the rate limit store has failed and is left alone for a while")
	errImpatient = errors.New("the request has waited for stores long enough")
)

// guarded asks a store that may fail, hang or panic.
type guarded struct {
	store   Store
	timeout time.Duration
	gate    deadline.Gate
	logger  *slog.Logger
	breaker breaker
}

func newGuarded(store Store, timeout time.Duration, logger *slog.Logger) *guarded {
	return &guarded{store: store, timeout: timeout, gate: deadline.NewGate(timeout), logger: logger}
}

// take asks the store in time or not at all. Errors of its own are those of a
// store that is not asked. Several limits of one request wait no longer than one of
// them would: what it has waited in vain is what the store has less.
func (g *guarded) take(ctx context.Context, subject Key, claims []Claim, waited *time.Duration) (granted bool, err error) {
	left := g.timeout - *waited
	if left <= 0 {
		return false, errImpatient
	}
	if !g.breaker.enter() {
		return false, errResting
	}
	begin := time.Now()
	granted, err = g.call(ctx, subject, claims, left)
	switch {
	case err == nil:
		g.breaker.succeeded()
	case ctx.Err() != nil:
		g.breaker.abandoned() // by the client, which says nothing about the store
	default:
		*waited += time.Since(begin)
		g.breaker.failed()
		g.report(ctx, err)
	}
	return granted, err
}

// An answer is what the store says.
type answer struct {
	granted bool
	claims  []Claim
}

// call gives up when the time is over, whether the store does or not. The store
// works on claims of its own, since it may go on writing to them.
func (g *guarded) call(ctx context.Context, subject Key, claims []Claim, limit time.Duration) (granted bool, err error) {
	own := slices.Clone(claims)
	a, err := deadline.Call(ctx, g.gate.AtMost(limit), func(ctx context.Context) (answer, error) {
		granted, err := g.store.Take(ctx, subject, own)
		return answer{granted, own}, err
	})
	copy(claims, a.claims)
	return a.granted, err
}

func (g *guarded) report(ctx context.Context, err error) {
	logger := g.logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, slog.LevelWarn, "rate limit store failed", slog.String("error", err.Error()))
}
