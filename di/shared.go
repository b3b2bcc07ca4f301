package di

import (
	"reflect"
	"slices"
)

// agree makes sure that a handle finds the same values wherever it is
// declared, because it is resolved only once.
func (c *compiler) agree(e *env) {
	d := e.self()
	first, met := c.first[d]
	if !met {
		c.first[d] = e
		return
	}
	if first == e || c.walked[e] {
		return
	}
	a, b := c.filling(first), c.filling(e)
	if a.mistaken || b.mistaken {
		return
	}
	if err := c.differ(d, a.slots, b.slots); err != nil {
		c.mistake(err)
	}
}

// differ compares two fillings of one input.
func (c *compiler) differ(d *Dependency, a, b []slot) error {
	same := func(x, y slot) bool { return slices.Equal(x.index, y.index) }
	if !slices.EqualFunc(a, b, same) {
		// The input is given as a whole in one place and filled field by
		// field in the other.
		return &SharedError{Dependency: d, Type: d.in, First: c.whole(a), Second: c.whole(b)}
	}
	for i := range a {
		x, y := c.giver(a[i]), c.giver(b[i])
		if x != y {
			return &SharedError{Dependency: d, Type: typeOf(d.in, a[i].index), First: x, Second: y}
		}
	}
	return nil
}

// giver is the dependency that fills a slot, or nil.
func (c *compiler) giver(s slot) *Dependency {
	if s.provider == nil {
		return nil
	}
	return c.replaced(s.provider).self()
}

// whole is the dependency that gives an input as a whole, or nil.
func (c *compiler) whole(of []slot) *Dependency {
	if len(of) == 1 && len(of[0].index) == 0 {
		return c.giver(of[0])
	}
	return nil
}

// typeOf is the type of an input, or of a field of it.
func typeOf(in reflect.Type, index []int) reflect.Type {
	if len(index) == 0 {
		return in
	}
	return in.FieldByIndex(index).Type
}
