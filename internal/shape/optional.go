package shape

import (
	"fmt"
	"reflect"
)

// Optional is implemented by a pointer to a type that tells a value that was given from one that was not.
// The zero value of that type means not given.
type Optional interface {
	// OptionalElem returns a pointer to the value inside, never nil.
	OptionalElem() any
	// MarkSet notes that the value was given.
	MarkSet()
}

// OptionalElem returns the type inside an [Optional], or nil for other types.
// It calls the method on a zero value; the error is about a method that does not do as it should.
func OptionalElem(t reflect.Type) (elem reflect.Type, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("has type %v, whose method OptionalElem panics: %v", t, r)
		}
	}()
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return nil, nil
	}
	o, ok := reflect.TypeAssert[Optional](reflect.New(t))
	if !ok {
		return nil, nil
	}
	p := reflect.ValueOf(o.OptionalElem())
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return nil, fmt.Errorf("has type %v, whose method OptionalElem does not return a pointer", t)
	}
	return p.Type().Elem(), nil
}
