package openapi

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/shape"
)

// kind returns the schema of a type that JSON v2 encodes by its kind.
func (s *schemas) kind(t reflect.Type, u use, path string) schema {
	switch t.Kind() {
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{"type": "integer", "format": signed(t)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return schema{"type": "integer", "format": "u" + fmt.Sprintf("int%d", t.Bits()), "minimum": 0}
	case reflect.Float32:
		return schema{"type": "number", "format": "float"}
	case reflect.Float64:
		return schema{"type": "number", "format": "double"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Slice, reflect.Array:
		return s.list(t, u, path)
	case reflect.Map:
		return s.mapping(t, u, path)
	case reflect.Struct:
		return s.object(t, u, path)
	case reflect.Interface:
		return schema{}
	default:
		s.fail(path, "%s cannot be written as JSON; use another type, or leave the field out with json:\"-\"", t)
		return schema{}
	}
}

// signed names the format of a signed integer as the registry of OpenAPI does.
func signed(t reflect.Type) string {
	return fmt.Sprintf("int%d", t.Bits())
}

// list describes slices and arrays. A nil slice is encoded as [], so it is never null.
func (s *schemas) list(t reflect.Type, u use, path string) schema {
	if t.Elem().Kind() == reflect.Uint8 && !ownEncoding(t.Elem()) {
		return encodedBytes(t)
	}
	list := schema{"type": "array", "items": s.element(t.Elem(), u, path+"[]")}
	if t.Kind() == reflect.Array {
		list["minItems"], list["maxItems"] = t.Len(), t.Len()
	}
	return list
}

// encodedBytes describes bytes, which travel as RFC 4648 base64.
func encodedBytes(t reflect.Type) schema {
	b := schema{"type": "string", "contentEncoding": "base64"}
	if t.Kind() == reflect.Array {
		n := (t.Len() + 2) / 3 * 4
		b["minLength"], b["maxLength"] = n, n
	}
	return b
}

// element describes what lists and maps hold. A pointer to a struct is how Go programs share large elements,
// not a way to send null; a pointer to anything else is there for nothing but null.
func (s *schemas) element(t reflect.Type, u use, path string) schema {
	e := s.of(t, u, path)
	if t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.Struct {
		return nullable(e)
	}
	return e
}

// mapping describes maps. A nil map is encoded as {}, so it is never null.
func (s *schemas) mapping(t reflect.Type, u use, path string) schema {
	m := schema{"type": "object", "additionalProperties": s.element(t.Elem(), u, path+"{}")}
	if names := s.names(t.Key(), u, path); len(names) > 0 {
		m["propertyNames"] = names
	}
	return m
}

// names describes the keys of a map, which are strings in JSON.
func (s *schemas) names(t reflect.Type, u use, path string) schema {
	if names, ok := s.described(t, path); ok {
		delete(names, "type")
		return names
	}
	if told(t) && t.Kind() == reflect.String {
		return s.of(t, u, path)
	}
	if _, ok := wellKnown(t); ok || ownEncoding(t) {
		names, _ := marshaled(t, u)
		delete(names, "type")
		return names
	}
	switch t.Kind() {
	case reflect.String, reflect.Interface:
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{"pattern": patternInteger}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return schema{"pattern": patternUnsigned}
	case reflect.Float32, reflect.Float64:
		return schema{"pattern": patternNumber}
	default:
		s.fail(path, "%s cannot be the key of a JSON object; use a string, a number or a type with MarshalText", t)
		return nil
	}
}

const (
	patternInteger  = `^-?(0|[1-9][0-9]*)$`
	patternUnsigned = `^(0|[1-9][0-9]*)$`
	patternNumber   = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`
)

// nullable allows null besides what sch allows.
func nullable(sch schema) schema {
	switch typ := sch["type"].(type) {
	case string:
		sch["type"] = []string{typ, "null"}
	case []string:
		return sch
	default:
		return nullableWithoutType(sch)
	}
	if list, ok := sch["enum"].([]any); ok {
		sch["enum"] = append(slices.Clip(list), nil)
	}
	return sch
}

func nullableWithoutType(sch schema) schema {
	if len(sch) == 0 {
		return sch // anything, and so null too
	}
	return schema{"anyOf": []any{sch, schema{"type": "null"}}}
}

// object describes a struct with the members that JSON v2 gives it.
func (s *schemas) object(t reflect.Type, u use, path string) schema {
	st, err := shape.Of(t)
	if err != nil {
		s.fail(path, "%w", err)
		return schema{}
	}
	names := jsonNames(st)
	properties := ordered{}
	var required []string
	for i := range st.Members {
		m := &st.Members[i]
		p := s.member(m, u, names)
		properties.set(m.Name, p.schema)
		if p.required {
			required = append(required, m.Name)
		}
	}
	object := schema{"type": "object"}
	if len(properties) > 0 {
		object["properties"] = properties
	}
	if len(required) > 0 {
		object["required"] = required
	}
	switch {
	case st.Rest != nil && st.Rest.Type.Kind() == reflect.Map:
		object["additionalProperties"] = s.element(st.Rest.Type.Elem(), u, st.Rest.Path+"{}")
	case st.Rest == nil && s.settings.closed:
		object["additionalProperties"] = false
	}
	s.describeStruct(t, object, path)
	return object
}

// jsonNames translates the names of fields, which validate tags use, to those that clients know.
func jsonNames(st *shape.Struct) func(string) string {
	return func(name string) string {
		for i := range st.Members {
			if st.Members[i].GoName == name {
				return st.Members[i].Name
			}
		}
		return name
	}
}

// describeStruct applies the tags of a blank field, which is where a struct can say something about itself.
func (s *schemas) describeStruct(t reflect.Type, object schema, path string) {
	for f := range t.Fields() {
		if f.Name == "_" {
			s.document(object, f.Tag, t, path)
		}
	}
}

// quoted describes a number inside a string, the json option "string".
func quoted(sch schema) schema {
	if sch["type"] != "integer" && sch["type"] != "number" {
		return sch
	}
	q := schema{"type": "string", "pattern": patternNumber}
	if sch["type"] == "integer" {
		q["pattern"] = patternInteger
		if sch["minimum"] != nil {
			q["pattern"] = patternUnsigned
		}
	}
	if format, ok := sch["format"]; ok {
		q["format"] = format
	}
	return q
}
