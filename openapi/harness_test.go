package openapi_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

var info = openapi.Info{Title: "Test", Version: "1.0.0"}

// build returns the document of the operations, decoded.
func build(t *testing.T, operations ...*openapi.Operation) map[string]any {
	t.Helper()
	return decode(t, documentOf(operations...))
}

func documentOf(operations ...*openapi.Operation) *openapi.Document {
	d := openapi.New(info)
	d.Add(operations...)
	return d
}

func decode(t *testing.T, d *openapi.Document) map[string]any {
	t.Helper()
	b, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return doc
}

// at follows keys into a decoded document; a missing one gives nil.
func at(v any, keys ...string) any {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

// first returns the first element of a list.
func first(v any) any {
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// answers is an operation that answers with a type.
func answers(path string, typ reflect.Type) *openapi.Operation {
	return &openapi.Operation{Method: "GET", Path: path, Responses: []openapi.Response{{Status: 200, Type: typ}}}
}

// takes is an operation with a body of a type.
func takes(path string, typ reflect.Type) *openapi.Operation {
	return &openapi.Operation{
		Method: "POST", Path: path,
		Body:      &openapi.Body{Required: true, Content: []openapi.Media{{Type: typ}}},
		Responses: []openapi.Response{{Status: 204}},
	}
}

func outputSchema(doc map[string]any, path string) any {
	return at(doc, "paths", path, "get", "responses", "200", "content", "application/json", "schema")
}

func inputSchema(doc map[string]any, path string) any {
	return at(doc, "paths", path, "post", "requestBody", "content", "application/json", "schema")
}

// component returns a schema by its name.
func component(doc map[string]any, name string) any {
	return at(doc, "components", "schemas", name)
}

// equal compares a decoded value with JSON text.
func equal(t *testing.T, what string, got any, want string) {
	t.Helper()
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: the test expects bad JSON: %v", what, err)
	}
	if !reflect.DeepEqual(got, w) {
		g, _ := json.Marshal(got)
		n, _ := json.Marshal(w)
		t.Errorf("%s:\n got %s\nwant %s", what, g, n)
	}
}

// mistakes returns what Check says about the operations.
func mistakes(t *testing.T, operations ...*openapi.Operation) string {
	t.Helper()
	d := openapi.New(info)
	d.Add(operations...)
	err := d.Check()
	if err == nil {
		t.Fatal("Check found nothing")
	}
	if b, err := d.JSON(); b != nil || err == nil {
		t.Error("JSON succeeds where Check fails")
	}
	return err.Error()
}

func mentions(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q does not mention %q", text, w)
		}
	}
}

func indent(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
