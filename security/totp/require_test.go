package totp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/totp"
)

// user is the principal of the tests; a token is the name of its holder.
type user struct{ Name string }

func (*user) HasRole(role string) bool { return role != "admin" }

func currentUser(_ context.Context, token security.BearerToken) (*user, error) {
	if token == "mallory" {
		return nil, security.InvalidToken()
	}
	return &user{string(token)}, nil
}

var errDatabase = errors.New("the database is down")

// accountOf gives alice an authenticator, and bob none.
func (b *bench) accountOf(_ context.Context, u *user) (totp.Account, error) {
	switch u.Name {
	case "alice":
		return b.alice, nil
	case "carol":
		return totp.Account{}, errDatabase
	}
	return totp.Account{ID: u.Name}, nil
}

type sealed struct {
	Data string `json:"data"`
}

func show(_ context.Context, u *user) (sealed, error) { return sealed{"of " + u.Name}, nil }

// serve builds an API with a route behind the guard.
func (b *bench) serve(t testing.TB, log io.Writer, opts ...router.Option) *mortise.API {
	t.Helper()
	api := mortise.New("Sealed", "1", router.Logger(slog.New(slog.NewJSONHandler(log, nil))))
	api.Provide(mortise.Depends(currentUser))
	mortise.Get(api, "/sealed", show, append([]router.Option{totp.Require(b.Verifier, b.accountOf)}, opts...)...)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

// get asks for a path; header holds pairs.
func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	stepUp  = `Bearer realm="api", error="insufficient_user_authentication", error_description="A second factor is required", acr_values="mfa"`
	missing = `Bearer realm="api"`
)

func TestRequireAsksForACode(t *testing.T) { // S239, A141, A142, A205
	t.Parallel()
	b := newBench(t)
	api := b.serve(t, io.Discard)
	code := b.codeIn(t, 0)
	for _, tt := range []struct {
		name, user      string
		codes           []string
		status          int
		challenge       string
		problem, detail string
	}{
		{"nobody", "", nil, 401, missing, "authorisation-required", "No authorization token provided"},
		{"nobody with a code", "", []string{code}, 401, missing, "authorisation-required", "No authorization token provided"},
		{"a bad token with a code", "mallory", []string{code}, 401, `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`, "token-invalid", "Invalid token"},
		{"no code", "alice", nil, 401, stepUp, "mfa-required", "A second factor is required"},
		{"an empty code", "alice", []string{""}, 401, stepUp, "mfa-required", "A second factor is required"},
		{"a wrong code", "alice", []string{b.wrong(t)}, 401, stepUp, "invalid-credentials", "Invalid TOTP code"},
		{"a code with space inside", "alice", []string{code[:3] + " " + code[3:]}, 401, stepUp, "invalid-credentials", "Invalid TOTP code"},
		{"fullwidth digits", "alice", []string{"１２３４５６"}, 401, stepUp, "invalid-credentials", "Invalid TOTP code"},
		{"no UTF-8", "alice", []string{"\xff\xff\xff\xff\xff\xff"}, 401, stepUp, "invalid-credentials", "Invalid TOTP code"},
		{"two codes", "alice", []string{code, code}, 400, `Bearer realm="api", error="invalid_request", error_description="Multiple credentials in request"`, "bad-request", "Multiple credentials in request"},
		{"an account without a secret", "bob", nil, 403, "", "mfa-enrolment-required", "A second factor has to be set up first"},
		{"an account without a secret with a code", "bob", []string{"328482"}, 403, "", "mfa-enrolment-required", "A second factor has to be set up first"},
		{"an account that cannot be found", "carol", []string{code}, 500, "", "internal-error", ""},
		{"the code", "alice", []string{code}, 200, "", "", ""},
		{"the code again", "alice", []string{code}, 401, stepUp, "invalid-credentials", "Invalid TOTP code"},
	} {
		var header []string
		if tt.user != "" {
			header = append(header, "Authorization", "Bearer "+tt.user)
		}
		for _, c := range tt.codes {
			header = append(header, "x-totp-code", c)
		}
		w := get(api, "/sealed", header...)
		var got struct{ Code, Detail string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v in %s", tt.name, err, w.Body)
		}
		if w.Code != tt.status || got.Code != tt.problem || got.Detail != tt.detail {
			t.Errorf("%s: %d %+v, want %d %q %q", tt.name, w.Code, got, tt.status, tt.problem, tt.detail)
		}
		if lines := w.Header().Values("WWW-Authenticate"); strings.Join(lines, "\n") != tt.challenge {
			t.Errorf("%s: challenges %q, want %q", tt.name, lines, tt.challenge)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q, want no-store", tt.name, w.Header().Get("Cache-Control"))
		}
	}
}

