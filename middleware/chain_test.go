package middleware_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

func TestChain(t *testing.T) {
	t.Parallel()
	var order []string
	named := func(name string) wrap {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order = append(order, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	list := []wrap{named("a"), nil, middleware.Chain(named("b"), named("c")), middleware.Chain(), named("d")}
	chain := middleware.Chain(list...)
	list[0] = named("changed later")
	serve(chain(ok{}), get())
	if !slices.Equal(order, []string{"a", "b", "c", "d"}) {
		t.Errorf("the order is %v", order)
	}
}

func TestMustPanicsWithAllMistakes(t *testing.T) {
	t.Parallel()
	if h := middleware.Must(middleware.HostAllowlist("example.com")); h == nil {
		t.Error("no middleware")
	}
	panics(t, `middleware: host allowlist: "a/b" is neither a host, nor host:port, nor *.domain; leave out the scheme and the path
host allowlist: "c/d" is neither`, func() { middleware.Must(middleware.HostAllowlist("a/b", "c/d")) })
}

// everything is the whole chain in the order that the documentation gives.
func everything(j *journal) wrap {
	proxied := behindProxy()
	proxied.ForwardedProto = true
	return middleware.Chain(
		middleware.Recover(j.logger()),
		middleware.RequestID,
		middleware.AccessLog(middleware.AccessLogConfig{Logger: j.logger()}),
		headers(),
		probes().Middleware,
		middleware.Shed(100, 0),
		must(middleware.HostAllowlist("example.com")),
		must(middleware.ClientAddr(proxied)),
		middleware.HTTPSOnly,
		middleware.ExceptIPs("198.51.100.0/24"),
		cors(middleware.CORSConfig{Origins: []string{app}, Credentials: true, RequestHeaders: []string{"Authorization"}}),
		must(middleware.CrossOrigin(middleware.CrossOriginConfig{TrustedOrigins: []string{app}})),
		middleware.Timeout(time.Minute),
		middleware.BodyLimit(1<<20),
	)
}

func probes() *middleware.Health {
	h, err := middleware.NewHealth(middleware.HealthConfig{})
	if err != nil {
		panic(err)
	}
	return h
}

// L9: who refuses decides what the others saw.
func TestTheWholeChain(t *testing.T) {
	t.Parallel()
	host := func(name string, r *http.Request) *http.Request {
		r.Host = name
		return r
	}
	for _, tt := range []struct {
		name   string
		r      *http.Request
		status int
		access bool // CORS headers are there
	}{
		{"a good request", overTLS(get("Origin", app)), 200, true},
		{"via a proxy", peer(proxy, get("Origin", app, xff, client, "X-Forwarded-Proto", "https")), 200, true},
		{"a preflight", overTLS(request("OPTIONS", "/", "Origin", app, acrm, "GET", acrh, "authorization")), 204, true},
		{"the wrong host comes before everything", host("evil.com", get("Origin", app)), 421, false},
		{"plain HTTP comes before CORS", get("Origin", app), 403, false},
		{"a bad address comes before CORS", overTLS(peer("198.51.100.7:1", get("Origin", app))), 403, false},
		{"another site can read why", overTLS(request("POST", "/", "Origin", app, "Sec-Fetch-Site", "cross-site")), 200, true},
		{"an untrusted site cannot", overTLS(request("POST", "/", "Origin", "https://evil.com", "Sec-Fetch-Site", "cross-site")), 403, false},
		{"a probe needs nothing", host("10.0.0.7:8080", request("GET", "/livez")), 200, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var j journal
			res := serve(everything(&j)(ok{}), tt.r)
			if _, access := res.Header[acao]; res.StatusCode != tt.status || access != tt.access {
				t.Errorf("the answer is %d %v", res.StatusCode, res.Header)
			}
			// A210
			if res.Header.Get("X-Frame-Options") != "DENY" || res.Header.Get(xid) == "" || j.line(t)["status"] != float64(tt.status) {
				t.Errorf("the header is %v, the line %v", res.Header, j.line(t))
			}
		})
	}
}

// Everything that a response writer can do, it can do behind the whole chain.
func TestWritersKeepTheirPowers(t *testing.T) {
	t.Parallel()
	var j journal
	m := middleware.Chain(middleware.Recover(j.logger()), middleware.RequestID, middleware.AccessLog(middleware.AccessLogConfig{Logger: j.logger()}), headers(), middleware.Timeout(time.Minute))
	t.Cleanup(func() {
		if strings.Contains(j.String(), "panic") {
			t.Errorf("the log is %s", j.String())
		}
	})
	serveOn := func(t *testing.T, h http.HandlerFunc) *httptest.Server {
		server := httptest.NewServer(m(h))
		t.Cleanup(server.Close)
		return server
	}
	fetch := func(t *testing.T, server *httptest.Server) string {
		t.Helper()
		res, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("the header is %v", res.Header)
		}
		return bodyOf(res)
	}
	t.Run("flushing", func(t *testing.T) {
		t.Parallel()
		seen := make(chan bool)
		server := serveOn(t, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "first ")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-seen
			io.WriteString(w, "second")
		})
		res, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		first := make([]byte, 6)
		if _, err := io.ReadFull(res.Body, first); err != nil {
			t.Fatal(err)
		}
		close(seen)
		if got := string(first) + bodyOf(res); got != "first second" {
			t.Errorf("the body is %q", got)
		}
	})
	t.Run("deadlines", func(t *testing.T) {
		t.Parallel()
		got := fetch(t, serveOn(t, func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			io.WriteString(w, "ok")
		}))
		if got != "ok" {
			t.Errorf("the body is %q", got)
		}
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		want, err := os.ReadFile("doc.go")
		if err != nil {
			t.Fatal(err)
		}
		got := fetch(t, serveOn(t, func(w http.ResponseWriter, _ *http.Request) {
			f, err := os.Open("doc.go")
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if _, ok := w.(io.ReaderFrom); !ok {
				t.Error("the writer copies files")
			}
			io.Copy(w, f)
		}))
		if got != string(want) {
			t.Errorf("%d bytes, want %d", len(got), len(want))
		}
	})
	t.Run("hijacking", func(t *testing.T) {
		t.Parallel()
		server := serveOn(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			io.WriteString(conn, "raw\n")
			conn.Close()
		})
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "raw\n" {
			t.Errorf("the connection says %q, %v", line, err)
		}
	})
}

