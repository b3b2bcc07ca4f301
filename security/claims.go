package security

import (
	"errors"
	"math"
	"strconv"
	"time"
)

const (
	errClaimType     tokenFault = "a registered claim has the wrong type or no sensible value (RFC 7519 §4.1)"
	errNoExpiry      tokenFault = "the token has no exp"
	errExpired       tokenFault = "the token has expired"
	errNotYet        tokenFault = "the token is not valid yet: nbf"
	errIssuedLater   tokenFault = "the token was issued in the future: iat"
	errNoIssueTime   tokenFault = "the token has no iat, which MaxAge and MaxLifetime need"
	errTooOld        tokenFault = "the token is older than MaxAge"
	errTooLong       tokenFault = "the token lives longer than MaxLifetime"
	errIssuer        tokenFault = "the issuer is not the one that is trusted"
	errAudience      tokenFault = "the token is meant for another audience"
	errClaims        tokenFault = "the claims do not fit their Go type"
	errClaimsInvalid tokenFault = "the claims' own Validate method refuses them"
)

// registered are the claims of RFC 7519 §4.1, as far as they are checked here.
// The texts belong to the buffer that the payload is in.
type registered struct {
	issuer, audience   []byte // issuer: text; audience: JSON; nil: absent
	expires, notBefore date
	issued             date
	members            members
}

// date is a NumericDate, in seconds and nanoseconds.
type date struct {
	set     bool
	seconds int64
	nanos   int64
}

func (d date) time() time.Time { return time.Unix(d.seconds, d.nanos) }

// read fills r from a payload. It checks the form of everything and the types of
// the registered claims, and judges nothing yet.
func (r *registered) read(payload []byte) error {
	m := r.members
	*r = registered{members: m}
	for r.members.open(payload); r.members.next(); {
		if err := r.set(r.members.name, r.members.value); err != nil {
			return err
		}
	}
	return r.members.err
}

func (r *registered) set(name, value []byte) error {
	switch string(name) {
	case "exp":
		return setDate(&r.expires, value)
	case "nbf":
		return setDate(&r.notBefore, value)
	case "iat":
		return setDate(&r.issued, value)
	case "iss":
		text, ok := quoted(value)
		r.issuer = text
		return orClaimType(ok)
	case "sub", "jti":
		return orClaimType(value[0] == '"')
	case "aud":
		r.audience = value
		return orClaimType(value[0] == '"' || eachText(value, func([]byte) {}))
	}
	return checkCase(name, "iss", "sub", "aud", "exp", "nbf", "iat", "jti")
}

func orClaimType(ok bool) error {
	if !ok {
		return errClaimType
	}
	return nil
}

func setDate(d *date, value []byte) error {
	seconds, nanos, ok := numericDate(value)
	*d = date{true, seconds, nanos}
	return orClaimType(ok)
}

// lastSecond is the end of the year 9999. Dates after it are mistakes, and would
// overflow sooner or later.
const lastSecond = 253402300799

// numericDate reads a checked JSON value as a NumericDate of RFC 7519 §2: a number
// of seconds since 1970, with or without a fraction.
func numericDate(value []byte) (seconds, nanos int64, ok bool) {
	if len(value) <= 12 {
		if n, whole := integer(value); whole {
			return n, 0, n <= lastSecond
		}
	}
	if !isDigit(value[0]) || len(value) > 40 {
		return 0, 0, false
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f > lastSecond {
		return 0, 0, false
	}
	whole, fraction := math.Modf(f)
	return int64(whole), int64(fraction * 1e9), true
}

// integer reads at most 12 digits.
func integer(digits []byte) (n int64, ok bool) {
	for _, c := range digits {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// judge checks the claims of a token whose signature is good.
func (r *registered) judge(v *Verifier) error {
	if err := r.judgeParties(v); err != nil {
		return err
	}
	return r.judgeTimes(v, v.clock())
}

func (r *registered) judgeParties(v *Verifier) error {
	if v.issuer != "" && (r.issuer == nil || string(r.issuer) != v.issuer) {
		return errIssuer
	}
	if len(v.audience) > 0 && !r.isFor(v.audience) {
		return errAudience
	}
	return nil
}

// isFor reports whether one of the audience's names is among ours (RFC 7519
// §4.1.3).
func (r *registered) isFor(ours []string) bool {
	if r.audience == nil {
		return false
	}
	if text, ok := quoted(r.audience); ok {
		return isOneOf(text, ours)
	}
	found := false
	eachText(r.audience, func(text []byte) { found = found || isOneOf(text, ours) })
	return found
}

func isOneOf(text []byte, names []string) bool {
	for _, name := range names { //nolint:modernize // slices.Contains would need the text as a string, and so a copy
		if string(text) == name {
			return true
		}
	}
	return false
}

func (r *registered) judgeTimes(v *Verifier, now time.Time) error {
	switch {
	case !r.expires.set && !v.eternal:
		return errNoExpiry
	case r.expires.set && !now.Before(r.expires.time().Add(v.leeway)): // §4.1.4: on or after
		return errExpired
	case r.notBefore.set && now.Add(v.leeway).Before(r.notBefore.time()):
		return errNotYet
	case r.issued.set && now.Add(v.leeway).Before(r.issued.time()):
		return errIssuedLater
	}
	return r.judgeAge(v, now)
}

func (r *registered) judgeAge(v *Verifier, now time.Time) error {
	switch {
	case v.maxAge == 0 && v.maxLifetime == 0:
		return nil
	case !r.issued.set:
		return errNoIssueTime
	case v.maxAge > 0 && !now.Before(r.issued.time().Add(v.maxAge).Add(v.leeway)):
		return errTooOld
	case v.maxLifetime > 0 && (!r.expires.set || r.expires.time().After(r.issued.time().Add(v.maxLifetime))):
		return errTooLong
	}
	return nil
}

// faultOf returns what the reason means for the client.
func faultOf(reason error) Fault {
	if errors.Is(reason, errExpired) || errors.Is(reason, errTooOld) {
		return ErrExpiredToken
	}
	return ErrInvalidToken
}
