package di

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/callsite"
)

// AllOf makes a dependency that needs all of the given ones and gives the
// value of the first. Like every combination it lives for one request.
func AllOf[T any](first *Dependency, rest ...*Dependency) *Dependency {
	d := combination[T](allOf, "AllOf", append([]*Dependency{first}, rest...))
	d.newCall = func() caller { return newChoice[T](1) }
	return d
}

// AnyOf makes a dependency that gives the value of the first alternative
// whose credentials are there. An alternative is passed over when it fails
// with an error that has a method Absent() bool returning true, which means
// that nothing was presented; any other error is the answer. The error may be
// wrapped; of errors that are joined, all have to be absent.
//
// A credential that was presented but is wrong is never excused by another
// one. So of the alternatives behind the one that gives the value, and of what
// is left of one that is passed over, whatever asks for a credential or
// verifies it runs too, up to the stage [Revocation], and an error of theirs
// that is not absent is the answer. Where several are there and good, the
// first counts, unless [Exclusive] says otherwise.
//
// When all are passed over, the error is merge's of theirs, in order; a nil
// merge joins them. Other dependencies that only an alternative needs run only
// when it is tried.
func AnyOf[T any](merge func(absent []error) error, alternatives ...*Dependency) *Dependency {
	d := combination[T](anyOf, "AnyOf", alternatives)
	d.newCall = func() caller { return newChoice[T](len(alternatives)) }
	d.merge = merge
	if merge == nil {
		d.merge = func(absent []error) error { return errors.Join(absent...) }
	}
	return d
}

// Optionally makes a dependency that gives an [Optional]: set when the given
// one has a value, and not set when it fails as absent; see [AnyOf].
func Optionally[T any](of *Dependency) *Dependency {
	d := combination[T](optionalOne, "Optional", []*Dependency{of})
	d.out = reflect.TypeFor[Optional[T]]()
	d.newCall = func() caller { return newMaybe[T]() }
	return d
}

func combination[T any](k kind, name string, of []*Dependency) *Dependency {
	d := &Dependency{
		name:  name,
		place: callsite.User(),
		in:    reflect.TypeFor[T](), // what the alternatives have to give
		out:   reflect.TypeFor[T](),
		kind:  k,
	}
	for _, alt := range of {
		// Each stands alone, so that alternatives never see one another.
		d.alts = append(d.alts, newLayer(alt))
	}
	return d
}

// An Optional is a value that may be absent. As a member of a JSON object it
// tells absent from given, and an Optional of a pointer tells absent from null
// from a value, which is what a PATCH needs:
//
//	Nickname Optional[*string] `json:"nickname,omitzero"`
type Optional[T any] struct {
	Value T
	Set   bool // false: absent, and Value is the zero value
}

// Get returns the value and whether it is set.
func (o Optional[T]) Get() (T, bool) { return o.Value, o.Set }

// Or returns the value, or fallback when it is not set.
func (o Optional[T]) Or(fallback T) T {
	if o.Set {
		return o.Value
	}
	return fallback
}

// OptionalElem returns a pointer to the value, a *T. It lets packages that
// know only the method read and document the type.
func (o *Optional[T]) OptionalElem() any { return &o.Value }

// MarkSet makes the value count as present.
func (o *Optional[T]) MarkSet() { o.Set = true }

// IsZero reports whether the value is absent, so that `json:",omitzero"`
// leaves it out.
func (o Optional[T]) IsZero() bool { return !o.Set }

// MarshalJSON writes the value, or null when it is absent and the member has no
// omitzero.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.Set {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// UnmarshalJSON reads a value that is there: null too is one, for a T that has
// null.
func (o *Optional[T]) UnmarshalJSON(text []byte) error {
	o.Set = true
	return json.Unmarshal(text, &o.Value)
}

// A chooser is the typed half of a combination: a slot for each alternative.
type chooser interface {
	caller
	slot(i int) any
	choose(i int)
}

type choice[T any] struct {
	slots []T
	value copies[T]
	res   T
}

func newChoice[T any](slots int) caller {
	c := &choice[T]{slots: make([]T, slots)}
	c.value.from = &c.res
	return c
}

func (c *choice[T]) call(context.Context) error { return nil }
func (c *choice[T]) keeps() bool                { return true }
func (c *choice[T]) input() any                 { return nil }
func (c *choice[T]) output() any                { return &c.res }
func (c *choice[T]) connect(to any)             { c.value.add(to) }
func (c *choice[T]) links() linker              { return &c.value }
func (c *choice[T]) link() linker               { return &copies[T]{from: &c.res} }
func (c *choice[T]) slot(i int) any             { return &c.slots[i] }
func (c *choice[T]) choose(i int)               { c.res = c.slots[i] }

func (c *choice[T]) reset() {
	clear(c.slots)
	var zero T
	c.res = zero
}

type maybe[T any] struct {
	value copies[Optional[T]]
	res   Optional[T]
}

func newMaybe[T any]() caller {
	m := &maybe[T]{}
	m.value.from = &m.res
	return m
}

func (m *maybe[T]) call(context.Context) error { return nil }
func (m *maybe[T]) reset()                     { m.res = Optional[T]{} }
func (m *maybe[T]) keeps() bool                { return true }
func (m *maybe[T]) input() any                 { return nil }
func (m *maybe[T]) output() any                { return &m.res }
func (m *maybe[T]) connect(to any)             { m.value.add(to) }
func (m *maybe[T]) links() linker              { return &m.value }
func (m *maybe[T]) link() linker               { return &copies[Optional[T]]{from: &m.res} }
func (m *maybe[T]) slot(int) any               { return &m.res.Value }
func (m *maybe[T]) choose(int)                 { m.res.Set = true }

// isAbsent reports whether an error says that nothing was presented. Of
// joined errors all have to say so.
func isAbsent(err error) bool {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself, since all of its leaves count
	case interface{ Absent() bool }:
		return e.Absent()
	case interface{ Unwrap() error }:
		return isAbsent(e.Unwrap())
	case interface{ Unwrap() []error }:
		errs := e.Unwrap()
		present := func(err error) bool { return !isAbsent(err) }
		return len(errs) > 0 && !slices.ContainsFunc(errs, present)
	}
	return false
}
