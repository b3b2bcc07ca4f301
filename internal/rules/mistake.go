package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Mistake is a tag that cannot be compiled.
type Mistake struct {
	// Field is the Go path of the field, such as Order.Lines[].Qty; it is empty
	// for a tag that stands for itself, as with [CompileVar].
	Field string
	// Type is the type of the value that the rule would judge.
	Type reflect.Type
	// Tag is the rule, or the whole tag if it cannot be read.
	Tag string
	// Meant is the tag that Tag, whole with its name, is almost; empty for rules.
	Meant string
	// Reason says why it cannot be and what would work.
	Reason string
}

// Error says what was asked, where, why it cannot be, and what would work.
func (m *Mistake) Error() string {
	switch {
	case m.Meant != "":
		return fmt.Sprintf("field %s has %s, which nothing reads; did you mean %s?", m.Field, m.Tag, m.Meant)
	case m.Field == "":
		return fmt.Sprintf("validate:%q on %v: %s", m.Tag, m.Type, m.Reason)
	case m.Field[0] == '[':
		return fmt.Sprintf("element %s has validate:%q on %v: %s", m.Field, m.Tag, m.Type, m.Reason)
	}
	return fmt.Sprintf("field %s has validate:%q on %v: %s", m.Field, m.Tag, m.Type, m.Reason)
}

// spot is where a rule stands.
type spot struct {
	path   string       // of the Go field
	tag    string       // the whole tag
	parent reflect.Type // the struct around the field, or nil
}

func (s spot) at(suffix string) spot {
	s.path += suffix
	return s
}

// typeName names a type without its package, as a path starts with it. Of a
// list or map it names the elements.
func typeName(t reflect.Type) string {
	for t.Name() == "" {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return "struct"
		}
	}
	return t.Name()
}

// nearest returns the candidate that a mistyped name most likely meant, or "".
func nearest(name string, candidates []string) string {
	best, least := "", len(name)/3+2
	for _, candidate := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, now := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		now[0] = i + 1
		for j := range len(b) {
			now[j+1] = min(last[j+1]+1, now[j]+1, last[j]+differ(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}

func suggest(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// fieldNames lists the exported fields of a struct type, sorted.
func fieldNames(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}
