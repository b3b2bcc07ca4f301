package codec

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

var errNoPointer = errors.New("the target of decoding is not a pointer")

// TypeError says that values of a type cannot be decoded or encoded.
type TypeError struct {
	Type   reflect.Type // the type that was asked about
	Path   string       // the Go fields that lead to the mistake: "Items[].Done"
	Reason string       // what is wrong there, and what would work
}

// Error returns type, path and reason: "api.Order.Items[].Done: chan bool has no
// JSON form; …".
func (e *TypeError) Error() string {
	return e.Type.String() + e.Path + ": " + e.Reason
}

// CheckDecode returns every reason, each a [TypeError], why values of the type
// cannot be decoded whatever the text. It calls no method of the type.
func (c *Codec) CheckDecode() error { return c.check() }

// CheckEncode is [Codec.CheckDecode] for encoding.
func (c *Codec) CheckEncode() error { return check(c.typ, false) }

// checker walks a type in one direction.
type checker struct {
	root   reflect.Type
	decode bool
	seen   map[reflect.Type]bool
	errs   []error
}

func check(t reflect.Type, decode bool) error {
	c := checker{root: t, decode: decode, seen: map[reflect.Type]bool{}}
	c.visit(t, "")
	return errors.Join(c.errs...)
}

func (c *checker) fail(path, format string, args ...any) {
	c.errs = append(c.errs, &TypeError{c.root, path, fmt.Sprintf(format, args...)})
}

func (c *checker) visit(t reflect.Type, path string) {
	if c.seen[t] {
		return
	}
	c.seen[t] = true
	if isUnion(t) {
		c.union(t, path)
		return
	}
	if elem := optionalElem(t); elem != nil {
		c.fail(path, "%v can only be a member of an object, which can be absent; use a pointer here", t)
		return
	}
	if c.itself(t) {
		return
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		c.fail(path, "%v has no JSON form; leave it out with the tag json:\"-\", or give it a type with %s", t, c.method())
	case reflect.Interface:
		if c.decode && t.NumMethod() > 0 {
			c.fail(path, "%v cannot be decoded, since nothing says which type to decode into; name a concrete type, or any", t)
		}
	case reflect.Pointer:
		c.visit(t.Elem(), path)
	case reflect.Slice, reflect.Array:
		c.visit(t.Elem(), path+"[]")
	case reflect.Map:
		c.key(t.Key(), path)
		c.visit(t.Elem(), path+"[]")
	case reflect.Struct:
		c.fields(t, path)
	}
}

func (c *checker) union(t reflect.Type, path string) {
	u, err := UnionOf(t)
	if err != nil {
		for reason := range strings.SplitSeq(err.Error(), "\n") {
			c.fail(path, "%s", reason)
		}
		return
	}
	for _, v := range u.Variants {
		c.visit(v.Type, path+"."+deref(v.Type).Name())
	}
}

// optional looks into a member that may be absent.
func (c *checker) optional(f field, elem reflect.Type, path string) {
	switch {
	case !c.decode && !hasOption(f.Tag.Get("json"), "omitzero"):
		c.fail(path, "an absent value can only be left out; write json:\"%s,omitzero\"", f.name)
	case optionalElem(deref(elem)) != nil:
		c.fail(path, "%v is absent in two ways; one is enough", f.Type)
	default:
		c.visit(elem, path)
	}
}

func (c *checker) itself(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		return false
	}
	if c.decode {
		return decodesItself(t)
	}
	return encodesItself(t)
}

func (c *checker) method() string {
	if c.decode {
		return "UnmarshalJSON"
	}
	return "MarshalJSON"
}

func (c *checker) key(t reflect.Type, path string) {
	if c.itself(deref(t)) {
		return
	}
	switch k := t.Kind(); {
	case k == reflect.String, k >= reflect.Int && k <= reflect.Float64:
	case k == reflect.Interface && !c.decode:
	default:
		c.fail(path, "%v cannot be a map key in JSON; use a string, a number, or a type with %s", t, strings.Replace(c.method(), "JSON", "Text", 1))
	}
}

func (c *checker) fields(t reflect.Type, path string) {
	fields := fieldsOf(t)
	before := len(c.errs)
	for _, f := range fields {
		c.field(f, path)
	}
	if len(fields) == 0 && t.NumField() > 0 {
		c.fail(path, "%v has no exported field; give it one, or the method %s", t, c.method())
		return
	}
	// What is left are mistakes that only the codec beneath knows. An empty
	// object shows them and calls nobody's method.
	if len(c.errs) == before {
		if err := unmarshal([]byte("{}"), reflect.New(t).Interface(), baseOptions()); err != nil {
			c.fail(path, "%v", err)
		}
	}
}

func (c *checker) field(f field, path string) {
	if !f.embed {
		path += "." + f.Name
	}
	c.tag(f, path)
	if c.decode && f.embed && !f.IsExported() && f.Type.Kind() == reflect.Pointer {
		c.fail(path, "the embedded pointer %v cannot be set, since its type is not exported; embed the struct itself", f.Type)
	}
	if elem := optionalElem(f.Type); elem != nil && !f.embed {
		c.optional(f, elem, path)
		return
	}
	c.visit(f.Type, path)
}

func (c *checker) tag(f field, path string) {
	if strings.HasPrefix(f.name, "'") {
		c.fail(path, "the json tag has the name %s: quoted names are not supported; use a name without quotes", f.name)
		return
	}
	for _, o := range options(f.Tag.Get("json")) {
		if reason := refused(o, f.Type); reason != "" {
			c.fail(path, "the json tag has the option %q: %s", o, reason)
		}
	}
}

// refused says why an option of the json tag is not available. The versions of
// the codec beneath do not agree about the ones refused here.
func refused(option string, t reflect.Type) string {
	name, value, _ := strings.Cut(option, ":")
	switch name {
	case "", "omitzero", "omitempty":
		return ""
	case "string":
		if k := deref(t).Kind(); k >= reflect.Int && k <= reflect.Float64 && !hasForm(deref(t)) {
			return ""
		}
		return "only numbers can be written as strings; remove it"
	case "case":
		if value == "strict" {
			return ""
		}
		return "names are compared by case; remove it"
	}
	return "there is no such option; omitzero, omitempty and string are the ones that exist"
}
