package tricky_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/tricky"
)

// routes are the cases with the schemas that the document gives them, compiled
// by a validator that knows nothing of Mortise.
type routes struct {
	api   *mortise.API
	cases []route
}

type route struct {
	tricky.Case
	body, answer *jsonschema.Schema
}

func compiled(t testing.TB, opts ...mortise.Option) *routes {
	t.Helper()
	r := &routes{api: tricky.New(opts...)}
	document := get(t, r.api, "/openapi.json")
	c := schemas(t, document)
	for _, one := range tricky.Cases() {
		if one.Type == reflect.TypeFor[any]() { // the document says nothing of it, not even {}
			anything, err := c.Compile(anything)
			if err != nil {
				t.Fatal(err)
			}
			r.cases = append(r.cases, route{one, anything, anything})
			continue
		}
		operation := "#/paths/" + url.PathEscape("~1"+one.Path[1:]) + "/post/"
		r.cases = append(r.cases, route{
			one,
			compile(t, c, operation+"requestBody/content/application~1json/schema"),
			compile(t, c, operation+"responses/200/content/application~1json/schema"),
		})
	}
	return r
}

const (
	document = "https://tricky.example.com/openapi.json"
	anything = "https://tricky.example.com/anything.json"
)

func schemas(t testing.TB, text []byte) *jsonschema.Compiler {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := errors.Join(c.AddResource(document, doc), c.AddResource(anything, true)); err != nil {
		t.Fatal(err)
	}
	return c
}

func compile(t testing.TB, c *jsonschema.Compiler, pointer string) *jsonschema.Schema {
	t.Helper()
	s, err := c.Compile(document + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusal says why a schema refuses a text, or "".
func refusal(t testing.TB, s *jsonschema.Schema, text []byte) string {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if err := s.Validate(v); err != nil {
		return err.Error()
	}
	return ""
}

func get(t testing.TB, api http.Handler, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != 200 {
		t.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func (r *routes) post(path string, body []byte) (status int, answer []byte) {
	req := httptest.NewRequest("POST", path, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.api.ServeHTTP(w, req)
	return w.Code, w.Body.Bytes()
}

// judge sends a body, which is JSON, and holds what comes back against the
// schemas.
func (r *routes) judge(t testing.TB, c route, body []byte) (taken bool) {
	t.Helper()
	status, answer := r.post(c.Path, body)
	refused := refusal(t, c.body, body)
	switch {
	case status >= 500:
		t.Errorf("%s: %s is answered %d", c.Path, body, status)
	case status >= 400:
	case refused != "":
		t.Errorf("%s takes what its schema refuses: %s\n%s", c.Path, body, refused)
	default:
		if why := refusal(t, c.answer, answer); why != "" {
			t.Errorf("%s answers what its schema refuses: %s\n%s\nto %s", c.Path, answer, why, body)
		}
		return true
	}
	return false
}

func TestValidBodiesAreTakenAndTheirAnswersAreValid(t *testing.T) {
	t.Parallel()
	for _, r := range []*routes{compiled(t), compiled(t, closed)} {
		for _, c := range r.cases {
			for _, body := range c.Valid {
				if !r.judge(t, c, []byte(body)) {
					_, answer := r.post(c.Path, []byte(body))
					t.Errorf("%s refuses %s: %s", c.Path, body, answer)
				}
			}
		}
	}
}

func TestAnAnswerThatNoBodyCouldBeIsValid(t *testing.T) {
	t.Parallel()
	api := tricky.New()
	c := schemas(t, get(t, api, "/openapi.json"))
	s := compile(t, c, "#/paths/~1sample/get/responses/200/content/application~1json/schema")
	answer := get(t, api, "/sample")
	if why := refusal(t, s, answer); why != "" {
		t.Errorf("%s: %s", answer, why)
	}
	if !strings.Contains(string(answer), `"payment":{"kind":"card","number":"1234"}`) {
		t.Errorf("got %s", answer)
	}
}

// TestSchemasAreStrictEnough: the judge of the laws would accept anything from a
// schema that says nothing.
func TestSchemasAreStrictEnough(t *testing.T) {
	t.Parallel()
	r := compiled(t)
	bad := map[string][]string{
		"/scalars":      {`{"int":"1"}`, `{"uint":-1}`, `{"string":null}`, `[]`},
		"/quoted":       {`{"int":5}`, `{"uint":"-5"}`, `{"int":"x"}`},
		"/standard":     {`{"time":1}`, `{"duration":"soon"}`, `{"big":"1"}`, `{"url":{}}`, `{"number":"1"}`, `{"big":null}`},
		"/lists":        {`{"texts":null}`, `{"triple":[true]}`, `{"four":"AQ=="}`, `{"tree":[1]}`},
		"/pointers":     {`{"nodes":[null]}`, `{"byName":{"a":null}}`, `{"short":"x"}`},
		"/maps":         {`{"byInt":{"x":""}}`, `{"byColor":{"blue":1}}`, `{"plain":null}`},
		"/enums":        {`{}`, `{"color":"blue","level":1}`, `{"color":"red","level":3}`, `{"color":"red","level":1,"list":["x"]}`, `{"color":"red","level":1,"deep":{"a":[0]}}`},
		"/ruled":        {`{}`, strings.Replace(tricky.Cases()[19].Valid[0], `"size":2`, `"size":10`, 1), strings.Replace(tricky.Cases()[19].Valid[0], `"maybe":""`, `"maybe":"ab"`, 1)},
		"/patch":        {`{"name":null}`, `{"nick":"aaaaa"}`, `{"color":"blue"}`, `{"payment":null}`, `{"tags":["a","b","c"]}`},
		"/payment":      {`null`, `{}`, `{"kind":"cash"}`, `{"kind":"card"}`, `{"kind":"split","parts":[{}]}`},
		"/list-of-node": {`null`, `[null]`},
		"/color":        {`"blue"`, `""`},
		"/described":    {`{"price":1.5}`, `{"price":"x"}`},
		"/directions":   {`{"count":1}`, `{"title":"t"}`},
		"/page-of-page": {`{"items":[{"items":["blue"]}]}`},
		"/documented":   {`{"name":"a","state":"gone"}`},
		"/checkout":     {`{}`, `{"payment":{"kind":"card","number":"1"}}`},
	}
	for _, c := range r.cases {
		for _, body := range bad[c.Path] {
			if refusal(t, c.body, []byte(body)) == "" {
				t.Errorf("the schema of %s accepts %s", c.Path, body)
			}
			if status, answer := r.post(c.Path, []byte(body)); status != 422 {
				t.Errorf("%s answers %s: %d %s", c.Path, body, status, answer)
			}
		}
		delete(bad, c.Path)
	}
	if len(bad) > 0 {
		names, _ := json.Marshal(bad)
		t.Errorf("no such cases: %s", names)
	}
}
