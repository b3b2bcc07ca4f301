package blog

import (
	"context"
	"log/slog"

	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
)

// resetPage is where the link in a mail leads: the page takes the token from the
// fragment and sends it to POST /password-reset. It is never taken from a request.
const resetPage = "https://example.com/new-password"

// newResets makes what sends links for new passwords.
func (s *service) newResets(c Config, stores Stores) (*reset.Resets, error) {
	mail := c.Mail
	if mail == nil {
		mail = s.logMail
	}
	return reset.New(reset.Config{
		Store:  stores.Resets,
		Find:   s.store.subjectOf,
		Send:   mail,
		Link:   resetPage,
		Enders: []reset.Ender{s},
		Allow:  s.attempts.mayAsk,
		Logger: s.log,
	})
}

// logMail stands in for a mail server, which the guide does not have.
func (s *service) logMail(ctx context.Context, m reset.Message) error {
	s.log.WarnContext(ctx, "no mail is sent by the guide; this link would be in it, and in no log of a program that people use",
		slog.String("to", m.To), slog.String("link", m.Link()))
	return nil
}

func newPolicy() (*password.Policy, error) {
	return password.NewPolicy(password.PolicyConfig{Field: "new_password", Words: []string{"guide"}})
}

type forgotten struct {
	Email string `json:"email" validate:"required,email,max=320" example:"bob@example.com"`
}

// requestReset answers the same to everybody.
func (s *service) requestReset(ctx context.Context, in struct {
	Request forgotten `body:"json"`
}) (message, error) {
	return message{"If account exists, reset email sent"}, s.resets.Request(ctx, in.Request.Email)
}

type newPassword struct {
	Token    string `json:"token" validate:"required,max=64"`
	Password string `json:"new_password" validate:"required,max=1024" format:"password"`
}

// resetPassword sets a new password, and ends whatever was opened with the old
// one. It logs nobody in, and leaves the second factor as it is.
func (s *service) resetPassword(ctx context.Context, in struct {
	Request newPassword `body:"json"`
}) (message, error) {
	var hash string
	check := func(ctx context.Context, t reset.Ticket) (err error) {
		if err = s.policy.Check(in.Request.Password, t.Subject, t.Address); err == nil {
			hash, err = s.store.hasher.Hash(ctx, in.Request.Password) // may be refused while there are many
		}
		return err
	}
	err := s.resets.Redeem(ctx, in.Request.Token, func(_ context.Context, t reset.Ticket) error {
		return s.store.setHash(t.Subject, hash)
	}, check)
	if err != nil {
		return message{}, err
	}
	return message{"Password reset successful"}, settle(ctx)
}

// mayAsk limits how many mails an address gets, whether or not it has an account.
func (a attempts) mayAsk(ctx context.Context, address string) error {
	d, err := a.mails.Take(ctx, ratelimit.KeyOf("mail", address))
	if err != nil || d.Allowed {
		return err
	}
	return d.Err()
}
