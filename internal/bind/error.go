package bind

import (
	"iter"
	"strings"
)

// The codes of an [Error]. A value that its validate tag refuses has the name of the rule for a code.
const (
	CodeRequired  = "required"  // the parameter is not there
	CodeType      = "type"      // the text does not read as a value of the type
	CodeRange     = "range"     // the number does not fit its type
	CodeEnum      = "enum"      // the value is not one of those listed
	CodeLength    = "length"    // a list of fixed length has another one
	CodeRepeated  = "repeated"  // one value is expected and several are given
	CodeUnknown   = "unknown"   // nothing of this name is expected
	CodeEncoding  = "encoding"  // the text holds bytes that no text may hold
	CodeMalformed = "malformed" // the place as a whole, or the brackets of a name, cannot be read
	CodeLimit     = "limit"     // there is more of it than is read
)

// Error says what is wrong with one parameter of one request.
// It never holds the submitted value and may be shown to the client.
type Error struct {
	// Place and Name say which parameter it is. Name is empty when the place as a whole cannot be read.
	Place Place
	Name  string
	// Path leads from the parameter to the part of it that is wrong, such as "[2]" or ".limit"; mostly empty.
	Path string
	// Code is one of the constants of this package or the name of a validate rule.
	Code string
	// Detail says in English what would be right, such as "expected an integer".
	Detail string
	// Malformed tells what cannot be read at all, which is a 400, from what is read and refused, a 422.
	Malformed bool
	// Next is the next mistake of the same parameter, nil for the last.
	Next *Error
}

// Error returns place and detail of this mistake and of those that follow it, separated by semicolons.
func (e *Error) Error() string {
	var b strings.Builder
	for m := range e.All() {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(m.Where())
		b.WriteString(": ")
		b.WriteString(m.Detail)
	}
	return b.String()
}

// Where returns place, name and path joined, such as "query.ids[2]" or "query".
func (e *Error) Where() string {
	if e.Name == "" {
		return e.Place.String() + e.Path
	}
	return e.Place.String() + "." + e.Name + e.Path
}

// All yields e and the mistakes that follow it. The All of a nil Error yields nothing.
func (e *Error) All() iter.Seq[*Error] {
	return func(yield func(*Error) bool) {
		for ; e != nil; e = e.Next {
			if !yield(e) {
				return
			}
		}
	}
}

// chain links mistakes in their order.
func chain(mistakes []*Error) *Error {
	for i := len(mistakes) - 1; i > 0; i-- {
		mistakes[i-1].Next = mistakes[i]
	}
	if len(mistakes) == 0 {
		return nil
	}
	return mistakes[0]
}
