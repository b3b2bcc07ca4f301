package mortiseecho_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"github.com/mortise-go/mortise/adapters/adaptertest"
	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/router"
)

// crowded is an Echo with routes of its own, whose handlers nobody may reach.
func crowded(t testing.TB, e *echo.Echo) *echo.Echo {
	reached := func(c *echo.Context) error {
		t.Errorf("Echo's own route %s was reached", c.Path())
		return c.NoContent(http.StatusOK)
	}
	e.GET("/own", reached)
	e.POST("/own/:id", reached)
	e.GET("/other/*", reached)
	e.HTTPErrorHandler = func(c *echo.Context, err error) {
		if c.Request().RequestURI != "*" { // no path, so no route
			t.Errorf("Echo's error handler was reached: %v", err)
		}
		_ = c.String(http.StatusTeapot, "the error handler of Echo")
	}
	return e
}

func atRoot(t testing.TB, e *echo.Echo, api *router.Router) (http.Handler, string) {
	t.Helper()
	if err := mortiseecho.Mount(crowded(t, e), "", api); err != nil {
		t.Fatal(err)
	}
	return e, ""
}

func configured(config echo.RouterConfig) *echo.Echo {
	return echo.NewWithConfig(echo.Config{Router: echo.NewRouter(config)})
}

func TestEchoConforms(t *testing.T) { // A52, A68, A69, A70, A191
	t.Parallel()
	for _, tt := range []struct {
		name  string
		mount adaptertest.Mount
	}{
		{"at the root", func(t testing.TB, api *router.Router) (http.Handler, string) {
			return atRoot(t, echo.New(), api)
		}},
		{"below a prefix", func(t testing.TB, api *router.Router) (http.Handler, string) {
			e := crowded(t, echo.New())
			if err := mortiseecho.Mount(e, "/api/v1", api); err != nil {
				t.Fatal(err)
			}
			return e, "/api/v1"
		}},
		{"on a group with middleware", func(t testing.TB, api *router.Router) (http.Handler, string) {
			e := crowded(t, echo.New())
			e.Use(middleware.Recover(), middleware.Secure())
			g := e.Group("/api", passing, middleware.Gzip())
			if err := mortiseecho.MountGroup(e, g.Group("/v2"), api); err != nil {
				t.Fatal(err)
			}
			return e, "/api/v2"
		}},
		{"behind middleware for net/http", func(t testing.TB, api *router.Router) (http.Handler, string) {
			e := echo.New()
			e.Use(echo.WrapMiddleware(func(next http.Handler) http.Handler { return next }))
			return atRoot(t, e, api)
		}},
		{"where Echo answers HEAD", func(t testing.TB, api *router.Router) (http.Handler, string) {
			return atRoot(t, configured(echo.RouterConfig{AutoHandleHEAD: true}), api)
		}},
		{"where Echo routes by the decoded path", func(t testing.TB, api *router.Router) (http.Handler, string) {
			return atRoot(t, configured(echo.RouterConfig{UseEscapedPathForMatching: true}), api)
		}},
		{"where Echo decodes values", func(t testing.TB, api *router.Router) (http.Handler, string) {
			return atRoot(t, configured(echo.RouterConfig{UnescapePathParamValues: true}), api)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, tt.mount)
		})
	}
}

func passing(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error { return next(c) }
}
