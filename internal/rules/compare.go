package rules

import (
	"fmt"
	"reflect"
	"strings"
)

// buildCompare compiles eqfield, gtcsfield and their like.
func buildCompare(is relation, byLength bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		ref, err := s.reference(s.rule.Param)
		if err != nil {
			return step{}, err
		}
		if ref.typ != nil && s.kind != other && ref.typ.Kind() != s.t.Kind() {
			return step{}, fmt.Errorf("%s is of type %v; compare fields of one kind", s.rule.Param, ref.typ)
		}
		return step{value: func(r *run, v reflect.Value) bool {
			beside, _, ok := ref.lookup(r.parent)
			if !ok || beside.Kind() != v.Kind() {
				return is == unequal
			}
			return compareValues(is, byLength, v, beside)
		}}, nil
	}
}

func compareValues(is relation, byLength bool, a, b reflect.Value) bool {
	switch kindOf(a.Type()) {
	case text:
		if byLength && is != equal && is != unequal {
			return holds(is, len(a.String()), len(b.String()))
		}
		return holds(is, a.String(), b.String())
	case signed:
		return holds(is, a.Int(), b.Int())
	case unsigned:
		return holds(is, a.Uint(), b.Uint())
	case floating:
		return holds(is, a.Float(), b.Float())
	case boolean:
		return (a.Bool() == b.Bool()) == (is == equal)
	case lists, tables:
		return holds(is, a.Len(), b.Len())
	case moment:
		return compareTimes(is, a, b)
	}
	return is == unequal
}

func compareTimes(is relation, a, b reflect.Value) bool {
	if kindOf(b.Type()) != moment {
		return is == unequal
	}
	first, ok := instant(a)
	second, alsoOK := instant(b)
	return ok && alsoOK && holds(is, first.Compare(second), 0)
}

// buildContains compiles fieldcontains and fieldexcludes.
func buildContains(want bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		ref, err := s.reference(s.rule.Param)
		if err != nil {
			return step{}, err
		}
		if ref.typ != nil && kindOf(ref.typ) != text {
			return step{}, fmt.Errorf("%s is of type %v; name a string", s.rule.Param, ref.typ)
		}
		return step{value: func(r *run, v reflect.Value) bool {
			beside, _, ok := ref.lookup(r.parent)
			if !ok || beside.Kind() != reflect.String {
				return !want
			}
			return strings.Contains(v.String(), beside.String()) == want
		}}, nil
	}
}
