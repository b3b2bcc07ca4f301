package reset

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

const (
	redacted   = "[redacted]"
	tokenBytes = 32
)

// A Token is what is sent. It prints as "[redacted]"; the conversion string(token)
// gives the token itself.
type Token string

// String returns "[redacted]".
func (Token) String() string { return redacted }

// Format writes "[redacted]" for every verb.
func (Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]": a token is for a mail, not for an answer.
func (Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func newToken() Token {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails
	return Token(base64.RawURLEncoding.EncodeToString(b))
}

// idOf returns the ID of a token, which depends on what it is for.
func (r *Resets) idOf(token string) (id ID, ok bool) {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(token); err != nil || len(b) != tokenBytes || len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return ID{}, false
	}
	return ID(journal.KeyOf("token", r.config.Purpose, token)), true
}

// A Message is what [Config.Send] sends. It prints without the token.
type Message struct {
	// Purpose is that of the config.
	Purpose string
	// To is the address, as it was asked for. Send it to the one that is on record
	// where [Config.Find] takes the two for the same and they may differ.
	To string
	// Subject is whose address it is.
	Subject string
	// Token is for people who have to type it, or for a link of the program's own.
	Token Token
	// Expires is when it is no longer good.
	Expires time.Time

	page string
}

// Link returns the address of the page, with the token in its fragment; "" without
// [Config.Link]. It is as secret as the token.
func (m Message) Link() string {
	if m.page == "" {
		return ""
	}
	return m.page + "#token=" + string(m.Token)
}
