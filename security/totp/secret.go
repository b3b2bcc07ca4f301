package totp

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/mortise-go/mortise/internal/ascii"
)

const redacted = "[redacted]"

// Lengths of a secret, in bytes.
const (
	newSecret = 20 // RFC 4226 section 4, R6
	minSecret = 10 // what some services of the first days gave out
	maxSecret = 128
)

// A Secret is what an account shares with its authenticator, in Base32 without
// padding. The empty one means that nothing is shared, and no code is right for
// it.
//
// It prints as "[redacted]", with every verb of fmt, in slog and as text or JSON.
// The conversion string(secret) gives the secret itself; store that, encrypted
// where the store may be read by others.
type Secret string

// NewSecret returns a random secret of 20 bytes.
func NewSecret() Secret {
	b := make([]byte, newSecret)
	_, _ = rand.Read(b) // never fails
	return Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// ParseSecret reads a secret that comes from elsewhere: Base32 in either case,
// with or without padding, for 10 to 128 bytes. The error holds no part of it.
func ParseSecret(text string) (Secret, error) {
	s := Secret(ascii.Upper(strings.TrimRight(text, "=")))
	if err := s.check(); err != nil {
		return "", fmt.Errorf("totp: the secret %w", err)
	}
	return s, nil
}

// check tells whether s is a secret in its one spelling.
func (s Secret) check() error {
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	b, err := encoding.DecodeString(string(s))
	switch {
	case s == "":
		return errors.New("is empty")
	case err != nil || encoding.EncodeToString(b) != string(s):
		return errors.New("is not Base32")
	case len(b) < minSecret || len(b) > maxSecret:
		return fmt.Errorf("has %d bytes; want %d to %d", len(b), minSecret, maxSecret)
	}
	return nil
}

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
