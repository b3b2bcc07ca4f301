package blog

import (
	"context"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
	"github.com/mortise-go/mortise/security/totp"
)

// account is what a code of the user's authenticator is verified for.
func (s *service) account(_ context.Context, u *User) (totp.Account, error) {
	return totp.Account{ID: strconv.FormatInt(u.ID, 10), Secret: u.secret}, nil
}

type sensitive struct {
	Data string `json:"data"`
}

// sensitiveData needs a code of the user's authenticator besides the token.
func (s *service) sensitiveData(context.Context, *User) (sensitive, error) {
	return sensitive{"highly sensitive"}, nil
}

var errEnrolled = problem.New(409, problem.CodeConflict, "An authenticator is set up already")

type confirmation struct {
	Password string `json:"password" validate:"required,max=1024" format:"password" doc:"Again, because a token may be stolen."`
}

type enrolment struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		URI    string `json:"uri" doc:"For an authenticator on the same device." example:"otpauth://totp/..."`
		Secret string `json:"secret" doc:"For one that is typed into."`
		QR     []byte `json:"qr" doc:"A picture of the URI, PNG."`
	} `body:"json"`
}

// enrol begins to set up an authenticator. Nothing needs it until a first code is
// confirmed.
func (s *service) enrol(ctx context.Context, in struct {
	User    *User
	Request confirmation `body:"json"`
}) (answer enrolment, err error) {
	u := in.User
	if u.secret != "" {
		return answer, errEnrolled
	}
	if _, err := s.authenticate(ctx, u.Username, in.Request.Password); err != nil {
		return answer, err
	}
	e, err := s.codes.Enrol(u.Email)
	if err != nil {
		return answer, err
	}
	answer.CacheControl = "no-store"
	answer.Body.URI, answer.Body.Secret = e.URI(), string(e.Secret)
	if answer.Body.QR, err = e.QR(); err != nil {
		return answer, err
	}
	return answer, s.store.change(u.ID, func(u *User) { u.pending = e.Secret })
}

type code struct {
	Code string `json:"code" validate:"required,max=64" example:"123456"`
}

type recoveryCodes struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Codes []string `json:"recovery_codes" doc:"Each serves once at POST /mfa/recover. They are not shown again."`
	} `body:"json"`
}

// confirm finishes what enrol began. The code is used by that.
func (s *service) confirm(ctx context.Context, in struct {
	User    *User
	Request code `body:"json"`
}) (answer recoveryCodes, err error) {
	u := in.User
	if u.secret != "" {
		return answer, errEnrolled
	}
	id := strconv.FormatInt(u.ID, 10)
	if err := s.codes.Verify(ctx, totp.Account{ID: id, Secret: u.pending}, in.Request.Code); err != nil {
		return answer, err
	}
	answer.CacheControl = "no-store"
	if answer.Body.Codes, err = s.codes.NewRecoveryCodes(ctx, id); err != nil {
		return answer, err
	}
	confirmed := false
	err = s.store.change(u.ID, func(now *User) {
		if confirmed = now.secret == "" && now.pending == u.pending; confirmed {
			now.secret, now.pending = now.pending, ""
		}
	})
	if err == nil && !confirmed {
		err = errEnrolled
	}
	return answer, err
}

// recover takes the authenticator away from somebody who has lost it, so that
// another can be set up.
func (s *service) recover(ctx context.Context, in struct {
	User    *User
	Request code `body:"json"`
}) (mortise.None, error) {
	if err := s.codes.Recover(ctx, strconv.FormatInt(in.User.ID, 10), in.Request.Code); err != nil {
		return mortise.None{}, err
	}
	return mortise.None{}, s.store.change(in.User.ID, func(u *User) { u.secret, u.pending = "", "" })
}

// halfway is the kind of the token that a password alone gives to those who want
// both factors before anything else. It opens nothing but the second step.
const halfway = "halfway"

// Half are the claims of such a token.
type Half struct {
	jwt.RegisteredClaims
	UserID int64 `json:"user_id"`
}

type halfAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Token     string `json:"mfa_token" doc:"For POST /mfa/verify, with a code."`
		ExpiresIn int    `json:"expires_in" doc:"Seconds."`
	} `body:"json"`
}

// mfaLogin is the first of two steps.
func (s *service) mfaLogin(ctx context.Context, in struct {
	Credentials credentials `body:"json"`
}) (answer halfAnswer, err error) {
	began := time.Now()
	u, err := s.authenticate(ctx, in.Credentials.Username, in.Credentials.Password)
	if err != nil {
		return answer, err
	}
	issued, err := s.tokens.half.Issue(u.Username, Half{UserID: u.ID}, token.At(began))
	answer.CacheControl = "no-store"
	answer.Body.Token, answer.Body.ExpiresIn = issued.Text, int(s.tokens.half.Lifetime().Seconds())
	return answer, err
}

// mfaVerify is the second step, and gives the tokens of a login. Each token of the
// first step serves once.
func (s *service) mfaVerify(ctx context.Context, in struct {
	Half    *token.Token[Half]
	Request code `body:"json"`
}) (tokenAnswer, error) {
	began := time.Now()
	u := s.store.user(in.Half.Claims.UserID)
	if u == nil {
		return tokenAnswer{}, security.UserNotFound()
	}
	a, err := s.account(ctx, u)
	if err == nil {
		err = s.codes.Verify(ctx, a, in.Request.Code)
	}
	if err == nil {
		err = s.tokens.revocations.Spend(ctx, in.Half)
	}
	if err != nil {
		return tokenAnswer{}, err
	}
	return s.begin(ctx, u, began, u.Scopes, "")
}
