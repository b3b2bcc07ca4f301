package di

import (
	"iter"
	"reflect"
	"slices"
	"strings"
)

// providers yields where a type is given, as seen from e, in the order of
// preference: inner layers first, and within a layer the last declaration
// first. But a dependency that gives the type itself sees only those declared
// before it: so guards that take a value and return a stricter one form a
// chain.
func (es envs) providers(e *env, t reflect.Type) iter.Seq[*env] {
	return func(yield func(*env) bool) {
		for ; e != nil; e = e.parent {
			given := e.layer.byType[t]
			if d := e.self(); d != nil && d.out == t {
				given = before(given, e.at)
			}
			for _, at := range slices.Backward(given) {
				if !yield(es.at(e.layer, at, e.parent)) {
					return
				}
			}
		}
	}
}

// before cuts sorted positions down to those below limit.
func before(positions []int, limit int) []int {
	n, _ := slices.BinarySearch(positions, limit)
	return positions[:n]
}

// find looks for what gives owner a type, and for the next best in the same
// layer. Nobody sees itself, however often it is declared.
func (c *compiler) find(from *env, owner *Dependency, t reflect.Type) (found, rival *env) {
	for at := range c.envs.providers(from, t) {
		switch {
		case c.replaced(at).self() == owner:
		case found == nil:
			found = at
		case at.layer == found.layer && at.parent == found.parent:
			return found, at
		default:
			return found, nil
		}
	}
	return found, nil
}

// provides reports whether a type is given at all.
func (c *compiler) provides(from *env, t reflect.Type) bool {
	for range c.envs.providers(from, t) {
		return true
	}
	return false
}

// transforms reports whether the dependency at e takes the type that it gives,
// as a guard does that returns a stricter value of the same type, or a
// combination of guards.
func (c *compiler) transforms(e *env) bool {
	d := e.self()
	inner := c.envs.inner(e)
	if d.kind != function {
		return slices.ContainsFunc(d.alts, func(alt *layer) bool { return c.transforms(c.envs.at(alt, 0, inner)) })
	}
	w := &walk{c: c, owner: d, from: inner, dry: true}
	if d.in != noneType {
		w.whole()
	}
	return w.asked
}

// replaced returns the position of what stands in for the dependency at e.
func (c *compiler) replaced(e *env) *env {
	for i := range c.container.overrides {
		o := &c.container.overrides[i]
		if o.fits(e.self()) && !e.within(o.layer) && !(o.old == nil && c.keeps(e)) {
			return c.envs.at(o.layer, 0, e)
		}
	}
	return e
}

// keeps reports whether the dependency at e is not replaced by its type: it is
// what was asked for, or guards the type.
func (c *compiler) keeps(e *env) bool { return e.layer == c.target || c.transforms(e) }

// nearby finds a provider of a type that may have been meant by t: the pointer
// to it, what it points to, one of the same name, one that implements it, or
// one of the very type that somebody else brought.
func (c *compiler) nearby(from *env, owner *Dependency, t reflect.Type) *Dependency {
	var second *Dependency
	for e := from; e != nil; e = e.parent {
		for _, d := range e.layer.decls {
			switch {
			case d == owner:
			case resembles(d.out, t):
				return d
			case second == nil && implements(d.out, t):
				second = d
			case second == nil:
				second = brought(d, t)
			}
		}
	}
	return second
}

// brought finds what gives t among the handles that d brings.
func brought(d *Dependency, t reflect.Type) *Dependency {
	if d.brings == nil {
		return nil
	}
	if at := d.brings.byType[t]; len(at) > 0 {
		return d.brings.decls[at[len(at)-1]]
	}
	return nil
}

func resembles(have, want reflect.Type) bool {
	h, w := bare(have), bare(want)
	return have != want && h.Name() != "" && (h == w || h.PkgPath() != "" && strings.EqualFold(h.Name(), w.Name()))
}

// implements reports whether one of two types is an interface with methods and
// the other has them.
func implements(a, b reflect.Type) bool {
	if b.Kind() != reflect.Interface {
		a, b = b, a
	}
	return a != b && b.Kind() == reflect.Interface && b.NumMethod() > 0 && a.Implements(b)
}

func bare(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
