package blog

import (
	"context"
	"errors"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/session"
)

// Visit is what a session keeps, besides whose it is.
type Visit struct {
	UserID int64 `json:"user_id"`
}

// sessionLogin logs a browser in. The cookie of the answer is the session.
func (s *service) sessionLogin(ctx context.Context, in struct {
	Starter     *session.Starter[Visit]
	Credentials credentials `body:"json"`
}) (message, error) {
	u, err := s.authenticate(ctx, in.Credentials.Username, in.Credentials.Password)
	if err != nil {
		return message{}, err
	}
	_, err = in.Starter.Start(ctx, u.Username, Visit{u.ID})
	return message{"Logged in"}, err
}

// sessionUser finds the user of a session.
func (s *service) sessionUser(_ context.Context, current *session.Session[Visit]) (*User, error) {
	if u := s.store.user(current.Data.UserID); u != nil {
		return u, nil
	}
	return nil, security.UserNotFound()
}

// logoutAll ends every session of the user and all tokens, also those that this
// request came with.
func (s *service) logoutAll(ctx context.Context, u *User) (mortise.None, error) {
	return mortise.None{}, s.EndSubject(ctx, u.Username)
}

// EndSubject ends whatever an account has open.
func (s *service) EndSubject(ctx context.Context, username string) error {
	since, err := s.tokens.revocations.RevokeSubject(ctx, username)
	if u := s.store.named(username); err == nil && u != nil { // new tokens are good from then on
		err = s.store.change(u.ID, func(u *User) { u.since = since })
	}
	return errors.Join(err, s.browsers.EndSubject(ctx, username))
}

// began is when a login began. After [service.EndSubject] that is a second later at
// most: a token that was issued ahead of its time would outlast another EndSubject
// in the same second.
func (s *service) began(ctx context.Context, username string) time.Time {
	if u := s.store.named(username); u != nil {
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(u.since)):
		}
	}
	return time.Now()
}
