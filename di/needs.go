package di

import (
	"reflect"
	"slices"
)

// maxDepth bounds how deep structs are flattened.
const maxDepth = 16

var (
	noneType   = reflect.TypeFor[None]()
	scopesType = reflect.TypeFor[Scopes]()
)

// A slot is one place in the input of a dependency and what fills it: exactly
// one of provider, input and scopes.
type slot struct {
	index    []int // of the field; empty for the whole input
	provider *env
	input    Input
	scopes   bool
}

// slots tells how the input of the dependency at e is filled, and reports what
// cannot be filled. The work is done once per position.
func (c *compiler) slots(e *env) []slot {
	return c.filling(e).slots
}

// A filling is how an input is filled, as far as it can be.
type filling struct {
	slots    []slot
	mistaken bool
}

func (c *compiler) filling(e *env) *filling {
	if f := c.filled[e]; f != nil {
		return f
	}
	d := e.self()
	w := &walk{c: c, owner: d, from: c.envs.inner(e)}
	before := len(c.mistakes)
	switch {
	case d.kind != function:
		w.alternatives()
	case d.in != noneType:
		w.whole()
	}
	f := &filling{w.slots, len(c.mistakes) > before}
	c.filled[e] = f
	return f
}

// walk fills one input. A dry walk only finds out whether the owner asks for
// the type that it gives itself.
type walk struct {
	c     *compiler
	owner *Dependency
	from  *env
	slots []slot
	dry   bool
	asked bool
}

func (w *walk) mistake(err error) {
	if !w.dry {
		w.c.mistake(err)
	}
}

// alternatives are needed by handle and not by type.
func (w *walk) alternatives() {
	want := w.owner.in
	for i, l := range w.owner.alts {
		at := w.c.envs.at(l, 0, w.from)
		if alt := at.self(); alt.out != want && (w.owner.kind != allOf || i == 0) {
			w.mistake(&AlternativeError{Owner: w.owner, Alternative: alt, Want: want})
			continue
		}
		w.slots = append(w.slots, slot{index: []int{i}, provider: at})
	}
	if len(w.owner.alts) == 0 {
		w.mistake(&AlternativeError{Owner: w.owner, Want: want})
	}
}

// whole fills an input that is itself a provided type, or a struct.
func (w *walk) whole() {
	t := w.owner.in
	switch {
	case w.byType(t, nil):
	case t.Kind() != reflect.Struct, w.c.provides(w.from, reflect.PointerTo(t)):
		w.missing(t, "", false)
	case t.Name() == "":
		w.fields(t, nil, "", 0)
	default:
		w.flatten(t, nil, "", 0)
	}
}

// byType resolves a type by the first rule.
func (w *walk) byType(t reflect.Type, index []int) bool {
	if w.dry && t == w.owner.out {
		w.asked = true
		return true
	}
	if w.dry && w.c.provides(w.from, t) {
		return true
	}
	s, rival, ok := w.filler(t)
	if !ok {
		return false
	}
	if rival != nil && !w.c.transforms(s.provider) {
		w.mistake(&AmbiguousError{Type: t, First: rival.self(), Second: s.provider.self(), Owner: w.owner, guard: w.c.transforms(rival)})
	}
	s.index = index
	w.slots = append(w.slots, s)
	return true
}

// filler is what the first rule fills a place of the type with: scopes, a dependency
// in scope, which may have a rival there, or what the source knows.
func (w *walk) filler(t reflect.Type) (s slot, rival *env, ok bool) {
	if t == scopesType {
		return slot{scopes: true}, nil, true
	}
	if found, rival := w.c.find(w.from, w.owner, t); found != nil {
		return slot{provider: found}, rival, true
	}
	if in := w.c.source.Type(t); in != nil {
		return slot{input: in}, nil, true
	}
	return slot{}, nil, false
}

// fillable reports whether a field of the type would be filled if it were exported.
func (w *walk) fillable(t reflect.Type) bool {
	_, _, ok := w.filler(t)
	return ok
}

// flatten fills a struct of which something must be filled: one that has
// nothing to fill, such as time.Time or an empty struct that marks who is
// calling, is a missing value and not an empty one.
func (w *walk) flatten(t reflect.Type, index []int, path string, depth int) {
	slots, mistakes := len(w.slots), len(w.c.mistakes)
	w.fields(t, index, path, depth)
	if len(w.slots) == slots && len(w.c.mistakes) == mistakes {
		w.missing(t, path, false)
	}
}

// fields fills a struct field by field.
func (w *walk) fields(t reflect.Type, index []int, path string, depth int) {
	for f := range t.Fields() {
		at := append(slices.Clip(slices.Clone(index)), f.Index...)
		name := f.Name
		if path != "" {
			name = path + "." + f.Name
		}
		w.field(f, at, name, depth)
	}
}

func (w *walk) field(f reflect.StructField, index []int, path string, depth int) {
	in, err := w.c.source.Field(Field{StructField: f, Owner: w.owner, Path: path})
	switch {
	case err != nil:
		w.mistake(err)
		return
	case in != nil:
		w.slots = append(w.slots, slot{index: index, input: in})
		return
	case f.Type == noneType:
		return
	case f.IsExported() && w.byType(f.Type, index):
		return
	case !f.IsExported() && w.fillable(f.Type):
		w.mistake(&UnexportedError{Type: f.Type, Field: path, Owner: w.owner})
	case !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct):
		return
	case f.Type.Kind() != reflect.Struct, depth == maxDepth, w.c.provides(w.from, reflect.PointerTo(f.Type)):
		// Where *T is given, a T is a slip and not a struct to fill.
		_, member := f.Tag.Lookup("json")
		w.missing(f.Type, path, member)
	case !f.IsExported():
		// Exported fields of an embedded struct can be set even when the type
		// of the struct is not exported.
		w.fields(f.Type, index, path, depth+1)
	default:
		w.flatten(f.Type, index, path, depth+1)
	}
}

func (w *walk) missing(t reflect.Type, path string, member bool) {
	if w.dry {
		return
	}
	w.mistake(&MissingError{
		Type:   t,
		Field:  path,
		Path:   w.c.path(w.owner),
		Nearby: w.c.nearby(w.from, w.owner, t),
		member: member,
	})
}
