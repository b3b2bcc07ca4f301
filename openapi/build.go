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
	version   Version
	schemas   *schemas
	schemes   *schemes
	received  use // what types of requests are: read by the API, except where the API itself sends
	sent      use // what types of answers are
	ids       map[*Operation]string
	webhooks  []namedOperation
	callbacks map[*Operation][]namedOperation
	edits     []edited
	linked    []linked
	mistakes  []error
}

func (b *builder) fail(format string, args ...any) {
	b.mistakes = append(b.mistakes, fmt.Errorf(format, args...))
}

// build makes the entities of the document, OpenAPI 3.1, and returns what writes them.
func (d *Document) build() (written func() ([]byte, error), err error) {
	b := &builder{
		version: d.mainVersion(), received: input, sent: output,
		schemas:   newSchemas(newRuleBook(d.validator), d.types),
		schemes:   &schemes{byName: map[string]*usedScheme{}},
		callbacks: map[*Operation][]namedOperation{},
	}
	visible := d.visible()
	if b.version != Version31 && b.version != Version32 {
		b.fail("a document is built in version %s or %s, got %q; others are derived from it", Version31, Version32, b.version)
	}
	all := d.collect(b, visible)
	spec := openapi31.Spec{Openapi: string(b.version), Info: d.infoEntity(b), Servers: serverEntities(d.servers), Tags: d.tagEntities(all)}
	if d.docs != nil {
		spec.ExternalDocs = docsEntity(d.docs)
	}
	b.ids = b.name(all)
	var body ordered
	body.set("paths", b.paths(visible))
	if webhooks := b.webhookEntities(); webhooks != nil {
		body.set("webhooks", webhooks)
	}
	b.schemas.readPending()
	if components := b.components(); components != nil {
		body.set("components", components)
	}
	body = append(body, d.extensionEntities(b, spec.Tags)...)
	b.edit()
	b.checkLinks()
	if err := errors.Join(slices.Concat(b.mistakes, b.schemes.mistakes, b.schemas.mistakes)...); err != nil {
		return nil, err
	}
	return sync.OnceValues(func() ([]byte, error) { return write(spec, body) }), nil
}

// write puts the large parts behind the head by hand: the entity would sort the paths, and write everything twice.
func write(head openapi31.Spec, body ordered) ([]byte, error) {
	doc, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	rest, err := appendJSON(nil, body)
	if err != nil {
		return nil, err
	}
	doc[len(doc)-1] = ','
	return append(doc, rest[1:]...), nil
}

// extensionEntities are the members of the document that the specification leaves to others.
func (d *Document) extensionEntities(b *builder, tags []openapi31.Tag) ordered {
	var all ordered
	if groups := d.tagGroupEntities(b, tags); groups != nil {
		all.set(memberTagGroups, groups)
	}
	return append(all, b.extensions(d.extensions, "the document")...)
}

// extensions writes members that begin with x-, in the order of their names.
func (b *builder) extensions(extensions map[string]any, place string) ordered {
	var all ordered
	for _, e := range sorted(extensions) {
		if !strings.HasPrefix(e.key, "x-") {
			b.fail("%s: extension %q does not begin with x-", place, e.key)
		}
		written := b.given(e.value, place+": "+e.key)
		if written != nil {
			all.set(e.key, *written)
		}
	}
	return all
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
		entity := b.operation(op, b.ids[op], rename(names, e.names))
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
	case methodQuery:
		if b.version == Version32 {
			item.MapOfAnything = map[string]any{"query": entity}
			return
		}
		b.fail("%s: OpenAPI knows the method %s from version 3.2 on; choose that version, or hide the operation", op.name(), op.Method)
	default:
		b.fail("%s: OpenAPI %s knows no method %s; hide the operation", op.name(), b.version.short(), cmp.Or(op.Method, "without a name"))
	}
}

func (b *builder) operation(op *Operation, id string, wildcards map[string]string) *openapi31.Operation {
	b.schemes.use(op)
	entity := &openapi31.Operation{
		Tags: op.Tags, Summary: text(op.Summary), Description: text(describe(op)), ID: &id,
		Parameters: b.parameters(op, wildcards), RequestBody: b.body(op), Responses: b.responses(op),
		Deprecated: flag(op.Deprecated), Security: security(op), Servers: serverEntities(op.Servers), MapOfAnything: map[string]any{},
	}
	if op.Docs != nil {
		entity.ExternalDocs = docsEntity(op.Docs)
	}
	if op.Public && len(op.Security) == 0 {
		entity.MapOfAnything["security"] = []any{} // the entity leaves out an empty list
	}
	if callbacks := b.callbackEntities(op); callbacks != nil {
		entity.MapOfAnything["callbacks"] = callbacks
	}
	for _, e := range b.extensions(op.Extensions, op.name()) {
		entity.MapOfAnything[e.key] = e.value
	}
	if op.Edits != nil {
		b.edits = append(b.edits, edited{op, entity})
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
