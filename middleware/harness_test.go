package middleware_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

type wrap = func(http.Handler) http.Handler

// ok is a handler that answers 200 and tells that it ran.
type ok struct{ ran *bool }

func (h ok) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if h.ran != nil {
		*h.ran = true
	}
	w.Write([]byte("ok"))
}

// request makes a request with header fields, names and values in turn.
func request(method, target string, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func get(header ...string) *http.Request { return request(http.MethodGet, "/", header...) }

// peer sets the other end of the connection.
func peer(addr string, r *http.Request) *http.Request {
	r.RemoteAddr = addr
	return r
}

// serve answers a request with a handler behind middleware.
func serve(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// must is for middleware that has a configuration to check.
func must(m wrap, err error) wrap {
	if err != nil {
		panic(err)
	}
	return m
}

// problemOf decodes a problem and checks that the answer is one.
func problemOf(t *testing.T, res *http.Response) map[string]any {
	t.Helper()
	if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("status %d: the content type is %q, want a problem", res.StatusCode, got)
	}
	var p map[string]any
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatalf("the body is no JSON: %v", err)
	}
	if p["status"] != float64(res.StatusCode) {
		t.Errorf("the problem has status %v, the answer %d", p["status"], res.StatusCode)
	}
	return p
}

// refused checks the status and the code of a problem.
func refused(t *testing.T, res *http.Response, status int, code string) {
	t.Helper()
	if res.StatusCode != status {
		t.Fatalf("the status is %d, want %d", res.StatusCode, status)
	}
	if p := problemOf(t, res); p["code"] != code {
		t.Errorf("the code is %v, want %q", p["code"], code)
	}
}

// mentions checks that an error has all of the texts.
func mentions(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not mention %q:\n%v", text, err)
		}
	}
}

// panics checks that a call panics with a text.
func panics(t *testing.T, text string, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if v, _ := recover().(string); !strings.Contains(v, text) {
			t.Errorf("the panic is %q, want one that mentions %q", v, text)
		}
	}()
	call()
}

// A journal keeps what is logged.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(j, nil)) }

// lines decodes the journal.
func (j *journal) lines(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(j.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q is no line of JSON: %v", line, err)
		}
		all = append(all, m)
	}
	return all
}

// line is the only line.
func (j *journal) line(t *testing.T) map[string]any {
	t.Helper()
	all := j.lines(t)
	if len(all) != 1 {
		t.Fatalf("%d lines, want one:\n%s", len(all), j)
	}
	return all[0]
}

// still is a writer that allocates nothing by itself.
type still struct{ header http.Header }

func (w *still) Header() http.Header         { return w.header }
func (w *still) Write(p []byte) (int, error) { return len(p), nil }
func (w *still) WriteHeader(int)             {}

// allocations measures a handler on requests that are made beforehand.
func allocations(t *testing.T, h http.Handler, r *http.Request) float64 {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	w := &still{http.Header{}}
	h.ServeHTTP(w, r)
	return testing.AllocsPerRun(200, func() {
		clear(w.header)
		h.ServeHTTP(w, r)
	})
}

var silent http.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