// A writer of somebody else in between is no wall, if it unwraps.
type foreign struct{ http.ResponseWriter }

func (f foreign) Unwrap() http.ResponseWriter { return f.ResponseWriter }

type opaque struct{ http.ResponseWriter }

func TestWrappersOfOthers(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(http.ResponseWriter) http.ResponseWriter{
		"unwraps": func(w http.ResponseWriter) http.ResponseWriter { return foreign{w} },
		"opaque":  func(w http.ResponseWriter) http.ResponseWriter { return opaque{w} },
	} {
		var j journal
		wrapper := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(between(w), r) })
		}
		h := middleware.Chain(middleware.RequestID, middleware.AccessLog(middleware.AccessLogConfig{Logger: j.logger()}), wrapper, headers(), must(middleware.ClientAddr(behindProxy())), middleware.Timeout(time.Minute))(whoami)
		res := serve(h, peer(proxy, get(xff, client, xid, "req-1")))
		if got := bodyOf(res); got != client || res.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: the answer is %s %v", name, got, res.Header)
		}
		line, want := j.line(t), client
		if name == "opaque" {
			want = "10.0.0.1" // the log cannot know what is inside
		}
		if line["client"] != want || line["status"] != 200.0 || line["bytes"] != float64(len(client)) || line["request_id"] != "req-1" {
			t.Errorf("%s: the line is %v", name, line)
		}
	}
}

func BenchmarkChain(b *testing.B) {
	var j journal
	quiet := func(m ...wrap) http.Handler { return middleware.Chain(m...)(silent) }
	for _, bench := range []struct {
		name string
		h    http.Handler
	}{
		{"nothing", quiet()},
		{"recover", quiet(middleware.Recover(nil))},
		{"recover, id", quiet(middleware.Recover(nil), middleware.RequestID)},
		{"recover, id, headers", quiet(middleware.Recover(nil), middleware.RequestID, headers())},
		{"recover, id, headers, host, address, cors, csrf, limit", quiet(middleware.Recover(nil), middleware.RequestID, headers(), must(middleware.HostAllowlist("example.com")),
			must(middleware.ClientAddr(behindProxy())), cors(middleware.CORSConfig{Origins: []string{app}}), must(middleware.CrossOrigin(middleware.CrossOriginConfig{})), middleware.BodyLimit(1<<20))},
		{"everything and a log", everything(&j)(silent)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			w, r := &still{http.Header{}}, overTLS(peer(proxy, get(xff, client, xid, "req-1", "Origin", app)))
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				bench.h.ServeHTTP(w, r)
				j.buf.Reset()
			}
		})
	}
}

// What the common chain may allocate: the exchange and the copy of the request.
func TestTheCommonChainAllocatesTwice(t *testing.T) {
	h := middleware.Chain(middleware.Recover(nil), middleware.RequestID, headers(), must(middleware.HostAllowlist("example.com")),
		must(middleware.ClientAddr(behindProxy())), cors(middleware.CORSConfig{Origins: []string{app}}),
		must(middleware.CrossOrigin(middleware.CrossOriginConfig{})), middleware.BodyLimit(1<<20))(silent)
	if n := allocations(t, h, peer(proxy, get(xff, client, xid, "req-1", "Origin", app))); n > 2 {
		t.Errorf("%v allocations, want 2", n)
	}
}
