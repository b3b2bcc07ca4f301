package openapi

import (
	"cmp"
	"io"
	"mime"
	"reflect"
	"slices"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

const typeJSON = "application/json"

// body writes the request body.
func (b *builder) body(op *Operation) *openapi31.RequestBodyOrReference {
	if op.Body == nil {
		return nil
	}
	content := map[string]openapi31.MediaType{}
	for _, m := range op.Body.Content {
		contentType := cmp.Or(m.ContentType, typeJSON)
		entity := b.media(op, m, contentType)
		if have, ok := content[contentType]; ok {
			entity = b.merge(have, entity)
		}
		content[contentType] = entity
	}
	return &openapi31.RequestBodyOrReference{RequestBody: &openapi31.RequestBody{
		Description: text(op.Body.Description), Content: content, Required: flag(op.Body.Required),
	}}
}

func (b *builder) media(op *Operation, m Media, contentType string) openapi31.MediaType {
	entity := openapi31.MediaType{}
	switch {
	case m.Fields != nil:
		entity.Schema, entity.Encoding = b.form(op, m.Fields, contentType)
	case m.Type != nil:
		entity.Schema = b.contentSchema(m.Type, b.received, contentType, op.name())
		if b.received == input && m.Type.Kind() == reflect.Pointer && isJSON(contentType) {
			entity.Schema = nullable(entity.Schema)
		}
	}
	entity.Example = b.exampleFor(m.Example, b.received, op.name())
	entity.MapOfAnything = anything(entry{"examples", b.examples(m.Examples, m.Example, b.received, op.name())})
	return entity
}

// form describes a form by its fields.
func (b *builder) form(op *Operation, fields []Parameter, contentType string) (schema, map[string]openapi31.Encoding) {
	properties := ordered{}
	var required []string
	encoding := map[string]openapi31.Encoding{}
	for _, f := range mergeParameters(fields) {
		f.In = "form"
		sch, facts := b.field(f, op.name())
		facts.addTo(sch)
		properties.set(f.Name, sch)
		if f.Required {
			required = append(required, f.Name)
		}
		if e, ok := partEncoding(f, contentType); ok {
			encoding[f.Name] = e
		}
	}
	object := schema{"type": "object"}
	if len(properties) > 0 {
		object["properties"] = properties
	}
	if len(required) > 0 {
		object["required"] = required
	}
	return object, encoding
}

// addTo puts back into a schema what a parameter would have said beside it.
func (f facts) addTo(sch schema) {
	if f.description != "" {
		sch["description"] = f.description
	}
	if f.deprecated {
		sch["deprecated"] = true
	}
	if f.example != nil {
		sch["examples"] = []any{*f.example}
	}
}

// partEncoding tells how a field is written where it is not by the default:
// a list in one value, an object as the JSON part of a multipart form, or a file of
// the types that its accept tag lists.
func partEncoding(f Parameter, contentType string) (openapi31.Encoding, bool) {
	if style, explode := f.serialization(); style != "" || explode != nil {
		e := openapi31.Encoding{Explode: explode}
		if style != "" {
			style := openapi31.EncodingStyle(style)
			e.Style = &style
		}
		return e, true
	}
	if accept := f.Tag.Get("accept"); accept != "" {
		types := strings.Join(strings.FieldsFunc(accept, func(r rune) bool { return r == ',' || r == ' ' }), ", ")
		return openapi31.Encoding{ContentType: text(types)}, true
	}
	t := value(f.Type)
	if t == nil || !strings.HasPrefix(contentType, "multipart/") || known(t) || isText(t) {
		return openapi31.Encoding{}, false
	}
	if k := t.Kind(); k == reflect.Struct || k == reflect.Map {
		return openapi31.Encoding{ContentType: text(typeJSON)}, true
	}
	return openapi31.Encoding{}, false
}

// contentSchema describes a body of a content type. Only JSON, and what is modelled on it, looks like the Go type;
// text is a string and everything else is bytes.
func (b *builder) contentSchema(t reflect.Type, u use, contentType, place string) schema {
	switch {
	case isJSON(contentType):
	case value(t).Kind() == reflect.String:
		return schema{"type": "string"}
	case isStream(value(t)):
		return schema{"type": "string", "format": "binary"}
	}
	return b.schemas.of(t, u, place)
}

func isStream(t reflect.Type) bool {
	return t == reflect.TypeFor[[]byte]() || t.Implements(reflect.TypeFor[io.Reader]()) ||
		t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(reflect.TypeFor[io.Reader]())
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == typeJSON || strings.HasSuffix(mediaType, "+json"))
}

// merge makes one entry of two that have one content type: either of the schemas may be met.
func (b *builder) merge(a, c openapi31.MediaType) openapi31.MediaType {
	a = b.mergeExamples(a, c)
	switch {
	case b.schemas.same(a.Schema, c.Schema):
	case len(a.Schema) == 0 || len(c.Schema) == 0:
		a.Schema = nil // one of them is anything
	default:
		a.Schema = b.union(a.Schema, c.Schema)
	}
	return a
}

func (b *builder) union(a, c schema) schema {
	alternatives, ok := a["anyOf"].([]any)
	if !ok || len(a) != 1 {
		alternatives = []any{a}
	}
	if slices.ContainsFunc(alternatives, func(have any) bool { return b.schemas.same(have, c) }) {
		return a
	}
	return schema{"anyOf": append(slices.Clip(alternatives), c)}
}
