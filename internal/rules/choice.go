package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// buildOneOf compiles oneof and noneof. Numbers are compared as they are
// written in decimal, so oneof=01 names no number.
func buildOneOf(want bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		list := s.rule.Words()
		switch s.kind {
		case signed:
			return oneOfSigned(s, list, want)
		case unsigned:
			return oneOfUnsigned(s, list, want)
		}
		return step{text: func(text string) bool { return slices.Contains(list, text) == want }}, nil
	}
}

func oneOfSigned(s *site, list []string, want bool) (step, error) {
	numbers := make([]int64, len(list))
	for i, word := range list {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != word {
			return step{}, notChoice(s, word)
		}
		numbers[i] = n
	}
	return step{signed: func(n int64) bool { return slices.Contains(numbers, n) == want }}, nil
}

func oneOfUnsigned(s *site, list []string, want bool) (step, error) {
	numbers := make([]uint64, len(list))
	for i, word := range list {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil || strconv.FormatUint(n, 10) != word {
			return step{}, notChoice(s, word)
		}
		numbers[i] = n
	}
	return step{unsigned: func(n uint64) bool { return slices.Contains(numbers, n) == want }}, nil
}

func notChoice(s *site, word string) error {
	return fmt.Errorf("%q is not a value of %v; list plain integers, such as %s=1 2 3", word, s.t, s.rule.Name)
}

func buildOneOfFold(want bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		list := s.rule.Words()
		return step{text: func(text string) bool {
			return slices.ContainsFunc(list, func(word string) bool { return strings.EqualFold(word, text) }) == want
		}}, nil
	}
}

// buildUnique compiles unique: the elements of a list, or the values of a map,
// differ from one another; unique=Field compares one field of struct elements;
// and on a single value unique=Field compares it with another field.
func buildUnique(s *site) (step, error) {
	if s.kind&(lists|tables) == 0 {
		return s.uniqueBeside()
	}
	elem := s.t.Elem()
	if s.rule.Param == "" {
		if !indirectOnce(elem).Comparable() {
			return step{}, fmt.Errorf("elements of type %v cannot be compared with one another; use unique=Field on structs, or leave it out", elem)
		}
		if s.kind == tables {
			return step{value: func(_ *run, v reflect.Value) bool { return uniqueValues(v) }}, nil
		}
		return step{value: uniqueTest(elem)}, nil
	}
	return s.uniqueBy(elem)
}

func indirectOnce(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// uniqueBy compares a field of the elements.
func (s *site) uniqueBy(elem reflect.Type) (step, error) {
	elem = indirectOnce(elem)
	if s.kind == tables || elem.Kind() != reflect.Struct {
		return step{}, fmt.Errorf("unique=%s compares a field of the elements, which must be structs in a slice or array", s.rule.Param)
	}
	f, ok := elem.FieldByName(s.rule.Param)
	switch {
	case !ok || !f.IsExported():
		return step{}, fmt.Errorf("%v has no field %s%s", elem, s.rule.Param, suggest(s.rule.Param, fieldNames(elem)))
	case !indirectOnce(f.Type).Comparable():
		return step{}, fmt.Errorf("field %s has type %v, whose values cannot be compared", f.Name, f.Type)
	}
	return step{value: func(_ *run, v reflect.Value) bool {
		seen := make(map[any]struct{}, v.Len())
		for i := range v.Len() {
			if !addNew(seen, fieldOf(v.Index(i), f.Index)) {
				return false
			}
		}
		return true
	}}, nil
}

// fieldOf reads a field of a struct or pointer to one; it is invalid if a nil
// pointer is in the way.
func fieldOf(v reflect.Value, index []int) reflect.Value {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return reflect.Value{}
		}
		v = v.Elem()
	}
	if len(index) == 1 {
		return v.Field(index[0])
	}
	f, err := v.FieldByIndexErr(index)
	if err != nil {
		return reflect.Value{}
	}
	return f
}

// uniqueTest picks a test without allocation for short lists of plain elements.
func uniqueTest(elem reflect.Type) func(*run, reflect.Value) bool {
	var differ func(reflect.Value) bool
	switch kindOf(elem) {
	case text:
		differ = allDiffer(reflect.Value.String)
	case signed:
		differ = allDiffer(reflect.Value.Int)
	case unsigned:
		differ = allDiffer(reflect.Value.Uint)
	case floating:
		differ = allDiffer(reflect.Value.Float)
	default:
		return func(_ *run, v reflect.Value) bool { return uniqueElements(v) }
	}
	return func(_ *run, v reflect.Value) bool {
		if v.Len() <= shortList {
			return differ(v)
		}
		return uniqueElements(v)
	}
}

// shortList is the length up to which comparing all pairs is cheaper than a map.
const shortList = 24

func allDiffer[T comparable](read func(reflect.Value) T) func(reflect.Value) bool {
	return func(v reflect.Value) bool {
		var room [shortList]T
		for i := range v.Len() {
			room[i] = read(v.Index(i))
			if slices.Contains(room[:i], room[i]) {
				return false
			}
		}
		return true
	}
}

func uniqueElements(v reflect.Value) bool {
	seen := make(map[any]struct{}, v.Len())
	for i := range v.Len() {
		if !addNew(seen, v.Index(i)) {
			return false
		}
	}
	return true
}

func uniqueValues(v reflect.Value) bool {
	seen := make(map[any]struct{}, v.Len())
	for it := v.MapRange(); it.Next(); {
		if !addNew(seen, it.Value()) {
			return false
		}
	}
	return true
}

// absence is the key of all nil pointers, which equal one another.
type absence struct{}

// printed is the key of a value that cannot be one, in an interface.
type printed string

func addNew(seen map[any]struct{}, v reflect.Value) bool {
	key := uniqueKey(v)
	if _, ok := seen[key]; ok {
		return false
	}
	seen[key] = struct{}{}
	return true
}

func uniqueKey(v reflect.Value) any {
	if v.IsValid() && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return absence{}
	case !v.Comparable():
		return printed(fmt.Sprintf("%#v", v.Interface()))
	}
	return v.Interface()
}

// uniqueBeside compares a single value with another field of its struct.
func (s *site) uniqueBeside() (step, error) {
	ref, err := s.reference(s.rule.Param)
	switch {
	case err != nil:
		return step{}, err
	case !s.t.Comparable():
		return step{}, fmt.Errorf("values of type %v cannot be compared", s.t)
	case ref.typ != nil && ref.typ.Kind() != s.t.Kind():
		return step{}, fmt.Errorf("%s is of type %v; compare fields of one kind", s.rule.Param, ref.typ)
	}
	return step{value: func(r *run, v reflect.Value) bool {
		beside, _, ok := ref.lookup(r.parent)
		return !ok || !beside.CanInterface() || !v.CanInterface() || !beside.Comparable() || v.Interface() != beside.Interface()
	}}, nil
}
