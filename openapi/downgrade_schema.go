package openapi

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// schema writes a schema in the dialect of OpenAPI 3.0. It accepts what it accepted before, or more.
func (d *downgrade) schema(v any) any {
	sch, _ := d.convert(v)
	return sch
}

// convert also tells whether the schema accepts exactly what it did. Where a schema must not accept more, below "not" and
// in the alternatives of "oneOf", those that do are given up.
func (d *downgrade) convert(v any) (ordered, bool) {
	switch v := v.(type) {
	case ordered:
		c := &schemaConversion{downgrade: d, in: v, exact: true}
		return c.run(), c.exact
	case bool:
		if !v {
			return ordered{{"not", ordered{}}}, true
		}
	}
	return ordered{}, true
}

// schemaConversion is one schema on its way.
type schemaConversion struct {
	*downgrade
	in, out ordered
	exact   bool
}

// sameMeaning are the keywords that mean the same in both dialects.
var sameMeaning = []string{
	"title", "description", "format", "default", "multipleOf", "maximum", "minimum", "maxLength", "minLength", "pattern",
	"maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "enum", "discriminator", "readOnly",
	"writeOnly", "xml", "externalDocs", "deprecated",
}

// annotations are keywords that accept and refuse nothing.
var annotations = []string{"$schema", "$id", "$anchor", "$comment", "$defs", "contentMediaType", "contentSchema", "contentEncoding", "examples"}

func (c *schemaConversion) run() ordered {
	if ref := c.in.get("$ref"); ref != nil && len(c.in) == 1 {
		return c.in
	}
	for _, e := range c.in {
		c.keyword(e.key, e.value)
	}
	c.content()
	c.bound("exclusiveMinimum", "minimum", 1)
	c.bound("exclusiveMaximum", "maximum", -1)
	c.array()
	c.patterned()
	c.alternatives()
	c.types()
	return c.out
}

func (c *schemaConversion) keyword(key string, v any) {
	switch {
	case slices.Contains(sameMeaning, key), strings.HasPrefix(key, "x-"):
		c.out.set(key, v)
	case slices.Contains(annotations, key):
		c.silent(key, v)
	case key == "type", key == "items", key == "anyOf", key == "oneOf", key == "exclusiveMinimum", key == "exclusiveMaximum":
		// together with others, below
	case key == "$ref":
		c.all(ordered{{"$ref", v}})
	case key == "const":
		c.out.set("enum", []any{v})
	case key == "required":
		if len(asList(v)) > 0 {
			c.out.set(key, v)
		}
	case key == "properties":
		c.out.set(key, asObject(v).each(func(_ string, v any) any { return c.sub(v) }))
	case key == "additionalProperties":
		c.additional(v)
	case key == "allOf":
		for _, e := range asList(v) {
			c.all(c.sub(e))
		}
	case key == "not":
		c.not(v)
	default:
		c.exact = false // patternProperties, propertyNames, prefixItems, contains, if, unevaluatedProperties, ...
	}
}

// sub converts a schema inside this one.
func (c *schemaConversion) sub(v any) ordered {
	sch, exact := c.convert(v)
	c.exact = c.exact && exact
	return sch
}

// all adds a schema that has to be satisfied too.
func (c *schemaConversion) all(sch ordered) {
	c.out = c.out.with("allOf", append(slices.Clip(asList(c.out.get("allOf"))), sch))
}

func (c *schemaConversion) silent(key string, v any) {
	if key == "examples" && len(asList(v)) > 0 {
		c.out.set("example", asList(v)[0])
	}
}

func (c *schemaConversion) not(v any) {
	sch, exact := c.convert(v)
	if !exact {
		c.exact = false // a weaker schema below "not" would refuse more
		return
	}
	c.out.set("not", sch)
}

func (c *schemaConversion) additional(v any) {
	if _, ok := v.(bool); ok {
		c.out.set("additionalProperties", v)
		return
	}
	c.out.set("additionalProperties", c.sub(v))
}

// content says in a format how bytes are written.
func (c *schemaConversion) content() {
	encoding, media := c.in.get("contentEncoding"), c.in.get("contentMediaType")
	switch {
	case c.out.has("format"):
	case encoding == "base64" || encoding == "base64url":
		c.out.set("format", "byte")
	case encoding == nil && media == "application/octet-stream":
		c.out.set("format", "binary")
	}
}

// bound turns a bound that is excluded into a bound and a flag. Of two bounds the tighter one counts: sign is 1 where that
// is the greater.
func (c *schemaConversion) bound(excluded, included string, sign int) {
	bound, ok := exactly(c.in.get(excluded))
	if !ok {
		return
	}
	if other, ok := exactly(c.in.get(included)); ok && other.Cmp(bound)*sign > 0 {
		return
	}
	c.out = c.out.with(included, c.in.get(excluded)).with(excluded, true)
}

func exactly(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, false
	}
	return new(big.Rat).SetString(n.String())
}

// array writes the elements of a list. In 3.0 all of them have one schema, and a list must have one.
func (c *schemaConversion) array() {
	items, hasItems := lookup(c.in, "items")
	prefix := asList(c.in.get("prefixItems"))
	switch {
	case prefix != nil:
		c.tuple(prefix, items)
	case hasItems && items == false:
		c.out = c.out.with("items", ordered{}).with("maxItems", json.Number("0"))
	case hasItems:
		c.out.set("items", c.sub(items))
	case c.hasType("array"):
		c.out.set("items", ordered{})
	}
}

// tuple accepts any of the elements at any place.
func (c *schemaConversion) tuple(prefix []any, rest any) {
	var alternatives []any
	for _, e := range prefix {
		alternatives = appendDistinct(alternatives, c.sub(e))
	}
	switch rest {
	case false:
		most, limited := exactly(c.in.get("maxItems"))
		if length := int64(len(prefix)); !limited || most.Cmp(big.NewRat(length, 1)) > 0 {
			c.out = c.out.with("maxItems", length)
		}
	case nil, true:
		c.out.set("items", ordered{})
		return
	default:
		alternatives = appendDistinct(alternatives, c.sub(rest))
	}
	c.out.set("items", oneOrAny(alternatives))
}

// patterned widens additionalProperties by what the members with patterns may be, for they count as additional now.
func (c *schemaConversion) patterned() {
	patterns := asObject(c.in.get("patternProperties"))
	rest, ok := lookup(c.in, "additionalProperties")
	if patterns == nil || !ok || rest == true {
		return
	}
	var alternatives []any
	if rest != false {
		alternatives = append(alternatives, c.out.get("additionalProperties"))
	}
	for _, p := range patterns {
		alternatives = appendDistinct(alternatives, c.sub(p.value))
	}
	c.out = c.out.with("additionalProperties", oneOrAny(alternatives))
}

func oneOrAny(alternatives []any) any {
	if len(alternatives) == 1 {
		return alternatives[0]
	}
	return ordered{{"anyOf", alternatives}}
}

func appendDistinct(all []any, sch ordered) []any {
	if slices.ContainsFunc(all, func(have any) bool { return sameText(have, sch) }) {
		return all
	}
	return append(all, sch)
}

func sameText(a, b any) bool {
	x, _ := appendJSON(nil, a) // what was read as JSON can be written
	y, _ := appendJSON(nil, b)
	return string(x) == string(y)
}
