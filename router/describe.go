package router

import (
	"mime/multipart"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/openapi"
)

// describe derives the operation from the compiled chain. Nothing is said here
// that the chain does not do.
func (c *compiled) describe(b *builder) *openapi.Operation {
	s := &c.settings
	op := &openapi.Operation{
		Method:      c.method,
		Path:        c.path,
		ID:          s.id,
		Summary:     s.summary,
		Description: s.description,
		Tags:        unique(s.tags),
		Deprecated:  s.deprecated,
		Hidden:      s.hidden,
		Public:      s.public,
		Extensions:  s.extensions,
		Place:       c.place.String(),
	}
	name := handlerName(c.handler)
	op.Name = name
	if op.Summary == "" {
		op.Summary = openapi.Humanize(name)
	}
	c.describeInputs(op)
	c.describeAnswer(op)
	c.describeSecurity(op)
	c.describeNotes(op)
	op.AddResponse(s.responses...)
	c.describeWords(op, b)
	c.locked, c.vary = isLocked(op), varyOf(op)
	fillProblems(op, b.router)
	return op
}

// describeNotes lets the dependencies describe themselves, each once, whatever
// the sets of scopes under which it runs.
func (c *compiled) describeNotes(op *openapi.Operation) {
	seen := map[*di.Dependency]bool{}
	always, ways := len(c.plan.Always()), c.waysWithin()
	for i, n := range c.plan.All() {
		if seen[n.Dependency()] {
			continue
		}
		seen[n.Dependency()] = true
		note := n.Dependency().Note()
		if d, ok := note.(openapi.Describer); ok {
			before := len(op.Requirements)
			d.Describe(op)
			if i >= always {
				qualify(op.Requirements[before:], ways[n.Dependency()])
			}
		}
		if ch, ok := note.(challenger); ok {
			c.challengers = append(c.challengers, ch)
		}
	}
}

// waysWithin lists for what runs within alternatives the credentials that lead to
// it.
func (c *compiled) waysWithin() map[*di.Dependency][]openapi.Requirement {
	ways := map[*di.Dependency][]openapi.Requirement{}
	var lead func(n di.Node, to []openapi.Requirement)
	lead = func(n di.Node, to []openapi.Requirement) {
		ways[n.Dependency()] = append(ways[n.Dependency()], to...)
		if n.Alternatives() || n.Optional() {
			return // which lead further by themselves
		}
		for need := range n.Needs() {
			lead(need, to)
		}
	}
	for _, n := range c.plan.All() {
		if n.Alternatives() || n.Optional() {
			for need := range n.Needs() {
				lead(need, waysTo(need))
			}
		}
	}
	return ways
}

// qualify says of what is required only of those who come with some credentials
// which these are.
func qualify(words []string, ways []openapi.Requirement) {
	var names []string
	for _, way := range ways {
		var all []string
		for _, c := range way {
			all = append(all, "`"+c.Scheme.Name+"`")
		}
		if all != nil {
			names = append(names, strings.Join(all, " and "))
		}
	}
	with := " with " + strings.Join(unique(names), " or ")
	if names == nil {
		with = " without a credential"
	}
	for i := range words {
		words[i] += with
	}
}

