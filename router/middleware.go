package router

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/problem"
)

// A wrapping is a middleware and how the audit calls it.
type wrapping struct {
	name string
	wrap func(http.Handler) http.Handler
}

// Use puts middleware around everything that the router answers: routes, the
// documentation, and what nothing matches. The first is the outermost, and later
// calls add further in. Refusals that a middleware writes with [problem.Write],
// as those of packages middleware and ratelimit do, have the shape that
// [RenderErrors] chooses. A nil middleware is a mistake, which [Router.Build]
// reports.
//
// Here middleware counts as part of the API: it is served by mortise.Run, mounted
// wherever the API is, and listed by [Router.Audit].
func (r *Router) Use(middlewares ...func(http.Handler) http.Handler) {
	r.open("Use")
	at := callsite.User()
	for _, m := range middlewares {
		if m == nil {
			r.mistake(at, "Use", errors.New("the middleware is nil; leave it out, or declare its variable before it is used here"))
			continue
		}
		r.middlewares = append(r.middlewares, wrapping{nameOf(m, at), m})
	}
}

// Methods returns the methods that the routes of a request's path have, sorted,
// whatever the method of the request: HEAD wherever GET is, and nil where nothing
// is. It is what middleware.CORSConfig asks for as MethodsFor. While the router
// has mistakes there are none.
func (r *Router) Methods(req *http.Request) []string {
	if m := mountOf(req); m != nil && m.root == r.root {
		r = m
	}
	if r.Build() != nil {
		return nil
	}
	return r.built.tree.Allowed("", req.URL.EscapedPath())
}

// wrapped puts the middleware around a handler.
func (r *Router) wrapped(h http.Handler) http.Handler {
	if len(r.middlewares) == 0 {
		return h
	}
	for _, m := range slices.Backward(r.middlewares) {
		h = m.wrap(h)
	}
	return problem.RenderAs(r.global.renderer)(r.mounted(h))
}

// literal is what the compiler adds to the name of the function around a
// function literal.
var literal = regexp.MustCompile(`(\.func[0-9]+|\.[0-9]+|\.gowrap[0-9]+)+$`)

// nameOf names a middleware by the function that made it, or by its place if it
// is a literal of the caller's.
func nameOf(m func(http.Handler) http.Handler, user callsite.Place) string {
	name, at := callsite.Func(m)
	made := literal.ReplaceAllString(name, "")
	if made != name && at.File == user.File {
		return "function at " + at.String()
	}
	parts := strings.Split(made, ".")
	last := len(parts) - 1
	if last > 0 && strings.HasPrefix(parts[last-1], "(") {
		return strings.Trim(parts[last-1], "(*)") + "." + parts[last]
	}
	return parts[last]
}
