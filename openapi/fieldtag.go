package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/shape"
)

// document applies the tags that only document, to the schema of a value of type t.
func (s *schemas) document(sch schema, tag reflect.StructTag, t reflect.Type, path string) {
	t = value(t)
	if d := description(tag); d != "" {
		sch["description"] = d
	}
	for _, key := range []string{"title", "format"} {
		if v := tag.Get(key); v != "" {
			sch[key] = v
		}
	}
	for _, key := range []string{"deprecated", "readOnly", "writeOnly"} {
		s.flag(sch, tag, key, path)
	}
	s.enumTag(sch, tag, t, path)
	if v, ok := s.literal(tag, "default", t, path); ok {
		sch["default"] = v
	}
	if v, ok := s.literal(tag, "example", t, path); ok {
		if _, text := v.(string); !text && sch["type"] == "string" {
			v = tag.Get("example") // of a number that is written as a string
		}
		sch["examples"] = []any{v}
	}
	if l := tag.Get("layout"); l != "" && t == reflect.TypeFor[time.Time]() {
		describeLayout(sch, l)
	}
}

// checkPromises refuses the tags that would promise what a body does not keep: nothing compares its members with an enum
// tag, unless a oneof rule says the same, and nothing fills in a default.
func (s *schemas) checkPromises(m *shape.Member, check *check) {
	text, ok := m.Tag.Lookup("enum")
	if rule, found := check.rules.Find("oneof"); ok && found {
		ok = !slices.Equal(strings.Fields(rule.Param), strings.Split(text, ","))
	}
	if ok {
		s.fail(m.Path, "enum:%q is not checked in a body; write validate:\"oneof=%s\"", text, strings.ReplaceAll(text, ",", " "))
	}
	if text, ok := m.Tag.Lookup("default"); ok {
		s.fail(m.Path, "default:%q is not filled in by a body; leave it out, or take a pointer and let the handler decide", text)
	}
}

// description reads the tag "doc", or "description" as other tools call it.
func description(tag reflect.StructTag) string {
	if d := tag.Get("doc"); d != "" {
		return d
	}
	return tag.Get("description")
}

func (s *schemas) flag(sch schema, tag reflect.StructTag, key, path string) {
	text, ok := tag.Lookup(key)
	if !ok {
		return
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		s.fail(path, "%s:%q is not a bool; write %s:\"true\"", key, text, key)
	}
	if b {
		sch[key] = true
	}
}

// enumTag reads enum:"a,b" or enum:"[1,2]". On a list it speaks about the elements.
func (s *schemas) enumTag(sch schema, tag reflect.StructTag, t reflect.Type, path string) {
	text := tag.Get("enum")
	if text == "" {
		return
	}
	if items, ok := sch["items"].(schema); ok {
		sch, t = items, value(t.Elem())
	}
	list, err := enumeration(text, t)
	if err != nil {
		s.fail(path, "enum:%q: %w", text, err)
		return
	}
	if typ, ok := sch["type"].([]string); ok && len(typ) == 2 {
		list = append(list, nil)
	}
	sch["enum"] = list
}

func enumeration(text string, t reflect.Type) ([]any, error) {
	if strings.HasPrefix(text, "[") {
		var list []any
		err := json.Unmarshal([]byte(text), &list)
		return list, err
	}
	var list []any
	for word := range strings.SplitSeq(text, ",") {
		v, err := parseLiteral(word, t)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// literal reads a value of type t from a tag.
func (s *schemas) literal(tag reflect.StructTag, key string, t reflect.Type, path string) (any, bool) {
	text, ok := tag.Lookup(key)
	if !ok {
		return nil, false
	}
	v, err := parseLiteral(text, t)
	if err != nil {
		s.fail(path, "%s:%q %w", key, text, err)
		return nil, false
	}
	return v, true
}

// parseLiteral reads a value of type t as a tag writes it: bare for scalars, JSON for everything else,
// where a list of scalars may be written with commas.
func parseLiteral(text string, t reflect.Type) (any, error) {
	if isText(t) {
		return text, nil
	}
	switch t.Kind() {
	case reflect.String:
		return text, nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		return b, wrong(err, t, `"true"`)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, t.Bits())
		return n, wrong(err, t, `"1"`)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(text, 10, t.Bits())
		return n, wrong(err, t, `"1"`)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, t.Bits())
		if _, valid := number(text); err == nil && valid {
			return json.Number(text), nil
		}
		if err == nil {
			return f, json.Unmarshal([]byte(text), &f)
		}
		return f, wrong(err, t, `"1.5"`)
	case reflect.Slice, reflect.Array:
		if !strings.HasPrefix(text, "[") && t.Elem().Kind() != reflect.Uint8 {
			return parseList(text, value(t.Elem()))
		}
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("is not JSON, which a %s needs: %w", t, err)
	}
	return v, nil
}

func parseList(text string, t reflect.Type) (any, error) {
	list := []any{}
	if text == "" {
		return list, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		v, err := parseLiteral(word, t)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func wrong(err error, t reflect.Type, such string) error {
	if err == nil {
		return nil
	}
	kind := "a " + t.String()
	if strings.ContainsRune("aeiou", rune(t.String()[0])) {
		kind = "an " + t.String()
	}
	return fmt.Errorf("is not %s; write something like %s", kind, such)
}

// isText reports whether values of t are written as strings, whatever their kind.
func isText(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time](), reflect.TypeFor[url.URL]():
		return true
	}
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) &&
		!reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

// describeLayout says how a time in a parameter is written.
func describeLayout(sch schema, l string) {
	delete(sch, "format")
	if keywords, ok := layout(l); ok {
		tighten(sch, keywords)
		return
	}
	if sch["examples"] == nil {
		sch["examples"] = []any{l} // the layout of package time is itself an example
	}
}

// addNotes puts sentences behind a description.
func addNotes(sch schema, notes []string) {
	if len(notes) == 0 {
		return
	}
	text, _ := sch["description"].(string)
	sch["description"] = joinSentences(text, notes)
}

func joinSentences(text string, notes []string) string {
	all := notes
	if text != "" {
		if !strings.HasSuffix(text, ".") {
			text += "."
		}
		all = append([]string{text}, notes...)
	}
	return strings.Join(all, " ")
}
