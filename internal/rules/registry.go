package rules

import (
	"maps"
	"reflect"
	"slices"

	"github.com/go-playground/validator/v10"
)

// registry is what a validator knows beyond what its methods tell. It reads,
// through reflection and without changing anything, the tables that validator
// keeps to itself. A table that is not where it was reads as empty: custom
// rules and aliases are then still judged by the validator, as opaque names.
type registry struct {
	v         *validator.Validate
	inside    reflect.Value
	redefined []string
}

func newRegistry(o Options) *registry {
	v := o.validator()
	return &registry{v: v, inside: reflect.ValueOf(v).Elem(), redefined: o.Redefined}
}

// table returns a map field of the validator, or an invalid value.
func (g *registry) table(field string) reflect.Value {
	m := g.inside.FieldByName(field)
	if m.IsValid() && m.Kind() == reflect.Map {
		return m
	}
	return reflect.Value{}
}

// named looks up a name in a table of values of one kind.
func (g *registry) named(field, name string, kind reflect.Kind) reflect.Value {
	m := g.table(field)
	if !m.IsValid() || m.Type().Key().Kind() != reflect.String || m.Type().Elem().Kind() != kind {
		return reflect.Value{}
	}
	return m.MapIndex(reflect.ValueOf(name))
}

// alias returns what an alias stands for.
func (g *registry) alias(name string) (string, bool) {
	text := g.named("aliases", name, reflect.String)
	if !text.IsValid() {
		return "", false
	}
	return text.String(), true
}

// rule reports whether the validator has a rule, and whether it runs on nil.
func (g *registry) rule(name string) (onNil, ok bool) {
	wrapper := g.named("validations", name, reflect.Struct)
	if !wrapper.IsValid() {
		return false, false
	}
	flag := wrapper.FieldByName("runValidationOnNil")
	return flag.IsValid() && flag.Kind() == reflect.Bool && flag.Bool(), true
}

// entry looks up a type in a table.
func (g *registry) entry(field string, t reflect.Type) reflect.Value {
	m := g.table(field)
	if !m.IsValid() || m.Len() == 0 || m.Type().Key() != reflect.TypeFor[reflect.Type]() {
		return reflect.Value{}
	}
	return m.MapIndex(reflect.ValueOf(&t).Elem())
}

// hasLevel reports whether a struct-level validation is registered for t.
func (g *registry) hasLevel(t reflect.Type) bool {
	return g.entry("structLevelFuncs", t).IsValid()
}

// hasCustom reports whether a custom type function is registered for t.
func (g *registry) hasCustom(t reflect.Type) bool {
	return g.entry("customFuncs", t).IsValid()
}

// override returns the rules registered for a field in place of its tag.
func (g *registry) override(t reflect.Type, field string) (string, bool) {
	fields := g.entry("rules", t)
	if !fields.IsValid() || fields.Type() != reflect.TypeFor[map[string]string]() {
		return "", false
	}
	text := fields.MapIndex(reflect.ValueOf(field))
	if !text.IsValid() {
		return "", false
	}
	return text.String(), true
}

// knows reports whether the validator has a rule or alias with this name. A
// name that no table has is put to the validator in a tag whose first word
// ends the check on a nil pointer, so that it is parsed but nothing is run.
func (g *registry) knows(name string) (known bool) {
	if _, ok := g.rule(name); ok {
		return true
	}
	defer func() { known = recover() == nil }()
	_ = g.v.Var((*int)(nil), wordOmitEmpty+","+name)
	return true
}

// names lists all rules and aliases, sorted.
func (g *registry) names() []string {
	all := maps.Collect(maps.All(catalogue))
	for _, field := range []string{"validations", "aliases"} {
		if m := g.table(field); m.IsValid() {
			for it := m.MapRange(); it.Next(); {
				all[it.Key().String()] = entry{}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// expand parses a tag and puts the rules of an alias in its place.
func (g *registry) expand(tag string) (Rules, error) {
	if tag == "" || tag == wordSkip {
		return Parse(tag)
	}
	parts, err := g.parts(tag, "", 0)
	if err != nil {
		return Rules{}, err
	}
	return parseParts(parts)
}
