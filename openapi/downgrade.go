package openapi

import (
	"regexp"
	"slices"
	"strings"
)

// downgrade writes a document of a later version as OpenAPI 3.0.3.
type downgrade struct {
	doc     ordered
	schemas ordered         // the components, as they were
	scoped  map[string]bool // the security schemes whose requirements list scopes
	asked   []string        // components whose type is being found
}

func newDowngrade(doc ordered) *downgrade {
	d := &downgrade{doc: doc, scoped: map[string]bool{}}
	components := asObject(doc.get("components"))
	d.schemas = asObject(components.get("schemas"))
	for _, e := range asObject(components.get("securitySchemes")) {
		kind := asObject(e.value).get("type")
		d.scoped[e.key] = kind == "oauth2" || kind == "openIdConnect"
	}
	return d
}

func (d *downgrade) document() ordered {
	var all ordered
	for _, e := range withoutQuery(d.doc) {
		switch e.key {
		case "openapi":
			e.value = string(Version30)
		case "info":
			e.value = d.info(asObject(e.value))
		case "paths":
			e.value = asObject(e.value).each(d.pathItem)
		case "webhooks":
			e.key, e.value = "x-webhooks", asObject(e.value).each(d.pathItem)
		case "components":
			e.value = d.components(asObject(e.value))
		}
		all = append(all, e)
	}
	return all
}

var spdxID = regexp.MustCompile(`^[A-Za-z0-9.+-]+$`)

func (d *downgrade) info(info ordered) ordered {
	var all ordered
	for _, e := range info {
		switch {
		case e.key == "summary" && !info.has("description"):
			e.key = "description"
		case e.key == "summary":
			e.key = "x-summary"
		case e.key == "license":
			e.value = d.license(asObject(e.value))
		}
		all = append(all, e)
	}
	return all
}

// license gives an SPDX identifier, for which 3.0 has no word, as the address of its text.
func (d *downgrade) license(license ordered) ordered {
	id, ok := license.get("identifier").(string)
	if !ok {
		return license
	}
	license = license.without("identifier")
	if spdxID.MatchString(id) {
		return license.with("url", "https://spdx.org/licenses/"+id+".html")
	}
	return license.with("x-identifier", id)
}

func (d *downgrade) components(components ordered) ordered {
	return components.each(func(key string, v any) any {
		switch key {
		case "schemas":
			return asObject(v).each(func(_ string, v any) any { return d.schema(v) })
		case "securitySchemes":
			return asObject(v).each(func(_ string, v any) any { return d.scheme(asObject(v)) })
		}
		return v
	})
}

// scheme keeps the lock of a client certificate, of which 3.0 knows nothing, by the nearest type that takes any name.
func (d *downgrade) scheme(scheme ordered) ordered {
	if scheme.get("type") != "mutualTLS" {
		return scheme
	}
	words, _ := scheme.get("description").(string)
	return ordered{
		{"type", "http"},
		{"scheme", "mutualTLS"},
		{"description", strings.TrimSpace(words + "\n\nA client certificate (mutual TLS), which OpenAPI 3.0 cannot say otherwise.")},
		{"x-type", "mutualTLS"},
	}
}

func (d *downgrade) pathItem(_ string, item any) any {
	return asObject(item).each(func(key string, v any) any {
		switch key {
		case "summary", "description", "servers":
			return v
		case "parameters":
			return each(v, d.valued)
		case "get", "put", "post", "delete", "options", "head", "patch", "trace", "x-query":
			return d.operation(asObject(v))
		}
		return v
	})
}

func (d *downgrade) operation(op ordered) ordered {
	return op.each(func(key string, v any) any {
		switch key {
		case "parameters":
			return each(v, d.valued)
		case "requestBody":
			return d.contents(asObject(v))
		case "responses":
			return asObject(v).each(func(_ string, v any) any { return d.response(asObject(v)) })
		case "callbacks":
			return asObject(v).each(func(_ string, v any) any { return asObject(v).each(d.pathItem) })
		case "security":
			return each(v, d.requirement)
		}
		return v
	})
}

// requirement drops what a requirement of a scheme without scopes lists: "for other security scheme types, the array MUST
// be empty", section 4.7.30. The description of the operation tells it in words.
func (d *downgrade) requirement(r ordered) ordered {
	return r.each(func(name string, scopes any) any {
		if d.scoped[name] {
			return scopes
		}
		return []any{}
	})
}

func (d *downgrade) response(r ordered) ordered {
	r = d.contents(r)
	if headers := asObject(r.get("headers")); headers != nil {
		r = r.with("headers", headers.each(func(_ string, v any) any { return d.valued(asObject(v)) }))
	}
	return r
}

// valued converts what has a schema, or content in place of one: parameters, headers and media types.
func (d *downgrade) valued(v ordered) ordered {
	if sch, ok := lookup(v, "schema"); ok {
		v = v.with("schema", d.schema(sch))
	}
	return d.contents(v)
}

func (d *downgrade) contents(v ordered) ordered {
	content := asObject(v.get("content"))
	if content == nil {
		return v
	}
	return v.with("content", content.each(func(_ string, media any) any {
		m := d.valued(asObject(media))
		encoding := asObject(m.get("encoding"))
		if encoding == nil {
			return m
		}
		return m.with("encoding", encoding.each(func(_ string, e any) any { return d.response(asObject(e)) }))
	}))
}

func lookup(o ordered, key string) (any, bool) {
	i := slices.IndexFunc(o, func(e entry) bool { return e.key == key })
	if i < 0 {
		return nil, false
	}
	return o[i].value, true
}

// each applies a function to the objects of a list.
func each(v any, f func(ordered) ordered) []any {
	all := make([]any, 0, len(asList(v)))
	for _, e := range asList(v) {
		all = append(all, f(asObject(e)))
	}
	return all
}
