package ratelimit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/internal/mistake"
)

// maxPolicies is how many policies a limiter may have. It lets a request be
// decided on the stack.
const maxPolicies = 4

// Config says what a [Limiter] does. Name the fields when you write one.
type Config struct {
	// Policies are one to four policies that a subject has to keep at once: a
	// request that one of them refuses is charged to none. Their names differ.
	Policies []Policy

	// Store keeps what has been used. Nil means a [Memory] of the limiter's
	// own. Limiters that share a store count together where policies have the
	// same name and numbers, and apart otherwise.
	Store Store

	// OnFailure says what happens to requests while the store fails. The zero
	// value, [FailClosed], answers 503.
	OnFailure Failure

	// Timeout is how long a request waits for the store, together with the stores
	// of limits before this one. Zero means 250 ms. A [Memory] is not waited for.
	Timeout time.Duration

	// PerRoute counts every route on its own, by [http.Request.Pattern]. By
	// default a subject has one quota for all routes that the limiter guards.
	// Where no route is known yet, as in a middleware around a router, all
	// requests count as one route.
	PerRoute bool

	// IPv6Prefix is how many bits of an IPv6 address make a client, for [PerIP]
	// and [Limiter.ByIP]: from 32 to 128. Zero means 64, the smallest network
	// that is commonly given to one; 56 and 48 are given too.
	IPv6Prefix int

	// OmitFields leaves RateLimit-Policy and RateLimit out of answers: for limits
	// whose standing is nobody's business, such as how often strangers have tried
	// an account, and for those that have to cost next to nothing. Refusals keep
	// their Retry-After.
	OmitFields bool

	// Legacy adds header fields for old clients. The default adds none.
	Legacy Legacy

	// Logger is told about a store that fails. Nil means [slog.Default] at that
	// time.
	Logger *slog.Logger
}

const defaultIPv6Prefix = 64

// A Limiter decides whether a subject may do something once more. It is made by
// [New], does not change and is safe for concurrent use. Each dependency that it
// makes charges every request that it sees, so a route that requires two of one
// limiter is charged twice.
type Limiter struct {
	policies   []Policy
	limits     []Limit
	fields     *fields
	memory     *Memory  // the store, when it is one
	guarded    *guarded // the store otherwise
	local      *Memory  // for FailLocal
	onFailure  Failure
	perRoute   bool
	costly     bool // a policy asks the request for its cost
	ipv6Prefix int
	omitFields bool
	legacy     Legacy
}

// New makes a limiter. The error joins everything that is wrong with the
// configuration.
func New(c Config) (*Limiter, error) {
	l := &Limiter{onFailure: c.OnFailure, perRoute: c.PerRoute, ipv6Prefix: c.IPv6Prefix, omitFields: c.OmitFields, legacy: c.Legacy}
	if l.ipv6Prefix == 0 {
		l.ipv6Prefix = defaultIPv6Prefix
	}
	if c.Timeout == 0 {
		c.Timeout = deadline.Limit
	}
	if err := mistake.Prefixed("ratelimit: ", l.settle(c.Policies), c.check(l.ipv6Prefix)); err != nil {
		return nil, err
	}
	l.fields = newFields(l.policies)
	l.keep(c)
	return l, nil
}

// MustNew is [New] for limiters in package variables: it panics if the
// configuration is wrong.
func MustNew(c Config) *Limiter {
	l, err := New(c)
	if err != nil {
		panic(fmt.Sprintf("%v (%v)", err, callsite.User()))
	}
	return l
}

// settle takes over the policies.
func (l *Limiter) settle(policies []Policy) error {
	if len(policies) < 1 || len(policies) > maxPolicies {
		return fmt.Errorf("a limiter has 1 to %d policies, not %d; make another limiter for the rest", maxPolicies, len(policies))
	}
	var mistakes []error
	names := map[string]bool{}
	for _, p := range policies {
		p, err := p.settled()
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if names[p.Name] {
			mistakes = append(mistakes, fmt.Errorf("policy %q: another policy of the limiter has that name too", p.Name))
		}
		names[p.Name] = true
		l.policies = append(l.policies, p)
		l.limits = append(l.limits, p.limit())
		l.costly = l.costly || p.Cost != nil
	}
	return errors.Join(mistakes...)
}

