package rules

import (
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/shape"
)

// maybe is the rules of a value that tells whether it was given. While it was
// not, only the rules about presence are asked. Once it was, required is kept,
// and null is a value where the type has one.
type maybe struct {
	demanded bool   // null will not do
	inner    *chain // of the value, behind its pointers
}

// optional compiles the rules of a value that may be absent.
func (c *compiler) optional(at spot, t, elem reflect.Type, rules Rules) *chain {
	made := &chain{typ: t, maybe: &maybe{demanded: rules.Required()}}
	aboutPresence := func(r Rule) bool { return r.Name == "required" || c.runsOnNil(r) }
	absent, given := rules, rules
	absent.List = slices.DeleteFunc(slices.Clone(rules.List), func(r Rule) bool { return !aboutPresence(r) })
	given.List = slices.DeleteFunc(slices.Clone(rules.List), aboutPresence)
	absent.Dive = nil
	made.absent = c.absentSteps(at, elem, absent)
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	made.maybe.inner = c.chain(at, elem, given, true)
	return made
}

func (m *maybe) check(r *run, c *chain, v reflect.Value) {
	if isAbsent(v) {
		c.checkAbsent(r, reflect.Zero(reflect.PointerTo(m.inner.typ)))
		return
	}
	if !v.CanAddr() {
		held := reflect.New(v.Type()).Elem()
		held.Set(v)
		v = held
	}
	given, _ := reflect.TypeAssert[shape.Optional](v.Addr())
	for v = reflect.ValueOf(given.OptionalElem()); v.Kind() == reflect.Pointer; v = v.Elem() {
		if v.IsNil() {
			if m.demanded {
				c.checkAbsent(r, reflect.Zero(v.Type()))
			}
			return
		}
	}
	m.inner.check(r, v)
}

func isAbsent(v reflect.Value) bool {
	if z, ok := reflect.TypeAssert[interface{ IsZero() bool }](v); ok {
		return z.IsZero()
	}
	return v.IsZero()
}
