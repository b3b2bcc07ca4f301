package rules

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// A reference is another field, named from the struct around a value:
// Other, Inner.Field, Items[0].Name, Meta[key].
type reference struct {
	hops []hop
	typ  reflect.Type // of the field, without pointers; nil if not known before
	name string       // as the client knows it
}

// hop goes to a field, or with a bracket to an element.
type hop struct {
	field string
	index []int // of the field; nil if the struct's type is not known before
	elem  string
	at    int
}

// reference reads the path and follows it through the types as far as they are
// known, so that a field that does not exist is a mistake.
func (s *site) reference(path string) (*reference, error) {
	if s.at.parent == nil {
		return nil, errNoParent
	}
	if path == "" {
		return nil, fmt.Errorf("%s needs the name of another field, such as %s=Other", s.rule.Name, s.rule.Name)
	}
	hops, err := parseHops(path)
	if err != nil {
		return nil, err
	}
	ref := &reference{hops: hops}
	var names Path
	t := s.at.parent
	for i := range ref.hops {
		if t = known(t); t == nil {
			break
		}
		var step Step
		if t, step, err = ref.hops[i].follow(s, t); err != nil {
			return nil, err
		}
		if step.Name != "" || step.Kind == Index {
			names = append(names, step)
		}
	}
	ref.name = names.String()
	if t != nil {
		ref.typ = known(t)
	}
	return ref, nil
}

// known strips pointers, and is nil for what only a value can tell.
func known(t reflect.Type) reflect.Type {
	if t = indirect(t); t.Kind() == reflect.Interface || t.Implements(valuerType) || reflect.PointerTo(t).Implements(valuerType) {
		return nil
	}
	return t
}

func parseHops(path string) ([]hop, error) {
	var hops []hop
	for part := range strings.SplitSeq(path, ".") {
		name, rest, _ := strings.Cut(part, "[")
		if name != "" {
			hops = append(hops, hop{field: name})
		} else if rest == "" {
			return nil, fmt.Errorf("%q is not the name of a field", path)
		}
		for rest != "" {
			elem, more, ok := strings.Cut(rest, "]")
			if !ok || elem == "" || more != "" && more[0] != '[' {
				return nil, fmt.Errorf("%q has a bracket that is not closed", path)
			}
			at, err := strconv.Atoi(elem)
			if err != nil {
				at = -1
			}
			hops = append(hops, hop{elem: elem, at: at})
			rest = strings.TrimPrefix(more, "[")
		}
	}
	return hops, nil
}

func (h *hop) follow(s *site, t reflect.Type) (reflect.Type, Step, error) {
	if h.field != "" {
		return h.followField(s, t)
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if h.at < 0 {
			return nil, Step{}, fmt.Errorf("[%s] is no index of %v", h.elem, t)
		}
		return t.Elem(), Step{Kind: Index, Index: h.at}, nil
	case reflect.Map:
		if _, err := mapKey(t.Key(), h.elem); err != nil {
			return nil, Step{}, err
		}
		return t.Elem(), Step{Kind: Key, Name: h.elem}, nil
	}
	return nil, Step{}, fmt.Errorf("%v has no element [%s]", t, h.elem)
}

func (h *hop) followField(s *site, t reflect.Type) (reflect.Type, Step, error) {
	if t.Kind() != reflect.Struct || kindOf(t) == moment {
		return nil, Step{}, fmt.Errorf("%v has no field %s", t, h.field)
	}
	f, ok := t.FieldByName(h.field)
	if !ok {
		if real, ok := s.goName(t, h.field); ok {
			return nil, Step{}, fmt.Errorf("%v has no field %s; name the Go field %s", t, h.field, real)
		}
		return nil, Step{}, fmt.Errorf("%v has no field %s%s", t, h.field, suggest(h.field, fieldNames(t)))
	}
	if !f.IsExported() && !f.Anonymous {
		return nil, Step{}, fmt.Errorf("field %s of %v is not exported", h.field, t)
	}
	h.index = f.Index
	name, _, skip := s.c.opts.nameOf(f)
	if skip {
		name = f.Name
	}
	return f.Type, Step{Name: name}, nil
}

// goName finds the field that the client knows by a name.
func (s *site) goName(t reflect.Type, name string) (string, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if public, flat, skip := s.c.opts.nameOf(f); public == name && !flat && !skip {
			return f.Name, true
		}
	}
	return "", false
}

// mapKey reads a key that stands in a tag.
func mapKey(t reflect.Type, word string) (reflect.Value, error) {
	key := reflect.New(t).Elem()
	err := strconv.ErrSyntax
	switch kindOf(t) {
	case text:
		key.SetString(word)
		return key, nil
	case signed:
		var n int64
		if n, err = strconv.ParseInt(word, 10, t.Bits()); err == nil {
			key.SetInt(n)
		}
	case unsigned:
		var n uint64
		if n, err = strconv.ParseUint(word, 10, t.Bits()); err == nil {
			key.SetUint(n)
		}
	case floating:
		var x float64
		if x, err = strconv.ParseFloat(word, t.Bits()); err == nil {
			key.SetFloat(x)
		}
	case boolean:
		var b bool
		if b, err = strconv.ParseBool(word); err == nil {
			key.SetBool(b)
		}
	}
	if err != nil {
		return key, fmt.Errorf("[%s] is no key of type %v", word, t)
	}
	return key, nil
}

// lookup finds the field in a struct. nullable says that a pointer or interface
// led to it; ok is false if something on the way is not there.
func (ref *reference) lookup(parent reflect.Value) (v reflect.Value, nullable, ok bool) {
	v = parent
	for i := range ref.hops {
		if v, _ = unwrap(v); !v.IsValid() {
			return v, false, false
		}
		if v = ref.hops[i].to(v); !v.IsValid() {
			return v, false, false
		}
	}
	v, nullable = unwrap(v)
	return v, nullable, v.IsValid()
}

// unwrap follows pointers, interfaces and Valuers. A nil one is the result.
func unwrap(v reflect.Value) (_ reflect.Value, nullable bool) {
	for v.IsValid() {
		wraps := v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface
		switch {
		case wraps && v.IsNil():
			return v, true
		case v.Type().Implements(valuerType) && v.CanInterface() && v.Kind() != reflect.Interface:
			v = reflect.ValueOf(v.Interface().(interface{ ValidatorValue() any }).ValidatorValue())
		case wraps:
			v, nullable = v.Elem(), true
		default:
			return v, nullable
		}
	}
	return v, nullable
}

func (h *hop) to(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		return h.fieldOf(v)
	case reflect.Slice, reflect.Array:
		if h.field == "" && h.at >= 0 && h.at < v.Len() {
			return v.Index(h.at)
		}
	case reflect.Map:
		if key, err := mapKey(v.Type().Key(), h.elem); h.field == "" && err == nil {
			return v.MapIndex(key)
		}
	}
	return reflect.Value{}
}

func (h *hop) fieldOf(v reflect.Value) reflect.Value {
	index := h.index
	if index == nil {
		f, ok := v.Type().FieldByName(h.field)
		if !ok {
			return reflect.Value{}
		}
		index = f.Index
	}
	return fieldOf(v, index)
}
