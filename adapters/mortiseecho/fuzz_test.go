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
