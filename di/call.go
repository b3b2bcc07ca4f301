package di

import (
	"context"
	"reflect"
)

// A caller holds the typed half of one step of a frame: the input, the output
// and the pointers to whoever consumes it. It is the only generic code that
// runs for a request, and it is kept small because it is instantiated for
// every function of every program.
type caller interface {
	call(ctx context.Context) error // forgets the input
	reset()                         // forgets the input and the output
	keeps() bool                    // whether an output stays behind
	input() any                     // *In
	output() any                    // *Out, where the function's result lands
	connect(to any)                 // to is a *T of a consumer
	links() linker                  // nil when the result lands at its only consumer
	link() linker                   // a new linker from the result
}

type funcCall[In, Out any] struct {
	fn  func(context.Context, In) (Out, error)
	arg In
	res Out
	dst *Out
	out linker
}

func newFuncCall[In, Out any](fn func(context.Context, In) (Out, error)) caller {
	c := &funcCall[In, Out]{fn: fn}
	c.dst = &c.res
	if r, ok := any(&c.res).(resource); ok {
		c.out = r.link()
	}
	return c
}

func (c *funcCall[In, Out]) call(ctx context.Context) (err error) {
	*c.dst, err = c.fn(ctx, c.arg)
	var arg In
	c.arg = arg
	return err
}

func (c *funcCall[In, Out]) reset() {
	var arg In
	var res Out
	c.arg, c.res = arg, res
}

func (c *funcCall[In, Out]) keeps() bool { return c.dst == &c.res }
func (c *funcCall[In, Out]) input() any  { return &c.arg }
func (c *funcCall[In, Out]) output() any { return c.dst }

// connect lets the result land at its first consumer and be copied to the
// others.
func (c *funcCall[In, Out]) connect(to any) {
	if c.out == nil && c.dst == &c.res {
		c.dst = to.(*Out)
		return
	}
	if c.out == nil {
		c.out = &copies[Out]{from: c.dst}
	}
	c.out.add(to)
}

func (c *funcCall[In, Out]) links() linker { return c.out }

func (c *funcCall[In, Out]) link() linker {
	if r, ok := any(&c.res).(resource); ok {
		return r.link()
	}
	return &copies[Out]{from: &c.res}
}

// A linker copies a value to those who need it.
type linker interface {
	add(to any)
	copy()
}

type copies[T any] struct {
	from *T
	to   []*T
}

func (c *copies[T]) add(to any) { c.to = append(c.to, to.(*T)) }

func (c *copies[T]) copy() {
	for _, p := range c.to {
		*p = *c.from
	}
}

// isNil makes a check whether the value that ptr points to is nil; nil when
// its type cannot be.
func isNil(ptr any) func() bool {
	if r, ok := ptr.(resource); ok {
		ptr = r.value()
	}
	v := reflect.ValueOf(ptr).Elem()
	switch {
	case v.Kind() == reflect.Interface: // a nil pointer within it is nobody, too
		return func() bool { return v.IsNil() || canBeNil(v.Elem()) && v.Elem().IsNil() }
	case canBeNil(v):
		return v.IsNil
	}
	return nil
}

func canBeNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Chan:
		return true
	}
	return false
}
