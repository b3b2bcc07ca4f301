package structured_test

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/structured"
)

// A vector is one case of the HTTP working group's test suite.
type vector struct {
	Name      string   `json:"name"`
	Raw       []string `json:"raw"`
	Header    string   `json:"header_type"`
	Expected  any      `json:"expected"`
	Canonical []string `json:"canonical"`
	MustFail  bool     `json:"must_fail"`
	CanFail   bool     `json:"can_fail"`
}

func vectors(t *testing.T, pattern string) map[string][]vector {
	t.Helper()
	folder := os.Getenv("MORTISE_VECTORS")
	if folder == "" {
		t.Skip("MORTISE_VECTORS names no folder of test vectors")
	}
	files, err := filepath.Glob(filepath.Join(folder, "structured-fields", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s: %v", folder, err)
	}
	all := map[string][]vector{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var list []vector
		decoder := json.NewDecoder(strings.NewReader(string(data)))
		decoder.UseNumber()
		if err := decoder.Decode(&list); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[filepath.Base(name)] = list
	}
	return all
}

func TestParsingAgreesWithTheWorkingGroup(t *testing.T) {
	t.Parallel()
	for file, list := range vectors(t, "*.json") {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			for _, v := range list {
				got, err := parse(v)
				switch {
				case v.MustFail && err == nil:
					t.Errorf("%s: %q is read as %v, want an error", v.Name, v.Raw, got)
				case v.MustFail || v.CanFail && err != nil:
				case err != nil:
					t.Errorf("%s: %q: %v", v.Name, v.Raw, err)
				default:
					agree(t, v, got)
				}
			}
		})
	}
}

func parse(v vector) ([]structured.Item, error) {
	if v.Header == "list" {
		return structured.ParseList(v.Raw...)
	}
	item, err := structured.ParseItem(v.Raw...)
	return []structured.Item{item}, err
}

func agree(t *testing.T, v vector, got []structured.Item) {
	t.Helper()
	want := expected(t, v)
	if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %q is read as %#v, want %#v", v.Name, v.Raw, got, want)
		return
	}
	canonical := v.Canonical
	if canonical == nil {
		canonical = v.Raw
	}
	text, err := structured.AppendList(nil, got)
	if err != nil || string(text) != strings.Join(canonical, ", ") {
		t.Errorf("%s: %q is written as %q, %v, want %q", v.Name, v.Raw, text, err, canonical)
	}
}

func TestWritingAgreesWithTheWorkingGroup(t *testing.T) {
	t.Parallel()
	for file, list := range vectors(t, filepath.Join("serialisation-tests", "*.json")) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			for _, v := range list {
				text, err := structured.AppendList(nil, expected(t, v))
				switch {
				case v.MustFail && err == nil:
					t.Errorf("%s: %v is written as %q, want an error", v.Name, v.Expected, text)
				case v.MustFail:
				case err != nil || string(text) != strings.Join(v.Canonical, ", "):
					t.Errorf("%s: %v is written as %q, %v, want %q", v.Name, v.Expected, text, err, v.Canonical)
				}
			}
		})
	}
}

// expected turns the suite's notation into items. The key of a dictionary is
// tried as that of a parameter, since the rules for both are the same.
func expected(t *testing.T, v vector) []structured.Item {
	t.Helper()
	switch v.Header {
	case "item":
		return []structured.Item{itemOf(t, v.Expected)}
	case "dictionary":
		var params []structured.Param
		for _, member := range v.Expected.([]any) {
			pair := member.([]any)
			params = append(params, structured.Param{Key: pair[0].(string), Value: itemOf(t, pair[1]).Value})
		}
		return []structured.Item{{Value: int64(0), Params: params}}
	}
	var list []structured.Item
	for _, item := range v.Expected.([]any) {
		list = append(list, itemOf(t, item))
	}
	return list
}

func itemOf(t *testing.T, v any) structured.Item {
	t.Helper()
	pair := v.([]any)
	item := structured.Item{Value: valueOf(t, pair[0])}
	for _, p := range pair[1].([]any) {
		param := p.([]any)
		item.Params = append(item.Params, structured.Param{Key: param[0].(string), Value: valueOf(t, param[1])})
	}
	return item
}

func valueOf(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			t.Fatal(err)
		}
		return structured.Decimal(f)
	case map[string]any:
		return typed(t, v["__type"].(string), v["value"].(string))
	}
	return v
}

func typed(t *testing.T, kind, value string) any {
	t.Helper()
	switch kind {
	case "token":
		return structured.Token(value)
	case "binary":
		b, err := base32.StdEncoding.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Fatal(fmt.Errorf("the suite has a type %q that this test does not know", kind))
	return nil
}
