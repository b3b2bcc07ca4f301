package openapi

import (
	"maps"
	"reflect"
)

// typeSettings are what the user decides about the schemas of types.
type typeSettings struct {
	closed    bool
	described map[reflect.Type]map[string]any
}

// DescribeType gives a type a schema in place of the one that is derived: {"type": "string"}, or whatever is true of
// the JSON that the type writes and accepts. It stands wherever the type is used. Nil means what is derived.
func (d *Document) DescribeType(t reflect.Type, schema map[string]any) {
	d.change(func() {
		described := maps.Clone(d.types.described)
		if described == nil {
			described = map[reflect.Type]map[string]any{}
		}
		described[value(t)] = schema
		d.types.described = described
	})
}

// RejectUnknownMembers says that bodies are refused which have members that no field takes:
// the schemas of structs get additionalProperties false.
func (d *Document) RejectUnknownMembers() {
	d.change(func() { d.types.closed = true })
}

// described returns a fresh copy of the schema that the user gave to a type.
func (s *schemas) described(t reflect.Type, path string) (schema, bool) {
	given := s.settings.described[t]
	if given == nil {
		return nil, false
	}
	sch, err := s.decode(given)
	if err != nil {
		s.fail(path, "the schema that was given for %s: %w", t, err)
		return schema{}, true
	}
	return sch, true
}
