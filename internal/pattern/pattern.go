package pattern

import "slices"

// Pattern is a parsed pattern. It is immutable and safe for concurrent use. The
// zero value is no pattern; [Parse] makes one.
type Pattern struct {
	text     string
	method   string
	host     string
	path     string
	segments []segment
}

// String returns the pattern as it was given to [Parse].
func (p *Pattern) String() string { return p.text }

// Method returns the method, or "" if the pattern matches every method. "GET"
// matches HEAD requests, too.
func (p *Pattern) Method() string { return p.method }

// Host returns the host, or "" if the pattern matches every host.
func (p *Pattern) Host() string { return p.host }

// Path returns the path as it was written, wildcards and escapes included. It
// begins with a slash.
func (p *Pattern) Path() string { return p.path }

// Names returns the names of the wildcards in the order in which they appear,
// which is the order of [Values]. A trailing slash and {$} have no name.
func (p *Pattern) Names() []string {
	var names []string
	for _, s := range p.segments {
		if s.named() {
			names = append(names, s.text)
		}
	}
	return names
}

// Multi reports whether name is a wildcard written {name...}, which takes the
// whole rest of the path.
func (p *Pattern) Multi(name string) bool {
	return slices.Contains(p.segments, segment{text: name, kind: rest}) && name != ""
}

func (p *Pattern) last() segment { return p.segments[len(p.segments)-1] }

// A segment is what stands between two slashes of a pattern's path.
type segment struct {
	text string // the literal, unescaped, or the wildcard's name
	kind kind
}

type kind uint8

const (
	literal kind = iota // matches itself
	single              // {name}: matches any one segment
	rest                // {name...}, or "" after a trailing slash: matches what is left
)

// end is the literal for {$}: the empty remainder of a path after its trailing
// slash. A segment "%2F" is the same literal, as it is for ServeMux.
const end = "/"

func (s segment) named() bool { return s.kind != literal && s.text != "" }
