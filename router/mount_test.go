package router_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

type moved struct {
	Location string `header:"Location"`
}

// mountable is an API whose parts all have to do with paths.
func mountable(opts ...router.Option) *mortise.API {
	api := mortise.New("Mounted", "1", append(opts, quiet())...)
	mortise.Get(api, "/users/{id}", func(_ context.Context, r *http.Request) (string, error) {
		return r.Pattern + " " + r.PathValue("id") + " " + r.URL.Path, nil
	})
	mortise.Get(api, "/tree/", gives("tree"))
	mortise.Post(api, "/users", func(_ context.Context, in struct{ At router.Prefix }) (moved, error) {
		return moved{string(in.At) + "/users/7"}, nil
	})
	return api
}

// beside serves an API under a prefix of a ServeMux with a route of its own.
func beside(t testing.TB, api *mortise.API, prefix string) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", built(t, api.Under(prefix)))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("home")) })
	return mux
}

func TestAnAPIUnderAPrefixKnowsIt(t *testing.T) {
	t.Parallel()
	mux := beside(t, mountable(), "/api")
	for _, tt := range []struct {
		name, line string
		status     int
		body       string
	}{
		{"a route has the prefix in its pattern and in the path", "GET /api/users/7", 200, `"GET /api/users/{id} 7 /api/users/7"`},
		{"a value is decoded once", "GET /api/users/%2541", 200, `"GET /api/users/{id} %41 /api/users/%41"`},
		{"an escaped letter of the prefix is that letter", "GET /%61pi/users/7", 200, `"GET /api/users/{id} 7 /api/users/7"`},
		{"another handler of the host", "GET /", 200, "home"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			do(t, mux, tt.line, "").is(tt.status).says(tt.body)
		})
	}
	do(t, mux, "HEAD /api/users/7", "").is(200).says("")
	do(t, mux, "OPTIONS /api/users/7", "").is(204).has("Allow", "GET, HEAD, OPTIONS")
	do(t, mux, "DELETE /api/users/7", "").is(405).has("Allow", "GET, HEAD, OPTIONS").code("method-not-allowed")
	do(t, mux, "GET /api/nothing", "").is(404).code("not-found")
	do(t, mux, "GET /api%2Fusers/7", "").is(404)
	do(t, mux, "GET /users/7", "").is(404)
	do(t, mux, "POST /api/users", "").is(204).has("Location", "/api/users/7")
	do(t, mux, "GET /api/tree", "").is(307).has("Location", "/api/tree/")
	do(t, mux, "GET /api/x/../tree/?q=1", "").is(307).has("Location", "/api/tree/?q=1")
}

func TestTheDocumentAndItsPagesAreUnderThePrefix(t *testing.T) {
	t.Parallel()
	api := mountable(router.Docs("/meta/docs")).Under("/api")
	mux := http.NewServeMux()
	mux.Handle("/api/", api)
	do(t, mux, "GET /api/openapi.json", "").is(200)
	documented(t, api, "GET /api/users/{id}")
	page := do(t, mux, "GET /api/meta/docs", "").is(200)
	if !strings.Contains(page.body, `data-document="./../openapi.json"`) {
		t.Errorf("the page finds no document:\n%s", page.body)
	}
	_, found, _ := strings.Cut(page.body, `href="./docs/`)
	asset, _, _ := strings.Cut(found, `"`)
	do(t, mux, "GET /api/meta/docs/"+asset, "").is(200)
	if got := api.DocsPath(); got != "/api/meta/docs" {
		t.Errorf("DocsPath() = %q", got)
	}
	none := built(t, mountable(router.DocumentAt("")).Under("/api"))
	do(t, none, "GET /api/openapi.json", "").is(404)
	do(t, none, "GET /api", "").is(404)
}

