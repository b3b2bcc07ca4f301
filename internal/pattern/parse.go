package pattern

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// ParseError says why a text is not a pattern.
type ParseError struct {
	Pattern string // the whole text
	Offset  int    // the byte at which the mistake was noticed
	Reason  string // the mistake, perhaps with a hint in parentheses
}

// Error returns the pattern, the offset and the reason, as ServeMux words them.
func (e *ParseError) Error() string {
	return fmt.Sprintf("parsing %q: at offset %d: %s", e.Pattern, e.Offset, e.Reason)
}

// Parse reads a pattern of the form
//
//	[METHOD ][HOST]/[PATH]
//
// Spaces and tabs may separate the method from the rest. A segment of the path
// is a literal, which may be escaped, or a wildcard {name}; the last one may also
// be {name...}, {$} or empty. The names are different Go identifiers. A path
// with a method other than CONNECT has to be clean, without empty and dot
// segments, since a request is redirected to the clean path before it matches.
//
// The error is a [*ParseError].
func Parse(s string) (*Pattern, error) {
	p := &parser{pattern: Pattern{text: s}, remaining: s}
	for _, step := range []func() error{p.method, p.host, p.path} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &p.pattern, nil
}

type parser struct {
	pattern   Pattern
	remaining string
	offset    int
}

func (p *parser) fail(format string, args ...any) error {
	return &ParseError{Pattern: p.pattern.text, Offset: p.offset, Reason: fmt.Sprintf(format, args...)}
}

func (p *parser) method() error {
	if p.remaining == "" {
		return p.fail("empty pattern")
	}
	space := strings.IndexAny(p.remaining, " \t")
	if space < 0 {
		return nil
	}
	method := p.remaining[:space]
	if strings.ContainsFunc(method, notToken) {
		return p.fail("invalid method %q", method)
	}
	p.pattern.method = method
	p.remaining = strings.TrimLeft(p.remaining[space:], " \t")
	p.offset = space + 1
	return nil
}

// notToken reports whether c may not stand in a method: RFC 9110, section 5.6.2.
func notToken(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	}
	return !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}

func (p *parser) host() error {
	slash := strings.IndexByte(p.remaining, '/')
	if slash < 0 {
		return p.fail("host/path missing /")
	}
	p.pattern.host, p.remaining = p.remaining[:slash], p.remaining[slash:]
	if brace := strings.IndexByte(p.pattern.host, '{'); brace >= 0 {
		p.offset += brace
		return p.fail("host contains '{' (missing initial '/'?)")
	}
	p.offset += slash
	return nil
}

func (p *parser) path() error {
	p.pattern.path = p.remaining
	method := p.pattern.method
	if method != "" && method != http.MethodConnect && p.remaining != clean(p.remaining) {
		return p.fail("non-CONNECT pattern with unclean path can never match")
	}
	for p.remaining != "" {
		// The remaining path begins with a slash.
		text, _, _ := strings.Cut(p.remaining[1:], "/")
		p.remaining = p.remaining[1+len(text):]
		p.offset = len(p.pattern.text) - len(text) - len(p.remaining)
		s, err := p.segment(text)
		if err != nil {
			return err
		}
		p.pattern.segments = append(p.pattern.segments, s)
	}
	return nil
}

func (p *parser) segment(text string) (segment, error) {
	final := p.remaining == ""
	if text == "" && final {
		return segment{kind: rest}, nil
	}
	switch strings.IndexByte(text, '{') {
	case -1:
		return segment{text: unescape(text)}, nil
	case 0:
		return p.wildcard(text, final)
	}
	return segment{}, p.fail("bad wildcard segment (must start with '{')")
}

func (p *parser) wildcard(text string, final bool) (segment, error) {
	name, closed := strings.CutSuffix(text[1:], "}")
	if !closed {
		return segment{}, p.fail("bad wildcard segment (must end with '}')")
	}
	if name == "$" {
		if !final {
			return segment{}, p.fail("{$} not at end")
		}
		return segment{text: end}, nil
	}
	s := segment{kind: single}
	if name, closed = strings.CutSuffix(name, "..."); closed {
		if !final {
			return segment{}, p.fail("{...} wildcard not at end")
		}
		s.kind = rest
	}
	s.text = name
	return s, p.name(name)
}

func (p *parser) name(name string) error {
	if name == "" {
		return p.fail("empty wildcard")
	}
	for i, c := range name {
		if !unicode.IsLetter(c) && c != '_' && (i == 0 || !unicode.IsDigit(c)) {
			return p.fail("bad wildcard name %q", name)
		}
	}
	for _, s := range p.pattern.segments {
		if s.kind == single && s.text == name {
			return p.fail("duplicate wildcard name %q", name)
		}
	}
	return nil
}

// unescape returns a segment without its percent-encoding, or as it is if the
// encoding is broken.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
