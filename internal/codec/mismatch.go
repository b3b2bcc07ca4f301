package codec

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
)

// explain turns the failure of a decode into Errors. It is the slow path: it
// reads the text once for its syntax and once beside the type.
func (c *Codec) explain(data []byte, err error, o Options) error {
	if e := checkSyntax(data); e != nil {
		return Errors{e}
	}
	if e := c.CheckDecode(); e != nil {
		return e
	}
	s := search{data: data, options: c.decode, strict: o.RejectUnknown, nulls: o.RejectNull}
	if errs := s.run(c.root()); len(errs) > 0 {
		return errs
	}
	return Errors{unlocated(err)}
}

// nulls finds the nulls that have no place in a text that was decoded.
func (c *Codec) nulls(data []byte) error {
	s := search{data: data, options: c.decode, nulls: true, fits: true}
	if errs := s.run(c.root()); len(errs) > 0 {
		return errs
	}
	return nil
}

// search walks a well-formed text beside a type and notes what does not fit.
type search struct {
	*decoder
	place
	data    []byte
	options jsonOptions
	strict  bool
	nulls   bool // refuse null where the type has no place for it
	fits    bool // everything else is known to fit
	errs    Errors
}

func (s *search) run(root member) Errors {
	s.decoder = newDecoder(bytes.NewReader(s.data))
	s.value(root)
	slices.SortStableFunc(s.errs, func(a, b *Error) int { return cmp.Compare(a.Offset, b.Offset) })
	return s.errs
}

// value looks at the next value. The text has been read before, so that the
// errors of reading can only be those of its end.
func (s *search) value(m member) {
	k := s.PeekKind()
	switch {
	case len(s.errs) == limit:
		_ = s.SkipValue()
	case k == 'n' && s.nulls && !m.takesNull():
		s.null(m)
	case k == 'n' && (m.nullable || m.form != leaf):
		_ = s.SkipValue()
	case k == '{' && (m.form == object || m.form == mapping || m.form == dynamic):
		s.object(m.node)
	case k == '[' && (m.form == list || m.form == dynamic):
		s.list(m.node)
	case k == '{' && m.form == choice:
		s.choice(m.node)
	default:
		s.leaf(m)
	}
}

// choice goes on with the type that the object says it is of.
func (s *search) choice(n *node) {
	at := s.next()
	raw, err := newDecoder(bytes.NewReader(s.data[at:])).ReadValue()
	if err != nil {
		return
	}
	tag, found := n.union.tag(raw)
	if m, ok := n.members[tag]; ok {
		s.object(m.node)
		return
	}
	code, detail := CodeRequired, "is required"
	if found {
		code, detail = CodeOneOf, "must be one of "+n.union.tags()
	}
	before := s.mark()
	s.name(n.union.Property)
	s.note(at, code, detail)
	s.back(before)
	_ = s.SkipValue()
}

// null notes a null that has no place.
func (s *search) null(m member) {
	want, _ := expected(m.typ, m.quoted)
	s.note(s.next(), CodeType, "expected "+want+", got null")
	_ = s.SkipValue()
}

func (s *search) object(n *node) {
	_, _ = s.ReadToken()
	for s.PeekKind() == '"' {
		at := s.next()
		token, err := s.ReadToken()
		if err != nil {
			return
		}
		name, before := token.String(), s.mark()
		s.name(name)
		s.member(n, name, at)
		s.back(before)
	}
	_, _ = s.ReadToken()
}

func (s *search) member(n *node, name string, at int) {
	m := n.elem
	switch {
	case len(s.errs) == limit:
		_ = s.SkipValue()
		return
	case n.form == object:
		var known bool
		if m, known = n.members[name]; !known {
			if s.strict {
				s.note(at, CodeUnknown, "there is no member "+quoteName(name)+" here")
			}
			_ = s.SkipValue()
			return
		}
	case n.form == mapping:
		if !s.fits && !s.fitsKey(n.typ, s.data[at:s.InputOffset()]) {
			s.note(at, CodeType, "expected "+expectedKey(n.typ.Key())+" as the name of the member")
			_ = s.SkipValue()
			return
		}
	}
	s.value(m)
}

// fitsKey decodes an object that has nothing but the name, as it stands in the text.
func (s *search) fitsKey(t reflect.Type, quoted []byte) bool {
	if t.Key().Kind() == reflect.String && !decodesItself(t.Key()) {
		return true
	}
	probe := reflect.MapOf(t.Key(), reflect.TypeFor[struct{}]())
	return unmarshal(slices.Concat([]byte("{"), quoted, []byte(":{}}")), reflect.New(probe).Interface(), s.options) == nil
}

func (s *search) list(n *node) {
	at := s.next()
	_, _ = s.ReadToken()
	i := 0
	for ; s.PeekKind() != ']' && s.PeekKind() != 0; i++ {
		before := s.mark()
		s.index(i)
		s.value(n.elem)
		s.back(before)
	}
	_, _ = s.ReadToken()
	if n.typ.Kind() == reflect.Array && i != n.typ.Len() {
		s.note(at, CodeLength, expectedLength(n.typ.Len()))
	}
}

// leaf decodes the next value as a whole, to see whether it fits.
func (s *search) leaf(m member) {
	if s.fits {
		_ = s.SkipValue()
		return
	}
	raw, err := s.ReadValue()
	if err != nil {
		return
	}
	at := int(s.InputOffset()) - len(raw)
	t, o := m.typ, s.options
	if m.form == dynamic { // only a number may fail
		t = reflect.TypeFor[float64]()
		if raw.Kind() != '0' {
			return
		}
	}
	if m.quoted {
		o = quotedNumbers(o)
	}
	if unmarshal(raw, reflect.New(t).Interface(), o) == nil {
		return
	}
	code, detail := mismatch(t, m.quoted, raw)
	s.note(at, code, detail)
}

// next returns the offset of the next token.
func (s *search) next() int {
	at := int(s.InputOffset())
	return at + len(s.data[at:]) - len(bytes.TrimLeft(s.data[at:], " \t\r\n,:"))
}

func (s *search) note(at int, code, detail string) {
	if len(s.errs) == limit {
		return
	}
	pointer, path := s.strings()
	s.errs = append(s.errs, &Error{Kind: Type, Code: code, Pointer: pointer, Path: path, Offset: at, Detail: detail})
}
