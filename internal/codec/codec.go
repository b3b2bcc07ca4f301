package codec

import (
	"bytes"
	"reflect"
	"sync"
)

// DefaultDepth is how many levels of arrays and objects a text may have when
// [Options] do not say.
const DefaultDepth = 64

// Options restrict what is decoded. The zero value is the default.
type Options struct {
	// MaxDepth is how many levels of arrays and objects a text may have;
	// 0 or less means [DefaultDepth].
	MaxDepth int

	// RejectUnknown refuses members that the Go type has no field for, instead
	// of passing over them.
	RejectUnknown bool

	// RejectNull refuses null where the Go type has no place for it, instead of
	// taking it for the zero value. Pointers, interfaces and types that decode
	// themselves from JSON have one; a pointer to a struct within a list or map,
	// which is there to share, has none.
	RejectNull bool
}

// Codec decodes and encodes values of one type. It is safe for concurrent use.
type Codec struct {
	typ    reflect.Type
	encode jsonOptions
	decode jsonOptions
	strict jsonOptions // decode, and refuse unknown members
	root   func() member
	check  func() error // CheckDecode, asked again for every bad text
}

var codecs sync.Map // reflect.Type => *Codec

// For returns the codec of a type. It never fails; whether values of the type
// can be decoded or encoded is what [Codec.CheckDecode] and [Codec.CheckEncode]
// say.
func For(t reflect.Type) *Codec {
	if c, ok := codecs.Load(t); ok {
		return c.(*Codec)
	}
	c, _ := codecs.LoadOrStore(t, newCodec(t))
	return c.(*Codec)
}

func newCodec(t reflect.Type) *Codec {
	forms, dynamic := reach(t)
	base := baseOptions()
	c := &Codec{typ: t, encode: lenient(base), decode: base}
	// Looking for forms costs time for every value, so only types that may hold
	// one pay.
	if forms {
		c.decode = withForms(c.decode)
	}
	if forms || dynamic {
		c.encode = withForms(c.encode)
	}
	c.strict = strictMembers(c.decode)
	c.root = sync.OnceValue(func() member { return compile(t) })
	c.check = sync.OnceValue(func() error { return check(t, true) })
	return c
}

// Decode decodes data into ptr, which points to a zero value of the codec's
// type. It keeps no reference to data. The error is of type [Errors], or else
// the fault of the Go type.
func (c *Codec) Decode(data []byte, ptr any, o Options) error {
	if o.MaxDepth <= 0 {
		o.MaxDepth = DefaultDepth
	}
	if at := tooDeep(data, o.MaxDepth); at >= 0 {
		return depthError(data, at, o.MaxDepth)
	}
	options := c.decode
	if o.RejectUnknown {
		options = c.strict
	}
	if err := unmarshal(data, ptr, options); err != nil {
		return c.explain(data, err, o)
	}
	if o.RejectNull && bytes.Contains(data, []byte("null")) {
		return c.nulls(data)
	}
	return nil
}

// Encode appends the value that ptr points to. A pointer spares an allocation,
// but a value will do. When it fails, the buffer is as before.
func (c *Codec) Encode(buf *Buffer, ptr any) error {
	n := buf.Len()
	if err := marshalWrite(&buf.b, ptr, c.encode); err != nil {
		buf.Truncate(n)
		return err
	}
	return nil
}

// Decode decodes data into ptr, which points to a zero value.
func Decode(data []byte, ptr any, o Options) error {
	t := reflect.TypeOf(ptr)
	if t == nil || t.Kind() != reflect.Pointer {
		return errNoPointer
	}
	return For(t.Elem()).Decode(data, ptr, o)
}

// Write appends a value to buf; see [Codec.Encode].
func Write(buf *Buffer, v any) error {
	t := reflect.TypeOf(v)
	if t == nil {
		_, err := buf.WriteString("null")
		return err
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return For(t).Encode(buf, v)
}

// Marshal returns a value as JSON.
func Marshal(v any) ([]byte, error) {
	buf := GetBuffer()
	defer buf.Free()
	if err := Write(buf, v); err != nil {
		return nil, err
	}
	return append([]byte(nil), buf.Bytes()...), nil
}
