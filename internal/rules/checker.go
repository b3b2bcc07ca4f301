package rules

import (
	"errors"
	"fmt"
	"reflect"
)

// Checker checks values of one type. It may be used by many goroutines at once.
type Checker struct {
	typ   reflect.Type // of the values
	ptr   reflect.Type // of what Check takes
	limit int
	root  *chain
}

// Compile reads the validate tags of t and of everything that a value of it can
// hold: fields, embedded structs, elements, and what pointers lead to. t is
// mostly a struct; the elements of a slice, array or map are checked too.
//
// Nothing of the user's is called. All mistakes are reported at once, joined,
// each a [*Mistake].
func Compile(t reflect.Type, o Options) (*Checker, error) {
	c := newCompiler(o)
	return c.finish(t, c.chain(spot{path: typeName(t)}, t, rootRules(t), false))
}

// CompileVar compiles a tag for a single value of type t, such as a parameter.
// Rules that compare with other fields are mistakes here. Otherwise it does as
// [Compile]; violations of the value itself have an empty path.
func CompileVar(t reflect.Type, tag string, o Options) (*Checker, error) {
	c := newCompiler(o)
	rules, err := c.reg.expand(tag)
	if err != nil {
		return nil, &Mistake{Type: t, Tag: tag, Reason: err.Error()}
	}
	return c.finish(t, c.chain(spot{tag: tag}, t, rules, false))
}

// rootRules dives into what the value at the top consists of. A named type ends
// it, but for the first, because only a named type can contain itself.
func rootRules(t reflect.Type) Rules {
	t = indirect(t)
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		var inner Rules
		if t.Elem().Name() == "" {
			inner = rootRules(t.Elem())
		}
		return Rules{Dive: &inner}
	}
	return Rules{}
}

func (c *compiler) finish(t reflect.Type, root *chain) (*Checker, error) {
	if len(c.mistakes) > 0 {
		return nil, errors.Join(c.mistakes...)
	}
	c.prune()
	return &Checker{typ: t, ptr: reflect.PointerTo(t), limit: c.opts.limit(), root: root}, nil
}

// Empty reports whether no value of the type can have a violation: there is no
// rule in it. The caller may then leave the check out.
func (c *Checker) Empty() bool { return !c.root.live() }

// Type returns the type of the values.
func (c *Checker) Type() reflect.Type { return c.typ }

// Check returns all violations of the value at ptr, or nil. ptr is a non-nil
// pointer to a value of the type that was compiled; anything else is a mistake
// in the program, and panics. The value is not changed. Nothing is allocated
// while the value is valid and all its rules are compiled ones.
func (c *Checker) Check(ptr any) []Violation {
	v := reflect.ValueOf(ptr)
	if !v.IsValid() || v.Type() != c.ptr || v.IsNil() {
		panic(fmt.Sprintf("rules: Check wants a non-nil %v, got %T", c.ptr, ptr))
	}
	if v = v.Elem(); c.root.derefs == 0 && c.root.surely(v) {
		return nil
	}
	r := runs.Get().(*run)
	r.limit = c.limit
	c.root.check(r, v)
	out := r.finish()
	*r = run{}
	runs.Put(r)
	return out
}
