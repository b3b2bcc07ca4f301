package openapi

import (
	"encoding/json"
	"reflect"

	"github.com/mortise-go/mortise/internal/shape"
)

// Example is one of several values that a parameter, a body or an answer may have.
type Example struct {
	// Name is the key of the example, such as "empty"; required, and unique among its neighbours.
	Name        string
	Summary     string
	Description string
	// Value is a value of the type; nil is null, unless URL is set.
	Value any
	// URL is where a value that cannot be in the document is found, instead of Value.
	URL string
}

// examples writes named examples in their order. One beside them without a name is a mistake.
func (b *builder) examples(examples []Example, unnamed any, u use, place string) ordered {
	if len(examples) == 0 {
		return nil
	}
	if unnamed != nil {
		b.fail("%s: both Example and Examples are given; OpenAPI allows one of them", place)
	}
	var all ordered
	for _, e := range examples {
		if e.Name == "" || all.has(e.Name) {
			b.fail("%s: example %q needs a name of its own", place, e.Name)
			continue
		}
		all.set(e.Name, b.example(e, u, place))
	}
	return all
}

func (b *builder) example(e Example, u use, place string) ordered {
	var entity ordered
	if e.Summary != "" {
		entity.set("summary", e.Summary)
	}
	if e.Description != "" {
		entity.set("description", e.Description)
	}
	switch written := b.exampleFor(e.Value, u, place+": example "+e.Name); {
	case e.URL == "" && written == nil:
		entity.set("value", nil)
	case e.URL == "":
		entity.set("value", *written)
	default:
		entity.set("externalValue", e.URL)
		if e.Value != nil {
			b.fail("%s: example %q has both a value and a URL; keep one", place, e.Name)
		}
	}
	return entity
}

// anything makes the additional members of an entity out of those that there are: the entities of openapi31 write them
// in the order that an ordered object has, where maps of their own would be sorted.
func anything(members ...entry) map[string]any {
	var all map[string]any
	for _, m := range members {
		if list, ok := m.value.(ordered); ok && list == nil {
			continue
		}
		if all == nil {
			all = map[string]any{}
		}
		all[m.key] = m.value
	}
	return all
}

// exampleFor is a value of a type as it travels in one direction: without the members that the direction does not have.
func (b *builder) exampleFor(v any, u use, place string) *any {
	written := b.given(v, place)
	if written == nil {
		return nil
	}
	raw, ok := (*written).(json.RawMessage)
	if !ok {
		return written
	}
	tree, err := readTree(raw)
	if err != nil {
		return written
	}
	tag := "writeOnly"
	if u == input {
		tag = "readOnly"
	}
	trimmed := trim(tree, reflect.TypeOf(v), tag, 0)
	return &trimmed
}

// trim removes the members of structs whose tag says true.
func trim(v any, t reflect.Type, tag string, depth int) any {
	t = value(t)
	if t == nil || depth > 100 || known(t) || ownEncoding(t) {
		return v
	}
	switch t.Kind() {
	case reflect.Struct:
		return trimStruct(v, t, tag, depth)
	case reflect.Slice, reflect.Array:
		for i, e := range asList(v) {
			asList(v)[i] = trim(e, t.Elem(), tag, depth+1)
		}
	case reflect.Map:
		if o := asObject(v); o != nil {
			return o.each(func(_ string, e any) any { return trim(e, t.Elem(), tag, depth+1) })
		}
	}
	return v
}

func trimStruct(v any, t reflect.Type, tag string, depth int) any {
	members, err := shape.Members(t)
	o := asObject(v)
	if err != nil || o == nil {
		return v
	}
	for _, m := range members {
		if m.Tag.Get(tag) == "true" {
			o = o.without(m.Name)
		} else if e, ok := lookup(o, m.Name); ok {
			o = o.with(m.Name, trim(e, m.Type, tag, depth+1))
		}
	}
	return o
}
