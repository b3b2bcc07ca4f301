package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

type shipped struct {
	Order int    `json:"order"`
	Note  string `json:"note,omitempty"`
}

// pick follows keys into a decoded document.
func pick(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

func ordered(_ context.Context, in struct {
	Body order `body:"json"`
}) (order, error) {
	return in.Body, nil
}

func TestTheDocumentTellsOfWebhooksAndCallbacks(t *testing.T) {
	t.Parallel()
	api := mortise.New("Shop", "1",
		router.Webhook[shipped]("orderShipped", router.Summary("An order is on its way"), router.Tags("hooks"),
			router.Parameter(openapi.Parameter{Name: "X-Signature", In: "header", Required: true}),
			router.RequestExamples(openapi.Example{Name: "small", Value: shipped{Order: 1}})),
		router.Webhook[none]("ping", router.Response(openapi.Response{Status: 204}), router.OperationID("pinged"), router.Deprecated()))
	mortise.Post(api, "/jobs", ordered, router.Callback[shipped]("jobDone", "{$request.body#/callback}",
		router.Response(openapi.Response{Status: 410, Description: "Stop"})))
	built(t, api)
	d := document(t, api)
	hook := pick(d, "webhooks", "orderShipped", "post")
	for want, got := range map[string]any{
		`"orderShipped"`:           pick(hook, "operationId"),
		`"An order is on its way"`: pick(hook, "summary"),
		`["hooks"]`:                pick(hook, "tags"),
		`[]`:                       pick(hook, "security"),
		`{"2XX":{"description":"The message has arrived."}}`:                                pick(hook, "responses"),
		`[{"in":"header","name":"X-Signature","required":true,"schema":{"type":"string"}}]`: pick(hook, "parameters"),
		`{"$ref":"#/components/schemas/Shipped"}`:                                           pick(hook, "requestBody", "content", "application/json", "schema"),
		`{"small":{"value":{"order":1}}}`:                                                   pick(hook, "requestBody", "content", "application/json", "examples"),
		`"pinged"`:                                                                          pick(d, "webhooks", "ping", "post", "operationId"),
		`null`:                                                                              pick(d, "webhooks", "ping", "post", "requestBody"),
		`{"description":"Stop"}`:                                                            pick(d, "paths", "/jobs", "post", "callbacks", "jobDone", "{$request.body#/callback}", "post", "responses", "410"),
	} {
		if text(got) != want {
			t.Errorf("got %s, want %s", text(got), want)
		}
	}
}

func TestOptionsOfMessagesThatDoNotFit(t *testing.T) {
	t.Parallel()
	guard := mortise.RequireRole[*account]("admin")
	wrong(t, mortise.New("Shop", "1", router.Webhook[shipped]("a", router.Strict(), router.Status(201), guard)),
		`Webhook("a"): Strict does not fit a request that the API sends`, "Status(201) does not fit", "does not fit a request")
	api := mortise.New("Shop", "1")
	mortise.Get(api, "/", gives(1), router.Callback[shipped]("a", "https://example.com"), router.Parameter(openapi.Parameter{Name: "q"}))
	wrong(t, api, "GET / (words_test.go:", `callback a: the URL "https://example.com" names no part`, `Parameter("q") does not fit a route; it is an option of a webhook or a callback`)
}

func TestWordsForOperations(t *testing.T) {
	t.Parallel()
	api := newGuarded(router.ExternalDocs(openapi.ExternalDocs{URL: "https://example.com"}), router.DocumentExtension("x-logo", "l"),
		router.Server(openapi.Server{URL: "https://api.example"}), router.DescribeTagGroup(openapi.TagGroup{Name: "All", Tags: []string{"a"}}))
	group := api.Group("/files", router.Tags("a"), router.Server(openapi.Server{URL: "https://files.example"}))
	mortise.Put(group, "/{id}", func(_ context.Context, in struct {
		ID   int   `path:"id"`
		Body order `body:"json"`
	}) (order, error) {
		return in.Body, nil
	}, router.OperationID("putFile"), router.ExternalDocs(openapi.ExternalDocs{URL: "https://example.com/put"}),
		router.RequestExamples(openapi.Example{Name: "one", Value: order{Item: "a"}}),
		router.ParameterExamples("ID", openapi.Example{Name: "first", Value: 1}),
		router.Response(openapi.Response{
			Status: 200, Description: "Kept", Examples: []openapi.Example{{Name: "kept", Value: order{Item: "b"}}},
			Links: []openapi.Link{{Name: "again", Operation: "putFile", Parameters: map[string]any{"id": "$request.path.id"}}},
		}),
		router.Problems(409), router.Response(openapi.Response{Status: 409, Examples: []openapi.Example{{Name: "taken", Value: map[string]int{"status": 409}}}}),
		router.EditOperation(func(e *openapi.OperationEntity) { e.MapOfAnything["x-edited"] = true }))
	built(t, api)
	op, d := documented(t, api, "PUT /files/{id}"), document(t, api)
	for want, got := range map[string]any{
		`[{"url":"https://files.example"}]`:  op["servers"],
		`{"url":"https://example.com/put"}`:  op["externalDocs"],
		`true`:                               op["x-edited"],
		`"Kept"`:                             pick(op, "responses", "200", "description"),
		`"$request.path.id"`:                 pick(op, "responses", "200", "links", "again", "parameters", "id"),
		`"b"`:                                pick(op, "responses", "200", "content", "application/json", "examples", "kept", "value", "item"),
		`"a"`:                                pick(op, "requestBody", "content", "application/json", "examples", "one", "value", "item"),
		`{"taken":{"value":{"status":409}}}`: pick(op, "responses", "409", "content", "application/problem+json", "examples"),
		`{"first":{"value":1}}`:              pick(op["parameters"].([]any)[0], "examples"),
		`{"url":"https://example.com"}`:      d["externalDocs"],
		`[{"url":"https://api.example"}]`:    d["servers"],
		`"l"`:                                d["x-logo"],
		`[{"name":"All","tags":["a"]}]`:      d["x-tagGroups"],
		`{"$ref":"#/components/schemas/Problem"}`: nil,
	} {
		if got != nil && text(got) != want || got == nil && !strings.Contains(want, "$ref") {
			t.Errorf("got %s, want %s", text(got), want)
		}
	}
	missing := mortise.New("Missing", "1")
	mortise.Get(missing, "/", gives(1), router.RequestExamples(openapi.Example{Name: "a"}), router.ParameterExamples("q", openapi.Example{Name: "a"}))
	wrong(t, missing, "nothing reads a body", `nothing reads a parameter "q"`)
}

// TestAnEditCannotChangeALock keeps L11: what the document shows is what is enforced.
func TestAnEditCannotChangeALock(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*openapi.OperationEntity){
		"removed": func(e *openapi.OperationEntity) { e.Security = nil },
		"added":   func(e *openapi.OperationEntity) { e.Security = append(e.Security, map[string][]string{"Other": {}}) },
		"scoped":  func(e *openapi.OperationEntity) { e.Security[0]["BearerAuth"] = []string{"root"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newGuarded()
			mortise.Get(api, "/me", whoami, router.EditOperation(edit))
			wrong(t, api, "GET /me (words_test.go:", "an edit changed the security")
		})
	}
}

