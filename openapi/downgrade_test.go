package openapi_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

// showing is an operation whose answer has a schema that no Go type would give.
func showing(t *testing.T, schema string) *openapi.Operation {
	t.Helper()
	var parsed map[string]any
	if err := json.Unmarshal([]byte(schema), &parsed); err != nil {
		t.Fatal(err)
	}
	op := answers("/v", reflect.TypeFor[string]())
	op.Edits = []func(*openapi.OperationEntity){func(e *openapi.OperationEntity) {
		answer := e.Responses.MapOfResponseOrReferenceValues["200"].Response
		media := answer.Content["application/json"]
		media.Schema = parsed
		answer.Content["application/json"] = media
	}}
	return op
}

// encoded returns a document in a version, decoded.
func encoded(t *testing.T, d *openapi.Document, v openapi.Version) map[string]any {
	t.Helper()
	b, err := d.Encode(openapi.Format{Version: v})
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return doc
}

// TestSchemasOf30: no bound and no null is lost, and nothing that was accepted is refused.
func TestSchemasOf30(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, given, want string }{
		{"a type or null", `{"type":["string","null"],"maxLength":3}`, `{"maxLength":3,"type":"string","nullable":true}`},
		{"variants that are told apart", `{"discriminator":{"propertyName":"k"},"oneOf":[{"$ref":"#/components/schemas/A","required":["k"]},{"$ref":"#/components/schemas/B","required":["k"]}]}`,
			`{"discriminator":{"propertyName":"k"},"anyOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}`},
		{"null alone", `{"type":"null"}`, `{"type":"string","nullable":true,"enum":[null]}`},
		{"several types", `{"type":["string","integer"],"minLength":1}`, `{"minLength":1,"anyOf":[{"type":"string"},{"type":"integer"}]}`},
		{"several types or null", `{"type":["string","array","null"]}`, `{"items":{},"anyOf":[{"type":"string","nullable":true},{"type":"array","items":{}}]}`},
		{"several types beside alternatives", `{"type":["string","integer"],"anyOf":[{"maxLength":1},{"maximum":1}]}`,
			`{"anyOf":[{"maxLength":1},{"maximum":1}],"allOf":[{"anyOf":[{"type":"string"},{"type":"integer"}]}]}`},
		{"a schema or null", `{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}],"description":"d"}`,
			`{"description":"d","maxLength":3,"type":"string","nullable":true}`},
		{"one of a schema and null", `{"oneOf":[{"type":"null"},{"type":"integer"}]}`, `{"type":"integer","nullable":true}`},
		{"a schema with words of its own or null", `{"anyOf":[{"type":"string","description":"in"},{"type":"null"}],"description":"out"}`,
			`{"description":"out","type":"string","nullable":true,"allOf":[{"description":"in","type":"string"}]}`},
		{"an enumeration or null", `{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}`, `{"enum":["a",null],"type":"string","nullable":true}`},
		{"an enumeration without a type or null", `{"anyOf":[{"enum":["a"]},{"type":"null"}]}`,
			`{"anyOf":[{"enum":["a"]},{"type":"string","nullable":true,"enum":[null]}]}`},
		{"anything or null", `{"anyOf":[{},{"type":"null"}]}`, `{}`},
		{"two schemas or null", `{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}`,
			`{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"string","nullable":true,"enum":[null]}]}`},
		{"excluded bounds", `{"exclusiveMinimum":0,"exclusiveMaximum":9.5}`, `{"minimum":0,"exclusiveMinimum":true,"maximum":9.5,"exclusiveMaximum":true}`},
		{"an excluded bound that another one makes idle", `{"exclusiveMinimum":0,"minimum":1}`, `{"minimum":1}`},
		{"an excluded bound that is tighter", `{"exclusiveMaximum":5,"maximum":5}`, `{"maximum":5,"exclusiveMaximum":true}`},
		{"a constant", `{"const":"a"}`, `{"enum":["a"]}`},
		{"a constant null", `{"const":null}`, `{"type":"string","nullable":true,"enum":[null]}`},
		{"an enumeration with null", `{"enum":["a",null]}`, `{"enum":["a",null],"type":"string","nullable":true}`},
		{"an enumeration of all kinds", `{"enum":["a",null,1]}`, `{"anyOf":[{"enum":["a",1]},{"type":"string","nullable":true,"enum":[null]}]}`},
		{"bytes as text", `{"type":"string","contentEncoding":"base64"}`, `{"format":"byte","type":"string"}`},
		{"bytes as they are", `{"type":"string","contentMediaType":"application/octet-stream"}`, `{"format":"binary","type":"string"}`},
		{"examples", `{"type":"string","examples":["a","b"]}`, `{"example":"a","type":"string"}`},
		{"words beside a reference", `{"$ref":"#/x","description":"d"}`, `{"allOf":[{"$ref":"#/x"}],"description":"d"}`},
		{"patterns of names", `{"type":"object","patternProperties":{"^x":{"type":"integer"}},"propertyNames":{"maxLength":3}}`, `{"type":"object"}`},
		{"patterns of names, and no others", `{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}`,
			`{"type":"object","additionalProperties":{"type":"integer"}}`},
		{"patterns of names, and others", `{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}`,
			`{"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"integer"}]}}`},
		{"a tuple that ends", `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`,
			`{"type":"array","maxItems":2,"items":{"anyOf":[{"type":"string"},{"type":"integer"}]}}`},
		{"a tuple that goes on", `{"type":"array","prefixItems":[{"type":"string"}]}`, `{"type":"array","items":{}}`},
		{"a tuple that goes on alike", `{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"string"}}`, `{"type":"array","items":{"type":"string"}}`},
		{"a list of anything", `{"type":"array"}`, `{"type":"array","items":{}}`},
		{"an empty list", `{"type":"array","items":false}`, `{"type":"array","items":{},"maxItems":0}`},
		{"a false schema", `{"properties":{"a":false,"b":true}}`, `{"properties":{"a":{"not":{}},"b":{}}}`},
		{"what a weaker schema must not be denied", `{"type":"string","not":{"contains":{"type":"string"}}}`, `{"type":"string"}`},
		{"what must not be", `{"not":{"type":["string","null"]}}`, `{"not":{"type":"string","nullable":true}}`},
		{"exactly one, as far as can be said", `{"oneOf":[{"required":["a"]},{"propertyNames":{"maxLength":1}}]}`, `{"anyOf":[{"required":["a"]},{}]}`},
		{"conditions", `{"if":{"required":["a"]},"then":{"required":["b"]},"dependentRequired":{"a":["b"]},"unevaluatedProperties":false}`, `{}`},
		{"nothing required", `{"required":[]}`, `{}`},
		{"extensions", `{"x-a":{"type":["string","null"]}}`, `{"x-a":{"type":["string","null"]}}`},
		{"a value that looks like a schema", `{"default":{"type":["string","null"]},"type":"object"}`, `{"default":{"type":["string","null"]},"type":"object"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := encoded(t, documentOf(showing(t, c.given)), openapi.Version30)
			equal(t, c.given, outputSchema(doc, "/v"), c.want)
		})
	}
}

// TestNullsOfComponentsSurvive: a reference to a component becomes one that may be null, with the type that tools ask for.
func TestNullsOfComponentsSurvive(t *testing.T) {
	t.Parallel()
	type inner struct {
		A int `json:"a"`
	}
	type outer struct {
		In *inner `json:"in" doc:"Perhaps"`
	}
	doc := encoded(t, documentOf(answers("/v", reflect.TypeFor[outer]())), openapi.Version30)
	equal(t, "in", at(component(doc, "Outer"), "properties", "in"),
		`{"description":"Perhaps","type":"object","nullable":true,"allOf":[{"$ref":"#/components/schemas/Inner"}]}`)
}

// TestARecursiveTypeIsWrittenAs30: to know the type of a component, its members need not be known.
func TestARecursiveTypeIsWrittenAs30(t *testing.T) {
	t.Parallel()
	type node struct {
		Parent *node  `json:"parent"`
		Others []node `json:"others"`
	}
	doc := encoded(t, documentOf(answers("/v", reflect.TypeFor[node]())), openapi.Version30)
	equal(t, "parent", at(component(doc, "Node"), "properties", "parent"),
		`{"type":"object","nullable":true,"allOf":[{"$ref":"#/components/schemas/Node"}]}`)
}

func TestDocumentsOf30(t *testing.T) {
	t.Parallel()
	d := openapi.New(openapi.Info{Title: "T", Version: "1", Summary: "S", License: &openapi.License{Name: "MIT", Identifier: "MIT"}})
	client := openapi.Scheme{Name: "Client", Type: "mutualTLS"}
	oidc := openapi.Scheme{Name: "Login", Type: "openIdConnect", OpenIDConnectURL: "https://login.example.com/.well-known/openid-configuration"}
	locked := answers("/locked", nil)
	locked.Require(openapi.Requirement{{Scheme: client}, {Scheme: bearer, Scopes: []string{"a"}}}, openapi.Requirement{{Scheme: oidc, Scopes: []string{"b"}}}, nil)
	open := takes("/open", reflect.TypeFor[map[UUID]*int]())
	open.Public = true
	open.Parameters = []openapi.Parameter{{Name: "q", In: "query", Type: reflect.TypeFor[int](), Tag: `validate:"gt=0"`}}
	open.Callbacks = []openapi.Callback{{Name: "done", URL: "{$request.body#/url}", Operation: takes("", reflect.TypeFor[*Shelf]())}}
	d.Add(locked, open)
	d.AddWebhook(openapi.Webhook{Name: "ping", Operation: takes("", reflect.TypeFor[[]byte]())})
	doc := encoded(t, d, openapi.Version30)
	equal(t, "version", doc["openapi"], `"3.0.3"`)
	equal(t, "info", doc["info"], `{"title":"T","version":"1","description":"S","license":{"name":"MIT","url":"https://spdx.org/licenses/MIT.html"}}`)
	equal(t, "locks", at(doc, "paths", "/locked", "get", "security"), `[{"BearerAuth":[],"Client":[]},{"Login":["b"]},{}]`)
	equal(t, "an open operation", at(doc, "paths", "/open", "post", "security"), `[]`)
	equal(t, "client certificates", at(doc, "components", "securitySchemes", "Client"),
		`{"type":"http","scheme":"mutualTLS","x-type":"mutualTLS","description":"A client certificate (mutual TLS), which OpenAPI 3.0 cannot say otherwise."}`)
	equal(t, "a parameter", at(first(at(doc, "paths", "/open", "post", "parameters")), "schema"),
		`{"type":"integer","format":"int64","minimum":0,"exclusiveMinimum":true}`)
	equal(t, "a webhook", at(doc, "x-webhooks", "ping", "post", "requestBody", "content", "application/json", "schema"), `{"type":"string","format":"byte"}`)
	if doc["webhooks"] != nil {
		t.Error("3.0 knows no webhooks")
	}
	equal(t, "a callback", at(doc, "paths", "/open", "post", "callbacks", "done", "{$request.body#/url}", "post", "requestBody", "content", "application/json", "schema"),
		`{"$ref":"#/components/schemas/Shelf"}`)
	text, _ := d.Encode(openapi.Format{Version: openapi.Version30})
	for _, word := range []string{`"null"`, "propertyNames", "contentEncoding"} {
		if strings.Contains(string(text), word) {
			t.Errorf("the document has %s: %s", word, text)
		}
	}
}

func TestAVersionThatThereIsNot(t *testing.T) {
	t.Parallel()
	if _, err := blog().Encode(openapi.Format{Version: "2.0"}); err == nil {
		t.Error("the document is written as 2.0")
	}
	d := blog()
	d.SetVersion(openapi.Version30)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "derived") {
		t.Errorf("a document is built as 3.0: %v", err)
	}
}

func TestDocumentsOf32(t *testing.T) {
	t.Parallel()
	device := openapi.Scheme{Name: "Devices", Type: "oauth2", Flows: openapi.OAuthFlows{DeviceAuthorization: &openapi.OAuthFlow{
		DeviceAuthorizationURL: "https://login.example.com/device", TokenURL: "https://login.example.com/token",
	}}}
	query := takes("/search", typeString)
	query.Method, query.Tags = "QUERY", []string{"search"}
	query.Require(openapi.Requirement{{Scheme: device, Scopes: []string{"a"}}})
	other := answers("/other", nil)
	other.Tags = []string{"rest"}
	d := documentOf(query, other)
	d.AddTagGroup(openapi.TagGroup{Name: "Finding", Tags: []string{"search"}})
	d.SetVersion(openapi.Version32)
	doc := decode(t, d)
	equal(t, "version", doc["openapi"], `"3.2.0"`)
	if at(doc, "paths", "/search", "query", "operationId") == nil {
		t.Errorf("there is no QUERY: %v", doc["paths"])
	}
	equal(t, "tags", doc["tags"], `[{"name":"Finding","kind":"nav"},{"name":"search","parent":"Finding"},{"name":"rest"}]`)
	if flows := at(doc, "components", "securitySchemes", "Devices", "flows"); at(flows, "deviceAuthorization", "tokenUrl") == nil || at(flows, "x-deviceAuthorization") != nil {
		t.Errorf("flows are %v", flows)
	}
	for _, v := range []openapi.Version{openapi.Version30, openapi.Version31} {
		older := encoded(t, d, v)
		if at(older, "paths", "/search", "x-query", "operationId") == nil || at(older, "paths", "/search", "query") != nil || older["openapi"] != string(v) {
			t.Errorf("%s has %v", v, older)
		}
		equal(t, "groups", older["x-tagGroups"], `[{"name":"Finding","tags":["search"]},{"name":"Other","tags":["rest"]}]`)
	}
}
