package token

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

var (
	// ErrRevoked is the cause of the 401 for a token that was revoked.
	ErrRevoked = errors.New("the token has been revoked")
	// ErrSpent is the cause of the 401 for a token that serves once and has served.
	ErrSpent = errors.New("the token has been used before")
)

// A RevocationConfig says where revocation is remembered.
type RevocationConfig struct {
	// Store remembers it. Required.
	Store Store

	// DangerouslyAcceptWhenStoreFails lets tokens pass unchecked while the store does
	// not answer, so that revoked ones are good again just then. Each time is logged as
	// a warning. Without it the answer is 503 with Retry-After.
	//
	// It never makes a revocation succeed that was not stored, nor a refresh token.
	DangerouslyAcceptWhenStoreFails bool

	// Logger is told what is accepted unchecked; nil means slog.Default().
	Logger *slog.Logger
}

// Revocations ends tokens before their time. [NewRevocations] makes it. It is safe
// for concurrent use.
type Revocations struct {
	issuer *Issuer
	store  Store
	fast   bool // the store answers from memory
	open   bool
	gate   deadline.Gate
	logger *slog.Logger
}

// NewRevocations returns the revocations of an issuer's tokens. It is an error if
// there is no store.
func NewRevocations(i *Issuer, c RevocationConfig) (*Revocations, error) {
	if i == nil {
		return nil, errors.New("NewRevocations: the issuer is nil; make one with NewIssuer")
	}
	if c.Store == nil {
		return nil, errors.New("RevocationConfig.Store is nil; give one, such as token.NewMemory(nil)")
	}
	return &Revocations{issuer: i, store: c.Store, fast: isImmediate(c.Store), open: c.DangerouslyAcceptWhenStoreFails, gate: deadline.GateFor[*Memory](deadline.Limit, c.Store), logger: c.Logger}, nil
}

// Revoke ends a token. When it returns nil the token is refused from now on; any
// error is a 503, and the token may still be good. A request that goes away does
// not stop it.
//
// The store remembers the token until it has expired in the eyes of every
// verifier: exp, and the longest leeway that one may have, two minutes, and a minute
// more. A token that does not say when it expires is remembered for a hundred years.
func (r *Revocations) Revoke(ctx context.Context, t Stamped) error {
	s := t.Stamp()
	_, err := r.mark(ctx, Mark{s.Token, Always, r.until(s)})
	report(ctx, security.EventTokenRevoked, err, s.Session, "")
	return err
}

// Logout ends a token and its session, if it belongs to one. Errors are as those
// of Revoke.
func (r *Revocations) Logout(ctx context.Context, t Stamped) error {
	if s := t.Stamp(); !s.Session.IsZero() {
		if err := r.markSession(ctx, s.Session); err != nil {
			return err
		}
	}
	return r.Revoke(ctx, t)
}

// Spend ends a token that serves once, such as one for a new password, and lets
// the first caller have its use: everybody else gets 401. Call it when everything
// else about the request is in order.
func (r *Revocations) Spend(ctx context.Context, t Stamped) error {
	if err := r.Check(ctx, t); err != nil {
		return err
	}
	s := t.Stamp()
	first, err := r.mark(ctx, Mark{s.Token, Always, r.until(s)})
	switch {
	case err != nil:
		return err
	case !first:
		return r.refusal(ErrSpent)
	}
	return nil
}

// RevokeSession ends all tokens with the claim sid, whatever their kind. No new
// ones should be issued for it.
func (r *Revocations) RevokeSession(ctx context.Context, session string) error {
	if session == "" {
		return errors.New("token: the session is empty, so that nothing would be revoked")
	}
	return r.markSession(ctx, sessionID(r.issuer.name, session))
}

// markSession remembers a session for as long as a token of it can live that is
// issued at this moment.
func (r *Revocations) markSession(ctx context.Context, id ID) error {
	last := r.issuer.clock().Add(r.issuer.longest())
	_, err := r.mark(ctx, Mark{id, Always, grace(last)})
	report(ctx, security.EventSessionEnded, err, id, "")
	return err
}

// RevokeSubject ends all tokens of an account that were issued until now, of every
// kind: after a change of its password, or for the button "log out everywhere". It
// returns the time from which on new tokens are good, at most a second ahead: wait for
// it before you answer, so that whoever logs in then gets good ones. A token of a
// process whose clock is further ahead than that outlasts it.
func (r *Revocations) RevokeSubject(ctx context.Context, subject string) (since time.Time, err error) {
	if subject == "" {
		return time.Time{}, errors.New("token: the subject is empty, so that nothing would be revoked")
	}
	now := r.issuer.clock()
	// The claim iat has whole seconds: this second is still part of the past.
	before := now.Unix() + 1
	_, err = r.mark(ctx, Mark{subjectID(r.issuer.name, subject), before, grace(now.Add(r.issuer.longest()))})
	report(ctx, security.EventSessionEnded, err, ID{}, subject)
	return time.Unix(before, 0), err
}

// Check returns a refusal, 401 token-invalid, if the token is revoked, by itself or
// with its session or subject, and a 503 if nobody can tell.
func (r *Revocations) Check(ctx context.Context, t Stamped) error {
	revoked, err := r.revoked(ctx, t.Stamp())
	switch {
	case err != nil && r.open:
		r.log().LogAttrs(ctx, slog.LevelWarn, "revocation is not checked", slog.String("error", err.Error()))
		return nil
	case err != nil:
		return err
	case revoked:
		return r.refusal(ErrRevoked)
	}
	return nil
}

// revoked asks the store; an error is a 503.
func (r *Revocations) revoked(ctx context.Context, s Stamp) (bool, error) {
	if r.fast {
		revoked, err := r.store.Revoked(ctx, s)
		if err != nil {
			return false, unavailable(err)
		}
		return revoked, nil
	}
	return pass(ctx, r.gate, func(ctx context.Context) (bool, error) { return r.store.Revoked(ctx, s) })
}

func (r *Revocations) mark(ctx context.Context, m Mark) (first bool, err error) {
	return pass(context.WithoutCancel(ctx), r.gate, func(ctx context.Context) (bool, error) { return r.store.Revoke(ctx, m) })
}

// century is for tokens that never expire.
const century = 100 * 365 * 24 * time.Hour

func (r *Revocations) until(s Stamp) time.Time {
	if s.Expires.IsZero() || s.Expires.Unix() == 0 { // what a number becomes that is not there
		return r.issuer.clock().Add(century)
	}
	return grace(s.Expires)
}

// maxLeeway is the most that verifiers allow. Who accepts the tokens of another
// issuer, whose stamps come from [NewStamp], has a leeway of its own.
const maxLeeway = 2 * time.Minute

// grace is how long a token that expires at t might still be accepted somewhere.
func grace(t time.Time) time.Time { return t.Add(maxLeeway + time.Minute) }

// report tells of what was done, or was not because of the store. A session is
// named by half of its ID, which is a digest.
func report(ctx context.Context, kind security.EventKind, err error, session ID, subject string) {
	e := security.Event{Kind: kind, Outcome: security.Succeeded, Subject: subject}
	if !session.IsZero() {
		e.Session = session.String()[:32]
	}
	if err != nil {
		e.Outcome, e.Reason = security.Failed, problem.CodeServiceUnavailable
	}
	security.Report(ctx, e)
}

func (r *Revocations) refusal(cause error) error {
	return security.InvalidToken().Because(cause)
}

func (r *Revocations) log() *slog.Logger {
	if r.logger == nil {
		return slog.Default()
	}
	return r.logger
}
