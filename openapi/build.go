package openapi

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/mortise-go/mortise/internal/codec"
)

// builder writes one edition of a document. The operations are entities of openapi31, built directly.
type builder struct {
	schemas  *schemas
	schemes  *schemes
	mistakes []error
}

func (b *builder) fail(format string, args ...any) {
	b.mistakes = append(b.mistakes, fmt.Errorf(format, args...))
}

// build makes the entities of the document, OpenAPI 3.1, and returns what writes them.
func (d *Document) build() (written func() ([]byte, error), err error) {
	b := &builder{
		schemas: newSchemas(newRuleBook(d.validator), d.types),
		schemes: &schemes{byName: map[string]*usedScheme{}},
	}
	visible := slices.DeleteFunc(slices.Clone(d.operations), func(op *Operation) bool { return op.Hidden })
	spec := openapi31.Spec{Openapi: "3.1.0", Info: d.infoEntity(b), Servers: serverEntities(d.servers), Tags: d.tagEntities(visible)}
	if d.docs != nil {
		spec.ExternalDocs = docsEntity(d.docs)
	}
	paths := b.paths(visible)
	b.schemas.readPending()
	components := b.components()
	if err := errors.Join(slices.Concat(b.mistakes, b.schemes.mistakes, b.schemas.mistakes)...); err != nil {
		return nil, err
	}
	return sync.OnceValues(func() ([]byte, error) { return write(spec, paths, components) }), nil
}

// write puts the large parts behind the head by hand: the entity would sort the paths, and write everything twice.
func write(head openapi31.Spec, paths, components ordered) ([]byte, error) {
	doc, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	doc = append(doc[:len(doc)-1], `,"paths":`...)
	if doc, err = appendJSON(doc, paths); err != nil {
		return nil, err
	}
	if len(components) > 0 {
		doc = append(doc, `,"components":`...)
		if doc, err = appendJSON(doc, components); err != nil {
			return nil, err
		}
	}
	return append(doc, '}'), nil
}

func (b *builder) components() ordered {
	var schemas, all ordered
	for _, c := range b.schemas.settle() {
		schemas.set(strings.TrimPrefix(c.ref, componentPrefix), c.schema)
	}
	if len(schemas) > 0 {
		all.set("schemas", schemas)
	}
	if schemes := b.schemes.entities(); len(schemes) > 0 {
		all.set("securitySchemes", schemes)
	}
	return all
}

func (d *Document) infoEntity(b *builder) openapi31.Info {
	i := d.info
	if i.Title == "" || i.Version == "" {
		b.fail("an API needs a title and a version, got %q and %q", i.Title, i.Version)
	}
	entity := openapi31.Info{
		Title: i.Title, Version: i.Version, Summary: text(i.Summary), Description: text(i.Description),
		TermsOfService: text(i.TermsOfService),
	}
	if c := i.Contact; c != nil {
		entity.Contact = &openapi31.Contact{Name: text(c.Name), URL: text(c.URL), Email: text(c.Email)}
	}
	if l := i.License; l != nil {
		entity.License = &openapi31.License{Name: l.Name, Identifier: text(l.Identifier), URL: text(l.URL)}
		if l.Identifier != "" && l.URL != "" {
			b.fail("license %q has both an identifier and a URL; keep one", l.Name)
		}
	}
	return entity
}

func serverEntities(servers []Server) []openapi31.Server {
	var all []openapi31.Server
	for _, s := range servers {
		entity := openapi31.Server{URL: s.URL, Description: text(s.Description)}
		for name, v := range s.Variables {
			entity.WithVariablesItem(name, openapi31.ServerVariable{Enum: v.Enum, Default: v.Default, Description: text(v.Description)})
		}
		all = append(all, entity)
	}
	return all
}

// tagEntities lists the described tags, and then those that only operations name, in the order of their first use.
func (d *Document) tagEntities(operations []*Operation) []openapi31.Tag {
	var all []openapi31.Tag
	seen := map[string]bool{}
	for _, t := range d.tags {
		entity := openapi31.Tag{Name: t.Name, Description: text(t.Description)}
		if t.Docs != nil {
			entity.ExternalDocs = docsEntity(t.Docs)
		}
		all = append(all, entity)
		seen[t.Name] = true
	}
	for _, op := range operations {
		for _, name := range op.Tags {
			if !seen[name] {
				all = append(all, openapi31.Tag{Name: name})
				seen[name] = true
			}
		}
	}
	return all
}

