package totp

import (
	"crypto/subtle"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Code returns the code that an authenticator shows at a time, for tests and
// tools. The error is about the secret.
func (v *Verifier) Code(s Secret, at time.Time) (string, error) {
	return v.code(s, v.step(at))
}

// step is the number of the period that a time lies in (RFC 6238 section 4.2).
func (v *Verifier) step(at time.Time) int64 { return at.Unix() / int64(v.period/time.Second) }

func (v *Verifier) code(s Secret, step int64) (string, error) {
	if err := s.check(); err != nil {
		return "", errSecret{err}
	}
	return hotp.GenerateCodeCustom(string(s), uint64(max(step, 0)), hotp.ValidateOpts{
		Digits:    otp.Digits(v.digits),
		Algorithm: v.algorithm.otp(),
	})
}

func (a Algorithm) otp() otp.Algorithm {
	switch a {
	case SHA256:
		return otp.AlgorithmSHA256
	case SHA512:
		return otp.AlgorithmSHA512
	}
	return otp.AlgorithmSHA1
}

// errSecret is a stored secret that is none.
type errSecret struct{ error }

func (e errSecret) Error() string { return "totp: the stored secret " + e.error.Error() }

// match looks for the step that a code belongs to, always at all of them. Of
// two steps that have the same code the later one counts, so that it cannot be
// used again.
func (v *Verifier) match(s Secret, code string, now time.Time) (step int64, found bool, err error) {
	current, skew := v.step(now), v.skew()
	for i := current - skew; i <= current+skew; i++ {
		want, err := v.code(s, i)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, found = i, true
		}
	}
	return step, found, nil
}

func (v *Verifier) skew() int64 {
	if v.noSkew {
		return 0
	}
	return 1
}

// wellFormed reports whether a text is made of exactly as many ASCII digits as a
// code has. Nothing else is compared.
func (v *Verifier) wellFormed(code string) bool {
	if len(code) != v.digits {
		return false
	}
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
