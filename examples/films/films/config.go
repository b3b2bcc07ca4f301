package films

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"

	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/token"
)

// Config says what the API is made with.
type Config struct {
	// Secrets sign the tokens, each those of one kind.
	Secrets Secrets

	// Directory holds what survives a restart: accounts and revocations. Empty keeps
	// them in memory.
	Directory string

	// Tokens remembers what was revoked, and which refresh tokens may be used. Nil
	// means a file in Directory, or memory.
	Tokens TokenStore

	// Admin is the address whose account has the role admin, once it is verified.
	Admin string

	// Mail sends messages. Nil writes them to the standard output.
	Mail Mailer

	// Hasher hashes passwords. Nil means one with the defaults.
	Hasher *password.Hasher

	// Logger is told what goes wrong. Nil means [slog.Default].
	Logger *slog.Logger
}

// A TokenStore remembers revocations and sessions.
type TokenStore interface {
	token.Store
	token.FamilyStore
}

// Secrets are random octets, 32 at least, for the four kinds of tokens.
type Secrets struct{ Access, Refresh, Email, Password []byte }

//docs:begin secrets

// secretNames are where the secrets are configured.
var secretNames = [...]string{"JWT_SECRET", "JWT_REFRESH_SECRET", "JWT_EMAIL_SECRET", "JWT_PASSWORD_SECRET"}

// SecretsFrom reads the secrets of an environment, such as that of os.Getenv. If
// none is there it makes new ones, with which tokens end when the program does.
func SecretsFrom(getenv func(string) string) (s Secrets, err error) {
	var missing int
	for i, into := range []*[]byte{&s.Access, &s.Refresh, &s.Email, &s.Password} {
		text := getenv(secretNames[i])
		if text == "" {
			missing++
			*into = make([]byte, 32)
			_, _ = rand.Read(*into) // never fails
			continue
		}
		secret, wrong := token.ParseSecret(text)
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", secretNames[i], wrong))
		}
		*into = secret
	}
	if err == nil && missing > 0 && missing < len(secretNames) {
		err = fmt.Errorf("%d of %q are not set; set all of them, each to hex: and the output of: openssl rand -hex 32", missing, secretNames)
	}
	return s, err
}

//docs:end secrets
