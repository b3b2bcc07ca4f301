package router

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// A Router is an API: routes, what they depend on, and the document that says
// so. It is an http.Handler.
//
// Routes and dependencies are declared first, by one goroutine; [Router.Build]
// compiles them, once. Serving is safe for concurrent use.
type Router struct {
	root       *Group
	base       *di.Scope // what is provided unless the user provides it
	global     global
	routes     []*route
	mistakes   []*Mistake
	container  *di.Container
	overrides  []di.Override
	background *sync.WaitGroup // work after answers
	events     context.Context // ends with [Router.EndEvents]
	endEvents  context.CancelFunc

	middlewares []wrapping // the first is the outermost

	build sync.Once
	built *serving
	outer http.Handler // the middleware and, innermost, what was built

	sealed atomic.Bool // nothing that is declared from now on would be served
	err    error
}

// New makes a router for an API of this title and version.
func New(title, version string, opts ...Option) *Router {
	r := &Router{global: global{
		info:         openapi.Info{Title: title, Version: version},
		docsPath:     "/docs",
		documentPath: "/openapi.json",
		renderer:     problem.RFC9457{},
	}}
	r.base = di.NewScope(nil)
	r.root = &Group{router: r, scope: di.NewScope(r.base), place: callsite.User()}
	r.root.settings = settings{api: &r.global, operation: operation{maxBody: DefaultMaxBody}}
	r.ownLife()
	r.configure(&r.root.settings, r.root.scope, onRouter, "New", r.root.place, opts)
	r.base.Provide(r.global.defaults...)
	if r.global.rejectParameters {
		r.root.scope.Require(knownParameters())
	}
	if text := r.root.settings.description; text != "" {
		r.global.info.Description = text
		r.root.settings.own = own{}
	}
	return r
}

// Group makes a group of routes; see [Group.Group].
func (r *Router) Group(prefix string, opts ...Option) *Group { return r.root.Group(prefix, opts...) }

// Provide makes dependencies available by type to all routes; see
// [Group.Provide].
func (r *Router) Provide(ds ...*di.Dependency) { r.root.Provide(ds...) }

// Require makes dependencies run for every route; see [Group.Require].
func (r *Router) Require(ds ...*di.Dependency) { r.root.Require(ds...) }

// Handle declares a route; see [Group.Handle].
func (r *Router) Handle(method, path string, handler *di.Dependency, opts ...Option) {
	r.root.Handle(method, path, handler, opts...)
}

// Build compiles everything that has been declared and reports all mistakes at
// once, in the order of their places, each a [*Mistake]. No handler and no
// dependency is called; methods by which types describe their schemas are. It
// compiles once. What is declared afterwards would not be served, and a guard would
// guard nothing, so declaring it panics.
func (r *Router) Build() error {
	r.build.Do(r.compileOnce)
	return r.err
}

func (r *Router) compileOnce() {
	r.sealed.Store(true)
	if r.built, r.err = r.compile(); r.err == nil {
		r.outer = r.wrapped(r.built)
	}
}

// Start builds the router and makes the application's values, so that a
// failure shows before the first request. It is optional: what is not made yet
// is made when a request first needs it.
func (r *Router) Start(ctx context.Context) error {
	if err := r.Build(); err != nil {
		return err
	}
	return r.container.Start(ctx)
}

// Close waits for [Background] work, at most for the time of [BackgroundTimeout] and a
// second, and closes the application's resources. Call it
// when no request is being served any more.
func (r *Router) Close() error {
	return alsoClosed(r.waitForBackground(), r.container.Close(nil))
}

// EndEvents ends every stream of [Events], so that a server which shuts down does not
// wait for streams without an end: give it to [http.Server.RegisterOnShutdown].
// Clients that reconnect do so at another server. It may be called more than once.
func (r *Router) EndEvents() { r.endEvents() }

// With returns a handler that serves the same routes with dependencies
// replaced, and an application of its own. The router itself is not changed,
// so tests that replace different things can run side by side. See
// [di.Replace] and [di.ReplaceType].
func (r *Router) With(overrides ...di.Override) *Router {
	c := r.copy()
	c.overrides = append(slices.Clip(r.overrides), overrides...)
	c.ownLife()
	return c
}

// ownLife gives the router an application of its own, and what ends with it.
func (r *Router) ownLife() {
	r.container = di.NewContainer(r.overrides...)
	r.background = new(sync.WaitGroup)
	r.events, r.endEvents = context.WithCancel(context.Background())
}

// copy is a router of its own with the same declarations and the same application.
func (r *Router) copy() *Router {
	return &Router{
		root:      r.root,
		base:      r.base,
		global:    r.global,
		routes:    slices.Clip(r.routes),
		mistakes:  slices.Clip(r.mistakes),
		container: r.container,
		overrides: r.overrides,

		background: r.background,
		events:     r.events,
		endEvents:  r.endEvents,

		middlewares: r.middlewares,
	}
}

// ServeHTTP serves a request. A router that has mistakes logs them, once, and
// answers 500 to everything; call [Router.Build] at start-up to see them
// there.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.build.Do(func() {
		if r.compileOnce(); r.err != nil {
			r.logger().Error("the API cannot be served", slog.String("mistakes", r.err.Error()))
		}
	})
	if r.built == nil {
		_ = problem.WriteAs(r.global.renderer, w, req, problem.Internal(r.err))
		return
	}
	r.outer.ServeHTTP(w, req)
}

// Document is the OpenAPI document of the API. It is nil while the router has
// mistakes.
func (r *Router) Document() *openapi.Document {
	if r.Build() != nil {
		return nil
	}
	return r.built.document
}

// Container holds the values that live as long as the application.
func (r *Router) Container() *di.Container { return r.container }

// ProvidedScope is what the router provides, without what it requires of
// requests, for resolving outside of them; see [di.Prepare].
func (r *Router) ProvidedScope() *di.Scope { return r.root.scope.Provided() }

// Title is the title and the version that the router was made with.
func (r *Router) Title() (title, version string) { return r.global.info.Title, r.global.info.Version }

// DocsPath is where the documentation pages are; empty when there are none.
func (r *Router) DocsPath() string {
	if r.global.documentPath == "" {
		return ""
	}
	return r.global.docsPath
}

func (r *Router) logger() *slog.Logger {
	if r.global.logger != nil {
		return r.global.logger
	}
	return slog.Default()
}

// open panics if the router was built already: there is nobody any more to report
// a mistake to, and a guard that comes too late must not look like one.
func (r *Router) open(what string) {
	if r.sealed.Load() {
		panic(fmt.Sprintf("router: %s comes after the API was built, so it would do nothing; declare it before Build, Start and the first request (%v)", what, callsite.User()))
	}
}

func (r *Router) mistake(at callsite.Place, what string, err error) {
	r.mistakes = append(r.mistakes, &Mistake{Place: at.String(), What: what, Err: err, at: at})
}
