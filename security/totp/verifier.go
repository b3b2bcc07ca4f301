package totp

import (
	"context"
	"errors"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/security"
)

// An Account is whoever uses a second factor.
type Account struct {
	// ID names the account to the stores. It does not change, and nobody else ever
	// gets it: a row number rather than a user name.
	ID string

	// Secret is what the account shares with its authenticator; empty while it has
	// none.
	Secret Secret
}

// A Verifier verifies the codes of authenticators (RFC 6238). It is safe for
// concurrent use.
type Verifier struct {
	issuer    string
	store     Store
	recovery  RecoveryStore
	digits    int
	period    time.Duration
	algorithm Algorithm
	noSkew    bool
	tries     int
	window    time.Duration
	gate      deadline.Gate
	challenge string
	clock     func() time.Time
}

// New returns a verifier, or everything that is wrong with the config.
func New(c Config) (*Verifier, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Verifier{
		issuer: c.Issuer, store: c.Store, recovery: c.Recovery,
		digits: c.Digits, period: c.Period, algorithm: c.Algorithm, noSkew: c.NoSkew,
		tries: c.Tries, window: c.Window, gate: deadline.GateFor[*MemoryStore](c.StoreTimeout, c.Store, c.Recovery),
		challenge: stepUp(c.Realm), clock: c.Clock,
	}, nil
}

var errNoID = errors.New("totp: the account has no ID, so that it would share its tries with others")

// Verify returns nil if the code is right for the account now and was not used
// before; from then on it is used. Otherwise the error is:
//
//	ErrNotEnrolled    403   the account has no secret; the code is not looked at
//	ErrCodeRequired   401   the code is empty
//	ErrInvalidCode    401   the code is wrong, malformed, too old, too new, or used
//	ErrTooManyTries   429   there were too many wrong ones
//
// or a 503 while the store fails. A secret that cannot be read, or an account
// without an ID, is the program's own mistake: 500.
//
// A malformed code costs no try. A right one, sent twice, does: it may have been
// overheard.
func (v *Verifier) Verify(ctx context.Context, a Account, code string) error {
	err := v.verify(ctx, a, code)
	if code != "" { // to ask for a code is no event
		report(ctx, security.EventSecondFactor, a.ID, err)
	}
	return err
}

func (v *Verifier) verify(ctx context.Context, a Account, code string) error {
	switch {
	case a.ID == "":
		return errNoID
	case a.Secret == "":
		return notEnrolled
	case code == "":
		return v.challenged(required)
	case !v.wellFormed(code):
		return v.challenged(invalid)
	}
	if err := v.try(ctx, a.ID); err != nil {
		return err
	}
	step, found, err := v.match(a.Secret, code, v.clock())
	switch {
	case err != nil:
		return err
	case !found:
		return v.challenged(invalid)
	}
	return v.use(ctx, a.ID, step)
}

// try counts a try before anything is compared, so that parallel ones count.
func (v *Verifier) try(ctx context.Context, account string) error {
	wait, err := ask(ctx, v.gate, func(ctx context.Context) (time.Duration, error) {
		return v.store.Try(ctx, account, v.tries, v.window)
	})
	switch {
	case err != nil:
		return err
	case wait > 0:
		return v.wait(wait)
	}
	return nil
}

var errUsed = errors.New("totp: the code was used before")

// use makes sure that a code is used once (RFC 6238 section 5.2). When a step
// can no longer match, nobody needs to know that it was used.
func (v *Verifier) use(ctx context.Context, account string, step int64) error {
	keep := time.Duration(2*v.skew()+2) * v.period
	fresh, err := ask(ctx, v.gate, func(ctx context.Context) (bool, error) {
		return v.store.Use(ctx, account, step, keep)
	})
	switch {
	case err != nil:
		return err
	case !fresh:
		return v.challenged(invalid).Because(errUsed)
	}
	return nil
}
