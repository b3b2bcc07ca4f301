package bind

import (
	"encoding"
	"reflect"
)

// setter writes one value to the place for which it was made.
type setter interface {
	set(text string) fault
	zero()
}

// gatherer writes a list of values to the place for which it was made.
type gatherer interface {
	start(n int)
	put(i int, text string) fault
	zero()
}

// plain sets a built-in type, or a type defined as one, without reflection.
type plain[T any] struct {
	to    *T
	parse parser[T]
}

func (p *plain[T]) set(text string) (f fault) {
	*p.to, f = p.parse(text)
	return f
}

func (p *plain[T]) zero() { *p.to = *new(T) }

// plainPointer sets a *T. The value is a new one each time, because the handler may keep it.
type plainPointer[T any] struct {
	to    **T
	parse parser[T]
}

func (p *plainPointer[T]) set(text string) fault {
	v, f := p.parse(text)
	*p.to = &v
	return f
}

func (p *plainPointer[T]) zero() { *p.to = nil }

// plainList sets a []T; a new one each time, for the same reason.
type plainList[T any] struct {
	to    *[]T
	parse parser[T]
}

func (l *plainList[T]) start(n int) { *l.to = make([]T, n) }

func (l *plainList[T]) put(i int, text string) (f fault) {
	(*l.to)[i], f = l.parse(text)
	return f
}

func (l *plainList[T]) zero() { *l.to = nil }

// texted sets a type that reads texts itself.
type texted struct {
	to    encoding.TextUnmarshaler
	value reflect.Value
	leaf  *leaf
}

func (t *texted) set(text string) fault {
	// What UnmarshalText would reuse of the last request's value may be in another's hands.
	t.value.SetZero()
	return t.leaf.unmarshal(t.to, text)
}

func (t *texted) zero() { t.value.SetZero() }

// pointer sets a pointer to any type.
type pointer struct {
	field reflect.Value
	leaf  *leaf
}

func (p *pointer) set(text string) fault {
	v := reflect.New(p.leaf.typ)
	f := p.leaf.decode(v.Elem(), text)
	p.field.Set(v)
	return f
}

func (p *pointer) zero() { p.field.SetZero() }

// list sets a slice of any type.
type list struct {
	field reflect.Value
	leaf  *leaf
}

func (l *list) start(n int) { l.field.Set(reflect.MakeSlice(l.field.Type(), n, n)) }

func (l *list) put(i int, text string) fault { return l.leaf.decode(l.field.Index(i), text) }

func (l *list) zero() { l.field.SetZero() }

// array sets a Go array element by element.
type array struct {
	elems []setter
}

func newArray(field reflect.Value, l *leaf) *array {
	a := &array{elems: make([]setter, field.Len())}
	for i := range a.elems {
		a.elems[i] = l.scalar(field.Index(i))
	}
	return a
}

func (a *array) start(int) {}

func (a *array) put(i int, text string) fault { return a.elems[i].set(text) }

func (a *array) zero() {
	for _, e := range a.elems {
		e.zero()
	}
}
