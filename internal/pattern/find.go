package pattern

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Outcome is what [Tree.Find] found.
type Outcome int

// The outcomes are those of ServeMux.
const (
	// NotFound means that no pattern matches the path: 404.
	NotFound Outcome = iota
	// Match means that the pattern [Result.Index] matches.
	Match
	// Redirect means that the client should repeat the request, with its method and
	// body, at [Result.Location]: 307. Either the path was not clean, or a slash at
	// its end is missing. It is for [http.Redirect].
	Redirect
	// WrongMethod means that patterns match the path with the methods
	// [Result.Allow] only: 405.
	WrongMethod
	// BadTarget means that the target of the request is "*", which no pattern can
	// match: 400. ServeMux also closes the connection of HTTP/1.1. The server itself
	// answers OPTIONS * before a handler sees it.
	BadTarget
)

// Result is the answer of [Tree.Find].
type Result struct {
	// Outcome says what was found.
	Outcome Outcome
	// Index is the index of the matching pattern or, for a redirect, of the pattern
	// that will match afterwards. It is -1 if there is no such pattern; the redirect
	// of a CONNECT request never has one.
	Index int
	// Location is the target of a redirect. It begins with one slash and has no
	// scheme or host; its query is the request's.
	Location string
	// Allow lists the methods for the Allow field of a 405 (RFC 9110, section
	// 15.5.6), sorted, HEAD included where GET is.
	Allow []string
}

// Find does what ServeMux does with a request, but for answering it: it cleans
// the path, looks for the pattern, and if there is none for a redirect and for
// other methods. For a match, v holds the values of the pattern's wildcards; for
// anything else it is empty. v may be nil.
//
// Find allocates nothing for a match, unless the URL has a RawPath, as one with an
// escaped slash has, or the pattern has more than eight wildcards.
func (t *Tree) Find(r *http.Request, v *Values) Result {
	v.forget()
	switch {
	case r.RequestURI == "*":
		return Result{Outcome: BadTarget, Index: -1}
	case r.Method == http.MethodConnect:
		return t.tunnel(r, v)
	}
	q := target{method: r.Method, host: t.host(r), path: r.URL.Path}
	if !direct(r.URL) {
		requested := r.URL.EscapedPath()
		q.path, q.escaped = clean(requested), true
		if q.path != requested {
			return t.canonicalize(q, r.URL)
		}
	}
	s := search{values: v, escaped: q.escaped}
	e := s.tree(t, q)
	if e != nil && !s.partial {
		return Result{Outcome: Match, Index: e.index}
	}
	if slashed := t.slashed(q); slashed != nil {
		v.forget()
		return Result{Outcome: Redirect, Index: slashed.index, Location: slashLocation(r.URL)}
	}
	return t.conclude(e, q)
}

// conclude is the answer where no redirect is due.
func (t *Tree) conclude(e *endpoint, q target) Result {
	if e != nil {
		return Result{Outcome: Match, Index: e.index}
	}
	if methods := t.allowed(q); len(methods) > 0 {
		return Result{Outcome: WrongMethod, Index: -1, Allow: methods}
	}
	return Result{Index: -1}
}

// canonicalize redirects from u to the cleaned path of q, or directly to that
// path with a slash if that is what matches.
func (t *Tree) canonicalize(q target, u *url.URL) Result {
	s := search{escaped: q.escaped}
	e := s.tree(t, q)
	if e == nil || s.partial {
		if slashed := t.slashed(q); slashed != nil {
			return Result{Outcome: Redirect, Index: slashed.index, Location: slashLocation(u)}
		}
	}
	result := Result{Outcome: Redirect, Index: -1, Location: location(q.path, u.RawQuery)}
	if e != nil {
		result.Index = e.index
	}
	return result
}

// tunnel answers a CONNECT request, whose path and host are used as they are. As
// in ServeMux, the host of the URL decides about the redirect and the allowed
// methods, and that of the request about the match.
func (t *Tree) tunnel(r *http.Request, v *Values) Result {
	q := target{method: r.Method, host: r.URL.Host, path: r.URL.EscapedPath(), escaped: true}
	s := search{escaped: q.escaped}
	if e := s.tree(t, q); e == nil || s.partial {
		if t.slashed(q) != nil {
			return Result{Outcome: Redirect, Index: -1, Location: slashLocation(r.URL)}
		}
	}
	if index, ok := t.Match(r.Method, r.Host, q.path, v); ok {
		return Result{Outcome: Match, Index: index}
	}
	return t.conclude(nil, q)
}

// slashed returns the pattern that matches the path of q with a slash appended,
// if the path has none and the pattern matches no more than that slash.
func (t *Tree) slashed(q target) *endpoint {
	if q.path == "" || strings.HasSuffix(q.path, "/") {
		return nil
	}
	s := search{escaped: q.escaped, slashed: true}
	if e := s.tree(t, q); !s.partial {
		return e
	}
	return nil
}

// Match looks for the pattern of a request and returns its index, and -1 and
// false if there is none. The path is taken as it is, escaped and not cleaned,
// and so is the host; there are no redirects. v takes the wildcards' values, as
// for [Tree.Find].
func (t *Tree) Match(method, host, escapedPath string, v *Values) (index int, ok bool) {
	v.forget()
	s := search{values: v, escaped: true}
	if e := s.tree(t, target{method, host, escapedPath, true}); e != nil {
		return e.index, true
	}
	return -1, false
}

// Allowed returns the methods that patterns for the host and the escaped path, or
// that path with a slash appended, are registered for: sorted, and with HEAD
// where GET is. Patterns without a method do not count, so the list is meant for
// requests that match nothing.
func (t *Tree) Allowed(host, escapedPath string) []string {
	return t.allowed(target{host: host, path: escapedPath, escaped: true})
}

func (t *Tree) allowed(q target) []string {
	if q.path != "" && q.path[0] != '/' {
		return nil
	}
	methods := t.anywhere.allowed(nil, q)
	if site := t.named[q.host]; site != nil {
		methods = site.allowed(methods, q)
	}
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func (s site) allowed(methods []string, q target) []string {
	for _, b := range s {
		if b.method != "" && b.allows(q) {
			methods = append(methods, b.method)
		}
	}
	return methods
}

func (b branch) allows(q target) bool {
	s := search{escaped: q.escaped}
	if s.walk(b.root, q.path, 0) != nil {
		return true
	}
	s.slashed = true
	return !strings.HasSuffix(q.path, "/") && s.walk(b.root, q.path, 0) != nil
}

// host returns the request's host without its port, if hosts matter at all.
func (t *Tree) host(r *http.Request) string {
	if len(t.named) == 0 || strings.IndexByte(r.Host, ':') < 0 {
		return r.Host
	}
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// slashLocation returns the target for a request that lacks a trailing slash.
// ServeMux makes it of the unescaped path.
func slashLocation(u *url.URL) string {
	return location(clean(clean(u.Path)+"/"), u.RawQuery)
}

func location(path, query string) string {
	return (&url.URL{Path: path, RawQuery: query}).String()
}
