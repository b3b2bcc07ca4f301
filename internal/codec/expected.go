package codec

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
)

// mismatch returns the code and the detail for a value that cannot be decoded
// into a type. The detail never has any of the value.
func mismatch(t reflect.Type, quoted bool, raw rawValue) (code, detail string) {
	want, kinds := expected(t, quoted)
	if kinds != 0 && normal(raw.Kind()) != kinds {
		return CodeType, "expected " + want + ", got " + noun(raw.Kind())
	}
	if kinds == '0' || quoted {
		return number(t, want, quoted, raw)
	}
	if kinds == '"' {
		return CodeFormat, "expected " + want
	}
	return CodeFormat, "expected a value of another form"
}

// number is mismatch for numbers of the right kind.
func number(t reflect.Type, want string, quoted bool, raw rawValue) (code, detail string) {
	digits := string(raw)
	if quoted {
		digits = unquote(raw)
	}
	v := rawValue(digits)
	if v.Kind() != '0' || !v.IsValid() || strings.TrimSpace(digits) != digits {
		return CodeFormat, "expected " + want
	}
	if isFloat(t) {
		return CodeRange, "number does not fit (too large)"
	}
	for _, c := range digits {
		if c == '.' || c == 'e' || c == 'E' {
			return CodeType, "expected " + want + ", got a number with a fraction or an exponent"
		}
	}
	return CodeRange, "number does not fit (allowed: " + interval(t) + ")"
}

// expected returns what a type wants, and the kind of JSON value that it is: 0
// for a type that has its own idea.
func expected(t reflect.Type, quoted bool) (want string, k kind) {
	if want, k, ok := expectedForm(t); ok {
		return want, k
	}
	switch {
	case t.Kind() == reflect.Bool:
		return "true or false", 't'
	case t.Kind() == reflect.String:
		return "a string", '"'
	case isFloat(t), isInteger(t):
		if quoted {
			return "a string that holds " + numberNoun(t), '"'
		}
		return numberNoun(t), '0'
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "an object", '{'
	case binary(t) && t.Kind() == reflect.Array:
		return fmt.Sprintf("a string in base64 that holds %d bytes", t.Len()), '"'
	case binary(t):
		return "a string in base64", '"'
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return "an array", '['
	}
	return "a value of another form", 0
}

// expectedForm is expected for the types that decode themselves.
func expectedForm(t reflect.Type) (want string, k kind, ok bool) {
	switch t {
	case timeType:
		return "a date and time such as 2006-01-02T15:04:05Z", '"', true
	case durationType:
		return "a duration such as 1m30s", '"', true
	case urlType:
		return "a URL", '"', true
	case numberType:
		return "a number", '0', true
	case reflect.TypeFor[netip.Addr]():
		return "an IP address", '"', true
	case reflect.TypeFor[netip.Prefix]():
		return "an address block such as 192.0.2.0/24", '"', true
	case reflect.TypeFor[netip.AddrPort]():
		return "an IP address and a port such as 192.0.2.1:80", '"', true
	}
	switch {
	case isUnion(t):
		return "an object", '{', true
	case implements(t, reflect.TypeFor[unmarshalerFrom](), reflect.TypeFor[jsonUnmarshaler]()):
		return "a value of another form", 0, true
	case implements(t, reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "a string of another form", '"', true
	}
	return "", 0, false
}

func expectedKey(t reflect.Type) string {
	if want, _, ok := expectedForm(t); ok {
		return want
	}
	return numberNoun(t)
}

func expectedLength(n int) string {
	if n == 1 {
		return "expected an array of one element"
	}
	return fmt.Sprintf("expected an array of %d elements", n)
}

func isFloat(t reflect.Type) bool { return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64 }

func isInteger(t reflect.Type) bool { return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uintptr }

func numberNoun(t reflect.Type) string {
	if isInteger(t) {
		return "an integer"
	}
	return "a number"
}

// interval returns what fits into an integer type.
func interval(t reflect.Type) string {
	bits := t.Bits()
	if t.Kind() >= reflect.Uint {
		return fmt.Sprintf("0 to %d", uint64(math.MaxUint64)>>(64-bits))
	}
	return fmt.Sprintf("%d to %d", int64(math.MinInt64)>>(64-bits), int64(math.MaxInt64)>>(64-bits))
}

// normal makes one kind of true and false.
func normal(k kind) kind {
	if k == 'f' {
		return 't'
	}
	return k
}

func noun(k kind) string {
	switch normal(k) {
	case 'n':
		return "null"
	case 't':
		return "true or false"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	}
	return "an array"
}

// unlocated puts a failure into words that the search did not find: two names
// of one map key, or a method that does not always say the same.
func unlocated(err error) *Error {
	e := &Error{Kind: Type, Code: CodeFormat, Detail: "expected a value of another form"}
	if se, ok := errors.AsType[*syntacticError](err); ok && duplicate(se) {
		e.Code, e.Detail = CodeDuplicate, "another member has a name that means the same"
		e.Pointer, e.Offset = shorten(string(se.JSONPointer)), int(se.ByteOffset)
	} else if se, ok := errors.AsType[*semanticError](err); ok {
		e.Pointer, e.Offset = shorten(string(se.JSONPointer)), int(se.ByteOffset)
	}
	return e
}
