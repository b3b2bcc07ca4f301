package ratelimit_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/clientaddr"
	"github.com/mortise-go/mortise/ratelimit"
)

func TestMiddlewareLimitsAnyHandler(t *testing.T) {
	t.Parallel()
	l, _ := clocked(t, login())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", ok)
	h := l.Middleware(nil)(mux)
	for i, want := range []int{204, 204, 204, 204, 204, 429} {
		w := serve(h, request(t, "GET", "/"))
		if w.Code != want || w.Header().Get("RateLimit-Policy") != `"login";q=5;w=60` || w.Header().Get("RateLimit") == "" {
			t.Errorf("request %d: %d, header %v", i, w.Code, w.Header())
		}
		if refused := w.Code == 429; refused != (w.Header().Get("Retry-After") == "12") || refused != strings.Contains(w.Body.String(), `"violated-policies":["login"]`) {
			t.Errorf("request %d: %v %s", i, w.Header(), w.Body)
		}
	}
	if w := serve(h, request(t, "HEAD", "/")); w.Code != 429 || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d %q", w.Code, w.Body)
	}
}

func TestMiddlewareTakesAKey(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
	h := l.Middleware(func(r *http.Request) ratelimit.Key { return ratelimit.KeyOf(r.Header.Get("X-Tenant")) })(http.HandlerFunc(ok))
	for _, tt := range []struct {
		tenant string
		want   int
	}{{"a", 204}, {"b", 204}, {"a", 429}, {"", 204}} {
		r := request(t, "GET", "/")
		r.Header.Set("X-Tenant", tt.tenant)
		if w := serve(h, r); w.Code != tt.want {
			t.Errorf("tenant %q: %d, want %d", tt.tenant, w.Code, tt.want)
		}
	}
}

// S236: the pattern is known behind a mux, and not in front of it.
func TestMiddlewareCountsRoutesWhereTheyAreKnown(t *testing.T) {
	t.Parallel()
	config := ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}, PerRoute: true}
	inside := limiter(t, config).Middleware(nil)
	mux := http.NewServeMux()
	mux.Handle("GET /a/{id}", inside(http.HandlerFunc(ok)))
	mux.Handle("GET /b", inside(http.HandlerFunc(ok)))
	for _, tt := range []struct {
		name string
		h    http.Handler
		want []int
	}{
		{"inside", mux, []int{204, 429, 204}},
		{"outside", limiter(t, config).Middleware(nil)(free()), []int{204, 429, 429}},
	} {
		var got []int
		for _, path := range []string{"/a/1", "/a/2", "/b"} {
			got = append(got, serve(tt.h, request(t, "GET", path)).Code)
		}
		equal(t, tt.name, got, tt.want)
	}
}

func free() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/{id}", ok)
	mux.HandleFunc("GET /b", ok)
	return mux
}

// The address is what was found out about the client, not the proxy's, and no
// header is believed that nobody has checked. A109
func TestTheClientsAddressIsTheKey(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
	h := l.Middleware(nil)(http.HandlerFunc(ok))
	behindProxy := func(client string) int {
		r := from(request(t, "GET", "/"), "10.0.0.1:1")
		return serve(h, r.WithContext(clientaddr.With(r.Context(), netip.MustParseAddr(client)))).Code
	}
	equal(t, "clients behind a proxy", []int{behindProxy("192.0.2.1"), behindProxy("192.0.2.2"), behindProxy("192.0.2.1")}, []int{204, 204, 429})
	forged := func(claimed string) int {
		r := from(request(t, "GET", "/"), "192.0.2.9:1")
		r.Header.Set("X-Forwarded-For", claimed)
		r.Header.Set("Forwarded", "for="+claimed)
		return serve(h, r).Code
	}
	equal(t, "forged addresses", []int{forged("192.0.2.3"), forged("192.0.2.4")}, []int{204, 429})
}

func TestALimitedRequestAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Name: "a", Quota: 1_000_000, Window: time.Second}}})
	h := l.Middleware(nil)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w, r := &discard{http.Header{}}, from(request(t, "GET", "/"), "192.0.2.1:1234")
	call := func() { clear(w.header); h.ServeHTTP(w, r) }
	call()
	// A text of RateLimit that has not been written before, and what remembers it.
	if n := testing.AllocsPerRun(1000, call); n > 2 {
		t.Errorf("%v allocations, want at most 2", n)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func BenchmarkMiddleware(b *testing.B) {
	l := limiter(b, ratelimit.Config{Policies: []ratelimit.Policy{{Name: "a", Quota: 1_000_000, Window: time.Second}}})
	h := l.Middleware(nil)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w, r := &discard{http.Header{}}, from(request(b, "GET", "/"), "192.0.2.1:1234")
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}
