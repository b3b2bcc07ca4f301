package pattern

import (
	"net/http"
	"strings"
)

// A search is one walk through the tree for a path. It prefers literals to single
// wildcards and those to rest wildcards, and comes back when a preference leads
// nowhere. It visits no node twice, so that no path makes it longer than the tree.
type search struct {
	values  *Values // takes the wildcards' values, unless nil
	escaped bool    // the path's segments have to be unescaped
	slashed bool    // the path counts as if a slash followed it
	partial bool    // found: a rest wildcard took more than a trailing slash
}

// A target is what a search is for. It stays outside of the search because the
// path ends up in the values: together they would escape to the heap.
type target struct {
	method  string
	host    string
	path    string
	escaped bool
}

// tree searches the patterns of the host, then those without one.
func (s *search) tree(t *Tree, q target) *endpoint {
	if q.path != "" && q.path[0] != '/' {
		return nil
	}
	if site := t.named[q.host]; site != nil {
		if e := s.site(*site, q); e != nil {
			return e
		}
	}
	return s.site(t.anywhere, q)
}

// site searches the patterns of the method itself, then for HEAD those of GET,
// then those without a method.
func (s *search) site(patterns site, q target) *endpoint {
	if e := s.walk(patterns.root(q.method), q.path, 0); e != nil {
		return e
	}
	if q.method == http.MethodHead {
		if e := s.walk(patterns.root(http.MethodGet), q.path, 0); e != nil {
			return e
		}
	}
	return s.walk(patterns.root(""), q.path, 0)
}

// walk searches from n, with count values already taken.
func (s *search) walk(n *node, path string, count int) *endpoint {
	for n != nil {
		if path == "" {
			return s.finish(n, count)
		}
		text, remaining := split(path)
		text = s.unescape(text)
		next := n.literals.find(text)
		if next != nil && n.wild == nil && n.rest == nil {
			n, path = next, remaining // there is nothing to come back to
			continue
		}
		if next != nil {
			if e := s.walk(next, remaining, count); e != nil {
				return e
			}
		}
		if n.wild == nil || text == end {
			return s.rest(n, path, count)
		}
		s.set(count, text)
		if n.rest != nil {
			if e := s.walk(n.wild, remaining, count+1); e != nil {
				return e
			}
			return s.rest(n, path, count)
		}
		n, path, count = n.wild, remaining, count+1
	}
	return nil
}

// finish returns the pattern that matches where the path is used up.
func (s *search) finish(n *node, count int) *endpoint {
	if !s.slashed {
		return s.found(n.end, count)
	}
	if next := n.literals.find(end); next != nil && next.end != nil {
		return s.found(next.end, count)
	}
	return s.rest(n, "/", count)
}

// found returns e, which may be nil, and lets the values be read if it is not.
func (s *search) found(e *endpoint, count int) *endpoint {
	if e != nil && s.values != nil {
		s.values.count = count
	}
	return e
}

// rest returns the pattern whose rest wildcard takes the path from n on.
func (s *search) rest(n *node, path string, count int) *endpoint {
	e := n.rest
	if e == nil {
		return nil
	}
	s.partial = path != "/"
	if e.pattern.last().named() {
		s.set(count, s.unescape(path[1:]))
		count++
	}
	return s.found(e, count)
}

// split cuts a path, which begins with a slash, behind its first segment. A path
// of only a slash is the segment [end].
func split(path string) (text, remaining string) {
	if path == "/" {
		return end, ""
	}
	if i := strings.IndexByte(path[1:], '/') + 1; i > 0 {
		return path[1:i], path[i:]
	}
	return path[1:], ""
}

func (s *search) unescape(text string) string {
	if s.escaped {
		return unescape(text)
	}
	return text
}

func (s *search) set(i int, value string) {
	if s.values != nil {
		s.values.set(i, value)
	}
}
