package ratelimit

import "time"

// A Limit is a policy in the terms of the generic cell rate algorithm. What a
// subject has used is a debt of time: each unit adds an Interval to it, the
// clock takes it away again, and it never exceeds the Tolerance.
type Limit struct {
	// ID names the policy and its numbers. A policy that changes is another one.
	ID Key
	// Interval is the time in which one unit comes back.
	Interval time.Duration
	// Tolerance is the largest debt: the Interval times the burst.
	Tolerance time.Duration
}

// A Claim is what one request wants of one limit.
type Claim struct {
	Limit Limit
	// Cost is a number of units, from 0 to Tolerance/Interval.
	Cost int64
	// Debt is for the store to set: that of the subject before this request,
	// from 0 to the Tolerance.
	Debt time.Duration
}

// price is the debt that the claim adds.
func (c *Claim) price() time.Duration { return c.Limit.Interval * time.Duration(c.Cost) }

// Fits reports whether the debt leaves room for what is claimed.
func (c *Claim) Fits() bool { return c.Debt+c.price() <= c.Limit.Tolerance }

// A Standing is how a subject stands with one policy behind a request.
type Standing struct {
	// Remaining is how many units may be used now.
	Remaining int64
	// Next is the time until there is one more; zero when all are there.
	Next time.Duration
	// Wait is the time until the request would have fitted; zero when it did,
	// and when it never will.
	Wait time.Duration
	// Violated tells that the request did not fit.
	Violated bool
}

// standing tells how things stand behind the claim.
func (c *Claim) standing(granted bool) Standing {
	debt := c.Debt
	if granted {
		debt += c.price()
	}
	free := max(c.Limit.Tolerance-debt, 0)
	s := Standing{Remaining: int64(free / c.Limit.Interval)}
	if debt > 0 {
		s.Next = c.Limit.Interval - free%c.Limit.Interval
	}
	if !granted && !c.Fits() {
		s.Violated = true
		s.Wait = c.Debt + c.price() - c.Limit.Tolerance
	}
	return s
}
