package mortiseecho_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

func getUser(_ context.Context, r *http.Request) (string, error) { return r.Pattern, nil }

func putUser(_ context.Context, r *http.Request) (string, error) { return r.Pattern, nil }

func files(_ context.Context, r *http.Request) (string, error) { return r.Pattern, nil }

func newAPI() *router.Router {
	api := router.New("Mounted", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Handle("GET", "/users/{id}", di.Depends(getUser))
	api.Handle("PUT", "/users/{id}", di.Depends(putUser))
	api.Handle("GET", "/files/{path...}", di.Depends(files))
	return api
}

// get sends a request to a handler and returns status and body.
func get(h http.Handler, line string, fields ...string) (int, string) {
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, nil)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func expect(t *testing.T, h http.Handler, line string, status int, text string) {
	t.Helper()
	if code, body := get(h, line); code != status || !strings.Contains(body, text) {
		t.Errorf("%s: %d %s, want %d and %s", line, code, body, status, text)
	}
}

func mounted(t *testing.T, e *echo.Echo, prefix string, api *router.Router) {
	t.Helper()
	if err := mortiseecho.Mount(e, prefix, api); err != nil {
		t.Fatal(err)
	}
}

func TestEchoListsTheRoutesOfTheAPIByName(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, path := range []string{"/tree/", "/exact/{$}", "/a:b/{x}", "/a*b", "/a%2Fb"} {
		api.Handle("GET", path, di.Depends(files))
	}
	e := echo.New()
	mounted(t, e, "/api", api)
	var got []string
	for _, r := range e.Router().Routes() {
		got = append(got, r.Method+" "+r.Path+" "+r.Name)
	}
	want := []string{
		"GET /api/users/:id getUser",
		"PUT /api/users/:id putUser",
		"GET /api/files/* filesGetApiFilesPath", // several are called files
		"GET /api/tree/* filesGetApiTree",
		"GET /api/exact/ filesGetApiExact",
		`GET /api/a\:b/:x filesGetApiABX`,
		"GET /api/a%2Ab filesGetApiAB",
		"GET /api/a%2Fb filesGetApiA2Fb",
		"echo_route_any /api/files/* echo_route_any:/api/files/*",
		"echo_route_any /api/tree/* echo_route_any:/api/tree/*",
		"echo_route_any /api/* echo_route_any:/api/*",
		"echo_route_any /api echo_route_any:/api",
	}
	if !slices.Equal(got, want) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if path, err := e.Router().Routes().Reverse("getUser", 7); err != nil || path != "/api/users/7" {
		t.Errorf("Reverse = %q, %v", path, err)
	}
	for target, pattern := range map[string]string{
		"/api/a:b/1": "GET /api/a:b/{x}", "/api/a*b": "GET /api/a*b", "/api/a%2fb": "GET /api/a%2Fb", "/api/exact/": "GET /api/exact/{$}", "/api/tree/x/y": "GET /api/tree/",
	} {
		expect(t, e, "GET "+target, 200, `"`+pattern+`"`)
	}
}

func TestMiddlewareSeesThePathOfTheRouteThatRan(t *testing.T) {
	t.Parallel()
	e := echo.New()
	var path, pattern string
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			err := next(c)
			path, pattern = c.Path(), c.Request().Pattern
			return err
		}
	})
	mounted(t, e, "/api", newAPI())
	for _, tt := range []struct{ name, line, path, pattern string }{
		{"a route", "GET /api/users/7", "/api/users/:id", "GET /api/users/{id}"},
		{"HEAD, which Echo does not know", "HEAD /api/users/7", "/api/users/:id", "GET /api/users/{id}"},
		{"a path that Echo's parameter swallows", "GET /api/users/7/8", "/api/*", ""},
		{"a method that is missing", "DELETE /api/users/7", "/api/*", ""},
		{"the prefix alone", "GET /api", "/api/*", ""},
	} {
		if get(e, tt.line); path != tt.path || pattern != tt.pattern {
			t.Errorf("%s: path %q and pattern %q, want %q and %q", tt.name, path, pattern, tt.path, tt.pattern)
		}
	}
}

func TestConflictingRoutesOfEchoAreReported(t *testing.T) {
	t.Parallel()
	own := func(c *echo.Context) error { return c.String(200, "own") }
	for _, tt := range []struct {
		name, method, path string
		texts              []string // nothing for a route that may stay
	}{
		{"the same route", "GET", "/api/users/:name", []string{"the route GET /api/users/:name of Echo would take requests from the API", `"GET /api/users/{id}" (registered at mount_test.go:`, "matches the same requests"}},
		{"the same route by the same name", "GET", "/api/users/:id", []string{"matches the same requests"}},
		{"an overlapping route", "GET", "/:any/users/7", []string{"both match some paths"}},
		{"a parameter that takes slashes", "GET", "/api/files/:name", []string{"In Echo, a parameter at the end takes slashes too."}},
		{"everything below", "GET", "/api/files/*", []string{"matches the same requests"}},
		{"a verb behind a parameter", "PUT", `/api/users/:id\:rename`, []string{"matches the same requests"}},
		{"more methods of a narrower path", echo.RouteAny, "/api/users/me", []string{"the route Any /api/users/me", "more methods"}},
		{"all of the prefix", echo.RouteAny, "/api/*", []string{"(registered at the mount)"}},
		{"an asterisk around a route", "GET", "/api/users/*", []string{`from "GET /api/users/{id}" of the API (registered at mount_test.go:`, "an asterisk ends the search"}},
		{"an asterisk beside the routes", "GET", "/api/assets/*", nil},
		{"another method", "POST", "/api/users/:id", nil},
		{"a more specific path", "GET", "/api/users/me", nil},
		{"another prefix", "GET", "/other/users/:id", nil},
		{"all the rest", echo.RouteAny, "/*", nil},
		{"a path that no clean request has", "GET", "//api//users/:id", nil},
		{"what Echo does where there is nothing", echo.RouteNotFound, "/api/*", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			route := echo.Route{Method: tt.method, Path: tt.path, Handler: own}
			before, after := echo.New(), echo.New()
			if _, err := before.AddRoute(route); err != nil {
				t.Fatal(err)
			}
			mounted(t, after, "/api", newAPI())
			_, later := after.AddRoute(route)
			for when, err := range map[string]error{"before": mortiseecho.Mount(before, "/api", newAPI()), "after": later} {
				if tt.texts == nil && err != nil {
					t.Errorf("added %s: %v", when, err)
				}
				for _, text := range tt.texts {
					if err == nil || !strings.Contains(err.Error(), text) {
						t.Errorf("added %s: %v, want an error that says %s", when, err, text)
					}
				}
			}
			expect(t, after, "GET /api/users/7", 200, "GET /api/users/{id}")
		})
	}
}

