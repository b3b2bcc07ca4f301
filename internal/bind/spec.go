package bind

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/rules"
)

// Spec is a struct field that a request fills.
type Spec struct {
	// Place is the tag's key: path, query, header, cookie or form.
	Place Place
	// Name is the tag's value: the parameter's name and, after commas, options.
	// See the package documentation for the options.
	Name string
	// Type is the field's type.
	Type reflect.Type
	// Tag is the field's whole tag. Read from it: default, required, enum, layout, validate, format.
	Tag reflect.StructTag
	// Field names the field in messages, such as "ListUsers.Page".
	Field string
}

// Options adjust how parameters are read. The zero value is ready to use.
type Options struct {
	// FirstWins takes the first of several values given for a parameter of one value. Without it they are refused,
	// because whoever looked at the request before may have taken another one.
	FirstWins bool
	// MaxDepth is the number of brackets that a name may have in a deep object; 0 means 3.
	MaxDepth int
	// MaxKeys is the number of names that a deep object may have in one request; 0 means 100.
	// The length of a list within one is limited by the same number.
	MaxKeys int
	// MaxItems is the number of values that a list may have; 0 means 1000.
	MaxItems int
	// Rules adjust how validate tags are read.
	Rules rules.Options
}

func (o Options) withDefaults() Options {
	o.MaxDepth = orDefault(o.MaxDepth, 3)
	o.MaxKeys = orDefault(o.MaxKeys, 100)
	o.MaxItems = orDefault(o.MaxItems, 1000)
	return o
}

func orDefault(n, standard int) int {
	if n <= 0 {
		return standard
	}
	return n
}

// form is how the values of a parameter are written.
type form uint8

const (
	single   form = iota // one text
	repeated             // one text for each value
	joined               // one text, the values separated
	lines                // header lines, each of them values separated by commas
	deep                 // names with brackets
)

// draft is a parameter while it is compiled.
type draft struct {
	*Param
	spec     Spec
	options  Options
	mistakes []error
}

// Compile turns a field into a parameter. The error joins all mistakes of the field's tags and type;
// each begins with "field " and the field's name.
//
// For a default, Compile calls the UnmarshalText method of the type, and for an enum without a tag its Enum method,
// under recover. It calls nothing else of the user's.
func Compile(spec Spec, options Options) (*Param, error) {
	d := &draft{spec: spec, options: options.withDefaults()}
	d.Param = &Param{Place: spec.Place, Type: spec.Type, Tag: spec.Tag, Field: spec.Field, options: d.options}
	if spec.Type == nil || spec.Place > Form {
		return nil, fmt.Errorf("field %s has no type or no place to come from", spec.Field)
	}
	written := d.name()
	if d.resolve() {
		d.write(written)
		d.presence()
		d.document()
		d.validation()
		d.preset()
	}
	if err := errors.Join(d.mistakes...); err != nil {
		return nil, err
	}
	return d.Param, nil
}

// fail notes a mistake, the end of a sentence that begins with the field's name.
func (d *draft) fail(format string, args ...any) {
	d.mistakes = append(d.mistakes, fmt.Errorf("field "+d.spec.Field+" "+format, args...))
}

// failEach notes the mistakes that are joined in err.
func (d *draft) failEach(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		d.fail("%w", err)
		return
	}
	for _, e := range joined.Unwrap() {
		d.failEach(e)
	}
}

// name reads the tag's value and returns the options in it.
func (d *draft) name() (options []string) {
	parts := strings.Split(d.spec.Name, ",")
	d.Name = parts[0]
	if err := d.Place.checkName(d.Name); err != nil {
		d.fail("%w", err)
	}
	d.key = headerKey(d.Place, d.Name)
	return parts[1:]
}

// resolve finds out what the type holds: one value, a list or an object.
func (d *draft) resolve() bool {
	t, err := d.unwrap(d.spec.Type)
	if err != nil {
		d.fail("%w", err)
		return false
	}
	d.Elem = t
	if d.leaf, err = newLeaf(t, d.spec.Tag, d.Place); err == nil {
		d.form = single
		return true
	}
	if !errors.Is(err, errNoLeaf) {
		d.fail("%w", err)
		return false
	}
	return d.resolveList(t) || d.resolveDeep(t)
}