func listThings[T any](context.Context, none) ([]T, error) { return nil, nil }

type things struct{}

func (things) ListThem(context.Context, none) ([]int, error) { return nil, nil }

func TestIDsOfFunctionsOfAllKinds(t *testing.T) {
	t.Parallel()
	api := mortise.New("IDs", "1")
	mortise.Get(api, "/generic", listThings[int])
	mortise.Get(api, "/method", things{}.ListThem)
	mortise.Get(api, "/literal/{id}", func(context.Context, struct {
		ID int `path:"id"`
	}) (int, error) {
		return 1, nil
	})
	mortise.Get(api, "/a", listAllUsers)
	mortise.Get(api, "/b", listAllUsers)
	built(t, api)
	for line, want := range map[string]string{
		"GET /generic": "listThings", "GET /method": "listThem", "GET /literal/{id}": "getLiteralId", "GET /a": "listAllUsersGetA", "GET /b": "listAllUsersGetB",
	} {
		if got := documented(t, api, line)["operationId"]; got != want {
			t.Errorf("%s is %v, want %s", line, got, want)
		}
	}
	if got := documented(t, api, "GET /generic")["summary"]; got != "List things" {
		t.Errorf("summary %v", got)
	}
	twice := mortise.New("Twice", "1")
	mortise.Get(twice, "/a", listAllUsers, router.OperationID("users"))
	mortise.Get(twice, "/b", listAllUsers, router.OperationID("users"))
	wrong(t, twice, "GET /b (words_test.go:", `the operation ID "users" is that of GET /a (words_test.go:`)
}