func TestMistakesOfTheAPIAreReported(t *testing.T) {
	t.Parallel()
	broken := router.New("Broken", "1")
	broken.Handle("GET", "/users/{id}", di.Depends(func(context.Context, di.None) (string, error) { return "", nil }))
	for _, tt := range []struct {
		name, prefix string
		api          *router.Router
		text         string
	}{
		{"a mistake of a route", "/api", broken, "nothing reads {id}"},
		{"a prefix without a slash", "api", newAPI(), `Under("api") (mount_test.go:`},
		{"a prefix with a wildcard", "/{tenant}", newAPI(), "declare the routes in a Group"},
	} {
		e := echo.New()
		if err := mortiseecho.Mount(e, tt.prefix, tt.api); err == nil || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want an error that says %s", tt.name, err, tt.text)
		}
		if n := len(e.Router().Routes()); n != 0 {
			t.Errorf("%s: Echo has %d routes, want none", tt.name, n)
		}
	}
}

func TestAGroupGivesItsPrefixAndItsMiddleware(t *testing.T) {
	t.Parallel()
	e := echo.New()
	ran := 0
	g := e.Group("/v1", func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error { ran++; return next(c) }
	})
	before := len(e.Router().Routes()) // Echo's own for a group with middleware
	if err := mortiseecho.MountGroup(e, g, newAPI()); err != nil {
		t.Fatal(err)
	}
	if got, want := len(e.Router().Routes())-before, 6; got != want {
		t.Errorf("%d routes were added, want %d", got, want)
	}
	expect(t, e, "GET /v1/users/7", 200, "GET /v1/users/{id}")
	expect(t, e, "GET /v1/nothing", 404, `"code":"not-found"`)
	if ran != 2 {
		t.Errorf("the middleware of the group ran %d times, want 2", ran)
	}
	if err := mortiseecho.MountGroup(e, e.Group("/t/:tenant"), newAPI()); err == nil || !strings.Contains(err.Error(), `"/t/:tenant" of the group has parameters`) {
		t.Errorf("a group with a parameter: %v", err)
	}
	if err := mortiseecho.MountGroup(echo.New(), e.Group("/v2"), newAPI()); err == nil || !strings.Contains(err.Error(), "belongs to another Echo") {
		t.Errorf("a group of another Echo: %v", err)
	}
	if err := mortiseecho.MountGroup(e, e.Group("/v3/"), newAPI()); err == nil || !strings.Contains(err.Error(), "ends without") {
		t.Errorf("a group whose prefix ends with a slash: %v", err)
	}
}

func TestTwoAPIsShareAnEcho(t *testing.T) {
	t.Parallel()
	e := echo.New()
	api := newAPI()
	mounted(t, e, "/v1", api)
	mounted(t, e, "/v2", api)
	mounted(t, e, "", api)
	expect(t, e, "GET /v1/users/7", 200, "GET /v1/users/{id}")
	expect(t, e, "GET /v2/users/7", 200, "GET /v2/users/{id}")
	expect(t, e, "GET /users/7", 200, `"GET /users/{id}"`)
	if err := mortiseecho.Mount(e, "/v1", api); err == nil {
		t.Error("an API is mounted twice at one place")
	}
}

func TestHooksOfTheProgramAreKept(t *testing.T) {
	t.Parallel()
	e := echo.New()
	var seen []string
	e.OnAddRoute = func(r echo.Route) error { seen = append(seen, r.Path); return nil }
	if err := mortiseecho.MountGroup(e, e.Group("/api"), newAPI()); err != nil {
		t.Fatal(err)
	}
	e.GET("/own", func(*echo.Context) error { return nil })
	if want := []string{"/api/users/:id", "/api/users/:id", "/api/files/*", "/api/files/*", "/api/*", "/api", "/own"}; !slices.Equal(seen, want) {
		t.Errorf("seen %q, want %q", seen, want)
	}
	refusing := echo.New()
	refusing.OnAddRoute = func(echo.Route) error { return http.ErrNotSupported }
	if err := mortiseecho.Mount(refusing, "", newAPI()); err == nil || !strings.Contains(err.Error(), "Echo refuses a route of the API") {
		t.Errorf("a hook that refuses: %v", err)
	}
}

func TestAnEscapedPrefixIsEchosOwn404(t *testing.T) {
	t.Parallel()
	e := echo.New()
	mounted(t, e, "/api", newAPI())
	for _, line := range []string{"GET /%61pi/users/7", "GET /x/../api/users/7", "GET /api%2Fusers/7"} {
		expect(t, e, line, 404, `"Not Found"`)
	}
}
