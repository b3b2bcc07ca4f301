package shape

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
)

// Member is one member of the JSON object that a struct is encoded to and decoded from.
type Member struct {
	// Name is the JSON name, never empty.
	Name string
	// GoName is the name of the field.
	GoName string
	// Path is how a message names the field, from the root type through embedded structs, such as "Order.Address.Zip".
	Path string
	// Type is the type of the field.
	Type reflect.Type
	// Index leads from the root struct to the field, for [reflect.Value.FieldByIndex].
	Index []int
	// Tag is the whole tag of the field.
	Tag reflect.StructTag
	// Tagged reports whether the tag gives the name.
	Tagged bool
	// OmitZero and OmitEmpty report the json options of those names.
	OmitZero, OmitEmpty bool
	// String reports the json option "string": a number travels inside a JSON string.
	String bool
	// ThroughPointer reports whether an embedded pointer lies on the way:
	// while it is nil the member is left out of the encoding.
	ThroughPointer bool
}

// Omittable reports whether an encoding may lack the member.
func (m *Member) Omittable() bool {
	return m.OmitZero || m.OmitEmpty || m.ThroughPointer
}

// Struct is the JSON shape of a struct type.
type Struct struct {
	// Type is the struct type, without pointers.
	Type reflect.Type
	// Members are in the order in which they are encoded.
	Members []Member
	// Rest is the embedded map or raw value that holds all members that no field names; nil in most structs.
	// Its Name is meaningless.
	Rest *Member
}

// Of returns the shape of t, a struct type or a pointer to one.
// It reports all mistakes of the tags joined: malformed or misspelt json options,
// two fields with one name, options that do not fit the type.
func Of(t reflect.Type) (*Struct, error) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is not a struct", t)
	}
	if found, ok := cache.Load(t); ok {
		return found.(*result).get()
	}
	r := &result{}
	r.shape, r.err = read(t)
	kept, _ := cache.LoadOrStore(t, r)
	return kept.(*result).get()
}

// Members returns the members of t, a struct type or a pointer to one, in the order in which they are encoded.
// It fails as [Of] does.
func Members(t reflect.Type) ([]Member, error) {
	s, err := Of(t)
	if err != nil {
		return nil, err
	}
	return s.Members, nil
}

// cache remembers what depends on nothing but the type: *result by reflect.Type.
var cache sync.Map

type result struct {
	shape *Struct
	err   error
}

func (r *result) get() (*Struct, error) {
	if r.err != nil {
		return nil, r.err
	}
	return r.shape, nil
}

func read(t reflect.Type) (*Struct, error) {
	w := newWalk(t)
	w.run()
	members, rest := w.settle()
	if err := errors.Join(w.mistakes...); err != nil {
		return nil, err
	}
	return &Struct{Type: t, Members: members, Rest: rest}, nil
}