// unwrap looks through a pointer or an Optional.
func (d *draft) unwrap(t reflect.Type) (reflect.Type, error) {
	elem, err := optionalElem(t)
	switch {
	case err != nil:
		return nil, err
	case elem != nil:
		d.optional = true
	case t.Kind() == reflect.Pointer:
		d.pointer, elem = true, t.Elem()
	default:
		return t, nil
	}
	if d.Place == Path {
		return nil, fmt.Errorf("has type %v, but a path parameter is always there; use %v", t, elem)
	}
	if elem.Kind() == reflect.Pointer {
		return nil, fmt.Errorf("has type %v; one way to be absent is enough, use %v", t, elem)
	}
	return elem, nil
}

// resolveList recognises slices and arrays of single values.
func (d *draft) resolveList(t reflect.Type) bool {
	if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
		return false
	}
	if t.Elem().Kind() == reflect.Uint8 && t.Elem().Name() == "uint8" {
		d.fail("has type %v, and a text is not bytes; use string, or a type whose UnmarshalText decodes it", t)
		return true
	}
	l, err := newLeaf(t.Elem(), d.spec.Tag, d.Place)
	switch {
	case errors.Is(err, errNoLeaf):
		return false
	case err != nil:
		d.fail("%w", err)
	case d.pointer:
		d.fail("has type %v; use %v, which is nil when the parameter is absent", d.Type, t)
	}
	d.leaf, d.Elem, d.container = l, t.Elem(), t
	switch d.Place {
	case Query, Form:
		d.form = repeated
	case Header:
		d.form = lines
	default:
		d.form, d.separator = joined, ","
	}
	return true
}

// resolveDeep recognises what needs names within the parameter.
func (d *draft) resolveDeep(t reflect.Type) bool {
	switch {
	case d.Place != Query && d.Place != Form:
		d.fail("has type %v, which a %s cannot hold; use single values or a list of them, or read it from query or form", d.Type, d.Place)
		return false
	case d.pointer && t.Kind() != reflect.Struct:
		d.fail("has type %v; use %v, which is nil when the parameter is absent", d.Type, t)
		return false
	case t.Kind() == reflect.Array:
		d.fail("has type %v; use a slice", d.Type)
		return false
	}
	d.form, d.container = deep, t
	n, err := d.newNode(t)
	if err != nil {
		d.failEach(err)
		return false
	}
	d.node = n
	return true
}

// separators are the tag options that join a list's values in one text.
func separators(option string) string {
	switch option {
	case "comma":
		return ","
	case "pipe":
		return "|"
	case "space":
		return " "
	}
	return ""
}

// write reads the options of the tag.
func (d *draft) write(options []string) {
	for i, option := range options {
		switch {
		case slices.Contains(options[:i], option):
			d.fail("has the option %q twice in its %s tag", option, d.Place)
		case separators(option) != "" && (d.form == repeated || option == "comma" && (d.form == lines || d.form == joined)):
			if d.form == repeated {
				d.form, d.separator = joined, separators(option)
			}
		case option == "repeat" && d.form == repeated:
		case option == "deep" && d.form == deep:
		case option == "opaque" && d.Place == Path:
			d.opaque = true
		default:
			d.fail("has the option %q in its %s tag, %s", option, d.Place, d.admits())
		}
	}
}

// admits names the options that would work.
func (d *draft) admits() string {
	switch {
	case d.Place == Path:
		return "which takes but opaque"
	case d.form == deep:
		return "which takes but deep"
	case d.Place == Query || d.Place == Form:
		if d.container != nil {
			return "which takes but one of repeat, comma, pipe, space"
		}
		return fmt.Sprintf("which takes none with type %v", d.Type)
	case d.form == lines || d.form == joined:
		return "which takes but comma"
	}
	return "which takes none"
}