func TestTheChallengeIsThatOfTheRealm(t *testing.T) { // A206
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Realm = "vault\"\r\n" })
	w := get(b.serve(t, io.Discard), "/sealed", "Authorization", "Bearer alice")
	if got, want := w.Header().Get("WWW-Authenticate"), strings.Replace(stepUp, "api", `vault\"??`, 1); got != want {
		t.Errorf("challenge %s, want %s", got, want)
	}
}

func TestTooManyTriesOverHTTP(t *testing.T) { // A140, L10
	t.Parallel()
	b := newBench(t)
	api := b.serve(t, io.Discard)
	for range 5 {
		get(api, "/sealed", "Authorization", "Bearer alice", totp.Header, b.wrong(t))
	}
	w := get(api, "/sealed", "Authorization", "Bearer alice", totp.Header, b.codeIn(t, 0))
	var body struct {
		Type     string
		Policies []string `json:"violated-policies"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if w.Code != 429 || body.Type != "https://iana.org/assignments/http-problem-types#quota-exceeded" || !slices.Equal(body.Policies, []string{"totp"}) {
		t.Errorf("%d %s, want a 429 of the quota", w.Code, w.Body)
	}
	h := w.Header()
	if h.Get("Retry-After") != "900" || h.Get("RateLimit-Policy") != `"totp";q=5;w=900` || h.Get("RateLimit") != `"totp";r=0;t=900` {
		t.Errorf("fields %v, want those of the quota", h)
	}
}

func TestTheGuardRunsBeforeScopesRolesAndTheBody(t *testing.T) { // L9
	t.Parallel()
	b := newBench(t)
	api := mortise.New("Sealed", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(mortise.Depends(currentUser))
	mortise.Post(api, "/sealed", func(_ context.Context, in struct {
		User *user
		Body sealed `body:"json"`
	}) (sealed, error) {
		return in.Body, nil
	}, totp.Require(b.Verifier, b.accountOf), mortise.RequireRole[*user]("admin"))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	post := func(header ...string) int {
		r := httptest.NewRequest(http.MethodPost, "/sealed", unread{t})
		r.Header.Set("Authorization", "Bearer alice")
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Code
	}
	if got := post(); got != 401 {
		t.Errorf("without a code: %d, want 401 before the role is missing", got)
	}
	if got := post(totp.Header, b.codeIn(t, 0)); got != 403 {
		t.Errorf("without the role: %d, want 403", got)
	}
}

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestNobodyHasNoSecondFactor(t *testing.T) { // A91
	t.Parallel()
	b := newBench(t)
	type ticket struct{ Number int }
	type none struct{}
	asked := 0
	for _, tt := range []struct {
		name   string
		guard  *di.Dependency
		gives  *di.Dependency
		status int
	}{
		{"a zero struct", totp.Require(b.Verifier, func(context.Context, ticket) (totp.Account, error) { asked++; return b.alice, nil }),
			mortise.Depends(func(context.Context, security.BearerToken) (ticket, error) { return ticket{}, nil }), 401},
		{"an interface with a zero struct", totp.Require(b.Verifier, func(context.Context, any) (totp.Account, error) { asked++; return b.alice, nil }),
			mortise.Depends(func(context.Context, security.BearerToken) (any, error) { return ticket{}, nil }), 401},
		{"a struct that has no other value", totp.Require(b.Verifier, func(context.Context, none) (totp.Account, error) { return b.alice, nil }),
			mortise.Depends(func(context.Context, security.BearerToken) (none, error) { return none{}, nil }), 200},
	} {
		api := mortise.New("Sealed", "1", router.Logger(slog.New(slog.DiscardHandler)))
		api.Provide(tt.gives)
		mortise.Get(api, "/sealed", func(context.Context, mortise.None) (sealed, error) { return sealed{}, nil }, tt.guard)
		if err := api.Build(); err != nil {
			t.Fatal(err)
		}
		if w := get(api, "/sealed", "Authorization", "Bearer x", totp.Header, b.codeIn(t, 0)); w.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, w.Code, w.Body, tt.status)
		}
	}
	if asked != 0 {
		t.Errorf("the account of nobody was asked for %d times", asked)
	}
}

func TestRequireNeedsSomethingToCheck(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, f := range map[string]func(){
		"no verifier": func() { totp.Require(nil, b.accountOf) },
		"no function": func() { totp.Require[*user](b.Verifier, nil) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "totp: Require: ") {
					t.Errorf("%s: panics with %q, want a reason", name, text)
				}
			}()
			f()
		}()
	}
}

func TestCodesAndSecretsNeverAppearInLogs(t *testing.T) { // A145, A208
	t.Parallel()
	var log strings.Builder
	b := newBench(t, func(c *totp.Config) { c.Store = &brokenStore{err: errors.New("connection refused")} })
	api := b.serve(t, &log)
	code := b.codeIn(t, 0)
	w := get(api, "/sealed", "Authorization", "Bearer alice", totp.Header, code)
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" { // A215
		t.Errorf("%d, want 503", w.Code)
	}
	b.alice.Secret = "CANARY!"
	b.Verifier = newBench(t).Verifier
	if w := get(b.serve(t, &log), "/sealed", "Authorization", "Bearer alice", totp.Header, code); w.Code != 500 {
		t.Errorf("%d, want 500", w.Code)
	}
	for _, canary := range []string{code, string(secret), "CANARY"} {
		if strings.Contains(log.String(), canary) || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%q is in the log or the answer", canary)
		}
	}
	if !strings.Contains(log.String(), "connection refused") || !strings.Contains(log.String(), "the stored secret is not Base32") {
		t.Errorf("the log does not say why: %s", &log)
	}
	if strings.Contains(w.Body.String(), "refused") {
		t.Errorf("the answer tells of the store: %s", w.Body)
	}
}

func TestTheDocumentSaysWhatIsEnforced(t *testing.T) { // L11
	t.Parallel()
	b := newBench(t)
	var document struct {
		Paths map[string]map[string]struct {
			Description string
			Parameters  []struct {
				Name, In, Description string
				Required              bool
			}
			Security  []map[string][]string
			Responses map[string]struct{ Headers map[string]any }
		}
	}
	w := get(b.serve(t, io.Discard), "/openapi.json")
	if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	op := document.Paths["/sealed"]["get"]
	if want := "**Requires** `BearerAuth`, and a TOTP code in `X-TOTP-Code`."; !strings.Contains(op.Description, want) {
		t.Errorf("description %q, want it to say %q", op.Description, want)
	}
	if len(op.Parameters) != 1 || op.Parameters[0].Name != "X-TOTP-Code" || op.Parameters[0].In != "header" || op.Parameters[0].Required || op.Parameters[0].Description == "" {
		t.Errorf("parameters %+v, want the header X-TOTP-Code, which may be left out to be asked", op.Parameters)
	}
	if len(op.Security) != 1 || op.Security[0]["BearerAuth"] == nil {
		t.Errorf("security %v, want BearerAuth", op.Security)
	}
	for _, status := range []string{"200", "400", "401", "403", "429", "503"} {
		if _, ok := op.Responses[status]; !ok {
			t.Errorf("the answer %s is not documented", status)
		}
	}
	for _, field := range []string{"Retry-After", "RateLimit-Policy", "RateLimit"} {
		if op.Responses["429"].Headers[field] == nil {
			t.Errorf("the field %s of 429 is not documented", field)
		}
	}
}

func TestAnAlternativeMayAskForACode(t *testing.T) { // A76
	t.Parallel()
	b := newBench(t)
	api := mortise.New("Sealed", "1", router.Logger(slog.New(slog.DiscardHandler)))
	withCode := totp.Require(b.Verifier, b.accountOf).With(mortise.Depends(currentUser))
	withKey := mortise.Depends(func(_ context.Context, key security.APIKey) (*user, error) {
		if key != "robot" {
			return nil, security.InvalidAPIKey()
		}
		return &user{"robot"}, nil
	}, security.APIKeyHeader("X-API-Key", security.SchemeConfig{}))
	mortise.Get(api, "/sealed", show, security.AnyOf[*user](withCode, withKey))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		header []string
		status int
		detail string
	}{
		{"nothing", nil, 401, `"code":"authorisation-required"`},
		{"a key", []string{"X-API-Key", "robot"}, 200, ""},
		{"a token without a code", []string{"Authorization", "Bearer alice"}, 401, "A second factor is required"},
		{"a token without a code is not excused by a key", []string{"Authorization", "Bearer alice", "X-API-Key", "robot"}, 401, "A second factor is required"},
		{"a token with a wrong code", []string{"Authorization", "Bearer alice", totp.Header, b.wrong(t)}, 401, "Invalid TOTP code"},
		{"a token with a code", []string{"Authorization", "Bearer alice", totp.Header, b.codeIn(t, 0)}, 200, ""},
	} {
		w := get(api, "/sealed", tt.header...)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.detail) {
			t.Errorf("%s: %d %s, want %d %q", tt.name, w.Code, w.Body, tt.status, tt.detail)
		}
	}
}

func BenchmarkRequire(b *testing.B) {
	bench := newBench(b, func(c *totp.Config) { c.Tries = 20 })
	api := bench.serve(b, io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		bench.clock.move(30 * time.Second)
		if w := get(api, "/sealed", "Authorization", "Bearer alice", totp.Header, bench.codeIn(b, 0)); w.Code != 200 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}
