package rules

import (
	"fmt"
	"reflect"
	"slices"
)

// present reports whether a value counts as given. A slice or map does if it is
// not nil, even if empty; what a pointer led to does even if it is zero.
func present(v reflect.Value, nullable bool) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Chan, reflect.Func:
		return !v.IsNil()
	}
	return nullable || !v.IsZero()
}

// filled is present for omitzero, for which empty slices and maps and zero
// values behind pointers count as absent.
func filled(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	case reflect.Pointer, reflect.Interface, reflect.Chan, reflect.Func:
		return !v.IsNil()
	}
	return !v.IsZero()
}

// nilable reports whether a value of the type can be nil behind all pointers.
func nilable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Chan, reflect.Func:
		return true
	}
	return false
}

func buildRequired(s *site) (step, error) {
	if s.nullable && !nilable(s.t) {
		return step{}, nil
	}
	return s.presence(true), nil
}

func buildIsDefault(s *site) (step, error) {
	if s.nullable && !nilable(s.t) {
		return step{value: func(*run, reflect.Value) bool { return false }}, nil
	}
	return s.presence(false), nil
}

// presence tests whether the value is there, without regard to pointers.
func (s *site) presence(want bool) step {
	switch s.kind {
	case text:
		made := step{text: func(text string) bool { return (text != "") == want }}
		if want {
			made.span = signedSpan(atLeast, 1)
		}
		return made
	case signed:
		return step{signed: func(n int64) bool { return (n != 0) == want }}
	case unsigned:
		return step{unsigned: func(n uint64) bool { return (n != 0) == want }}
	}
	if nilable(s.t) {
		return step{value: func(_ *run, v reflect.Value) bool { return v.IsNil() != want }, notNil: want}
	}
	return step{value: func(_ *run, v reflect.Value) bool { return v.IsZero() != want }}
}

func buildOmitEmpty(s *site) (step, error) { return buildRequired(s) }

func buildOmitNil(s *site) (step, error) {
	if !nilable(s.t) {
		return step{}, nil
	}
	return step{value: func(_ *run, v reflect.Value) bool { return !v.IsNil() }}, nil
}

func buildOmitZero(s *site) (step, error) {
	switch s.kind {
	case lists, tables:
		return step{value: func(_ *run, v reflect.Value) bool { return filled(v) }}, nil
	}
	return s.presence(true), nil
}

// absentSteps compiles the rules for a nil pointer or interface. The first rule
// decides what nil means; only the rules that are made to run on nil, and those
// about presence, go on to the next.
func (c *compiler) absentSteps(at spot, t reflect.Type, rules Rules) []step {
	var steps []step
	for i, rule := range rules.List {
		switch {
		case rule.Name == wordOmitEmpty, rule.Name == wordOmitNil, rule.Name == wordOmitZero, i == 0 && rule.Name == "isdefault":
			return steps
		case c.runsOnNil(rule):
			steps = append(steps, c.onNil(at, t, rule))
		case rule.Name == "isdefault":
		case i == 0 || rule.Name == "required" || rule.Name == wordStructOnly || rule.Name == wordNoStructLevel:
			if i == 0 || rule.Name == "required" {
				steps = append(steps, neverNil(rule))
			}
			return steps
		default:
			c.mistake(at, t, rule.String(), fmt.Sprintf("when the rules before it let a nil pointer pass, %s would judge nil; put %s before it", plainRule(rule), wordOmitEmpty))
			return steps
		}
	}
	if len(rules.List) == 0 && rules.Dive != nil {
		steps = append(steps, neverNil(Rule{Name: wordDive}))
	}
	return steps
}

// neverNil fails: the rule cannot be kept by what is not there.
func neverNil(rule Rule) step {
	f := &finding{rule: rule.Name, param: rule.Param, detail: "is required"}
	switch {
	case rule.Alias != "":
		f.rule = rule.Alias
	case len(rule.Or) > 0:
		f.rule = groupName(rule.Or)
	}
	return step{finding: f, value: func(*run, reflect.Value) bool { return false }}
}

func (c *compiler) runsOnNil(rule Rule) bool {
	if len(rule.Or) > 0 {
		return c.runsOnNil(rule.Or[0])
	}
	if e, ok := catalogue[rule.Name]; ok && !c.replaced(rule.Name) {
		return e.onNil
	}
	onNil, _ := c.reg.rule(rule.Name)
	return onNil
}

// onNil compiles a rule that runs on nil. Its test gets the nil pointer.
func (c *compiler) onNil(at spot, t reflect.Type, rule Rule) step {
	quiet := &compiler{code: c.code} // mistakes were told with the value's own chain
	if len(rule.Or) > 0 {
		// The other alternatives look at the value, and there is none.
		rule.Or = slices.DeleteFunc(slices.Clone(rule.Or), func(r Rule) bool { return !c.runsOnNil(r) })
	}
	made, ok := quiet.step(at, t, rule, false)
	if !ok || made.value == nil {
		return step{value: func(*run, reflect.Value) bool { return true }}
	}
	return made
}
