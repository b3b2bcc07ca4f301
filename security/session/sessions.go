package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// Sessions are the sessions of an application, with data of type T. [New] makes
// them. They are safe for concurrent use.
type Sessions[T any] struct {
	config     Config
	store      Store
	fast       bool // the store reads from memory
	gate       deadline.Gate
	protection *http.CrossOriginProtection
	codec      *codec.Codec
	challenge  security.Challenge
	clock      func() time.Time
	touch      time.Duration
}

// New returns sessions, or everything that is wrong with the config, and with T if
// it cannot be written as JSON and read again.
func New[T any](c Config) (*Sessions[T], error) {
	c = c.withDefaults()
	mistakes := c.check()
	protection, wrong := c.protection()
	mistakes = append(mistakes, wrong...)
	data := codec.For(reflect.TypeFor[T]())
	if err := errors.Join(data.CheckEncode(), data.CheckDecode()); err != nil {
		mistakes = append(mistakes, fmt.Errorf("session: the data, %v, cannot be kept: %w", reflect.TypeFor[T](), err))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return &Sessions[T]{
		config: c, store: c.Store, fast: isImmediate(c.Store), gate: deadline.GateFor[*Memory](deadline.Limit, c.Store), protection: protection, codec: data,
		challenge: security.CookieChallenge(c.Realm, c.Cookie), clock: c.Clock, touch: min(mostTouch, c.Idle/10),
	}, nil
}

// isImmediate reports whether a store reads from memory, so that a deadline would
// cost more than the answer. A type that embeds one may do anything.
func isImmediate(s Store) bool {
	switch s.(type) {
	case *Memory, *Log:
		return true
	}
	return false
}

// call calls the store within its bounds. A request that goes away stops nothing.
// The error is a 503.
func call[T, V any](ctx context.Context, s *Sessions[T], f func(context.Context) (V, error)) (V, error) {
	v, err := deadline.Call(context.WithoutCancel(ctx), s.gate, f)
	if err != nil {
		return v, unavailable(err)
	}
	return v, nil
}

func unavailable(err error) error {
	return problem.ServiceUnavailable(time.Second).Because(fmt.Errorf("the session store failed: %w", err))
}

type loaded struct {
	Record
	found bool
}

func (s *Sessions[T]) load(ctx context.Context, id ID) (l loaded, err error) {
	if !s.fast {
		return call(ctx, s, func(ctx context.Context) (l loaded, err error) {
			l.Record, l.found, err = s.store.Load(ctx, id)
			return l, err
		})
	}
	if l.Record, l.found, err = s.store.Load(ctx, id); err != nil {
		return l, unavailable(err)
	}
	return l, nil
}

func (s *Sessions[T]) swap(ctx context.Context, old ID, was uint64, id ID, next Record) (bool, error) {
	return call(ctx, s, func(ctx context.Context) (bool, error) { return s.store.Swap(ctx, old, was, id, next) })
}

// keep is until when a store remembers a session that was seen at a time: until it
// ends, and a little longer, so that it can be said that it has.
func (s *Sessions[T]) keep(seen, ends time.Time) time.Time {
	idle := seen.Add(s.config.Idle)
	if ends.Before(idle) {
		idle = ends
	}
	return idle.Add(remember)
}

// encode returns data as a store keeps it.
func (s *Sessions[T]) encode(data T) ([]byte, error) {
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := s.codec.Encode(buf, &data); err != nil {
		return nil, fmt.Errorf("session: the data cannot be written: %w", err)
	}
	if buf.Len() > maxData {
		return nil, fmt.Errorf("session: the data has %d octets, more than %d; keep it elsewhere, and its key here", buf.Len(), maxData)
	}
	return slices.Clone(buf.Bytes()), nil
}

func checkSubject(subject string) error {
	switch {
	case subject == "":
		return errors.New("session: the subject is empty, so that nobody is meant")
	case len(subject) > maxSubject:
		return fmt.Errorf("session: the subject has %d octets, more than %d", len(subject), maxSubject)
	}
	return nil
}

// An Info tells about a session, for a list of them.
type Info struct {
	// Handle names the session to [Sessions.EndOne].
	Handle string `json:"handle"`
	// Started is when it began, Seen when it was used last, give or take a minute, and
	// Ends when it ends at the latest.
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
	Ends    time.Time `json:"ends"`
}

// List returns the sessions of a subject that have not ended, the latest first.
// The error is a 503.
func (s *Sessions[T]) List(ctx context.Context, subject string) ([]Info, error) {
	all, err := s.ofSubject(ctx, subject)
	if err != nil {
		return nil, err
	}
	list := make([]Info, 0, len(all))
	for id, r := range all {
		if !s.over(r) {
			list = append(list, Info{id.String(), r.Started, r.Seen, r.Ends})
		}
	}
	slices.SortFunc(list, func(a, b Info) int {
		if order := b.Started.Compare(a.Started); order != 0 {
			return order
		}
		return strings.Compare(a.Handle, b.Handle)
	})
	return list, nil
}

func (s *Sessions[T]) ofSubject(ctx context.Context, subject string) (map[ID]Record, error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	return call(ctx, s, func(ctx context.Context) (map[ID]Record, error) { return s.store.Subject(ctx, subject) })
}

// over reports whether a session has ended.
func (s *Sessions[T]) over(r Record) bool {
	now := s.clock()
	return !now.Before(r.Ends) || now.Sub(r.Seen) >= s.config.Idle
}

// EndOne ends the session of a subject that has the handle, and reports whether
// there was one. The session of anybody else is not found. The error is a 503.
func (s *Sessions[T]) EndOne(ctx context.Context, subject, handle string) (bool, error) {
	all, err := s.ofSubject(ctx, subject)
	if err != nil {
		return false, err
	}
	for id := range all {
		if id.String() == handle {
			return s.end(ctx, id, subject)
		}
	}
	return false, nil
}

func (s *Sessions[T]) end(ctx context.Context, id ID, subject string) (bool, error) {
	found, err := call(ctx, s, func(ctx context.Context) (bool, error) { return s.store.End(ctx, id) })
	report(ctx, security.EventSessionEnded, err, subject, id.String())
	return found, err
}

// EndSubject ends all sessions of a subject: "log out everywhere", a new password,
// an account that is closed. Logins that have begun before, and are not done, end
// with them; see [At]. The error is a 503.
func (s *Sessions[T]) EndSubject(ctx context.Context, subject string) error {
	return s.endSubject(ctx, subject, ID{})
}

func (s *Sessions[T]) endSubject(ctx context.Context, subject string, except ID) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	now := s.clock()
	_, err := call(ctx, s, func(ctx context.Context) (int, error) {
		return s.store.EndSubject(ctx, subject, except, now, now.Add(longestLogin))
	})
	report(ctx, security.EventSessionEnded, err, subject, "")
	return err
}

// report tells of what was done, or was not because of the store.
func report(ctx context.Context, kind security.EventKind, err error, subject, handle string) {
	e := security.Event{Kind: kind, Outcome: security.Succeeded, Subject: subject, Session: handle}
	switch {
	case errors.Is(err, ErrElsewhere):
		e.Outcome, e.Reason = security.Refused, problem.CodeConflict
	case err != nil:
		e.Outcome, e.Reason = security.Failed, problem.CodeServiceUnavailable
	}
	security.Report(ctx, e)
}
