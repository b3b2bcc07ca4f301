package router

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/mistake"
)

// A Group declares routes below a prefix, with dependencies and options of
// their own. Every [Router] is a group without prefix. Groups are declared by
// one goroutine, before the router is built.
type Group struct {
	router   *Router
	parent   *Group
	prefix   string
	scope    *di.Scope
	settings settings
	place    callsite.Place
}

// Group makes a group inside g. The prefix, which may be empty, begins with a
// slash, ends without one and may hold wildcards. Dependencies among the
// options are required by every route of the group.
func (g *Group) Group(prefix string, opts ...Option) *Group {
	what := fmt.Sprintf("Group(%q)", prefix)
	g.router.open(what)
	inner := &Group{
		router:   g.router,
		parent:   g,
		prefix:   g.prefix + prefix,
		scope:    di.NewScope(g.scope),
		settings: g.settings.inherit(),
		place:    callsite.User(),
	}
	if err := checkPrefix(prefix); err != nil {
		g.router.mistake(inner.place, what, err)
		inner.prefix = g.prefix // its routes have no mistake of their own
	}
	g.router.configure(&inner.settings, inner.scope, onGroup, what, inner.place, opts)
	if inner.settings.public && inner.settings.publicBy == nil {
		inner.settings.publicBy = inner
	}
	return inner
}

func checkPrefix(prefix string) error {
	switch bare := strings.Trim(prefix, "/"); {
	case prefix == "" || prefix == "/"+bare && bare != "":
		return nil
	case bare == "":
		return errors.New("a prefix ends without a slash; leave it empty for a group without one")
	default:
		return fmt.Errorf("a prefix begins with a slash and ends without one, such as %q", "/"+bare)
	}
}

// Provide makes dependencies available by type to the routes of the group and
// of its inner groups. They run only where something needs them.
func (g *Group) Provide(ds ...*di.Dependency) {
	g.router.open("Provide")
	g.scope.Provide(ds...)
}

// Require makes dependencies run for every route of the group and of its inner
// groups, before the handler and in the order of declaration.
func (g *Group) Require(ds ...*di.Dependency) {
	g.router.open("Require")
	g.scope.Require(ds...)
}

// Handle declares a route: a method, a path pattern as net/http.ServeMux
// writes it, without method and host, and a handler. Dependencies among the
// options are required by the route. Mistakes are reported by [Router.Build].
func (g *Group) Handle(method, path string, handler *di.Dependency, opts ...Option) {
	g.router.open(method + " " + g.prefix + path)
	r := &route{
		group:    g,
		method:   method,
		path:     g.prefix + path,
		handler:  handler,
		scope:    di.NewScope(g.scope),
		settings: g.settings.inherit(),
		place:    callsite.User(),
	}
	g.router.configure(&r.settings, r.scope, onRoute, r.String(), r.place, opts)
	if r.settings.public {
		r.scope.Open()
	}
	g.router.routes = append(g.router.routes, r)
}

// configure applies the options of a declaration.
func (r *Router) configure(s *settings, scope *di.Scope, at level, what string, place callsite.Place, opts []Option) {
	s.at = at
	for _, o := range opts {
		switch o := o.(type) {
		case nil:
			// It may be a guard that was not declared yet.
			r.mistake(place, what, errors.New("an option is nil, so it would do nothing\n    leave it out, or declare its variable before it is used here"))
		case *di.Dependency:
			// A guard that is not there must not look like one that is.
			if o == nil {
				r.mistake(place, what, errors.New("a dependency among the options is nil, so it would guard nothing\n    declare its variable before it is used here"))
				continue
			}
			scope.Require(o)
		case *option:
			if o.where&at == 0 {
				r.mistake(place, what, fmt.Errorf("%s does not fit %v; it is an option of %v", o.text, at, o.where))
				continue
			}
			o.apply(s)
			if s.wrong != nil {
				for _, wrong := range mistake.All(s.wrong) {
					r.mistake(place, what, fmt.Errorf("%s: %w", o.text, wrong))
				}
				s.wrong = nil
			}
		default:
			r.mistake(place, what, fmt.Errorf("%s is no option of %v", o.Declares(), at))
		}
	}
}
