package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	yaml3 "github.com/oasdiff/yaml3"
	yaml2 "gopkg.in/yaml.v2"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/openapi"
)

// programs are examples whose documents have everything that documents can have.
var programs = []string{"guide", "documents"}

// printed returns the document that a program prints, as a stranger gets it.
func printed(t *testing.T, program string, arguments ...string) []byte {
	t.Helper()
	run := exec.CommandContext(t.Context(), "go", append([]string{"run", "./examples/" + program, "openapi"}, arguments...)...)
	run.Dir = filepath.Join("..", "..")
	run.Env = append(os.Environ(), "JWT_SECRET_KEY=a secret for the tests of the guide, long enough")
	var complaints bytes.Buffer
	run.Stderr = &complaints
	text, err := run.Output()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, complaints.String())
	}
	return text
}

func TestEveryVersionOfEveryDocumentSatisfiesEveryJudge(t *testing.T) {
	t.Parallel()
	for _, program := range programs {
		for _, version := range []string{"3.0", "3.1", "3.2"} {
			t.Run(program+" "+version, func(t *testing.T) {
				t.Parallel()
				satisfies(t, printed(t, program, "-version", version))
			})
		}
	}
	for _, version := range []openapi.Version{openapi.Version30, openapi.Version31, openapi.Version32} {
		t.Run("blog "+string(version), func(t *testing.T) {
			t.Parallel()
			document, err := blog().Encode(openapi.Format{Version: version})
			if err != nil {
				t.Fatal(err)
			}
			satisfies(t, document)
		})
	}
}

// satisfies asks every judge that knows the document's version. kin-openapi does not know 3.2.
func satisfies(t *testing.T, document []byte) {
	t.Helper()
	if !bytes.Contains(document, []byte(`"openapi":"3.2.0"`)) {
		judge.Document(t, document)
		return
	}
	for _, finding := range append(judge.Validates(t, document), judge.Lints(t, document)...) {
		t.Error(finding)
	}
}

// Two parsers of YAML, one of version 1.1 and one of 1.2, read what the JSON says; so does Redocly's.
func TestYAMLIsReadAsTheJSON(t *testing.T) {
	t.Parallel()
	documents := map[string][2][]byte{}
	for _, program := range programs {
		documents[program] = [2][]byte{printed(t, program), printed(t, program, "-yaml")}
	}
	odd := odd()
	asJSON, err := odd.Encode(openapi.Format{})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := odd.Encode(openapi.Format{YAML: true})
	if err != nil {
		t.Fatal(err)
	}
	documents["odd"] = [2][]byte{asJSON, asYAML}
	for name, pair := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want, second, third any
			if err := json.Unmarshal(pair[0], &want); err != nil {
				t.Fatal(err)
			}
			if err := yaml2.Unmarshal(pair[1], &second); err != nil {
				t.Fatalf("yaml.v2: %v", err)
			}
			if err := yaml3.Unmarshal(pair[1], &third); err != nil {
				t.Fatalf("yaml3: %v", err)
			}
			compare(t, "yaml.v2", want, plain(second))
			compare(t, "yaml3", want, plain(third))
			for _, finding := range judge.Lints(t, pair[1]) {
				t.Errorf("redocly: %s", finding)
			}
		})
	}
}

// odd is a document full of text that YAML could take for something else.
func odd() *openapi.Document {
	d := openapi.New(openapi.Info{Title: "yes", Version: "1.10", Description: "no: # yes\n\n- a\n\ttab \u2028 \u0085 \ufeff \x7f 😀 \U000e0001 'q' \"q\" \\ end "})
	values := map[string]any{
		"x-numbers": []float64{0, -1, 1e21, 1.5e-9, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-7},
		"x-words": []string{"", "~", "null", "NULL", "true", "No", "on", "y", "N", "1", "-1", "+1", "1.0", ".5", "1e3", "0x1F", "0o17", "017", "1_000",
			"12:30:45", "2026-11-23", "2026-11-23T01:02:03Z", "=", "<<", ".inf", ".NaN", "nan", "- a", "? a", "a: b", "a:", "a #b", "#a", "*a", "&a", "!a",
			"%a", "@a", "`a", "|", ">", "{a", "[a", "a]", "a, b", "---", "...", " a", "a ", "a\nb", strings.Repeat("word ", 60), "a(b)", "a (b)", "e+1", "x{y}"},
		"x-nested": []any{[]any{}, map[string]any{}, []any{[]any{1}, nil}, map[string]any{"null": nil, "1": []any{true}, "a b": map[string]any{"y": false}}},
	}
	for name, v := range values {
		d.SetExtension(name, v)
	}
	d.Add(&openapi.Operation{Method: "GET", Path: "/on", ID: "on", Summary: "12:30", Public: true, Responses: []openapi.Response{{Status: 204}}})
	return d
}

// plain gives what YAML parsers return the types that the JSON parser has.
func plain(v any) any {
	switch v := v.(type) {
	case map[any]any:
		object := map[string]any{}
		for key, e := range v {
			object[fmt.Sprint(key)] = plain(e)
			if _, ok := key.(string); !ok {
				object[fmt.Sprintf("%T %v", key, key)] = "a key that is not text"
			}
		}
		return object
	case map[string]any:
		object := map[string]any{}
		for key, e := range v {
			object[key] = plain(e)
		}
		return object
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, plain(e))
		}
		return list
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return v
}

func compare(t *testing.T, parser string, want, got any) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return
	}
	for _, difference := range differences("", want, got) {
		t.Errorf("%s: %s", parser, difference)
	}
}

// differences lists where two values differ.
func differences(at string, want, got any) (all []string) {
	if reflect.DeepEqual(want, got) {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for key := range w {
			all = append(all, differences(at+"/"+key, w[key], g[key])...)
		}
		if len(g) > len(w) {
			all = append(all, at+": more members than in the JSON")
		}
		return all
	case []any:
		if g, _ := got.([]any); len(g) == len(w) {
			for i := range w {
				all = append(all, differences(fmt.Sprint(at, "/", i), w[i], g[i])...)
			}
			return all
		}
	}
	return []string{fmt.Sprintf("%s is %#v, want %#v", at, got, want)}
}
