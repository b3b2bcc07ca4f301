package openapi_test

import (
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

var (
	bearer = openapi.Scheme{Name: "BearerAuth", Type: "http", HTTPScheme: "bearer", BearerFormat: "JWT"}
	basic  = openapi.Scheme{Name: "BasicAuth", Type: "http", HTTPScheme: "basic"}
	apiKey = openapi.Scheme{Name: "ApiKey", Type: "apiKey", In: "header", ParamName: "X-API-Key"}
)

// maybe is a value that knows whether it was given.
type maybe[T any] struct {
	value T
	set   bool
}

func (m *maybe[T]) OptionalElem() any { return &m.value }
func (m *maybe[T]) MarkSet()          { m.set = true }

func yes() *bool { b := true; return &b }
func no() *bool  { return new(bool) }

func TestPathsArePatternsWithoutServeMuxSyntax(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"/files/{path...}":        "/files/{path}",
		"/exact/{$}":              "/exact/",
		"/{$}":                    "/",
		"/a/{id}/b/{name}":        "/a/{id}/b/{name}",
		"/posts/{id}/f/{rest...}": "/posts/{id}/f/{rest}",
	} {
		doc := build(t, answers(pattern, nil))
		if at(doc, "paths", want) == nil {
			t.Errorf("%s is not at %s but %v", pattern, want, doc["paths"])
		}
	}
}

func TestEveryWildcardIsAParameterAndRequired(t *testing.T) {
	t.Parallel()
	op := answers("/a/{id}/{name}", nil)
	op.Parameters = []openapi.Parameter{
		{Name: "q", In: "query"},
		{Name: "name", In: "path", Tag: `doc:"The name" validate:"alpha"`},
	}
	doc := build(t, op)
	equal(t, "parameters", at(doc, "paths", "/a/{id}/{name}", "get", "parameters"), `[
		{"name":"id","in":"path","required":true,"schema":{"type":"string"}},
		{"name":"name","in":"path","required":true,"description":"The name","schema":{"type":"string","pattern":"^[a-zA-Z]+$"}},
		{"name":"q","in":"query","schema":{"type":"string"}}]`)
}

func TestPathParametersNeedAWildcard(t *testing.T) {
	t.Parallel()
	op := answers("/users/{id}", nil)
	op.Place = "api.go:24"
	op.Parameters = []openapi.Parameter{{Name: "uid", In: "path", Place: "GetUser.ID"}}
	mentions(t, mistakes(t, op), "GET /users/{id} (api.go:24)", "GetUser.ID", "{uid}")
}

// TestPathsThatDifferInNamesOnlyAreOnePath, since OpenAPI forbids /amb/{x} beside /amb/{y}.
func TestPathsThatDifferInNamesOnlyAreOnePath(t *testing.T) {
	t.Parallel()
	get, post := answers("/amb/{x}", nil), takes("/amb/{y}", typeString)
	post.Parameters = []openapi.Parameter{{Name: "y", In: "path", Type: typeInt}}
	doc := build(t, get, post)
	if at(doc, "paths", "/amb/{y}") != nil {
		t.Error("both paths are there")
	}
	equal(t, "parameters of the second", at(doc, "paths", "/amb/{x}", "post", "parameters"),
		`[{"name":"x","in":"path","required":true,"schema":{"type":"integer","format":"int64"}}]`)
}

func TestOneOperationTwiceIsAMistake(t *testing.T) {
	t.Parallel()
	a, b := answers("/amb/{x}", nil), answers("/amb/{y...}", nil)
	a.Place, b.Place = "api.go:3", "api.go:4"
	mentions(t, mistakes(t, a, b), "GET /amb/{x} (api.go:3)", "GET /amb/{y...} (api.go:4)", "hide")
	b.Hidden = true
	build(t, a, b)
}

func TestMethodsOfOtherVersionsAreMistakes(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"QUERY", "CONNECT", ""} {
		op := answers("/v", nil)
		op.Method = method
		mentions(t, mistakes(t, op), "OpenAPI", "no")
	}
	for _, method := range []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"} {
		op := answers("/v", nil)
		op.Method = method
		if at(build(t, op), "paths", "/v", strings.ToLower(method)) == nil {
			t.Errorf("%s is not documented", method)
		}
	}
}

