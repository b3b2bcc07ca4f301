package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/ratelimit"
)

// A caller is the proxy in front of the program: it says who its clients are.
type caller struct {
	*testing.T
	url  string
	stop func() // waits for what is being answered
}

// open serves the program as it would be behind a proxy on this machine.
func open(t *testing.T, change func(*config)) caller {
	t.Helper()
	c, err := parse(flag.NewFlagSet("gate", flag.ContinueOnError), []string{"-proxies", "127.0.0.1", "-hosts", "127.0.0.1,api.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	c.log = slog.New(slog.DiscardHandler)
	c.mail.send = func(context.Context, string) error { return nil }
	if change != nil {
		change(&c)
	}
	api, _, err := newAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return caller{t, server.URL, server.Close}
}

type answer struct {
	name   string
	status int
	header http.Header
	text   string
}

// do asks the program. What is not said is said by the proxy: that the client came
// over TLS, and its address. An empty value leaves a field out.
func (c caller) do(line, body string, header ...string) answer {
	c.Helper()
	return c.send(line, strings.NewReader(body), header...)
}

func (c caller) send(line string, body io.Reader, header ...string) answer {
	c.Helper()
	method, target, _ := strings.Cut(line, " ")
	r, err := http.NewRequestWithContext(c.Context(), method, c.url+target, body)
	if err != nil {
		c.Fatal(err)
	}
	set := append([]string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https", "Content-Type", "application/json"}, header...)
	for field := range slices.Chunk(set, 2) {
		if r.Header.Set(field[0], field[1]); field[1] == "" {
			r.Header.Del(field[0])
		}
	}
	r.Host = r.Header.Get("Host")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		c.Fatal(err)
	}
	return answer{line, w.StatusCode, w.Header, string(text)}
}

func (c caller) check(a answer, status int, says string) {
	c.Helper()
	if a.status != status || !strings.Contains(a.text, says) {
		c.Errorf("%s: %d %s, want %d with %q", a.name, a.status, a.text, status, says)
	}
}

// stands compares how the client stands with a policy.
func (c caller) stands(a answer, want string) {
	c.Helper()
	if got := a.header.Get("RateLimit"); !strings.Contains(got, want) {
		c.Errorf("%s: RateLimit: %s, want %s", a.name, got, want)
	}
}

// refused wants a 429 because of a policy.
func (c caller) refused(a answer, policy string) {
	c.Helper()
	c.check(a, 429, `"code":"rate-limited"`)
	c.check(a, 429, `"violated-policies":["`+policy+`"]`)
	c.stands(a, `"`+policy+`";r=`)
	if a.header.Get("Retry-After") == "" || !strings.Contains(a.header.Get("RateLimit-Policy"), `"`+policy+`";q=`) {
		c.Errorf("%s: the fields are %v", a.name, a.header)
	}
}

func subscriber(name string) string { return `{"email":"` + name + `@example.com"}` }

const (
	north = "k-north"
	ada   = "Bearer t-ada"
	tea   = `[{"item":"tea","cents":250}]`
)

// aList has a number of bytes.
func aList(size int) string {
	const begin, end = `[{"item":"tea","cents":250}`, `]`
	return begin + strings.Repeat(" ", size-len(begin)-len(end)) + end
}

func TestEachAddressHasAQuota(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		c.check(c.do("POST /news", subscriber(name)), 202, "")
	}
	c.refused(c.do("POST /news", subscriber("f")), "ip-5-per-1m")
	c.check(c.do("POST /news", subscriber("f"), "X-Forwarded-For", "203.0.113.10"), 202, "")
	c.stands(c.do("GET /nothing", ""), `"client";r=5`) // around everything
}

func TestEachKeyHasAQuota(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	for _, left := range []string{"2", "1", "0"} {
		a := c.do("GET /prices/tea", "", "X-API-Key", north)
		c.check(a, 200, `{"item":"tea","cents":250}`)
		c.stands(a, `"partner";r=`+left+`;`)
	}
	c.refused(c.do("GET /prices/tea", "", "X-API-Key", north, "X-Forwarded-For", "203.0.113.10"), "partner")
	c.check(c.do("GET /prices/tea", "", "X-API-Key", "k-south"), 200, "tea")
	wrong := c.do("GET /prices/tea", "", "X-API-Key", "k-west")
	if c.check(wrong, 401, "Invalid API key"); strings.Contains(wrong.header.Get("RateLimit"), "partner") {
		t.Error("a key that there is not has a quota")
	}
}

func TestAUserHasToKeepBothPolicies(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.check(c.do("PUT /prices", aList(60_000), "Authorization", ada), 200, "1")
	c.refused(c.do("PUT /prices", aList(60_000), "Authorization", ada), "bytes")
	a := c.do("PUT /prices", tea, "Authorization", ada)
	c.check(a, 200, "1")
	c.stands(a, `"lists";r=8;`) // the one that was refused is not charged
	c.check(c.do("PUT /prices", aList(60_000), "Authorization", "Bearer t-bob"), 200, "1")
	c.check(c.do("PUT /prices", tea), 401, "authorisation-required")
	never := c.do("PUT /prices", aList(120_000), "Authorization", ada)
	if c.check(never, 429, "the request costs more than is ever allowed at once"); never.header.Get("Retry-After") != "" {
		t.Error("what is never allowed is asked to come back")
	}
}

func TestAPersonIsNotSentManyMails(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	c := open(t, func(c *config) { c.mail.send = func(context.Context, string) error { sent.Add(1); return nil } })
	c.check(c.do("POST /news", subscriber("ann")), 202, "")
	c.refused(c.do("POST /news", subscriber("ANN"), "X-Forwarded-For", "203.0.113.10"), "mail")
	if sent.Load() != 1 {
		t.Errorf("%d mails were sent, want 1", sent.Load())
	}
}

// gone is a store that cannot be reached.
type gone struct{}

func (gone) Take(context.Context, ratelimit.Key, []ratelimit.Claim) (bool, error) {
	return false, errors.New("no route to host")
}

func TestWhatALimitDoesWithoutItsStore(t *testing.T) {
	t.Parallel()
	c := open(t, func(c *config) { c.store = gone{} })
	for range 3 {
		c.check(c.do("GET /prices/tea", "", "X-API-Key", north), 200, "tea")
	}
	c.refused(c.do("GET /prices/tea", "", "X-API-Key", north), "partner")
	for _, a := range []answer{c.do("PUT /prices", tea, "Authorization", ada), c.do("POST /news", subscriber("ann"))} {
		if c.check(a, 503, "the rate limit cannot be checked at the moment"); a.header.Get("Retry-After") != "1" {
			t.Errorf("%s: Retry-After: %s", a.name, a.header.Get("Retry-After"))
		}
	}
}

func TestOnlyTheOfficeSeesTheStatus(t *testing.T) {
	t.Parallel()
	c := open(t, func(c *config) { c.plain = true })
	const denied = "Access denied from this IP"
	for _, tt := range []struct {
		name, said string
		status     int
		says       string
	}{
		{"the office", "10.1.2.3", 200, "hello, 10.1.2.3"},
		{"this machine", "127.0.0.1", 200, "hello, 127.0.0.1"},
		{"a stranger", "203.0.113.9", 403, denied},
		{"a stranger who lies", "10.1.2.3, 203.0.113.9", 403, denied},
		{"nonsense", "10.1.2.3, nobody", 403, denied},
		{"nobody", "", 403, denied},
	} {
		a := c.do("GET /status", "", "X-Forwarded-For", tt.said)
		a.name = tt.name
		c.check(a, tt.status, tt.says)
	}
	direct := open(t, func(c *config) { c.proxies, c.plain = nil, true })
	direct.check(direct.do("GET /status", "", "X-Forwarded-For", "10.1.2.3"), 200, "hello, 127.0.0.1")
}

func TestHostsAndTLS(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.check(c.do("GET /status", "", "Host", "api.example.com", "X-Forwarded-For", "10.1.2.3"), 200, "hello")
	c.check(c.do("GET /status", "", "Host", "evil.example"), 421, "this server does not serve that host")
	c.check(c.do("GET /status", "", "X-Forwarded-Proto", "http"), 403, `"code":"https-required"`)
	c.check(c.do("GET /status", "", "X-Forwarded-Proto", ""), 403, `"code":"https-required"`)
	// Of a client that nobody knows it is not known either that it came over TLS.
	c.check(c.do("GET /status", "", "X-Forwarded-For", ""), 403, `"code":"https-required"`)
}

func TestRefusalsHaveTheHeadersToo(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	for _, a := range []answer{c.do("GET /status", ""), c.do("GET /nothing", ""), c.do("GET /status", "", "Host", "evil.example")} {
		for field, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Content-Type": "application/problem+json"} {
			if got := a.header.Get(field); got != want {
				t.Errorf("%s (%d): %s: %s, want %s", a.name, a.status, field, got, want)
			}
		}
		if a.header.Get("X-Request-Id") == "" {
			t.Errorf("%s (%d) has no id", a.name, a.status)
		}
	}
	if got := c.do("GET /nothing", "").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security: %s", got)
	}
}

