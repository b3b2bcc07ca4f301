package rules

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// A condition is one part of required_if and its like: does another field have
// a value, or is another field there.
type condition struct {
	ref  *reference
	want func(reflect.Value) bool // nil: the field is there
}

// met reports whether the condition holds.
func (c *condition) met(r *run) bool {
	v, nullable, ok := c.ref.lookup(r.parent)
	switch {
	case !ok:
		return false
	case c.want != nil:
		return c.want(v)
	}
	return present(v, nullable)
}

// demand is what a rule asks of its own value when its conditions are met.
type demand uint8

const (
	given demand = iota
	empty
)

// buildConditional compiles the rules that ask for, or forbid, a value if all
// or any of the conditions are met, or not met.
func buildConditional(parse func(*site) ([]condition, error), all, met bool, want demand) func(*site) (step, error) {
	return func(s *site) (step, error) {
		list, err := parse(s)
		nullable := s.nullable
		return step{value: func(r *run, v reflect.Value) bool {
			return !applies(r, list, all, met) || present(v, nullable) == (want == given)
		}}, err
	}
}

func applies(r *run, list []condition, all, met bool) bool {
	for i := range list {
		if (list[i].met(r) == met) != all {
			return !all
		}
	}
	return all
}

// fieldList reads the names of required_with and its like.
func fieldList(s *site) ([]condition, error) {
	var list []condition
	for _, name := range s.rule.Words() {
		ref, err := s.reference(name)
		if err != nil {
			return nil, err
		}
		list = append(list, condition{ref: ref})
	}
	return list, nil
}

// pairList reads the names and values of required_if and its like.
func pairList(s *site) ([]condition, error) {
	parts := s.rule.Words()
	if len(parts)%2 != 0 {
		return nil, fmt.Errorf("%s takes pairs of a field and a value; %d words are not pairs", s.rule.Name, len(parts))
	}
	var list []condition
	var names []string
	for pair := range slices.Chunk(parts, 2) {
		if s.rule.Name == "required_if" && slices.Contains(names, pair[0]) {
			return nil, fmt.Errorf("%s names %s twice", s.rule.Name, pair[0])
		}
		names = append(names, pair[0])
		ref, err := s.reference(pair[0])
		if err != nil {
			return nil, err
		}
		want, err := wanted(ref, pair[1])
		if err != nil {
			return nil, err
		}
		list = append(list, condition{ref: ref, want: want})
	}
	return list, nil
}

// wanted compiles the comparison of a field with a value from a tag. If the
// field's type is not known before, the value is read for each type met.
func wanted(ref *reference, value string) (func(reflect.Value) bool, error) {
	if ref.typ != nil {
		return wantedOf(ref.typ, value)
	}
	return func(v reflect.Value) bool {
		test, err := wantedOf(v.Type(), value)
		return err == nil && test(v)
	}, nil
}

func wantedOf(t reflect.Type, value string) (func(reflect.Value) bool, error) {
	test, err := wantedKind(t, value)
	if err != nil {
		return nil, fmt.Errorf("%q is no value of %v", value, t)
	}
	return func(v reflect.Value) bool {
		if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface { // nil, after unwrap
			return v.Kind() == reflect.Pointer && value == "nil"
		}
		return test(v)
	}, nil
}

func wantedKind(t reflect.Type, value string) (func(reflect.Value) bool, error) {
	isNil := func(v reflect.Value) bool { return v.IsNil() }
	never := func(reflect.Value) bool { return false }
	switch kind := kindOf(t); {
	case value == "nil" && nilable(t):
		return isNil, nil
	case value == "nil" && kind != text:
		return never, nil // only the pointer to it can be nil
	case kind == text:
		return func(v reflect.Value) bool { return v.String() == value }, nil
	case kind == signed:
		n, err := strconv.ParseInt(value, 0, 64)
		return func(v reflect.Value) bool { return v.Int() == n }, err
	case kind == unsigned:
		n, err := strconv.ParseUint(value, 0, 64)
		return func(v reflect.Value) bool { return v.Uint() == n }, err
	case kind == floating:
		x, err := strconv.ParseFloat(value, t.Bits())
		return func(v reflect.Value) bool { return v.Float() == x }, err
	case kind == boolean:
		return wantedBool(value)
	case kind&(lists|tables) != 0:
		n, err := strconv.Atoi(value)
		return func(v reflect.Value) bool { return v.Len() == n }, err
	}
	return never, nil
}

func wantedBool(value string) (func(reflect.Value) bool, error) {
	if value != "true" && value != "false" {
		return nil, errors.New("neither true nor false")
	}
	want := value == "true"
	return func(v reflect.Value) bool { return v.Bool() == want }, nil
}
