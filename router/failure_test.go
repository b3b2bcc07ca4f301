package router_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// teapot is an error of a user's own that knows its status.
type teapot struct{ status int }

func (teapot) Error() string       { return "secret teapot" }
func (e teapot) StatusCode() int   { return e.status }
func (teapot) Code() string        { return "is-teapot" }
func (teapot) Detail() string      { return "I am a teapot" }
func (teapot) Header() http.Header { return http.Header{"X-Pot": {"short", "stout"}} }

// refused is an error with a body of its own.
type refused struct {
	Kind   string `json:"error"`
	status int
	body   any
}

func (e *refused) Error() string   { return "secret " + e.Kind }
func (e *refused) StatusCode() int { return e.status }
func (e *refused) ErrorBody() any {
	if e.body != nil {
		return e.body
	}
	return e
}

// failing makes an API with a route that fails in each of the ways.
func failing(t testing.TB, log *logbook, ways map[string]error, opts ...router.Option) *mortise.API {
	api := mortise.New("Failing", "1", append([]router.Option{log.option()}, opts...)...)
	for path, err := range ways {
		mortise.Get(api, path, fails(err))
	}
	return built(t, api)
}

func TestErrorsBecomeTheAnswersTheyStandFor(t *testing.T) {
	t.Parallel()
	log := &logbook{}
	api := failing(t, log, map[string]error{
		"/problem":  errNoPost,
		"/wrapped":  fmt.Errorf("secret: %w", errNoPost.Because(errors.New("secret cause"))),
		"/own":      teapot{418},
		"/body":     &refused{Kind: "invalid_grant", status: 400},
		"/conflict": problem.Conflict("taken").With("by", "ada"),
	})
	do(t, api, "GET /problem", "").is(404).code("not-found").detail("there is no such post")
	do(t, api, "GET /wrapped", "").is(404).code("not-found").lacks("secret")
	do(t, api, "GET /own", "").is(418).code("is-teapot").detail("I am a teapot").has("X-Pot", "short | stout").lacks("secret")
	do(t, api, "GET /body", "").is(400).has("Content-Type", "application/json").has("Cache-Control", "no-store").says(`{"error":"invalid_grant"}`)
	do(t, api, "GET /conflict", "").is(409).says(`{"title":"Conflict","status":409,"detail":"taken","code":"conflict","by":"ada"}`)
	if lines := log.take(t); len(lines) != 0 {
		t.Errorf("what clients do wrong was logged: %v", lines)
	}
}

func TestAPlainErrorSaysNothingAndIsLoggedOnce(t *testing.T) { // A205
	t.Parallel()
	log := &logbook{}
	api := failing(t, log, map[string]error{
		"/plain":       errors.New("secret pq: password"),
		"/bad":         teapot{200},
		"/own":         &refused{Kind: "server_error", status: 503},
		"/unwritable":  &refused{status: 400, body: func() {}},
		"/unavailable": problem.ServiceUnavailable(0).Because(errors.New("secret redis")),
	})
	for path, want := range map[string]int{"/plain": 500, "/bad": 500, "/own": 503, "/unwritable": 500, "/unavailable": 503} {
		a := do(t, api, "GET "+path, "", "X-Request-Id: req-1").is(want).has("X-Request-Id", "req-1").lacks("secret")
		if path != "/own" && a.problem().Instance != "urn:request:req-1" {
			t.Errorf("%s: the problem does not name the request: %s", path, a.body)
		}
		lines := log.take(t)
		if len(lines) != 1 {
			t.Fatalf("%s: %d lines in the log, want 1", path, len(lines))
		}
		line := lines[0]
		if line["level"] != "ERROR" || line["request_id"] != "req-1" || line["method"] != "GET" || line["route"] != "GET "+path ||
			line["status"] != float64(want) || line["error"] == "" {
			t.Errorf("%s: the log says %v", path, line)
		}
	}
}

func TestAPanicIs500AndItsStackIsLogged(t *testing.T) { // A91, A203
	t.Parallel()
	log := &logbook{}
	api := mortise.New("Panics", "1", log.option())
	mortise.Get(api, "/handler", func(context.Context, none) (none, error) { panic("secret value") })
	mortise.Get(api, "/error", func(context.Context, none) (none, error) { panic(errNoPost) })
	mortise.Get(api, "/nil", func(context.Context, none) (none, error) {
		var a *account
		return none{}, errors.New(a.Name)
	})
	mortise.Get(api, "/dependency", func(context.Context, *account) (none, error) { return none{}, nil },
		mortise.Depends(func(context.Context, none) (*account, error) { panic("secret value") }))
	built(t, api)
	for _, path := range []string{"/handler", "/nil", "/dependency"} {
		do(t, api, "GET "+path, "").is(500).code("internal-error").lacks("secret").lacks("goroutine")
		lines := log.take(t)
		if len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0]["stack"]), "failure_test.go") {
			t.Errorf("%s: the log says %v, want one line with the stack", path, lines)
		}
	}
	do(t, api, "GET /error", "").is(404)
}

