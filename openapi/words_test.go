package openapi_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

func TestNamedExamples(t *testing.T) {
	t.Parallel()
	examples := []openapi.Example{{Name: "z", Summary: "Last letter", Value: "a"}, {Name: "far", Description: "Long", URL: "https://example.com/e.json"}, {Name: "nil"}}
	want := `{"z":{"summary":"Last letter","value":"a"},"far":{"description":"Long","externalValue":"https://example.com/e.json"},"nil":{"value":null}}`
	op := takes("/v", typeString)
	op.Body.Content[0].Examples = examples
	op.Parameters = []openapi.Parameter{{Name: "q", In: "query", Tag: `example:"idle"`, Examples: examples}}
	op.Responses = []openapi.Response{
		{Status: 200, Examples: examples[1:]},
		{Status: 200, Type: typeString, Examples: examples[:1]},
		{Status: 409, ContentType: "application/problem+json", Type: typeString},
		{Status: 409, Examples: examples[:1], Description: "Taken"},
	}
	doc := build(t, op)
	post := at(doc, "paths", "/v", "post")
	equal(t, "body", at(post, "requestBody", "content", "application/json", "examples"), want)
	equal(t, "parameter", at(first(at(post, "parameters")), "examples"), want)
	if at(first(at(post, "parameters")), "example") != nil {
		t.Error("a parameter has example and examples")
	}
	equal(t, "answer", at(post, "responses", "200", "content", "application/json"), `{"schema":{"type":"string"},"examples":`+want+`}`)
	equal(t, "refusal", at(post, "responses", "409", "content", "application/problem+json", "examples"), `{"z":{"summary":"Last letter","value":"a"}}`)
}

// TestExamplesHaveTheMembersOfTheirDirection, so that one Go value serves a body and an answer.
func TestExamplesHaveTheMembersOfTheirDirection(t *testing.T) {
	t.Parallel()
	type part struct {
		ID     int    `json:"id" readOnly:"true"`
		Secret string `json:"secret" writeOnly:"true"`
		Name   string `json:"name"`
	}
	type whole struct {
		part
		Parts []*part         `json:"parts"`
		Named map[string]part `json:"named"`
	}
	v := whole{part: part{1, "s", "a"}, Parts: []*part{{2, "s", "b"}, nil}, Named: map[string]part{"c": {3, "s", "c"}}}
	op := takes("/v", reflect.TypeFor[whole]())
	op.Body.Content[0].Example = v
	op.Responses = []openapi.Response{{Status: 200, Type: reflect.TypeFor[whole](), Examples: []openapi.Example{{Name: "one", Value: &v}}}}
	doc := build(t, op)
	equal(t, "body", at(doc, "paths", "/v", "post", "requestBody", "content", "application/json", "example"),
		`{"secret":"s","name":"a","parts":[{"secret":"s","name":"b"},null],"named":{"c":{"secret":"s","name":"c"}}}`)
	equal(t, "answer", at(doc, "paths", "/v", "post", "responses", "200", "content", "application/json", "examples", "one", "value"),
		`{"id":1,"name":"a","parts":[{"id":2,"name":"b"},null],"named":{"c":{"id":3,"name":"c"}}}`)
}

func TestMistakenExamples(t *testing.T) {
	t.Parallel()
	one := openapi.Example{Name: "a", Value: 1}
	for want, response := range map[string]openapi.Response{
		"a name of its own": {Status: 200, Type: typeString, Examples: []openapi.Example{one, one}},
		"both Example":      {Status: 200, Type: typeString, Example: 1, Examples: []openapi.Example{one}},
		"both a value":      {Status: 200, Type: typeString, Examples: []openapi.Example{{Name: "a", Value: 1, URL: "https://example.com"}}},
		"cannot be written": {Status: 200, Type: typeString, Examples: []openapi.Example{{Name: "a", Value: func() {}}}},
		"but no content":    {Status: 204, Examples: []openapi.Example{one}},
	} {
		op := answers("/v", nil)
		op.Responses = []openapi.Response{response}
		mentions(t, mistakes(t, op), "GET /v", want)
	}
	several := answers("/v", typeString)
	several.AddResponse(openapi.Response{Status: 200, ContentType: "text/csv"}, openapi.Response{Status: 200, Examples: []openapi.Example{one}})
	mentions(t, mistakes(t, several), "belong to one of", "text/csv")
}

