package gate_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

type note struct {
	Text string `json:"text" validate:"required"`
}

type reader struct{}

// known lets in whoever has the one token.
func known(_ context.Context, token security.BearerToken) (*reader, error) {
	if token != "tk" {
		return nil, security.InvalidToken()
	}
	return &reader{}, nil
}

// notes is an API with an answer of every kind that a page may want to read.
func notes(t *testing.T, c middleware.CORSConfig) http.Handler {
	t.Helper()
	api := mortise.New("Notes", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(mortise.Depends(known))
	c.MethodsFor = api.Methods
	cors, err := middleware.CORS(c)
	if err != nil {
		t.Fatal(err)
	}
	api.Use(middleware.RequestID, cors)
	mortise.Get(api, "/open", func(context.Context, mortise.None) (string, error) { return "open", nil }, mortise.Public())
	mortise.Get(api, "/locked", func(context.Context, *reader) (string, error) { return "unlocked", nil })
	mortise.Get(api, "/forbidden", func(context.Context, *reader) (string, error) {
		return "", problem.Forbidden("not yours")
	})
	mortise.Put(api, "/note", func(_ context.Context, in struct {
		Reader *reader
		Note   note `body:"json"`
	}) (note, error) {
		return in.Note, nil
	})
	mortise.Get(api, "/often", func(context.Context, mortise.None) (string, error) { return "once", nil },
		mortise.Public(), ratelimit.PerIP(1, time.Hour))
	mortise.Get(api, "/broken", func(context.Context, mortise.None) (string, error) { panic("broken") }, mortise.Public())
	mortise.Get(api, "/cookie", func(_ context.Context, in struct {
		Who string `cookie:"who" default:"nobody"`
	}) (string, error) {
		return in.Who, nil
	}, mortise.Public())
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

const (
	withToken = `{headers: {"Authorization": "Bearer tk"}}`
	put       = `{method: "PUT", headers: {"Authorization": "Bearer tk", "Content-Type": "application/json"}, body: '{"text": "hello"}'}`
)

// A162, A166, A169
func TestPagesOfListedOriginsReadEveryAnswerAndOthersNone(t *testing.T) {
	t.Parallel()
	mine, other := serve(t, false, page(blank)), serve(t, false, page(blank))
	var arrived journal
	api := serve(t, false, arrived.around(notes(t, middleware.CORSConfig{
		Origins: []string{mine.URL}, RequestHeaders: []string{"Authorization", "Content-Type"},
	})))
	listed := browser.Open(t, mine.URL, api.URL)
	for _, tt := range []struct{ name, path, options, want string }{
		{"what is public", "/open", `{}`, `200 "open"`},
		{"a locked answer", "/locked", withToken, `200 "unlocked"`},
		{"no token", "/locked", `{}`, `"code":"authorisation-required"`},
		{"no right", "/forbidden", withToken, `"detail":"not yours"`},
		{"what is not there", "/nothing", `{}`, `"code":"not-found"`},
		{"a change", "/note", put, `200 {"text":"hello"}`},
		{"a body that is wrong", "/note", strings.Replace(put, "hello", "", 1), `"code":"validation-failed"`},
		{"the first of one", "/often", `{}`, `200 "once"`},
		{"one too many", "/often", `{}`, `429 `},
		{"a mistake of ours", "/broken", `{}`, `500 `},
		{"a method that is not there", "/note", `{method: "DELETE"}`, refused},
		{"a header that is not allowed", "/open", `{headers: {"X-Other": "1"}}`, refused},
	} {
		if got := fetch(listed, api.URL+tt.path, tt.options); !strings.Contains(got, tt.want) {
			t.Errorf("%s: the page reads %s, want %s", tt.name, got, tt.want)
		}
	}
	if arrived.has("DELETE ") {
		t.Error("a refused preflight was followed by the request")
	}
	for name, address := range map[string]string{"another port": other.URL, "another name": at(mine, "localhost")} {
		stranger := browser.Open(t, address, api.URL)
		for _, path := range []string{"/open", "/locked", "/nothing", "/often", "/broken"} {
			if got := fetch(stranger, api.URL+path, `{}`); got != refused {
				t.Errorf("%s: the page reads %s: %s", name, path, got)
			}
		}
		if got := fetch(stranger, api.URL+"/note", put); got != refused {
			t.Errorf("%s: the page writes: %s", name, got)
		}
		if last := arrived.last(); !strings.HasPrefix(last, "OPTIONS /note ") {
			t.Errorf("%s: after its preflight came %s", name, last)
		}
	}
}

// A163
func TestPagesSendCookiesWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	mine := serve(t, false, page(blank))
	with := serve(t, false, notes(t, middleware.CORSConfig{Origins: []string{mine.URL}, Credentials: true, DangerouslyAllowPlainHTTP: true}))
	without := serve(t, false, notes(t, middleware.CORSConfig{Origins: []string{mine.URL}}))
	everybody := serve(t, false, notes(t, middleware.CORSConfig{Origins: []string{"*"}}))
	p := browser.Open(t, mine.URL, with.URL, without.URL, everybody.URL)
	browser.Eval[string](p, `document.cookie = "who=ada"`) // of the host, whatever its port
	for _, tt := range []struct {
		name    string
		api     *httptest.Server
		options string
		want    string
	}{
		{"allowed and asked for", with, `{credentials: "include"}`, `200 "ada"`},
		{"allowed and not asked for", with, `{}`, `200 "nobody"`},
		{"not allowed", without, `{credentials: "include"}`, refused},
		{"not asked for", without, `{}`, `200 "nobody"`},
		{"everybody, with a cookie", everybody, `{credentials: "include"}`, refused},
		{"everybody", everybody, `{}`, `200 "nobody"`},
	} {
		if got := fetch(p, tt.api.URL+"/cookie", tt.options); strings.TrimSpace(got) != tt.want {
			t.Errorf("%s: the page reads %s, want %s", tt.name, got, tt.want)
		}
	}
	// A sandboxed frame has the origin null, which is nobody's.
	got := browser.Eval[string](p, `new Promise(done => {
		addEventListener("message", e => done(e.origin + " " + e.data))
		const frame = document.createElement("iframe")
		frame.sandbox = "allow-scripts"
		frame.srcdoc = "<script>fetch('`+with.URL+`/open').then(r => r.text(), () => '`+refused+`').then(text => parent.postMessage(text, '*'))<\/script>"
		document.body.append(frame)
	})`)
	if got != "null "+refused {
		t.Errorf("a sandboxed frame reads %q, want nothing", got)
	}
}

// The headers that are named are the ones that a page may read.
func TestPagesReadTheHeadersThatAreNamed(t *testing.T) {
	t.Parallel()
	mine := serve(t, false, page(blank))
	api := serve(t, false, notes(t, middleware.CORSConfig{Origins: []string{mine.URL}, ResponseHeaders: []string{"X-Request-Id"}}))
	p := browser.Open(t, mine.URL, api.URL)
	seen := browser.Eval[[]string](p, `fetch("`+api.URL+`/often").then(r => [...r.headers.keys()])`)
	text := strings.Join(seen, " ")
	if !strings.Contains(text, "x-request-id") || strings.Contains(text, "ratelimit") {
		t.Errorf("the page reads the headers %q, want the id of the request and no quota", seen)
	}
}

// The guide lets pages of one origin in, which is none of ours.
func TestTheGuideIsReadByNoOtherPage(t *testing.T) { // A162
	t.Parallel()
	app, err := blog.New(blog.Config{Secret: []byte("a secret for the pages of others, long enough"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	guide, mine := serve(t, false, app), serve(t, false, page(blank))
	p := browser.Open(t, mine.URL, guide.URL)
	for _, options := range []string{`{}`, `{headers: {"X-API-Key": "key123"}}`} {
		if got := fetch(p, guide.URL+"/api/data", options); got != refused {
			t.Errorf("with %s the page reads %s", options, got)
		}
	}
	p.Visit(guide.URL + "/docs")
	if got := fetch(p, guide.URL+"/api/data", `{headers: {"X-API-Key": "key123"}}`); !strings.HasPrefix(got, "200 ") {
		t.Errorf("the guide's own page reads %s", got)
	}
}
