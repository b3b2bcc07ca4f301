package router

import (
	"context"
	"errors"
	"net/http"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/pattern"
)

// GuardDocs lets dependencies run before the documentation page and the
// documents are served, such as one that asks for a credential that browsers
// send by themselves: a password, or a session's cookie. Nothing else that the
// API requires runs for them. The files of the page, which are the same for
// every API, and the page to which an authorization server returns are not
// guarded. Fits the API.
func GuardDocs(guards ...*di.Dependency) Option {
	return &option{"GuardDocs", onRouter, func(s *settings) {
		for _, g := range guards {
			if g == nil {
				s.wrong = errors.New("a dependency is nil, so it would guard nothing\n    declare its variable before it is used here")
				return
			}
		}
		s.api.docsGuards = append(s.api.docsGuards, guards...)
	}}
}

// guard compiles what runs before a handler of the router's own; nil when
// nothing does.
func (b *builder) guard(path string, then http.Handler) *compiled {
	guards := b.router.global.docsGuards
	if len(guards) == 0 {
		return nil
	}
	root := b.router.root
	r := &route{
		group:    root,
		method:   http.MethodGet,
		path:     path,
		handler:  di.Depends(func(context.Context, di.None) (di.None, error) { return di.None{}, nil }),
		scope:    di.NewScope(root.scope.Provided()),
		settings: settings{api: &b.router.global, operation: operation{hidden: true, maxBody: DefaultMaxBody}},
		place:    root.place,
	}
	r.scope.Require(guards...)
	c := b.compile(r)
	if c == nil {
		return nil
	}
	b.checkGuards(c)
	c.then = then
	return c
}

// servePages serves what lies below the page.
func (s *serving) servePages(w http.ResponseWriter, r *http.Request, values *pattern.Values) {
	if s.pages.guard != nil && r.URL.Path == s.pages.below {
		s.serve(s.pages.guard, w, r, values)
		return
	}
	s.pages.handler.ServeHTTP(w, r)
}

// forward lets a handler of the router's own answer, since the guards have let
// the request pass.
func (s *session) forward(then http.Handler) {
	p := &privateWriter{ResponseWriter: s.w, vary: s.route.vary}
	then.ServeHTTP(p, s.r)
	p.keep()
}

// privateWriter keeps what was guarded out of the caches of others, RFC 9111
// section 5.2.2.7.
type privateWriter struct {
	http.ResponseWriter
	vary []string
	kept bool
}

func (p *privateWriter) keep() {
	if p.kept {
		return
	}
	p.kept = true
	h := p.Header()
	if h.Get("Cache-Control") != "no-store" {
		h.Set("Cache-Control", "private, no-cache")
	}
	for _, v := range p.vary {
		h.Add("Vary", v)
	}
}

func (p *privateWriter) WriteHeader(status int) {
	p.keep()
	p.ResponseWriter.WriteHeader(status)
}

func (p *privateWriter) Write(b []byte) (int, error) {
	p.keep()
	return p.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (p *privateWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
