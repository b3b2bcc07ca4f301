package openapi

import (
	"maps"
	"net/http"
	"net/textproto"
	"reflect"
	"slices"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/mortise-go/mortise/internal/shape"
)

// parameters writes the parameters of an operation: those of the path first, in its order, then the others as they came.
func (b *builder) parameters(op *Operation, wildcards map[string]string) []openapi31.ParameterOrReference {
	merged := mergeParameters(op.Parameters)
	for name := range wildcards {
		if !slices.ContainsFunc(merged, func(p Parameter) bool { return p.In == "path" && p.Name == name }) {
			merged = append(merged, Parameter{Name: name, In: "path"})
		}
	}
	_, names := template(op.Path)
	slices.SortStableFunc(merged, func(a, c Parameter) int { return rank(a, names) - rank(c, names) })
	var all []openapi31.ParameterOrReference
	for _, p := range merged {
		if b.usable(op, p, wildcards) {
			entity := b.parameter(p, op.name())
			if p.In == "path" {
				entity.Name = wildcards[p.Name]
			}
			all = append(all, openapi31.ParameterOrReference{Parameter: &entity})
		}
	}
	return all
}

func rank(p Parameter, names []string) int {
	if i := slices.Index(names, p.Name); i >= 0 && p.In == "path" {
		return i
	}
	return len(names)
}

// mergeParameters makes one of the parameters that several functions read from one place under one name.
func mergeParameters(parameters []Parameter) []Parameter {
	var merged []Parameter
	for _, p := range parameters {
		p.Name = canonical(p)
		i := slices.IndexFunc(merged, func(q Parameter) bool { return q.In == p.In && q.Name == p.Name })
		if i < 0 {
			merged = append(merged, p)
			continue
		}
		merged[i] = merged[i].merge(p)
	}
	return merged
}

// canonical spells the names of headers as HTTP usually does; they are the same in any case.
func canonical(p Parameter) string {
	if p.In == "header" && p.Name == strings.ToLower(p.Name) {
		return textproto.CanonicalMIMEHeaderKey(p.Name)
	}
	return p.Name
}

// merge joins two readers of one value: it is required if one of them needs it, and has to satisfy both.
func (p Parameter) merge(other Parameter) Parameter {
	p.Required = p.Required || other.Required
	p.Deprecated = p.Deprecated && other.Deprecated
	if p.Description == "" {
		p.Description = other.Description
	}
	if p.Example == nil {
		p.Example = other.Example
	}
	p.Examples = slices.Concat(p.Examples, other.Examples)
	for key, v := range other.Extensions {
		if _, ok := p.Extensions[key]; !ok {
			p.Extensions = withExtension(p.Extensions, key, v)
		}
	}
	if p.Type != other.Type || p.Tag != other.Tag {
		p.also = append(p.also, other)
	}
	return p
}

// withExtension adds to a copy, for the map belongs to who declared the parameter.
func withExtension(extensions map[string]any, key string, v any) map[string]any {
	all := map[string]any{key: v}
	maps.Copy(all, extensions)
	return all
}

// usable refuses parameters that the path contradicts and leaves out what OpenAPI describes elsewhere.
func (b *builder) usable(op *Operation, p Parameter, wildcards map[string]string) bool {
	switch p.In {
	case "path":
		if _, ok := wildcards[p.Name]; !ok {
			b.fail("%s: %s is read from the path, which has no {%s}", op.name(), p.label(), p.Name)
			return false
		}
	case "query", "cookie":
	case "header":
		// "If in is header and the name field is Accept, Content-Type or Authorization, the parameter definition
		// SHALL be ignored", OpenAPI 3.1, section 4.8.12.
		switch http.CanonicalHeaderKey(p.Name) {
		case "Accept", "Content-Type", "Authorization":
			return false
		}
	default:
		b.fail("%s: %s is in %q; want path, query, header or cookie", op.name(), p.label(), p.In)
		return false
	}
	if p.Name == "" {
		b.fail("%s: a %s parameter has no name", op.name(), p.In)
		return false
	}
	return true
}

// label names a parameter in a message.
func (p Parameter) label() string {
	if p.Place != "" {
		return p.Place
	}
	return "parameter " + p.In + " " + p.Name
}

func (b *builder) parameter(p Parameter, place string) openapi31.Parameter {
	sch, f := b.field(p, place)
	entity := openapi31.Parameter{
		Name: p.Name, In: openapi31.ParameterIn(p.In), Description: text(f.description),
		Required: flag(p.Required || p.In == "path"), Deprecated: flag(f.deprecated),
		Example: f.example,
	}
	style, explode := p.serialization()
	if style != "" {
		style := openapi31.ParameterStyle(style)
		entity.Style = &style
		b.checkStyle(p, place)
	}
	entity.Explode = explode
	others := b.extensions(p.Extensions, place+": "+p.label())
	if examples := b.examples(p.Examples, p.Example, input, place+": "+p.label()); examples != nil {
		entity.Example = nil // that of the tag
		others.set("examples", examples)
	}
	if entity.Schema = sch; len(sch) == 0 {
		// The entity leaves out an empty schema, which a parameter must not be without.
		others.set("schema", sch)
	}
	entity.MapOfAnything = anything(others...)
	return entity
}