func TestTheDocumentIsServedInEachFormat(t *testing.T) {
	t.Parallel()
	api := newGuarded(router.DocumentAt("/meta/api.json"))
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/open", gives(1), mortise.Public())
	built(t, api)
	for path, want := range map[string][2]string{
		"/meta/api.json": {"application/json", `{"openapi":"3.1.0"`}, "/meta/api.yaml": {"application/yaml", `openapi: "3.1.0"`},
		"/meta/api-3.0.json": {"application/json", `{"openapi":"3.0.3"`}, "/meta/api-3.0.yaml": {"application/yaml", `openapi: "3.0.3"`},
	} {
		got := do(t, api, "GET "+path, "").is(200).has("Content-Type", want[0]).has("X-Content-Type-Options", "nosniff")
		if !strings.HasPrefix(got.body, want[1]) || !strings.Contains(got.body, "security") {
			t.Errorf("%s is %.60s", path, got.body)
		}
		do(t, api, "GET "+path, "", "If-None-Match: "+got.header.Get("Etag")).is(304)
		do(t, api, "GET "+path, "", "Accept-Encoding: gzip").is(200).has("Content-Encoding", "gzip")
	}
	for _, off := range []router.Option{router.DocumentAt("")} {
		api := built(t, mortise.New("Off", "1", off))
		for _, path := range []string{"/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/docs"} {
			do(t, api, "GET "+path, "").is(404)
		}
	}
	if got := pick(older(t, api), "paths", "/open", "get", "security"); text(got) != "[]" {
		t.Errorf("in 3.0 an open operation has the security %s", text(got))
	}
}

