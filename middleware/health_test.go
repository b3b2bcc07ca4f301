package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

type checks = map[string]func(context.Context) error

func health(t *testing.T, cfg middleware.HealthConfig) *middleware.Health {
	t.Helper()
	h, err := middleware.NewHealth(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func well(context.Context) error { return nil }

func TestHealthAnswersItsPathsOnly(t *testing.T) {
	t.Parallel()
	h := health(t, middleware.HealthConfig{}).Middleware(ok{})
	for _, tt := range []struct{ name, method, path, want string }{
		{"live", "GET", "/livez", `{"status":"live"}`},
		{"ready", "GET", "/readyz", `{"status":"ready"}`},
		{"HEAD", "HEAD", "/readyz", ""},
		{"another method", "POST", "/readyz", "ok"},
		{"another path", "GET", "/readyz/", "ok"},
		{"below", "GET", "/api/livez", "ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res := serve(h, request(tt.method, tt.path))
			if got := bodyOf(res); res.StatusCode != http.StatusOK || got != tt.want {
				t.Errorf("the answer is %d %s", res.StatusCode, got)
			}
			if tt.want != "ok" && (res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Content-Type") != "application/json") {
				t.Errorf("the header is %v", res.Header)
			}
		})
	}
}

// A204
func TestDraining(t *testing.T) {
	t.Parallel()
	h := health(t, middleware.HealthConfig{LivePath: "/health/live", ReadyPath: "/health/ready"})
	m := h.Middleware(ok{})
	h.Drain()
	h.Drain()
	refused(t, serve(m, request(http.MethodGet, "/health/ready")), http.StatusServiceUnavailable, "draining")
	if res := serve(m, request(http.MethodGet, "/health/live")); res.StatusCode != http.StatusOK {
		t.Errorf("it is dead: %d", res.StatusCode)
	}
	if got := bodyOf(serve(m, get())); got != "ok" {
		t.Errorf("others are answered %q", got)
	}
}

// A205
func TestFailingChecksAreNamedAndNotExplained(t *testing.T) {
	t.Parallel()
	var j journal
	h := health(t, middleware.HealthConfig{Logger: j.logger(), Checks: checks{
		"queue":    func(context.Context) error { return errors.New("dial tcp 10.0.0.9: secret") },
		"cache":    func(context.Context) error { panic("secret") },
		"database": well,
	}}).Middleware(ok{})
	for range 3 {
		res := serve(h, request(http.MethodGet, "/readyz"))
		if res.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("the status is %d", res.StatusCode)
		}
		p := problemOf(t, res)
		if fmt.Sprint(p["failing"]) != "[cache queue]" || p["code"] != "not-ready" || strings.Contains(fmt.Sprint(p), "secret") {
			t.Errorf("the problem is %v", p)
		}
	}
	if lines := j.lines(t); len(lines) != 2 || !strings.Contains(j.String(), "10.0.0.9") || !strings.Contains(j.String(), "panicked") {
		t.Errorf("the log is %s", j.String())
	}
}

func TestChecksAreAskedNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		failing := true
		h := health(t, middleware.HealthConfig{Fresh: time.Second, Logger: (&journal{}).logger(), Checks: checks{"slow": func(context.Context) error {
			calls.Add(1)
			time.Sleep(time.Second / 2)
			if failing {
				return errors.New("no")
			}
			return nil
		}}})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := h.Ready(t.Context()); err == nil {
					t.Error("it is ready")
				}
			})
		}
		wg.Wait()
		failing = false
		if err := h.Ready(t.Context()); err == nil || calls.Load() != 1 {
			t.Errorf("after %d calls the answer is %v, want the first to stand", calls.Load(), err)
		}
		time.Sleep(time.Second)
		if err := h.Ready(t.Context()); err != nil || calls.Load() != 2 {
			t.Errorf("after %d calls the answer is %v, want a fresh one", calls.Load(), err)
		}
	})
}

func TestAStuckCheckHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		var calls atomic.Int32
		h := health(t, middleware.HealthConfig{Timeout: time.Second, Fresh: time.Second, Logger: (&journal{}).logger(), Checks: checks{"stuck": func(context.Context) error {
			calls.Add(1)
			<-release
			return nil
		}}})
		for range 5 {
			start := time.Now()
			if err := h.Ready(t.Context()); err == nil || time.Since(start) > time.Second {
				t.Errorf("after %v the answer is %v", time.Since(start), err)
			}
			time.Sleep(2 * time.Second)
		}
		if calls.Load() != 1 {
			t.Errorf("the stuck check was called %d times", calls.Load())
		}
		close(release)
		synctest.Wait()
		if err := h.Ready(t.Context()); err != nil {
			t.Errorf("once it returns the answer is %v", err)
		}
	})
}

func TestNobodyWaitsLongerThanTheyWant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := health(t, middleware.HealthConfig{Checks: checks{"slow": func(context.Context) error { time.Sleep(time.Second); return nil }}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := h.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the answer is %v", err)
		}
		if err := h.Ready(t.Context()); err != nil { // the round goes on for others
			t.Errorf("the answer is %v", err)
		}
	})
}

func TestMistakesOfHealthAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := middleware.NewHealth(middleware.HealthConfig{Checks: checks{"db": nil}, Timeout: -1, LivePath: "/x", ReadyPath: "/x"})
	mentions(t, err, `"db"`, "timeout -1ns", `"/x"`)
}
