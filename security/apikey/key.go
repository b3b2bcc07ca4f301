package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/mortise-go/mortise/security"
)

const (
	idLength     = 8  // of base32: 40 bits, to find a row by
	secretLength = 26 // of base32: 130 bits
	base32       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// A Key is a new key. Its text is for its owner alone; ID and Digest are what to
// store. It prints without the text.
type Key struct {
	// Text is the whole key: prefix_ID_secret.
	Text string
	// ID finds the key's row. Two keys have the same one by an accident of one in a
	// trillion; a unique column finds that out when the row is added.
	ID string
	// Digest recognises the key.
	Digest Digest
}

// New makes a key. The prefix says what it is a key of, and perhaps for which
// environment, as in blog_test; it is made of ASCII letters, digits and
// underscores. New panics if it is not.
func New(prefix string) Key {
	if !isPrefix(prefix) {
		panic(fmt.Sprintf("apikey: the prefix %q is not made of letters, digits and underscores", prefix))
	}
	id, secret := rand.Text()[:idLength], rand.Text()[:secretLength]
	text := prefix + "_" + id + "_" + secret
	return Key{Text: text, ID: id, Digest: DigestOf(security.APIKey(text))}
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func isPrefix(text string) bool { return text != "" && strings.Trim(text, alphanumeric+"_") == "" }

// String returns the ID.
func (k Key) String() string { return "key " + k.ID }

// Format writes what String returns for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// ID returns the part of a key that finds its row. The error is a 401 for a text
// that [New] cannot have made.
func ID(sent security.APIKey) (string, error) {
	rest, secret := cutLast(string(sent))
	prefix, id := cutLast(rest)
	if !isPrefix(prefix) || len(id) != idLength || len(secret) != secretLength || strings.Trim(id+secret, base32) != "" {
		return "", security.InvalidAPIKey().Because(errForm)
	}
	return id, nil
}

var (
	errForm  = errors.New("the API key does not have the form of one")
	errWrong = errors.New("the API key does not match the digest")
)

func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '_')
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// A Digest recognises a key without knowing it. The zero Digest recognises none.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a key: SHA-256 of its text.
func DigestOf(sent security.APIKey) Digest { return sha256.Sum256([]byte(sent)) }

// Verify returns nil if the digest is that of the key, else a 401. Its time does
// not depend on where they differ. Call it with the zero Digest where there is no
// row, so that the answer is the same.
func (d Digest) Verify(sent security.APIKey) error {
	got := DigestOf(sent)
	if subtle.ConstantTimeCompare(got[:], d[:]) != 1 {
		return security.InvalidAPIKey().Because(errWrong)
	}
	return nil
}

// String returns the digest in 64 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns what String returns, for JSON and databases of text.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String wrote.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("apikey: a digest has %d hexadecimal digits, not %d", hex.EncodedLen(len(d)), len(text))
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return errors.New("apikey: a digest is made of hexadecimal digits")
	}
	return nil
}