func docsEntity(docs *ExternalDocs) *openapi31.ExternalDocumentation {
	return &openapi31.ExternalDocumentation{URL: docs.URL, Description: text(docs.Description)}
}

// path is one entry of the paths object.
type pathEntry struct {
	item  openapi31.PathItem
	names []string // of its wildcards; later operations on the path use them too
	used  map[string]*Operation
}

// paths writes the operations, by path in the order of their first operation.
func (b *builder) paths(operations []*Operation) ordered {
	all := ordered{}
	entries := map[string]*pathEntry{}
	ids := operationIDs(operations)
	for _, op := range operations {
		path, names := template(op.Path)
		if !strings.HasPrefix(path, "/") {
			b.fail("%s: the path does not begin with a slash", op.name())
		}
		e := entries[skeleton(path)]
		if e == nil {
			e = &pathEntry{names: names, used: map[string]*Operation{}}
			entries[skeleton(path)] = e
			all.set(path, &e.item)
		}
		if other := e.used[op.Method]; other != nil {
			b.fail("%s and %s are one and the same operation to OpenAPI; hide one of them", other.name(), op.name())
			continue
		}
		e.used[op.Method] = op
		entity := b.operation(op, ids[op], rename(names, e.names))
		b.put(op, &e.item, entity)
	}
	return all
}

// rename maps the wildcards of an operation to those of its path.
func rename(names, to []string) map[string]string {
	m := make(map[string]string, len(names))
	for i, name := range names {
		m[name] = to[i]
	}
	return m
}

func (b *builder) put(op *Operation, item *openapi31.PathItem, entity *openapi31.Operation) {
	switch op.Method {
	case http.MethodGet:
		item.Get = entity
	case http.MethodPut:
		item.Put = entity
	case http.MethodPost:
		item.Post = entity
	case http.MethodDelete:
		item.Delete = entity
	case http.MethodOptions:
		item.Options = entity
	case http.MethodHead:
		item.Head = entity
	case http.MethodPatch:
		item.Patch = entity
	case http.MethodTrace:
		item.Trace = entity
	default:
		b.fail("%s: OpenAPI 3.1 knows no method %s; hide the operation", op.name(), cmp.Or(op.Method, "without a name"))
	}
}

func (b *builder) operation(op *Operation, id string, wildcards map[string]string) *openapi31.Operation {
	b.schemes.use(op)
	entity := &openapi31.Operation{
		Tags: op.Tags, Summary: text(op.Summary), Description: text(describe(op)), ID: &id,
		Parameters: b.parameters(op, wildcards), RequestBody: b.body(op), Responses: b.responses(op),
		Deprecated: flag(op.Deprecated), Security: security(op), MapOfAnything: map[string]any{},
	}
	if op.Docs != nil {
		entity.ExternalDocs = docsEntity(op.Docs)
	}
	if op.Public && len(op.Security) == 0 {
		entity.MapOfAnything["security"] = []any{} // the entity leaves out an empty list
	}
	for key, v := range op.Extensions {
		if !strings.HasPrefix(key, "x-") {
			b.fail("%s: extension %q does not begin with x-", op.name(), key)
		}
		if written := b.given(v, op.name()+": "+key); written != nil {
			entity.MapOfAnything[key] = *written
		}
	}
	return entity
}

// given writes a value that the user gave, at once: one that JSON cannot carry is a mistake, and must not first show when
// somebody asks for the document. It returns nil for nil.
func (b *builder) given(v any, place string) *any {
	if v == nil {
		return nil
	}
	text, err := codec.Marshal(v)
	if err != nil {
		b.fail("%s: a value of type %T cannot be written: %w", place, v, err)
		return nil
	}
	var written any = json.RawMessage(text)
	return &written
}

// describe joins the description, the notes and the line about what is required, each as a paragraph.
func describe(op *Operation) string {
	paragraphs := append([]string{op.Description}, op.Notes...)
	paragraphs = append(paragraphs, requirementLine(op))
	paragraphs = slices.DeleteFunc(paragraphs, func(p string) bool { return p == "" })
	return strings.Join(paragraphs, "\n\n")
}

// text leaves out what is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// flag leaves out what is false.
func flag(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}
