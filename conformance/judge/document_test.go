package judge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/conformance/judge"
)

// small is a document that all judges accept, with a hole for each fault.
const small = `{
  "openapi": "%[1]s",
  "info": {"title": "Small", "version": "1.0.0"},
  "servers": [{"url": "/"}],
  "paths": {
    "/notes/{id}": {"get": {"operationId": "note", "summary": "One note", "security": [{"bearer": []}],
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}%[2]s],
      "responses": {"200": {"description": "The note", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}}}},
    "/health": {"get": {"operationId": "health", "summary": "Health", "security": [],
      "responses": {"200": {"description": "Fine"}}}%[3]s}
  },
  "components": {
    "schemas": {"Note": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}%[4]s}}},
    "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}
  }
}`

func write(version, parameter, operation, property string) []byte {
	return fmt.Appendf(nil, small, version, parameter, operation, property)
}

func TestJudgesAcceptASoundDocument(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.0.3", "3.1.0", "3.1.1", "3.2.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			judge.Document(t, write(version, "", "", ""))
		})
	}
}

const (
	kin     = "kin-openapi"
	schema  = "meta-schema"
	redocly = "redocly"
)

func TestEachFaultIsFoundByTheJudgesNamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		document []byte
		by       []string
	}{
		{"no JSON", []byte("nothing"), []string{kin}},
		{"an unknown version", write("3.9.0", "", "", ""), []string{schema}},
		{"a parameter without a place", write("3.1.0", `, {"name": "page", "schema": {}}`, "", ""), []string{kin, schema, redocly}},
		{"an unknown member", write("3.1.0", `, {"name": "page", "in": "query", "schema": {}, "optional": true}`, "", ""), []string{kin, schema, redocly}},
		{"a type that is none", write("3.1.0", "", "", `, "n": {"type": "int"}`), []string{kin, schema, redocly}},
		{"a duplicate operation id", write("3.1.0", "", `, "head": {"operationId": "note", "summary": "Again", "security": [], "responses": {"200": {"description": "Fine"}}}`, ""), []string{kin, redocly}},
		{"an undeclared security scheme", write("3.1.0", "", `, "head": {"operationId": "head", "summary": "Again", "security": [{"ghost": []}], "responses": {"200": {"description": "Fine"}}}`, ""), []string{kin, redocly}},
		{"a reference to nothing", write("3.1.0", "", "", `, "n": {"$ref": "#/components/schemas/Ghost"}`), []string{kin, redocly}},
		{"an operation that forgot its security", write("3.1.0", "", `, "head": {"operationId": "head", "summary": "Again", "responses": {"200": {"description": "Fine"}}}`, ""), []string{redocly}},
		{"a default that is not of its type", write("3.1.0", `, {"name": "page", "in": "query", "schema": {"type": "integer"}, "example": "one"}`, "", ""), []string{kin, redocly}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, by := range tt.by {
				if findings := ask(t, by, tt.document); len(findings) == 0 {
					t.Errorf("%s found nothing", by)
				}
			}
		})
	}
}

func TestFindingsNameTheirPlace(t *testing.T) {
	t.Parallel()
	document := write("3.1.0", "", "", `, "n": {"type": "int"}`)
	for by, place := range map[string]string{schema: "/components/schemas/Note/properties/n/type", redocly: "/components/schemas/Note/properties/n/type"} {
		if got := strings.Join(ask(t, by, document), "\n"); !strings.Contains(got, place) {
			t.Errorf("%s found %q, want the place %s", by, got, place)
		}
	}
}

func ask(t *testing.T, by string, document []byte) []string {
	t.Helper()
	switch by {
	case kin:
		return judge.Loads(document)
	case schema:
		return judge.Validates(t, document)
	default:
		return judge.Lints(t, document)
	}
}
