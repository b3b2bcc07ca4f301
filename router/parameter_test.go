package router_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

type everyPlace struct {
	ID    int64                 `path:"id" json:"id"`
	Page  int                   `query:"page" default:"1" validate:"min=1,max=100" json:"page"`
	Tags  []string              `query:"tag" json:"tags"`
	Trace string                `header:"X-Trace" default:"" json:"trace"`
	Since *time.Time            `query:"since" json:"since"`
	Theme string                `cookie:"theme" default:"light" json:"theme"`
	Level mortise.Optional[int] `query:"level" json:"-"`
	Order struct {
		Field string `json:"field"`
	} `body:"json" json:"order"`
}

func placesAPI(t testing.TB) *mortise.API {
	api := mortise.New("Places", "1")
	mortise.Post(api, "/items/{id}", echoes[everyPlace])
	return built(t, api)
}

func TestEveryPlaceOfARequestIsRead(t *testing.T) {
	t.Parallel()
	api := placesAPI(t)
	do(t, api, "POST /items/7?page=2&tag=a&tag=b&since=2026-01-02T03:04:05Z", `{"field":"qty"}`, "X-Trace: t1", "Cookie: theme=dark").is(200).
		says(`{"id":7,"page":2,"tags":["a","b"],"trace":"t1","since":"2026-01-02T03:04:05Z","theme":"dark","order":{"field":"qty"}}`)
	do(t, api, "POST /items/7", `{"field":"qty"}`).is(200).
		says(`{"id":7,"page":1,"tags":[],"trace":"","since":null,"theme":"light","order":{"field":"qty"}}`)
}

func TestAllMistakesOfARequestAreToldTogether(t *testing.T) {
	t.Parallel()
	do(t, placesAPI(t), "POST /items/x?page=0&since=soon&level=high", `{"field":1}`).is(422).code("validation-failed").
		places("path.id type", "query.page min", "query.since type", "query.level type", "body.field type")
}

func TestMistakesOfDependenciesAndHandlerAreToldTogether(t *testing.T) {
	t.Parallel()
	type paging struct{ Limit int }
	api := mortise.New("Paged", "1")
	api.Provide(mortise.Depends(func(_ context.Context, in struct {
		Limit int `query:"limit" default:"10" validate:"max=50"`
	}) (paging, error) {
		return paging(in), nil
	}))
	mortise.Get(api, "/items", func(_ context.Context, in struct {
		Sort  string `query:"sort" enum:"name,age"`
		Pages paging
	}) (int, error) {
		return in.Pages.Limit, nil
	})
	built(t, api)
	do(t, api, "GET /items?sort=shoe&limit=500", "").is(422).places("query.limit max", "query.sort enum")
	do(t, api, "GET /items?sort=name", "").is(200).says("10")
}

func TestARequestThatCannotBeReadIs400AndOneThatIsRefused422(t *testing.T) {
	t.Parallel()
	api := placesAPI(t)
	for _, tt := range []struct {
		name, line, body string
		fields           []string
		status           int
		code             string
	}{
		{"a good request is answered", "POST /items/1", `{}`, nil, 200, ""},
		{"a query with a bad escape", "POST /items/1?page=%zz", `{}`, nil, 400, "bad-request"},
		{"a query with a semicolon", "POST /items/1?page=1;tag=a", `{}`, nil, 400, "bad-request"},        // A185
		{"a single parameter given twice", "POST /items/1?page=1&page=2", `{}`, nil, 400, "bad-request"}, // A178
		{"a number out of bounds", "POST /items/1?page=101", `{}`, nil, 422, "validation-failed"},
		{"a number too large for its type", "POST /items/99999999999999999999", `{}`, nil, 422, "validation-failed"}, // A181
		{"no number", "POST /items/one", `{}`, nil, 422, "validation-failed"},
		{"JSON that breaks off", "POST /items/1", `{"field":`, nil, 400, "bad-request"},
		{"JSON of another shape", "POST /items/1", `[]`, nil, 422, "validation-failed"},
		{"a body of another kind", "POST /items/1", `{}`, []string{"Content-Type: text/plain"}, 415, "unsupported-media-type"}, // A182
		{"no body at all", "POST /items/1", "", nil, 422, "validation-failed"},
		{"a cookie given twice", "POST /items/1", `{}`, []string{"Cookie: theme=a; theme=b"}, 400, "bad-request"},
		{"a header given twice", "POST /items/1", `{}`, []string{"X-Trace: a", "X-Trace: b"}, 400, "bad-request"},
		{"a NUL in the query", "POST /items/1?tag=%00", `{}`, nil, 400, "bad-request"},
		{"text that is not UTF-8", "POST /items/1?tag=%ff", `{}`, nil, 400, "bad-request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, tt.line, tt.body, tt.fields...).is(tt.status)
			if tt.code != "" {
				a.code(tt.code)
			}
		})
	}
}

