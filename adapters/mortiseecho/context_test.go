package mortiseecho_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

type tenant struct{ Name string }

// tenants keeps a tenant for a header, and for another one something else.
func tenants(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		switch name := c.Request().Header.Get("X-Tenant"); name {
		case "":
		case "number":
			c.Set("tenant", 7)
		default:
			c.Set("tenant", &tenant{name})
		}
		return next(c)
	}
}

func tenantName(_ context.Context, t *tenant) (string, error) { return t.Name, nil }

func tenantAPI(log *strings.Builder) *router.Router {
	api := router.New("Tenants", "1", router.Logger(slog.New(slog.NewTextHandler(log, nil))))
	api.Provide(mortiseecho.Value[*tenant]("tenant"), mortiseecho.Context())
	api.Handle("GET", "/name", di.Depends(tenantName))
	api.Handle("GET", "/path", di.Depends(func(_ context.Context, c *echo.Context) (string, error) { return c.Path(), nil }))
	return api
}

func TestValuesOfMiddlewareAreGivenByType(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	e := echo.New()
	e.Use(tenants)
	api := tenantAPI(&log)
	mounted(t, e, "/api", api)
	for _, tt := range []struct {
		name   string
		fields []string
		status int
		body   string
		logged string
	}{
		{"a value", []string{"X-Tenant: acme"}, 200, `"acme"`, ""},
		{"no value", nil, 500, "", `nothing is in the echo.Context at \"tenant\", want *mortiseecho_test.tenant`},
		{"another type", []string{"X-Tenant: number"}, 500, "", `what is in the echo.Context at \"tenant\" is int, want *mortiseecho_test.tenant`},
	} {
		log.Reset()
		status, body := get(e, "GET /api/name", tt.fields...)
		if status != tt.status || tt.body != "" && body != tt.body || strings.Contains(body, "tenant") {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.body)
		}
		if !strings.Contains(log.String(), tt.logged) {
			t.Errorf("%s: logged %s, want %s", tt.name, &log, tt.logged)
		}
	}
	expect(t, e, "GET /api/path", 200, `"/api/path"`)
	for _, path := range []string{"/name", "/path"} { // without Echo
		log.Reset()
		if expect(t, api, "GET "+path, 500, ""); !strings.Contains(log.String(), "did not come through Mount") {
			t.Errorf("logged %s", &log)
		}
	}
	fake := di.ReplaceType(di.Depends(func(context.Context, di.None) (*tenant, error) { return &tenant{"fake"}, nil }))
	expect(t, api.With(fake), "GET /name", 200, `"fake"`)
}

type callerKey struct{}

func TestContextsOfMiddlewareArrive(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			r := c.Request()
			c.SetRequest(r.WithContext(context.WithValue(r.Context(), callerKey{}, "ada")))
			return next(c)
		}
	})
	api := router.New("Context", "1")
	api.Handle("GET", "/caller", di.Depends(func(ctx context.Context, _ di.None) (string, error) {
		c, ok := mortiseecho.FromContext(ctx)
		if !ok || c.Request().Context() != ctx {
			t.Error("the echo.Context is another request's")
		}
		return ctx.Value(callerKey{}).(string), nil
	}))
	mounted(t, e, "", api)
	expect(t, e, "GET /caller", 200, `"ada"`)
	if _, ok := mortiseecho.FromContext(t.Context()); ok {
		t.Error("there is an echo.Context without Echo")
	}
}
