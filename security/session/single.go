package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// A SingleSession says what a login does when the account has a session elsewhere.
type SingleSession uint8

// The modes. What is decided is decided by the store: of two logins at once no two
// sessions remain, and it may be that none does.
const (
	// AllowMany lets an account have as many sessions as it likes.
	AllowMany SingleSession = iota
	// ReplaceOld ends the others. Whoever has the password can so end the sessions of
	// the owner, who notices.
	ReplaceOld
	// RejectNew refuses the login: 409. Whoever has lost their browser waits until its
	// session ends by itself, so keep [Config.Idle] short; and whoever has the password
	// can so keep the owner out.
	RejectNew
)

// ErrElsewhere says that the account has a session in another browser, with
// [RejectNew]: 409.
var ErrElsewhere error = errElsewhere

var errElsewhere = problem.New(http.StatusConflict, problem.CodeConflict, "Already logged in elsewhere")

// others returns the sessions of a subject that are good, but for some.
func (s *Sessions[T]) others(ctx context.Context, subject string, but ...ID) ([]ID, error) {
	all, err := s.ofSubject(ctx, subject)
	if err != nil {
		return nil, err
	}
	for _, id := range but {
		delete(all, id)
	}
	var good []ID
	for id, r := range all {
		if !s.over(r) {
			good = append(good, id)
		}
	}
	return good, nil
}

// admit refuses a login whose account has a session elsewhere. The session that the
// browser brings is about to end anyhow.
func (s *Starter[T]) admit(ctx context.Context, subject string, but ...ID) error {
	if s.sessions.config.SingleSession != RejectNew || subject == "" {
		return nil
	}
	if value, ok := s.brought(); ok {
		but = append(but, idOf(value))
	}
	others, err := s.sessions.others(ctx, subject, but...)
	if err == nil && len(others) > 0 {
		err = ErrElsewhere
	}
	return err
}

// settle makes a session that is stored the only one, or ends it again if another
// began at the same time.
func (s *Starter[T]) settle(ctx context.Context, subject string, id ID) error {
	all := s.sessions
	if all.config.SingleSession == AllowMany || subject == "" {
		return nil
	}
	err := s.admit(ctx, subject, id)
	if err == nil && all.config.SingleSession == ReplaceOld {
		err = all.endOthers(ctx, subject, id)
	}
	if err != nil {
		_, ending := all.end(ctx, id, subject)
		err = errors.Join(err, ending)
	}
	return err
}

func (s *Sessions[T]) endOthers(ctx context.Context, subject string, but ID) error {
	others, err := s.others(ctx, subject, but)
	for _, id := range others {
		if err == nil {
			_, err = s.end(ctx, id, subject)
		}
	}
	return err
}

// brought returns the cookie of the request, if it may be that of a session.
func (s *Starter[T]) brought() (value string, ok bool) {
	value, err := security.ReadCookieKey(s.request.Header, s.sessions.config.Cookie)
	return value, err == nil && isID(value)
}

// login documents how a session that is to start is refused.
type login struct{ mode SingleSession }

// Describe adds the refusals.
func (l login) Describe(op *openapi.Operation) {
	answers{}.Describe(op)
	if l.mode == RejectNew {
		op.AddResponse(openapi.Response{Status: http.StatusConflict})
	}
}
