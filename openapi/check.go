package openapi

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/internal/rules"
)

// check is what the validate tag of a value says.
type check struct {
	rules    rules.Rules
	demanded bool                // a value that is left out is refused
	names    func(string) string // from the name of a Go field to the one that clients know
	notes    []string            // what no keyword can say
}

// ruleBook reads validate tags, each of them once.
type ruleBook struct {
	options  rules.Options
	parsed   map[string]rules.Rules
	demanded map[typeTag]bool
	absent   map[typeTag]bool
}

type typeTag struct {
	typ reflect.Type
	tag string
}

func newRuleBook(v *validator.Validate) *ruleBook {
	return &ruleBook{
		options:  rules.Options{Validator: v},
		parsed:   map[string]rules.Rules{},
		demanded: map[typeTag]bool{},
		absent:   map[typeTag]bool{},
	}
}

func (b *ruleBook) parse(tag string) (rules.Rules, error) {
	if r, ok := b.parsed[tag]; ok {
		return r, nil
	}
	r, err := b.options.Parse(tag)
	if err == nil {
		b.parsed[tag] = r
	}
	return r, err
}

// demands tells whether the zero value of t, which is what a value that was left out leaves behind, is refused.
// The rules themselves are asked.
func (b *ruleBook) demands(t reflect.Type, tag string, r rules.Rules) bool {
	switch {
	case r.Required():
		return true
	case len(r.List) == 0 || r.Skip || r.Optional():
		return false
	}
	key := typeTag{t, tag}
	d, ok := b.demanded[key]
	if !ok {
		checker, err := rules.CompileVar(t, tag, b.options)
		d = err == nil && len(checker.Check(reflect.New(t).Interface())) > 0
		b.demanded[key] = d
	}
	return d
}

// refusesAbsence tells whether a body is refused in which a member of type t is left out. Bodies are checked as a whole,
// so that the zero value of a struct may lack what it requires, and that of an enum may be none of its values.
func (b *ruleBook) refusesAbsence(t reflect.Type, tag string, r rules.Rules) bool {
	key := typeTag{t, tag}
	d, ok := b.absent[key]
	if !ok {
		options := b.options
		options.Whole = true
		checker, err := rules.CompileVar(t, tag, options)
		d = err == nil && len(checker.Check(reflect.New(t).Interface())) > 0 || r.Required()
		b.absent[key] = d
	}
	return d
}

// check reads the validate tag of a value of type t. The function translates the names of the fields beside it.
func (s *schemas) check(tag reflect.StructTag, t reflect.Type, path string, names func(string) string) *check {
	c := &check{names: names}
	text := tag.Get("validate")
	if text == "" {
		return c
	}
	r, err := s.book.parse(text)
	if err != nil {
		s.fail(path, "validate:%q: %w", text, err)
		return c
	}
	c.rules = r
	c.demanded = s.book.demands(t, text, r)
	return c
}

// skipsZero reports whether a zero value passes whatever the rules.
func (c *check) skipsZero() bool { return c.rules.Optional() }

func (c *check) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// constrain adds to the schema of a value of type t what its rules say.
func (c *check) constrain(sch schema, t reflect.Type) {
	if !c.rules.Skip {
		c.level(sch, c.rules, value(t))
	}
}

// level applies the rules before a dive to the value, and those behind it to what the value holds.
func (c *check) level(sch schema, r rules.Rules, t reflect.Type) {
	for _, rule := range r.List {
		c.apply(sch, rule, t)
	}
	if r.Dive == nil {
		return
	}
	key := "items"
	if t.Kind() == reflect.Map {
		key = "additionalProperties"
	}
	if elements, ok := sch[key].(schema); ok {
		c.level(elements, *r.Dive, value(t.Elem()))
	}
	if r.Keys != nil && t.Kind() == reflect.Map {
		c.keys(sch, *r.Keys, t.Key())
	}
}

// keys applies rules to the names of an object.
func (c *check) keys(sch schema, r rules.Rules, t reflect.Type) {
	names, ok := sch["propertyNames"].(schema)
	if !ok {
		names = schema{}
	}
	if t.Kind() != reflect.String {
		c.note("Each key must satisfy `%s`.", r)
		return
	}
	names["type"] = "string"
	c.level(names, r, t)
	delete(names, "type") // the names of an object are strings anyway
	if len(names) > 0 {
		sch["propertyNames"] = names
	}
}

func (c *check) apply(sch schema, rule rules.Rule, t reflect.Type) {
	switch rule.Name {
	case "omitempty", "omitnil", "omitzero", "structonly", "nostructlevel":
		return
	}
	if fragment, ok := c.fragment(sch, rule, t); ok {
		tighten(sch, fragment)
		return
	}
	c.note("%s", c.words(rule))
}

