package pattern

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ConflictError says that requests exist which two patterns match although
// neither is more specific than the other.
type ConflictError struct {
	Pattern      *Pattern // the pattern that was refused
	Place        string   // where it was added
	Earlier      *Pattern // the pattern that stays
	EarlierPlace string   // where that one was added
}

// Error returns both patterns with their places, followed by the reason in
// ServeMux's words: for patterns that overlap a path that both match and, for
// each, a path that only it matches.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("pattern %q (registered at %s) conflicts with pattern %q (registered at %s):\n%s",
		e.Pattern, e.Place, e.Earlier, e.EarlierPlace, e.reason())
}

func (e *ConflictError) reason() string {
	p, q := e.Pattern, e.Earlier
	methods := compareMethods(p.method, q.method)
	paths := comparePaths(p.segments, q.segments)
	switch {
	case methods|paths == same:
		return fmt.Sprintf("%s matches the same requests as %s", p, q)
	case paths == crossing:
		return overlap(p, q)
	case methods == wider:
		return fmt.Sprintf("%s matches more methods than %s, but has a more specific path pattern", p, q)
	}
	return fmt.Sprintf("%s matches fewer methods than %s, but has a more general path pattern", p, q)
}

func overlap(p, q *Pattern) string {
	both, _ := p.Common(q)
	onlyP, _ := p.Except(q)
	onlyQ, _ := q.Except(p)
	return fmt.Sprintf(`%[1]s and %[2]s both match some paths, like %[3]q.
But neither is more specific than the other.
%[1]s matches %[4]q, but %[2]s doesn't.
%[2]s matches %[5]q, but %[1]s doesn't.`, p, q, both, onlyP, onlyQ)
}

// conflicts returns one [*ConflictError] for each pattern of the tree that
// conflicts with p, joined in the order in which those patterns were added.
func (t *Tree) conflicts(p *Pattern, place string) error {
	var clashes []*endpoint
	t.meet(p, func(e *endpoint) {
		if p.Conflicts(e.pattern) {
			clashes = append(clashes, e)
		}
	})
	slices.SortFunc(clashes, func(a, b *endpoint) int { return cmp.Compare(a.index, b.index) })
	var list []error
	for _, e := range clashes {
		list = append(list, &ConflictError{Pattern: p, Place: place, Earlier: e.pattern, EarlierPlace: e.place})
	}
	return errors.Join(list...)
}

// meet calls f for every pattern of the tree that might match a request that p
// matches. It may call f for others.
func (t *Tree) meet(p *Pattern, f func(*endpoint)) {
	for _, b := range *t.site(p.host) {
		if compareMethods(p.method, b.method) != apart {
			b.root.meet(p.segments, f)
		}
	}
}

// meet descends to what segments may match: a literal meets the same literal
// and the wildcard, a wildcard meets all.
func (n *node) meet(segments []segment, f func(*endpoint)) {
	if n == nil {
		return
	}
	if n.rest != nil {
		f(n.rest)
	}
	if len(segments) == 0 {
		if n.end != nil {
			f(n.end)
		}
		return
	}
	switch s, others := segments[0], segments[1:]; s.kind {
	case literal:
		n.literals.find(s.text).meet(others, f)
		n.wild.meet(others, f)
	case single:
		for _, child := range n.literals.all {
			child.node.meet(others, f)
		}
		n.wild.meet(others, f)
	case rest:
		n.each(f)
	}
}

// each calls f for every pattern below n, except n's own rest wildcard.
func (n *node) each(f func(*endpoint)) {
	if n.end != nil {
		f(n.end)
	}
	for _, child := range n.literals.all {
		child.node.below(f)
	}
	n.wild.below(f)
}

func (n *node) below(f func(*endpoint)) {
	if n == nil {
		return
	}
	if n.rest != nil {
		f(n.rest)
	}
	n.each(f)
}