func (c *Config) check(ipv6Prefix int) error {
	var mistakes []error
	if ipv6Prefix < 32 || ipv6Prefix > 128 {
		mistakes = append(mistakes, fmt.Errorf("an IPv6Prefix of %d bits makes no client; give 32 to 128, or 0 for 64", ipv6Prefix))
	}
	if c.Timeout < 0 {
		mistakes = append(mistakes, fmt.Errorf("a Timeout of %v has passed already; give some time, or 0 for 250ms", c.Timeout))
	}
	if c.OnFailure > DangerouslyFailOpen {
		mistakes = append(mistakes, fmt.Errorf("OnFailure has the unknown value %d", c.OnFailure))
	}
	if c.Legacy > LegacyXRateLimit {
		mistakes = append(mistakes, fmt.Errorf("Legacy has the unknown value %d", c.Legacy))
	}
	return errors.Join(mistakes...)
}

// keep chooses where debts are kept.
func (l *Limiter) keep(c Config) {
	switch store := c.Store.(type) {
	case nil:
		l.memory = NewMemory(0)
	case *Memory:
		l.memory = store
	default:
		l.guarded = newGuarded(store, c.Timeout, c.Logger)
		if l.onFailure == FailLocal {
			l.local = NewMemory(0)
		}
	}
}

// Take asks whether a subject may go on, and charges it if so. The costs are
// those of the policies, in their order; a policy without one is charged one
// unit, and its own Cost, which needs a request, is not asked. A negative cost
// counts as the burst. Asking a [Memory] does not allocate.
//
// The error is a problem with status 503 that holds the store's error, and only
// [FailClosed] lets it come about, or the cause of ctx when that is done.
func (l *Limiter) Take(ctx context.Context, subject Key, costs ...int64) (Decision, error) {
	var d Decision
	var waited time.Duration
	err := l.decide(ctx, subject.words(), costs, &d, &waited)
	return d, err
}

// decide fills in a zero decision, which stays so with an error.
func (l *Limiter) decide(ctx context.Context, subject words, costs []int64, d *Decision, waited *time.Duration) error {
	var claims [maxPolicies]Claim
	possible := l.claim(&claims, costs)
	granted, known, err := l.ask(ctx, subject, claims[:len(l.limits)], waited)
	if err != nil {
		return err
	}
	d.limiter, d.known = l, known
	d.decide(&claims, granted && possible)
	if !possible {
		d.refuseForever(costs)
	}
	return nil
}

// claim writes down what is wanted. A cost above the burst is never granted; the
// store is then only asked how things stand.
func (l *Limiter) claim(claims *[maxPolicies]Claim, costs []int64) (possible bool) {
	possible = true
	for i := range l.limits {
		cost := int64(1)
		if i < len(costs) {
			cost = costs[i]
		}
		burst := int64(l.policies[i].Burst)
		if cost < 0 {
			cost = burst
		}
		possible = possible && cost <= burst
		claims[i].Limit, claims[i].Cost = l.limits[i], cost
	}
	if !possible {
		for i := range claims {
			claims[i].Cost = 0
		}
	}
	return possible
}

// ask asks the store, or does what is to be done when that fails. A decision
// that is not known is one that nobody has counted.
func (l *Limiter) ask(ctx context.Context, subject words, claims []Claim, waited *time.Duration) (granted, known bool, err error) {
	if l.memory != nil {
		return l.memory.take(subject, claims), true, nil
	}
	granted, err = l.guarded.take(ctx, subject.key(), claims, waited)
	switch {
	case err == nil:
		return granted, true, nil
	case ctx.Err() != nil:
		return false, false, context.Cause(ctx) // nobody waits for the answer
	case l.onFailure == FailLocal:
		return l.local.take(subject, claims), true, nil
	case l.onFailure == DangerouslyFailOpen:
		return true, false, nil
	}
	return false, false, unavailable(err)
}

// admit decides about a request and writes the header fields of its answer.
func (l *Limiter) admit(e exchange.Exchange, subject words) error {
	if l.perRoute {
		subject = subject.on(e.Request.Pattern)
	}
	var costs []int64 // one unit each
	if l.costly {
		costs = l.costs(e.Request, make([]int64, 0, maxPolicies))
	}
	ctx := e.Request.Context()
	if l.guarded != nil {
		e.Waited = cmp.Or(waitedIn(ctx), e.Waited)
	}
	var d Decision
	if err := l.decide(ctx, subject, costs, &d, e.Waited); err != nil {
		return err
	}
	d.SetHeader(e.Header)
	return d.Err()
}

// costs adds what the policies charge for a request.
func (l *Limiter) costs(r *http.Request, costs []int64) []int64 {
	for i := range l.policies {
		cost := int64(1)
		if ask := l.policies[i].Cost; ask != nil {
			cost = ask(r)
		}
		costs = append(costs, cost)
	}
	return costs
}
