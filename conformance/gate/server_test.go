package gate_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/conformance/browser"
)

// blank is a page of an origin of its own that asks for nothing by itself.
const blank = `<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,"><p id="end">end</p>`

// at returns a server's address under another name of this machine. 127.0.0.1 and
// localhost are two sites; two ports of one are two origins of one site.
func at(s *httptest.Server, host string) string {
	return strings.Replace(s.URL, "127.0.0.1", host, 1)
}

func serve(t *testing.T, tls bool, h http.Handler) *httptest.Server {
	t.Helper()
	start := httptest.NewServer
	if tls {
		start = httptest.NewTLSServer
	}
	s := start(h)
	t.Cleanup(s.Close)
	return s
}

// page serves HTML at every path.
func page(html string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html)
	})
}

// A journal notes what arrives, whatever the page gets to see of the answer.
type journal struct {
	mu    sync.Mutex
	lines []string
}

// around notes requests as "PUT /note site=cross-site cookie=false: 403".
func (j *journal) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(code, r)
		j.mu.Lock()
		defer j.mu.Unlock()
		j.lines = append(j.lines, fmt.Sprintf("%s %s site=%s cookie=%t: %d",
			r.Method, r.URL.Path, r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Cookie") != "", code.code))
	})
}

// last returns the last line.
func (j *journal) last() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) == 0 {
		return ""
	}
	return j.lines[len(j.lines)-1]
}

// has reports whether a line begins like this.
func (j *journal) has(start string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}

type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// refused is what a page sees of an answer that it may not read.
const refused = "refused"

// fetch asks for an address as the page does, and returns the status and the body
// as far as the page may read them.
func fetch(p *browser.Page, address, options string) string {
	return browser.Eval[string](p, fmt.Sprintf(
		`fetch(%q, %s).then(async r => r.status + " " + (await r.text())).catch(() => %q)`, address, options, refused))
}
