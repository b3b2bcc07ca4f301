package totp

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxLabel is the length of an issuer and of an account's name, in bytes.
const maxLabel = 64

// An Enrolment is what an authenticator is set up with. Its URI and its picture
// hold the secret; an answer that shows them must not be cached. It prints
// without the secret.
type Enrolment struct {
	// Secret is to be stored with the account, as pending until [Verifier.Verify]
	// accepts a first code for it. That code is used then, and no login.
	Secret Secret

	// Issuer and Account are what the authenticator shows.
	Issuer, Account string

	algorithm Algorithm
	digits    int
	period    time.Duration
}

// Enrol begins to set up an authenticator: it makes a new secret. The account's
// name is what its owner will see, such as an e-mail address; the error is about
// that name, which has up to 64 bytes and neither a colon, which would let it
// pose as another issuer, nor control characters.
func (v *Verifier) Enrol(account string) (*Enrolment, error) {
	if err := checkLabel(account); err != nil {
		return nil, fmt.Errorf("totp: Enrol: the name of the account %w", err)
	}
	return &Enrolment{NewSecret(), v.issuer, account, v.algorithm, v.digits, v.period}, nil
}

// URI is the address that authenticators open: otpauth://totp/…. It holds the
// secret.
func (e *Enrolment) URI() string {
	return "otpauth://totp/" + escape(e.Issuer) + ":" + escape(e.Account) +
		"?secret=" + string(e.Secret) +
		"&issuer=" + escape(e.Issuer) +
		"&algorithm=" + string(e.algorithm) +
		"&digits=" + strconv.Itoa(e.digits) +
		"&period=" + strconv.FormatInt(int64(e.period/time.Second), 10)
}

// escape leaves nothing that could end a part of the URI. Authenticators take a
// plus sign for itself, so that a space is %20 everywhere.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// checkLabel tells what keeps a text from being shown in an authenticator.
func checkLabel(s string) error {
	switch {
	case s == "":
		return errors.New("is empty")
	case len(s) > maxLabel:
		return fmt.Errorf("has %d bytes, more than %d", len(s), maxLabel)
	case strings.Contains(s, ":"):
		return errors.New("holds a colon, which separates issuer and account")
	case strings.TrimSpace(s) != s:
		return errors.New("has space around it")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errors.New("holds characters that cannot be shown")
	}
	return nil
}