// TestReadersOfOneParameterAreMerged: two dependencies may read one header.
func TestReadersOfOneParameterAreMerged(t *testing.T) {
	t.Parallel()
	op := answers("/v", nil)
	op.AddParameter(
		openapi.Parameter{Name: "X-Tenant", In: "header", Tag: `validate:"alpha"`},
		openapi.Parameter{Name: "x-tenant", In: "header", Required: true, Description: "Who pays", Tag: `validate:"max=9"`},
		openapi.Parameter{Name: "page", In: "query", Type: typeInt},
		openapi.Parameter{Name: "page", In: "query", Type: typeInt},
		openapi.Parameter{Name: "page", In: "cookie"},
	)
	doc := build(t, op)
	equal(t, "parameters", at(doc, "paths", "/v", "get", "parameters"), `[
		{"name":"X-Tenant","in":"header","required":true,"description":"Who pays",
			"schema":{"allOf":[{"type":"string","pattern":"^[a-zA-Z]+$"},{"type":"string","maxLength":9}]}},
		{"name":"page","in":"query","schema":{"type":"integer","format":"int64"}},
		{"name":"page","in":"cookie","schema":{"type":"string"}}]`)
}

func TestHeadersThatOpenAPIDescribesElsewhereAreNoParameters(t *testing.T) {
	t.Parallel()
	op := answers("/v", nil)
	op.AddParameter(openapi.Parameter{Name: "authorization", In: "header"}, openapi.Parameter{Name: "Accept", In: "header"},
		openapi.Parameter{Name: "Content-Type", In: "header"})
	if p := at(build(t, op), "paths", "/v", "get", "parameters"); p != nil {
		t.Errorf("parameters are %v", p)
	}
}

type filter struct {
	From  time.Time `json:"from" query:"since"`
	Limit int       `json:"limit" validate:"min=1" doc:"How many"`
	Sub   *filter   `json:"sub"`
}

func TestParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		parameter openapi.Parameter
		want      string
	}{
		{"an example and a description move out of the schema",
			openapi.Parameter{Name: "p", In: "query", Type: typeInt, Tag: `doc:"Page" example:"3" default:"1" validate:"min=1" deprecated:"true"`},
			`{"name":"p","in":"query","description":"Page","deprecated":true,"example":3,"schema":{"type":"integer","format":"int64","default":1,"minimum":1}}`},
		{"fields win over tags",
			openapi.Parameter{Name: "p", In: "query", Description: "Mine", Example: 7, Type: typeInt, Tag: `doc:"Page" example:"3"`},
			`{"name":"p","in":"query","description":"Mine","example":7,"schema":{"type":"integer","format":"int64","description":"Page","examples":[3]}}`},
		{"a pointer is optional, not null",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[*int]()},
			`{"name":"p","in":"query","schema":{"type":"integer","format":"int64"}}`},
		{"an optional value is the value",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[maybe[int]]()},
			`{"name":"p","in":"query","schema":{"type":"integer","format":"int64"}}`},
		{"a list is an array without null, and the usual style goes without saying",
			openapi.Parameter{Name: "p", In: "query", Type: typeList, Style: "form", Explode: yes()},
			`{"name":"p","in":"query","schema":{"type":"array","items":{"type":"string"}}}`},
		{"commas are said",
			openapi.Parameter{Name: "p", In: "query", Type: typeList, Style: "form", Explode: no()},
			`{"name":"p","in":"query","explode":false,"schema":{"type":"array","items":{"type":"string"}}}`},
		{"pipes are said",
			openapi.Parameter{Name: "p", In: "query", Type: typeList, Style: "pipeDelimited", Explode: no()},
			`{"name":"p","in":"query","style":"pipeDelimited","explode":false,"schema":{"type":"array","items":{"type":"string"}}}`},
		{"the style of headers goes without saying",
			openapi.Parameter{Name: "X-P", In: "header", Type: typeList, Style: "simple", Explode: no()},
			`{"name":"X-P","in":"header","schema":{"type":"array","items":{"type":"string"}}}`},
		{"a deep object is inline, by the names of the place, and ends",
			openapi.Parameter{Name: "f", In: "query", Type: reflect.TypeFor[filter](), Style: "deepObject", Explode: yes()},
			`{"name":"f","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","required":["limit"],"properties":{
				"since":{"type":"string","format":"date-time"},"limit":{"type":"integer","format":"int64","minimum":1,"description":"How many"},
				"sub":{"type":"object","required":["limit"],"properties":{
					"since":{"type":"string","format":"date-time"},"limit":{"type":"integer","format":"int64","minimum":1,"description":"How many"},
					"sub":{"type":"object","required":["limit"],"properties":{
						"since":{"type":"string","format":"date-time"},"limit":{"type":"integer","format":"int64","minimum":1,"description":"How many"},
						"sub":{"type":"object"}}}}}}}}`},
		{"a map is an object",
			openapi.Parameter{Name: "m", In: "query", Type: typeMap, Style: "deepObject", Explode: yes()},
			`{"name":"m","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","additionalProperties":{"type":"integer","format":"int64"}}}`},
		{"anything has a schema too",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[any]()},
			`{"name":"p","in":"query","schema":{}}`},
		{"a time with a layout is a date",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[time.Time](), Tag: `layout:"2006-01-02"`},
			`{"name":"p","in":"query","schema":{"type":"string","format":"date"}}`},
		{"any other layout is its own example",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[time.Time](), Tag: `layout:"02.01.2006"`},
			`{"name":"p","in":"query","schema":{"type":"string","examples":["02.01.2006"]}}`},
		{"an enum refers to it",
			openapi.Parameter{Name: "p", In: "query", Type: reflect.TypeFor[color]()},
			`{"name":"p","in":"query","schema":{"$ref":"#/components/schemas/Color"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			op := answers("/v", nil)
			op.AddParameter(c.parameter)
			equal(t, "parameter", first(at(build(t, op), "paths", "/v", "get", "parameters")), c.want)
		})
	}
}

func TestParametersThatCannotBe(t *testing.T) {
	t.Parallel()
	op := answers("/v", nil)
	op.AddParameter(
		openapi.Parameter{Name: "a", In: "body"}, openapi.Parameter{In: "query"},
		openapi.Parameter{Name: "c", In: "query", Style: "matrix"},
		openapi.Parameter{Name: "d", In: "query", Type: reflect.TypeFor[chan int]()},
		openapi.Parameter{Name: "e", In: "query", Type: typeInt, Tag: `default:"x"`, Place: "List.E"},
	)
	mentions(t, mistakes(t, op), `"body"`, "no name", `"matrix"`, "chan int", `GET /v: List.E: default:"x" is not an int`)
}

func TestBodiesAreRequiredWhereTheyAre(t *testing.T) {
	t.Parallel()
	op := takes("/v", typeString)
	equal(t, "required", at(build(t, op), "paths", "/v", "post", "requestBody", "required"), `true`)
	op.Body.Required = false
	equal(t, "optional", at(build(t, op), "paths", "/v", "post", "requestBody", "required"), `null`)
	for _, method := range []string{"GET", "DELETE", "HEAD"} {
		op.Method = method
		if at(build(t, op), "paths", "/v", strings.ToLower(method), "requestBody") == nil {
			t.Errorf("the body of %s is dropped", method)
		}
	}
}

func TestFormsAndFiles(t *testing.T) {
	t.Parallel()
	fields := []openapi.Parameter{
		{Name: "title", Required: true, Tag: `doc:"What it is" validate:"max=9" example:"x"`},
		{Name: "file", Required: true, Type: reflect.TypeFor[*multipart.FileHeader]()},
		{Name: "more", Type: reflect.TypeFor[[]*multipart.FileHeader]()},
		{Name: "raw", Type: reflect.TypeFor[[]byte]()},
		{Name: "meta", Type: reflect.TypeFor[map[string]int]()},
		{Name: "ids", Type: reflect.TypeFor[[]int](), Explode: no()},
	}
	op := takes("/v", nil)
	op.Body.Content = []openapi.Media{
		{ContentType: "multipart/form-data", Fields: fields},
		{ContentType: "application/x-www-form-urlencoded", Fields: fields[:1]},
	}
	doc := build(t, op)
	content := at(doc, "paths", "/v", "post", "requestBody", "content")
	equal(t, "multipart", at(content, "multipart/form-data"), `{
		"encoding":{"meta":{"contentType":"application/json"},"ids":{"explode":false}},
		"schema":{"type":"object","required":["title","file"],"properties":{
			"title":{"type":"string","description":"What it is","maxLength":9,"examples":["x"]},
			"file":{"type":"string","format":"binary","contentMediaType":"application/octet-stream"},
			"more":{"type":"array","items":{"type":"string","format":"binary","contentMediaType":"application/octet-stream"}},
			"raw":{"type":"string","format":"binary","contentMediaType":"application/octet-stream"},
			"meta":{"type":"object","additionalProperties":{"type":"integer","format":"int64"}},
			"ids":{"type":"array","items":{"type":"integer","format":"int64"}}}}}`)
	equal(t, "form", at(content, "application/x-www-form-urlencoded"), `{"schema":{"type":"object","required":["title"],"properties":{
		"title":{"type":"string","description":"What it is","maxLength":9,"examples":["x"]}}}}`)
	if component(doc, "FileHeader") != nil {
		t.Error("multipart.FileHeader is a component")
	}
}

func TestResponsesWithOneStatusAreMerged(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{Method: "GET", Path: "/v"}
	problem := reflect.TypeFor[problemDocument]()
	op.AddResponse(
		openapi.Response{Status: 401, Description: "The token has expired", Type: problem, ContentType: "application/problem+json"},
		openapi.Response{Status: 401, Description: "The token is invalid", Type: problem, ContentType: "application/problem+json"},
		openapi.Response{Status: 401, Description: "The token is invalid", Type: problem, ContentType: "application/problem+json"},
		openapi.Response{Status: 200, Type: reflect.TypeFor[record]()},
		openapi.Response{Status: 200, Type: typeString, ContentType: "text/csv"},
		openapi.Response{Status: 200, Type: reflect.TypeFor[Person]()},
		openapi.Response{Status: 200, Type: reflect.TypeFor[record]()},
	)
	doc := build(t, op)
	responses := at(doc, "paths", "/v", "get", "responses")
	equal(t, "401", at(responses, "401"), `{"description":"The token has expired; The token is invalid",
		"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/ProblemDocument"}}}}`)
	equal(t, "200", at(responses, "200"), `{"description":"OK","content":{
		"text/csv":{"schema":{"type":"string"}},
		"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/Record"},{"$ref":"#/components/schemas/Person"}]}}}}`)
}

func TestResponsesHaveDescriptions(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{Method: "GET", Path: "/v"}
	op.AddResponse(openapi.Response{Status: 204}, openapi.Response{}, openapi.Response{Status: 4}, openapi.Response{Status: 599})
	equal(t, "responses", at(build(t, op), "paths", "/v", "get", "responses"), `{"204":{"description":"No Content"},
		"default":{"description":"Any other answer"},"4XX":{"description":"Client error"},"599":{"description":"Status 599"}}`)
	equal(t, "none", at(build(t, &openapi.Operation{Method: "GET", Path: "/v"}), "paths", "/v", "get", "responses"),
		`{"default":{"description":"Any other answer"}}`)
	op.AddResponse(openapi.Response{Status: 42})
	mentions(t, mistakes(t, op), "status 42")
}

func TestHeadersAndCookiesOfAnswers(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{Method: "GET", Path: "/v"}
	op.AddResponse(
		openapi.Response{Status: 200, Cookies: []string{"session"}, Headers: []openapi.ResponseHeader{
			{Name: "X-Total", Type: typeInt, Required: true, Tag: `doc:"How many there are" example:"3"`},
			{Name: "Content-Type"},
			{Name: "RateLimit", Description: "What is left"},
		}},
		openapi.Response{Status: 200, Cookies: []string{"csrf"}, Headers: []openapi.ResponseHeader{{Name: "x-total", Type: typeInt}}},
	)
	equal(t, "headers", at(build(t, op), "paths", "/v", "get", "responses", "200", "headers"), `{
		"X-Total":{"description":"How many there are","schema":{"type":"integer","format":"int64"},"style":"simple","example":3},
		"RateLimit":{"description":"What is left","style":"simple","schema":{"type":"string"}},
		"Set-Cookie":{"description":"Sets cookie `+"`session`. Sets cookie `csrf`"+`.","style":"simple","schema":{"type":"string"}}}`)
}

func TestPublicOverridesAndAndOrOptional(t *testing.T) {
	t.Parallel()
	open, silent, both, either, optional := answers("/open", nil), answers("/silent", nil), answers("/both", nil), answers("/either", nil), answers("/optional", nil)
	open.Public = true
	both.Require(openapi.Requirement{{Scheme: bearer, Scopes: []string{"a"}}})
	both.Require(openapi.Requirement{{Scheme: apiKey}})
	both.Require(openapi.Requirement{{Scheme: bearer, Scopes: []string{"a", "b"}}})
	either.Require(openapi.Requirement{{Scheme: bearer}}, openapi.Requirement{{Scheme: basic}})
	either.Require(openapi.Requirement{{Scheme: apiKey}})
	optional.Require(openapi.Requirement{{Scheme: bearer}}, openapi.Requirement{})
	doc := build(t, open, silent, both, either, optional)
	security := func(path string) any { return at(doc, "paths", path, "get", "security") }
	equal(t, "public", security("/open"), `[]`)
	equal(t, "silent", security("/silent"), `null`)
	equal(t, "both", security("/both"), `[{"BearerAuth":["a","b"],"ApiKey":[]}]`)
	equal(t, "either", security("/either"), `[{"BearerAuth":[],"ApiKey":[]},{"BasicAuth":[],"ApiKey":[]}]`)
	equal(t, "optional", security("/optional"), `[{"BearerAuth":[]},{}]`)
	equal(t, "schemes", at(doc, "components", "securitySchemes"), `{
		"BearerAuth":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},
		"BasicAuth":{"type":"http","scheme":"basic"},
		"ApiKey":{"type":"apiKey","in":"header","name":"X-API-Key"}}`)
}

func TestEverySchemeOfOpenAPI(t *testing.T) {
	t.Parallel()
	flow := func() *openapi.OAuthFlow {
		return &openapi.OAuthFlow{
			AuthorizationURL: "https://a.example/authorize", TokenURL: "https://a.example/token",
			DeviceAuthorizationURL: "https://a.example/device", Scopes: map[string]string{"read": "May read"},
		}
	}
	op := answers("/v", nil)
	op.Require(openapi.Requirement{
		{Scheme: openapi.Scheme{Name: "OAuth", Type: "oauth2", Description: "Sign in", Flows: openapi.OAuthFlows{
			Implicit: flow(), Password: flow(), ClientCredentials: flow(), AuthorizationCode: flow(), DeviceAuthorization: flow(),
		}}, Scopes: []string{"read", "write"}},
		{Scheme: openapi.Scheme{Name: "OIDC", Type: "openIdConnect", OpenIDConnectURL: "https://a.example/.well-known/openid-configuration"}},
		{Scheme: openapi.Scheme{Name: "TLS", Type: "mutualTLS"}},
	})
	equal(t, "schemes", at(build(t, op), "components", "securitySchemes"), `{
		"OAuth":{"type":"oauth2","description":"Sign in","flows":{
			"implicit":{"authorizationUrl":"https://a.example/authorize","scopes":{"read":"May read","write":""}},
			"password":{"tokenUrl":"https://a.example/token","scopes":{"read":"May read","write":""}},
			"clientCredentials":{"tokenUrl":"https://a.example/token","scopes":{"read":"May read","write":""}},
			"authorizationCode":{"authorizationUrl":"https://a.example/authorize","tokenUrl":"https://a.example/token","scopes":{"read":"May read","write":""}},
			"x-deviceAuthorization":{"deviceAuthorizationUrl":"https://a.example/device","tokenUrl":"https://a.example/token","scopes":{"read":"May read","write":""}}}},
		"OIDC":{"type":"openIdConnect","openIdConnectUrl":"https://a.example/.well-known/openid-configuration"},
		"TLS":{"type":"mutualTLS"}}`)
}

func TestSchemesThatContradict(t *testing.T) {
	t.Parallel()
	a, b := answers("/a", nil), answers("/b", nil)
	a.Place, b.Place = "api.go:1", "api.go:2"
	other := bearer
	other.HTTPScheme, other.BearerFormat = "digest", ""
	a.Require(openapi.Requirement{{Scheme: bearer}})
	b.Require(openapi.Requirement{{Scheme: other}})
	mentions(t, mistakes(t, a, b), "GET /b (api.go:2)", `"BearerAuth"`, "http digest", "GET /a (api.go:1)", "http bearer JWT")

	odd := answers("/c", nil)
	odd.Require(openapi.Requirement{
		{Scheme: openapi.Scheme{Name: "no good"}}, {Scheme: openapi.Scheme{Name: "X", Type: "magic"}},
		{Scheme: openapi.Scheme{Name: "Y", Type: "apiKey", In: "body", ParamName: "k"}},
	})
	mentions(t, mistakes(t, odd), `"no good"`, `"magic"`, `"body"`)
}

func TestRequirementsInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		op   openapi.Operation
		want any
	}{
		{"nothing", openapi.Operation{}, nil},
		{"public", openapi.Operation{Public: true, Description: "Hello."}, "Hello."},
		{"scheme", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer}}}}, "**Requires** `BearerAuth`."},
		{"scope and role", openapi.Operation{
			Description: "Lists users.", Notes: []string{"Slow."},
			Security:     []openapi.Requirement{{{Scheme: bearer, Scopes: []string{"admin:read"}}}},
			Requirements: []string{"role `admin`"},
		}, "Lists users.\n\nSlow.\n\n**Requires** `BearerAuth` with scope `admin:read`, and role `admin`."},
		{"several scopes", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer, Scopes: []string{"a", "b", "c"}}}}},
			"**Requires** `BearerAuth` with scopes `a`, `b` and `c`."},
		{"and", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer}, {Scheme: apiKey}}}}, "**Requires** `BearerAuth` and `ApiKey`."},
		{"or", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer}}, {{Scheme: apiKey}}}}, "**Requires** `BearerAuth` or `ApiKey`."},
		{"or with more", openapi.Operation{
			Security: []openapi.Requirement{{{Scheme: bearer}}, {{Scheme: apiKey}}}, Requirements: []string{"role `a`", "role `a`"},
		}, "**Requires** either `BearerAuth` or `ApiKey`, and role `a`."},
		{"optional", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer}}, {}}}, "**Optional** `BearerAuth`."},
		{"optional with more", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer}}, {}}, Requirements: []string{"an address in `10.0.0.0/8`"}},
			"**Optional** `BearerAuth`. **Requires** an address in `10.0.0.0/8`."},
		{"words alone", openapi.Operation{Public: true, Requirements: []string{"an address in `10.0.0.0/8`"}}, "**Requires** an address in `10.0.0.0/8`."},
		{"a scope cannot end its code", openapi.Operation{Security: []openapi.Requirement{{{Scheme: bearer, Scopes: []string{"a`<b>"}}}}},
			"**Requires** `BearerAuth` with scope `a'<b>`."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			op := c.op
			op.Method, op.Path = http.MethodGet, "/v"
			if got := at(build(t, &op), "paths", "/v", "get", "description"); got != c.want {
				t.Errorf("description is %q, want %q", got, c.want)
			}
		})
	}
}

