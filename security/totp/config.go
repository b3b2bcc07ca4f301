package totp

import (
	"errors"
	"fmt"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/security"
)

// An Algorithm is the hash that codes are made with.
type Algorithm string

// The algorithms of RFC 6238 section 1.2. Most authenticators know only SHA1,
// which is as good as the others for this purpose.
const (
	SHA1   Algorithm = "SHA1"
	SHA256 Algorithm = "SHA256"
	SHA512 Algorithm = "SHA512"
)

const (
	defaultDigits = 6
	defaultPeriod = 30 * time.Second
	defaultTries  = 5
	defaultWindow = 15 * time.Minute
)

// A Config says how codes are made and how many may be tried. What is left out
// is what authenticators expect; only Issuer and Store are required.
//
// Digits, Period and Algorithm are part of what authenticators are told when they
// are set up. To change them is to set up all accounts again.
type Config struct {
	// Issuer is the name of this service in authenticators, such as "Example Blog".
	// Required; up to 64 bytes without a colon and control characters.
	Issuer string

	// Store remembers codes that were used and tries that failed. Required;
	// [MemoryStore] is one for a single process.
	Store Store

	// Recovery keeps recovery codes. Nil means that there are none.
	Recovery RecoveryStore

	// Digits is the length of a code: 6, 7 or 8. 0 means 6.
	Digits int

	// Period is how long a code is current, 15 s to 60 s in whole seconds. 0 means
	// 30 s.
	Period time.Duration

	// Algorithm is the hash; empty means [SHA1].
	Algorithm Algorithm

	// NoSkew accepts the current code only. Without it the one before and the one
	// after are accepted too, as RFC 6238 section 5.2 recommends, because clocks
	// differ and people are slow.
	NoSkew bool

	// Tries is how many wrong codes an account may try within Window; then it has
	// to wait. 0 means 5; the most is 20.
	Tries int

	// Window is the time over which tries are counted, one minute to a day. 0 means
	// 15 min.
	Window time.Duration

	// StoreTimeout is how long the stores may take. 0 means 250 ms.
	StoreTimeout time.Duration

	// Realm is that of the challenges; empty means [security.DefaultRealm].
	Realm string

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

func (c Config) withDefaults() Config {
	c.Digits = or(c.Digits, defaultDigits)
	c.Period = or(c.Period, defaultPeriod)
	c.Algorithm = or(c.Algorithm, SHA1)
	c.Tries = or(c.Tries, defaultTries)
	c.Window = or(c.Window, defaultWindow)
	c.StoreTimeout = or(c.StoreTimeout, deadline.Limit)
	c.Realm = or(c.Realm, security.DefaultRealm)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// check returns everything that is wrong with a config without zero values.
func (c Config) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("totp: Config."+format, args...))
	}
	if err := checkLabel(c.Issuer); err != nil {
		wrong("Issuer %w; give the name of the service, such as \"Example Blog\"", err)
	}
	if c.Store == nil {
		wrong("Store is nil; without it a code could be used twice and guessed at leisure; give a *MemoryStore, or one of your own")
	}
	if c.Digits < 6 || c.Digits > 8 {
		wrong("Digits is %d; want 6, 7 or 8", c.Digits)
	}
	if c.Period < 15*time.Second || c.Period > time.Minute || c.Period%time.Second != 0 {
		wrong("Period is %v; want whole seconds from 15s to 1m0s", c.Period)
	}
	if c.Algorithm != SHA1 && c.Algorithm != SHA256 && c.Algorithm != SHA512 {
		wrong("Algorithm is %q; want SHA1, SHA256 or SHA512", string(c.Algorithm))
	}
	if c.Tries < 1 || c.Tries > 20 {
		wrong("Tries is %d; want 1 to 20", c.Tries)
	}
	if c.Window < time.Minute || c.Window > 24*time.Hour {
		wrong("Window is %v; want 1m0s to 24h0m0s", c.Window)
	}
	if c.StoreTimeout < 0 {
		wrong("StoreTimeout is %v; want a positive duration, or 0 for %v", c.StoreTimeout, deadline.Limit)
	}
	return errors.Join(mistakes...)
}
