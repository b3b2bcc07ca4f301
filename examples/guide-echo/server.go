package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/examples/guide/blog"
	gate "github.com/mortise-go/mortise/middleware"
)

//docs:begin mount

// newEcho is a program that had Echo before it had the API: it has middleware and
// a route of its own, and the API stands beside that route.
func newEcho(app *blog.Blog) (*echo.Echo, error) {
	e := echo.New()
	e.Use(middleware.Recover(), middleware.BodyLimit(1<<20))
	// The API compresses what is worth it, so that Gzip is for this route alone.
	e.GET("/about", about, middleware.Gzip())
	return e, mortiseecho.Mount(e, "", app.API)
}

// newGroup has the API on a group, behind the middleware of the group.
func newGroup(app *blog.Blog) (*echo.Echo, error) {
	e := echo.New()
	e.GET("/about", about)
	return e, mortiseecho.MountGroup(e, e.Group("/blog/v1", middleware.BodyLimit(1<<20)), app.API)
}

// about is a route of Echo's own. No lock of the API is before it.
func about(c *echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"program": "guide-echo", "echo": echo.Version})
}

//docs:end mount

//docs:begin serve

// serve serves until ctx ends. The limits are those of mortise.Serve; Echo's
// server has none for headers and idle connections.
func serve(ctx context.Context, addr string, app *blog.Blog) error {
	e, err := newEcho(app)
	if err != nil {
		return err
	}
	health, err := gate.NewHealth(gate.HealthConfig{})
	if err != nil {
		return err
	}
	if err := app.API.Start(ctx); err != nil {
		return err
	}
	var late error
	config := echo.StartConfig{
		Address: addr, HideBanner: true, HidePort: true,
		GracefulTimeout:  15 * time.Second,
		OnShutdownError:  func(err error) { late = err },
		ListenerAddrFunc: func(at net.Addr) { fmt.Fprintf(os.Stderr, "the guide on Echo listens at http://%s\n", at) },
		BeforeServeFunc: func(s *http.Server) error {
			s.ReadHeaderTimeout, s.ReadTimeout = 5*time.Second, 30*time.Second
			s.WriteTimeout, s.IdleTimeout = 60*time.Second, 2*time.Minute
			s.MaxHeaderBytes = 64 << 10
			s.RegisterOnShutdown(health.Drain)
			s.RegisterOnShutdown(app.API.EndEvents)
			return nil
		},
	}
	err = config.Start(ctx, health.Middleware(e))
	return errors.Join(err, late)
}

//docs:end serve
