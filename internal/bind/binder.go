package bind

import (
	"fmt"
	"reflect"
	"strings"
)

// Binder fills one field from one source, again for each request. It serves one goroutine at a time.
type Binder struct {
	param *Param
	src   *Source
	path  *string // the text of a wildcard
	multi bool    // its pattern is {name...}
	pairs *pairs  // of a query, cookie or form
	slot  *slot

	ptr   any           // to the field
	field reflect.Value // the field
	opt   Optional      // the field, if it is one
	check any           // what the rules look at

	one  setter
	many gatherer
	deep reflect.Value // the field of an object, or what is inside it
}

// Binder makes a binder that fills what ptr points to, which must be of the type of p, from src,
// whose plan must have been made with p. It panics if they are not. ptr must stay valid for as long as the binder is used.
func (p *Param) Binder(ptr any, src *Source) Binder {
	field := reflect.ValueOf(ptr)
	if field.Kind() != reflect.Pointer || field.Type().Elem() != p.Type {
		panic(fmt.Sprintf("bind: field %s has type %v, and the pointer given is a %T", p.Field, p.Type, ptr))
	}
	slot := src.plan.slot(p)
	if slot < 0 {
		panic(fmt.Sprintf("bind: field %s is not in the plan of the source", p.Field))
	}
	b := p.target(field.Elem())
	b.src = src
	switch p.Place {
	case Header:
	case Path:
		b.path, b.multi = &src.path[slot], src.plan.wildcards[slot].multi
	default:
		b.pairs = src.pairs(p.Place)
		b.slot = &b.pairs.slots[slot]
	}
	return b
}

// target makes the part of a binder that writes.
func (p *Param) target(field reflect.Value) Binder {
	b := Binder{param: p, field: field, ptr: field.Addr().Interface()}
	b.check = b.ptr
	value := field
	if p.optional {
		b.opt = b.ptr.(Optional)
		b.check = b.opt.OptionalElem()
		value = reflect.ValueOf(b.check).Elem()
	}
	switch {
	case p.form == deep:
		b.deep = value
	case p.form == single && p.pointer:
		b.one = p.leaf.pointer(value)
	case p.form == single:
		b.one = p.leaf.scalar(value)
	case p.container.Kind() == reflect.Array:
		b.many = newArray(value, p.leaf)
	default:
		b.many = p.leaf.list(value)
	}
	return b
}

// Bind fills the field from the request that was loaded into the source: with what it gives, or with the default, or,
// if there is none or in case of an error, with the zero value. Whatever was in the field before is gone.
func (b *Binder) Bind() *Error {
	err := b.bind()
	if err != nil {
		b.zero()
	}
	return err
}

func (b *Binder) bind() *Error {
	switch {
	case b.one != nil:
		return b.bindOne()
	case b.many != nil:
		return b.bindMany()
	}
	return b.bindDeep()
}

func (b *Binder) bindOne() *Error {
	text, count, bad := b.text()
	if bad != nil {
		return bad
	}
	if count == 0 || text == "" && b.param.Place == Form {
		return b.absent()
	}
	if count > 1 && !b.param.options.FirstWins {
		return b.param.error("", CodeRepeated, "given more than once", true)
	}
	f := b.suits(text)
	if f == fine {
		f = b.one.set(text)
	}
	if f != fine {
		return b.param.fault("", f, text)
	}
	return b.present()
}

// suits looks for what the place does not allow in any text.
func (b *Binder) suits(text string) fault {
	switch b.param.Place {
	case Path:
		return cleanPath(text, b.multi, b.param.opaque)
	case Cookie:
		return cleanCookie(text)
	}
	return fine
}

// text returns the first text of the parameter and how many there are.
func (b *Binder) text() (text string, count int, bad *Error) {
	switch b.param.Place {
	case Path:
		return *b.path, 1, nil
	case Header:
		if lines := b.src.header(b.param.key); len(lines) > 0 {
			return lines[0], len(lines), nil
		}
		return "", 0, nil
	}
	if !b.pairs.read {
		b.src.read(b.pairs)
	}
	return b.slot.text, int(b.slot.count), b.pairs.bad
}

// present finishes a field that the request has filled.
func (b *Binder) present() *Error {
	if b.opt != nil {
		b.opt.MarkSet()
	}
	if b.param.checker == nil {
		return nil
	}
	return b.param.violations(b.param.checker.Check(b.check))
}

// absent finishes a field about which the request says nothing.
func (b *Binder) absent() *Error {
	switch p := b.param; {
	case p.Required:
		return p.error("", CodeRequired, "is required", false)
	case !p.HasDefault:
		b.zero()
	case b.one != nil:
		b.one.set(p.presets[0])
	default:
		b.many.start(len(p.presets))
		for i, text := range p.presets {
			b.many.put(i, text)
		}
	}
	return nil
}

func (b *Binder) zero() {
	switch {
	case b.opt != nil:
		b.field.SetZero()
	case b.one != nil:
		b.one.zero()
	case b.many != nil:
		b.many.zero()
	default:
		b.field.SetZero()
	}
}

// error says what is wrong at a path within the parameter.
func (p *Param) error(path, code, detail string, malformed bool) *Error {
	return &Error{Place: p.Place, Name: p.Name, Path: path, Code: code, Detail: detail, Malformed: malformed}
}

// fault says why a text is no value.
func (p *Param) fault(path string, f fault, text string) *Error {
	code, detail, malformed := p.leaf.explain(f)
	if f == wrongType && p.leaf.instant && (p.Place == Query || p.Place == Form) && strings.Contains(text, " ") {
		detail += " (a plus sign is written %2B)"
	}
	return p.error(path, code, detail, malformed)
}