// TestSeveralAnswersOfOneStatus: none of them wins over the others.
func TestSeveralAnswersOfOneStatus(t *testing.T) {
	t.Parallel()
	op := answers("/v", typeString)
	op.AddResponse(
		openapi.Response{Status: 200, Type: typeInt}, openapi.Response{Status: 200, ContentType: "text/csv", Type: typeString},
		openapi.Response{Status: 200, Description: "Found", Headers: []openapi.ResponseHeader{{Name: "X-A"}}, Cookies: []string{"s"}},
		openapi.Response{Status: 4, Type: typeString}, openapi.Response{Status: 0, Type: typeString},
	)
	responses := at(build(t, op), "paths", "/v", "get", "responses")
	equal(t, "content", at(responses, "200", "content"),
		`{"application/json":{"schema":{"anyOf":[{"type":"string"},{"type":"integer","format":"int64"}]}},"text/csv":{"schema":{"type":"string"}}}`)
	equal(t, "cookies", at(responses, "200", "headers", "Set-Cookie", "description"), "\"Sets cookie `s`.\"")
	for key, description := range map[string]string{"200": "Found", "4XX": "Client error", "default": "Any other answer"} {
		if got := at(responses, key, "description"); got != description {
			t.Errorf("%s is %v", key, got)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	get, create := answers("/posts/{id}", typeString), takes("/posts", typeString)
	get.ID = "getPost"
	create.Responses = []openapi.Response{{Status: 201, Links: []openapi.Link{
		{Name: "get", Operation: "getPost", Parameters: map[string]any{"id": "$response.body#/id", "limit": 3}, Description: "Read it"},
	}}, {Status: 201, Type: typeString, Links: []openapi.Link{{Name: "again", Operation: "postPosts", RequestBody: "$request.body"}}}}
	doc := build(t, get, create)
	equal(t, "links", at(doc, "paths", "/posts", "post", "responses", "201", "links"), `{
		"get":{"operationId":"getPost","parameters":{"id":"$response.body#/id","limit":3},"description":"Read it"},
		"again":{"operationId":"postPosts","requestBody":"$request.body"}}`)
	for want, link := range map[string]openapi.Link{
		`no operation has the ID "ghost"`: {Name: "a", Operation: "ghost"},
		"a name of its own":               {Operation: "getPost"},
		"no runtime expression":           {Name: "a", Operation: "getPost", Parameters: map[string]any{"id": "$response.boby#/id"}},
	} {
		get, op := *get, answers("/v", typeString)
		op.Responses[0].Links = []openapi.Link{link}
		mentions(t, mistakes(t, &get, op), want)
	}
}

type Message struct {
	Text string `json:"text" validate:"required"`
	More string `json:"more,omitempty"`
	Sure string `json:"sure"`
}

// TestWhatIsSentIsDescribedAsItIsWritten: the members that are always there are required, and those of the answer are not.
func TestWhatIsSentIsDescribedAsItIsWritten(t *testing.T) {
	t.Parallel()
	d := documentOf(answers("/v", typeString))
	sent := &openapi.Operation{
		Summary: "Shipped", Public: true, Body: &openapi.Body{Required: true, Content: []openapi.Media{{Type: reflect.TypeFor[Message]()}}},
		Responses: []openapi.Response{{Status: 2, Type: reflect.TypeFor[Message]()}}, Tags: []string{"hooks"},
	}
	d.AddWebhook(openapi.Webhook{Name: "orderShipped", Operation: sent}, openapi.Webhook{Name: "silent", Operation: &openapi.Operation{Hidden: true}})
	doc := decode(t, d)
	hook := at(doc, "webhooks", "orderShipped", "post")
	if at(hook, "operationId") != "orderShipped" || at(hook, "responses", "2XX", "description") != "Success" || at(doc, "webhooks", "silent") != nil {
		t.Errorf("the webhooks are %v", doc["webhooks"])
	}
	equal(t, "body", at(hook, "requestBody", "content", "application/json", "schema"), `{"$ref":"#/components/schemas/Message"}`)
	equal(t, "what is sent", at(component(doc, "Message"), "required"), `["text","sure"]`)
	equal(t, "answer", at(hook, "responses", "2XX", "content", "application/json", "schema"), `{"$ref":"#/components/schemas/MessageInput"}`)
	equal(t, "what is read", at(component(doc, "MessageInput"), "required"), `["text"]`)
	equal(t, "locks", at(hook, "security"), `[]`)
	equal(t, "tags", doc["tags"], `[{"name":"hooks"}]`)
}

func TestCallbacks(t *testing.T) {
	t.Parallel()
	op := takes("/jobs", typeString)
	op.Callbacks = []openapi.Callback{{Name: "finished", URL: "https://hooks.example/{$request.query.id}?to={$request.body#/url}", Operation: takes("", typeString)}}
	doc := build(t, op)
	sent := at(doc, "paths", "/jobs", "post", "callbacks", "finished", "https://hooks.example/{$request.query.id}?to={$request.body#/url}", "post")
	if at(sent, "operationId") != "finished" || at(sent, "requestBody", "required") != true {
		t.Errorf("the callback is %v", sent)
	}
	for want, c := range map[string]openapi.Callback{
		"names no part of the request": {Name: "a", URL: "https://example.com", Operation: takes("", nil)},
		"no runtime expression":        {Name: "a", URL: "{$request.boby}", Operation: takes("", nil)},
		"a name of its own":            {URL: "{$url}", Operation: takes("", nil)},
		"and an operation":             {Name: "a", URL: "{$url}"},
	} {
		op := answers("/v", typeString)
		op.Callbacks = []openapi.Callback{c}
		mentions(t, mistakes(t, op), "GET /v", want)
	}
	broken := answers("/v", typeString)
	broken.Callbacks = []openapi.Callback{{Name: "a", URL: "{$url}", Operation: takes("", reflect.TypeFor[chan int]())}}
	mentions(t, mistakes(t, broken), "GET /v: callback a", "chan int")
}

func TestServersDocsAndExtensions(t *testing.T) {
	t.Parallel()
	op := answers("/v", typeString)
	op.Servers = []openapi.Server{{URL: "https://upload.example.com"}}
	op.Parameters = []openapi.Parameter{
		{Name: "q", In: "query", Extensions: map[string]any{"x-a": 1}}, {Name: "q", In: "query", Extensions: map[string]any{"x-a": 2, "x-b": 3}},
	}
	d := documentOf(op)
	d.SetExtension("x-logo", map[string]string{"url": "/logo.svg"})
	d.SetExtension("x-logo", map[string]string{"url": "/new.svg"})
	d.SetDocs(openapi.ExternalDocs{URL: "https://example.com"})
	doc := decode(t, d)
	equal(t, "servers", at(doc, "paths", "/v", "get", "servers"), `[{"url":"https://upload.example.com"}]`)
	equal(t, "parameter", first(at(doc, "paths", "/v", "get", "parameters")), `{"name":"q","in":"query","schema":{"type":"string"},"x-a":1,"x-b":3}`)
	equal(t, "document", doc["x-logo"], `{"url":"/new.svg"}`)
	d.SetExtension("logo", 1)
	mentions(t, d.Check().Error(), "the document", `"logo" does not begin with x-`)
}

func TestTagGroups(t *testing.T) {
	t.Parallel()
	grouped := func(groups ...openapi.TagGroup) *openapi.Document {
		op := answers("/v", typeString)
		op.Tags = []string{"a", "b", "c"}
		d := documentOf(op)
		d.AddTagGroup(groups...)
		return d
	}
	equal(t, "groups", decode(t, grouped(openapi.TagGroup{Name: "A", Tags: []string{"b"}}))["x-tagGroups"], `[{"name":"A","tags":["b"]},{"name":"Other","tags":["a","c"]}]`)
	for want, groups := range map[string][]openapi.TagGroup{
		"needs a name and tags":  {{Name: "A"}},
		"which no operation has": {{Name: "A", Tags: []string{"ghost"}}},
		"in the groups":          {{Name: "A", Tags: []string{"a"}}, {Name: "B", Tags: []string{"a"}}},
		"is a tag and a group":   {{Name: "a", Tags: []string{"b"}}},
	} {
		if err := grouped(groups...).Check(); err == nil {
			t.Errorf("%v is accepted", groups)
		} else {
			mentions(t, err.Error(), want)
		}
	}
}

func TestAskedIDsStayAndAreUnique(t *testing.T) {
	t.Parallel()
	asked, derived := answers("/a", nil), answers("/b", nil)
	asked.ID, derived.Name = "list-all.Users", "list_all.users"
	doc := build(t, asked, derived)
	if got := at(doc, "paths", "/a", "get", "operationId"); got != "list-all.Users" {
		t.Errorf("the ID that was asked for is %v", got)
	}
	if got := at(doc, "paths", "/b", "get", "operationId"); got != "listAllUsers" {
		t.Errorf("the ID of a name is %v", got)
	}
	again, odd := answers("/c", nil), answers("/d", nil)
	again.ID, odd.ID, again.Place = "list-all.Users", "a b", "api.go:3"
	mentions(t, mistakes(t, asked, again), "GET /c (api.go:3)", "is that of GET /a too")
	mentions(t, mistakes(t, odd), "GET /d", `"a b"`)
	derived.Name = "x"
	asked.ID = "x"
	if got := at(build(t, derived, asked), "paths", "/b", "get", "operationId"); got != "xGetB" {
		t.Errorf("beside one that asks for it, a derived ID is %v", got)
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	edit := func(f func(*openapi.OperationEntity)) *openapi.Operation {
		op := answers("/v", typeString)
		op.Require(openapi.Requirement{{Scheme: bearer}})
		op.Edits = []func(*openapi.OperationEntity){nil, f}
		return op
	}
	summary := "Edited"
	doc := build(t, edit(func(e *openapi.OperationEntity) { e.Summary = &summary; e.MapOfAnything["x-a"] = 1 }))
	if op := at(doc, "paths", "/v", "get"); at(op, "summary") != "Edited" || at(op, "x-a") != float64(1) {
		t.Errorf("the operation is %v", op)
	}
	other, empty := "other", ""
	for name, c := range map[string]struct {
		edit func(*openapi.OperationEntity)
		want string
	}{
		"a lock taken away": {func(e *openapi.OperationEntity) { e.Security = nil }, "changed the security"},
		"a lock opened":     {func(e *openapi.OperationEntity) { e.Security = append(e.Security, map[string][]string{}) }, "changed the security"},
		"a scope added":     {func(e *openapi.OperationEntity) { e.Security[0]["BearerAuth"] = []string{"admin"} }, "changed the security"},
		"another member":    {func(e *openapi.OperationEntity) { e.MapOfAnything["security"] = []any{} }, "changed the security"},
		"a panic":           {func(*openapi.OperationEntity) { panic(http.ErrAbortHandler) }, "panicked"},
		"no JSON":           {func(e *openapi.OperationEntity) { e.MapOfAnything["x-a"] = func() {} }, "cannot be written"},
		"no ID":             {func(e *openapi.OperationEntity) { e.ID = &empty }, "an edit made the ID"},
		"another's ID":      {func(e *openapi.OperationEntity) { e.ID = &other }, "an edit made the ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			taken := answers("/taken", typeString)
			taken.ID = "other"
			mentions(t, mistakes(t, edit(c.edit), taken), "GET /v", c.want)
		})
	}
	open := answers("/v", typeString)
	open.Public = true
	open.Edits = []func(*openapi.OperationEntity){func(e *openapi.OperationEntity) { delete(e.MapOfAnything, "security") }}
	mentions(t, mistakes(t, open), "changed the security")
}
