package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// A Starter starts sessions: a login takes one. It serves until the request is
// answered and is not safe for concurrent use.
type Starter[T any] struct {
	sessions *Sessions[T]
	request  *http.Request
	header   http.Header
	began    time.Time
}

// Starter makes the dependency that gives a *[Starter], for public operations such
// as a login. Unsafe requests that other sites make a browser send are refused with
// 403, so that nobody is logged in as somebody else.
func (s *Sessions[T]) Starter() *di.Dependency {
	return di.Depends(func(_ context.Context, e exchange.Exchange) (*Starter[T], error) {
		if s.protection.Check(e.Request) != nil {
			return nil, errCrossOrigin
		}
		return &Starter[T]{s, e.Request, e.Header, s.clock()}, nil
	}, di.Named("SessionStarter"), di.At(di.Admission), di.Note(login{s.config.SingleSession}))
}

// A StartOption adjusts a session that starts.
type StartOption func(*Record)

// At says when it was found out that the subject may log in: a session that starts
// while all of the subject's are ended, then or later, is among the ended ones.
// Without it that is when the request began. A handler that ends all sessions and
// then starts one gives a later time.
func At(t time.Time) StartOption { return func(r *Record) { r.Started = t } }

// Start logs a subject in: a new session with a new id, whatever cookie came with
// the request, and the session of that cookie ends. The answer sets the cookie.
//
// The error is a 503 while the store fails, and a 401 if the subject's sessions were
// ended since the request began, or [ErrElsewhere]. A subject that is empty, or data that cannot be
// kept, is the program's own mistake: 500.
func (s *Starter[T]) Start(ctx context.Context, subject string, data T, opts ...StartOption) (*Session[T], error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	return s.start(ctx, subject, data, opts)
}

// StartAnonymous starts a session of nobody in particular, such as for a shopping
// basket before the login. [Starter.Current] finds it again; a login replaces it.
func (s *Starter[T]) StartAnonymous(ctx context.Context, data T) (*Session[T], error) {
	return s.start(ctx, "", data, nil)
}

var errOvertaken = errors.New("the sessions of the subject were ended while this one began")

func (s *Starter[T]) start(ctx context.Context, subject string, data T, opts []StartOption) (*Session[T], error) {
	all := s.sessions
	if err := all.checkTransport(s.request); err != nil {
		return nil, err
	}
	text, err := all.encode(data)
	if err != nil {
		return nil, err
	}
	r := Record{Version: 1, Subject: subject, Data: text, Started: s.began, Seen: all.clock()}
	for _, opt := range opts {
		opt(&r)
	}
	if err := s.admit(ctx, subject); err != nil {
		return nil, err
	}
	r.Ends = r.Seen.Add(all.config.Absolute)
	r.Keep = all.keep(r.Seen, r.Ends)
	value, id := newID()
	stored, err := all.swap(ctx, ID{}, 0, id, r)
	if err == nil && !stored {
		return nil, all.refuse(s.header, "Invalid credentials", errOvertaken)
	}
	if err == nil {
		err = s.settle(ctx, subject, id)
	}
	if err == nil {
		err = s.leave(ctx)
	}
	report(ctx, security.EventSessionStarted, err, subject, id.String())
	if err != nil {
		return nil, err
	}
	all.setCookie(s.header, value, r.Ends)
	return all.open(s.header, id, r)
}

// leave ends the session that the cookie of the request is of.
func (s *Starter[T]) leave(ctx context.Context) error {
	value, ok := s.brought()
	if !ok {
		return nil // there is none to end, and the cookie is about to be replaced
	}
	_, err := call(ctx, s.sessions, func(ctx context.Context) (bool, error) { return s.sessions.store.End(ctx, idOf(value)) })
	return err
}

// Current returns the session of the request, an anonymous one included. It is nil
// if there is none that is good. The answer is then nothing for caches. The error is a 400 for two cookies, or a 503.
func (s *Starter[T]) Current(ctx context.Context) (*Session[T], error) {
	private(s.header)
	value, err := security.ReadCookieKey(s.request.Header, s.sessions.config.Cookie)
	var found *Session[T]
	if err == nil {
		found, err = s.sessions.find(ctx, s.header, value)
	}
	if err != nil && problem.From(err).StatusCode() == http.StatusUnauthorized {
		err = nil // nobody is logged in
	}
	return found, err
}
