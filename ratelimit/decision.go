package ratelimit

import (
	"iter"
	"time"

	"github.com/mortise-go/mortise/problem"
)

// A Decision says whether a subject may go on, and how it stands now. The zero
// Decision, which comes with an error, says that it may not.
type Decision struct {
	// Allowed tells that the subject may go on and has been charged. It is true
	// as well where nobody knows, see [DangerouslyFailOpen].
	Allowed bool

	// RetryAfter is the time until the same would be allowed, if the subject
	// does nothing else. Zero if it is allowed, and if it never will be.
	RetryAfter time.Duration

	limiter   *Limiter
	known     bool
	standings [maxPolicies]Standing
}

// decide works out the standings.
func (d *Decision) decide(claims *[maxPolicies]Claim, granted bool) {
	d.Allowed = granted
	found := false
	for i := range d.limiter.limits {
		s := claims[i].standing(granted)
		d.standings[i] = s
		d.RetryAfter = max(d.RetryAfter, s.Wait)
		found = found || s.Violated
	}
	if granted || found {
		return
	}
	// A store that rounds may refuse what would fit by a hair.
	for i := range d.limiter.limits {
		d.standings[i].Violated = true
		d.RetryAfter = max(d.RetryAfter, d.standings[i].Next)
	}
}

// refuseForever blames the policies whose burst is smaller than the cost.
func (d *Decision) refuseForever(costs []int64) {
	d.Allowed, d.RetryAfter = false, 0
	for i, p := range d.limiter.policies {
		d.standings[i].Violated = i < len(costs) && costs[i] > int64(p.Burst)
	}
}

// All returns how the subject stands with each policy, by name. It yields
// nothing when the store failed and nobody knows.
func (d *Decision) All() iter.Seq2[string, Standing] {
	return func(yield func(string, Standing) bool) {
		if !d.known {
			return
		}
		for i, p := range d.limiter.policies {
			if !yield(p.Name, d.standings[i]) {
				return
			}
		}
	}
}

// Err returns nil if the subject may go on, else the problem to answer with: 429
// with Retry-After, the type [QuotaExceeded] and the names of the violated
// policies. From a minute on, Retry-After is up to a tenth longer than
// RetryAfter, by chance, so that not everybody comes back at once.
func (d *Decision) Err() error {
	if d.Allowed {
		return nil
	}
	return d.refusal()
}

func (d *Decision) refusal() error {
	var violated []string
	for name, s := range d.All() {
		if s.Violated {
			violated = append(violated, name)
		}
	}
	return exceeded(violated, d.RetryAfter)
}

// QuotaExceeded is the type of the problem that answers a request over quota:
// the one that draft-ietf-httpapi-ratelimit-headers registers.
const QuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded"

func exceeded(violated []string, retry time.Duration) *problem.Problem {
	detail := "the request costs more than is ever allowed at once"
	if retry > 0 {
		retry = jittered(retry)
		detail = "too many requests; Retry-After says when to try again"
	}
	p := problem.TooManyRequests(retry).WithDetail(detail)
	p.Type, p.Title = QuotaExceeded, "Quota Exceeded"
	return p.With("violated-policies", violated)
}
