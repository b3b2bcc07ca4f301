package password

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mortise-go/mortise/problem"
)

// Lengths that the standards ask for, in characters.
const (
	// SingleFactor is the shortest password of an account that asks for nothing
	// else (NIST SP 800-63B-4 section 3.1.1.2).
	SingleFactor = 15

	// WithSecondFactor is the shortest password of an account that asks for a second
	// factor at every login.
	WithSecondFactor = 8
)

// leastMaxBytes is what must be allowed: 64 characters.
const leastMaxBytes = 64

// A PolicyConfig says which new passwords are good. There is no rule about
// capitals, digits and signs: such rules make passwords harder to remember and
// no harder to guess.
type PolicyConfig struct {
	// MinLength is in characters, that is, code points of Unicode. 0 means
	// [SingleFactor]; less than [WithSecondFactor] is an error.
	MinLength int

	// MaxLength is in bytes. 0 means [MaxBytes], which is the most; less than 64 is
	// an error.
	MaxLength int

	// Common reports passwords that many people use, beside the few that the package
	// knows; see [ReadList]. It is asked for the password in lower case and for
	// simpler forms of it. Nil means none.
	Common func(password string) bool

	// Words nobody may use in a password here, such as the name of the product.
	Words []string

	// Field is the member of the body that the password comes in, for the place of
	// the mistake in the answer. Empty means "password".
	Field string
}

// A Policy decides whether a new password is good enough. The zero value is the
// policy of the zero [PolicyConfig]. It is safe for concurrent use.
type Policy struct {
	minLength, maxLength int
	common               func(string) bool
	words                []string
	field                string
}

// NewPolicy returns a policy, or everything that is wrong with the config.
func NewPolicy(c PolicyConfig) (*Policy, error) {
	var mistakes []error
	if c.MinLength != 0 && c.MinLength < WithSecondFactor {
		mistakes = append(mistakes, fmt.Errorf("password: PolicyConfig.MinLength is %d; want %d at least, or 0 for %d", c.MinLength, WithSecondFactor, SingleFactor))
	}
	if c.MaxLength != 0 && (c.MaxLength < leastMaxBytes || c.MaxLength > MaxBytes) {
		mistakes = append(mistakes, fmt.Errorf("password: PolicyConfig.MaxLength is %d; want %d to %d, or 0 for %d", c.MaxLength, leastMaxBytes, MaxBytes, MaxBytes))
	}
	p := &Policy{c.MinLength, c.MaxLength, c.Common, words(c.Words), c.Field}
	if low, high := p.bounds(); low > high {
		mistakes = append(mistakes, fmt.Errorf("password: PolicyConfig.MinLength is %d and MaxLength %d, so that no password would do", low, high))
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return p, nil
}

func (p *Policy) bounds() (low, high int) {
	return or(p.minLength, SingleFactor), or(p.maxLength, MaxBytes)
}

// Check returns nil for a good password, and otherwise an error with everything
// that is wrong with it: the 422 of package problem, whose codes are too-short,
// too-long, common and personal. What is personal is what the password must not
// contain because others know it: the user name, the e-mail address.
//
// The password is never part of the error. Words of one or two characters are
// not looked for; of an e-mail address, the part before the @ is.
func (p *Policy) Check(password string, personal ...string) error {
	low, high := p.bounds()
	// What is too long is not looked at further.
	if len(password) > high {
		return p.refuse(tooLong(high))
	}
	var mistakes []problem.Invalid
	if utf8.RuneCountInString(password) < low {
		mistakes = append(mistakes, problem.Invalid{Code: "too-short", Detail: fmt.Sprintf("must have at least %d characters", low)})
	}
	folded := strings.ToLower(password)
	if p.guessable(folded) {
		mistakes = append(mistakes, problem.Invalid{Code: "common", Detail: "must not be a password that many people use"})
	}
	if containsAny(folded, p.words) || containsAny(folded, words(personal)) {
		mistakes = append(mistakes, problem.Invalid{Code: "personal", Detail: "must not contain your name or that of the service"})
	}
	if mistakes == nil {
		return nil
	}
	return p.refuse(mistakes...)
}

func tooLong(high int) problem.Invalid {
	return problem.Invalid{Code: "too-long", Detail: fmt.Sprintf("must have at most %d bytes", high)}
}

// weak is the answer to a password that cannot be taken.
func weak(mistakes ...problem.Invalid) error { return new(Policy).refuse(mistakes...) }

func (p *Policy) refuse(mistakes ...problem.Invalid) error {
	field := or(p.field, "password")
	for i := range mistakes {
		mistakes[i].Place, mistakes[i].Pointer = "body."+field, "/"+field
	}
	return problem.Unprocessable(mistakes...)
}

// words returns what to look for, in lower case.
func words(list []string) []string {
	const shortest = 3
	var found []string
	for _, w := range list {
		w = strings.TrimLeft(strings.ToLower(strings.TrimSpace(w)), "@")
		if local, _, isAddress := strings.Cut(w, "@"); isAddress {
			w = local
		}
		if utf8.RuneCountInString(w) >= shortest {
			found = append(found, w)
		}
	}
	return found
}

func containsAny(folded string, words []string) bool {
	for _, w := range words {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}
