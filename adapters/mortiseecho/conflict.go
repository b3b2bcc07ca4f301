package mortiseecho

import (
	"errors"
	"fmt"
	"strings"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/internal/pattern"
)

// A claim is a pattern of the API, and where it was declared.
type claim struct {
	*pattern.Pattern
	place string
}

// claim adds a pattern that the API has parsed before.
func (m *mounted) claim(text, place string) {
	if p, err := pattern.Parse(text); err == nil {
		m.space = append(m.space, claim{p, place})
	}
}

// watch refuses conflicting routes that are added later.
func (m *mounted) watch(e *echo.Echo) {
	before := e.OnAddRoute
	e.OnAddRoute = func(r echo.Route) error {
		if before != nil {
			if err := before(r); err != nil {
				return err
			}
		}
		return m.conflict(r.Method, r.Path)
	}
}

// conflicts looks at the routes that are there.
func (m *mounted) conflicts(routes echo.Routes) error {
	var all []error
	for _, r := range routes {
		all = append(all, m.conflict(r.Method, r.Path))
	}
	return errors.Join(all...)
}

// conflict reports the first route of the API of which a route of Echo's own
// would take requests, without being the more specific one.
func (m *mounted) conflict(method, path string) error {
	if method == echo.RouteNotFound {
		return nil
	}
	mux, open := muxPath(path)
	if err := m.against(method, path, mux, ""); err != nil || !open {
		return err
	}
	// Echo lets the last parameter hold slashes.
	mux = strings.TrimSuffix(mux, "}") + "...}"
	return m.against(method, path, mux, "\nIn Echo, a parameter at the end takes slashes too.")
}

// against compares a route of Echo, written as a pattern, with those of the API.
func (m *mounted) against(method, path, mux, remark string) error {
	text := mux
	if method != echo.RouteAny {
		text = method + " " + mux
	}
	theirs, err := pattern.Parse(text)
	if err != nil {
		return nil //nolint:nilerr // a path that no clean request has takes none from the API
	}
	for _, ours := range m.space {
		if !theirs.Conflicts(ours.Pattern) {
			continue
		}
		why := &pattern.ConflictError{Pattern: theirs, Place: "Echo", Earlier: ours.Pattern, EarlierPlace: ours.place}
		return fmt.Errorf("mortiseecho: the route %s %s of Echo would take requests from the API: %w%s", spoken(method), path, why, remark)
	}
	if ours, short := m.cutsShort(theirs); short && strings.HasSuffix(path, "*") {
		return fmt.Errorf("mortiseecho: the route %s %s of Echo would take requests from %q of the API (registered at %s):\nIn Echo, an asterisk ends the search for a route, also for other methods.\nMove the route, or mount the API below another prefix", spoken(method), path, ours, ours.place)
	}
	return nil
}

// cutsShort reports whether a path of Echo that ends with an asterisk lies below
// the prefix and holds paths of the API. Echo's search ends there, so that it
// would answer 405 where only the method is not that of its route.
func (m *mounted) cutsShort(theirs *pattern.Pattern) (claim, bool) {
	all := m.space[m.all]
	_, beyond := theirs.Except(all.Pattern)
	if _, within := all.Except(theirs); beyond || !within {
		return claim{}, false
	}
	for _, ours := range m.space[:m.all] {
		if _, overlap := theirs.Common(ours.Pattern); overlap {
			return ours, true
		}
	}
	return claim{}, false
}

// spoken is a method as messages name it.
func spoken(method string) string {
	if method == echo.RouteAny {
		return "Any"
	}
	return method
}
