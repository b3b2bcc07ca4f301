package pattern

import (
	"net/url"
	"strings"
)

// Common returns a path that both p and q match, escaped as in a request, and
// false if there is none. Methods and hosts do not count.
func (p *Pattern) Common(q *Pattern) (path string, ok bool) {
	if comparePaths(p.segments, q.segments) == apart {
		return "", false
	}
	var w witness
	s, t := p.segments, q.segments
	for len(s) > 0 && len(t) > 0 {
		// What the more special segment matches, both do. Of two wildcards q's is
		// taken, as in ServeMux's messages.
		if s[0].kind < t[0].kind {
			w.add(s)
		} else {
			w.add(t)
		}
		s, t = s[1:], t[1:]
	}
	w.addAll(s)
	w.addAll(t)
	return w.String(), true
}

// Except returns a path that p matches and q does not, escaped as in a request,
// and false if there is none. Methods and hosts do not count.
func (p *Pattern) Except(q *Pattern) (path string, ok bool) {
	var w witness
	r := comparePaths(p.segments, q.segments)
	switch {
	case r == apart:
		w.addAll(p.segments)
	case r&wider != 0:
		w.except(p.segments, q.segments)
	default:
		return "", false
	}
	return w.String(), true
}

// A witness is a path under construction.
type witness struct{ strings.Builder }

// except writes a path that s matches and t does not, by going another way than
// t wherever s allows it. The path of s has to be wider in some segment.
func (w *witness) except(s, t []segment) {
	for len(s) > 0 && len(t) > 0 {
		switch {
		case s[0].kind == rest:
			w.leave(s[0], t[0])
			return
		case s[0].kind == single && t[0].kind == literal && s[0].text == t[0].text:
			w.write(s[0].text + "x")
		default:
			w.add(s)
		}
		s, t = s[1:], t[1:]
	}
	w.addAll(s)
}

// leave writes an end that the rest wildcard s matches and t does not: nothing
// after the slash, or anything if that is what t matches.
func (w *witness) leave(s, t segment) {
	switch {
	case t.kind != literal || t.text != end:
		w.write("")
	case s.text != "":
		w.write(s.text)
	default:
		w.write("x")
	}
}

func (w *witness) addAll(segments []segment) {
	for i := range segments {
		w.add(segments[i:])
	}
}

// add writes a segment that the first of segments matches: a literal itself, a
// single wildcard's name, and nothing after the slash where that matches.
func (w *witness) add(segments []segment) {
	s := segments[0]
	if s.kind == rest || s.kind == literal && s.text == end && len(segments) == 1 {
		w.write("")
		return
	}
	w.write(s.text)
}

// write writes a slash and a segment, escaped.
func (w *witness) write(text string) {
	escaped := (&url.URL{Path: text}).EscapedPath()
	w.WriteString("/" + strings.ReplaceAll(escaped, "/", "%2F"))
}