func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	const app, evil = "https://app.example.com", "https://evil.example"
	preflight := func(target, origin, method string) answer {
		return c.do("OPTIONS "+target, "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization")
	}
	for _, tt := range []struct {
		name    string
		answer  answer
		status  int
		says    string
		field   string
		allowed string
	}{
		{"the application asks", preflight("/prices", app, "PUT"), 204, "", "Access-Control-Allow-Methods", "PUT"},
		{"the application asks for what is not there", preflight("/prices/tea", app, "PUT"), 403, "preflight-refused", "Access-Control-Allow-Origin", ""},
		{"another page asks", preflight("/prices", evil, "PUT"), 403, "preflight-refused", "Access-Control-Allow-Origin", ""},
		{"the application reads", c.do("GET /prices/tea", "", "Origin", app, "X-API-Key", north), 200, "tea", "Access-Control-Allow-Origin", app},
		{"the application reads a refusal", c.do("GET /prices/tea", "", "Origin", app), 401, "", "Access-Control-Allow-Origin", app},
		{"another page reads", c.do("GET /prices/tea", "", "Origin", evil, "X-API-Key", north), 200, "", "Access-Control-Allow-Origin", ""},
		{"the application writes", c.do("PUT /prices", tea, "Origin", app, "Sec-Fetch-Site", "same-site", "Authorization", ada), 200, "1", "Access-Control-Allow-Origin", app},
		{"another page writes", c.do("PUT /prices", tea, "Origin", evil, "Sec-Fetch-Site", "cross-site", "Authorization", ada), 403, `"code":"cross-origin"`, "Access-Control-Allow-Origin", ""},
	} {
		tt.answer.name = tt.name
		if c.check(tt.answer, tt.status, tt.says); tt.answer.header.Get(tt.field) != tt.allowed {
			t.Errorf("%s: %s: %q, want %q", tt.name, tt.field, tt.answer.header.Get(tt.field), tt.allowed)
		}
	}
}

