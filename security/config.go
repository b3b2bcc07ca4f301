package security

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

const (
	defaultLeeway     = 30 * time.Second
	maxLeeway         = 120 * time.Second
	defaultTokenBytes = 8 << 10
	maxTokenBytes     = 64 << 10
)

// NoLeeway as [VerifierConfig.Leeway] lets clocks differ by nothing.
const NoLeeway time.Duration = -1

// A VerifierConfig says which tokens a [Verifier] accepts. Nothing that is left out
// makes it accept more: what is needed and missing is an error of [NewVerifier].
//
// Use one verifier for each kind of token, each with its own key, audience or
// type, so that a token for one purpose is none for another. A config prints
// without its keys.
type VerifierConfig struct {
	// Algorithms are the only ones accepted (RFC 8725 §3.1): HS256, HS384, HS512,
	// RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519.
	// Required. HMAC and public keys do not go together in one verifier.
	Algorithms []string

	// Key is the one key that tokens are signed with, for tokens with or without a
	// kid: []byte, *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey. An HMAC
	// secret is as long as its hash at least, and random. One of Key, Keys and Source
	// is required.
	Key any

	// Keys are several keys, each known to tokens by its ID: for rotation.
	Keys *KeySet

	// Source gives keys that change while the program runs, such as those that an
	// authorization server publishes; not for HMAC.
	Source KeySource

	// Issuer is what the claim iss must be, character for character. Required, unless
	// AnyIssuer is set.
	Issuer string

	// AnyIssuer accepts tokens of every issuer that has the key, and tokens without
	// iss. It is for an API that issues all tokens of its key itself.
	AnyIssuer bool

	// Audience are the names of this API; the claim aud must hold one of them.
	// Required, unless AnyAudience is set.
	Audience []string

	// AnyAudience accepts tokens meant for anybody, and tokens without aud. It is for
	// an API that is the only one to accept tokens of its key.
	AnyAudience bool

	// Types are the accepted values of the header typ (RFC 8725 §3.11), compared
	// without regard to case and to "application/" in front; "" stands for tokens
	// without typ. Nil means "JWT", "at+jwt" (RFC 9068) and "".
	Types []string

	// Leeway is how far clocks may differ. 0 means 30 s, [NoLeeway] none; more than
	// 120 s is an error.
	Leeway time.Duration

	// MaxAge, when set, is how long after its iat a token is accepted at most.
	MaxAge time.Duration

	// MaxLifetime, when set, is how long after its iat a token may expire at most,
	// whatever its issuer thinks.
	MaxLifetime time.Duration

	// DangerouslyAllowNoExpiry accepts tokens without exp. They can never be got rid
	// of, short of a change of keys.
	DangerouslyAllowNoExpiry bool

	// MaxTokenBytes is the longest token that is looked at. 0 means 8 KiB, the most
	// that can be asked for is 64 KiB.
	MaxTokenBytes int

	// Realm is that of the challenges in refusals; empty means [DefaultRealm].
	Realm string

	// ResourceMetadata is the URL that challenges name as the description of this API
	// for clients (RFC 9728 §5.1); empty: none.
	ResourceMetadata string

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

// String names what is accepted.
func (c VerifierConfig) String() string {
	return fmt.Sprintf("tokens of issuer %q for %q signed with %s", c.Issuer, c.Audience, strings.Join(c.Algorithms, ", "))
}

// Format writes what String returns for every verb.
func (c VerifierConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what String returns.
func (c VerifierConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// mistake is a sentence of the voice that configuration errors have.
func mistake(format string, args ...any) error {
	return fmt.Errorf("VerifierConfig."+format, args...)
}

// check returns everything that is wrong, besides the keys.
func (c VerifierConfig) check() []error {
	return slices.Concat(c.checkAlgorithms(), c.checkParties(), c.checkTimes(), c.checkForm())
}

func (c VerifierConfig) checkAlgorithms() []error {
	if len(c.Algorithms) == 0 {
		return []error{mistake("Algorithms is empty; name those that the issuer signs with, such as \"RS256\"")}
	}
	var mistakes []error
	secret, public := false, false
	for i, name := range c.Algorithms {
		a, ok := algorithmOf(name)
		switch {
		case !ok:
			mistakes = append(mistakes, mistake("Algorithms: %q is not one of %s", name, algorithmNames()))
		case slices.Contains(c.Algorithms[:i], name):
			mistakes = append(mistakes, mistake("Algorithms: %q is listed twice", name))
		default:
			secret = secret || a.family == familyHMAC
			public = public || a.family != familyHMAC
		}
	}
	if secret && public {
		mistakes = append(mistakes, mistake("Algorithms mixes HMAC with signatures, so that a public key might be taken for a secret (RFC 8725 §2.1); make a verifier for each"))
	}
	return mistakes
}

func (c VerifierConfig) checkParties() []error {
	var mistakes []error
	switch {
	case c.Issuer == "" && !c.AnyIssuer:
		mistakes = append(mistakes, mistake("Issuer is empty; name the issuer, or set AnyIssuer if whoever has the key is trusted"))
	case c.Issuer != "" && c.AnyIssuer:
		mistakes = append(mistakes, mistake("Issuer and AnyIssuer contradict each other; keep one of them"))
	}
	switch {
	case len(c.Audience) == 0 && !c.AnyAudience:
		mistakes = append(mistakes, mistake("Audience is empty; name this API as its tokens do, or set AnyAudience if no other API accepts them"))
	case len(c.Audience) > 0 && c.AnyAudience:
		mistakes = append(mistakes, mistake("Audience and AnyAudience contradict each other; keep one of them"))
	case slices.Contains(c.Audience, ""):
		mistakes = append(mistakes, mistake("Audience holds an empty name; leave it out"))
	}
	return mistakes
}

func (c VerifierConfig) checkTimes() []error {
	var mistakes []error
	if !isLeeway(c.Leeway) {
		mistakes = append(mistakes, mistake("Leeway is %v; want 0 to %v, or NoLeeway", c.Leeway, maxLeeway))
	}
	if c.MaxAge < 0 {
		mistakes = append(mistakes, mistake("MaxAge is %v; want a positive duration, or 0 for no limit", c.MaxAge))
	}
	if c.MaxLifetime < 0 {
		mistakes = append(mistakes, mistake("MaxLifetime is %v; want a positive duration, or 0 for no limit", c.MaxLifetime))
	}
	if c.MaxLifetime > 0 && c.DangerouslyAllowNoExpiry {
		mistakes = append(mistakes, mistake("MaxLifetime and DangerouslyAllowNoExpiry contradict each other; keep one of them"))
	}
	return mistakes
}

func (c VerifierConfig) checkForm() []error {
	var mistakes []error
	if c.Types != nil && len(c.Types) == 0 {
		mistakes = append(mistakes, mistake("Types is empty, so that no token would do; leave it nil for the default"))
	}
	if c.MaxTokenBytes < 0 || c.MaxTokenBytes > maxTokenBytes {
		mistakes = append(mistakes, mistake("MaxTokenBytes is %d; want 0 to %d", c.MaxTokenBytes, maxTokenBytes))
	}
	return mistakes
}

// keySet returns the keys that Key or Keys holds, nil for those of Source.
func (c VerifierConfig) keySet() (*KeySet, error) {
	given := 0
	for _, isGiven := range []bool{c.Key != nil, c.Keys != nil, c.Source != nil} {
		if isGiven {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, mistake("Key is nil; give the key that tokens are signed with, or several as Keys, or where they are published as Source")
	case given > 1:
		return nil, mistake("Key, Keys and Source exclude each other; put the keys that do not change into Keys")
	case c.Key == nil:
		return c.Keys, nil
	}
	k := Key{Material: c.Key}
	fit, err := k.admit()
	if err != nil {
		return nil, mistake("Key: %w", err)
	}
	return &KeySet{[]admitted{{k.owned(), fit}}}, nil
}

// checkSource refuses to take secrets from a place where keys are published.
func (c VerifierConfig) checkSource() []error {
	for _, name := range c.Algorithms {
		if a, ok := algorithmOf(name); ok && a.family == familyHMAC {
			return []error{mistake("Algorithms holds %s, and Source gives public keys; keep to the likes of RS256, ES256 and EdDSA", name)}
		}
	}
	return nil
}

// checkKeys returns what is wrong between keys and algorithms: every key must be
// of use, and every algorithm have a key, or the config does not mean what it says.
func (c VerifierConfig) checkKeys(set *KeySet) []error {
	var mistakes []error
	for i, k := range set.keys {
		if secret, ok := k.Material.([]byte); ok && isWellKnown(secret) {
			mistakes = append(mistakes, mistake("Key %d (ID %.40q) is a secret that everybody knows or can guess; make one of random octets, as with: openssl rand -hex 32", i+1, k.ID))
		}
		if !slices.ContainsFunc(c.Algorithms, k.fits) {
			mistakes = append(mistakes, mistake("Algorithms: none of %s goes with key %d (ID %.40q, %s)", strings.Join(c.Algorithms, ", "), i+1, k.ID, k.kind()))
		}
	}
	for _, name := range c.Algorithms {
		a, ok := algorithmOf(name)
		if !ok || slices.ContainsFunc(set.keys, func(k admitted) bool { return k.fits(name) }) {
			continue
		}
		mistakes = append(mistakes, mistake("Algorithms: there is no key for %s%s", name, set.whyNot(a)))
	}
	return mistakes
}

// whyNot says what keeps the first key from being used with a.
func (s *KeySet) whyNot(a algorithm) string {
	if len(s.keys) == 0 {
		return "; the set is empty"
	}
	if err := s.keys[0].checkAlgorithm(a); err != nil {
		return ": " + err.Error()
	}
	return ": the key is restricted to " + s.keys[0].Algorithm
}
