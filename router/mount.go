package router

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
)

// Prefix is what all paths of an API begin with where it is mounted, see
// [Router.Under], and empty where it is not. Handlers and dependencies that
// write a Location or another path of the API take it as they take the request.
type Prefix string

// Under returns the API as it is mounted below a prefix, such as "/api", of a
// host that has other routes too:
//
//	mux.Handle("/api/", api.Under("/api"))
//
// It serves what has been declared so far, as if all of it had been declared
// in a group of this prefix. The document, its pages, redirects and
// [http.Request.Pattern] have the prefix too, so the host must not strip it:
// what http.StripPrefix hides from a handler is missing in all of these.
//
// The application is the same one: [Router.Start] and [Router.Close] of either
// do for both, and an API may be mounted at several places. The prefix begins
// with a slash, ends without one and has no wildcards; it goes before one that
// the router has. A mistake is reported by Build, as all mistakes are.
func (r *Router) Under(prefix string) *Router {
	c := r.copy()
	if err := checkMount(prefix); err != nil {
		c.mistake(callsite.User(), fmt.Sprintf("Under(%q)", prefix), err)
		return c // with no mistakes of paths that nobody wrote
	}
	c.global.prefix = Prefix(prefix) + c.global.prefix
	if c.global.documentPath != "" {
		c.global.documentPath = prefix + c.global.documentPath
	}
	if c.global.docsPath != "" {
		c.global.docsPath = prefix + c.global.docsPath
	}
	return c
}

func checkMount(prefix string) error {
	if strings.ContainsAny(prefix, "{}") {
		return errors.New("the prefix of a mount has no wildcards; declare the routes in a Group that has them")
	}
	return checkPrefix(prefix)
}

// under is the route with the prefix of a mount.
func (r *route) under(p Prefix) *route {
	if p == "" {
		return r
	}
	mounted := *r
	mounted.path = string(p) + r.path
	return &mounted
}

// PrefixOf returns where the API is mounted that serves the request: for its
// middleware, see [Router.Use], which is there for every mount and sees whole
// paths. It is empty where the API is not mounted, and for middleware of a host.
func PrefixOf(r *http.Request) Prefix {
	if m := mountOf(r); m != nil {
		return m.global.prefix
	}
	return ""
}

// mountKey is the key of the mount in the context of a request.
type mountKey struct{}

func mountOf(r *http.Request) *Router {
	m, _ := r.Context().Value(mountKey{}).(*Router)
	return m
}

// mounted tells middleware further in which mount it serves.
func (r *Router) mounted(h http.Handler) http.Handler {
	if r.global.prefix == "" {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), mountKey{}, r)))
	})
}

// prefixInput gives the same prefix to every request.
type prefixInput Prefix

func (in prefixInput) Binder(_, ptr any) di.Binder {
	return &prefixBinder{Prefix(in), ptr.(*Prefix)}
}

type prefixBinder struct {
	prefix Prefix
	to     *Prefix
}

func (b *prefixBinder) Bind() error {
	*b.to = b.prefix
	return nil
}
