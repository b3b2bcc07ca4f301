package di

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/callsite"
)

// None is the input of a function that needs nothing and the output of one
// that gives nothing.
type None struct{}

// Scopes are the names of what a caller must have been granted: OAuth scopes,
// usually. A dependency that takes Scopes receives all that were required on
// the way from the route down to it, outermost first and without duplicates;
// outside of any requirement it receives nil.
type Scopes []string

// A Dependency is a handle on a function that others may need. The handle, a
// pointer, is its identity: two handles on one function are two dependencies,
// and one handle is resolved once per request however many need it. Handles
// are immutable and may be shared by any number of APIs and goroutines.
type Dependency struct {
	name    string
	place   callsite.Place // where the function is defined, or the handle made
	in, out reflect.Type   // out is what consumers receive
	kind    kind
	newCall func() caller
	alts    []*layer // of AllOf, AnyOf and Optional: one layer per handle
	merge   func([]error) error
	// exclusive is the error of an AnyOf of which more than one is there.
	exclusive error
	// lenient tells which errors a combination takes for absence.
	lenient  func(error) bool
	stage    Stage
	lifetime Lifetime
	scopes   []string
	brings   *layer // nil when it brings nothing
	note     any
}

// kind tells how a dependency comes by its value.
type kind uint8

const (
	function    kind = iota // calls a function
	allOf                   // all of its handles, the value of the first
	anyOf                   // the first of its handles whose credentials are there
	optionalOne             // its one handle, or nothing
)

// Depends makes a dependency from a function. In says what the function needs
// and Out is what it gives; see the package documentation for how In is
// filled. Panics if fn, or a *Dependency among the options, is nil.
//
// Without options the dependency lives for one request and runs where it is
// first needed. A *Dependency given as an option is brought along: see
// [Dependency.With].
func Depends[In, Out any](fn func(ctx context.Context, in In) (Out, error), opts ...Option) *Dependency {
	if fn == nil {
		panic("di: Depends of a nil function (" + callsite.User().String() + ")")
	}
	name, place := callsite.Func(fn)
	if isLiteral(name) {
		place = callsite.User()
	}
	d := &Dependency{
		name:    name,
		place:   place,
		in:      reflect.TypeFor[In](),
		out:     given(reflect.TypeFor[Out]()),
		newCall: func() caller { return newFuncCall(fn) },
	}
	d.apply(opts)
	return d
}

// With returns a new dependency: a copy of d, changed by the options, with an
// identity of its own.
//
// Handles among the options are brought along. What a handle brings is the
// innermost scope for that handle and for whatever else it brings, and for
// nobody else. Panics if one of them is nil; any other nil option is ignored.
func (d *Dependency) With(opts ...Option) *Dependency {
	c := *d
	c.apply(opts)
	return &c
}

func (d *Dependency) apply(opts []Option) {
	var brought []*Dependency
	for _, o := range opts {
		if o == nil {
			continue
		}
		if b, ok := o.(*Dependency); ok {
			brought = append(brought, b)
			continue
		}
		o.option(d)
	}
	if len(brought) > 0 {
		if d.brings != nil {
			brought = append(slices.Clone(d.brings.decls), brought...)
		}
		d.brings = newLayer(brought...)
	}
}

// Name is the name of the function, or the one given by [Named].
func (d *Dependency) Name() string { return d.name }

// Place is where the function is defined, such as "auth.go:12".
func (d *Dependency) Place() string { return d.place.String() }

// In is the type of what the function takes.
func (d *Dependency) In() reflect.Type { return d.in }

// Out is the type of the value that the dependency gives.
func (d *Dependency) Out() reflect.Type { return d.out }

// Note is what [Note] attached, or nil.
func (d *Dependency) Note() any { return d.note }

// Scopes are the scopes that the dependency itself requires.
func (d *Dependency) Scopes() []string { return slices.Clone(d.scopes) }

// String names the dependency and its place, such as
// "auth.CurrentUser (auth.go:12)".
func (d *Dependency) String() string { return d.name + " (" + d.place.String() + ")" }

// Declares says what a declaration that lists d declares: the dependency. It
// lets packages that declare things take handles among their options.
func (d *Dependency) Declares() string { return "dependency " + d.String() }

func (d *Dependency) option(*Dependency) {}

// isLiteral recognises the names that the runtime gives to function literals,
// such as "main.func1" and "main.func1.2".
func isLiteral(name string) bool {
	i := strings.LastIndex(name, ".func")
	if i < 0 {
		return false
	}
	number := name[i+len(".func"):]
	return number != "" && strings.Trim(number, ".0123456789") == ""
}
