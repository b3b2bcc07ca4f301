package clients_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/blogtest"
	"github.com/mortise-go/mortise/openapi"
)

// Whatever the suite of the guide asks: what the API takes the document allows,
// what the document refuses the API refuses, and every answer is a documented one.
func TestOpenapi3filterAgreesWithEveryAnswerOfTheGuide(t *testing.T) {
	t.Parallel()
	for _, version := range []openapi.Version{openapi.Version30, openapi.Version31} {
		t.Run(string(version), func(t *testing.T) {
			t.Parallel()
			var judged atomic.Int64
			t.Run("suite", func(t *testing.T) {
				blogtest.Run(t, func(t testing.TB, app *blog.Blog) string {
					server := httptest.NewServer(newFilter(t, app, version, &judged))
					t.Cleanup(server.Close)
					return server.URL
				})
			})
			if n := judged.Load(); n < 300 {
				t.Errorf("%d answers were judged, want more than 300", n)
			}
		})
	}
}

// filter judges the requests and answers of a blog.
type filter struct {
	t      testing.TB
	app    *blog.Blog
	router routers.Router
	judged *atomic.Int64
}

func newFilter(t testing.TB, app *blog.Blog, version openapi.Version, judged *atomic.Int64) *filter {
	t.Helper()
	text, err := app.API.Document().Encode(openapi.Format{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &filter{t, app, router, judged}
}

// ServeHTTP answers as the blog does.
func (f *filter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, values, err := f.router.FindRoute(r)
	if err != nil { // HEAD, OPTIONS and the pages of the document are in no document
		f.app.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	asked := r.Clone(r.Context())
	asked.Body, r.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{Request: asked, PathParams: values, Route: route, Options: &openapi3filter.Options{
		IncludeResponseStatus: true, AuthenticationFunc: presented, SkipSettingDefaults: true,
	}}
	refused := openapi3filter.ValidateRequest(r.Context(), in)
	answer := httptest.NewRecorder()
	f.app.ServeHTTP(answer, r)
	f.judge(in, refused, answer)
	for name, values := range answer.Header() {
		w.Header()[name] = slices.Clone(values)
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (f *filter) judge(in *openapi3filter.RequestValidationInput, refused error, answer *httptest.ResponseRecorder) {
	f.judged.Add(1)
	if refused != nil && (answer.Code < 400 || answer.Code > 499) {
		f.t.Errorf("%s %s is answered %d, though: %v", in.Request.Method, in.Request.URL.Path, answer.Code, refused)
	}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: answer.Code, Header: answer.Header(), Options: in.Options,
		Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())),
	})
	if err != nil {
		f.t.Errorf("%s %s is answered %d %s: %v", in.Request.Method, in.Request.URL.Path, answer.Code, answer.Body, err)
	}
}

// presented refuses a request without the credential of a scheme. Whether it is a
// good one only the API knows.
func presented(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	r, scheme := in.RequestValidationInput.Request, in.SecurityScheme
	found := r.Header.Get("Authorization") != ""
	switch {
	case scheme.Type != "apiKey":
	case scheme.In == "query":
		found = r.URL.Query().Has(scheme.Name)
	case scheme.In == "cookie":
		_, err := r.Cookie(scheme.Name)
		found = err == nil
	default:
		found = r.Header.Get(scheme.Name) != ""
	}
	if !found {
		return errors.New("no credential for " + in.SecuritySchemeName)
	}
	return nil
}
