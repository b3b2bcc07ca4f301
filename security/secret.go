package security

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what a secret looks like wherever it is printed.
const redacted = "[redacted]"

// A BearerToken is the token of an Authorization field, without its scheme. It
// prints as "[redacted]", with every verb of fmt, in slog and as text or JSON; the
// conversion string(token) gives the token itself.
type BearerToken string

// String returns "[redacted]".
func (BearerToken) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (BearerToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (BearerToken) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]": a token that a client sent is not for
// answers.
func (BearerToken) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// DPoPCredentials are a token that is bound to a key, and the proof that whoever
// sent it has the key (RFC 9449). They print as "[redacted]".
type DPoPCredentials struct {
	Token BearerToken
	// Proof is the DPoP field; empty if there is none, or more than one.
	Proof string
}

// String returns "[redacted]".
func (DPoPCredentials) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (DPoPCredentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (DPoPCredentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (DPoPCredentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// BasicCredentials are the user and password of an Authorization field. They
// print without the password.
type BasicCredentials struct {
	User, Password string
}

// String returns the user and "[redacted]".
func (b BasicCredentials) String() string { return fmt.Sprintf("%q:%s", b.User, redacted) }

// Format writes what String returns for every verb.
func (b BasicCredentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.String()) }

// LogValue returns the user without the password.
func (b BasicCredentials) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", b.User), slog.String("password", redacted))
}

// MarshalText returns what String returns.
func (b BasicCredentials) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// An APIKey is a key as it was sent. It prints as "[redacted]"; convert it to a
// string to look at it.
type APIKey string

// String returns "[redacted]".
func (APIKey) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (APIKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (APIKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (APIKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// A SessionID is what a session cookie holds, as it was sent. Whoever has it has
// the session: it prints as "[redacted]".
type SessionID string

// String returns "[redacted]".
func (SessionID) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (SessionID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (SessionID) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (SessionID) MarshalText() ([]byte, error) { return []byte(redacted), nil }
