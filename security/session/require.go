package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

var errCrossOrigin = problem.New(http.StatusForbidden, "cross-origin", "this request may not come from another site")

// errExpired is the cause of a 401 for the log.
var errExpired = errors.New("the session has ended by itself")

// Dependency makes the dependency that gives the *[Session] of somebody who is
// logged in. Whoever takes it is locked by the cookie:
//
//	no cookie                     401   No session provided
//	a session that never was      401   Invalid session, and the cookie is cleared
//	one that has ended by itself  401   Session expired, and the cookie is cleared
//	two cookies of the name       400   Multiple credentials in request
//	another site's doing          403   cross-origin, for unsafe methods
//	the store does not answer     503
//
// An anonymous session counts as none. Provide it once:
//
//	api.Provide(sessions.Dependency())
func (s *Sessions[T]) Dependency() *di.Dependency {
	scheme := security.SessionCookie(s.config.Cookie, security.SchemeConfig{Name: s.config.Scheme, Realm: s.config.Realm, Description: "The id of a session. Log in to get the cookie."})
	return di.Depends(func(ctx context.Context, in struct {
		ID       security.SessionID
		Exchange exchange.Exchange
	}) (*Session[T], error) {
		if s.protection.Check(in.Exchange.Request) != nil {
			return nil, errCrossOrigin
		}
		found, err := s.find(ctx, in.Exchange.Header, string(in.ID))
		if err == nil && found.Subject == "" {
			return nil, security.MissingCredentials(s.challenge)
		}
		return found, err
	}, scheme, di.Named("Session"), di.At(di.Authentication), di.Note(answers{}))
}

// find returns the session of a cookie.
func (s *Sessions[T]) find(ctx context.Context, h http.Header, value string) (*Session[T], error) {
	if !isID(value) {
		return nil, s.refuse(h, "Invalid session", nil)
	}
	id := idOf(value)
	l, err := s.load(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !l.found:
		return nil, s.refuse(h, "Invalid session", nil)
	case s.over(l.Record):
		return nil, s.expire(ctx, h, id, l.Record)
	}
	s.seen(ctx, id, &l.Record)
	return s.open(h, id, l.Record)
}

// refuse answers 401 and takes the cookie back, which would only be refused again.
func (s *Sessions[T]) refuse(h http.Header, detail string, cause error) error {
	s.clearCookie(h)
	refusal := security.InvalidCredentials(detail, s.challenge)
	if cause != nil {
		refusal = refusal.Because(cause)
	}
	return refusal
}

// expire forgets a session that has ended by itself. If that fails the store will
// do it in time.
func (s *Sessions[T]) expire(ctx context.Context, h http.Header, id ID, r Record) error {
	_, _ = call(ctx, s, func(ctx context.Context) (bool, error) { return s.store.End(ctx, id) })
	security.Report(ctx, security.Event{Kind: security.EventSessionEnded, Outcome: security.Succeeded, Reason: "session-expired", Subject: r.Subject, Session: id.String()})
	return s.refuse(h, "Session expired", errExpired)
}

// seen notes that a session is in use, but not for every request. If that fails the
// session ends sooner than it would have.
func (s *Sessions[T]) seen(ctx context.Context, id ID, r *Record) {
	now := s.clock()
	if now.Sub(r.Seen) < s.touch {
		return
	}
	r.Seen, r.Keep = now, s.keep(now, r.Ends)
	seen, keep := r.Seen, r.Keep
	_, _ = call(ctx, s, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.store.Touch(ctx, id, seen, keep)
	})
}

// answers documents how a session is refused, besides 401.
type answers struct{}

// Describe adds the refusals.
func (answers) Describe(op *openapi.Operation) {
	switch op.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
	default:
		op.AddResponse(openapi.Response{Status: http.StatusForbidden})
	}
	op.AddResponse(openapi.Response{Status: http.StatusServiceUnavailable, Headers: []openapi.ResponseHeader{{
		Name: "Retry-After", Description: "Seconds after which another attempt may succeed.", Example: "1",
	}}})
}
