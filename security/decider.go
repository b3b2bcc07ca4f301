package security

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/problem"
)

// A Decider is an outside engine that decides: Cedar, Casbin, OPA. An In is
// what it is asked about, which a small function of the program translates into
// the engine's terms.
//
// Decide has to be safe for concurrent use, and keep to the context's deadline
// where it asks another process.
type Decider[In any] interface {
	Decide(ctx context.Context, in In) (Decision, error)
}

// A DeciderFunc is a function as a [Decider].
type DeciderFunc[In any] func(ctx context.Context, in In) (Decision, error)

// Decide calls the function.
func (f DeciderFunc[In]) Decide(ctx context.Context, in In) (Decision, error) { return f(ctx, in) }

// A Decision is what an engine says. The zero value denies.
type Decision struct {
	Allowed bool
	// Reasons are for the log alone, such as the ids of the policies that
	// decided. They must not hold secrets or values of claims.
	Reasons []string
}

// DecidedBy is the policy that asks an engine. The words complete "Requires …"
// in the document. An engine that cannot decide lets nobody pass: an error that
// carries no status is answered 503.
//
// DecidedBy panics without words or engine.
func DecidedBy[In any](words string, engine Decider[In]) Policy[In] {
	if strings.TrimSpace(words) == "" || engine == nil {
		panic("security: DecidedBy: give the words for what is required, and the engine that decides")
	}
	return Policy[In]{words: words, check: func(ctx context.Context, in In) (*Denial, error) {
		d, err := engine.Decide(ctx, in)
		if d.Allowed && err == nil {
			return nil, nil
		}
		return &Denial{Policy: plain(words), Reasons: slices.Clone(d.Reasons)}, unavailable(err)
	}}
}

// unavailable makes a 503 of an error that has no status of its own.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[interface {
		error
		StatusCode() int
	}](err); ok {
		return err
	}
	return problem.ServiceUnavailable(time.Second).Because(err)
}
