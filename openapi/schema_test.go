package openapi_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

type textID [16]byte

func (textID) MarshalText() ([]byte, error)     { return []byte("x"), nil }
func (*textID) UnmarshalText(text []byte) error { return nil }

// UUID stands for the types of that name in several modules.
type UUID [16]byte

// MarshalText writes the canonical form.
func (UUID) MarshalText() ([]byte, error) { return []byte("x"), nil }

// UnmarshalText reads it.
func (*UUID) UnmarshalText(text []byte) error { return nil }

type writeOnlyText int

func (writeOnlyText) MarshalText() ([]byte, error) { return []byte("x"), nil }

type ownJSON struct{ A int }

func (ownJSON) MarshalJSON() ([]byte, error) { return []byte(`1`), nil }
func (*ownJSON) UnmarshalJSON([]byte) error  { return nil }

type color string

func (color) Enum() []any { return []any{"red", "green"} }

type level int

func (level) Enum() []any { return []any{1, 2} }

type tree []tree

type named string

type record struct {
	A int `json:"a"`
}

// kinds are Go types as a member of an answer, and what the document says about them.
var kinds = []struct {
	name string
	typ  reflect.Type
	want string
}{
	{"bool", reflect.TypeFor[bool](), `{"type":"boolean"}`},
	{"int has the size of the platform", reflect.TypeFor[int](), `{"type":"integer","format":"int64"}`},
	{"int8", reflect.TypeFor[int8](), `{"type":"integer","format":"int8"}`},
	{"int32", reflect.TypeFor[int32](), `{"type":"integer","format":"int32"}`},
	{"int64", reflect.TypeFor[int64](), `{"type":"integer","format":"int64"}`},
	{"uint", reflect.TypeFor[uint](), `{"type":"integer","format":"uint64","minimum":0}`},
	{"uint8", reflect.TypeFor[uint8](), `{"type":"integer","format":"uint8","minimum":0}`},
	{"float32", reflect.TypeFor[float32](), `{"type":"number","format":"float"}`},
	{"float64", reflect.TypeFor[float64](), `{"type":"number","format":"double"}`},
	{"string", reflect.TypeFor[string](), `{"type":"string"}`},
	{"a named scalar is inline", reflect.TypeFor[named](), `{"type":"string"}`},

	{"a pointer to a scalar may be null", reflect.TypeFor[*int](), `{"type":["integer","null"],"format":"int64"}`},
	{"a pointer to a component may be null", reflect.TypeFor[*record](), `{"anyOf":[{"$ref":"#/components/schemas/Record"},{"type":"null"}]}`},
	{"pointers to pointers are one", reflect.TypeFor[**string](), `{"type":["string","null"]}`},

	{"a slice is never null", reflect.TypeFor[[]string](), `{"type":"array","items":{"type":"string"}}`},
	{"a slice of pointers to structs holds structs", reflect.TypeFor[[]*record](), `{"type":"array","items":{"$ref":"#/components/schemas/Record"}}`},
	{"a slice of pointers to scalars may hold null", reflect.TypeFor[[]*int8](), `{"type":"array","items":{"type":["integer","null"],"format":"int8"}}`},
	{"an array has its length", reflect.TypeFor[[3]bool](), `{"type":"array","items":{"type":"boolean"},"minItems":3,"maxItems":3}`},
	{"bytes are base64", reflect.TypeFor[[]byte](), `{"type":"string","contentEncoding":"base64"}`},
	{"an array of bytes has the length of its base64", reflect.TypeFor[[4]byte](), `{"type":"string","contentEncoding":"base64","minLength":8,"maxLength":8}`},
	{"a type that holds itself without a struct is a component", reflect.TypeFor[tree](), `{"$ref":"#/components/schemas/Tree"}`},

	{"a map is never null", reflect.TypeFor[map[string]int32](), `{"type":"object","additionalProperties":{"type":"integer","format":"int32"}}`},
	{"a map of anything", reflect.TypeFor[map[string]any](), `{"type":"object","additionalProperties":{}}`},
	{"a map by number names its keys", reflect.TypeFor[map[int]bool](), `{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"pattern":"^-?(0|[1-9][0-9]*)$"}}`},
	{"a map by unsigned number", reflect.TypeFor[map[uint8]bool](), `{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"pattern":"^(0|[1-9][0-9]*)$"}}`},
	{"a map by enum lists its keys", reflect.TypeFor[map[color]bool](), `{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"$ref":"#/components/schemas/Color"}}`},
	{"a map by UUID", reflect.TypeFor[map[UUID]bool](), `{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"format":"uuid"}}`},
	{"a map by text", reflect.TypeFor[map[textID]bool](), `{"type":"object","additionalProperties":{"type":"boolean"}}`},

	{"time.Time", reflect.TypeFor[time.Time](), `{"type":"string","format":"date-time"}`},
	{"time.Duration is text, and no component", reflect.TypeFor[time.Duration](), `{"type":"string","format":"go-duration","examples":["1m30s"],
		"pattern":"^[+-]?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$"}`},
	{"json.RawMessage is anything", reflect.TypeFor[json.RawMessage](), `{}`},
	{"json.Number is a number", reflect.TypeFor[json.Number](), `{"type":"number"}`},
	{"any is anything", reflect.TypeFor[any](), `{}`},
	{"an interface is anything, and no component", reflect.TypeFor[fmt.Stringer](), `{}`},
	{"error is anything", reflect.TypeFor[error](), `{}`},
	{"big.Int is a number", reflect.TypeFor[big.Int](), `{"type":"integer"}`},
	{"big.Float is text", reflect.TypeFor[big.Float](), `{"type":"string"}`},
	{"netip.Addr has a format", reflect.TypeFor[netip.Addr](), `{"type":"string","format":"ip"}`},
	{"netip.Prefix has a format", reflect.TypeFor[netip.Prefix](), `{"type":"string","format":"cidr"}`},
	{"netip.AddrPort has a format", reflect.TypeFor[netip.AddrPort](), `{"type":"string","format":"ip-port"}`},
	{"net.IP is text, not bytes", reflect.TypeFor[net.IP](), `{"type":"string","format":"ip"}`},
	{"url.URL is a string, not its fields", reflect.TypeFor[url.URL](), `{"type":"string","format":"uri-reference"}`},
	{"a pointer to a URL may be null", reflect.TypeFor[*url.URL](), `{"type":["string","null"],"format":"uri-reference"}`},
	{"sql.NullString shows its fields", reflect.TypeFor[sql.NullString](), `{"$ref":"#/components/schemas/NullString"}`},

	{"a text type is a string", reflect.TypeFor[textID](), `{"type":"string"}`},
	{"a UUID has its format and no example", reflect.TypeFor[UUID](), `{"type":"string","format":"uuid"}`},
	{"a pointer to a UUID may be null", reflect.TypeFor[*UUID](), `{"type":["string","null"],"format":"uuid"}`},
	{"a type with MarshalText alone is written as text", reflect.TypeFor[writeOnlyText](), `{"type":"string"}`},
	{"a type with its own JSON is anything", reflect.TypeFor[ownJSON](), `{}`},
	{"an enum is a component", reflect.TypeFor[color](), `{"$ref":"#/components/schemas/Color"}`},
	{"a list of an enum refers to it", reflect.TypeFor[[]color](), `{"type":"array","items":{"$ref":"#/components/schemas/Color"}}`},
	{"an anonymous struct is inline", reflect.TypeFor[struct {
		B bool `json:"b"`
	}](), `{"type":"object","properties":{"b":{"type":"boolean"}},"required":["b"]}`},
	{"an empty struct is an object", reflect.TypeFor[struct{}](), `{"type":"object"}`},
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			holder := reflect.StructOf([]reflect.StructField{{Name: "V", Type: k.typ}})
			doc := build(t, answers("/v", holder))
			equal(t, k.typ.String(), at(outputSchema(doc, "/v"), "properties", "V"), k.want)
		})
	}
}