// fragment translates a rule into keywords; ok is false if there are none for it.
func (c *check) fragment(sch schema, rule rules.Rule, t reflect.Type) (schema, bool) {
	if len(rule.Or) > 0 {
		return c.either(sch, rule, t)
	}
	switch family(sch, t) {
	case "string":
		return stringKeywords(rule)
	case "number":
		return numberKeywords(rule, t)
	case "array":
		return sizeKeywords(rule, "minItems", "maxItems")
	case "object":
		return sizeKeywords(rule, "minProperties", "maxProperties")
	case "boolean":
		return booleanKeywords(rule)
	}
	// Any other value that is required must only be there, which the parent says.
	return schema{}, rule.Name == "required"
}

// either translates a|b.
func (c *check) either(sch schema, rule rules.Rule, t reflect.Type) (schema, bool) {
	var alternatives []any
	for _, alternative := range rule.Or {
		fragment, ok := c.fragment(sch, alternative, t)
		if !ok {
			return nil, false
		}
		alternatives = append(alternatives, fragment)
	}
	return schema{"anyOf": alternatives}, true
}

// family tells which keywords suit: rules look at the Go value, keywords at the JSON value, and both must be alike.
func family(sch schema, t reflect.Type) string {
	typ := sch["type"]
	if typ == nil && sch["$ref"] == nil && sch["enum"] == nil {
		return ""
	}
	is := func(want string) bool { return typ == nil || typ == want }
	switch t.Kind() {
	case reflect.String:
		if is("string") {
			return "string"
		}
	case reflect.Bool:
		if is("boolean") {
			return "boolean"
		}
	case reflect.Slice, reflect.Array:
		if is("array") {
			return "array"
		}
	case reflect.Map:
		if is("object") {
			return "object"
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		if is("integer") || is("number") {
			return "number"
		}
	}
	return ""
}

// words says in English what no keyword can.
func (c *check) words(rule rules.Rule) string {
	param := rule.Param
	if c.names != nil {
		param = c.names(param)
	}
	if text, ok := fieldWords[rule.Name]; ok {
		return fmt.Sprintf(text, param)
	}
	if text, ok := c.conditionWords(rule); ok {
		return text
	}
	name := rule.String()
	if rule.Alias != "" {
		name = rule.Alias
	}
	return "Must satisfy `" + strings.ReplaceAll(name, "`", "'") + "`."
}

var fieldWords = map[string]string{
	"eqfield": "Must equal `%s`.", "nefield": "Must differ from `%s`.",
	"gtfield": "Must be greater than `%s`.", "gtefield": "Must be at least `%s`.",
	"ltfield": "Must be less than `%s`.", "ltefield": "Must be at most `%s`.",
	"eqcsfield": "Must equal `%s`.", "necsfield": "Must differ from `%s`.",
	"gtcsfield": "Must be greater than `%s`.", "gtecsfield": "Must be at least `%s`.",
	"ltcsfield": "Must be less than `%s`.", "ltecsfield": "Must be at most `%s`.",
	"fieldcontains": "Must contain `%s`.", "fieldexcludes": "Must not contain `%s`.",
}

// conditionWords covers the rules whose parameter is a list of fields, or of fields and values in turn.
func (c *check) conditionWords(rule rules.Rule) (string, bool) {
	verb, condition, ok := strings.Cut(rule.Name, "_")
	start, known := map[string]string{"required": "Required", "excluded": "Must be left out"}[verb]
	if !ok || !known {
		return "", false
	}
	names := rule.Words()
	switch condition {
	case "with":
		return start + " if there is " + c.quote(names, " or ") + ".", true
	case "with_all":
		return start + " if there are " + c.quote(names, " and ") + ".", true
	case "without":
		return start + " unless there is " + c.quote(names, " and ") + ".", true
	case "without_all":
		return start + " if there is neither " + c.quote(names, " nor ") + ".", true
	case "if":
		return start + " if " + c.pairs(names) + ".", true
	case "unless":
		return start + " unless " + c.pairs(names) + ".", true
	}
	return "", false
}

func (c *check) quote(names []string, between string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		if c.names != nil {
			name = c.names(name)
		}
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, between)
}

func (c *check) pairs(words []string) string {
	var conditions []string
	for i := 0; i+1 < len(words); i += 2 {
		conditions = append(conditions, c.quote(words[i:i+1], "")+" is `"+words[i+1]+"`")
	}
	return strings.Join(conditions, " and ")
}
