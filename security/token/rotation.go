package token

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

var (
	// ErrReused is the cause of the 401 for a refresh token that was used before: it
	// may have been stolen, so its whole session ends.
	ErrReused = errors.New("the refresh token has been used before; its session is revoked")

	errEnded   = errors.New("the session of the refresh token has ended")
	errNoState = errors.New("there is no session of this refresh token")
	errContend = errors.New("the session of the refresh token changes all the time")
)

// A RotationConfig says how refresh tokens are exchanged.
type RotationConfig struct {
	// Families remembers which token of a session may be used. Required. It may be the
	// same value as the store of the revocations.
	Families FamilyStore

	// Grace is how long after its use a refresh token may be used again, for a client
	// that asked twice at once or lost the answer: it gets the same successor. 0 means
	// 10 s, [NoGrace] none; more than a minute is an error.
	Grace time.Duration

	// Absolute is how long a session lasts, however often it is refreshed; a session
	// that is not refreshed ends with its token. 0 means 90 d; less than the lifetime of
	// a refresh token is an error.
	Absolute time.Duration

	// Logger is told of reuse, as a warning; nil means slog.Default().
	Logger *slog.Logger
}

// NoGrace as [RotationConfig.Grace] takes the second use of a token for theft even
// if the first was a moment ago.
const NoGrace time.Duration = -1

const (
	defaultGrace    = 10 * time.Second
	maxGrace        = time.Minute
	defaultAbsolute = 90 * 24 * time.Hour
	maxAttempts     = 8 // at a family that others change at the same time
)

// Rotation exchanges refresh tokens: each serves once and is replaced by its
// successor (RFC 9700 §4.14.2). Whoever comes with one that was replaced ends the
// session, because somebody must have a copy. [NewRotation] makes it. It is safe
// for concurrent use.
type Rotation[C any] struct {
	mint        *Mint[C]
	revocations *Revocations
	families    FamilyStore
	gate        deadline.Gate
	grace       time.Duration
	absolute    time.Duration
	logger      *slog.Logger
}

