package openapi

import (
	"slices"
	"strings"
)

// Link says how to go on from an answer: which operation takes values of it, and where they are.
type Link struct {
	// Name is the key of the link, such as "next"; required, and unique among the links of a response.
	Name string
	// Operation is the ID of the operation that can be called.
	Operation string
	// Parameters gives parameters of that operation their values: expressions such as "$response.body#/id" and
	// "$request.path.id", or constants. One that exists in several places is named with its place, as in "path.id".
	Parameters map[string]any
	// RequestBody is the value or expression for its body; nil for none.
	RequestBody any
	Description string
}

// links writes the links of a response. Whether their operations exist is known when all have their names.
func (b *builder) links(links []Link, have ordered, place string) ordered {
	for _, l := range links {
		if l.Name == "" || have.has(l.Name) {
			b.fail("%s: link %q needs a name of its own", place, l.Name)
			continue
		}
		entity := ordered{{"operationId", l.Operation}}
		if len(l.Parameters) > 0 {
			var parameters ordered
			for _, p := range sorted(l.Parameters) {
				b.checkExpression(p.value, place+": link "+l.Name)
				if written := b.given(p.value, place+": link "+l.Name); written != nil {
					parameters.set(p.key, *written)
				}
			}
			entity.set("parameters", parameters)
		}
		if l.RequestBody != nil {
			b.checkExpression(l.RequestBody, place+": link "+l.Name)
			if written := b.given(l.RequestBody, place+": link "+l.Name); written != nil {
				entity.set("requestBody", *written)
			}
		}
		if l.Description != "" {
			entity.set("description", l.Description)
		}
		have.set(l.Name, entity)
		b.linked = append(b.linked, linked{l.Operation, place + ": link " + l.Name})
	}
	return have
}

// linked is an operation that a link names.
type linked struct{ id, place string }

func (b *builder) checkLinks() {
	known := map[string]bool{}
	for _, id := range b.ids {
		known[id] = true
	}
	for _, l := range b.linked {
		if !known[l.id] {
			b.fail("%s: no operation has the ID %q", l.place, l.id)
		}
	}
}

// checkExpression refuses runtime expressions that no tool could evaluate, OpenAPI 3.1 section 4.8.20.4.
func (b *builder) checkExpression(v any, place string) {
	text, ok := v.(string)
	if ok && strings.HasPrefix(text, "$") && !isExpression(text) {
		b.fail("%s: %q is no runtime expression; write one such as $request.body#/url, $request.query.url or $response.header.Location", place, text)
	}
}

func isExpression(text string) bool {
	if text == "$url" || text == "$method" || text == "$statusCode" {
		return true
	}
	source, ok := strings.CutPrefix(text, "$request.")
	if !ok {
		source, ok = strings.CutPrefix(text, "$response.")
	}
	if !ok {
		return false
	}
	if source == "body" || strings.HasPrefix(source, "body#/") {
		return true
	}
	place, name, _ := strings.Cut(source, ".")
	return name != "" && slices.Contains([]string{"header", "query", "path"}, place)
}
