package codec

import "strings"

// Kind tells a text that is no proper JSON from one that does not fit.
type Kind uint8

const (
	// Syntax: the text is malformed, or forbidden as it stands. The answer is
	// 400.
	Syntax Kind = iota + 1
	// Type: the text is good JSON with a value that does not fit its place. The
	// answer is 422.
	Type
)

// Codes of [Error], for programs.
const (
	CodeMalformed = "malformed" // Syntax: the grammar
	CodeDuplicate = "duplicate" // Syntax: a member twice
	CodeEncoding  = "encoding"  // Syntax: UTF-8, surrogates, byte order mark
	CodeTrailing  = "trailing"  // Syntax: more than one value
	CodeDepth     = "depth"     // Syntax: too many levels
	CodeType      = "type"      // Type: another kind of value is expected
	CodeRange     = "range"     // Type: a number that does not fit
	CodeFormat    = "format"    // Type: a string of another form is expected
	CodeLength    = "length"    // Type: a number of elements is expected
	CodeUnknown   = "unknown"   // Type: no such member
	CodeRequired  = "required"  // Type: the member that tells the type is not there
	CodeOneOf     = "oneof"     // Type: the member that tells the type has another value
)

// Error is one reason why a text was refused.
type Error struct {
	Kind Kind

	// Code names the reason, one of the Code constants.
	Code string

	// Pointer is the JSON Pointer (RFC 6901) of the value, "" for the whole
	// text. Path is the same as people write it, "items[3].qty"; it is empty
	// when the Kind is Syntax.
	Pointer string
	Path    string

	// Offset is the position in the text, in bytes.
	Offset int

	// Detail says what is expected. It is meant for clients.
	Detail string
}

// Error returns the path, if there is one, and the detail.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Detail
	}
	return e.Path + ": " + e.Detail
}

// Errors are the reasons why a text was refused: at least one, all of one kind,
// in the order of the text. After a hundred no more are looked for.
type Errors []*Error

// limit bounds the answer to a text in which nothing fits.
const limit = 100

// Kind returns the kind of all of them.
func (e Errors) Kind() Kind { return e[0].Kind }

// Error joins the texts with semicolons.
func (e Errors) Error() string {
	var b strings.Builder
	for i, one := range e {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(one.Error())
	}
	return b.String()
}

// Unwrap returns each of them.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}
