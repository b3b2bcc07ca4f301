package openapi

import (
	"maps"
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/rules"
	"github.com/mortise-go/mortise/internal/shape"
)

// property is a member as the document shows it.
type property struct {
	schema   schema
	required bool
}

// member describes one member of a struct.
func (s *schemas) member(m *shape.Member, u use, names func(string) string) property {
	t := inside(m.Type)
	sch := s.of(t, u, m.Path)
	if m.String {
		sch = quoted(sch)
	}
	check := s.check(m.Tag, m.Type, m.Path, names)
	if u == input {
		check.demanded = s.book.refusesAbsence(m.Type, m.Tag.Get("validate"), check.rules)
	}
	if t != m.Type {
		check = check.given()
	}
	sch = s.unchecked(check.member(sch, m, t, u), check, t)
	if s.nullableMember(m, t, u, check) {
		sch = nullable(sch)
	}
	if u == input {
		s.checkPromises(m, check)
	}
	s.document(sch, m.Tag, m.Type, m.Path)
	addNotes(sch, check.notes)
	if u == input {
		return property{sch, check.demanded && sch["readOnly"] != true}
	}
	return property{sch, !m.Omittable() && sch["writeOnly"] != true}
}

// unchecked loosens the schema of a member whose tag keeps the rules inside of it from being asked: all of them by
// validate:"-", and by omitempty those that the zero value of a struct does not keep.
func (s *schemas) unchecked(sch schema, check *check, t reflect.Type) schema {
	k := value(t).Kind()
	switch {
	case check.rules.Skip && (k == reflect.Slice || k == reflect.Array) && sch["type"] == "array":
		return schema{"type": "array"}
	case check.rules.Skip && (k == reflect.Struct || k == reflect.Map) && (sch["$ref"] != nil || sch["type"] == "object"):
		return schema{"type": "object"}
	case check.skipsZero() && t.Kind() == reflect.Struct && sch["$ref"] != nil && s.book.refusesAbsence(t, "", rules.Rules{}):
		return schema{"anyOf": []any{sch, schema{"type": "object"}}}
	}
	return sch
}

// nullableMember tells whether null is a value of the member. A nil pointer that the encoding leaves out is never
// written as null, but it may be sent.
func (s *schemas) nullableMember(m *shape.Member, t reflect.Type, u use, check *check) bool {
	switch {
	case t.Kind() != reflect.Pointer || check.demanded:
		return false
	case u == input || t != m.Type: // what an Optional holds
		return true
	}
	return !m.OmitZero && !m.OmitEmpty
}

// given leaves out what an Optional asks of its presence: a value that was given may be zero.
func (c *check) given() *check {
	list := slices.DeleteFunc(slices.Clone(c.rules.List), func(r rules.Rule) bool { return r.Name == "required" })
	c.rules.List = list
	return c
}

// member adds to the schema of a member what its rules say.
func (c *check) member(sch schema, m *shape.Member, t reflect.Type, u use) schema {
	zero, ok := zeroOf(t, sch)
	switch {
	case c.skipsZero() && ok && t == m.Type:
		return c.orZero(sch, t, zero)
	case u == input || holdsForZero(c, m):
		c.constrain(sch, t)
	}
	return sch
}

// holdsForZero tells whether the rules hold for all that an answer carries. A rule behind omitempty does not look at
// a zero value, so an answer may carry a zero that the rule would refuse, unless the encoding leaves zeros out.
func holdsForZero(c *check, m *shape.Member) bool {
	return !c.skipsZero() || m.OmitZero || m.OmitEmpty || m.Type.Kind() == reflect.Pointer
}

// zeroOf is the JSON of the zero value of a scalar type.
func zeroOf(t reflect.Type, sch schema) (zero any, ok bool) {
	if typ := sch["type"]; typ == "string" && t.Kind() != reflect.String || typ == nil && sch["$ref"] == nil {
		return nil, false // it has another form in JSON
	}
	switch k := t.Kind(); {
	case k == reflect.String:
		return "", true
	case k == reflect.Bool:
		return false, true
	case k >= reflect.Int && k <= reflect.Float64:
		return 0, true
	}
	return nil, false
}

// constant accepts one value. The type tells generators of clients what it is.
func constant(v any) schema {
	switch v.(type) {
	case string:
		return schema{"type": "string", "const": v}
	case bool:
		return schema{"type": "boolean", "const": v}
	default:
		return schema{"type": "integer", "const": v}
	}
}

// orZero adds rules that stand behind omitempty, which a zero value need not keep.
func (c *check) orZero(sch schema, t reflect.Type, zero any) schema {
	strict := maps.Clone(sch)
	c.constrain(strict, t)
	if sch["$ref"] != nil {
		return schema{"anyOf": []any{constant(zero), strict}}
	}
	more := schema{}
	for key, v := range strict {
		if have, ok := sch[key]; !ok || !reflect.DeepEqual(have, v) {
			more[key] = v
		}
	}
	list, listed := more["enum"].([]any)
	switch {
	case len(more) == 0:
	case len(more) == 1 && listed:
		sch["enum"] = append(slices.Clip(list), zero)
	default:
		// Generators of clients read each alternative by itself.
		more["type"] = sch["type"]
		sch["anyOf"] = []any{constant(zero), more}
	}
	return sch
}
