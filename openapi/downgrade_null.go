package openapi

import (
	"encoding/json"
	"slices"
	"strings"
)

// hasType reports whether the schema names a type.
func (c *schemaConversion) hasType(name string) bool {
	return c.in.get("type") == name || slices.Contains(asList(c.in.get("type")), any(name))
}

// alternatives writes anyOf and oneOf. Null among them, which is no type of 3.0, becomes a property of the rest.
func (c *schemaConversion) alternatives() {
	for _, key := range []string{"anyOf", "oneOf"} {
		given, ok := lookup(c.in, key)
		if !ok {
			continue
		}
		branches := slices.DeleteFunc(slices.Clone(asList(given)), isNull)
		null := len(branches) < len(asList(given))
		if null && len(branches) == 1 {
			c.nullable(c.sub(branches[0]))
			continue
		}
		c.choice(key, asList(given))
	}
}

// choice writes alternatives of which more than one remains. If one of them accepts more than before, several may be met
// at once, so that exactly one cannot be demanded any more.
func (c *schemaConversion) choice(key string, given []any) {
	var branches []any
	all := true
	if c.in.has("discriminator") {
		given, all = variants(given)
	}
	for _, b := range given {
		sch, exact := c.convert(b)
		all = all && exact
		branches = append(branches, sch)
	}
	if !all {
		c.exact, key = false, "anyOf"
	}
	if c.out.has(key) {
		c.all(ordered{{key, branches}})
		return
	}
	c.out.set(key, branches)
}

// variants leaves the references of variants alone. A discriminator of 3.0 speaks of nothing else, and tells them apart
// without what stands beside them; all of it is left where one has none.
func variants(given []any) (references []any, all bool) {
	all = true
	for _, v := range given {
		ref, ok := lookup(asObject(v), "$ref")
		if !ok {
			return given, true
		}
		all = all && len(asObject(v)) == 1
		references = append(references, ordered{{"$ref", ref}})
	}
	return references, all
}

func isNull(v any) bool {
	sch := asObject(v)
	return len(sch) == 1 && (sch.get("type") == "null" || sch.has("const") && sch.get("const") == nil)
}

// nullable adds a schema, or null.
func (c *schemaConversion) nullable(sch ordered) {
	kind := c.typeOf(sch)
	switch {
	case len(sch) == 0: // anything, and so null
	case kind == "" || !sch.has("$ref") && !sch.has("type"):
		c.choiceOf(sch, onlyNull())
	case sch.has("$ref") || c.collides(sch):
		// Redocly and others want a type beside "nullable".
		c.out = append(c.out, entry{"type", kind}, entry{"nullable", true})
		c.all(sch)
	default:
		c.out = append(c.out, acceptNull(sch)...)
	}
}

func (c *schemaConversion) choiceOf(branches ...any) {
	if c.out.has("anyOf") {
		c.all(ordered{{"anyOf", branches}})
		return
	}
	c.out.set("anyOf", branches)
}

// collides reports whether a member of the schema is there already.
func (c *schemaConversion) collides(sch ordered) bool {
	return slices.ContainsFunc(sch, func(e entry) bool { return c.out.has(e.key) })
}

// acceptNull adds null to a schema that has a type.
func acceptNull(sch ordered) ordered {
	if values := asList(sch.get("enum")); values != nil && !slices.Contains(values, nil) {
		sch = sch.with("enum", append(slices.Clip(values), nil))
	}
	return sch.with("nullable", true)
}

// onlyNull accepts null alone.
func onlyNull() ordered {
	return ordered{{"type", "string"}, {"nullable", true}, {"enum", []any{nil}}}
}

// typeOf is the one type of a converted schema, also of the component that it refers to; empty if there is none.
func (c *schemaConversion) typeOf(sch ordered) string {
	for range len(c.schemas) + 1 { // references could go round in circles
		ref, ok := sch.get("$ref").(string)
		if !ok {
			break
		}
		name := strings.TrimPrefix(ref, componentPrefix)
		if slices.Contains(c.asked, name) {
			return ""
		}
		c.asked = append(c.asked, name)
		sch, _ = c.convert(typeOnly(asObject(c.schemas.get(name))))
		c.asked = c.asked[:len(c.asked)-1]
	}
	kind, _ := sch.get("type").(string)
	if kind == "" && asList(sch.get("enum")) != nil {
		kind = kindOf(asList(sch.get("enum")))
	}
	return kind
}

// typeOnly keeps what tells the type of a schema. What is inside may hold the schema itself.
func typeOnly(sch ordered) ordered {
	var kept ordered
	for _, e := range sch {
		switch e.key {
		case "type", "enum", "const", "$ref":
			kept = append(kept, e)
		case "anyOf", "oneOf":
			var branches []any
			for _, b := range asList(e.value) {
				branches = append(branches, typeOnly(asObject(b)))
			}
			kept = append(kept, entry{e.key, branches})
		}
	}
	return kept
}

// types writes what may be a list of types, with null among them.
func (c *schemaConversion) types() {
	given, ok := lookup(c.in, "type")
	if !ok {
		c.enumeratedNull()
		return
	}
	kinds, ok := given.([]any)
	if !ok {
		kinds = []any{given}
	}
	rest := slices.DeleteFunc(slices.Clone(kinds), func(k any) bool { return k == "null" })
	null := len(rest) < len(kinds)
	switch {
	case len(rest) == 0:
		c.out = append(c.out.without("enum"), onlyNull()...)
	case len(rest) == 1 && !null:
		c.out.set("type", rest[0])
	case len(rest) == 1:
		c.out.set("type", rest[0])
		c.out = c.out.with("nullable", true)
	default:
		var branches []any
		for _, k := range rest {
			branch := ordered{{"type", k}}
			if k == "array" {
				branch.set("items", ordered{})
			}
			if null {
				branch.set("nullable", true)
				null = false
			}
			branches = append(branches, branch)
		}
		c.choiceOf(branches...)
	}
}

// enumeratedNull gives an enumeration with null among its values the type without which 3.0 refuses null.
func (c *schemaConversion) enumeratedNull() {
	values := asList(c.out.get("enum"))
	rest := slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
	switch kind := kindOf(rest); {
	case len(rest) == len(values):
	case len(rest) == 0:
		c.out = append(c.out.without("enum"), onlyNull()...)
	case kind != "":
		c.out = append(c.out, entry{"type", kind}, entry{"nullable", true})
	default:
		c.out = c.out.without("enum")
		c.choiceOf(ordered{{"enum", rest}}, onlyNull())
	}
}

// kindOf is the type that all values of an enumeration have; empty if they differ.
func kindOf(values []any) string {
	kind := ""
	for _, v := range values {
		next := ""
		switch v.(type) {
		case string:
			next = "string"
		case bool:
			next = "boolean"
		case json.Number:
			next = "number"
		}
		if next == "" || kind != "" && kind != next {
			return ""
		}
		kind = next
	}
	return kind
}
