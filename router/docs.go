package router

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"path/filepath"
	"strings"

	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/openapi/ui"
)

// pages are served below a path. They are no part of the tree of patterns,
// where a subtree would be in conflict with a route such as "/{tenant}/users".
type pages struct {
	below   string // ends with a slash; empty for none
	handler http.Handler
}

// addDocs serves the document and the pages that show it.
func (b *builder) addDocs(s *serving) {
	g := &b.router.global
	if g.documentPath == "" {
		return
	}
	b.addHandler(s, g.documentPath, s.document.Handler())
	if g.docsPath == "" {
		return
	}
	h := ui.Handler(ui.Config{Title: g.info.Title, Document: beside(g.docsPath, g.documentPath)})
	b.addHandler(s, g.docsPath, h)
	s.pages = pages{g.docsPath + "/", h}
	for _, e := range s.endpoints {
		if e.compiled != nil && isRead(e.method) && strings.HasPrefix(e.pattern.Path(), s.pages.below) {
			b.mistake(e.route, fmt.Errorf("is below %s, where the documentation pages are\n    move them with Docs, or the route", g.docsPath))
		}
	}
}

// has reports whether a request is for one of the pages.
func (p *pages) has(r *http.Request) bool {
	return p.below != "" && strings.HasPrefix(r.URL.Path, p.below) && r.URL.RawPath == "" && isRead(r.Method)
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// beside is the way from the directory of a page to a file, so that both can
// be served under any prefix.
func beside(page, file string) string {
	way, err := filepath.Rel(path.Dir(page), file)
	if err != nil {
		return file
	}
	return filepath.ToSlash(way)
}

// addHandler adds a handler of the router's own, for GET and HEAD.
func (b *builder) addHandler(s *serving, path string, h http.Handler) {
	p, err := pattern.Parse(http.MethodGet + " " + path)
	if err == nil {
		_, err = s.tree.Add(p, b.router.root.place.String())
	}
	if err == nil {
		s.endpoints = append(s.endpoints, endpoint{handler: h})
		return
	}
	for _, e := range unjoined(conflicts(err)) {
		b.at(b.router.root.place, "GET "+path, &reworded{e.Error() + "\n    the router serves it itself: move it with DocumentAt or Docs, or the route", e})
	}
}

// checkOwnPath refuses paths of the router's own that no request could have.
func checkOwnPath(p string) error {
	switch {
	case p == "":
		return nil
	case p[0] != '/' || len(p) > 1 && strings.HasSuffix(p, "/") || path.Clean(p) != p || p == "/":
		return fmt.Errorf("the path begins with a slash, goes on and ends without one, such as %q", "/"+strings.Trim(path.Clean("/"+p), "/."))
	case strings.ContainsAny(p, "{}"):
		return errors.New("the path cannot have wildcards")
	}
	return nil
}