func TestAValueLeftBehindByAPanicIsSeenByNobody(t *testing.T) { // A90
	t.Parallel()
	api := newGuarded()
	api.Provide(mortise.Depends(func(_ context.Context, in struct {
		Who  *account
		Fail bool `query:"fail" default:"false"`
	}) (keyOf, error) {
		if in.Fail {
			panic("after the account was found")
		}
		return keyOf(in.Who.Name), nil
	}))
	mortise.Get(api, "/", func(_ context.Context, k keyOf) (string, error) { return string(k), nil })
	built(t, api)
	for range 50 {
		do(t, api, "GET /?fail=true", "", as("ada")).is(500)
		do(t, api, "GET /", "").is(401)
		do(t, api, "GET /", "", as("bob")).is(200).says(`"bob"`)
	}
}

func TestTheSignalOfNetHTTPPasses(t *testing.T) { // A203
	t.Parallel()
	var happened journal
	api := mortise.New("Abort", "1", quiet())
	mortise.Get(api, "/", func(context.Context, string) (none, error) { panic(http.ErrAbortHandler) }, mortise.Depends(closing(&happened)))
	built(t, api)
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("recovered %v, want http.ErrAbortHandler", v)
		}
		happened.expect(t, "open", "close: panic: net/http: abort Handler")
	}()
	do(t, api, "GET /", "")
}

// closing gives a text and notes with what error it is closed.
func closing(j *journal) func(context.Context, none) (di.Resource[string], error) {
	return func(context.Context, none) (di.Resource[string], error) {
		j.note("open")
		return di.Resource[string]{Value: "open", Close: func(err error) error {
			j.note(fmt.Sprintf("close: %v", err))
			return nil
		}}, nil
	}
}

func TestCleanUpsRunWhateverHappens(t *testing.T) { // A93
	t.Parallel()
	var happened journal
	api := mortise.New("Closing", "1", quiet())
	open := mortise.Depends(closing(&happened))
	mortise.Get(api, "/fine", func(context.Context, string) (none, error) { return none{}, nil }, open)
	mortise.Get(api, "/fails", func(context.Context, string) (none, error) { return none{}, errors.New("failed") }, open)
	mortise.Get(api, "/panics", func(context.Context, string) (none, error) { panic("panicked") }, open)
	mortise.Get(api, "/exits", func(context.Context, string) (none, error) { runtime.Goexit(); return none{}, nil }, open)
	mortise.Get(api, "/unwritable", func(context.Context, string) (any, error) { return func() {}, nil }, open)
	built(t, api)
	do(t, api, "GET /fine", "").is(204)
	happened.expect(t, "open", "close: <nil>")
	do(t, api, "GET /fails", "").is(500)
	happened.expect(t, "open", "close: failed")
	do(t, api, "GET /panics", "").is(500)
	happened.expect(t, "open", "close: panic: panicked")
	do(t, api, "GET /unwritable", "").is(500)
	if len(happened.entries) != 2 || happened.entries[1] == "close: <nil>" {
		t.Errorf("happened: %q, want a close with the error of encoding", happened.entries)
	}
	happened.entries = nil
	done := make(chan struct{})
	go func() {
		defer close(done)
		api.ServeHTTP(nil, newRequest("GET /exits", ""))
	}()
	<-done
	happened.expect(t, "open", "close: panic: <nil>")
}

func TestAFailureOfACleanUpBesidesARefusalIsLogged(t *testing.T) {
	t.Parallel()
	log := &logbook{}
	api := mortise.New("Closing", "1", log.option())
	mortise.Get(api, "/", func(context.Context, string) (none, error) { return none{}, errNoPost },
		mortise.Depends(func(context.Context, none) (di.Resource[string], error) {
			return di.Resource[string]{Close: func(error) error { return errors.New("rollback failed") }}, nil
		}))
	do(t, built(t, api), "GET /", "").is(404).lacks("rollback")
	if lines := log.take(t); len(lines) != 1 || lines[0]["level"] != "WARN" || !strings.Contains(fmt.Sprint(lines[0]["error"]), "rollback failed") {
		t.Errorf("the log says %v, want a warning about the rollback", lines)
	}
}