func older(t *testing.T, api *mortise.API) (d map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(do(t, api, "GET /meta/api-3.0.json", "").is(200).body), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestFormatsAreWrittenOnceForAll; run with -race.
func TestFormatsAreWrittenOnceForAll(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	var wg sync.WaitGroup
	bodies := make([]string, 16)
	for i := range bodies {
		wg.Go(func() { bodies[i] = do(t, api, "GET "+[]string{"/openapi-3.0.json", "/openapi.yaml"}[i%2], "").body })
	}
	wg.Wait()
	for i, b := range bodies {
		if b == "" || b != bodies[i%2] {
			t.Fatalf("answer %d is another", i)
		}
	}
}

func TestTheMethodQUERYNeeds32(t *testing.T) {
	t.Parallel()
	api := mortise.New("Query", "1", router.DocumentVersion(openapi.Version32))
	mortise.Handle(api, "QUERY", "/search", ordered)
	built(t, api)
	d := document(t, api)
	if d["openapi"] != "3.2.0" || pick(d, "paths", "/search", "query", "requestBody") == nil {
		t.Errorf("the document is %s", text(d))
	}
	wrong(t, mortise.New("Old", "1", router.DocumentVersion(openapi.Version30)), "choose 3.1.0 or 3.2.0")
}

func TestThePageIsConfigured(t *testing.T) {
	t.Parallel()
	api := built(t, mortise.New("Page", "1", router.DocsPage(ui.Config{ClientID: "docs", Scopes: []string{"a"}, ConnectTo: []string{"https://login.example"}})))
	page := do(t, api, "GET /docs", "").is(200)
	for _, want := range []string{`data-client="docs"`, `data-scopes="a"`, "<title>Page</title>", `data-document="./openapi.json"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if got := page.header.Get("Content-Security-Policy"); !strings.Contains(got, "connect-src 'self' https://login.example;") {
		t.Errorf("policy %s", got)
	}
	wrong(t, mortise.New("Bad", "1", router.DocsPage(ui.Config{ConnectTo: []string{"*"}})), `DocsPage (words_test.go:`, `"*" is not an origin`)
}

func TestGuardedDocs(t *testing.T) { // A211
	t.Parallel()
	reader := mortise.Depends(func(_ context.Context, c security.BasicCredentials) (*account, error) {
		if c.User != "ada" {
			return nil, security.InvalidToken()
		}
		return &account{}, nil
	})
	elsewhere := 0
	counted := mortise.Depends(func(context.Context, none) (none, error) { elsewhere++; return none{}, nil })
	api := mortise.New("Guarded", "1", router.GuardDocs(reader), counted)
	mortise.Get(api, "/open", gives(1), mortise.Public())
	built(t, api)
	for _, path := range []string{"/docs", "/docs/", "/openapi.json", "/openapi.yaml", "/openapi-3.0.json"} {
		do(t, api, "GET "+path, "").is(401).has("WWW-Authenticate", `Basic realm="api", charset="UTF-8"`)
		do(t, api, "GET "+path, "", "Authorization: Basic Ym9iOnB3").is(401)
		got := do(t, api, "GET "+path, "", "Authorization: Basic YWRhOnB3").is(200).has("Cache-Control", "private, no-cache")
		if vary := strings.Join(got.header["Vary"], ", "); !strings.Contains(vary, "Authorization") {
			t.Errorf("%s varies by %q", path, vary)
		}
		again := do(t, api, "GET "+path, "", "Authorization: Basic YWRhOnB3", "If-None-Match: "+got.header.Get("Etag")).is(304)
		again.has("Cache-Control", "private, no-cache")
		do(t, api, "HEAD "+path, "", "Authorization: Basic YWRhOnB3").is(200).says("").has("Cache-Control", "private, no-cache")
		do(t, api, "HEAD "+path, "").is(401)
	}
	do(t, api, "GET /docs/start.js", "").is(200)
	do(t, api, "GET /docs/oauth2-redirect.html", "").is(200)
	if elsewhere != 0 {
		t.Error("what the API requires ran for its documentation")
	}
	text, err := api.Document().JSON()
	if err != nil || bytes.Contains(text, []byte("BasicAuth")) || bytes.Contains(text, []byte("/docs")) {
		t.Errorf("the document shows the guard of the page: %v %s", err, text)
	}
	var nobody *mortise.Dependency
	wrong(t, mortise.New("Nil", "1", router.GuardDocs(nobody)), "GuardDocs: a dependency is nil")
	wrong(t, mortise.New("Missing", "1", router.GuardDocs(mortise.Depends(func(context.Context, *http.Client) (none, error) { return none{}, nil }))),
		fmt.Sprintf("nothing provides %T", &http.Client{}))
}

// A197
func TestOnlyThePageAndItsFilesAreBelowThePage(t *testing.T) {
	t.Parallel()
	api := routes(t)
	version := versionOf(t, do(t, api, "GET /docs", "").is(200).body)
	for _, path := range []string{
		"/docs/", "/docs/start.js", "/docs/style.css", "/docs/swagger-ui.css", "/docs/favicon.png", "/docs/oauth2-redirect.html",
		"/docs/" + version + "/start.js", "/docs/" + version + "/swagger-ui-bundle.js", "/docs/v0123456789ab/start.js",
	} {
		do(t, api, "GET "+path, "").is(200)
		do(t, api, "HEAD "+path, "").is(200)
	}
	for _, path := range []string{
		"/docs/x", "/docs/x/", "/docs/start", "/docs/start.js/", "/docs/other.js", "/docs/static/start.js", "/docs/v1/start.js",
		"/docs/" + version, "/docs/" + version + "/", "/docs/" + version + "/" + version + "/start.js", "/docs/" + version + "/oauth2-redirect.html",
		"/docs/%2e%2e", "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs/..%5c..%5cwin.ini", "/docs/C:%5cwin.ini", "/docs/start.js%00", "/docs/%73tart%2ejs%2f",
	} {
		got := do(t, api, "GET "+path, "")
		if got.is(404); got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s is no problem, but %q", path, got.header.Get("Content-Type"))
		}
	}
}

// versionOf finds the directory of the files in the page.
func versionOf(t *testing.T, page string) string {
	t.Helper()
	_, found, _ := strings.Cut(page, `src="./docs/`)
	version, _, found2 := strings.Cut(found, "/")
	if !found2 || len(version) != 13 {
		t.Fatalf("the page loads nothing of a version:\n%s", page)
	}
	return version
}

func TestADocumentMayLieBelowThePage(t *testing.T) {
	t.Parallel()
	api := built(t, mortise.New("Below", "1", router.DocumentAt("/docs/openapi.json")))
	do(t, api, "GET /docs/openapi.json", "").is(200).has("Content-Type", "application/json")
	do(t, api, "GET /docs", "").is(200)
	do(t, api, "GET /docs/start.js", "").is(200)
}
