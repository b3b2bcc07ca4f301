package blog

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
	"github.com/mortise-go/mortise/security/totp"
)

// service is what the handlers share.
type service struct {
	store    *store
	tokens   *tokens
	browsers *session.Sessions[Visit]
	codes    *totp.Verifier
	resets   *reset.Resets
	policy   *password.Policy
	attempts attempts
	log      *slog.Logger
}

// Claims are what a token says.
type Claims struct {
	jwt.RegisteredClaims
	UserID int64                  `json:"user_id"`
	Scopes security.GrantedScopes `json:"scopes,omitempty"`
}

// currentUser finds the user whom a token is about.
func (s *service) currentUser(_ context.Context, c *Claims) (*User, error) {
	if u := s.store.user(c.UserID); u != nil {
		return u, nil
	}
	return nil, security.UserNotFound()
}

// verifyScopes compares what a route requires with what the token grants.
func verifyScopes(_ context.Context, in struct {
	Required security.Scopes
	Claims   *Claims
}) (*Claims, error) {
	if !in.Claims.Scopes.Has(in.Required...) {
		return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Claims.Scopes)
	}
	return in.Claims, nil
}

type credentials struct {
	Username string `json:"username" validate:"required,max=64" example:"alice"`
	Password string `json:"password" validate:"required,max=128" format:"password" example:"wonderland-1"`
}

// Token is what a login gives.
type Token struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type" example:"bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds."`
	RefreshToken string `json:"refresh_token" doc:"For POST /refresh, once."`
	Scope        string `json:"scope,omitempty"`
}

type tokenAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Pragma       string `header:"Pragma"`
	Body         Token  `body:"json"`
}

// authenticate finds the user with the password, and reports what came of it. A
// name that nobody has is not reported: it may be a password in the wrong field.
func (s *service) authenticate(ctx context.Context, username, password string) (*User, error) {
	if err := s.attempts.wait(ctx, username); err != nil {
		return nil, err
	}
	u, err := s.store.authenticate(ctx, username, password)
	e := security.Event{Kind: security.EventLogin, Outcome: security.Succeeded}
	if known := s.store.named(username); known != nil {
		e.Subject = known.Username
	}
	switch {
	case errors.Is(err, security.ErrInvalidCredentials):
		e.Outcome, e.Reason = security.Refused, problem.CodeInvalidCredentials
	case err != nil:
		e.Outcome = security.Failed
	}
	security.Report(ctx, e)
	return u, err
}

// login exchanges a user name and a password for a token.
func (s *service) login(ctx context.Context, in struct {
	Credentials credentials `body:"json"`
}) (tokenAnswer, error) {
	began := time.Now()
	u, err := s.authenticate(ctx, in.Credentials.Username, in.Credentials.Password)
	if err != nil {
		return tokenAnswer{}, err
	}
	return s.begin(ctx, u, began, u.Scopes, "")
}

// token is the OAuth 2.0 token endpoint for the password grant. New clients
// should not use this grant (RFC 9700 section 2.4).
func (s *service) token(ctx context.Context, in struct {
	GrantType string `form:"grant_type" required:"false" example:"password" doc:"Always password."`
	Username  string `form:"username" required:"false"`
	Password  string `form:"password" required:"false" format:"password"`
	Scope     string `form:"scope" default:"" doc:"Scopes, separated by spaces."`
}) (tokenAnswer, error) {
	switch {
	case in.GrantType == "" || in.Username == "" || in.Password == "":
		return tokenAnswer{}, &grantError{Kind: "invalid_request", Description: "grant_type, username and password are required"}
	case in.GrantType != "password":
		return tokenAnswer{}, &grantError{Kind: "unsupported_grant_type", Description: "Unsupported grant type"}
	}
	began := time.Now()
	u, err := s.authenticate(ctx, in.Username, in.Password)
	switch {
	case errors.Is(err, security.ErrInvalidCredentials):
		return tokenAnswer{}, &grantError{Kind: "invalid_grant", Description: "Invalid credentials"}
	case err != nil:
		return tokenAnswer{}, err
	}
	granted := grant(u, security.ParseScopes(in.Scope))
	return s.begin(ctx, u, began, granted, join(granted))
}

// grant gives what was asked for and is allowed, or everything that is allowed
// when nothing was asked for.
func grant(u *User, asked []string) []string {
	if len(asked) == 0 {
		return u.Scopes
	}
	return slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return !slices.Contains(u.Scopes, s) })
}

// grantError is an error of the token endpoint, RFC 6749 section 5.2.
type grantError struct {
	Kind        string `json:"error" enum:"invalid_request,invalid_grant,unsupported_grant_type"`
	Description string `json:"error_description,omitempty"`
}

func (e *grantError) Error() string   { return e.Kind + ": " + e.Description }
func (e *grantError) StatusCode() int { return http.StatusBadRequest }
func (e *grantError) ErrorBody() any  { return e }
func (e *grantError) Header() http.Header {
	return http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}}
}

type protected struct {
	UserID int64 `json:"user_id"`
}

// protected needs a token and nothing else.
func (s *service) protected(_ context.Context, c *Claims) (protected, error) {
	return protected{c.UserID}, nil
}

type profile struct {
	UserID   int64  `json:"user_id"`
	Username string `json:"username"`
	Email    string `json:"email"`
}

// profile shows the user behind the token.
func (s *service) profile(_ context.Context, u *User) (profile, error) {
	return profile{u.ID, u.Username, u.Email}, nil
}

type message struct {
	Message string `json:"message"`
}

// basic greets whoever knows a password.
func (s *service) basic(ctx context.Context, c security.BasicCredentials) (message, error) {
	u, err := s.authenticate(ctx, c.User, c.Password)
	if err != nil {
		return message{}, err
	}
	return message{"Hello, " + u.Username}, nil
}

// KeyHolder is whoever an API key was given to.
type KeyHolder struct {
	*User
	key string
}

// keyHolder finds the user of a key, wherever a route takes keys from.
func (s *service) keyHolder(_ context.Context, key security.APIKey) (KeyHolder, error) {
	if u := s.store.holder(string(key)); u != nil {
		return KeyHolder{u, string(key)}, nil
	}
	return KeyHolder{}, security.InvalidAPIKey()
}

type data struct {
	Data string `json:"data"`
	User string `json:"user"`
}

// data is for holders of a key.
func (s *service) data(_ context.Context, k KeyHolder) (data, error) {
	return data{"sensitive", k.Username}, nil
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

var (
	errNoPost = problem.NotFound("post not found")
	errNoUser = problem.NotFound("user not found")
)
