package ratelimit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/ratelimit"
)

// A clock is moved by hand.
type clock struct{ at atomic.Int64 }

// newClock makes a clock that has run for a while.
func newClock() *clock {
	c := &clock{}
	c.at.Store(int64(time.Hour))
	return c
}

func (c *clock) now() int64              { return c.at.Load() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func limiter(t testing.TB, c ratelimit.Config) *ratelimit.Limiter {
	t.Helper()
	l, err := ratelimit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// clocked makes a limiter whose time stands still until it is moved.
func clocked(t testing.TB, policies ...ratelimit.Policy) (*ratelimit.Limiter, *clock) {
	t.Helper()
	c := newClock()
	return limiter(t, ratelimit.Config{Policies: policies, Store: ratelimit.NewMemoryAt(0, c.now)}), c
}

// login is the policy of the examples: 5 a minute.
func login() ratelimit.Policy {
	return ratelimit.Policy{Name: "login", Quota: 5, Window: time.Minute}
}

func take(t testing.TB, l *ratelimit.Limiter, subject ratelimit.Key, costs ...int64) ratelimit.Decision {
	t.Helper()
	d, err := l.Take(context.Background(), subject, costs...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// passes counts how many of n requests of cost 1 are allowed.
func passes(t testing.TB, l *ratelimit.Limiter, subject ratelimit.Key, n int) (passed int) {
	t.Helper()
	for range n {
		if d := take(t, l, subject); d.Allowed {
			passed++
		}
	}
	return passed
}

func request(t testing.TB, method, target string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), method, target, nil)
}

func from(r *http.Request, addr string) *http.Request {
	r.RemoteAddr = addr
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