func TestABodyHasALimit(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.check(c.do("PUT /prices", aList(70_000), "Authorization", ada), 413, "")
	c.check(c.send("PUT /prices", io.MultiReader(strings.NewReader(aList(70_000))), "Authorization", "Bearer t-bob"), 413, "") // in chunks
	c.check(c.do("PUT /prices", aList(70_000)), 401, "")                                                                       // nobody is told how much
}

func TestARequestHasATime(t *testing.T) {
	t.Parallel()
	c := open(t, func(c *config) {
		c.timeout = 10 * time.Millisecond
		c.mail.send = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	})
	c.check(c.do("POST /news", subscriber("ann")), 503, "")
}

func TestMoreThanCanBeServedIsTurnedAway(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	c := open(t, func(c *config) {
		c.inFlight = 1
		c.mail.send = func(context.Context, string) error { close(begun); <-end; return nil }
	})
	served := make(chan answer)
	go func() { served <- c.do("POST /news", subscriber("ann")) }()
	<-begun
	a := c.do("GET /prices/tea", "", "X-API-Key", north)
	close(end)
	if c.check(a, 503, `"code":"overloaded"`); a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %s", a.header.Get("Retry-After"))
	}
	c.check(<-served, 202, "")
}

func TestALineForEachRequestAndAPanicAmongThem(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := open(t, func(c *config) {
		c.log = slog.New(slog.NewJSONHandler(&log, nil))
		c.mail.send = func(context.Context, string) error { panic("the printer is on fire") }
	})
	a := c.do("POST /news?token=secret", subscriber("ann"), "X-Request-Id", "one")
	if c.check(a, 500, ""); strings.Contains(a.text, "fire") || a.header.Get("X-Request-Id") != "one" {
		t.Errorf("the answer is %s %v", a.text, a.header)
	}
	c.stop()
	lines := map[string]map[string]any{}
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		lines[fields["msg"].(string)] = fields
	}
	line := lines["request"]
	for field, want := range map[string]any{"route": "POST /news", "target": "/news?token=REDACTED", "status": 500.0, "client": "203.0.113.9", "request_id": "one"} {
		if line[field] != want {
			t.Errorf("%s=%v, want %v", field, line[field], want)
		}
	}
	if !strings.Contains(log.String(), "the printer is on fire") {
		t.Error("the log does not tell of the panic")
	}
}

