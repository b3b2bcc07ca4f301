package openapi

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

// responses writes the answers of an operation; those with one status become one.
func (b *builder) responses(op *Operation) *openapi31.Responses {
	all := openapi31.Responses{MapOfResponseOrReferenceValues: map[string]openapi31.ResponseOrReference{}}
	byStatus := map[string]*openapi31.Response{}
	told := map[string][]string{} // descriptions
	for _, r := range ownContentFirst(op.Responses) {
		key, ok := statusKey(r.Status)
		if !ok {
			b.fail("%s: a response has status %d; want 100 to 599, 1 to 5 for a class, or 0 for any other", op.name(), r.Status)
			continue
		}
		entity := byStatus[key]
		if entity == nil {
			entity = &openapi31.Response{}
			byStatus[key] = entity
		}
		b.addResponse(op, r, entity)
		told[key] = unique(told[key], nonEmpty(r.Description))
		entity.Description = strings.Join(told[key], "; ")
	}
	if len(byStatus) == 0 {
		byStatus["default"] = &openapi31.Response{}
	}
	for key, entity := range byStatus {
		entity.Description = cmp.Or(entity.Description, phrase(key))
		if key == "default" {
			all.Default = &openapi31.ResponseOrReference{Response: entity}
			continue
		}
		all.MapOfResponseOrReferenceValues[key] = openapi31.ResponseOrReference{Response: entity}
	}
	return &all
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// statusKey is the key of a status in the responses object.
func statusKey(status int) (string, bool) {
	switch {
	case status == 0:
		return "default", true
	case status >= 1 && status <= 5:
		return strconv.Itoa(status) + "XX", true
	default:
		return strconv.Itoa(status), status >= 100 && status <= 599
	}
}

// phrase describes a response about which nobody said anything.
func phrase(key string) string {
	classes := map[string]string{
		"default": "Any other answer", "1XX": "Informational", "2XX": "Success",
		"3XX": "Redirection", "4XX": "Client error", "5XX": "Server error",
	}
	if p, ok := classes[key]; ok {
		return p
	}
	status, _ := strconv.Atoi(key) // made by statusKey
	switch status {                // in the words of RFC 9110, where net/http has older ones
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large"
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content"
	}
	return cmp.Or(http.StatusText(status), "Status "+key)
}

// ownContentFirst puts what speaks about the content of others behind those.
func ownContentFirst(responses []Response) []Response {
	all := slices.Clone(responses)
	slices.SortStableFunc(all, func(a, c Response) int {
		rank := map[bool]int{true: 1}
		return rank[a.aboutOther()] - rank[c.aboutOther()]
	})
	return all
}

// aboutOther reports whether a response has examples for content that another one describes.
func (r Response) aboutOther() bool {
	return r.Type == nil && (len(r.Examples) > 0 || r.Example != nil)
}

func (b *builder) addResponse(op *Operation, r Response, entity *openapi31.Response) {
	switch {
	case r.aboutOther() && len(entity.Content) > 0:
		b.addExamples(op, r, entity)
	case r.Type != nil || r.ContentType != "":
		b.addContent(op, r, entity)
	case r.aboutOther():
		b.fail("%s: the response %d has examples but no content; give it a Type or a ContentType", op.name(), r.Status)
	}
	if links := b.links(r.Links, linksOf(entity), op.name()); links != nil {
		entity.MapOfAnything = anything(entry{"links", links})
	}
	for _, h := range r.Headers {
		b.addHeader(op, h, entity)
	}
	if len(r.Cookies) > 0 {
		b.addHeader(op, setCookie(r.Cookies), entity)
	}
}

func linksOf(entity *openapi31.Response) ordered {
	have, _ := entity.MapOfAnything["links"].(ordered)
	return have
}

func (b *builder) addContent(op *Operation, r Response, entity *openapi31.Response) {
	contentType := cmp.Or(r.ContentType, typeJSON)
	media := openapi31.MediaType{}
	if r.Type != nil {
		media.Schema = b.contentSchema(r.Type, b.sent, contentType, op.name())
	}
	b.exemplify(op, r, &media)
	if entity.Content == nil {
		entity.Content = map[string]openapi31.MediaType{}
	}
	if have, ok := entity.Content[contentType]; ok {
		media = b.merge(have, media)
	}
	entity.Content[contentType] = media
}

func (b *builder) exemplify(op *Operation, r Response, media *openapi31.MediaType) {
	media.Example = b.exampleFor(r.Example, b.sent, op.name())
	media.MapOfAnything = anything(entry{"examples", b.examples(r.Examples, r.Example, b.sent, op.name())})
}

// addExamples gives the content that is there examples from elsewhere.
func (b *builder) addExamples(op *Operation, r Response, entity *openapi31.Response) {
	contentType := r.ContentType
	for only := range entity.Content {
		if contentType == "" && len(entity.Content) == 1 {
			contentType = only
		}
	}
	have, ok := entity.Content[contentType]
	if !ok {
		b.fail("%s: the examples of the response %d belong to one of %s; say which in ContentType", op.name(), r.Status,
			series(slices.Sorted(maps.Keys(entity.Content))))
		return
	}
	var media openapi31.MediaType
	b.exemplify(op, r, &media)
	entity.Content[contentType] = b.mergeExamples(have, media)
}

// mergeExamples joins the examples of two entries that have one content type; named ones win over one without a name.
func (b *builder) mergeExamples(a, c openapi31.MediaType) openapi31.MediaType {
	mine, _ := a.MapOfAnything["examples"].(ordered)
	theirs, _ := c.MapOfAnything["examples"].(ordered)
	joined := slices.Clip(mine)
	for _, e := range theirs {
		if !joined.has(e.key) {
			joined.set(e.key, e.value)
		}
	}
	switch {
	case joined != nil:
		a.Example, a.MapOfAnything = nil, anything(entry{"examples", joined})
	case a.Example == nil:
		a.Example = c.Example
	}
	return a
}

// setCookie documents cookies by their names. OpenAPI has no place for cookies that an answer sets.
func setCookie(names []string) ResponseHeader {
	return ResponseHeader{Name: "Set-Cookie", Description: "Sets " + plural("cookie", len(names)) + " " + series(names) + "."}
}

// addHeader writes a header; one that is there already gets the other description too.
func (b *builder) addHeader(op *Operation, h ResponseHeader, entity *openapi31.Response) {
	name := http.CanonicalHeaderKey(h.Name)
	if name == "Content-Type" {
		return // "If a response header is defined with the name Content-Type, it SHALL be ignored", section 4.8.17
	}
	if strings.EqualFold(name, h.Name) && h.Name != strings.ToLower(h.Name) {
		name = h.Name
	}
	p := Parameter{
		Name: h.Name, In: "header", Description: h.Description, Deprecated: h.Deprecated,
		Type: h.Type, Tag: h.Tag, Example: h.Example,
	}
	sch, f := b.field(p, op.name())
	header := openapi31.Header{
		Description: text(f.description), Required: flag(h.Required), Deprecated: flag(f.deprecated), Example: f.example,
	}
	if header.Schema = sch; len(sch) == 0 {
		header.MapOfAnything = map[string]any{"schema": sch}
	}
	if entity.Headers == nil {
		entity.Headers = map[string]openapi31.HeaderOrReference{}
	}
	for have, other := range entity.Headers {
		if strings.EqualFold(have, name) {
			name = have
			header = mergeHeaders(*other.Header, header)
		}
	}
	entity.Headers[name] = openapi31.HeaderOrReference{Header: &header}
}

func mergeHeaders(a, c openapi31.Header) openapi31.Header {
	var words []string
	for _, d := range []*string{a.Description, c.Description} {
		if d != nil {
			words = unique(words, []string{*d})
		}
	}
	a.Description = text(strings.Join(words, " "))
	if c.Required == nil {
		a.Required = nil // not every answer with the status has it
	}
	return a
}
