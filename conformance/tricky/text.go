package tricky

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mortise-go/mortise"
)

// UUID is like the types of that name in several modules.
type UUID [16]byte

// MarshalText writes the canonical form.
func (u UUID) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]), nil
}

// UnmarshalText reads it.
func (u *UUID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(strings.ReplaceAll(string(text), "-", ""))
	if err != nil || len(b) != len(u) || len(text) != 36 {
		return errors.New("not a UUID")
	}
	copy(u[:], b)
	return nil
}

// OnlyWrites is written as text, and read as a number.
type OnlyWrites int

// MarshalText says how many there are.
func (o OnlyWrites) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d pieces", int(o)), nil }

// Text has types with text of their own.
type Text struct {
	ID   UUID         `json:"id"`
	Ref  *UUID        `json:"ref"`
	Only OnlyWrites   `json:"only"`
	ByID map[UUID]int `json:"byId"`
	Size int          `json:"size" validate:"min=1,max=10"`
}

// Version reads and writes JSON in its own way.
type Version struct{ Major, Minor int }

// MarshalJSON writes "v1.2".
func (v Version) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `"v%d.%d"`, v.Major, v.Minor), nil
}

// UnmarshalJSON reads it; null is version 0.0.
func (v *Version) UnmarshalJSON(text []byte) error {
	var s *string
	if err := json.Unmarshal(text, &s); err != nil || s == nil {
		return err
	}
	_, err := fmt.Sscanf(*s, "v%d.%d", &v.Major, &v.Minor)
	return err
}

// Own has types with JSON of their own.
type Own struct {
	Version  Version         `json:"version"`
	Pointer  *Version        `json:"pointer"`
	Omitted  Version         `json:"omitted,omitzero"`
	List     []Version       `json:"list"`
	Anything json.RawMessage `json:"anything,omitempty"`
}

// Decimal is a type of another module, which tells nothing about its JSON.
type Decimal struct{ text string }

// MarshalJSON writes the number as a string.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if d.text == "" {
		return []byte(`"0"`), nil
	}
	return json.Marshal(d.text)
}

// UnmarshalJSON refuses what is no number in a string.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	var n json.Number
	if text[0] != '"' {
		return errors.New("not a string")
	}
	if err := json.Unmarshal(text, &n); err != nil || strings.ContainsAny(n.String(), "eE") || n == "" {
		return errors.New("not a decimal")
	}
	d.text = n.String()
	return nil
}

// Described has a type that the user described.
type Described struct {
	Price Decimal            `json:"price"`
	Old   *Decimal           `json:"old"`
	Rates map[string]Decimal `json:"rates"`
}

// Sample is an answer with what a body cannot have.
type Sample struct {
	Err     error                     `json:"err"`
	Stringy fmt.Stringer              `json:"stringy"`
	Scalars Scalars                   `json:"scalars"`
	Patch   Patch                     `json:"patch"`
	Any     []any                     `json:"any"`
	Only    map[string]OnlyWrites     `json:"only"`
	Payment mortise.OneOf[any, loose] `json:"payment"`
}
