package di

import "reflect"

// A Source supplies what no dependency gives: values from outside, such as
// the parameters of a request. It belongs to one compilation, and the plan
// that this makes asks it for nothing but sessions.
type Source interface {
	// Field is asked for each field, exported or not, of a struct that is
	// filled field by field, before anything else is tried. It returns nil,
	// nil for a field that is not an input, and an error for one that is but
	// is wrong. It may be asked more than once for one field, and for fields
	// that are not used in the end, so it must not count or register them.
	Field(f Field) (Input, error)
	// Type is asked for a type that nothing provides. It returns nil for a
	// type that it does not know.
	Type(t reflect.Type) Input
	// NewSession makes the state that binders of one pooled frame share. It
	// must be safe for concurrent use. What it returns is [Frame.Session]; who
	// runs the frame fills it before and clears it afterwards.
	NewSession() any
}

// A Field is a struct field on offer to a [Source].
type Field struct {
	reflect.StructField
	// Owner is the dependency whose input is being filled.
	Owner *Dependency
	// Path leads from the input to the field, such as "Filter.Page".
	Path string
}

// An Input is a value from outside, compiled once per plan.
type Input interface {
	// Binder makes what fills the value that ptr, a *T, points to, within the
	// frame that session belongs to.
	Binder(session, ptr any) Binder
}

// A LateInput is an input that is bound after all others, such as a body.
// Only what runs after the last guard may have one.
type LateInput interface {
	Input
	Late()
}

// A Binder fills one value of one frame, many times, for one request after
// another.
type Binder interface {
	Bind() error
}

// A Joiner is implemented by sessions that answer several mistakes of one
// request at once. Without it the first mistake is the answer.
type Joiner interface {
	Join(errs []error) error
}
