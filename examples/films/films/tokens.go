package films

import (
	"errors"
	"path/filepath"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

//docs:begin claims

// AccessClaims are the private claims of tokens that open the API.
type AccessClaims struct {
	UserID   string `json:"user_id"`
	Role     string `json:"access_role"`
	Standard claim  `json:"standard_claim"`
}

// HasRole makes an access token a principal: nobody is looked up for it.
func (c AccessClaims) HasRole(role string) bool { return c.Role == role }

// RefreshClaims are those of tokens for new tokens.
type RefreshClaims struct {
	UserID  string `json:"user_id"`
	Refresh claim  `json:"refresh_claim"`
}

// EmailClaims are those of tokens that verify an address.
type EmailClaims struct {
	UserID string `json:"user_id"`
	Email  claim  `json:"email_claim"`
}

// PasswordClaims are those of tokens for a new password.
type PasswordClaims struct {
	UserID   string `json:"user_id"`
	Password claim  `json:"password_claim"`
}

//docs:end claims

// A claim says of which kind a token is. It is true, or the token is none.
type claim bool

func (c AccessClaims) valid() bool   { return c.UserID != "" && c.Role != "" && bool(c.Standard) }
func (c RefreshClaims) valid() bool  { return c.UserID != "" && bool(c.Refresh) }
func (c EmailClaims) valid() bool    { return c.UserID != "" && bool(c.Email) }
func (c PasswordClaims) valid() bool { return c.UserID != "" && bool(c.Password) }

var errClaims = errors.New("a claim of this kind of token is missing or false")

func check(valid bool) error {
	if !valid {
		return errClaims
	}
	return nil
}

// Validate is asked when a token is made, and when it is verified.
func (c *AccessClaims) Validate() error { return check(c.valid()) }

// Validate is as that of AccessClaims.
func (c *RefreshClaims) Validate() error { return check(c.valid()) }

// Validate is as that of AccessClaims.
func (c *EmailClaims) Validate() error { return check(c.valid()) }

// Validate is as that of AccessClaims.
func (c *PasswordClaims) Validate() error { return check(c.valid()) }

//docs:begin kinds

// tokens makes, verifies and ends the tokens of four kinds.
type tokens struct {
	access      *token.Mint[AccessClaims]
	refresh     *token.Mint[RefreshClaims]
	email       *token.Mint[EmailClaims]
	password    *token.Mint[PasswordClaims]
	revocations *token.Revocations
	rotation    *token.Rotation[RefreshClaims]
}

const issuer = "https://films.example"

func newIssuer(s Secrets) (*token.Issuer, error) {
	kind := func(name string, secret []byte, lifetime time.Duration) token.Kind {
		return token.Kind{Name: name, Keys: []token.Key{{Material: secret}}, Lifetime: lifetime}
	}
	return token.NewIssuer(token.Config{
		Issuer:   issuer,
		Audience: []string{issuer},
		Kinds: []token.Kind{
			kind(token.Access, s.Access, 10*time.Hour),
			kind(token.Refresh, s.Refresh, 24*time.Hour),
			kind(token.Email, s.Email, time.Hour),
			kind(token.Password, s.Password, time.Hour),
		},
	})
}

//docs:end kinds

func newTokens(c Config) (*tokens, error) {
	made, err := newIssuer(c.Secrets)
	if err != nil {
		return nil, err
	}
	t := new(tokens)
	var errs [6]error
	t.access, errs[0] = token.For[AccessClaims](made, token.Access)
	t.refresh, errs[1] = token.For[RefreshClaims](made, token.Refresh)
	t.email, errs[2] = token.For[EmailClaims](made, token.Email)
	t.password, errs[3] = token.For[PasswordClaims](made, token.Password)
	t.revocations, errs[4] = token.NewRevocations(made, token.RevocationConfig{Store: c.Tokens, Logger: c.Logger})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	t.rotation, err = token.NewRotation(t.refresh, t.revocations, token.RotationConfig{Families: c.Tokens, Logger: c.Logger})
	return t, err
}

// openTokens opens the embedded store of tokens.
func openTokens(directory string) (TokenStore, error) {
	if directory == "" {
		return token.NewMemory(nil), nil
	}
	return token.OpenLog(filepath.Join(directory, "tokens.log"), nil)
}

//docs:begin locks

// lock is the scheme of one kind of tokens: whoever takes a *token.Token[C] is
// locked by it.
func lock[C any](scheme, description string, m *token.Mint[C], r *token.Revocations) []*mortise.Dependency {
	bearer := security.Bearer(security.SchemeConfig{Name: scheme, Description: description})
	return []*mortise.Dependency{m.Dependency().With(bearer), token.NotRevoked[*token.Token[C]](r)}
}

func (t *tokens) locks() []*mortise.Dependency {
	var all []*mortise.Dependency
	all = append(all, lock("jwt", "The access token of a login.", t.access, t.revocations)...)
	all = append(all, lock("jwt_email", "The token of the mail that verifies an address.", t.email, t.revocations)...)
	return append(all, lock("jwt_password", "The token of the mail for a new password.", t.password, t.revocations)...)
}

// refreshScheme gives a refresh token, which its rotation verifies.
func refreshScheme() *mortise.Dependency {
	return security.Bearer(security.SchemeConfig{Name: "jwt_refresh", Description: "The refresh token of a login."})
}

//docs:end locks