func TestComponentsOfKinds(t *testing.T) {
	t.Parallel()
	var fields []reflect.StructField
	for i, k := range kinds {
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: k.typ})
	}
	doc := build(t, answers("/v", reflect.StructOf(fields)))
	equal(t, "components", at(doc, "components", "schemas"), `{
		"Color":{"type":"string","enum":["red","green"]},
		"NullString":{"type":"object","properties":{"String":{"type":"string"},"Valid":{"type":"boolean"}},"required":["String","Valid"]},
		"Record":{"type":"object","properties":{"a":{"type":"integer","format":"int64"}},"required":["a"]},
		"Tree":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}
	}`)
}

// TestMethodsCountInTheirDirection: what a type only writes as text is not read from text.
func TestMethodsCountInTheirDirection(t *testing.T) {
	t.Parallel()
	type Both struct{ V writeOnlyText }
	doc := build(t, answers("/v", reflect.TypeFor[Both]()), takes("/v", reflect.TypeFor[Both]()))
	equal(t, "answer", at(component(doc, "Both"), "properties", "V"), `{"type":"string"}`)
	equal(t, "body", at(component(doc, "BothInput"), "properties", "V"), `{"type":"integer","format":"int64"}`)
}

// TestPointersAtTheTopOfAnAnswerAreNotNull: an answer of type *User is a user.
func TestPointersAtTheTopOfAnAnswerAreNotNull(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/a", reflect.TypeFor[*record]()), answers("/b", reflect.TypeFor[*[]string]()), takes("/c", reflect.TypeFor[*string]()))
	equal(t, "*record", outputSchema(doc, "/a"), `{"$ref":"#/components/schemas/Record"}`)
	equal(t, "*[]string", outputSchema(doc, "/b"), `{"type":"array","items":{"type":"string"}}`)
	equal(t, "a body that may be missing may be null", inputSchema(doc, "/c"), `{"type":["string","null"]}`)
}