func TestAMountLeavesTheAPIAsItWas(t *testing.T) {
	t.Parallel()
	api := mountable()
	v1, v2 := beside(t, api, "/v1"), beside(t, api.Under("/more"), "/v2")
	mortise.Get(api, "/later", gives("later"))
	do(t, built(t, api), "GET /users/7", "").is(200)
	do(t, api, "POST /users", "").has("Location", "/users/7")
	do(t, api, "GET /later", "").is(200)
	do(t, v1, "GET /v1/users/7", "").is(200)
	do(t, v1, "GET /v1/later", "").is(404)
	do(t, built(t, api.Under("/more").Under("/v2")), "GET /v2/more/users/7", "").is(200)
	do(t, v2, "GET /v2/users/7", "").is(404) // it is under /v2/more
}

func TestMountsShareOneApplication(t *testing.T) {
	t.Parallel()
	made, closed := 0, 0
	type pool struct{ number int }
	api := mortise.New("Shared", "1", quiet())
	api.Provide(mortise.Depends(func(context.Context, none) (di.Resource[*pool], error) {
		made++
		return di.Resource[*pool]{Value: &pool{made}, Close: func(error) error { closed++; return nil }}, nil
	}, di.Application))
	mortise.Get(api, "/number", func(_ context.Context, p *pool) (int, error) { return p.number, nil })
	one, two := api.Under("/one"), api.Under("/two")
	if err := errors.Join(api.Start(t.Context()), one.Build(), two.Build()); err != nil {
		t.Fatal(err)
	}
	do(t, one, "GET /one/number", "").is(200).says("1")
	do(t, two, "GET /two/number", "").is(200).says("1")
	if err := two.Close(); err != nil || made != 1 || closed != 1 {
		t.Errorf("made %d and closed %d, %v; want one of each", made, closed, err)
	}
}

func TestAPrefixOfAMountIsCheckedByBuild(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{
		"api":        `a prefix begins with a slash and ends without one, such as "/api"`,
		"/api/":      `a prefix begins with a slash and ends without one, such as "/api"`,
		"/":          "a prefix ends without a slash; leave it empty",
		"/{tenant}":  "the prefix of a mount has no wildcards; declare the routes in a Group that has them",
		"/api/../v1": "the path holds an empty segment or a dot",
	} {
		wrong(t, mountable().Under(prefix), want, "mount_test.go:")
		if all := mistakes(t, mountable().Under(prefix)); strings.Contains(all, "\n") && strings.HasPrefix(want, "a prefix") {
			t.Errorf("%q makes mistakes of paths that nobody wrote:\n%s", prefix, all)
		}
	}
	if err := mountable().Under("").Build(); err != nil {
		t.Errorf("no prefix at all: %v", err)
	}
}

func TestTestsMayReplaceWhatAMountServes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Replaced", "1", quiet())
	api.Provide(mortise.Depends(gives("real")))
	mortise.Get(api, "/", func(_ context.Context, s string) (string, error) { return s, nil })
	fake := di.ReplaceType(mortise.Depends(gives("fake")))
	do(t, api.Under("/a").With(fake), "GET /a/", "").is(200).says(`"fake"`)
	do(t, api.With(fake).Under("/a"), "GET /a/", "").is(200).says(`"fake"`)
	do(t, api.Under("/a"), "GET /a/", "").is(200).says(`"real"`)
}

func TestMiddlewareKnowsTheMount(t *testing.T) {
	t.Parallel()
	api := mortise.New("Under", "1")
	mortise.Put(api, "/things", gives(1), mortise.Public())
	var prefix router.Prefix
	var methods []string
	api.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			prefix, methods = router.PrefixOf(r), api.Methods(r)
			next.ServeHTTP(w, r)
		})
	})
	for _, tt := range []struct {
		h      http.Handler
		target string
		prefix router.Prefix
	}{
		{api, "/things", ""},
		{api.Under("/a"), "/a/things", "/a"},
		{api.Under("/a").Under("/b"), "/b/a/things", "/b/a"},
	} {
		tt.h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", tt.target, nil))
		if prefix != tt.prefix || !slices.Equal(methods, []string{"PUT"}) {
			t.Errorf("%s: mounted at %q with methods %q, want %q and PUT", tt.target, prefix, methods, tt.prefix)
		}
	}
}
