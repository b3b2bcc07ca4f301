package di

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// A MissingError says that something needs a type that nothing provides.
type MissingError struct {
	Type reflect.Type
	// Field is the field that has the type, such as "Filter.Page"; empty when
	// the type is the whole input.
	Field string
	// Path leads from the dependency that needs the type to the one that was
	// asked for.
	Path []*Dependency
	// Nearby is a provider of a similar type, or nil.
	Nearby *Dependency

	member bool // the field has a tag json, as those of bodies have
}

// Error tells what is missing, who needs it, innermost first, and what may
// have been meant.
func (e *MissingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nothing provides %v", e.Type)
	for i, d := range e.Path {
		fmt.Fprintf(&b, "\n    needed by %v", d)
		if i == 0 && e.Field != "" {
			fmt.Fprintf(&b, ", field %s", e.Field)
		}
	}
	b.WriteString("\n    " + e.hint())
	return b.String()
}

// hint tells what would work.
func (e *MissingError) hint() string {
	switch {
	case e.Nearby != nil && e.Nearby.out == e.Type:
		return fmt.Sprintf("%v gives it, but only to who brings it: bring it here too, or provide it for all", e.Nearby)
	case e.Nearby != nil:
		return fmt.Sprintf("did you mean %v, provided at %v?", e.Nearby.out, e.Nearby.place)
	case e.member:
		return "to read it from a JSON body, take its struct in a field tagged body:\"json\""
	case e.Field != "" && isScalar(e.Type) && e.Type.PkgPath() != "":
		return "provide a dependency that gives it, such as a scheme that reads a credential, or give the field a tag, such as query:\"name\", to read it from the request"
	case e.Field != "" && isScalar(e.Type):
		return "to read it from the request, give the field a tag, such as query:\"name\""
	case e.Field != "" || e.Type.Kind() == reflect.Pointer:
		return "provide a dependency that gives it"
	case e.Type.Kind() == reflect.Struct:
		return "it has nothing to fill, so provide a dependency that gives it; who needs nothing takes None"
	}
	return "provide a dependency that gives it, or take a struct, to be filled field by field"
}

// isScalar reports whether a type can be read from one string, or several.
func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(textType) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return isScalar(t.Elem())
	case reflect.Interface, reflect.Struct, reflect.Func, reflect.Chan, reflect.Map:
		return false
	}
	return true
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// An UnexportedError says that a field has a type that is provided, but cannot be
// filled and would stay zero.
type UnexportedError struct {
	Type reflect.Type
	// Field is the field, such as "Filter.user".
	Field string
	Owner *Dependency // whose input has it
}

// Error names the field and the ways out.
func (e *UnexportedError) Error() string {
	return fmt.Sprintf("field %s of what %v takes is %v, which is provided, but is not exported, so it cannot be filled\n    begin its name with a capital, or keep it out of the input",
		e.Field, e.Owner, e.Type)
}

// A CycleError says that dependencies need one another in a circle.
type CycleError struct {
	// Circle holds each dependency once; the last needs the first.
	Circle []*Dependency
}

// Error writes a line for each edge of the circle.
func (e *CycleError) Error() string {
	var b strings.Builder
	b.WriteString("dependencies need one another in a circle")
	for i, d := range e.Circle {
		next := e.Circle[(i+1)%len(e.Circle)]
		fmt.Fprintf(&b, "\n    %v needs %v from %s", d, next.out, next.name)
	}
	b.WriteString("\n    let one of them take less, or split what they share into a third")
	return b.String()
}

// An AmbiguousError says that one scope declares two dependencies of a type
// that somebody needs, and neither takes the other's value.
type AmbiguousError struct {
	Type          reflect.Type
	First, Second *Dependency
	Owner         *Dependency // who needs it

	guard bool // First takes the type as well
}

// Error names both declarations and the way out.
func (e *AmbiguousError) Error() string {
	way := "give one of them a type of its own, or declare it in an inner scope"
	if e.guard {
		way = fmt.Sprintf("declare %s before %s, which takes its value", e.Second.name, e.First.name)
	}
	return fmt.Sprintf("%v is given twice in one scope: by %v and by %v\n    needed by %v\n    %s",
		e.Type, e.First, e.Second, e.Owner, way)
}

// A LifetimeError says that something that lives longer needs something that
// lives shorter.
type LifetimeError struct {
	Owner *Dependency
	// Need is what lives shorter; nil when it is an input of the request.
	Need *Dependency
	// Type is that of the need or input; nil when it is the owner itself that
	// cannot live as long as the application.
	Type reflect.Type
}

