package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/callsite"
)

// A Mistake is something wrong with a declaration. [Router.Build] returns all
// of them joined.
type Mistake struct {
	// What was declared, such as "GET /users/{id}".
	What string
	// Place is where, such as "api.go:30".
	Place string
	// Err says why it cannot be, and what would work.
	Err error
	// More counts further routes that have the same mistake.
	More int

	at     callsite.Place
	shared bool // other routes may have the same one, and one change mends all
}

// Error tells what, where and why.
func (m *Mistake) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %v", m.What, m.Place, m.Err)
	switch {
	case m.More == 1:
		b.WriteString("\n    and so for one more route")
	case m.More > 1:
		fmt.Fprintf(&b, "\n    and so for %d more routes", m.More)
	}
	return b.String()
}

// Unwrap returns the reason.
func (m *Mistake) Unwrap() error { return m.Err }

// join sorts mistakes by place and folds those that have one cause.
func join(mistakes []*Mistake) error {
	if len(mistakes) == 0 {
		return nil
	}
	sorted := slices.Clone(mistakes)
	slices.SortStableFunc(sorted, func(a, b *Mistake) int { return a.at.Compare(b.at) })
	var kept []error
	first := map[string]*Mistake{}
	for _, m := range sorted {
		cause := m.cause()
		if f := first[cause]; f != nil {
			if f.What != m.What {
				f.More++
			}
			continue
		}
		folded := *m
		first[cause] = &folded
		kept = append(kept, &folded)
	}
	return errors.Join(kept...)
}

// cause is what two mistakes have in common when one change mends both: the
// reason, without the route at the end of its path.
func (m *Mistake) cause() string {
	text := m.Err.Error()
	if !m.shared {
		return m.What + m.Place + text
	}
	lines := strings.Split(text, "\n")
	kept := lines[:0]
	needed := false
	for _, l := range lines {
		if strings.HasPrefix(l, "    needed by ") {
			if needed {
				continue
			}
			needed = true
		}
		kept = append(kept, l)
	}
	return strings.Join(kept, "\n")
}
