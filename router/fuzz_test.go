package router_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
)

// everyInput is an API with every kind of input; what is locked says so in its
// answer.
func everyInput(t testing.TB) *mortise.API {
	type deep struct {
		Limit int      `json:"limit" validate:"max=10"`
		Tags  []string `json:"tags"`
	}
	type tree struct {
		Name  string          `json:"name" validate:"required,max=8"`
		Next  *tree           `json:"next"`
		Kids  []tree          `json:"kids" validate:"max=3,dive"`
		Any   any             `json:"any"`
		Map   map[string]int8 `json:"map"`
		When  time.Time       `json:"when,omitzero"`
		Wait  time.Duration   `json:"wait"`
		Bytes []byte          `json:"bytes"`
	}
	const locked = `LOCKED`
	api := newGuarded()
	mortise.Get(api, "/{id}", func(_ context.Context, in struct {
		ID     uint16                `path:"id"`
		List   []int                 `query:"list"`
		Comma  []string              `query:"comma,comma"`
		Deep   deep                  `query:"deep"`
		Since  *time.Time            `query:"since"`
		Maybe  mortise.Optional[int] `query:"maybe"`
		Enum   string                `query:"enum" enum:"a,b" default:"a"`
		Trace  string                `header:"X-Trace" default:""`
		Lines  []string              `header:"X-Lines"`
		Cookie string                `cookie:"c" default:""`
	}) (any, error) {
		return in, nil
	}, mortise.Public())
	mortise.Get(api, "/tree/{rest...}", func(_ context.Context, in struct {
		Rest string `path:"rest"`
	}) (mortise.Redirect, error) {
		return mortise.Redirect{To: "/" + url.PathEscape(in.Rest)}, nil
	}, mortise.Public())
	takes[tree](api, "/json", mortise.Public())
	takes[*tree](api, "/json/optional", mortise.Public())
	mortise.Post(api, "/form", func(_ context.Context, in struct {
		A string   `form:"a" validate:"max=4"`
		B []int    `form:"b"`
		C deep     `form:"c"`
		D *float64 `form:"d"`
	}) (any, error) {
		return in, nil
	}, mortise.Public())
	mortise.Get(api, "/locked/token", func(context.Context, *account) (string, error) { return locked, nil })
	mortise.Post(api, "/locked/body", func(_ context.Context, in struct {
		Who  *account
		Tree tree `body:"json"`
	}) (string, error) {
		return locked, nil
	})
	mortise.Get(api, "/locked/key", gives(locked), keyHolder)
	mortise.Get(api, "/locked/query", gives(locked), mortise.Depends(readKey, security.APIKeyQuery("key", security.SchemeConfig{})))
	mortise.Get(api, "/locked/cookie", gives(locked), mortise.Depends(readKey, security.APIKeyCookie("key", security.SchemeConfig{})))
	mortise.Get(api, "/locked/basic", func(_ context.Context, c security.BasicCredentials) (string, error) {
		if c.Password != "correct horse" {
			return "", security.InvalidCredentials("")
		}
		return locked, nil
	})
	mortise.Get(api, "/locked/any", func(context.Context, keyOf) (string, error) { return locked, nil },
		security.AnyOf[keyOf](keyHolder, mortise.Depends(func(_ context.Context, c *claims) (keyOf, error) { return keyOf(c.Subject), nil })))
	return built(t, api)
}

// parseFuzzed makes a request of arbitrary bytes: as the server does when it
// can, and otherwise by hand.
func parseFuzzed(method, target, header string, body []byte) *http.Request {
	r := httptest.NewRequest("GET", "/", io.NopCloser(bytes.NewReader(body)))
	r.Method, r.ContentLength = method, int64(len(body))
	u, err := url.ParseRequestURI(target)
	if err != nil {
		path, query, _ := strings.Cut(target, "?")
		u = &url.URL{Path: path, RawQuery: query}
	}
	r.URL, r.RequestURI = u, target
	for line := range strings.Lines(header) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if name != "" {
			r.Header.Add(name, strings.TrimSpace(value))
		}
	}
	return r
}

// FuzzRequest sends anything at all. The server never fails, and what is locked
// is never reached without one of the credentials there are.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ method, target, header, body string }{
		{"GET", "/7?list=1&list=2&comma=a,b&deep[limit]=3&since=2026-01-02T03:04:05Z&maybe=1&enum=b", "X-Trace: a\nCookie: c=d", ""},
		{"HEAD", "/7?deep[tags][0]=a", "X-Lines: a, b", ""},
		{"GET", "/tree/a/%2e%2e/b", "", ""},
		{"GET", "//evil.example/%2e%2e?a=b", "", ""},
		{"POST", "/json", "Content-Type: application/json", `{"name":"a","kids":[{"name":"b"}],"map":{"a":1},"wait":"1s","bytes":"AA=="}`},
		{"POST", "/json", "Content-Type: application/json\nContent-Encoding: gzip", `{"name":"a","name":"b"}`},
		{"POST", "/json/optional", "Content-Type: application/json", "null"},
		{"POST", "/form", "Content-Type: application/x-www-form-urlencoded", "a=1&b=2&b=3&c[limit]=4&d=5"},
		{"OPTIONS", "/locked/token", "Origin: https://a.example", ""},
		{"GET", "/locked/token", "Authorization: Bearer mallory", ""},
		{"GET", "/locked/token", "Authorization: Basic YTpi\nAuthorization: Bearer old", ""},
		{"POST", "/locked/body", "Content-Type: application/json", `{"name":"a"}`},
		{"GET", "/locked/key", "X-API-Key: key", ""},
		{"GET", "/locked/query?key=nokey&key=x", "", ""},
		{"GET", "/locked/cookie", "Cookie: key=a; key=b", ""},
		{"GET", "/locked/basic", "Authorization: Basic YWRhOng=", ""},
		{"GET", "/locked/any", "Authorization: Bearer x\nX-API-Key: y", ""},
		{"get", "*", "Host: x", ""},
		{"CONNECT", "/locked/token", "", ""},
	} {
		f.Add(seed.method, seed.target, seed.header, []byte(seed.body))
	}
	api := everyInput(f)
	f.Fuzz(func(t *testing.T, method, target, header string, body []byte) {
		r := parseFuzzed(method, target, header, body)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code < 200 {
			t.Errorf("%q %q %q %q = %d %s", method, target, header, body, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "LOCKED") && !hasCredential(target+" "+header) {
			t.Errorf("%q %q %q %q gets in", method, target, header, body)
		}
		if w.Code == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%q %q %q: a 401 without a challenge", method, target, header)
		}
		if l := w.Header().Get("Location"); strings.HasPrefix(l, "//") || strings.HasPrefix(l, `/\`) {
			t.Errorf("%q %q leads to %q", method, target, l)
		}
	})
}

// hasCredential reports whether a request holds any of the secrets there are,
// which a fuzzer may well find.
func hasCredential(text string) bool {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	for name := range accounts() {
		if strings.Contains(text+plain, name) {
			return true
		}
	}
	return false
}
