package adaptertest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/adapters/adaptertest"
	"github.com/mortise-go/mortise/router"
)

// A broken host passes a request on with a mistake, or keeps it.
type broken func(api http.Handler, w http.ResponseWriter, r *http.Request)

func (b broken) mount(_ testing.TB, api *router.Router) (http.Handler, string) {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b(api, w, r) }), ""
}

// request breaks the request.
func request(change func(r *http.Request)) broken {
	return func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		change(r)
		api.ServeHTTP(w, r)
	}
}

// header breaks the header of the answer, and replaces an answer by its text
// when it returns one.
func header(change func(h http.Header, status int) (text string)) broken {
	return func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(&changed{ResponseWriter: w, change: change}, r)
	}
}

type changed struct {
	http.ResponseWriter
	change  func(http.Header, int) string
	written bool
	own     bool
}

func (c *changed) WriteHeader(status int) {
	c.written = true
	text := c.change(c.Header(), status)
	if text != "" {
		c.own = true
		c.Header().Set("Content-Type", "text/plain")
		c.Header().Del("Content-Length")
	}
	c.ResponseWriter.WriteHeader(status)
	_, _ = io.WriteString(c.ResponseWriter, text)
}

func (c *changed) Write(b []byte) (int, error) {
	if !c.written {
		c.WriteHeader(http.StatusOK)
	}
	if c.own {
		return len(b), nil
	}
	return c.ResponseWriter.Write(b)
}

// only replaces the answers of some statuses by the host's own.
func only(statuses func(int) bool) broken {
	return header(func(_ http.Header, status int) string {
		if statuses(status) {
			return http.StatusText(status)
		}
		return ""
	})
}

func stripped(_ testing.TB, api *router.Router) (http.Handler, string) {
	return http.StripPrefix("/api", api), "/api"
}

func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

func routedTo(r *http.Request, path string) {
	r.URL.Path, r.URL.RawPath, r.RequestURI = path, "", path
}

var readsFirst = request(func(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
})

func decodesTwice(r *http.Request) {
	if again, err := url.PathUnescape(r.URL.Path); err == nil {
		r.URL.Path, r.URL.RawPath = again, ""
	}
}

// remembering is a host whose requests share what belongs to one.
func remembering() broken {
	var mu sync.Mutex
	var last string
	return request(func(r *http.Request) {
		mu.Lock()
		last = r.URL.Path
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		r.URL.Path = last
	})
}

// guardsPrefix authenticates by the path that it sees.
func guardsPrefix(r *http.Request) {
	if !strings.HasPrefix(r.URL.EscapedPath(), "/locked") {
		r.Header.Set("Authorization", "Bearer good")
	}
}

func recovers(api http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if recover() != nil {
			refuse(w, http.StatusInternalServerError)
		}
	}()
	api.ServeHTTP(w, r)
}