func TestOperationIDs(t *testing.T) {
	t.Parallel()
	named := func(method, path, id string) *openapi.Operation {
		return &openapi.Operation{Method: method, Path: path, Name: id}
	}
	operations := []*openapi.Operation{
		named("GET", "/users", "listUsers"), named("GET", "/v1/posts", "list"), named("GET", "/v2/posts", "list"),
		named("POST", "/a/{id}/files/{p...}", ""), named("GET", "/x", "store.(*API).Get-fm"), named("GET", "/", ""),
	}
	want := map[string]string{
		"/users": "listUsers", "/v1/posts": "listGetV1Posts", "/v2/posts": "listGetV2Posts",
		"/a/{id}/files/{p}": "postAIdFilesP", "/x": "storeAPIGetFm", "/": "get",
	}
	for range 2 {
		doc := build(t, operations...)
		for path, id := range want {
			for _, item := range at(doc, "paths", path).(map[string]any) {
				if got := at(item, "operationId"); got != id {
					t.Errorf("id of %s is %v, want %s", path, got, id)
				}
			}
		}
		for i, j := 0, len(operations)-1; i < j; i, j = i+1, j-1 {
			operations[i], operations[j] = operations[j], operations[i]
		}
	}
}

func TestIDsStayUniqueWhateverTheyAre(t *testing.T) {
	t.Parallel()
	doc := build(t,
		&openapi.Operation{Method: "GET", Path: "/a-b", Name: "x"}, &openapi.Operation{Method: "GET", Path: "/a_b", Name: "x"},
		&openapi.Operation{Method: "GET", Path: "/c", ID: "xGetAB"})
	seen := map[any]bool{}
	for _, item := range doc["paths"].(map[string]any) {
		id := at(item, "get", "operationId")
		if seen[id] {
			t.Errorf("%v is there twice", id)
		}
		seen[id] = true
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	op := answers("/v", nil)
	op.Extensions = map[string]any{"x-badge": []string{"new"}}
	op.Docs = &openapi.ExternalDocs{URL: "https://example.com/v", Description: "More"}
	doc := build(t, op)
	equal(t, "extension", at(doc, "paths", "/v", "get", "x-badge"), `["new"]`)
	equal(t, "docs", at(doc, "paths", "/v", "get", "externalDocs"), `{"url":"https://example.com/v","description":"More"}`)
	op.Extensions["badge"] = 1
	mentions(t, mistakes(t, op), `"badge"`, "x-")
}

func TestHead(t *testing.T) {
	t.Parallel()
	d := openapi.New(openapi.Info{
		Title: "Blog", Version: "2.0", Summary: "Posts", Description: "A *blog*.", TermsOfService: "https://example.com/terms",
		Contact: &openapi.Contact{Name: "Ada", URL: "https://example.com", Email: "ada@example.com"},
		License: &openapi.License{Name: "MIT", Identifier: "MIT"},
	})
	d.AddServer(openapi.Server{URL: "https://{env}.example.com", Description: "All", Variables: map[string]openapi.ServerVariable{
		"env": {Default: "api", Enum: []string{"api", "test"}, Description: "Which"},
	}})
	d.AddTag(openapi.Tag{Name: "users", Description: "People", Docs: &openapi.ExternalDocs{URL: "https://example.com/users"}})
	d.SetDocs(openapi.ExternalDocs{URL: "https://example.com/docs"})
	op := answers("/v", nil)
	op.Tags = []string{"posts", "users"}
	d.Add(op)
	doc := decode(t, d)
	equal(t, "openapi", doc["openapi"], `"3.1.0"`)
	equal(t, "info", doc["info"], `{"title":"Blog","version":"2.0","summary":"Posts","description":"A *blog*.","termsOfService":"https://example.com/terms",
		"contact":{"name":"Ada","url":"https://example.com","email":"ada@example.com"},"license":{"name":"MIT","identifier":"MIT"}}`)
	equal(t, "servers", doc["servers"], `[{"url":"https://{env}.example.com","description":"All","variables":{
		"env":{"default":"api","enum":["api","test"],"description":"Which"}}}]`)
	equal(t, "tags", doc["tags"], `[{"name":"users","description":"People","externalDocs":{"url":"https://example.com/users"}},{"name":"posts"}]`)
	equal(t, "docs", doc["externalDocs"], `{"url":"https://example.com/docs"}`)
	if doc["components"] != nil {
		t.Error("there are components")
	}
}

func TestWhatAHeadNeeds(t *testing.T) {
	t.Parallel()
	if err := openapi.New(openapi.Info{}).Check(); err == nil || !strings.Contains(err.Error(), "title") {
		t.Errorf("Check() = %v", err)
	}
	d := openapi.New(openapi.Info{Title: "a", Version: "1", License: &openapi.License{Name: "MIT", Identifier: "MIT", URL: "https://example.com"}})
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "license") {
		t.Errorf("Check() = %v", err)
	}
	bad := answers("v", nil)
	mentions(t, mistakes(t, bad), "slash")
}

// TestATypeThatCannotBeEncodedIsFoundByCheck, as url.Userinfo, of which nothing is exported.
func TestATypeThatCannotBeEncodedIsFoundByCheck(t *testing.T) {
	t.Parallel()
	mentions(t, mistakes(t, answers("/v", reflect.TypeFor[url.Userinfo]())), "Userinfo", "no exported fields")
}