func TestTypesThatJSONCannotCarryAreMistakes(t *testing.T) {
	t.Parallel()
	type Inner struct{ Done chan bool }
	type Outer struct {
		List []Inner
		Call func()
		Sum  complex128
		Keys map[bool]int
	}
	text := mistakes(t, answers("/v", reflect.TypeFor[Outer]()))
	mentions(t, text, "Inner.Done: chan bool", "Outer.Call: func()", "Outer.Sum: complex128", "Outer.Keys: bool", `json:"-"`)
}

func TestMistakesOfTagsNameTheField(t *testing.T) {
	t.Parallel()
	type Bad struct {
		A int      `json:"a" default:"x"`
		B bool     `json:"b" example:"maybe"`
		C []int    `json:"c" example:"1,two"`
		D string   `json:"d" deprecated:"perhaps"`
		E int8     `json:"e" enum:"1,300"`
		F record   `json:"f" example:"{"`
		G string   `json:"g" validate:"min=3,,max=4"`
		H float64  `json:"h" default:"NaN"`
		I []string `json:"i,omitEmpty"`
	}
	text := mistakes(t, takes("/v", reflect.TypeFor[Bad]()))
	mentions(t, text, `Bad: field Bad.I`, "omitempty")

	type Worse struct {
		A int     `json:"a" default:"x"`
		B bool    `json:"b" example:"maybe"`
		C []int   `json:"c" example:"1,two"`
		D string  `json:"d" deprecated:"perhaps"`
		E int8    `json:"e" enum:"1,300"`
		F record  `json:"f" example:"{"`
		G string  `json:"g" validate:"min=3,,max=4"`
		H float64 `json:"h" default:"NaN"`
	}
	text = mistakes(t, takes("/v", reflect.TypeFor[Worse]()))
	mentions(t, text, `Worse.A: default:"x" is not an int`, `Worse.B: example:"maybe" is not a bool`, `Worse.C: example:"1,two" is not an int`,
		`Worse.D: deprecated:"perhaps"`, `Worse.E: enum:"1,300": is not an int8`, `Worse.F: example:"{" is not JSON`, "Worse.G", "Worse.H")
}

func TestReadersAndFilesAreBytes(t *testing.T) {
	t.Parallel()
	doc := build(t, &openapi.Operation{
		Method: "GET", Path: "/file",
		Responses: []openapi.Response{
			{Status: 200, Type: reflect.TypeFor[io.Reader](), ContentType: "application/pdf"},
			{Status: 206, Type: reflect.TypeFor[[]byte](), ContentType: "application/pdf"},
			{Status: 202, Type: reflect.TypeFor[string](), ContentType: "text/plain; charset=utf-8"},
			{Status: 203, Type: reflect.TypeFor[record](), ContentType: "application/hal+json"},
			{Status: 207, ContentType: "application/octet-stream"},
		},
	})
	content := func(status, typ string) any {
		return at(doc, "paths", "/file", "get", "responses", status, "content", typ)
	}
	equal(t, "reader", content("200", "application/pdf"), `{"schema":{"type":"string","format":"binary"}}`)
	equal(t, "bytes", content("206", "application/pdf"), `{"schema":{"type":"string","format":"binary"}}`)
	equal(t, "text", content("202", "text/plain; charset=utf-8"), `{"schema":{"type":"string"}}`)
	equal(t, "hal", content("203", "application/hal+json"), `{"schema":{"$ref":"#/components/schemas/Record"}}`)
	equal(t, "anything", content("207", "application/octet-stream"), `{}`)
}

// What is documented is what is done: a body has no enum tags and no defaults.
func TestABodyPromisesNothingThatItDoesNotKeep(t *testing.T) {
	t.Parallel()
	type promises struct {
		State string `json:"state" enum:"draft,live"`
		Count int    `json:"count" default:"1"`
	}
	d := openapi.New(openapi.Info{Title: "Promises", Version: "1"})
	d.Add(&openapi.Operation{Method: "POST", Path: "/x", Body: &openapi.Body{Content: []openapi.Media{{Type: reflect.TypeFor[promises]()}}}})
	err := d.Check()
	if err == nil {
		t.Fatal("a body with an enum tag and a default was documented")
	}
	for _, want := range []string{`validate:"oneof=draft live"`, `default:"1" is not filled in`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the mistake does not say %q: %v", want, err)
		}
	}
	answers := openapi.New(openapi.Info{Title: "Answers", Version: "1"})
	answers.Add(&openapi.Operation{Method: "GET", Path: "/x", Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[promises]()}}})
	if err := answers.Check(); err != nil {
		t.Errorf("an answer may say what values it has: %v", err)
	}
}