// Error names both lifetimes.
func (e *LifetimeError) Error() string {
	if e.Type == nil {
		return fmt.Sprintf("%v is to live as long as the application, %s\n    make it request-scoped", e.Owner, e.why())
	}
	if e.Need == nil {
		return fmt.Sprintf("%v lives as long as the application but takes %v, which comes from one request\n    make it request-scoped, or take what it needs from application dependencies only",
			e.Owner, e.Type)
	}
	lives := "lives for one request"
	if e.Need.lifetime == Transient {
		lives = "is made anew for everybody who needs it"
	}
	return fmt.Sprintf("%v lives as long as the application but needs %v from %v, which %s\n    give %s the application's lifetime too, or make %s request-scoped",
		e.Owner, e.Type, e.Need, lives, e.Need.name, e.Owner.name)
}

// why tells what keeps the owner from living as long as the application.
func (e *LifetimeError) why() string {
	switch {
	case e.Owner.kind != function:
		return "but a combination chooses anew for each request"
	case e.Owner.stage != Unstaged:
		return fmt.Sprintf("but it is a guard (%v) and would run only once", e.Owner.stage)
	}
	return "but it is what runs for each request"
}

// A ScopesError says that scopes are required of a chain that never looks at
// them, so that nothing would enforce them.
type ScopesError struct {
	Owner  *Dependency
	Scopes []string
	// Alternative is the one of an [AnyOf] that never looks at them; nil when
	// nothing does.
	Alternative *Dependency
}

// Error names the scopes and the way to see them.
func (e *ScopesError) Error() string {
	if e.Alternative != nil {
		return fmt.Sprintf("%v requires the scopes %q, but its alternative %v never reads them, so who comes with that needs none\n    take them in a field of type Scopes, in the alternative or in %s, and compare them with what was granted",
			e.Owner, e.Scopes, e.Alternative, e.Owner.name)
	}
	return fmt.Sprintf("%v requires the scopes %q, but nothing that it needs reads them, so they would not be enforced\n    take them in a field of type Scopes, in it or in what it needs, and compare them with what was granted",
		e.Owner, e.Scopes)
}

// An IdleError says that a guard is declared where nothing takes what it gives,
// so that it would not run.
type IdleError struct {
	Guard *Dependency
	// Owner brings the guard; nil when a scope provides it.
	Owner *Dependency
}

// Error names the guard and the ways to have it run.
func (e *IdleError) Error() string {
	how := "is provided"
	if e.Owner != nil {
		how = "is brought by " + e.Owner.String()
	}
	return fmt.Sprintf("%v is a guard (%v) and %s, where nothing takes %v from it, so it would not run\n    require it, or combine it by AllOf with what it guards",
		e.Guard, e.Guard.stage, how, e.Guard.out)
}

// A LateInputError says that a guard depends on an input that is bound only
// after the last guard, such as a body.
type LateInputError struct {
	Guard *Dependency
	Need  *Dependency // the one that has the input; may be the guard
}

// Error names the guard and the dependency that has the input.
func (e *LateInputError) Error() string {
	if e.Guard == e.Need {
		return fmt.Sprintf("%v is a guard (%v) and reads the body, but guards run before a body is read\n    read it in the handler, or in a dependency that is no guard",
			e.Guard, e.Guard.stage)
	}
	return fmt.Sprintf("%v is a guard (%v) and needs %v, which reads the body, but guards run before a body is read\n    let the guard take what it needs from the path, the query or a header",
		e.Guard, e.Guard.stage, e.Need)
}

// A SharedError says that one handle would find different values from two
// places where it is declared, although it is resolved once.
type SharedError struct {
	Dependency *Dependency
	Type       reflect.Type
	// First and Second give the type; nil stands for the request.
	First, Second *Dependency
}

// Error names the handle and the two values.
func (e *SharedError) Error() string {
	return fmt.Sprintf("%v is resolved once, but would get %v from %s in one place and from %s in another\n    make a handle of its own for each place",
		e.Dependency, e.Type, giverName(e.First), giverName(e.Second))
}

func giverName(d *Dependency) string {
	if d == nil {
		return "the request"
	}
	return d.String()
}

// An AlternativeError says that a handle does not fit the combination that
// lists it.
type AlternativeError struct {
	Owner       *Dependency
	Alternative *Dependency // nil when there is none at all
	Want        reflect.Type
}

// Error names the combination, the handle and the two types.
func (e *AlternativeError) Error() string {
	if e.Alternative == nil {
		return fmt.Sprintf("%v combines nothing\n    give it dependencies that give %v", e.Owner, e.Want)
	}
	return fmt.Sprintf("%v combines dependencies that give %v, but %v gives %v\n    give it one that gives %v",
		e.Owner, e.Want, e.Alternative, e.Alternative.out, e.Want)
}

// A NilError says that a dependency which had to establish who is calling
// returned nil and no error. Nothing that needs it runs.
type NilError struct {
	Dependency *Dependency
}

// Error names the dependency.
func (e *NilError) Error() string {
	return fmt.Sprintf("%v returned nil and no error; it guards what follows and must return an error instead", e.Dependency)
}