func TestARequestKeepsAHarmlessIDAndGetsOneOtherwise(t *testing.T) { // A207
	t.Parallel()
	api := failing(t, &logbook{}, map[string]error{"/": errors.New("failed")})
	do(t, api, "GET /", "", "X-Request-Id: Abc-1_2.3").has("X-Request-Id", "Abc-1_2.3")
	seen := []string{}
	for _, id := range []string{"", "a b", `a"b`, "a\x1b[31mb", "ä", strings.Repeat("a", 65), "<script>"} {
		got := do(t, api, "GET /", "", "X-Request-Id: "+id).is(500).header.Get("X-Request-Id")
		if got == id || len(got) < 20 || slices.Contains(seen, got) {
			t.Errorf("the id %q became %q, want a new one", id, got)
		}
		seen = append(seen, got)
	}
	do(t, api, "GET /", "", "X-Request-Id: "+strings.Repeat("a", 64)).has("X-Request-Id", strings.Repeat("a", 64))
	given := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "from-middleware")
		api.ServeHTTP(w, r)
	})
	do(t, given, "GET /", "", "X-Request-Id: client").has("X-Request-Id", "from-middleware")
}

func TestErrorsHaveOneShapeEverywhere(t *testing.T) {
	t.Parallel()
	api := failing(t, &logbook{}, map[string]error{"/": errNoPost, "/plain": errors.New("failed")}, router.RenderErrors(problem.FastAPI{}))
	do(t, api, "GET /", "").is(404).says(`{"detail":"there is no such post"}`)
	for _, line := range []string{"GET /plain", "GET /nowhere", "POST /"} {
		if a := do(t, api, line, ""); !strings.HasPrefix(a.body, `{"detail":`) || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s = %d %s %s, want the chosen shape", line, a.status, a.header.Get("Content-Type"), a.body)
		}
	}
}

func TestACancelledRequestDoesNotReachItsHandler(t *testing.T) { // A91
	t.Parallel()
	log := &logbook{}
	api := mortise.New("Cancelled", "1", log.option())
	ctx, cancel := context.WithCancel(t.Context())
	api.Require(mortise.Depends(func(context.Context, none) (none, error) { cancel(); return none{}, nil }))
	mortise.Get(api, "/", func(context.Context, none) (none, error) { t.Error("the handler ran"); return none{}, nil })
	built(t, api)
	send(t, api, newRequest("GET /", "").WithContext(ctx)).is(503)
	if lines := log.take(t); len(lines) != 1 || lines[0]["level"] != "INFO" {
		t.Errorf("the log says %v, want no more than an information", lines)
	}
}

func TestA401OfUserCodeCarriesTheChallengesOfTheRoute(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	reject := func(err error) func(context.Context, *account) (none, error) {
		return func(context.Context, *account) (none, error) { return none{}, err }
	}
	mortise.Get(api, "/problem", reject(problem.Unauthorized("log in again")))
	mortise.Get(api, "/named", reject(problem.Unauthorized("use DPoP", `DPoP algs="ES256"`)))
	mortise.Get(api, "/refusal", reject(security.InvalidCredentials("")))
	mortise.Get(api, "/body", reject(&refused{Kind: "invalid_client", status: 401}))
	mortise.Get(api, "/two", func(context.Context, struct {
		Account *account
		Key     keyOf
	}) (none, error) {
		return none{}, problem.Unauthorized("no")
	}, keyHolder)
	built(t, api)
	const bearer, key = `Bearer realm="api"`, `ApiKey realm="api", name="X-API-Key", in="header"`
	do(t, api, "GET /problem", "", as("ada")).is(401).detail("log in again").has("WWW-Authenticate", bearer)
	do(t, api, "GET /named", "", as("ada")).is(401).has("WWW-Authenticate", `DPoP algs="ES256"`)
	do(t, api, "GET /refusal", "", as("ada")).is(401).has("WWW-Authenticate", bearer+`, error="invalid_token", error_description="The access token is invalid"`)
	do(t, api, "GET /body", "", as("ada")).is(401).has("WWW-Authenticate", bearer).says(`{"error":"invalid_client"}`)
	a := do(t, api, "GET /two", "", as("ada"), "X-API-Key: key-ada").is(401)
	lines := a.header.Values("WWW-Authenticate")
	slices.Sort(lines)
	if !slices.Equal(lines, []string{key, bearer}) {
		t.Errorf("challenges %q, want those of both schemes", lines)
	}
}
