package codec

import (
	"encoding"
	"reflect"
)

// form says how a mismatch is looked for within a value.
type form uint8

const (
	leaf    form = iota // decoded as a whole
	object              // a struct
	mapping             // a map
	list                // a slice or an array
	dynamic             // an empty interface: whatever the text has
	choice              // one of several structs, told apart by a member
)

// node is a type as the search for mismatches sees it. Nodes of recursive types
// form circles.
type node struct {
	typ     reflect.Type
	form    form
	members map[string]member // of an object
	elem    member            // of a mapping or list
	union   *Union            // of a choice, whose members are its variants
}

// member is a place for a value: of a struct, a map or a list.
type member struct {
	*node
	quoted   bool // a number within a string
	nullable bool // a pointer, so that null never reaches the type
	shared   bool // a pointer to a struct in a list or map, which no null is meant for
}

// takesNull reports whether null is a value here, as opposed to the zero value.
func (m member) takesNull() bool {
	switch {
	case m.nullable:
		return !m.shared
	case m.typ.Kind() == reflect.Interface:
		return true
	}
	return m.form == leaf && m.typ != timeType && m.typ != bigType && !hasForm(m.typ) &&
		implements(m.typ, reflect.TypeFor[unmarshalerFrom](), reflect.TypeFor[jsonUnmarshaler]())
}

// jsonUnmarshaler has the method that both versions of encoding/json call.
type jsonUnmarshaler interface{ UnmarshalJSON([]byte) error }

type jsonMarshaler interface{ MarshalJSON() ([]byte, error) }

// decodesItself reports whether a type has a method for decoding, or a form
// that no search can look into.
func decodesItself(t reflect.Type) bool {
	return hasForm(t) || t == timeType || implements(t,
		reflect.TypeFor[unmarshalerFrom](), reflect.TypeFor[jsonUnmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]())
}

// encodesItself is the same for encoding.
func encodesItself(t reflect.Type) bool {
	return hasForm(t) || t == timeType || implements(t,
		reflect.TypeFor[marshalerTo](), reflect.TypeFor[jsonMarshaler](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender]())
}

func implements(t reflect.Type, ifaces ...reflect.Type) bool {
	for _, i := range ifaces {
		if t.Implements(i) || (t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(i)) {
			return true
		}
	}
	return false
}

// binary reports whether a type is bytes, which are base64 in JSON.
func binary(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8 &&
		!decodesItself(t.Elem()) && !encodesItself(t.Elem())
}

func compile(t reflect.Type) member { return compiler{}.member(t, false) }

// compiler remembers the node of each type it has met.
type compiler map[reflect.Type]*node

func (c compiler) member(t reflect.Type, quoted bool) member {
	if elem := optionalElem(t); elem != nil {
		t = elem
	}
	return member{node: c.node(deref(t)), quoted: quoted, nullable: t.Kind() == reflect.Pointer}
}

// element is member for what lists and maps hold.
func (c compiler) element(t reflect.Type) member {
	m := c.member(t, false)
	m.shared = m.nullable && t.Elem().Kind() == reflect.Struct
	return m
}

func (c compiler) node(t reflect.Type) *node {
	if n := c[t]; n != nil {
		return n
	}
	n := &node{typ: t}
	c[t] = n
	if u, err := UnionOf(t); u != nil && err == nil {
		n.form, n.union, n.members = choice, u, map[string]member{}
		for _, v := range u.Variants {
			n.members[v.Tag] = c.member(v.Type, false)
		}
		return n
	}
	if decodesItself(t) {
		return n
	}
	switch t.Kind() {
	case reflect.Struct:
		n.form, n.members = object, map[string]member{}
		for name, f := range membersOf(t) {
			n.members[name] = c.member(f.Type, f.quoted)
		}
	case reflect.Map:
		n.form, n.elem = mapping, c.element(t.Elem())
	case reflect.Slice, reflect.Array:
		if !binary(t) {
			n.form, n.elem = list, c.element(t.Elem())
		}
	case reflect.Interface:
		if t.NumMethod() == 0 {
			n.form, n.elem = dynamic, member{node: n}
		}
	}
	return n
}

// reach reports whether values of a type may hold one that has a form of its
// own, and whether they may hold anything at all, by way of an interface.
func reach(t reflect.Type) (forms, dynamic bool) {
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		forms = forms || hasForm(t) || optionalElem(t) != nil
		if u, _ := UnionOf(t); u != nil {
			forms = true
			for _, v := range u.Variants {
				if v.Type != nil {
					visit(v.Type)
				}
			}
			return
		}
		switch t.Kind() {
		case reflect.Interface:
			dynamic = true
		case reflect.Map:
			visit(t.Key())
			visit(t.Elem())
		case reflect.Pointer, reflect.Slice, reflect.Array:
			visit(t.Elem())
		case reflect.Struct:
			for _, f := range fieldsOf(t) {
				visit(f.Type)
			}
		}
	}
	visit(t)
	return forms, dynamic
}
