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
	if err := s.EndSubject(ctx, u.Username); err != nil {
		return mortise.None{}, err
	}
	return mortise.None{}, settle(ctx)
}

// EndSubject ends whatever an account has open.
func (s *service) EndSubject(ctx context.Context, username string) error {
	_, err := s.tokens.revocations.RevokeSubject(ctx, username)
	return errors.Join(err, s.browsers.EndSubject(ctx, username))
}

// settle waits until the second is over in which everything was ended, so that a
// login after the answer gives good tokens. Logins themselves do not wait: that would
// tell which accounts there are.
func settle(ctx context.Context) error {
	now := time.Now()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(now.Truncate(time.Second).Add(time.Second).Sub(now)):
		return nil
	}
}
