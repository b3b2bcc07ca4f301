package bind

import (
	"strings"
	"unicode/utf8"
)

// fault is the reason why a text is no value; fine is none.
type fault uint8

const (
	fine fault = iota
	wrongType
	outOfRange
	notListed
	notUTF8
	holdsNUL
	pathSeparator
	pathControl
	notCookie
)

// clean looks for bytes that no text may hold.
func clean(s string) fault {
	high := false
	for i := range len(s) {
		if s[i] == 0 {
			return holdsNUL
		}
		high = high || s[i] >= utf8.RuneSelf
	}
	if high && !utf8.ValidString(s) {
		return notUTF8
	}
	return fine
}

// cleanPath looks in the decoded text of a path wildcard for what could only come in by an escape
// and would mean another path to whoever reads it as one: separators and dot segments.
// A wildcard of several segments may hold slashes, an opaque one whatever is not a control character.
func cleanPath(s string, multi, opaque bool) fault {
	dots := false
	for i := range len(s) {
		switch s[i] {
		case '.':
			dots = true
		case 0, '\r', '\n':
			return pathControl
		case '\\':
			if !opaque {
				return pathSeparator
			}
		case '/':
			if !multi && !opaque {
				return pathSeparator
			}
		}
	}
	if dots && !opaque && hasDotSegment(s) {
		return pathSeparator
	}
	return fine
}

func hasDotSegment(s string) bool {
	for segment := range strings.SplitSeq(s, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// explain turns a fault into code and detail for the client.
func (l *leaf) explain(f fault) (code, detail string, malformed bool) {
	switch f {
	case outOfRange:
		return CodeRange, "expected " + l.expected + " " + l.limits, false
	case notListed:
		return CodeEnum, "must be one of " + strings.Join(l.listed, ", "), false
	case notUTF8:
		return CodeEncoding, "is not valid UTF-8", true
	case holdsNUL:
		return CodeEncoding, "holds a NUL character", true
	case pathSeparator:
		return CodeEncoding, "holds an escaped slash, backslash or dot segment", true
	case pathControl:
		return CodeEncoding, "holds a control character", true
	case notCookie:
		return CodeEncoding, "holds a character that a cookie may not hold", true
	}
	return CodeType, "expected " + l.expected, false
}
