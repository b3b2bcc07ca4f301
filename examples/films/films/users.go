package films

import (
	"context"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

// Credentials are what somebody signs up and logs in with.
type Credentials struct {
	Email    string `json:"email" validate:"required,email,max=254" example:"luke@example.com"`
	Password string `json:"password" validate:"required,min=15,max=1024" format:"password"`
}

// Done says what has happened, the same to everybody.
type Done struct {
	Message string `json:"message"`
}

//docs:begin signup

// signup gives no token: whoever signs up has to read the mail, and log in.
func (s *service) signup(ctx context.Context, in struct {
	Later       router.Background
	Credentials Credentials `body:"json"`
}) (Done, error) {
	who, added, err := s.accounts.add(ctx, in.Credentials.Email, in.Credentials.Password)
	if err != nil {
		return Done{}, err
	}
	in.Later.Add(func(ctx context.Context) error {
		if !added {
			return s.mail(ctx, Message{To: who.Email, Subject: "You have an account already"})
		}
		email, err := s.email.Issue(who.ID, EmailClaims{UserID: who.ID, Email: true})
		if err != nil {
			return err
		}
		return s.mail(ctx, Message{who.Email, "Verify your address", email.Text})
	})
	return Done{"Read your mail to go on."}, nil
}

// verifyEmail takes a token of the kind for it, once.
func (s *service) verifyEmail(ctx context.Context, t *token.Token[EmailClaims]) (mortise.None, error) {
	if err := s.revocations.Spend(ctx, t); err != nil {
		return mortise.None{}, err
	}
	return mortise.None{}, s.accounts.change(t.Claims.UserID, func(a *account) { a.Verified = true })
}

//docs:end signup

// Tokens are those of a login.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type" example:"bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds."`
	RefreshToken string `json:"refresh_token" doc:"For new tokens, once."`
}

type tokenAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Tokens       Tokens `body:"json"`
}

//docs:begin login
func (s *service) login(ctx context.Context, in struct {
	Credentials struct {
		Email    string `json:"email" validate:"required,max=254"`
		Password string `json:"password" validate:"required,max=1024" format:"password"`
	} `body:"json"`
}) (tokenAnswer, error) {
	at := token.At(time.Now()) // before the look at the password, so that a change of it ends these tokens
	who, err := s.accounts.authenticate(ctx, in.Credentials.Email, in.Credentials.Password)
	if err != nil {
		return tokenAnswer{}, err
	}
	if !who.Verified {
		return tokenAnswer{}, problem.New(403, "email-not-verified", "the address is not verified; the token for that is in the mail of the signup")
	}
	refresh, err := s.rotation.Begin(ctx, who.ID, RefreshClaims{who.ID, true}, at)
	if err != nil {
		return tokenAnswer{}, err
	}
	return s.answer(who, refresh)
}

// newTokens exchanges a refresh token. The role is what the account has now.
func (s *service) newTokens(ctx context.Context, text security.BearerToken) (tokenAnswer, error) {
	old, refresh, err := s.rotation.Rotate(ctx, string(text))
	if err != nil {
		return tokenAnswer{}, err
	}
	who, found := s.accounts.find(old.Claims.UserID)
	if !found {
		return tokenAnswer{}, security.UserNotFound()
	}
	return s.answer(who, refresh)
}

// answer adds an access token of the same session.
func (s *service) answer(who account, refresh token.Issued) (tokenAnswer, error) {
	access, err := s.access.Issue(who.ID, AccessClaims{who.ID, s.accounts.role(who), true}, token.Beside(refresh))
	return tokenAnswer{"no-store", Tokens{access.Text, "bearer", int(access.Lifetime.Seconds()), refresh.Text}}, err
}

//docs:end login

//docs:begin password

// forgot answers the same, and as fast, whether there is such an account or not.
func (s *service) forgot(_ context.Context, in struct {
	Later   router.Background
	Request struct {
		Email string `json:"email" validate:"required,max=254"`
	} `body:"json"`
}) (Done, error) {
	in.Later.Add(func(ctx context.Context) error {
		who, found := s.accounts.named(in.Request.Email)
		if !found {
			return nil
		}
		password, err := s.password.Issue(who.ID, PasswordClaims{who.ID, true})
		if err != nil {
			return err
		}
		return s.mail(ctx, Message{who.Email, "Set a new password", password.Text})
	})
	return Done{"If there is such an account, a message is on its way."}, nil
}

// changePassword takes a token of the kind for it, once, and ends everything else
// that the account has open: before the change, and again after it for whoever has
// logged in with the old password meanwhile. Who has the token reads the mail of the
// address, so that nobody is kept out by a stranger who has signed up with it.
func (s *service) changePassword(ctx context.Context, in struct {
	Token *token.Token[PasswordClaims]
	New   struct {
		Password string `json:"password" validate:"required,min=15,max=1024" format:"password"`
	} `body:"json"`
}) (mortise.None, error) {
	hash, err := s.accounts.hasher.Hash(ctx, in.New.Password)
	if err != nil {
		return mortise.None{}, err
	}
	if err := s.revocations.Spend(ctx, in.Token); err != nil {
		return mortise.None{}, err
	}
	if _, err := s.revocations.RevokeSubject(ctx, in.Token.Subject); err != nil {
		return mortise.None{}, err
	}
	if err := s.accounts.change(in.Token.Subject, func(a *account) { a.Hash, a.Verified = hash, true }); err != nil {
		return mortise.None{}, err
	}
	since, err := s.revocations.RevokeSubject(ctx, in.Token.Subject)
	if err != nil {
		return mortise.None{}, err
	}
	return mortise.None{}, wait(ctx, time.Until(since))
}

//docs:end password

// wait lets the second pass in which tokens are revoked, so that a login right
// after the answer gives tokens that are good.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
