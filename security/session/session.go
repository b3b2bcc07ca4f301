package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// ErrChanged says that another request has changed or ended the session in the
// meantime: 409.
var ErrChanged error = errChanged

var errChanged = problem.New(http.StatusConflict, problem.CodeConflict, "The session was changed by another request")

// A Session is one session in one request. A handler takes a *Session[T] and is
// locked by that. It is not safe for concurrent use, and serves until the request
// is answered. It prints without its data.
type Session[T any] struct {
	// Subject is the account that is logged in; empty in an anonymous session.
	Subject string
	// Data is the program's own. Changes are lost unless [Session.Save] or
	// [Session.Renew] is called.
	Data T
	// Started is when the subject logged in, Ends when the session ends at the latest.
	Started, Ends time.Time

	sessions *Sessions[T]
	header   http.Header
	id       ID
	record   Record
}

// Handle names the session in lists and logs. It is no credential.
func (s *Session[T]) Handle() string { return s.id.String() }

// String names the session.
func (s *Session[T]) String() string { return fmt.Sprintf("session %s of %q", s.id, s.Subject) }

// Format writes what String returns for every verb.
func (s *Session[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *Session[T]) LogValue() slog.Value { return slog.StringValue(s.String()) }

// open makes a session of a record.
func (s *Sessions[T]) open(h http.Header, id ID, r Record) (*Session[T], error) {
	opened := &Session[T]{Subject: r.Subject, Started: r.Started, Ends: r.Ends, sessions: s, header: h, id: id, record: r}
	if err := s.codec.Decode(r.Data, &opened.Data, codec.Options{}); err != nil {
		return nil, fmt.Errorf("session: the data of %v cannot be read: %w", opened, err)
	}
	return opened, nil
}

// Save stores Data. The error is [ErrChanged] if another request has changed the
// session since this one began, a 503 while the store fails, or that of data that
// cannot be kept.
func (s *Session[T]) Save(ctx context.Context) error { return s.swap(ctx, s.id) }

// Renew gives the session a new id and stores Data; the old id is dead. Call it
// whenever the session comes to mean more: after a second factor, with new rights.
// Errors are those of Save.
func (s *Session[T]) Renew(ctx context.Context) error {
	value, id := newID()
	err := s.swap(ctx, id)
	if !errors.Is(err, ErrChanged) {
		report(ctx, security.EventSessionRenewed, err, s.Subject, id.String())
	}
	if err == nil {
		s.sessions.setCookie(s.header, value, s.Ends)
	}
	return err
}

func (s *Session[T]) swap(ctx context.Context, id ID) error {
	data, err := s.sessions.encode(s.Data)
	if err != nil {
		return err
	}
	next := s.record
	next.Version++
	next.Data, next.Seen = data, s.sessions.clock()
	next.Keep = s.sessions.keep(next.Seen, next.Ends)
	swapped, err := s.sessions.swap(ctx, s.id, s.record.Version, id, next)
	switch {
	case err != nil:
		return err
	case !swapped:
		return ErrChanged
	}
	s.id, s.record = id, next
	return nil
}

// End ends the session: its cookie is taken back, and the browser is asked to
// forget what it has stored of this site. The error is a 503, and the session may
// still be good then.
func (s *Session[T]) End(ctx context.Context) error {
	if _, err := s.sessions.end(ctx, s.id, s.Subject); err != nil {
		return err
	}
	s.leave()
	return nil
}

// leave makes the browser forget.
func (s *Session[T]) leave() {
	s.sessions.clearCookie(s.header)
	s.header.Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
}

// EndOthers ends all sessions of the subject but this one, such as after a change
// of the password. The error is a 503.
func (s *Session[T]) EndOthers(ctx context.Context) error {
	return s.sessions.endSubject(ctx, s.Subject, s.id)
}

// Logout is a handler that ends the session of the request and answers 204. It
// answers 503, and not 204, if that could not be stored.
//
//	mortise.Post(api, "/logout", session.Logout[Data], router.OperationID("logout"))
func Logout[T any](ctx context.Context, s *Session[T]) (di.None, error) {
	return di.None{}, s.End(ctx)
}

// LogoutAll is a handler that ends all sessions of the subject, this one included,
// and answers as [Logout] does.
func LogoutAll[T any](ctx context.Context, s *Session[T]) (di.None, error) {
	err := s.sessions.EndSubject(ctx, s.Subject)
	if err == nil {
		s.leave()
	}
	return di.None{}, err
}
