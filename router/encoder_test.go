package router_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

type mark struct {
	Name string `json:"name" xml:"name" validate:"max=3"`
}

func asXML(w io.Writer, v any) error { return xml.NewEncoder(w).Encode(v) }
func asCSV(w io.Writer, v any) error {
	m, ok := v.(mark)
	if !ok {
		return fmt.Errorf("a %T is no mark", v)
	}
	_, err := fmt.Fprintf(w, "name\n%s", m.Name)
	return err
}
func fromXML(r io.Reader, v any) error { return xml.NewDecoder(r).Decode(v) }

func formsAPI(t testing.TB, opts ...router.Option) *mortise.API {
	api := mortise.New("Forms of answers", "1", append(opts, quiet(), router.Encoder("application/xml", asXML))...)
	group := api.Group("/marks", router.Encoder("text/csv", asCSV))
	mortise.Get(group, "", gives(mark{"one"}))
	mortise.Get(api, "/list", gives([]mark{{"a"}}))
	mortise.Get(api, "/text", gives("plain"), router.ContentType("text/plain"))
	mortise.Get(group, "/wrong", gives("text"))
	return built(t, api)
}

func TestTheClientChoosesTheForm(t *testing.T) {
	t.Parallel()
	api := formsAPI(t)
	const asJSON = `{"name":"one"}`
	for accept, want := range map[string]string{
		"":                                     "application/json",
		"*/*":                                  "application/json",
		"application/*":                        "application/json",
		"application/xml":                      "application/xml",
		"Application/XML":                      "application/xml",
		"text/*":                               "text/csv",
		"text/csv, application/xml":            "application/xml",
		"text/csv;q=0.9, application/xml;q=.5": "text/csv",
		"application/json;q=0, */*":            "application/xml",
		"*/*, application/*;q=0":               "text/csv",
		"text/csv;q=0, text/*, */*;q=0.1":      "application/json",
		"image/png":                            "application/json",
		"nonsense":                             "application/json",
		"application/xml;q=2":                  "application/json",
	} {
		field := "Accept: " + accept
		body := map[string]string{"application/json": asJSON, "application/xml": "<mark><name>one</name></mark>", "text/csv": "name\none"}[want]
		do(t, api, "GET /marks", "", field).is(200).says(body).has("Content-Type", want).has("Vary", "Accept")
	}
	do(t, api, "GET /list", "", "Accept: text/csv").is(200).has("Content-Type", "application/json")
	do(t, api, "GET /text", "", "Accept: application/xml").is(200).has("Content-Type", "text/plain").has("Vary", "")
	do(t, api, "HEAD /marks", "", "Accept: application/xml").is(200).says("").has("Content-Type", "application/xml").has("Content-Length", "29")
	do(t, api, "GET /marks/wrong", "", "Accept: text/csv").is(500)
	do(t, api, "GET /marks/wrong", "").is(200)
}

func TestStrictAPIsRefuseWhatNobodyAccepts(t *testing.T) {
	t.Parallel()
	ran := false
	api := formsAPI(t, router.StrictAccept())
	do(t, api, "GET /marks", "", "Accept: image/png").is(406).code("not-acceptable").has("Vary", "Accept").
		detail("this is available as application/json, application/xml, text/csv")
	do(t, api, "GET /text", "", "Accept: application/json").is(406)
	do(t, api, "GET /text", "", "Accept: text/plain").is(200)
	do(t, api, "GET /marks", "", "Accept: text/csv;q=0.001").is(200)
	side := mortise.New("Side effects", "1", router.StrictAccept())
	mortise.Post(side, "/", func(context.Context, none) (int, error) { ran = true; return 1, nil })
	do(t, built(t, side), "POST /", "", "Accept: text/html").is(406)
	if ran {
		t.Error("the handler ran for an answer that nobody takes")
	}
}

func TestBodiesMayComeInOtherForms(t *testing.T) { // A182
	t.Parallel()
	api := mortise.New("Forms of bodies", "1", router.Decoder("application/xml", fromXML), router.MaxBody(100))
	takes[mark](api, "/")
	takes[mark](api, "/g", router.Decoder("text/x-none", func(io.Reader, any) error { return problem.Conflict("never") }))
	built(t, api)
	do(t, api, "POST /", `{"name":"a"}`).is(200).says(`{"name":"a"}`)
	do(t, api, "POST /", "<mark><name>abc</name></mark>", "Content-Type: application/xml; charset=utf-8").is(200).says(`{"name":"abc"}`)
	do(t, api, "POST /", "<mark><name>abcd</name></mark>", "Content-Type: application/xml").is(422).places("body.name max")
	do(t, api, "POST /", "<mark>", "Content-Type: application/xml").is(400).detail("the body is not valid application/xml").lacks("EOF")
	do(t, api, "POST /", "x", "Content-Type: text/x-none").is(415).has("Accept", "application/json, application/xml")
	do(t, api, "POST /", "<mark/>", "Content-Type: application/xml; charset=utf-16").is(415)
	do(t, api, "POST /g", "x", "Content-Type: text/x-none").is(409)
	do(t, api, "POST /g", "x", "Content-Type: image/png").is(415).has("Accept", "application/json, application/xml, text/x-none")
	do(t, api, "POST /", "", "Content-Type: application/xml").is(422)
	content, _ := member(documented(t, api, "POST /"), "requestBody", "content").(map[string]any)
	if len(content) != 2 || content["application/xml"] == nil {
		t.Errorf("the body is documented as %s", text(content))
	}
}

func TestFormsOfAnswersAreDocumented(t *testing.T) {
	t.Parallel()
	api := formsAPI(t, router.StrictAccept())
	responses := documented(t, api, "GET /marks")["responses"]
	content, _ := member(responses, "200", "content").(map[string]any)
	for _, mediaType := range []string{"application/json", "application/xml", "text/csv"} {
		if content[mediaType] == nil {
			t.Errorf("%s is not documented: %s", mediaType, text(content))
		}
	}
	if member(responses, "406") == nil {
		t.Error("406 is not documented")
	}
}

func TestAnEncoderThatFailsIsA500OfWhichNothingWasSent(t *testing.T) {
	t.Parallel()
	api := mortise.New("Failing", "1", quiet(), router.Encoder("text/csv", func(w io.Writer, _ any) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("no more")
	}))
	mortise.Get(api, "/", gives(1))
	do(t, built(t, api), "GET /", "", "Accept: text/csv").is(http.StatusInternalServerError).lacks("half").lacks("no more")
}
