package middleware_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
)

const xid = "X-Request-Id"

// A67, A207
func TestRequestID(t *testing.T) {
	t.Parallel()
	made := regexp.MustCompile(`^[A-Z2-7]{26}$`)
	for _, tt := range []struct {
		name  string
		lines []string
		kept  bool
	}{
		{"none", nil, false},
		{"a good one", []string{"req-7f3a.9c_1"}, true},
		{"64 characters", []string{strings.Repeat("a", 64)}, true},
		{"65 characters", []string{strings.Repeat("a", 65)}, false},
		{"an empty one", []string{""}, false},
		{"two", []string{"a", "b"}, false},
		{"a space", []string{"a b"}, false},
		{"a line break", []string{"a\nb"}, false},
		{"an escape sequence", []string{"\x1b[31m"}, false},
		{"JSON", []string{`","admin":true,"x":"`}, false},
		{"a letter that is not ASCII", []string{"é"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var inside string
			h := middleware.RequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				inside = middleware.RequestIDFrom(r.Context())
			}))
			r := get()
			if tt.lines != nil {
				r.Header[xid] = tt.lines
			}
			got := serve(h, r).Header[xid]
			if len(got) != 1 || got[0] != inside {
				t.Fatalf("the answer has %q, the context %q", got, inside)
			}
			if tt.kept && inside != tt.lines[0] || !tt.kept && !made.MatchString(inside) {
				t.Errorf("the id is %q", inside)
			}
		})
	}
	if id := middleware.RequestIDFrom(t.Context()); id != "" {
		t.Errorf("without the middleware the id is %q", id)
	}
}

func TestIDsDiffer(t *testing.T) {
	t.Parallel()
	h := middleware.RequestID(ok{})
	if a, b := serve(h, get()).Header.Get(xid), serve(h, get()).Header.Get(xid); a == b {
		t.Errorf("two requests have the id %q", a)
	}
}

// The id of the middleware is the one that routes put into problems and logs.
func TestRoutesUseTheSameID(t *testing.T) {
	t.Parallel()
	var j journal
	api := router.New("test", "1", router.Logger(j.logger()))
	api.Handle(http.MethodGet, "/", di.Depends(func(context.Context, di.None) (di.None, error) { return di.None{}, errors.New("secret") }), router.Public())
	res := serve(middleware.RequestID(api), get(xid, "req-1"))
	p := problemOf(t, res)
	if !slices.Equal(res.Header[xid], []string{"req-1"}) || p["instance"] != "urn:request:req-1" || j.line(t)["request_id"] != "req-1" {
		t.Errorf("the answer has %v, the problem %v, the log %v", res.Header[xid], p["instance"], j.line(t))
	}
}

// A context that is put in between keeps what is known.
func TestTheInnermostContextKnowsTheRequest(t *testing.T) {
	t.Parallel()
	type key struct{}
	between := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, 1)))
		})
	}
	h := middleware.Chain(middleware.RequestID, between, must(middleware.ClientAddr(behindProxy())), between)(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			addr, _ := middleware.RemoteAddr(r)
			if id := middleware.RequestIDFrom(r.Context()); id != "req-1" || addr.String() != client || r.Context().Value(key{}) != 1 {
				t.Errorf("the handler finds the id %q and the client %v", id, addr)
			}
		}))
	serve(h, peer(proxy, get(xid, "req-1", xff, client)))
}

// Who replaces the context loses what it held, and nothing is written to a
// context that others still use.
func TestAReplacedContextStartsAnew(t *testing.T) {
	t.Parallel()
	replaced := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(t.Context()))
		})
	}
	inner := middleware.Chain(replaced, middleware.RequestID, must(middleware.ClientAddr(behindProxy())))(whoami)
	h := middleware.RequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		if addr, _ := middleware.RemoteAddr(r); addr.String() != "10.0.0.1" || middleware.RequestIDFrom(r.Context()) != "req-1" {
			t.Errorf("outside, the client is %v and the id %q", addr, middleware.RequestIDFrom(r.Context()))
		}
	}))
	if got := bodyOf(serve(h, peer(proxy, get(xid, "req-1", xff, client)))); got != client {
		t.Errorf("inside, the client is %s", got)
	}
}
