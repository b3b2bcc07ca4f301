package swaggerui_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/swaggest/swgui/v5/static"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/conformance/swaggerui"
)

// The strictest policy under which Swagger UI works.
const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const document = `{
  "openapi": "3.1.0",
  "info": {"title": "Small", "version": "1.0.0", "license": {"name": "MIT", "identifier": "MIT"}},
  "servers": [{"url": "/"}],
  "paths": {
    "/hello": {"get": {"operationId": "hello", "summary": "Say hello", "security": [],
      "parameters": [{"name": "name", "in": "query", "schema": {"type": "string"}}],
      "responses": {"200": {"description": "The greeting", "content": {"application/json": {"schema": {"type": "string"}}}},
        "400": {"description": "No name"}}}},
    "/profile": {"get": {"operationId": "profile", "summary": "Who am I", "description": "**Requires** ` + "`bearer`" + `.",
      "security": [{"bearer": []}],
      "responses": {"200": {"description": "You"}, "401": {"description": "Not you"}}}},
    "/notes": {"post": {"operationId": "addNote", "summary": "Add a note", "security": [{"key": []}, {"basic": []}],
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"type": "string"}}}}}},
      "responses": {"201": {"description": "Added"}, "401": {"description": "Not you"}}}}
  },
  "components": {"securitySchemes": {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
  }}
}`

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Small</title><link rel="icon" href="data:,"><link rel="stylesheet" href="swagger-ui.css">
<div id="ui"></div><script src="swagger-ui-bundle.js"></script><script src="start.js"></script>`

const start = `SwaggerUIBundle({url: "openapi.json", dom_id: "#ui", presets: [SwaggerUIBundle.presets.apis],
	layout: "BaseLayout", validatorUrl: null})`

// api is the documented API with its page, made by hand.
func api() http.Handler {
	mux := http.NewServeMux()
	text := func(pattern, kind, body string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Security-Policy", strict)
			io.WriteString(w, body)
		})
	}
	text("GET /docs/{$}", "text/html; charset=utf-8", page)
	text("GET /docs/start.js", "text/javascript", start)
	text("GET /docs/openapi.json", "application/json", document)
	text("GET /docs/swagger-ui.css", "text/css", asset("swagger-ui.css.gz"))
	text("GET /docs/swagger-ui-bundle.js", "text/javascript", asset("swagger-ui-bundle.js.gz"))
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r.FormValue("name") != "", http.StatusOK, http.StatusBadRequest, "Hello, "+r.FormValue("name"))
	})
	mux.HandleFunc("GET /profile", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r.Header.Get("Authorization") == "Bearer tk", http.StatusOK, http.StatusUnauthorized, "you")
	})
	mux.HandleFunc("POST /notes", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		allowed := r.Header.Get("X-API-Key") == "k1" || user == "ann" && password == "pw"
		answer(w, err == nil && allowed, http.StatusCreated, http.StatusUnauthorized, string(body))
	})
	return mux
}

func answer(w http.ResponseWriter, ok bool, good, bad int, body string) {
	w.Header().Set("Content-Type", "application/json")
	if ok {
		w.WriteHeader(good)
	} else {
		w.WriteHeader(bad)
	}
	json.NewEncoder(w).Encode(body)
}

func asset(name string) string {
	file, err := static.FS.Open(name)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func open(t *testing.T) *swaggerui.Page {
	t.Helper()
	s := httptest.NewServer(api())
	t.Cleanup(s.Close)
	return swaggerui.Open(t, s.URL+"/docs/")
}

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	judge.Document(t, []byte(document))
}

func TestPageShowsWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	ui := open(t)
	if got := ui.Title(); got != "Small" {
		t.Errorf("Title = %q, want Small", got)
	}
	if got, want := sorted(ui.Operations()), []string{"GET /hello", "GET /profile", "POST /notes"}; !slices.Equal(got, want) {
		t.Errorf("Operations = %q, want %q", got, want)
	}
	if got, want := sorted(ui.Schemes()), []string{"basic", "bearer", "key"}; !slices.Equal(got, want) {
		t.Errorf("Schemes = %q, want %q", got, want)
	}
	if got := ui.Operation("GET", "/profile").Description(); got != "Requires bearer." {
		t.Errorf("Description = %q, want the requirement", got)
	}
	hello := ui.Operation("GET", "/hello")
	if got := hello.Description(); got != "" {
		t.Errorf("Description = %q, want none", got)
	}
	if got, want := hello.Parameters(), []string{"query name"}; !slices.Equal(got, want) {
		t.Errorf("Parameters = %q, want %q", got, want)
	}
	if got, want := hello.Statuses(), []string{"200", "400"}; !slices.Equal(got, want) {
		t.Errorf("Statuses = %q, want %q", got, want)
	}
}

func TestPublicOperationIsTriedWithoutALock(t *testing.T) {
	t.Parallel()
	hello := open(t).Operation("GET", "/hello")
	if got := hello.Lock(); got != swaggerui.NoLock {
		t.Errorf("Lock = %s, want none", got)
	}
	if got := hello.Try(); got != http.StatusBadRequest {
		t.Errorf("without a name: status %d, want 400", got)
	}
	hello.Fill("name", "Ann")
	if got := hello.Try(); got != http.StatusOK || !strings.Contains(hello.Answer(), "Hello, Ann") {
		t.Errorf("with a name: status %d and %q, want 200 and the greeting", got, hello.Answer())
	}
}

func TestBearerTokenOpensTheLock(t *testing.T) {
	t.Parallel()
	ui := open(t)
	profile := ui.Operation("GET", "/profile")
	checkLock(t, "before login", profile, swaggerui.Unlocked)
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("before login: status %d, want 401", got)
	}
	ui.AuthorizeWith("bearer", "tk")
	checkLock(t, "after login", profile, swaggerui.Locked)
	if got := profile.Try(); got != http.StatusOK {
		t.Errorf("after login: status %d, want 200", got)
	}
	ui.Logout("bearer")
	checkLock(t, "after logout", profile, swaggerui.Unlocked)
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("after logout: status %d, want 401", got)
	}
}

func TestKeyAndPasswordAreAlternatives(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		login func(*swaggerui.Page)
	}{
		{"an API key", func(ui *swaggerui.Page) { ui.AuthorizeWith("key", "k1") }},
		{"a user name and a password", func(ui *swaggerui.Page) { ui.AuthorizeAs("basic", "ann", "pw") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ui := open(t)
			notes := ui.Operation("POST", "/notes")
			tt.login(ui)
			checkLock(t, "after login", notes, swaggerui.Locked)
			notes.FillBody(`{"text": "remember"}`)
			if got := notes.Try(); got != http.StatusCreated || !strings.Contains(notes.Answer(), "remember") {
				t.Errorf("status %d and %q, want 201 and what was sent", got, notes.Answer())
			}
		})
	}
}

func TestPageFitsATelephone(t *testing.T) {
	t.Parallel()
	ui := open(t)
	ui.Resize(390, 844)
	if got := ui.Overflow(); got > 0 {
		t.Errorf("the page is %d pixels too wide", got)
	}
}

// stopper stands in for a test that is ended by Fatalf.
type stopper struct {
	testing.TB
	said chan string
}

func (s *stopper) Fatalf(format string, args ...any) {
	s.said <- fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWhatIsNotThereEndsTheTest(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(api())
	t.Cleanup(s.Close)
	fake := &stopper{TB: t, said: make(chan string, 1)}
	ui := swaggerui.Open(fake, s.URL+"/docs/")
	go ui.Operation("DELETE", "/hello")
	if got := <-fake.said; !strings.Contains(got, "not DELETE /hello") {
		t.Errorf("ended with %q, want what is not listed", got)
	}
	go ui.AuthorizeWith("ghost", "tk")
	if got := <-fake.said; !strings.Contains(got, `no scheme "ghost"`) {
		t.Errorf("ended with %q, want the scheme that is not offered", got)
	}
}

func checkLock(t *testing.T, when string, o *swaggerui.Operation, want swaggerui.Lock) {
	t.Helper()
	if got := o.Lock(); got != want {
		t.Errorf("%s: the padlock is %s, want %s", when, got, want)
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
