package main

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// lifetime is how long a token serves.
const lifetime = 24 * time.Hour

// service is what the handlers share.
type service struct {
	store  *store
	tokens *tokens
}

// Claims are what a token says.
type Claims struct {
	jwt.RegisteredClaims
	UserID int64                  `json:"user_id"`
	Scopes security.GrantedScopes `json:"scopes,omitempty"`
}

// tokens signs and verifies.
type tokens struct {
	secret   []byte
	verifier *security.Verifier
}

func newTokens(secret []byte) (*tokens, error) {
	v, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"},
		Key:        secret,
		Issuer:     "guide",
		Audience:   []string{"guide"},
	})
	if err != nil {
		return nil, err
	}
	return &tokens{secret, v}, nil
}

func (t *tokens) issue(u *User, scopes []string) (string, error) {
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    "guide",
			Audience:  jwt.ClaimStrings{"guide"},
			Subject:   u.Username,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		UserID: u.ID,
		Scopes: scopes,
	}).SignedString(t.secret)
}

// claims verifies the token of a request.
func (s *service) claims(_ context.Context, token security.BearerToken) (*Claims, error) {
	return security.Verify[Claims](s.tokens.verifier, string(token))
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
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type" example:"bearer"`
	ExpiresIn   int    `json:"expires_in" doc:"Seconds."`
	Scope       string `json:"scope,omitempty"`
}

type tokenAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Pragma       string `header:"Pragma"`
	Body         Token  `body:"json"`
}

func (s *service) answer(u *User, scopes []string, scope string) (tokenAnswer, error) {
	text, err := s.tokens.issue(u, scopes)
	return tokenAnswer{"no-store", "no-cache", Token{text, "bearer", int(lifetime.Seconds()), scope}}, err
}

// login exchanges a user name and a password for a token.
func (s *service) login(_ context.Context, in struct {
	Credentials credentials `body:"json"`
}) (tokenAnswer, error) {
	u := s.store.authenticate(in.Credentials.Username, in.Credentials.Password)
	if u == nil {
		return tokenAnswer{}, security.InvalidCredentials("")
	}
	return s.answer(u, u.Scopes, "")
}

// token is the OAuth 2.0 token endpoint for the password grant. New clients
// should not use this grant (RFC 9700 section 2.4).
func (s *service) token(_ context.Context, in struct {
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
	u := s.store.authenticate(in.Username, in.Password)
	if u == nil {
		return tokenAnswer{}, &grantError{Kind: "invalid_grant", Description: "Invalid credentials"}
	}
	granted := grant(u, security.ParseScopes(in.Scope))
	return s.answer(u, granted, join(granted))
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
func (s *service) basic(_ context.Context, c security.BasicCredentials) (message, error) {
	u := s.store.authenticate(c.User, c.Password)
	if u == nil {
		return message{}, security.InvalidCredentials("", security.BasicChallenge(""))
	}
	return message{"Hello, " + u.Username}, nil
}

// KeyHolder is whoever an API key was given to.
type KeyHolder struct{ *User }

// keyHolder finds the user of a key, wherever a route takes keys from.
func (s *service) keyHolder(_ context.Context, key security.APIKey) (KeyHolder, error) {
	if u := s.store.holder(string(key)); u != nil {
		return KeyHolder{u}, nil
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
