package openapi

import (
	"fmt"
	"reflect"
	"slices"
)

// schema is a JSON Schema in the dialect of OpenAPI 3.1, as the entities of openapi31 want it.
// A value of "$ref" is a *string, because a component gets its name when all of them are known.
type schema = map[string]any

// use is the direction in which a value travels. The schemas of one type may differ by it.
type use uint8

const (
	output use = iota // what an operation answers
	input             // what a client sends
)

// schemas reads Go types, each of them once for each use.
type schemas struct {
	book       *ruleBook
	settings   typeSettings
	components map[typeUse]*component
	met        []*component // in the order in which they were met
	pending    []*component
	current    *component // the one being read, nil while reading a place in an operation
	mistakes   []error
}

type typeUse struct {
	typ reflect.Type
	use use
}

// component is a schema that others refer to by name.
type component struct {
	typeUse
	ref    string // filled in when the names are settled; every reference points here
	schema schema
	needs  []*component
}

func newSchemas(book *ruleBook, settings typeSettings) *schemas {
	return &schemas{book: book, settings: settings, components: map[typeUse]*component{}}
}

func (s *schemas) fail(path, format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...)))
}

// of returns the schema for a value of type t, a fresh one that the caller may add to.
// The path names the place in mistakes, such as "Order.Items".
func (s *schemas) of(t reflect.Type, u use, path string) schema {
	t = value(t)
	if t == nil {
		return schema{}
	}
	if given, ok := s.described(t, path); ok {
		return given
	}
	switch {
	case named(t, u):
		return s.refer(typeUse{t, u})
	default:
		return s.plain(t, u, path)
	}
}

// plain returns the schema of t in place, whether or not t could be a component.
func (s *schemas) plain(t reflect.Type, u use, path string) schema {
	if known, ok := wellKnown(t); ok {
		return known
	}
	if told(t) {
		return s.tell(t, u, path)
	}
	if isUnion(t) {
		return s.union(t, u, path)
	}
	if sch, ok := marshaled(t, u); ok {
		return sch
	}
	return s.kind(t, u, path)
}

// refer returns a reference to a component and makes sure that it will be read.
func (s *schemas) refer(k typeUse) schema {
	c := s.components[k]
	if c == nil {
		c = &component{typeUse: k, ref: token(len(s.met))}
		s.components[k] = c
		s.met = append(s.met, c)
		s.pending = append(s.pending, c)
	}
	if s.current != nil && !slices.Contains(s.current.needs, c) {
		s.current.needs = append(s.current.needs, c)
	}
	return schema{"$ref": &c.ref}
}

// token is what a reference says until the component has its name.
func token(n int) string {
	return fmt.Sprintf("#/pending/%d", n)
}

// value removes all pointers.
func value(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// readPending reads the components that were referred to, and those that they refer to.
// It goes by a list, so that a type that holds itself ends.
func (s *schemas) readPending() {
	for len(s.pending) > 0 {
		c := s.pending[0]
		s.pending = s.pending[1:]
		s.current = c
		c.schema = s.plain(c.typ, c.use, title(c.typ))
	}
	s.current = nil
}

// title names a type in a message without its package, unless it has no name.
func title(t reflect.Type) string {
	if t.Name() == "" {
		return t.String()
	}
	return baseName(t)
}

// named reports whether t becomes a component: structs do, and whatever would not end, or would be long, in place.
func named(t reflect.Type, u use) bool {
	if t.Name() == "" || t.PkgPath() == "" {
		return false
	}
	if _, ok := wellKnown(t); ok {
		return false
	}
	if told(t) || isUnion(t) {
		return true
	}
	if _, ok := marshaled(t, u); ok {
		return false
	}
	switch t.Kind() {
	case reflect.Struct:
		return true
	case reflect.Slice, reflect.Array, reflect.Map:
		return holdsItself(t)
	default:
		return false
	}
}

// holdsItself finds types such as type Tree []Tree, which recur without a struct.
func holdsItself(t reflect.Type) bool {
	seen := map[reflect.Type]bool{}
	for e := t; ; e = e.Elem() {
		switch e.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		default:
			return false
		}
		if seen[e] {
			return true
		}
		seen[e] = true
	}
}