func TestTheEndIsToldBeforeItComes(t *testing.T) {
	t.Parallel()
	c, err := parse(flag.NewFlagSet("gate", flag.ContinueOnError), []string{"-plain"})
	if err != nil {
		t.Fatal(err)
	}
	c.log = slog.New(slog.DiscardHandler)
	api, health, err := newAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	at, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- mortise.Serve(ctx, api, "127.0.0.1:0", mortise.Health(health, 3*time.Second), mortise.OnListen(func(a net.Addr) { at <- a.String() }))
	}()
	ask := caller{T: t, url: "http://" + <-at}
	ask.check(ask.do("GET /livez", "", "Host", "10.0.0.7"), 200, `{"status":"live"}`)
	ask.check(ask.do("GET /readyz", "", "Host", "10.0.0.7"), 200, `{"status":"ready"}`)
	stop()
	var a answer
	for a = ask.do("GET /readyz", ""); a.status == 200; a = ask.do("GET /readyz", "") {
		time.Sleep(10 * time.Millisecond)
	}
	ask.check(a, 503, `"code":"draining"`)
	ask.check(ask.do("GET /livez", ""), 200, `{"status":"live"}`)
	ask.check(ask.do("GET /prices/tea", "", "X-API-Key", north), 200, "tea")
	http.DefaultClient.CloseIdleConnections()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNobodyIsReadyWhoseChecksFail(t *testing.T) {
	t.Parallel()
	c, err := parse(flag.NewFlagSet("gate", flag.ContinueOnError), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.log = slog.New(slog.DiscardHandler)
	c.mail.ready = func(context.Context) error { return errors.New("connection refused") }
	_, health, err := newAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	health.Middleware(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != 503 || !strings.Contains(w.Body.String(), `"failing":["mail"]`) || strings.Contains(w.Body.String(), "refused") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	c, err := parse(flag.NewFlagSet("gate", flag.ContinueOnError), []string{"-plain", "-hosts", "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	c.log = slog.New(slog.DiscardHandler)
	api, _, err := newAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	mortisetest.Deny(t, api, mortisetest.Matrix{
		Values: map[string]string{"item": "tea"},
		Body:   tea,
		Intruders: []mortisetest.Intruder{
			{Name: "a partner", Present: func(r *http.Request) { r.Header.Set("X-API-Key", north) }, May: []string{"GET /prices/{item}"}},
			{Name: "a user", Present: mortisetest.Bearer("t-ada"), May: []string{"PUT /prices"}},
			{Name: "somebody with the key as a token", Present: mortisetest.Bearer(north)},
		},
	})
}
