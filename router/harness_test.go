package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

type none = mortise.None

// built returns an API that has no mistakes.
func built(t testing.TB, api *mortise.API) *mortise.API {
	t.Helper()
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

// mistakes returns what Build says of an API that has some.
func mistakes(t testing.TB, api *mortise.API) string {
	t.Helper()
	err := api.Build()
	if err == nil {
		t.Fatal("Build found nothing wrong")
	}
	return err.Error()
}

// wrong checks that Build reports something that holds each of the texts.
func wrong(t testing.TB, api *mortise.API, texts ...string) {
	t.Helper()
	all := mistakes(t, api)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("Build says\n%s\nwant something with %q", all, text)
		}
	}
}

// newRequest makes a request of a line such as "GET /items/1" and fields such as
// "X-Tag: a". A body is JSON unless a Content-Type says otherwise; one without a
// value leaves the field out.
func newRequest(line, body string, fields ...string) *http.Request {
	method, target, _ := strings.Cut(line, " ")
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, content)
	isType := func(f string) bool { return strings.HasPrefix(f, "Content-Type:") }
	if body != "" && !slices.ContainsFunc(fields, isType) {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		if value = strings.TrimSpace(value); value != "" {
			r.Header.Add(name, value)
		}
	}
	return r
}

// An answer is what a request got.
type answer struct {
	t      testing.TB
	asked  string
	status int
	header http.Header
	body   string
}

// do sends a request to a handler.
func do(t testing.TB, h http.Handler, line, body string, fields ...string) *answer {
	t.Helper()
	return send(t, h, newRequest(line, body, fields...))
}

func send(t testing.TB, h http.Handler, r *http.Request) *answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := &answer{t, r.Method + " " + r.URL.String(), w.Code, w.Result().Header, w.Body.String()}
	a.checkProblem()
	return a
}

// checkProblem holds for every problem there is.
func (a *answer) checkProblem() {
	a.t.Helper()
	if a.header.Get("Content-Type") != "application/problem+json" || a.body == "" {
		return
	}
	p := a.problem()
	if p.Status != a.status || p.Code == "" || p.Title == "" {
		a.t.Errorf("%s: the problem %s says %d, code %q, title %q; the status is %d", a.asked, a.body, p.Status, p.Code, p.Title, a.status)
	}
	if a.header.Get("Cache-Control") == "" {
		a.t.Errorf("%s: a problem that may be cached", a.asked)
	}
}

// problemBody is a problem as a client reads it.
type problemBody struct {
	Title, Detail, Code, Instance string
	Status                        int
	Errors                        []struct{ Place, Pointer, Code, Detail string }
}

func (a *answer) problem() problemBody {
	a.t.Helper()
	var p problemBody
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		a.t.Fatalf("%s: the body %q is no problem: %v", a.asked, a.body, err)
	}
	return p
}

// is checks the status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s = %d %s, want %d", a.asked, a.status, a.body, status)
	}
	return a
}

// says checks the body, but for space around it.
func (a *answer) says(body string) *answer {
	a.t.Helper()
	if got := strings.TrimSpace(a.body); got != body {
		a.t.Errorf("%s says %s, want %s", a.asked, got, body)
	}
	return a
}

// detail checks the detail of a problem.
func (a *answer) detail(want string) *answer {
	a.t.Helper()
	if got := a.problem().Detail; got != want {
		a.t.Errorf("%s: detail %q, want %q", a.asked, got, want)
	}
	return a
}

// code checks the code of a problem.
func (a *answer) code(want string) *answer {
	a.t.Helper()
	if got := a.problem().Code; got != want {
		a.t.Errorf("%s: code %q, want %q", a.asked, got, want)
	}
	return a
}

// places checks where the mistakes of a request are and what they are, written
// "query.page type".
func (a *answer) places(want ...string) *answer {
	a.t.Helper()
	var got []string
	for _, e := range a.problem().Errors {
		got = append(got, e.Place+" "+e.Code)
	}
	if !slices.Equal(got, want) {
		a.t.Errorf("%s: mistakes %q, want %q", a.asked, got, want)
	}
	return a
}

// has checks a header field: all its lines, joined by " | ". An empty value
// means that the field is not there.
func (a *answer) has(name, want string) *answer {
	a.t.Helper()
	if got := strings.Join(a.header.Values(name), " | "); got != want {
		a.t.Errorf("%s: %s: %q, want %q", a.asked, name, got, want)
	}
	return a
}

// lacks checks that a text is nowhere in the answer.
func (a *answer) lacks(text string) *answer {
	a.t.Helper()
	var all bytes.Buffer
	_ = a.header.Write(&all)
	if all.WriteString(a.body); strings.Contains(all.String(), text) {
		a.t.Errorf("%s: the answer holds %q:\n%s", a.asked, text, &all)
	}
	return a
}

// A journal notes what happened, in order. It is safe for concurrent use.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) note(entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
}

// expect compares the entries since the last time.
func (j *journal) expect(t testing.TB, want ...string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Equal(j.entries, want) {
		t.Errorf("happened: %q, want %q", j.entries, want)
	}
	j.entries = nil
}

// A logbook keeps what is logged, a JSON object per line.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) option() router.Option {
	return router.Logger(slog.New(slog.NewJSONHandler(l, nil)))
}

// take returns the lines since the last time.
func (l *logbook) take(t testing.TB) []map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []map[string]any
	for line := range strings.Lines(l.text.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, m)
	}
	l.text.Reset()
	return lines
}

// quiet is for APIs that fail on purpose.
func quiet() router.Option { return router.Logger(slog.New(slog.DiscardHandler)) }

// unreadBody fails the test when it is read.
type unreadBody struct{ t testing.TB }

func (b unreadBody) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.EOF
}

func (unreadBody) Close() error { return nil }

// gives makes a handler that answers with a value.
func gives[T any](v T) func(context.Context, none) (T, error) {
	return func(context.Context, none) (T, error) { return v, nil }
}

// fails makes a handler that fails.
func fails(err error) func(context.Context, none) (none, error) {
	return func(context.Context, none) (none, error) { return none{}, err }
}

// echoes answers with its input.
func echoes[T any](_ context.Context, in T) (any, error) { return in, nil }

// documented returns an operation of the document, such as that of "GET /items".
func documented(t testing.TB, api *mortise.API, line string) map[string]any {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	operation, ok := member(document(t, api), "paths", path, strings.ToLower(method)).(map[string]any)
	if !ok {
		t.Fatalf("%s is not in the document", line)
	}
	return operation
}

// document returns the document of an API.
func document(t testing.TB, api *mortise.API) map[string]any {
	t.Helper()
	text, err := built(t, api).Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// member walks into what JSON was decoded to: by names and, in lists, by indexes.
func member(v any, way ...any) any {
	for _, step := range way {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// text writes a value as JSON, the members of objects sorted.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