func unique(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// handlerName is the handler's name without package and receiver; empty for a
// function literal, which has none.
func handlerName(d *di.Dependency) string {
	// An instance of a generic function ends in "[...]", a method value in "-fm".
	name := strings.TrimSuffix(strings.TrimSuffix(d.Name(), "-fm"), "[...]")
	if isLiteral(name) {
		return ""
	}
	return name[strings.LastIndexByte(name, '.')+1:]
}

// isLiteral recognises the names that the runtime gives to function literals,
// such as "main.func1" and "main.func1.2".
func isLiteral(name string) bool {
	i := strings.LastIndex(name, "func")
	if i < 0 || i > 0 && name[i-1] != '.' {
		return false
	}
	number := name[i+len("func"):]
	return number != "" && strings.Trim(number, ".0123456789") == ""
}

// describeInputs documents what any part of the chain reads.
func (c *compiled) describeInputs(op *openapi.Operation) {
	var form []openapi.Parameter
	formType := typeForm
	always := len(c.plan.Always())
	for i, n := range c.plan.All() {
		for in := range n.Inputs() {
			switch in := in.(type) {
			case *paramInput:
				// What only an alternative reads is not required of everybody.
				describeParam(op, in.param, i < always)
			case *formInput:
				form = append(form, parameter(in.param))
			case formPart:
				formType = typeMultipart
				form = append(form, in.describe())
			case bodyReading:
				_, op.Body = in.reads()
				c.describeDecoders(in, op.Body)
			case *preconditionsInput:
				in.describe(op)
			}
		}
	}
	if form != nil {
		op.Body = &openapi.Body{
			Required: slices.ContainsFunc(form, func(p openapi.Parameter) bool { return p.Required }),
			Content:  []openapi.Media{{ContentType: formType, Fields: form}},
		}
	}
	if op.Body != nil {
		op.AddResponse(openapi.Response{Status: http.StatusRequestEntityTooLarge}, openapi.Response{Status: http.StatusUnsupportedMediaType})
		if c.settings.readTimeout > 0 {
			op.AddResponse(openapi.Response{Status: http.StatusRequestTimeout})
		}
	}
	if op.Body != nil || len(op.Parameters) > 0 {
		op.AddResponse(openapi.Response{Status: http.StatusBadRequest}, openapi.Response{Status: http.StatusUnprocessableEntity})
	}
}

// describeDecoders documents the other forms in which a JSON body may come.
func (c *compiled) describeDecoders(in di.Input, body *openapi.Body) {
	if in, ok := in.(*bodyInput); ok {
		for _, mediaType := range c.bodyTypes()[1:] {
			body.Content = append(body.Content, openapi.Media{ContentType: mediaType, Type: in.typ})
		}
	}
}

// A formPart is a field of a form that is no text.
type formPart interface{ describe() openapi.Parameter }

func (in *uploadInput) describe() openapi.Parameter {
	t := reflect.TypeFor[multipart.FileHeader]()
	if in.typ == uploads {
		t = reflect.TypeFor[[]multipart.FileHeader]()
	}
	return openapi.Parameter{Name: in.name, Required: in.required(), Type: t, Tag: in.tag, Place: in.field}
}

func (in *jsonPartInput) describe() openapi.Parameter {
	return openapi.Parameter{Name: in.name, Required: !in.optional, Type: in.typ, Tag: in.tag, Place: in.field}
}

func (in *bodyInput) reads() (string, *openapi.Body) {
	return in.field, describedBody(in.tag, !in.optional, openapi.Media{Type: in.typ})
}

func (in *rawInput) reads() (string, *openapi.Body) {
	var content []openapi.Media
	for _, mediaType := range in.accept {
		content = append(content, openapi.Media{ContentType: mediaType, Type: in.typ})
	}
	return in.field, describedBody(in.tag, in.required, content...)
}

func (in *linesInput) reads() (string, *openapi.Body) {
	list := reflect.SliceOf(in.item)
	return in.field, describedBody(in.tag, true,
		openapi.Media{ContentType: typeLines, Type: list}, openapi.Media{ContentType: "application/x-ndjson", Type: list})
}

func (in *partsInput) reads() (string, *openapi.Body) {
	return in.field, describedBody(in.tag, true, openapi.Media{ContentType: typeMultipart, Fields: []openapi.Parameter{}})
}

func describedBody(tag reflect.StructTag, required bool, content ...openapi.Media) *openapi.Body {
	return &openapi.Body{Description: tag.Get("doc"), Required: required, Content: content}
}

func describeParam(op *openapi.Operation, p *bind.Param, always bool) {
	// The specification has Authorization ignored as a parameter; it belongs to
	// a scheme.
	if p.Place == bind.Header && strings.EqualFold(p.Name, "Authorization") {
		return
	}
	described := parameter(p)
	described.Required = described.Required && always
	op.AddParameter(described)
}

func parameter(p *bind.Param) openapi.Parameter {
	d := openapi.Parameter{
		Name:     p.Name,
		In:       p.Place.String(),
		Required: p.Required,
		Type:     p.Type,
		Tag:      p.Tag,
		Style:    p.Style,
		Place:    p.Field,
	}
	if p.List || p.Style == "deepObject" {
		explode := p.Explode
		d.Explode = &explode
	}
	return d
}

// describeAnswer documents the success.
func (c *compiled) describeAnswer(op *openapi.Operation) {
	a := c.answer
	r := openapi.Response{Status: a.status}
	switch {
	case a.piecewise:
		r.ContentType = a.contentType()
		contentOf(reflect.New(a.content).Interface()).describe(op, &r)
	case a.content != nil:
		r.Type, r.ContentType = a.content, a.contentType()
	}
	for _, h := range a.headers {
		r.Headers = append(r.Headers, openapi.ResponseHeader{Name: h.name, Type: h.typ, Tag: h.tag})
	}
	for _, k := range a.cookies {
		r.Cookies = append(r.Cookies, k.name)
	}
	if c.conditional && isSafe(c.method) {
		describeConditions(op)
		op.AddResponse(openapi.Response{Status: http.StatusNotModified}, openapi.Response{Status: http.StatusPreconditionFailed})
	}
	op.AddResponse(r)
	c.describeForms(op)
}

// describeSecurity documents the credentials that the chain asks for: all that
// are always needed, the alternatives of combinations, and none for what is
// optional.
func (c *compiled) describeSecurity(op *openapi.Operation) {
	seen := map[*di.Dependency]bool{}
	for _, n := range c.plan.Always() {
		if seen[n.Dependency()] && !isScheme(n) { // which has scopes for each time
			continue
		}
		seen[n.Dependency()] = true
		if alternatives := alternativesOf(n); alternatives != nil {
			op.Require(alternatives...)
		}
	}
	if len(op.Security) == 0 {
		return
	}
	op.Security = possible(op.Security)
	op.AddResponse(openapi.Response{Status: http.StatusUnauthorized, Headers: []openapi.ResponseHeader{{
		Name:        "WWW-Authenticate",
		Description: "A challenge for each accepted scheme.",
		Required:    isLocked(op),
	}}})
	scoped := func(r openapi.Requirement) bool {
		return slices.ContainsFunc(r, func(c openapi.Credential) bool { return len(c.Scopes) > 0 })
	}
	if slices.ContainsFunc(op.Security, scoped) {
		op.AddResponse(openapi.Response{Status: http.StatusForbidden})
	}
}

// isScheme reports whether a node stands for a scheme itself.
func isScheme(n di.Node) bool {
	_, ok := n.Dependency().Note().(openapi.SchemeDescriber)
	return ok
}

// alternativesOf are the ways to satisfy a single node; nil when it asks for
// nothing itself.
func alternativesOf(n di.Node) []openapi.Requirement {
	if d, ok := n.Dependency().Note().(openapi.SchemeDescriber); ok {
		return []openapi.Requirement{{{Scheme: d.SecurityScheme(), Scopes: n.Scopes()}}}
	}
	if !n.Alternatives() && !n.Optional() {
		return nil
	}
	var ways []openapi.Requirement
	for need := range n.Needs() {
		ways = append(ways, waysTo(need)...)
	}
	if n.Optional() && len(ways) > 0 {
		ways = append(ways, openapi.Requirement{})
	}
	return ways
}

// waysTo are the ways to satisfy a node and everything that it needs.
func waysTo(n di.Node) []openapi.Requirement {
	var all openapi.Operation
	visited := map[*di.Dependency]bool{}
	var visit func(di.Node)
	visit = func(n di.Node) {
		if visited[n.Dependency()] {
			return
		}
		visited[n.Dependency()] = true
		if ways := alternativesOf(n); ways != nil {
			all.Require(ways...)
			return
		}
		for need := range n.Needs() {
			visit(need)
		}
	}
	visit(n)
	if all.Security == nil {
		return []openapi.Requirement{{}}
	}
	return all.Security
}

// fillProblems gives every documented error the shape that errors have.
func fillProblems(op *openapi.Operation, r *Router) {
	op.AddResponse(openapi.Response{Status: 0, Description: "Any other error."})
	for i := range op.Responses {
		p := &op.Responses[i]
		if isError(p.Status) && p.Type == nil && p.ContentType == "" {
			p.Type = reflect.TypeOf(r.global.renderer.Schema(p.Status))
			p.ContentType = r.global.renderer.ContentType()
		}
	}
}

// isError reports whether a status stands for errors: a code, a class, or
// whatever is not listed.
func isError(status int) bool { return status == 0 || status == 4 || status == 5 || status >= 400 }