// serialization returns style and explode where they are not what the place has anyway.
func (p Parameter) serialization() (style string, explode *bool) {
	usual := "form"
	if p.In == "path" || p.In == "header" {
		usual = "simple"
	}
	style, explode = p.Style, p.Explode
	if style == usual || style == "" {
		style = ""
		// "When style is form, the default value is true. For all other styles, the default value is false."
		if explode != nil && *explode == (usual == "form") {
			explode = nil
		}
	}
	return style, explode
}

func (b *builder) checkStyle(p Parameter, place string) {
	switch p.Style {
	case "form", "spaceDelimited", "pipeDelimited", "deepObject":
	default:
		b.fail("%s: %s has style %q; want simple, form, spaceDelimited, pipeDelimited or deepObject", place, p.label(), p.Style)
	}
}

// facts are what a parameter says beside its schema.
type facts struct {
	description string
	deprecated  bool
	example     *any
}

// field describes one value that is not inside a JSON body. What the schema says about the field,
// as opposed to the value, moves out of it.
func (b *builder) field(p Parameter, place string) (schema, facts) {
	sch := b.fieldSchema(p, place)
	f := facts{description: p.Description, deprecated: p.Deprecated || sch["deprecated"] == true}
	if p.Example != nil {
		f.example = b.given(p.Example, place)
	} else if list, ok := sch["examples"].([]any); ok && len(list) == 1 && p.Tag.Get("example") != "" {
		f.example = &list[0]
		delete(sch, "examples")
	}
	if d, ok := sch["description"].(string); ok && f.description == "" {
		f.description = d
		delete(sch, "description")
	}
	if sch["description"] == f.description {
		delete(sch, "description")
	}
	delete(sch, "deprecated")
	for _, other := range p.also {
		if more := b.fieldSchema(other, place); !b.schemas.same(sch, more) {
			sch = schema{"allOf": []any{sch, more}}
		}
	}
	return sch, f
}

func (b *builder) fieldSchema(p Parameter, place string) schema {
	t := p.Type
	if t == nil {
		t = reflect.TypeFor[string]()
	}
	t = inside(t)
	path := place + ": " + p.label()
	sch := b.wireSchema(p, value(t), path)
	check := b.schemas.check(p.Tag, t, path, nil)
	check.constrain(sch, t)
	b.schemas.document(sch, p.Tag, t, path)
	addNotes(sch, check.notes)
	return sch
}

// optional is a value that knows whether it was given.
type optional interface {
	OptionalElem() any
	MarkSet()
}

// inside returns the type of the value inside an optional one, and other types as they are.
func inside(t reflect.Type) (elem reflect.Type) {
	if !reflect.PointerTo(value(t)).Implements(reflect.TypeFor[optional]()) || value(t).Kind() == reflect.Interface {
		return t
	}
	defer func() {
		if recover() != nil {
			elem = t
		}
	}()
	o := reflect.New(value(t)).Interface().(optional)
	if p := reflect.TypeOf(o.OptionalElem()); p != nil && p.Kind() == reflect.Pointer {
		return p.Elem()
	}
	return t
}

// wireSchema describes values outside JSON, which differ from those inside it in structs and in bytes.
func (b *builder) wireSchema(p Parameter, t reflect.Type, path string) schema {
	switch {
	case t.Kind() == reflect.Struct && !isText(t) && !known(t):
		return b.deepObject(p.In, t, path, 0)
	case t == reflect.TypeFor[[]byte]() && p.In == "form":
		return binary()
	default:
		return b.schemas.of(t, input, path)
	}
}

func known(t reflect.Type) bool {
	_, ok := wellKnown(t)
	return ok || told(t)
}

// deepest is how many structs inside structs a parameter may have; a recursive type ends there.
const deepest = 3

// deepObject describes a struct that is spread over several keys, such as filter[from]=1.
// Its members have the names of the tag of the place, or else those that they have in JSON.
func (b *builder) deepObject(in string, t reflect.Type, path string, depth int) schema {
	object := schema{"type": "object"}
	if depth == deepest {
		return object
	}
	members, err := shape.Members(t)
	if err != nil {
		b.fail("%s: %w", path, err)
		return object
	}
	properties := ordered{}
	var required []string
	for _, m := range members {
		name := tagName(m.Tag, in, m.Name)
		check := b.schemas.check(m.Tag, m.Type, m.Path, nil)
		sch := b.deepMember(in, m, depth)
		check.constrain(sch, m.Type)
		b.schemas.document(sch, m.Tag, m.Type, m.Path)
		addNotes(sch, check.notes)
		properties.set(name, sch)
		if check.demanded {
			required = append(required, name)
		}
	}
	object["properties"] = properties
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

func (b *builder) deepMember(in string, m shape.Member, depth int) schema {
	if t := value(m.Type); t.Kind() == reflect.Struct && !isText(t) && !known(t) {
		return b.deepObject(in, t, m.Path, depth+1)
	}
	return b.schemas.of(m.Type, input, m.Path)
}

func tagName(tag reflect.StructTag, key, otherwise string) string {
	if name, _, _ := strings.Cut(tag.Get(key), ","); name != "" {
		return name
	}
	return otherwise
}
