package mortiseecho

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/router"
)

// Mount mounts an API below a prefix of e, such as "/api", or at its root when
// the prefix is empty. The prefix begins with a slash, ends without one and has
// no parameters.
//
// The error holds every mistake of the API, as [router.Router.Build] returns
// them, or every route of e that conflicts with one of the API by the rules of
// http.ServeMux. A conflicting route that is added to e later is refused, so
// Echo's methods panic as they do for one that is there twice. Echo.OnAddRoute
// is called as before.
//
// The application is that of the api: call its Start and Close.
func Mount(e *echo.Echo, prefix string, api *router.Router) error {
	return mount(e, e, "", prefix, api)
}

// MountGroup mounts an API on a group of e, at the prefix of the group and
// behind the middleware that the group has by now. It returns the errors of
// [Mount].
func MountGroup(e *echo.Echo, g *echo.Group, api *router.Router) error {
	prefix, err := prefixOf(e, g)
	if err != nil {
		return err
	}
	return mount(e, g, prefix, prefix, api)
}

// errProbe refuses the route by which a group tells its prefix.
var errProbe = errors.New("mortiseecho: no route at all")

// prefixOf asks a group for its prefix, which Echo does not tell, by a route
// that is refused.
func prefixOf(e *echo.Echo, g *echo.Group) (prefix string, err error) {
	before := e.OnAddRoute
	defer func() { e.OnAddRoute = before }()
	e.OnAddRoute = func(r echo.Route) error {
		prefix = r.Path
		return errProbe
	}
	_, err = g.AddRoute(echo.Route{Method: echo.RouteAny, Handler: func(*echo.Context) error { return nil }})
	if !errors.Is(err, errProbe) {
		return "", errors.New("mortiseecho: the group belongs to another Echo; pass the one that it was made with")
	}
	if strings.ContainsAny(prefix, ":*") {
		return "", fmt.Errorf("mortiseecho: the prefix %q of the group has parameters; give them to api.Group, as in api.Group(\"/{tenant}\"), and mount the API above", prefix)
	}
	return prefix, nil
}

// A host is what takes routes: an Echo or a group of it.
type host interface {
	AddRoute(route echo.Route) (echo.RouteInfo, error)
}

// mounted is an API on its host.
type mounted struct {
	api    *router.Router
	paths  map[string]string // Echo's, by the patterns of the API
	misses string            // Echo's path for what no route matches
	space  []claim
	all    int // the index of the claim to everything below the prefix
}

// mount adds the routes of the API to a host, which adds its own prefix.
func mount(e *echo.Echo, on host, added, prefix string, api *router.Router) error {
	api = api.Under(prefix)
	if err := api.Build(); err != nil {
		return err
	}
	m := &mounted{api: api, paths: map[string]string{}, misses: echoPath(prefix) + "/*"}
	routes := m.routes(prefix)
	if err := m.conflicts(e.Router().Routes()); err != nil {
		return err
	}
	for _, r := range routes {
		r.Path = strings.TrimPrefix(r.Path, added)
		if _, err := on.AddRoute(r); err != nil {
			return fmt.Errorf("mortiseecho: Echo refuses a route of the API: %w", err)
		}
	}
	m.watch(e)
	return nil
}

// routes are those of the API, and those that take what it does not match.
func (m *mounted) routes(prefix string) []echo.Route {
	list := m.api.Audit()
	routes := make([]echo.Route, 0, len(list))
	for _, a := range list {
		r := echo.Route{Method: a.Method, Path: echoPath(a.Path), Name: a.OperationID, Handler: m.serve}
		m.paths[a.Method+" "+a.Path] = r.Path
		m.claim(a.Method+" "+a.Path, a.Place)
		routes = append(routes, r)
	}
	return append(routes, m.rest(prefix, list)...)
}

// rest are the routes for all other requests below the prefix, so that misses
// are the API's too. Echo's search ends at the first path with an asterisk,
// whatever its methods, so each of these needs one.
func (m *mounted) rest(prefix string, list []router.Audited) []echo.Route {
	var routes []echo.Route
	seen := map[string]bool{}
	add := func(path string) {
		if e := echoPath(path); !seen[e] {
			seen[e] = true
			m.claim(path, "the mount")
			routes = append(routes, echo.Route{Method: echo.RouteAny, Path: e, Handler: m.serve})
		}
	}
	for _, a := range list {
		if strings.HasSuffix(echoPath(a.Path), "*") {
			add(a.Path)
		}
	}
	m.all = len(m.space)
	add(prefix + "/{rest...}")
	if prefix != "" {
		add(prefix)
	}
	return routes
}

// serve lets the API answer. It does not look at what Echo has matched.
func (m *mounted) serve(c *echo.Context) error {
	r := c.Request()
	r = r.WithContext(context.WithValue(r.Context(), contextKey{}, c))
	r.Pattern = "" // that of Echo would stay where the API matches nothing
	c.SetRequest(r)
	m.api.ServeHTTP(c.Response(), r)
	path, ok := m.paths[r.Pattern]
	if !ok {
		path = m.misses
	}
	c.SetPath(path)
	return nil
}
