package middleware

import (
	"net/url"
	"strings"
)

const (
	redacted    = "REDACTED"
	targetLimit = 1024
)

// secrets are the names of parameters whose values are not for the log.
type secrets struct {
	within []string // in any part of a name
	whole  map[string]struct{}
}

func newSecrets(more []string) secrets {
	s := secrets{
		within: []string{
			"token", "secret", "password", "passwd", "passphrase", "passcode", "apikey", "accesskey", "privatekey", "signature", "credential",
			"assertion", "session", "jwt", "otp", "mfa", "authcode", "authorizationcode", "verificationcode", "recoverycode", "backupcode",
			"devicecode", "usercode", "codeverifier",
		},
		whole: map[string]struct{}{},
	}
	for _, name := range []string{"key", "code", "sig", "auth", "authorization", "pin", "sid", "pwd", "pass", "state", "nonce", "samlresponse"} {
		s.whole[name] = struct{}{}
	}
	for _, name := range more {
		s.whole[bare(name)] = struct{}{}
	}
	return s
}

// target is the path and the query as the log shows them.
func (s secrets) target(u *url.URL) string {
	path := u.EscapedPath()
	if u.RawQuery == "" {
		return printable(path, targetLimit)
	}
	return printable(path+"?"+s.query(u.RawQuery), targetLimit)
}

// query replaces the values of secrets. It reads a query as generously as
// anybody might: a semicolon separates too, and a name that cannot be decoded
// is a secret's.
func (s secrets) query(raw string) string {
	raw = raw[:min(len(raw), 4*targetLimit)]
	if !strings.Contains(raw, "=") {
		return raw
	}
	var b strings.Builder
	for raw != "" && b.Len() <= targetLimit {
		end := strings.IndexAny(raw, "&;") + 1
		if end == 0 {
			end = len(raw)
		}
		pair := raw[:end]
		raw = raw[end:]
		name, value, found := strings.Cut(strings.TrimRight(pair, "&;"), "=")
		if !found || value == "" || !s.secret(name) && !s.nested(value) {
			b.WriteString(pair)
			continue
		}
		b.WriteString(name + "=" + redacted + pair[len(name)+1+len(value):])
	}
	return b.String()
}

func (s secrets) secret(name string) bool {
	decoded, err := url.QueryUnescape(name)
	if err != nil {
		return true
	}
	name = bare(decoded)
	for _, part := range s.within {
		if strings.Contains(name, part) {
			return true
		}
	}
	if _, found := s.whole[name]; found {
		return true
	}
	_, found := s.whole[strings.TrimRight(name, "0123456789")]
	return found
}

// layers is how often a value is decoded to see what is in it.
const layers = 4

// nested reports whether a value looks like a query with a secret in it, such as
// the address of another page, which may hold that of a third one. A value that
// cannot be decoded may be anything.
func (s secrets) nested(value string) bool {
	for layer := range layers {
		if s.tells(value) {
			return true
		}
		decoded, err := url.QueryUnescape(value)
		if err != nil {
			return layer == 0
		}
		if decoded == value {
			return false
		}
		value = decoded
	}
	return true
}

// tells reports whether a text has a secret for what it calls by name.
func (s secrets) tells(text string) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("?&;#", r) }) {
		if name, _, found := strings.Cut(part, "="); found && s.secret(name) {
			return true
		}
	}
	return false
}

// bare reduces a name to its letters and digits, in lower case: X-Amz-Signature
// and user[password] are told by these.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
}
