package blog

import (
	"context"
	"path/filepath"
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

// tokens makes and verifies tokens of two kinds.
type tokens struct {
	issuer  *token.Issuer
	access  *token.Mint[Claims]
	refresh *token.Mint[Claims]
}

func newTokens(secret []byte) (*tokens, error) {
	issuer, err := token.NewIssuer(token.Config{
		Issuer:   "guide",
		Audience: []string{"guide"},
		Secrets:  []token.Key{{Material: secret}}, // the key for refresh tokens is derived from it
		Kinds: []token.Kind{
			{Name: token.Access, Type: "JWT", Keys: []token.Key{{Material: secret}}, Lifetime: refreshLifetime, MaxLifetime: loginLifetime},
			{Name: token.Refresh},
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
	return &tokens{issuer, access, refresh}, err
}

// sessions knows which tokens have ended.
type sessions struct {
	revocations *token.Revocations
	rotation    *token.Rotation[Claims]
}

// newSessions keeps that in a log beside the posts, or in memory if there is no
// directory.
func newSessions(t *tokens, s *store) (*sessions, error) {
	var state interface {
		token.Store
		token.FamilyStore
	} = token.NewMemory(nil)
	if s.file != "" {
		log, err := token.OpenLog(filepath.Join(filepath.Dir(s.file), "tokens.log"), nil)
		if err != nil {
			return nil, err
		}
		s.log, state = log, log
	}
	revocations, err := token.NewRevocations(t.issuer, token.RevocationConfig{Store: state})
	if err != nil {
		return nil, err
	}
	rotation, err := token.NewRotation(t.refresh, revocations, token.RotationConfig{Families: state})
	return &sessions{revocations, rotation}, err
}

// claims are those of a token that was verified and is not revoked.
func claims(_ context.Context, t *token.Token[Claims]) (*Claims, error) { return &t.Claims, nil }

// begin starts a session and gives its first tokens.
func (s *service) begin(ctx context.Context, u *User, scopes []string, scope string) (tokenAnswer, error) {
	claims := Claims{UserID: u.ID, Scopes: scopes}
	refresh, err := s.sessions.rotation.Begin(ctx, u.Username, claims)
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

type refreshRequest struct {
	RefreshToken string `json:"refresh_token" validate:"required,max=8192"`
}

// refresh exchanges a refresh token for a new pair of tokens. The scopes are
// those of the login, as far as the user still has them.
func (s *service) refresh(ctx context.Context, in struct {
	Request refreshRequest `body:"json"`
}) (tokenAnswer, error) {
	old, next, err := s.sessions.rotation.Rotate(ctx, in.Request.RefreshToken)
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

// logout ends the session that the token belongs to.
func (s *service) logout(ctx context.Context, t *token.Token[Claims]) (mortise.None, error) {
	return mortise.None{}, s.sessions.revocations.Logout(ctx, t)
}
