package openapi_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/swaggest/jsonschema-go"
)

type exposer struct{ Hidden chan int }

func (exposer) JSONSchema() (jsonschema.Schema, error) {
	var s jsonschema.Schema
	s.AddType(jsonschema.String)
	s.WithPattern("^x")
	return s, nil
}

type rawExposer struct{ Hidden chan int }

func (*rawExposer) JSONSchemaBytes() ([]byte, error) {
	return []byte(`{"type":"integer","multipleOf":5}`), nil
}

type anything struct{}

func (anything) JSONSchemaBytes() ([]byte, error) { return []byte(`true`), nil }

type prepared struct {
	B Person `json:"b"`
	A int    `json:"a"`
}

func (prepared) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.WithDescription("Prepared by hand")
	s.WithPropertiesItem("z", (&jsonschema.Schema{}).WithTitle("Z").ToSchemaOrBool())
	return nil
}

type cat struct {
	Meow bool `json:"meow"`
}

type dog struct {
	Bark *cat `json:"bark"`
}

type pet struct{ Value any }

func (pet) JSONSchemaOneOf() []any { return []any{cat{}, &dog{}} }

type level2 int

func (level2) NamedEnum() ([]any, []string) { return []any{1, 2}, []string{"low", "high"} }

type failing struct{}

func (failing) JSONSchemaBytes() ([]byte, error) { return nil, errors.New("not today") }

type panicking struct{ A int }

func (*panicking) Enum() []any { panic("boom") }

func TestTypesMayTellTheirSchema(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ        reflect.Type
		name, want string
	}{
		{reflect.TypeFor[exposer](), "Exposer", `{"type":"string","pattern":"^x"}`},
		{reflect.TypeFor[rawExposer](), "RawExposer", `{"type":"integer","multipleOf":5}`},
		{reflect.TypeFor[anything](), "Anything", `{}`},
		{reflect.TypeFor[prepared](), "Prepared", `{"type":"object","description":"Prepared by hand","required":["b","a"],"properties":{
			"b":{"$ref":"#/components/schemas/Person"},"a":{"type":"integer","format":"int64"},"z":{"title":"Z"}}}`},
		{reflect.TypeFor[pet](), "Pet", `{"oneOf":[{"$ref":"#/components/schemas/Cat"},{"$ref":"#/components/schemas/Dog"}]}`},
		{reflect.TypeFor[level](), "Level", `{"type":"integer","format":"int64","enum":[1,2]}`},
		{reflect.TypeFor[level2](), "Level2", `{"type":"integer","format":"int64","enum":[1,2],"x-enum-names":["low","high"]}`},
	} {
		doc := build(t, answers("/v", c.typ))
		equal(t, c.typ.String(), outputSchema(doc, "/v"), `{"$ref":"#/components/schemas/`+c.name+`"}`)
		equal(t, c.name, component(doc, c.name), c.want)
	}
}

func TestFailingTypesAreMistakes(t *testing.T) {
	t.Parallel()
	mentions(t, mistakes(t, answers("/v", reflect.TypeFor[failing]())), "failing", "not today")
	mentions(t, mistakes(t, answers("/v", reflect.TypeFor[panicking]())), "panicking", "boom")
}

// titled has the methods of a domain that other tools take for those of a schema.
type titled struct {
	name string
	A    int
}

func (t *titled) Title() string       { return t.name[5:] }
func (t *titled) Description() string { panic("not for documents") }

// chosen embeds an enum, which does not make it one.
type chosen struct {
	*panicking
	Tint color `json:"color"`
	B    int   `json:"b"`
}

// overriding tells for itself, although what it embeds would tell too.
type overriding struct {
	*panicking
}

func (overriding) Enum() []any { return []any{"own"} }

// TestMethodsOfTheDomainNeverRun: neither Title and Description, nor methods promoted from embedded pointers.
func TestMethodsOfTheDomainNeverRun(t *testing.T) {
	t.Parallel()
	_ = titled{name: ""}
	type onlyBook struct {
		*titled
		Pages int `json:"pages"`
	}
	doc := build(t, answers("/v", reflect.TypeFor[onlyBook]()))
	equal(t, "onlyBook", component(doc, "OnlyBook"), `{"type":"object","required":["pages"],"properties":{
		"A":{"type":"integer","format":"int64"},"pages":{"type":"integer","format":"int64"}}}`)

	doc = build(t, answers("/v", reflect.TypeFor[chosen]()))
	equal(t, "chosen", component(doc, "Chosen"), `{"type":"object","required":["color","b"],"properties":{
		"A":{"type":"integer","format":"int64"},"color":{"$ref":"#/components/schemas/Color"},"b":{"type":"integer","format":"int64"}}}`)
}

func TestAnOverriddenMethodCounts(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/v", reflect.TypeFor[overriding]()))
	equal(t, "overriding", at(component(doc, "Overriding"), "enum"), `["own"]`)
}
