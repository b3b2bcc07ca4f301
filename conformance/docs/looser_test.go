package docs_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mortise-go/mortise/openapi"
)

// TestWhatIsAcceptedIn31IsAcceptedIn30 asks a judge of each version about the same values.
func TestWhatIsAcceptedIn31IsAcceptedIn30(t *testing.T) {
	t.Parallel()
	values := []string{`null`, `true`, `0`, `1`, `1.5`, `-1`, `9`, `"a"`, `"abcd"`, `""`, `[]`, `["a"]`, `["a",1]`, `[1,1]`, `[null]`, `{}`, `{"a":1}`,
		`{"a":null}`, `{"a":"x","b":2}`, `{"x1":5}`, `{"x1":"s","y":1}`}
	for _, schema := range []string{
		`{"type":["string","null"],"maxLength":3}`, `{"type":"null"}`, `{"type":["string","integer","null"],"exclusiveMinimum":0}`,
		`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `{"oneOf":[{"type":"integer","exclusiveMaximum":9},{"type":"null"},{"type":"array","items":{"type":"integer"}}]}`,
		`{"const":"a"}`, `{"enum":["a",null,1]}`, `{"type":["string","null"],"enum":["a",null]}`, `{"anyOf":[{"enum":["a"]},{"type":"null"}]}`,
		`{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`, `{"type":"array","prefixItems":[{"type":"string"}]}`,
		`{"type":"array","contains":{"type":"string"}}`, `{"type":"array","items":false}`, `{"type":"array","items":{"type":["string","null"]}}`,
		`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}`,
		`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}`,
		`{"type":"object","propertyNames":{"pattern":"^a$"}}`, `{"type":"object","properties":{"a":{"type":["integer","null"]}},"required":["a"]}`,
		`{"type":"object","properties":{"a":false}}`, `{"not":{"type":["array","null"]}}`, `{"not":{"propertyNames":{"pattern":"^a$"}}}`,
		`{"oneOf":[{"type":"object","propertyNames":{"pattern":"^a"}},{"type":"object","propertyNames":{"pattern":"^x"}}]}`,
		`{"type":"object","if":{"required":["a"]},"then":{"required":["b"]}}`,
	} {
		t.Run(schema, func(t *testing.T) {
			t.Parallel()
			later, older := judges(t, schema)
			for _, text := range values {
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
				if err != nil {
					t.Fatal(err)
				}
				if later.Validate(v) != nil {
					continue
				}
				var plain any
				if err := json.Unmarshal([]byte(text), &plain); err != nil {
					t.Fatal(err)
				}
				if err := older.VisitJSON(plain); err != nil {
					t.Errorf("%s is accepted by 3.1, and refused by 3.0: %v", text, err)
				}
			}
		})
	}
}

// judges puts a schema into a document and takes what two versions make of it.
func judges(t *testing.T, text string) (*jsonschema.Schema, *openapi3.Schema) {
	t.Helper()
	var schema map[string]any
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatal(err)
	}
	d := openapi.New(openapi.Info{Title: "T", Version: "1"})
	d.Add(&openapi.Operation{Method: "GET", Path: "/v", Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[string]()}},
		Edits: []func(*openapi.OperationEntity){func(e *openapi.OperationEntity) {
			media := e.Responses.MapOfResponseOrReferenceValues["200"].Response.Content
			m := media["application/json"]
			m.Schema = schema
			media["application/json"] = m
		}}})
	document, err := d.Encode(openapi.Format{Version: openapi.Version30})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	later, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return later, loaded.Paths.Value("/v").Get.Responses.Status(200).Value.Content["application/json"].Schema.Value
}
