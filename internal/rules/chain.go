package rules

import (
	"reflect"
)

// A chain is the compiled rules of one value: what to do with pointers, the
// tests in their order, and what comes below.
type chain struct {
	typ    reflect.Type // behind the pointers
	derefs int          // pointers to follow
	absent []step       // the tests of a nil pointer or interface
	maybe  *maybe       // set if the value tells whether it was given
	open   *open        // set if the type is known only when it is checked
	class  class
	steps  []step
	fast   fast
	direct class // how surely takes the value, or byValue if it cannot
	dive   *dive
	nested *plan
	level  *level // what structonly leaves of a struct
}

// class is how the tests of a chain take their value.
type class uint8

const (
	byValue class = iota
	byText
	bySigned
	byUnsigned
	byFloat
	bySize // lists and maps: by value, but for the short way
)

// A step is one test. Of its functions the one for the chain's class is called
// if it is there, else value.
type step struct {
	finding  *finding // nil: a failed test ends the chain without a violation
	text     func(string) bool
	signed   func(int64) bool
	unsigned func(uint64) bool
	float    func(float64) bool
	value    func(*run, reflect.Value) bool
	span     *span // if the test is the same as being in it
	notNil   bool  // if the test is the same as not being nil
}

// check looks at v, whose type is the one that the chain was compiled for.
func (c *chain) check(r *run, v reflect.Value) {
	for range c.derefs {
		if v.IsNil() {
			c.checkAbsent(r, v)
			return
		}
		v = v.Elem()
	}
	switch {
	case c.maybe != nil:
		c.maybe.check(r, c, v)
		return
	case c.open != nil:
		c.open.check(r, c, v)
		return
	}
	if len(c.steps) > 0 && !c.surely(v) && !c.holds(r, v) {
		return
	}
	switch {
	case c.dive != nil:
		c.dive.check(r, v)
	case c.nested != nil:
		c.nested.check(r, v)
	case c.level != nil:
		c.level.check(r, v)
	}
}

func (c *chain) checkAbsent(r *run, v reflect.Value) {
	for i := range c.absent {
		if s := &c.absent[i]; !s.value(r, v) {
			s.fail(r)
			return
		}
	}
}

func (s *step) fail(r *run) {
	if s.finding != nil {
		r.report(s.finding)
	}
}

// holds runs the tests in their order; it reports whether the chain goes on.
func (c *chain) holds(r *run, v reflect.Value) bool {
	if c.class == bySize && c.fast.on && c.sizeHolds(r, v) {
		return true
	}
	for i := range c.steps {
		if s := &c.steps[i]; !s.keeps(c.class, r, v) {
			s.fail(r)
			return false
		}
	}
	return true
}

// sizeHolds is the short way for lists and maps.
func (c *chain) sizeHolds(r *run, v reflect.Value) bool {
	f := &c.fast
	if f.skip || !f.span.signed.has(int64(v.Len())) || f.notNil && v.IsNil() {
		return false
	}
	for i := range f.others {
		if !f.others[i].value(r, v) {
			return false
		}
	}
	return true
}

// live reports whether the chain can have a violation. It is exact only when
// the plans below know their own answer.
func (c *chain) live() bool {
	return len(c.absent) > 0 || c.maybe != nil && c.maybe.inner.live() || c.open != nil || len(c.steps) > 0 || c.level != nil ||
		c.dive != nil && c.dive.live() || c.nested != nil && c.nested.live
}
