package rules

import (
	"strconv"
	"strings"
	"unicode"
)

// StepKind says what a [Step] goes through.
type StepKind uint8

const (
	// Member is a step into a member of a JSON object, or a parameter.
	Member StepKind = iota
	// Index is a step into an element of a list.
	Index
	// Key is a step into a value of a map, or to the key itself.
	Key
)

// Step is one step on the way from the checked value to a violation.
type Step struct {
	Kind StepKind
	// Name is the member's name or the map's key.
	Name string
	// Index counts from 0; it is meaningful for the kind Index.
	Index int
}

// Path leads from the checked value to a violation. It is empty if the value
// itself is at fault.
type Path []Step

// String writes the path for people: items[3].qty or meta[colour]. A key that
// is more than letters, digits, spaces and plain punctuation is quoted.
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch step.Kind {
		case Index:
			b.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case Key:
			b.WriteString("[" + quoteKey(step.Name) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step.Name)
		}
	}
	return b.String()
}

func quoteKey(key string) string {
	odd := func(r rune) bool {
		return !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`[]"\`, r)
	}
	if key == "" || strings.ContainsFunc(key, odd) {
		return strconv.Quote(key)
	}
	return key
}

// Pointer writes the path as a JSON Pointer (RFC 6901): /items/3/qty. It is
// empty for an empty path.
func (p Path) Pointer() string {
	var b strings.Builder
	for _, step := range p {
		b.WriteByte('/')
		if step.Kind == Index {
			b.WriteString(strconv.Itoa(step.Index))
			continue
		}
		b.WriteString(pointerEscaper.Replace(step.Name)) // RFC 6901 section 3
	}
	return b.String()
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// Violation is one rule that a value does not keep.
type Violation struct {
	// Path leads to the value. It belongs to the receiver.
	Path Path
	// Rule is the rule as the tag names it: min, uuid|email, or an alias.
	Rule string
	// Param is the rule's parameter, if it has one.
	Param string
	// Detail is an English clause that follows the name of the value: "must be
	// at most 100". It never holds the submitted value.
	Detail string
}