// NewRotation returns the rotation of the tokens of a mint, which should be of the
// kind [Refresh]. The error joins everything that is wrong.
func NewRotation[C any](m *Mint[C], r *Revocations, c RotationConfig) (*Rotation[C], error) {
	var mistakes []error
	complain := func(text string, args ...any) { mistakes = append(mistakes, fmt.Errorf(text, args...)) }
	if m == nil || r == nil {
		return nil, errors.New("NewRotation: the mint or the revocations are nil; make them with For and NewRevocations")
	}
	if m.issuer != r.issuer {
		complain("NewRotation: the mint and the revocations have different issuers, so that revoked tokens would be exchanged")
	}
	if c.Families == nil {
		complain("RotationConfig.Families is nil; give a store, such as token.NewMemory(nil)")
	}
	rotation := &Rotation[C]{mint: m, revocations: r, families: c.Families, gate: deadline.GateFor[*Memory](deadline.Limit, c.Families), grace: c.Grace, absolute: c.Absolute, logger: c.Logger}
	switch {
	case c.Grace == 0:
		rotation.grace = defaultGrace
	case c.Grace == NoGrace:
		rotation.grace = 0
	case c.Grace < 0 || c.Grace > maxGrace:
		complain("RotationConfig.Grace is %v; want 0 to %v, or NoGrace", c.Grace, maxGrace)
	}
	if c.Absolute == 0 {
		rotation.absolute = max(defaultAbsolute, m.kind.Lifetime)
	}
	if rotation.absolute < m.kind.Lifetime {
		complain("RotationConfig.Absolute is %v, less than the %v that a refresh token serves", c.Absolute, m.kind.Lifetime)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return rotation, nil
}

// Begin starts a session and returns its first refresh token. Make the access
// tokens that go with it with [Beside](issued), so that they end with it. Errors are a 503, or those of [Mint.Issue].
// Of the options [At] is of use here.
func (r *Rotation[C]) Begin(ctx context.Context, subject string, claims C, opts ...IssueOption) (Issued, error) {
	now := r.mint.issuer.clock()
	session, id := rand.Text(), rand.Text()
	f := Family{Version: 1, Current: id, Ends: now.Add(r.absolute)}
	opts = append(slices.Clone(opts), Session(session), r.lifetime(f, now), withID(id))
	issued, err := r.mint.Issue(subject, claims, opts...)
	if err != nil {
		return Issued{}, err
	}
	stored, err := r.swap(ctx, r.id(session), 0, f)
	report(ctx, security.EventSessionStarted, err, r.id(session), subject)
	switch {
	case err != nil:
		return Issued{}, err
	case !stored: // a random name that was there before
		return Issued{}, unavailable(errContend)
	}
	return issued, nil
}

// Rotate exchanges a refresh token. It returns the token as it was, for the access
// token that is to be made of it, and its successor, which has the same subject,
// session and claims.
//
// A token that is not accepted, for whatever reason, is a 401 "Invalid refresh
// token"; a store that does not answer is a 503, also where revocation is
// configured to be lenient. The client may ask again with the same token within
// the grace period.
//
// Checks are asked before anything is exchanged, such as whether the client that has
// authenticated is the one that the claims name, or has the key that they are bound
// to (RFC 9449 section 5). An error of theirs is the cause of a 401, and the token is
// as good as before: whoever stole it cannot use it up.
func (r *Rotation[C]) Rotate(ctx context.Context, text string, checks ...func(t *Token[C]) error) (*Token[C], Issued, error) {
	start := r.mint.issuer.clock()
	t, err := r.mint.Verify(text)
	if err != nil {
		return nil, Issued{}, refused(err)
	}
	revoked, err := r.revocations.revoked(ctx, t.Stamp())
	switch {
	case err != nil:
		return nil, Issued{}, err
	case revoked:
		return nil, Issued{}, refused(ErrRevoked)
	}
	for _, check := range checks {
		if err := check(t); err != nil {
			return nil, Issued{}, refused(err)
		}
	}
	// The exchange goes on when the client goes away: half of it would end the session.
	f, err := r.exchange(context.WithoutCancel(ctx), t)
	if err != nil {
		return nil, Issued{}, err
	}
	issued, err := r.mint.Issue(t.Subject, r.mint.own(t.Claims), Session(t.Session), r.lifetime(f, start), withID(f.Current), At(start))
	if err != nil {
		return nil, Issued{}, err
	}
	report(ctx, security.EventSessionRenewed, nil, r.id(t.Session), t.Subject)
	return t, issued, nil
}

// exchange returns the family in the state in which its current token is the
// successor of t.
func (r *Rotation[C]) exchange(ctx context.Context, t *Token[C]) (Family, error) {
	id, next := r.id(t.Session), rand.Text()
	for range maxAttempts {
		f, err := pass(ctx, r.gate, func(ctx context.Context) (Family, error) { return r.families.Family(ctx, id) })
		if err != nil {
			return Family{}, err
		}
		now := r.mint.issuer.clock()
		switch {
		case f.Version == 0:
			return Family{}, refused(errNoState)
		case f.Ends.Sub(now) < time.Second:
			return Family{}, refused(errEnded)
		case f.Current == "":
			return Family{}, refused(ErrRevoked)
		case t.ID == f.Previous && now.Sub(f.Rotated) < r.grace:
			return f, nil
		case t.ID == "" || t.ID != f.Current:
			return Family{}, r.reused(ctx, id, f, t)
		}
		successor := Family{Version: f.Version + 1, Current: next, Previous: t.ID, Rotated: now, Ends: f.Ends}
		if done, err := r.swap(ctx, id, f.Version, successor); err != nil || done {
			return successor, err
		}
	}
	return Family{}, unavailable(errContend)
}

// reused ends the session: the family, so that no token of it is exchanged any
// more, and all of its tokens, the access tokens included.
func (r *Rotation[C]) reused(ctx context.Context, id ID, f Family, t *Token[C]) error {
	r.log().LogAttrs(ctx, slog.LevelWarn, "refresh token reused", slog.String("session", id.String()), slog.Int64("since_rotation_ms", r.mint.issuer.clock().Sub(f.Rotated).Milliseconds()))
	security.Report(ctx, security.Event{Kind: security.EventTokenReused, Outcome: security.Refused, Reason: problem.CodeTokenInvalid, Subject: t.Subject, Session: id.String()[:32]})
	if err := r.revocations.markSession(ctx, t.Stamp().Session); err != nil {
		return err
	}
	// Whoever changes the family meanwhile meets the mark with the next token.
	if _, err := r.swap(ctx, id, f.Version, Family{Version: f.Version + 1, Rotated: f.Rotated, Ends: f.Ends}); err != nil {
		return err
	}
	return refused(ErrReused)
}

// End ends a session and all of its tokens. An error is a 503.
func (r *Rotation[C]) End(ctx context.Context, session string) error {
	return r.revocations.RevokeSession(ctx, session)
}

func (r *Rotation[C]) swap(ctx context.Context, id ID, was uint64, next Family) (bool, error) {
	return pass(context.WithoutCancel(ctx), r.gate, func(ctx context.Context) (bool, error) {
		return r.families.SwapFamily(ctx, id, was, next)
	})
}

// lifetime never goes beyond the end of the session.
func (r *Rotation[C]) lifetime(f Family, now time.Time) IssueOption {
	left := f.Ends.Sub(now).Truncate(time.Second)
	return TTL(min(r.mint.kind.Lifetime, max(left, time.Second)))
}

func (r *Rotation[C]) id(session string) ID { return sessionID(r.mint.issuer.name, session) }

// withID gives a token the ID that its family knows.
func withID(id string) IssueOption { return func(o *order) { o.id = id } }

// refused is one answer for every reason, which only the log gets to see.
func refused(reason error) error {
	return security.InvalidToken().WithDetail("Invalid refresh token").Because(reason)
}

func (r *Rotation[C]) log() *slog.Logger {
	if r.logger == nil {
		return slog.Default()
	}
	return r.logger
}
