package password

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// A Hasher makes and verifies hashes of passwords. It is safe for concurrent
// use, and one serves a whole program: its bounds are those of all who use it.
type Hasher struct {
	cost  cost
	decoy argonHash
	gate  *gate
}

// New returns a hasher, or everything that is wrong with the config.
func New(c Config) (*Hasher, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Hasher{cost: c.cost(), decoy: decoy(c.cost()), gate: newGate(c.Concurrency, c.Queue, c.MaxWait)}, nil
}

// Hash returns a hash of the password to be stored, an argon2id string of about
// a hundred characters. The password is taken as it is: spaces, letters in
// another case or another normal form of Unicode make it another one.
//
// The error is a 422 for a password that is empty or longer than [MaxBytes], and
// an [OverloadError] when there was no turn. Whether a password is a good one is
// asked of a [Policy].
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	switch {
	case password == "":
		return "", weak(problem.Invalid{Code: "too-short", Detail: "must not be empty"})
	case len(password) > MaxBytes:
		return "", weak(tooLong(MaxBytes))
	}
	if err := h.gate.enter(ctx); err != nil {
		return "", err
	}
	defer h.gate.leave()
	return newArgonHash(h.cost, password).String(), nil
}

// Verify compares a password with a stored hash, an argon2id or a bcrypt string.
// The error is nil if and only if it matches; then outdated tells whether [Hash]
// would make another kind of hash now, so that the password should be hashed
// again and stored while it is known.
//
// Give the empty string as the hash of a user who does not exist, instead of
// returning early: it costs what a wrong password costs, and the error is the
// same. It is [security.ErrInvalidCredentials], an answer of 401 that does not
// tell which of them was wrong, or an [OverloadError].
//
// A hash that cannot be read costs and answers the same, too; the error then
// also says what is wrong with it, for the log.
func (h *Hasher) Verify(ctx context.Context, password, encoded string) (outdated bool, err error) {
	outdated, err = h.verify(ctx, password, encoded)
	e := security.Event{Kind: security.EventPassword, Outcome: security.Succeeded}
	switch {
	case errors.Is(err, security.ErrInvalidCredentials):
		e.Outcome, e.Reason = security.Refused, problem.CodeInvalidCredentials
	case err != nil:
		e.Outcome, e.Reason = security.Failed, problem.CodeServiceUnavailable
	}
	security.Report(ctx, e)
	return outdated, err
}

func (h *Hasher) verify(ctx context.Context, password, encoded string) (outdated bool, err error) {
	// Nothing here looks at the hash yet, so a quick answer tells nothing of it.
	if password == "" || len(password) > MaxBytes {
		return false, security.ErrInvalidCredentials
	}
	if err := h.gate.enter(ctx); err != nil {
		return false, err
	}
	defer h.gate.leave()
	return h.compare(password, encoded)
}

func (h *Hasher) compare(password, encoded string) (outdated bool, err error) {
	stored, outdated, err := h.parse(encoded)
	if err != nil {
		_ = h.decoy.matches(password)
		if encoded == "" {
			return false, security.ErrInvalidCredentials
		}
		return false, errors.Join(security.ErrInvalidCredentials, fmt.Errorf("password: the stored hash cannot be read: %w", err))
	}
	if !stored.matches(password) {
		return false, security.ErrInvalidCredentials
	}
	return outdated, nil
}

// parse reads a hash of any kind.
func (h *Hasher) parse(encoded string) (stored interface{ matches(string) bool }, outdated bool, err error) {
	if strings.HasPrefix(encoded, "$2") {
		stored, err = parseBcrypt(encoded)
		return stored, true, err
	}
	argon, err := parseArgon(encoded)
	return argon, argon.differs(h.cost), err
}
