package codec

import "reflect"

// optional is a pointer to a type that tells a value that was given from one
// that was not. As a member of an object it is the value inside; null is a
// value where that is a pointer.
type optional interface {
	OptionalElem() any
	MarkSet()
	IsZero() bool
}

// optionalElem returns the type inside an optional one, or nil for others.
func optionalElem(t reflect.Type) reflect.Type {
	if t.Kind() != reflect.Struct || !reflect.PointerTo(t).Implements(reflect.TypeFor[optional]()) {
		return nil
	}
	o, _ := reflect.TypeAssert[optional](reflect.New(t))
	return reflect.TypeOf(o.OptionalElem()).Elem()
}

func decodeOptional(d *decoder, to optional) error {
	to.MarkSet()
	return unmarshalDecode(d, to.OptionalElem(), d.Options())
}

func encodeOptional(e *encoder, from optional) error {
	if from.IsZero() {
		return e.WriteToken(null()) // only inside of an any: CheckEncode asks members for omitzero
	}
	return marshalEncode(e, from.OptionalElem(), e.Options())
}
