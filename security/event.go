package security

import (
	"context"
	"net/netip"
)

// An EventKind says what happened. Programs may have kinds of their own.
type EventKind string

// The kinds of events. The packages below security report all of them but
// [EventLogin], which only the program knows.
const (
	// EventLogin is a login, for the program to report.
	EventLogin EventKind = "login"
	// EventPassword is a password that was compared.
	EventPassword EventKind = "password"
	// EventRefusal is a request that was answered 401, 403, 429 or 503, or 400 for a
	// credential that came twice.
	EventRefusal EventKind = "refusal"
	// EventSessionStarted is a session, or a family of refresh tokens, that began.
	EventSessionStarted EventKind = "session-started"
	// EventSessionRenewed is a session that got a new id, or a refresh token that was
	// exchanged.
	EventSessionRenewed EventKind = "session-renewed"
	// EventSessionEnded is a session that was ended, by a logout or otherwise; without
	// a session, all of the subject's.
	EventSessionEnded EventKind = "session-ended"
	// EventTokenRevoked is a token that was revoked; without a session, all of the
	// subject's where there is one.
	EventTokenRevoked EventKind = "token-revoked"
	// EventTokenReused is a refresh token that came back after it was exchanged.
	EventTokenReused EventKind = "token-reused"
	// EventSecondFactor is a one-time code that was verified.
	EventSecondFactor EventKind = "second-factor"
	// EventRecoveryCode is a recovery code that was tried.
	EventRecoveryCode EventKind = "recovery-code"
	// EventResetRequested is a token that was asked for by mail.
	EventResetRequested EventKind = "reset-requested"
	// EventResetRedeemed is such a token that was presented.
	EventResetRedeemed EventKind = "reset-redeemed"
)

// An Outcome says how it ended.
type Outcome string

// The outcomes.
const (
	// Succeeded means that it was done.
	Succeeded Outcome = "succeeded"
	// Refused means that it was not allowed.
	Refused Outcome = "refused"
	// Failed means that something is out of order, such as a store.
	Failed Outcome = "failed"
)

// An Event is something about logins and locks that somebody may want to look up
// later. No field of it is for credentials: tokens, codes, passwords and cookies
// have no place in it.
type Event struct {
	// Kind says what happened.
	Kind EventKind
	// Outcome says how it ended.
	Outcome Outcome
	// Reason is a code in kebab case that says why, such as "token-expired"; empty
	// where there is nothing to add.
	Reason string
	// Subject is the account, as far as it is known.
	Subject string
	// Session names a session without opening it; empty for none.
	Session string

	// Client is the address of the client, RequestID the id of the request and Route
	// the pattern that matched. Observers of requests fill them in.
	Client    netip.Addr
	RequestID string
	Route     string
}

// An Observer is told of events. It is safe for concurrent use and returns soon:
// whoever reports waits for it.
type Observer interface {
	Observe(ctx context.Context, e Event)
}

type observerKey struct{}

// WithObserver returns a context in which [Report] tells o. A nil o means nobody.
func WithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// Report tells the observer of the context of an event. Without one it does
// nothing.
func Report(ctx context.Context, e Event) {
	if o, ok := ctx.Value(observerKey{}).(Observer); ok {
		o.Observe(ctx, e)
	}
}
