package security

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"
)

const (
	maxAuthorization = 16 << 10 // octets of an Authorization field
	maxBasic         = 4 << 10  // octets of its Base64 text, for Basic
	maxKey           = 4 << 10  // octets of an API key
)

// ReadBearer returns the token of the Authorization field (RFC 6750 §2.1), with
// its scheme removed and nothing else changed. The error is a [Fault]:
//
//   - [ErrMissingCredentials] without the field;
//   - [ErrOtherScheme] for another scheme, such as Basic;
//   - [ErrMultipleCredentials] for two fields, even equal ones;
//   - [ErrMalformedCredentials] for a field that is empty, that holds no token or
//     anything besides it, or that is longer than 16 KiB.
//
// The scheme is compared without regard to case. ReadBearer does not allocate.
func ReadBearer(h http.Header) (BearerToken, error) {
	token, err := readAuthorization(h, "Bearer")
	return BearerToken(token), err
}

// ReadDPoP returns the token of the Authorization field and the proof beside it (RFC
// 9449 §7.1). The error is a [Fault] as in [ReadBearer]; it says nothing about the
// proof.
func ReadDPoP(h http.Header) (DPoPCredentials, error) {
	token, err := readAuthorization(h, "DPoP")
	if err != nil {
		return DPoPCredentials{}, err
	}
	c := DPoPCredentials{Token: BearerToken(token)}
	if fields := h["Dpop"]; len(fields) == 1 {
		c.Proof = fields[0]
	}
	return c, nil
}

// readAuthorization returns the token68 (RFC 9110 §11.2) that follows the scheme
// in the one Authorization field.
func readAuthorization(h http.Header, scheme string) (string, error) {
	fields := h["Authorization"]
	switch {
	case len(fields) == 0:
		return "", ErrMissingCredentials
	case len(fields) > 1: // RFC 9110 §5.3: only lists may come in several lines
		return "", ErrMultipleCredentials
	case len(fields[0]) > maxAuthorization:
		return "", ErrMalformedCredentials
	}
	field := fields[0]
	end := tokenPrefix(field)
	if end == 0 || end < len(field) && field[end] != ' ' {
		return "", ErrMalformedCredentials
	}
	if !strings.EqualFold(field[:end], scheme) {
		return "", ErrOtherScheme
	}
	token := strings.TrimLeft(field[end:], " ") // RFC 9110 §11.4: 1*SP
	if !isToken68(token) {
		return "", ErrMalformedCredentials
	}
	return token, nil
}

// isToken68 reports whether s is a b64token of RFC 6750 §2.1, which is the token68
// of RFC 9110 §11.2.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	for i := range len(body) {
		if !token68[body[i]] {
			return false
		}
	}
	return body != ""
}

// A BasicReader reads the user and password of the Authorization field (RFC 7617).
// The zero value refuses an empty user and an empty password. It is safe for
// concurrent use.
type BasicReader struct {
	AllowEmptyUser     bool // leaves an empty user to the verifier
	AllowEmptyPassword bool // leaves an empty password to the verifier
}

// ReadBasic is BasicReader{}.Read.
func ReadBasic(h http.Header) (BasicCredentials, error) { return BasicReader{}.Read(h) }

// Read returns the user, which ends at the first colon, and the password. The
// error is a [Fault] as in [ReadBearer]. Malformed is also what is longer than
// 4 KiB, is not the one Base64 text of its octets, is not UTF-8, holds a control
// character or no colon.
func (b BasicReader) Read(h http.Header) (BasicCredentials, error) {
	text, err := readAuthorization(h, "Basic")
	if err != nil {
		return BasicCredentials{}, err
	}
	if len(text) > maxBasic {
		return BasicCredentials{}, ErrMalformedCredentials
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !utf8.Valid(plain) {
		return BasicCredentials{}, ErrMalformedCredentials
	}
	user, password, found := strings.Cut(string(plain), ":")
	if !found || hasControl(user) || hasControl(password) ||
		user == "" && !b.AllowEmptyUser || password == "" && !b.AllowEmptyPassword {
		return BasicCredentials{}, ErrMalformedCredentials
	}
	return BasicCredentials{user, password}, nil
}

// hasControl reports whether s holds a control character, which RFC 7617 §2 does
// not allow.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
