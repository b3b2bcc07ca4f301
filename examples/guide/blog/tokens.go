package blog

import (
	"context"
	"slices"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

// A token of a login serves for a day; those that are refreshed, for a quarter
// of an hour at a time.
const (
	loginLifetime   = 24 * time.Hour
	refreshLifetime = 15 * time.Minute
)

// tokens makes, verifies and ends tokens of three kinds.
type tokens struct {
	access      *token.Mint[Claims]
	half        *token.Mint[Half]
	revocations *token.Revocations
	rotation    *token.Rotation[Claims]
}

func newTokens(secret []byte, stores Stores) (*tokens, error) {
	issuer, err := token.NewIssuer(token.Config{
		Issuer:   "guide",
		Audience: []string{"guide"},
		Secrets:  []token.Key{{Material: secret}}, // from which the other kinds derive keys of their own
		Kinds: []token.Kind{
			{Name: token.Access, Type: "JWT", Keys: []token.Key{{Material: secret}}, Lifetime: refreshLifetime, MaxLifetime: loginLifetime},
			{Name: token.Refresh},
			{Name: halfway, Audience: []string{"guide second step"}, Lifetime: 5 * time.Minute},
		},
	})
	if err != nil {
		return nil, err
	}
	access, err := token.For[Claims](issuer, token.Access)
	if err != nil {
		return nil, err
	}
	refresh, err := token.For[Claims](issuer, token.Refresh)
	if err != nil {
		return nil, err
	}
	half, err := token.For[Half](issuer, halfway)
	if err != nil {
		return nil, err
	}
	revocations, err := token.NewRevocations(issuer, token.RevocationConfig{Store: stores.Tokens})
	if err != nil {
		return nil, err
	}
	rotation, err := token.NewRotation(refresh, revocations, token.RotationConfig{Families: stores.Tokens})
	return &tokens{access, half, revocations, rotation}, err
}

// claims are those of a token that was verified and is not revoked.
func claims(_ context.Context, t *token.Token[Claims]) (*Claims, error) { return &t.Claims, nil }

//docs:begin begin

// begin starts a session and gives its first tokens. They are issued at the time
// at which nobody had looked at the password yet, so that they end with whatever
// ends meanwhile.
func (s *service) begin(ctx context.Context, u *User, began time.Time, scopes []string, scope string) (tokenAnswer, error) {
	claims := Claims{UserID: u.ID, Scopes: scopes}
	refresh, err := s.tokens.rotation.Begin(ctx, u.Username, claims, token.At(began))
	if err != nil {
		return tokenAnswer{}, err
	}
	return s.answer(u, claims, refresh, loginLifetime, scope)
}

// answer adds the access token to a refresh token.
func (s *service) answer(u *User, claims Claims, refresh token.Issued, lifetime time.Duration, scope string) (tokenAnswer, error) {
	access, err := s.tokens.access.Issue(u.Username, claims, token.Beside(refresh), token.TTL(lifetime))
	return tokenAnswer{"no-store", "no-cache", Token{access.Text, "bearer", int(lifetime.Seconds()), refresh.Text, scope}}, err
}

//docs:end begin

//docs:begin refresh

type refreshRequest struct {
	RefreshToken string `json:"refresh_token" validate:"required,max=8192"`
}

// refresh exchanges a refresh token for a new pair of tokens. The scopes are
// those of the login, as far as the user still has them.
func (s *service) refresh(ctx context.Context, in struct {
	Request refreshRequest `body:"json"`
}) (tokenAnswer, error) {
	old, next, err := s.tokens.rotation.Rotate(ctx, in.Request.RefreshToken)
	if err != nil {
		return tokenAnswer{}, err
	}
	u := s.store.user(old.Claims.UserID)
	if u == nil {
		return tokenAnswer{}, security.UserNotFound()
	}
	lost := func(scope string) bool { return !slices.Contains(u.Scopes, scope) }
	scopes := slices.DeleteFunc(slices.Clone(old.Claims.Scopes), lost)
	return s.answer(u, Claims{UserID: u.ID, Scopes: scopes}, next, refreshLifetime, "")
}

//docs:end refresh

// logout ends the session that the token belongs to.
func (s *service) logout(ctx context.Context, t *token.Token[Claims]) (mortise.None, error) {
	return mortise.None{}, s.tokens.revocations.Logout(ctx, t)
}
