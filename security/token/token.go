package token

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

// A Token is one that was verified: its registered claims (RFC 7519 §4.1) and
// those of the program.
type Token[C any] struct {
	Kind      string
	ID        string // jti; empty: none
	Issuer    string
	Subject   string
	Session   string // sid; empty: none
	Audience  []string
	IssuedAt  time.Time // zero: the token does not say
	ExpiresAt time.Time
	Claims    C

	stamp Stamp
}

// Stamp returns what revocation goes by.
func (t *Token[C]) Stamp() Stamp { return t.stamp }

// String names the kind and the end of the token.
func (t *Token[C]) String() string {
	return fmt.Sprintf("%s token until %s", t.Kind, t.ExpiresAt.UTC().Format(time.RFC3339))
}

// Format writes what String returns for every verb.
func (t *Token[C]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue returns what String returns.
func (t *Token[C]) LogValue() slog.Value { return slog.StringValue(t.String()) }

func (t *Token[C]) registered() registered {
	return registered{t.ID, t.Issuer, t.Subject, t.Session, t.IssuedAt, t.ExpiresAt}
}

// payload keeps the text of a payload that a verifier has checked.
type payload struct{ text []byte }

// UnmarshalJSON copies the text.
func (p *payload) UnmarshalJSON(text []byte) error {
	p.text = bytes.Clone(text)
	return nil
}

// maxDepth is that of verifiers.
const maxDepth = 16

// read reads a checked payload twice: the registered claims, and the program's.
func read[C any](p payload, required []string) (*Token[C], error) {
	var r presented
	if err := codec.Decode(p.text, &r, codec.Options{MaxDepth: maxDepth}); err != nil {
		return nil, fmt.Errorf("the registered claims have the wrong type: %w", err)
	}
	t := &Token[C]{
		ID: r.ID, Issuer: r.Issuer, Subject: r.Subject, Session: r.Session,
		Audience: r.Audience, IssuedAt: timeOf(r.Issued), ExpiresAt: timeOf(r.Expires),
	}
	if missing := missing(p.text, required); missing != "" {
		return nil, fmt.Errorf("the claim %q is missing", missing)
	}
	if err := codec.Decode(p.text, &t.Claims, codec.Options{MaxDepth: maxDepth}); err != nil {
		return nil, fmt.Errorf("the claims do not fit %T: %w", t.Claims, err)
	}
	if v, ok := any(&t.Claims).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return nil, fmt.Errorf("the claims' own Validate method refuses them: %w", err)
		}
	}
	if t.Subject == "" {
		return nil, errors.New("the claim \"sub\" is missing")
	}
	return t, nil
}

// presented are the registered claims as they are read.
type presented struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Expires  float64  `json:"exp"` // the verifier has checked its bounds
	Issued   float64  `json:"iat"`
	ID       string   `json:"jti"`
	Session  string   `json:"sid"`
}

// audience is one name, or a list of names (RFC 7519 §4.1.3).
type audience []string

// UnmarshalJSON reads both forms.
func (a *audience) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*a = make(audience, 1)
		return codec.Decode(text, &(*a)[0], codec.Options{})
	}
	return codec.Decode(text, (*[]string)(a), codec.Options{})
}

// timeOf returns the time of a date, in whole seconds; the zero time for none.
func timeOf(date float64) time.Time {
	if date == 0 {
		return time.Time{}
	}
	return time.Unix(int64(date), 0)
}

// missing returns the first of the required members that an object lacks.
func missing(object []byte, required []string) string {
	for _, name := range required {
		if !hasMember(object, name) {
			return name
		}
	}
	return ""
}

// hasMember looks for a member among the outermost ones of a text that is known
// to be a JSON object. A name with escapes is not found; the issuer writes none.
func hasMember(object []byte, name string) bool {
	depth, isName := 0, false
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '{', '[':
			depth++
			isName = depth == 1
		case '}', ']':
			depth--
		case ',':
			isName = depth == 1
		case '"':
			end := textEnd(object, i)
			if isName && string(object[i+1:end]) == name {
				return true
			}
			isName, i = false, end
		}
	}
	return false
}

// textEnd returns where the text that begins at i ends.
func textEnd(object []byte, i int) int {
	for i++; i < len(object) && object[i] != '"'; i++ {
		if object[i] == '\\' {
			i++
		}
	}
	return min(i, len(object)-1)
}
