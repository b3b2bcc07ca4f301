package router_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

func TestNothingIsDeclaredThatWouldNotBeServed(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, none) (none, error) { return none{}, nil }
	built := func() (*mortise.API, *router.Group) {
		api := mortise.New("Late", "1")
		group := api.Group("/group")
		if err := api.Build(); err != nil {
			t.Fatal(err)
		}
		return api, group
	}
	for what, declare := range map[string]func(*mortise.API, *router.Group){
		"GET /late":       func(api *mortise.API, _ *router.Group) { mortise.Get(api, "/late", nothing) },
		"GET /group/late": func(_ *mortise.API, g *router.Group) { mortise.Get(g, "/late", nothing) },
		`Group("/late")`:  func(api *mortise.API, _ *router.Group) { api.Group("/late") },
		"Provide":         func(api *mortise.API, _ *router.Group) { api.Provide(di.Depends(nothing)) },
		"Require":         func(_ *mortise.API, g *router.Group) { g.Require(di.Depends(nothing)) },
		"Use": func(api *mortise.API, _ *router.Group) {
			api.Use(func(next http.Handler) http.Handler { return next })
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			api, group := built()
			defer func() {
				text, _ := recover().(string)
				if !strings.HasPrefix(text, "router: "+what+" comes after the API was built") || !strings.Contains(text, "late_test.go:") {
					t.Errorf("the panic says %q", text)
				}
			}()
			declare(api, group)
			t.Error("it may be declared")
		})
	}
}

func TestACopyIsMadeOfAnAPIThatWasBuilt(t *testing.T) {
	t.Parallel()
	api := mortise.New("Built", "1")
	mortise.Get(api, "/", func(context.Context, none) (int, error) { return 1, nil }, mortise.Public())
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	do(t, api.With(), "GET /", "").is(200)
	do(t, api.Under("/v1"), "GET /v1/", "").is(200)
}
