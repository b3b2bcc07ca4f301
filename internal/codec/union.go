package codec

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// A Union says which types an object may be of, and how they are told apart.
type Union struct {
	// Property is the member whose value tells the type.
	Property string
	// Interface is the Go type that holds all of them.
	Interface reflect.Type
	// Variants are the types, in the order of their tags.
	Variants []Variant
}

// A Variant is one of the types of a [Union]: a struct, or a pointer to one.
type Variant struct {
	Tag   string
	Type  reflect.Type
	index []int // of the field that holds the tag
}

// union is a pointer to a type that holds one of several. UnionVariants is
// called on the zero value.
type union interface {
	UnionVariants() (property string, variants map[string]any)
	UnionValue() any // a pointer to the interface variable
}

var (
	errNoVariant = errors.New("the value is nil, and none of its types has null")
	errUnion     = errors.New("not one of the types")
)

type readUnion struct {
	union *Union
	err   error
}

var unions sync.Map // reflect.Type => readUnion

func isUnion(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && reflect.PointerTo(t).Implements(reflect.TypeFor[union]())
}

// UnionOf returns what a type says about the types of its values, or nil for a
// type that is no union. The error joins all that is wrong with what it says.
func UnionOf(t reflect.Type) (*Union, error) {
	if !isUnion(t) {
		return nil, nil
	}
	if r, ok := unions.Load(t); ok {
		return r.(readUnion).union, r.(readUnion).err
	}
	u, err := newUnion(t)
	unions.Store(t, readUnion{u, err})
	return u, err
}

func newUnion(t reflect.Type) (u *Union, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("what tells its types panicked: %v", r)
		}
	}()
	zero, _ := reflect.TypeAssert[union](reflect.New(t))
	property, variants := zero.UnionVariants()
	u = &Union{Property: property, Interface: reflect.TypeOf(zero.UnionValue()).Elem()}
	var errs []error
	if u.Interface.Kind() != reflect.Interface {
		errs = append(errs, fmt.Errorf("%v is not an interface, which the types of a union share", u.Interface))
	}
	if property == "" || len(variants) == 0 {
		return u, errors.Join(append(errs, errors.New("a union needs the name of a property, and a type for each of its values"))...)
	}
	for _, tag := range slices.Sorted(maps.Keys(variants)) {
		v, err := u.variant(tag, reflect.TypeOf(variants[tag]))
		errs = append(errs, err)
		u.Variants = append(u.Variants, v)
	}
	return u, errors.Join(errs...)
}

func (u *Union) variant(tag string, t reflect.Type) (Variant, error) {
	v := Variant{Tag: tag, Type: t}
	if t == nil || deref(t).Kind() != reflect.Struct || decodesItself(deref(t)) {
		return v, fmt.Errorf("%q is %v, which is not encoded as an object; name a struct", tag, t)
	}
	for _, other := range u.Variants {
		if other.Type != nil && deref(other.Type) == deref(t) {
			return v, fmt.Errorf("%q and %q are both %v, so a value of it would have two tags; keep one", other.Tag, tag, deref(t))
		}
	}
	m, ok := membersOf(deref(t))[u.Property]
	if !ok {
		return v, fmt.Errorf("%v, which is %q, has no member %q; add a field such as %s string `json:%q`", t, tag, u.Property, exported(u.Property), u.Property)
	}
	f, ok := deref(t).FieldByName(m.Name)
	if m.Type.Kind() != reflect.String || decodesItself(m.Type) || encodesItself(m.Type) || !ok {
		return v, fmt.Errorf("the member %q of %v, which is %q, is not a string", u.Property, t, tag)
	}
	for i := range len(f.Index) - 1 {
		if deref(t).FieldByIndex(f.Index[:i+1]).Type.Kind() == reflect.Pointer {
			return v, fmt.Errorf("the member %q of %v, which is %q, is in an embedded pointer; embed the struct itself", u.Property, t, tag)
		}
	}
	v.index = f.Index
	return v, nil
}

func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// of returns the variant with a tag.
func (u *Union) of(tag string) (Variant, bool) {
	i, found := slices.BinarySearchFunc(u.Variants, tag, func(v Variant, tag string) int { return strings.Compare(v.Tag, tag) })
	if !found {
		return Variant{}, false
	}
	return u.Variants[i], true
}

// tag reads the property that tells the type of an object.
func (u *Union) tag(object []byte) (tag string, found bool) {
	d := newDecoder(bytes.NewReader(object))
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return "", false
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return "", false
		}
		if name.String() != u.Property {
			_ = d.SkipValue()
			continue
		}
		if d.PeekKind() != '"' {
			return "", true
		}
		value, err := d.ReadToken()
		return value.String(), err == nil
	}
	return "", false
}

// tags lists the values that the property may have.
func (u *Union) tags() string {
	tags := make([]string, len(u.Variants))
	for i, v := range u.Variants {
		tags[i] = v.Tag
	}
	return strings.Join(tags, ", ")
}

func decodeUnion(d *decoder, to union) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	value := reflect.ValueOf(to.UnionValue()).Elem()
	if raw.Kind() == 'n' {
		value.SetZero()
		return nil
	}
	u, err := UnionOf(reflect.TypeOf(to).Elem())
	if err != nil {
		return err
	}
	tag, _ := u.tag(raw)
	v, ok := u.of(tag)
	if !ok {
		return errUnion
	}
	made := reflect.New(deref(v.Type))
	if err := unmarshal(raw, made.Interface(), d.Options()); err != nil {
		return err
	}
	if v.Type.Kind() != reflect.Pointer {
		made = made.Elem()
	}
	value.Set(made)
	return nil
}

// encodeUnion writes the value with its tag, whether or not its field says it.
func encodeUnion(e *encoder, from union) error {
	u, err := UnionOf(reflect.TypeOf(from).Elem())
	if err != nil {
		return err
	}
	value := reflect.ValueOf(from.UnionValue()).Elem()
	for value.Kind() == reflect.Interface || value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return errNoVariant
		}
		value = value.Elem()
	}
	i := slices.IndexFunc(u.Variants, func(v Variant) bool { return deref(v.Type) == value.Type() })
	if i < 0 {
		return fmt.Errorf("%v is none of the types of the union", value.Type())
	}
	tagged := reflect.New(value.Type())
	tagged.Elem().Set(value)
	field := tagged.Elem().FieldByIndex(u.Variants[i].index)
	if s := field.String(); s != "" && s != u.Variants[i].Tag {
		return fmt.Errorf("the member %q of a %v says something else than %q", u.Property, value.Type(), u.Variants[i].Tag)
	}
	field.SetString(u.Variants[i].Tag)
	return marshalEncode(e, tagged.Interface(), e.Options())
}
