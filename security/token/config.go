package token

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/mortise-go/mortise/security"
)

// The kinds that most programs have. Their defaults are in [Kind]; a program may
// add kinds of its own.
const (
	// Access tokens open the API.
	Access = "access"
	// Refresh tokens get new access tokens; see [Rotation].
	Refresh = "refresh"
	// Email tokens prove that somebody reads the mail sent to an address.
	Email = "email"
	// Password tokens allow to set a new password, once; see [Revocations.Spend].
	Password = "password"
)

// A Config says which kinds of tokens an [Issuer] makes and accepts. A config
// prints without its keys.
type Config struct {
	// Issuer is the claim iss of all tokens. Required.
	Issuer string

	// Audience are the names of the API that [Access] tokens are for. Required, unless
	// every kind names its own.
	Audience []string

	// Secrets are random secrets of at least 32 octets, from which each kind without
	// Keys gets keys of its own. The first one signs, the others are former ones.
	Secrets []Key

	// Kinds are the kinds of tokens. At least one is required.
	Kinds []Kind

	// Leeway is how far clocks may differ. 0 means 30 s, [security.NoLeeway] none; more
	// than 120 s is an error.
	Leeway time.Duration

	// Realm is that of the challenges in refusals; empty means
	// [security.DefaultRealm].
	Realm string

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

// A Kind is what one kind of tokens has for itself. A token of one kind is never
// one of another: key, typ and, as a rule, audience differ, and who verifies says
// which kind is expected.
//
//	kind      typ           audience         lifetime  at most
//	access    at+jwt        Config.Audience  15 min    24 h
//	refresh   refresh+jwt   the issuer       30 d      90 d
//	email     email+jwt     the issuer       1 h       24 h
//	password  password+jwt  the issuer       1 h       24 h
//	others    <name>+jwt    the issuer       to be given
type Kind struct {
	// Name is what the program calls the kind: lower-case letters, digits and hyphens.
	// Required.
	Name string

	// Keys are the keys of this kind. The first one signs; the others are former or
	// future ones, which only verify. No key may serve two kinds. None means keys
	// derived from Config.Secrets.
	Keys []Key

	// Type is the header typ (RFC 8725 §3.11); empty means the default of the table.
	Type string

	// Audience is the claim aud; nil means the default of the table.
	Audience []string

	// Lifetime is how long a token serves unless [TTL] says otherwise; 0 means the
	// default of the table.
	Lifetime time.Duration

	// MaxLifetime is the most that [TTL] may ask for, and that is accepted; 0 means the
	// default of the table, and for other kinds Lifetime.
	MaxLifetime time.Duration
}

// String names the issuer and the kinds.
func (c Config) String() string {
	names := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		names[i] = k.Name
	}
	return fmt.Sprintf("tokens of issuer %q: %q", c.Issuer, names)
}

// Format writes what String returns for every verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what String returns.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the kind.
func (k Kind) String() string { return fmt.Sprintf("kind %q of %d keys", k.Name, len(k.Keys)) }

// Format writes what String returns for every verb.
func (k Kind) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns what String returns.
func (k Kind) LogValue() slog.Value { return slog.StringValue(k.String()) }

// complete returns the kind with its defaults.
func (c Config) complete(k Kind) Kind {
	k.Keys, k.Audience = owned(k.Keys), slices.Clone(k.Audience)
	if k.Type == "" {
		k.Type = k.Name + "+jwt"
		if k.Name == Access {
			k.Type = "at+jwt" // RFC 9068 §2.1
		}
	}
	if k.Audience == nil {
		k.Audience = []string{c.Issuer}
		if k.Name == Access {
			k.Audience = slices.Clone(c.Audience)
		}
	}
	lifetime, most := lifetimes(k.Name)
	if k.Lifetime == 0 {
		k.Lifetime = lifetime
	}
	if k.MaxLifetime == 0 {
		k.MaxLifetime = max(k.Lifetime, most)
	}
	return k
}

// lifetimes returns the default and the maximum of a kind.
func lifetimes(kind string) (lifetime, most time.Duration) {
	const day = 24 * time.Hour
	switch kind {
	case Access:
		return 15 * time.Minute, day
	case Refresh:
		return 30 * day, 90 * day
	case Email, Password:
		return time.Hour, day
	}
	return 0, 0
}

// check returns what is wrong with the config itself, besides its kinds.
func (c Config) check() []error {
	var mistakes []error
	if c.Issuer == "" {
		mistakes = append(mistakes, errors.New("Config.Issuer is empty; name who issues the tokens, such as \"https://login.example.com\""))
	}
	if len(c.Kinds) == 0 {
		mistakes = append(mistakes, errors.New("Config.Kinds is empty; name at least one, such as {Name: token.Access}"))
	}
	for i, k := range c.Kinds {
		if slices.ContainsFunc(c.Kinds[:i], func(other Kind) bool { return other.Name == k.Name }) {
			mistakes = append(mistakes, fmt.Errorf("Config.Kinds: %q is listed twice", k.Name))
		}
	}
	return append(mistakes, c.checkSecrets()...)
}

// checkSecrets has the rules for HMAC keys applied to what keys are derived from.
func (c Config) checkSecrets() []error {
	var mistakes []error
	for i, s := range c.Secrets {
		_, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{"HS256"}, Key: s.Material, AnyIssuer: true, AnyAudience: true})
		if _, secret := s.Material.([]byte); !secret || s.Algorithm != "" {
			err = errors.New("want a secret as []byte, without an algorithm; give other keys to their kind")
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("Config.Secrets: secret %d (ID %.40q): %w", i+1, s.ID, err))
		}
	}
	return mistakes
}

// check returns what is wrong with a kind that has its defaults, besides its keys.
func (k Kind) check() []error {
	var mistakes []error
	complain := func(text string, args ...any) { mistakes = append(mistakes, fmt.Errorf(text, args...)) }
	if !isName(k.Name) {
		complain("Name is not made of lower-case letters, digits and hyphens; write one such as %q", "invitation")
	}
	if len(k.Audience) == 0 {
		complain("Audience is empty, and so is Config.Audience; name the API that accepts these tokens")
	}
	switch {
	case k.Lifetime == 0:
		complain("Lifetime is 0, and the kind has no default; say how long its tokens serve")
	case k.Lifetime < time.Second || k.Lifetime%time.Second != 0:
		complain("Lifetime is %v; want whole seconds, at least one", k.Lifetime)
	case k.MaxLifetime < k.Lifetime:
		complain("MaxLifetime is %v, less than the lifetime of %v", k.MaxLifetime, k.Lifetime)
	}
	return mistakes
}

func isName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 64
}
