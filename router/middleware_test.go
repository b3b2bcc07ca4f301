package router_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// tracing is a middleware that notes that a request passes.
type tracing struct{ journal *journal }

func (m tracing) Outer(next http.Handler) http.Handler { return m.note("Outer", next) }
func (m tracing) Inner(next http.Handler) http.Handler { return m.note("Inner", next) }

func (m tracing) note(what string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.journal.note(what)
		next.ServeHTTP(w, r)
	})
}

type ledger struct{}

// The pipeline of one operation, as the audit lists it, is what runs.
func TestWhatTheAuditListsIsWhatRuns(t *testing.T) { // A93
	t.Parallel()
	var j journal
	api := mortise.New("Pipeline", "1", quiet())
	m := tracing{&j}
	api.Use(m.Outer, m.Inner)
	stage := func(at di.Stage) *mortise.Dependency {
		name := "guard of " + at.String()
		if at == di.Authentication || at == di.ScopeCheck { // has to take a credential
			return mortise.Depends(notes[struct{ Claims *claims }](&j, name), di.At(at), di.Named(name))
		}
		return mortise.Depends(notes[none](&j, name), di.At(at), di.Named(name))
	}
	database := mortise.Depends(func(context.Context, none) (*ledger, error) {
		j.note("database")
		return &ledger{}, nil
	}, di.Application, di.Named("database"))
	api.Provide(
		mortise.Depends(func(_ context.Context, in struct {
			Token  security.BearerToken
			Ledger *ledger
		}) (*claims, error) {
			j.note("claims")
			return readClaims(t.Context(), in.Token)
		}, di.At(di.Authentication), di.Named("claims")),
		mortise.Depends(func(_ context.Context, c *claims) (*account, error) {
			j.note("account")
			return findAccount(t.Context(), c)
		}, di.Named("account")),
		database,
	)
	stages := []di.Stage{di.Ownership, di.Quota, di.Authorization, di.ScopeCheck, di.SecondFactor, di.Revocation, di.Authentication, di.Admission}
	var opts []mortise.Option
	for _, at := range stages {
		opts = append(opts, stage(at))
	}
	opts = append(opts, mortise.Depends(notes[none](&j, "loader"), di.Named("loader")))
	mortise.Get(api, "/", func(context.Context, struct{ Account *account }) (none, error) {
		j.note("handler")
		return none{}, nil
	}, opts...)
	built(t, api)
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	do(t, api, "GET /", "", as("ada")).is(204)

	var listed []string
	for _, l := range api.Audit()[0].Chain {
		switch {
		case l.Stage == "handler":
			listed = append(listed, "handler")
		case strings.HasPrefix(l.Name, "scheme "): // runs, and has nobody to tell
		default:
			listed = append(listed, l.Name)
		}
	}
	j.expect(t, listed...)
	if want := 15; len(listed) != want {
		t.Errorf("%d things run: %q, want %d", len(listed), listed, want)
	}
	var text bytes.Buffer
	if err := router.WriteAudit(&text, api.Audit()); err != nil {
		t.Fatal(err)
	}
	golden(t, "pipeline", text.String())
}

func TestTheAuditNamesMiddleware(t *testing.T) {
	t.Parallel()
	headers, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{})
	if err != nil {
		t.Fatal(err)
	}
	limiter := ratelimit.MustNew(ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
	api := mortise.New("Names", "1", quiet())
	api.Use(middleware.Recover(nil), middleware.RequestID, middleware.AccessLog(middleware.AccessLogConfig{}), headers, limiter.Middleware(nil))
	api.Use(func(next http.Handler) http.Handler { return next })
	mortise.Get(api, "/", gives(1), mortise.Public())
	built(t, api)
	var names []string
	for _, l := range api.Audit()[0].Chain {
		if l.Stage == "middleware" {
			names = append(names, l.Name)
		}
	}
	last := len(names) - 1
	if want := []string{"Recover", "RequestID", "AccessLog", "SecurityHeaders", "Limiter.Middleware"}; !slices.Equal(names[:last], want) {
		t.Errorf("the middleware is called %q, want %q", names[:last], want)
	}
	if !strings.HasPrefix(names[last], "function at middleware_test.go:") {
		t.Errorf("a function literal is called %q", names[last])
	}
}

func TestMiddlewareThatIsNilIsAMistake(t *testing.T) {
	t.Parallel()
	api := mortise.New("Nil", "1", quiet())
	api.Use(nil)
	wrong(t, api, "Use (middleware_test.go:", "the middleware is nil")
}

func TestRefusalsOfMiddlewareFollowTheRenderer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		renderer problem.Renderer
		first    string
	}{
		{"RFC 9457", problem.RFC9457{}, `{"type":"` + ratelimit.QuotaExceeded + `"`},
		{"FastAPI", problem.FastAPI{}, `{"detail":"too many requests`},
		{"FastOpenAPI", problem.FastOpenAPI{}, `{"error":{`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			limiter := ratelimit.MustNew(ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
			plain := mortise.New("Shapes", "1", quiet(), router.RenderErrors(tt.renderer))
			mortise.Get(plain, "/", gives(1), mortise.Public(), ratelimit.PerIP(1, time.Hour))
			around := mortise.New("Shapes", "1", quiet(), router.RenderErrors(tt.renderer))
			around.Use(limiter.Middleware(nil))
			mortise.Get(around, "/", gives(1), mortise.Public())
			for _, api := range []*mortise.API{plain, around} {
				do(t, api, "GET /", "").is(200)
				a := do(t, api, "GET /", "").is(429)
				if !strings.HasPrefix(a.body, tt.first) || a.header.Get("Content-Type") != tt.renderer.ContentType() {
					t.Errorf("refused with %s %s", a.header.Get("Content-Type"), a.body)
				}
			}
		})
	}
}

