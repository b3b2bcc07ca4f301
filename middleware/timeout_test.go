package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

// A199
func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := middleware.Chain(headers(), middleware.Timeout(time.Second))
		for _, tt := range []struct {
			name    string
			handler http.HandlerFunc
			status  int
		}{
			{"in time", func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second / 2) }, 200},
			{"late and silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 503},
			{"late, ignoring the context", func(http.ResponseWriter, *http.Request) { time.Sleep(time.Minute) }, 503},
			{"late but answered", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done(); w.WriteHeader(418) }, 418},
			{"answered in time, then late", func(w http.ResponseWriter, r *http.Request) { w.Write(nil); <-r.Context().Done() }, 200},
		} {
			start := time.Now()
			res := serve(m(tt.handler), get())
			if res.StatusCode != tt.status || res.Header.Get("X-Frame-Options") != "DENY" {
				t.Errorf("%s: the answer is %d %v", tt.name, res.StatusCode, res.Header)
			}
			if tt.status != http.StatusServiceUnavailable {
				if got := bodyOf(res); got != "" {
					t.Errorf("%s: something is appended: %s", tt.name, got)
				}
			} else {
				refused(t, res, http.StatusServiceUnavailable, "timeout")
			}
			if d := time.Since(start); d > time.Second && tt.name != "late, ignoring the context" {
				t.Errorf("%s: it took %v", tt.name, d)
			}
		}
		r := get()
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		if res := serve(m(silent), r.WithContext(ctx)); res.StatusCode != http.StatusOK {
			t.Errorf("a client that went away is answered %d", res.StatusCode)
		}
	})
	panics(t, "Timeout(0s)", func() { middleware.Timeout(0) })
}

// A route answers by itself, and in the words of the middleware.
func TestTheTimeoutOfARoute(t *testing.T) {
	t.Parallel()
	gone := problem.New(http.StatusGone, "", "")
	for _, tt := range []struct {
		name  string
		route func(context.Context) error
		code  string // empty for a success
	}{
		{"the error of the context", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "timeout"},
		{"it within another", func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("query: %w", ctx.Err()) }, "timeout"},
		{"the cause", func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }, "timeout"},
		{"an answer of its own", func(ctx context.Context) error { <-ctx.Done(); return gone.Because(ctx.Err()) }, "gone"},
		{"a failure of its own", func(ctx context.Context) error { <-ctx.Done(); return errors.New("no route to host") }, "internal-error"},
		{"nothing", func(ctx context.Context) error { <-ctx.Done(); return nil }, ""},
		{"another deadline", func(context.Context) error { return context.DeadlineExceeded }, "service-unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := router.New("test", "1", router.Logger((&journal{}).logger()))
				api.Handle(http.MethodGet, "/", di.Depends(func(ctx context.Context, _ di.None) (di.None, error) {
					return di.None{}, tt.route(ctx)
				}), router.Public())
				res := serve(middleware.Timeout(time.Second)(api), get())
				if tt.code == "" {
					if res.StatusCode != http.StatusNoContent {
						t.Errorf("answered %d", res.StatusCode)
					}
					return
				}
				refused(t, res, map[string]int{"timeout": 503, "service-unavailable": 503, "gone": 410, "internal-error": 500}[tt.code], tt.code)
			})
		})
	}
}
