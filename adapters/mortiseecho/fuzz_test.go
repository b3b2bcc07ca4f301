package mortiseecho_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/di"
)

// parsed is the request as a server parses it, or nil.
func parsed(method, target string) *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: example.com\r\n\r\n")))
	if err != nil {
		return nil
	}
	return r
}

func FuzzEchoChangesNoAnswer(f *testing.F) {
	for _, path := range []string{
		"/users/7", "/users/", "/users", "", "/", "//users/7", "/users/7/8", "/users/%2e%2e", "/a%2Fb", "/users/%2541", "/x/../users/7",
		"/files/a//b", "/files", "/tree", "/tree/x", "/exact", "/one/7/two", "/one/two/two", "/users/a:b", "/a*b", "/users;x/7", "/users/7?a=b",
	} {
		f.Add("GET", path)
	}
	f.Add("0", "/files/")
	f.Add("OPTIONS", "/users/7")
	f.Add("CONNECT", "/users/7")
	f.Add("get", "/users/7")
	api := newAPI()
	for _, path := range []string{"/a%2Fb", "/a*b", "/tree/", "/exact/{$}", "/one/{x}/two", "/one/two/{y}/three"} {
		api.Handle("GET", path, di.Depends(func(_ context.Context, r *http.Request) (string, error) { return r.Pattern + r.URL.Path, nil }))
	}
	e := echo.New()
	if err := mortiseecho.Mount(e, "/api", api); err != nil {
		f.Fatal(err)
	}
	alone := api.Under("/api")
	f.Fuzz(func(t *testing.T, method, path string) {
		if path != "" && path[0] != '/' {
			path = "/" + path
		}
		r := parsed(method, "/api"+path)
		if r == nil {
			return
		}
		got, want := httptest.NewRecorder(), httptest.NewRecorder()
		e.ServeHTTP(got, r)
		alone.ServeHTTP(want, parsed(method, "/api"+path))
		if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("Location") != want.Header().Get("Location") || got.Header().Get("Allow") != want.Header().Get("Allow") {
			t.Errorf("%s /api%s: %d %s %v, want %d %s %v", method, path, got.Code, got.Body, got.Header(), want.Code, want.Body, want.Header())
		}
	})
}

// A route of Echo's own that is accepted is more specific than ours, so that it
// holds a literal where ours has a wildcard, or it is apart from it.
func FuzzNoRouteOfEchoTakesOurRequests(f *testing.F) {
	for _, path := range []string{
		"/api/users/:id", "/:any/users/:id", "/api/:x/:y", "/api/*", "/*", "/api/users/*", "/api/files/:name", "/api/files/a/*", "/api/users/:id/posts",
		`/api/users/:id\:verb`, "/api/us*", "/api/u:x/:y", "api/users/:id", "//:a/:b", "/api/users/me", "/api/:u", "/api", "", "/api/files/:a/:b", "/api/users/:id/",
	} {
		f.Add(path, true)
		f.Add(path, false)
	}
	f.Fuzz(func(t *testing.T, path string, before bool) {
		if strings.Contains(path, "7") {
			return // it may be the more specific one
		}
		e := echo.New()
		theirs := func(c *echo.Context) error { return c.String(http.StatusTeapot, "Echo's own") }
		own := echo.Route{Method: "GET", Path: path, Handler: theirs}
		if before {
			if _, err := e.AddRoute(own); err != nil {
				return
			}
		}
		if mortiseecho.Mount(e, "/api", newAPI()) != nil {
			return
		}
		if !before {
			_, _ = e.AddRoute(own)
		}
		for line, want := range map[string]string{
			"GET /api/users/7": "GET /api/users/{id}", "PUT /api/users/7": "PUT /api/users/{id}", "DELETE /api/users/7": "method-not-allowed",
			"DELETE /api/files/7": "method-not-allowed",
		} {
			if got, body := get(e, line); !strings.Contains(body, want) {
				t.Errorf("beside %q, %s: %d %s, want %s", path, line, got, body, want)
			}
		}
		if got, _ := get(e, "HEAD /api/users/7"); got != 200 {
			t.Errorf("beside %q, HEAD /api/users/7: %d", path, got)
		}
	})
}