// hosts are broken in the ways of hosts.
var hosts = []struct {
	name   string
	mount  adaptertest.Mount
	breaks []string // the names of cases, or how they begin
}{
	{"a host that strips its prefix", stripped, []string{
		"the pattern of the request", "the document and its pages", "a missing slash", "a redirect and a location", "the most specific route",
	}},
	{"a host whose parameters come before literals", request(func(r *http.Request) {
		if r.URL.Path == "/users/me" {
			routedTo(r, "/users/x")
		}
	}).mount, []string{"the most specific route"}},
	{"a host with a list of methods", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == "QUERY" {
			refuse(w, http.StatusNotImplemented)
			return
		}
		api.ServeHTTP(w, r)
	}).mount, []string{"a method that few know"}},
	{"a host that folds the case of paths", request(func(r *http.Request) {
		r.URL.Path, r.URL.RawPath = strings.ToLower(r.URL.Path), strings.ToLower(r.URL.RawPath)
	}).mount, []string{"path values are seen", "what no route matches"}},
	{"a host with a 404 of its own", only(func(status int) bool { return status == 404 }).mount, []string{"what no route matches", "a path value ends"}},
	{"a host with a 405 of its own", only(func(status int) bool { return status == 405 }).mount, []string{"another method is a 405"}},
	{"a host without HEAD", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			refuse(w, http.StatusMethodNotAllowed)
			return
		}
		api.ServeHTTP(w, r)
	}).mount, []string{"HEAD is answered"}},
	{"a host that answers OPTIONS", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusOK)
			return
		}
		api.ServeHTTP(w, r)
	}).mount, []string{"OPTIONS is answered"}},
	{"a host that lets the method be overridden", request(func(r *http.Request) {
		if m := r.Header.Get("X-HTTP-Method-Override"); m != "" {
			r.Method = m
		}
	}).mount, []string{"the method cannot be overridden"}},
	{"a host that decodes twice", request(decodesTwice).mount, []string{"a path value is decoded once"}},
	{"a host that routes by the decoded path", request(func(r *http.Request) { r.URL.RawPath = "" }).mount, []string{"an escaped slash separates nothing"}},
	{"a host whose last parameter swallows slashes", request(func(r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/values/"); ok && strings.Contains(rest, "/") {
			r.URL.RawPath = "/values/" + strings.ReplaceAll(rest, "/", "%2F")
		}
	}).mount, []string{"a path value ends"}},
	{"a host that drops the slash at the end", request(func(r *http.Request) {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
	}).mount, []string{"a missing slash"}},
	{"a host that cleans paths silently", request(func(r *http.Request) {
		slashed := strings.HasSuffix(r.URL.Path, "/") && r.URL.Path != "/"
		if r.URL.Path = path.Clean(r.URL.Path); slashed {
			r.URL.Path += "/"
		}
		r.URL.RawPath = ""
	}).mount, []string{"an unclean path", "encoded dot segments"}},
	{"a host that rebuilds queries", request(func(r *http.Request) { r.URL.RawQuery = r.URL.Query().Encode() }).mount, []string{"the query arrives"}},
	{"a host that guards a prefix of the path", request(guardsPrefix).mount, []string{"a lock holds"}},
	{"a host that reads bodies first", readsFirst.mount, []string{"nobody is authenticated after", "a body arrives while", "100 Continue"}},
	{"a host that keeps one line of a field", request(func(r *http.Request) {
		for name, lines := range r.Header {
			r.Header[name] = lines[:1]
		}
	}).mount, []string{"a credential that is sent twice", "lines of a field"}},
	{"a host that joins the lines of a field", request(func(r *http.Request) {
		for name, lines := range r.Header {
			r.Header[name] = []string{strings.Join(lines, ", ")}
		}
	}).mount, []string{"a credential that is sent twice", "lines of a field"}},
	{"a host that drops challenges", header(func(h http.Header, _ int) string { h.Del("WWW-Authenticate"); return "" }).mount, []string{"a 401 says"}},
	{"a host that caches", header(func(h http.Header, _ int) string { h.Set("Cache-Control", "max-age=60"); return "" }).mount, []string{"what is behind a lock"}},
	{"a host with a limit of its own", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 32)
		api.ServeHTTP(w, r)
	}).mount, []string{"a body over the limit"}},
	{"a host that takes every body for JSON", request(func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }).mount, []string{"a body of another kind"}},
	{"a host that copies requests", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.Clone(r.Context()))
	}).mount, []string{"the trailer"}},
	{"a host with contexts of its own", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	}).mount, []string{"a client that goes away"}},
	{"a host with an error handler", only(func(status int) bool { return status >= 500 }).mount, []string{"an error is a 500", "a panic is a 500"}},
	{"a host that recovers from everything", broken(recovers).mount, []string{"http.ErrAbortHandler"}},
	{"a host that drops what it does not know", request(func(r *http.Request) { r.Header.Del("X-Request-Id") }).mount, []string{"an error has the id"}},
	{"a host that shares what belongs to a request", remembering().mount, []string{"requests do not see"}},
	{"a host that hangs up", header(func(h http.Header, _ int) string { h.Set("Connection", "close"); return "" }).mount, []string{"a connection serves"}},
	{"a host that keeps one cookie", header(func(h http.Header, _ int) string { h.Set("Set-Cookie", h.Get("Set-Cookie")); return "" }).mount, []string{"every part of an answer"}},
	{"a host that sends chunks", header(func(h http.Header, _ int) string { h.Del("Content-Length"); return "" }).mount, []string{"a large answer"}},
	{"a host with small buffers", request(func(r *http.Request) {
		for _, lines := range r.Header {
			for i, line := range lines {
				lines[i] = line[:min(len(line), 1<<10)]
			}
		}
	}).mount, []string{"a large field"}},
	{"a host whose writer hides its controller", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
	}).mount, []string{"an answer arrives while"}},
	{"a host of newer clients", broken(func(api http.Handler, w http.ResponseWriter, r *http.Request) {
		if !r.ProtoAtLeast(1, 1) {
			refuse(w, http.StatusHTTPVersionNotSupported)
			return
		}
		api.ServeHTTP(w, r)
	}).mount, []string{"a client of HTTP/1.0"}},
	{"a host that routes by the target", request(func(r *http.Request) {
		if strings.HasPrefix(r.RequestURI, "http:") {
			r.URL.Path = r.RequestURI
		}
	}).mount, []string{"a target in absolute form"}},
	{"a host that takes * for a path", request(func(r *http.Request) {
		if r.RequestURI == "*" {
			routedTo(r, "/users/7")
		}
	}).mount, []string{"the target *"}},
}

func TestEveryCaseFindsTheHostThatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, host := range hosts {
		t.Run(host.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range host.breaks {
				c := named(t, name)
				if err := c.Check(t, host.mount); err == nil {
					t.Errorf("%q finds nothing wrong", c.Name)
				}
			}
		})
	}
}

// named is the case whose name begins so.
func named(t *testing.T, name string) adaptertest.Case {
	t.Helper()
	for _, c := range adaptertest.Cases() {
		if strings.HasPrefix(c.Name, name) {
			return c
		}
	}
	t.Fatalf("there is no case %q", name)
	return adaptertest.Case{}
}

func TestNoCaseIsWithoutAHostThatBreaksIt(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, host := range hosts {
		for _, name := range host.breaks {
			seen[named(t, name).Name] = true
		}
	}
	for _, c := range adaptertest.Cases() {
		if !seen[c.Name] {
			t.Errorf("no host breaks %q: the case may be unable to fail", c.Name)
		}
		if c.Why == "" || strings.HasSuffix(c.Name, ".") || !strings.HasSuffix(c.Why, ".") {
			t.Errorf("%q: %q; want a name without and a reason with a full stop", c.Name, c.Why)
		}
	}
}
