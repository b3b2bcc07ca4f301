package rules

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/go-playground/validator/v10"
)

var bytesType = reflect.TypeFor[[]byte]()

// judge leaves a built-in rule that is not compiled to validator.
func (s *site) judge() (step, error) {
	if s.rule.Name == "json" && s.kind == lists && !s.t.ConvertibleTo(bytesType) {
		return step{}, fmt.Errorf("json works on strings and bytes")
	}
	if s.rule.Name == "spicedb" && s.rule.HasParam {
		switch s.rule.Param {
		case "permission", "type", "id", "":
		default:
			return step{}, errors.New("spicedb takes permission, type or id")
		}
	}
	v, tag := s.c.reg.v, s.rule.String()
	if s.kind == record {
		tag += "," + wordNoStructLevel
		return step{value: func(_ *run, value reflect.Value) bool { return v.VarWithKey("value", content(value), tag) == nil }}, nil
	}
	return step{value: func(_ *run, value reflect.Value) bool { return v.Var(content(value), tag) == nil }}, nil
}

// buildPostcode compiles postcode_iso3166_alpha2_field: the country stands in
// another field, and validator knows the postal codes.
func buildPostcode(s *site) (step, error) {
	ref, err := s.reference(s.rule.Param)
	if err != nil {
		return step{}, err
	}
	if ref.typ != nil && kindOf(ref.typ) != text {
		return step{}, fmt.Errorf("%s is of type %v; name a string", s.rule.Param, ref.typ)
	}
	v := s.c.reg.v
	return step{value: func(r *run, value reflect.Value) bool {
		country, _, ok := ref.lookup(r.parent)
		// Whatever is no code must not get into a tag.
		return ok && country.Kind() == reflect.String && only(isLetter)(country.String()) && len(country.String()) == 2 &&
			v.Var(value.String(), "postcode_iso3166_alpha2="+country.String()) == nil
	}}, nil
}

// foreign leaves a rule to the user's validator. Its function sees the struct
// around the value as Parent; on a struct value it sees none, because validator
// has no way to be told.
func (s *site) foreign() step {
	v, tag := s.c.reg.v, s.rule.String()
	if s.kind == record {
		tag += "," + wordNoStructLevel
		return step{value: func(_ *run, value reflect.Value) bool { return v.VarWithKey("value", content(value), tag) == nil }}
	}
	return step{value: func(r *run, value reflect.Value) bool {
		if r.parent.IsValid() && r.parent.CanInterface() {
			return v.VarWithValue(content(value), r.parent.Interface(), tag) == nil
		}
		return v.Var(content(value), tag) == nil
	}}
}

// content boxes a value for validator: by pointer where that spares a copy.
func content(v reflect.Value) any {
	switch {
	case !v.CanInterface():
		return nil
	case v.CanAddr() && v.Kind() != reflect.Pointer:
		return v.Addr().Interface()
	}
	return v.Interface()
}

// foreignChain leaves all rules of a type with a custom type function to the
// validator, since only it can call that function.
func (c *compiler) foreignChain(made *chain, at spot, rules Rules) {
	tag := rules.String()
	if tag == "" {
		return
	}
	c.checkNames(at, made.typ, rules)
	if rules.Has("pattern") && !c.replaced("pattern") {
		c.mistake(at, made.typ, "pattern", "pattern does not work on a type with a custom type function")
		return
	}
	v := c.reg.v
	made.steps = []step{{value: func(r *run, value reflect.Value) bool {
		var err error
		if r.parent.IsValid() && r.parent.CanInterface() {
			err = v.VarWithValue(content(value), r.parent.Interface(), tag)
		} else {
			err = v.Var(content(value), tag)
		}
		r.reportAll(err)
		return true
	}}}
}

// reportAll turns what validator found into violations, with paths below the
// value.
func (r *run) reportAll(err error) {
	var list validator.ValidationErrors
	if !errors.As(err, &list) {
		return
	}
	for _, e := range list {
		n := len(r.out)
		r.report(&finding{rule: e.Tag(), param: e.Param(), detail: detailFor(e.ActualTag(), e.Param(), e.Kind())})
		for _, step := range backwards(e.Namespace()) {
			r.within(n, step)
		}
	}
}