// A165, A166, A169: the methods are those of the routes, and errors of
// every kind can be read. What depends on the origin says so, whatever else it
// depends on.
func TestPreflightsAreToldTheMethodsOfThePath(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	cors, err := middleware.CORS(middleware.CORSConfig{
		Origins: []string{"https://example.com"}, MethodsFor: api.Methods, RequestHeaders: []string{"Content-Type"},
	})
	if err != nil {
		t.Fatal(err)
	}
	api.Use(cors)
	type item struct {
		ID int `path:"id"`
	}
	mortise.Get(api, "/items/{id}", func(_ context.Context, in item) (int, error) { return in.ID, nil }, mortise.Public())
	mortise.Delete(api, "/items/{id}", func(_ context.Context, in struct {
		item
		Account *account
	}) (int, error) {
		return in.ID, nil
	})
	mortise.Post(api, "/orders", gives(1), mortise.Public(), ratelimit.PerIP(1, time.Hour))
	mortise.Get(api, "/account", whoami)
	built(t, api)
	const origin = "Origin: https://example.com"
	ask := func(path, method, from string) *answer {
		t.Helper()
		return do(t, api, "OPTIONS "+path, "", from, "Access-Control-Request-Method: "+method)
	}
	for _, tt := range []struct {
		name, path, method, from string
		status                   int
		methods                  string
	}{
		{"a method that the path has", "/items/1", "DELETE", origin, 204, "DELETE, GET, HEAD"},
		{"a method that needs no permission", "/items/1", "GET", origin, 204, "DELETE, GET, HEAD"},
		{"a method of another path", "/orders", "DELETE", origin, 403, ""},
		{"a method that nobody has", "/items/1", "PATCH", origin, 403, ""},
		{"a path that nobody has", "/nowhere", "PUT", origin, 403, ""},
		{"another origin", "/items/1", "DELETE", "Origin: https://evil.example", 403, ""},
	} {
		a := ask(tt.path, tt.method, tt.from).is(tt.status)
		if got := a.header.Get("Access-Control-Allow-Methods"); got != tt.methods {
			t.Errorf("%s: Access-Control-Allow-Methods is %q, want %q", tt.name, got, tt.methods)
		}
	}
	for _, tt := range []struct {
		line, credential string
		status           int
	}{
		{"DELETE /items/1", "", 401}, {"GET /nowhere", "", 404}, {"PUT /orders", "", 405}, {"POST /orders", "", 200}, {"POST /orders", "", 429},
		{"GET /account", as("ada"), 200}, {"GET /openapi.json", "", 200}, {"HEAD /openapi.yaml", "", 200}, {"GET /docs", "", 200}, {"GET /docs/start.js", "", 200},
	} {
		a := do(t, api, tt.line, "", origin, tt.credential).is(tt.status)
		if a.header.Get("Access-Control-Allow-Origin") != "https://example.com" || !slices.Contains(a.header.Values("Vary"), "Origin") {
			t.Errorf("%s: %d cannot be read: %v", tt.line, a.status, a.header)
		}
	}
}

// A169: browsers refuse an answer with two origins.
func TestAHandlerThatNamesTheOriginIsAlone(t *testing.T) {
	t.Parallel()
	type published struct {
		Origin string `header:"Access-Control-Allow-Origin"`
		Expose string `header:"Access-Control-Expose-Headers"`
		Body   string `body:"json"`
	}
	api := mortise.New("Published", "1")
	cors, err := middleware.CORS(middleware.CORSConfig{Origins: []string{"https://example.com"}, ResponseHeaders: []string{"X-Request-Id"}})
	if err != nil {
		t.Fatal(err)
	}
	api.Use(cors)
	mortise.Get(api, "/published", gives(published{"*", "X-Tag", "for everybody"}), mortise.Public())
	mortise.Get(api, "/silent", gives(published{}), mortise.Public())
	built(t, api)
	do(t, api, "GET /published", "", "Origin: https://example.com").is(200).
		has("Access-Control-Allow-Origin", "*").has("Access-Control-Expose-Headers", "X-Request-Id | X-Tag").has("Vary", "Origin")
	do(t, api, "GET /published", "", "Origin: https://evil.example").is(200).has("Access-Control-Allow-Origin", "*")
	do(t, api, "GET /silent", "", "Origin: https://example.com").is(200).has("Access-Control-Allow-Origin", "https://example.com")
}

func TestWhatIsReplacedForTestsStandsBehindTheMiddleware(t *testing.T) {
	t.Parallel()
	var j journal
	api := mortise.New("With", "1", quiet())
	api.Use(tracing{&j}.Outer)
	mortise.Get(api, "/", gives(1), mortise.Public())
	do(t, api.With(), "GET /", "").is(200)
	j.expect(t, "Outer")
}

func TestAnAPIWithMistakesHasNoMethods(t *testing.T) {
	t.Parallel()
	api := mortise.New("Mistakes", "1", quiet())
	mortise.Get(api, "no slash", gives(1))
	if got := api.Methods(newRequest("GET /", "")); got != nil {
		t.Errorf("methods %q", got)
	}
}
