package router

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"path"
	"path/filepath"
	"strings"

	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
)

// pages are served below a path. They are no part of the tree of patterns,
// where a subtree would be in conflict with a route such as "/{tenant}/users".
type pages struct {
	below   string // ends with a slash; empty for none
	handler http.Handler
	guard   *compiled // runs before the page; nil for none
}

// Docs moves the documentation pages from /docs to another path. The empty
// path switches them off. Fits the API.
func Docs(path string) Option {
	return &option{fmt.Sprintf("Docs(%q)", path), onRouter, func(s *settings) {
		if s.wrong = checkOwnPath(path); s.wrong == nil {
			s.api.docsPath = path
		}
	}}
}

// DocumentAt moves the OpenAPI document from /openapi.json to another path, and
// with it those beside it: /openapi.yaml, and /openapi-3.0.json and
// /openapi-3.0.yaml for older tools. The empty path switches all of them off,
// and the documentation pages too. Fits the API.
func DocumentAt(path string) Option {
	return &option{fmt.Sprintf("DocumentAt(%q)", path), onRouter, func(s *settings) {
		if s.wrong = checkOwnPath(path); s.wrong == nil {
			s.api.documentPath = path
		}
	}}
}

// DocsPage configures the documentation page: the client id and scopes for
// signing in, and other origins that it may call. Title and Document are those
// of the API unless they are set. Fits the API.
func DocsPage(c ui.Config) Option {
	return &option{"DocsPage", onRouter, func(s *settings) { s.api.docsPage = c }}
}

// DocumentVersion chooses the version of the OpenAPI document: 3.1, the default,
// or 3.2, which knows the method QUERY. The document for older tools stays 3.0.
// Fits the API.
func DocumentVersion(v openapi.Version) Option {
	return &option{fmt.Sprintf("DocumentVersion(%q)", string(v)), onRouter, func(s *settings) {
		if s.api.version = v; v != openapi.Version31 && v != openapi.Version32 {
			s.wrong = fmt.Errorf("choose %s or %s", openapi.Version31, openapi.Version32)
		}
	}}
}

// addDocs serves the documents and the pages that show them.
func (b *builder) addDocs(s *serving) {
	g := &b.router.global
	if g.documentPath == "" {
		return
	}
	for path, format := range documentPaths(g.documentPath) {
		b.addHandler(s, path, s.document.HandlerFor(format))
	}
	if g.docsPath == "" {
		return
	}
	page := g.docsPage
	page.Title = cmp.Or(page.Title, g.info.Title)
	page.Document = cmp.Or(page.Document, beside(g.docsPath, g.documentPath))
	if err := page.Check(); err != nil {
		b.at(b.router.root.place, "DocsPage", err)
		return
	}
	h := ui.Handler(page)
	s.pages = pages{below: g.docsPath + "/", handler: h, guard: b.addHandler(s, g.docsPath, h)}
	for _, e := range s.endpoints {
		if e.compiled != nil && e.then == nil && isRead(e.method) && strings.HasPrefix(e.pattern.Path(), s.pages.below) {
			b.mistake(e.route, fmt.Errorf("is below %s, where the documentation pages are\n    move them with Docs, or the route", g.docsPath))
		}
	}
}

// documentPaths lists where the document is, in which format: beside
// /openapi.json there are /openapi.yaml and those for older tools.
func documentPaths(path string) iter.Seq2[string, openapi.Format] {
	base := strings.TrimSuffix(path, ".json")
	return func(yield func(string, openapi.Format) bool) {
		_ = yield(path, openapi.Format{}) &&
			yield(base+".yaml", openapi.Format{YAML: true}) &&
			yield(base+"-3.0.json", openapi.Format{Version: openapi.Version30}) &&
			yield(base+"-3.0.yaml", openapi.Format{Version: openapi.Version30, YAML: true})
	}
}

// has reports whether a request is for the page, with a slash at its end, or for
// one of its files.
func (p *pages) has(r *http.Request) bool {
	if p.below == "" || r.URL.RawPath != "" || !isRead(r.Method) {
		return false
	}
	rest, below := strings.CutPrefix(r.URL.Path, p.below)
	return below && (rest == "" || ui.HasFile(rest))
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

// addHandler adds a handler of the router's own, for GET and HEAD, and returns
// what guards it, if anything does.
func (b *builder) addHandler(s *serving, path string, h http.Handler) *compiled {
	p, err := pattern.Parse(http.MethodGet + " " + path)
	if err == nil {
		_, err = s.tree.Add(p, b.router.root.place.String())
	}
	if err == nil {
		guard := b.guard(path, h)
		s.endpoints = append(s.endpoints, endpoint{guard, h})
		return guard
	}
	for _, e := range mistake.All(conflicts(err)) {
		b.at(b.router.root.place, "GET "+path, mistake.Reworded(e.Error()+"\n    the router serves it itself: move it with DocumentAt or Docs, or the route", e))
	}
	return nil
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