func TestTheFirstOfRepeatedValuesCountsWhereTheAPIAsksForIt(t *testing.T) { // A178
	t.Parallel()
	api := mortise.New("First", "1", router.FirstOfRepeated())
	mortise.Post(api, "/items/{id}", echoes[everyPlace])
	takes[order](api, "/json")
	mortise.Post(api, "/token", echoes[grant])
	built(t, api)
	do(t, api, "POST /items/7?page=2&page=x&tag=a&tag=b", `{"field":"qty"}`, "X-Trace: t1", "X-Trace: t2", "Cookie: theme=dark; theme=light").is(200).
		says(`{"id":7,"page":2,"tags":["a","b"],"trace":"t1","since":null,"theme":"dark","order":{"field":"qty"}}`)
	do(t, api, "POST /items/7?page=x&page=2", `{}`).is(422).places("query.page type")
	do(t, api, "POST /token", "grant_type=password&username=a&username=b", formType).is(200).
		says(`{"Type":"password","User":"a","Scopes":[],"Days":1,"Keep":false,"Page":1}`)
	do(t, api, "POST /json", `{"item":"a","item":"b"}`).is(400) // JSON has no first one
}

func TestEachValueIsReadFromItsOwnPlaceOnly(t *testing.T) { // A186
	t.Parallel()
	type places struct {
		Path   string `path:"id" json:"path"`
		Query  string `query:"id" default:"" json:"query"`
		Header string `header:"Id" default:"" json:"header"`
		Cookie string `cookie:"id" default:"" json:"cookie"`
	}
	api := mortise.New("Places", "1")
	mortise.Get(api, "/{id}", echoes[places])
	built(t, api)
	do(t, api, "GET /p", "").says(`{"path":"p","query":"","header":"","cookie":""}`)
	do(t, api, "GET /p?id=q", "", "Id: h", "Cookie: id=c").says(`{"path":"p","query":"q","header":"h","cookie":"c"}`)
}

func TestSubmittedValuesAreNeverEchoed(t *testing.T) { // A205
	t.Parallel()
	const canary = "hunter2canary"
	type login struct {
		Name     string `json:"name" validate:"required,max=3"`
		Password int    `json:"password"`
		OTP      string `json:"otp" validate:"required"`
	}
	api := mortise.New("Login", "1", quiet())
	mortise.Post(api, "/login/{realm}", func(context.Context, struct {
		Realm int    `path:"realm"`
		Key   int    `query:"key" default:"0"`
		Tag   int    `header:"X-Tag" default:"0"`
		Seen  int    `cookie:"seen" default:"0"`
		Kind  string `query:"kind" default:"a" enum:"a,b"`
		Login login  `body:"json"`
	}) (none, error) {
		return none{}, nil
	})
	built(t, api)
	do(t, api, "POST /login/"+canary+"?key="+canary+"&kind="+canary, `{"name":"`+canary+`","password":"`+canary+`"}`,
		"X-Tag: "+canary, "Cookie: seen="+canary).is(422).lacks(canary)
	for _, body := range []string{canary, `"` + canary + `"`, `{"name":` + canary + `}`, `{"name":"` + canary, `{"name":"a"} ` + canary, `{"password":1e` + canary} {
		do(t, api, "POST /login/1", body).lacks(canary)
	}
	do(t, api, "POST /login/1?key=%zz"+canary, `{}`).is(400).lacks(canary)
	do(t, api, "GET /"+canary, "").is(404).lacks(canary)
}

func TestPathValuesThatCouldMeanAnotherPathAreRefused(t *testing.T) { // A191
	t.Parallel()
	api := mortise.New("Files", "1")
	mortise.Get(api, "/files/{name}", func(_ context.Context, in struct {
		Name string `path:"name"`
	}) (string, error) {
		return in.Name, nil
	})
	mortise.Get(api, "/tree/{path...}", func(_ context.Context, in struct {
		Path string `path:"path"`
	}) (string, error) {
		return in.Path, nil
	})
	built(t, api)
	for _, target := range []string{"/files/a%2fb", "/files/..%2fb", "/files/a%5cb", "/files/a%00", "/files/a%0a", "/files/a%0d", `/files/a\b`, "/files/%2e%2e", "/files/%c0%af", "/tree/..%2fa", "/tree/a%00", `/tree/a\..\b`, "/tree/%2e%2e/a"} {
		do(t, api, "GET "+target, "").is(400).code("bad-request")
	}
	do(t, api, "GET /files/a%20b", "").is(200).says(`"a b"`)
	do(t, api, "GET /tree/a/b", "").is(200).says(`"a/b"`)
}

func TestCodeThatKnowsNetHTTPFindsItsPathValues(t *testing.T) {
	t.Parallel()
	api := mortise.New("Plain", "1")
	mortise.Get(api, "/a/{id}/b/{rest...}", func(_ context.Context, r *http.Request) (string, error) {
		return r.PathValue("id") + " " + r.PathValue("rest") + " " + r.Pattern, nil
	})
	do(t, built(t, api), "GET /a/1/b/2/3", "").says(`"1 2/3 GET /a/{id}/b/{rest...}"`)
}

func TestTheBodyOfAGETIsNotLookedAt(t *testing.T) {
	t.Parallel()
	api := mortise.New("Get", "1")
	mortise.Get(api, "/", gives("fine"))
	r := newRequest("GET /", "")
	r.Body, r.ContentLength = unreadBody{t}, 1<<40
	send(t, built(t, api), r).is(200).says(`"fine"`)
}
