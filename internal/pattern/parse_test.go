package pattern_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, method, host, path string
		names                          []string
		multi                          string
	}{
		{"only a path", "/", "", "", "/", nil, ""},
		{"a method and a path", "GET /a/b", "GET", "", "/a/b", nil, ""},
		{"a method, a host and a path", "GET h.example/a", "GET", "h.example", "/a", nil, ""},
		{"a host and a path", "h.example/", "", "h.example", "/", nil, ""},
		{"a host with a port", "h:80/", "", "h:80", "/", nil, ""},
		{"spaces and tabs behind the method", "GET \t /a", "GET", "", "/a", nil, ""},
		{"a space and no method", " /a", "", "", "/a", nil, ""},
		{"a method of one's own", "x-Purge_1 /a", "x-Purge_1", "", "/a", nil, ""},
		{"wildcards in order", "/{b}/x/{a}", "", "", "/{b}/x/{a}", []string{"b", "a"}, ""},
		{"a rest wildcard", "/{b}/{rest...}", "", "", "/{b}/{rest...}", []string{"b", "rest"}, "rest"},
		{"a trailing slash has no name", "/{a}/", "", "", "/{a}/", []string{"a"}, ""},
		{"the end has no name", "/{a}/{$}", "", "", "/{a}/{$}", []string{"a"}, ""},
		{"names beyond ASCII", "/{größe}/{_1}", "", "", "/{größe}/{_1}", []string{"größe", "_1"}, ""},
		{"a keyword is a name", "/{type}", "", "", "/{type}", []string{"type"}, ""},
		{"an escaped literal is kept as written", "GET /a%2Fb", "GET", "", "/a%2Fb", nil, ""},
		{"a broken escape is a literal", "/100%", "", "", "/100%", nil, ""},
		{"CONNECT may have an unclean path", "CONNECT /a/../b", "CONNECT", "", "/a/../b", nil, ""},
		{"no method may have an unclean path", "/a//b", "", "", "/a//b", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, tt.text)
			if p.String() != tt.text || p.Method() != tt.method || p.Host() != tt.host || p.Path() != tt.path {
				t.Errorf("Parse(%q) = %q, method %q, host %q, path %q", tt.text, p, p.Method(), p.Host(), p.Path())
			}
			if !slices.Equal(p.Names(), tt.names) {
				t.Errorf("Names() = %q, want %q", p.Names(), tt.names)
			}
			for _, name := range append(tt.names, "", "absent", "$") {
				if p.Multi(name) != (name == tt.multi && name != "") {
					t.Errorf("Multi(%q) = %v", name, p.Multi(name))
				}
			}
		})
	}
}

// mistakes are the texts that are no patterns.
var mistakes = []struct {
	name, text, mistake string
}{
	{"nothing", "", `parsing "": at offset 0: empty pattern`},
	{"a method with a separator", "G(T /", `parsing "G(T /": at offset 0: invalid method "G(T"`},
	{"a method beyond ASCII", "GÉT /", `parsing "GÉT /": at offset 0: invalid method "GÉT"`},
	{"no path", "GET", `parsing "GET": at offset 0: host/path missing /`},
	{"a method and no path", "GET ", `parsing "GET ": at offset 4: host/path missing /`},
	{"a method and only a host", "GET h", `parsing "GET h": at offset 4: host/path missing /`},
	{"a wildcard without its slash", "GET {x}/", `parsing "GET {x}/": at offset 4: host contains '{' (missing initial '/'?)`},
	{"a wildcard behind a host", "h{x}/", `parsing "h{x}/": at offset 1: host contains '{' (missing initial '/'?)`},
	{"a doubled slash", "GET h//a", `parsing "GET h//a": at offset 5: non-CONNECT pattern with unclean path can never match`},
	{"dots", "GET /a/../b", `parsing "GET /a/../b": at offset 4: non-CONNECT pattern with unclean path can never match`},
	{"a wildcard in a segment", "/a/b{x}", `parsing "/a/b{x}": at offset 3: bad wildcard segment (must start with '{')`},
	{"a segment behind a wildcard", "/a/{x}b", `parsing "/a/{x}b": at offset 3: bad wildcard segment (must end with '}')`},
	{"an open wildcard", "/{x", `parsing "/{x": at offset 1: bad wildcard segment (must end with '}')`},
	{"only an open brace", "/{", `parsing "/{": at offset 1: bad wildcard segment (must end with '}')`},
	{"an end that is not one", "/{$}/a", `parsing "/{$}/a": at offset 1: {$} not at end`},
	{"an end before a slash", "/{$}/", `parsing "/{$}/": at offset 1: {$} not at end`},
	{"a rest that is not one", "/{x...}/a", `parsing "/{x...}/a": at offset 1: {...} wildcard not at end`},
	{"a wildcard without a name", "/{}", `parsing "/{}": at offset 1: empty wildcard`},
	{"a rest without a name", "/{...}", `parsing "/{...}": at offset 1: empty wildcard`},
	{"a name that begins with a digit", "/{1x}", `parsing "/{1x}": at offset 1: bad wildcard name "1x"`},
	{"a name with a dash", "/{post-id}", `parsing "/{post-id}": at offset 1: bad wildcard name "post-id"`},
	{"a name with a space", "GET /{a b}", `parsing "GET /{a b}": at offset 5: bad wildcard name "a b"`},
	{"a name that is not UTF-8", "/{\xff}", `parsing "/{\xff}": at offset 1: bad wildcard name "\xff"`},
	{"a name twice", "/{x}/a/{x}", `parsing "/{x}/a/{x}": at offset 7: duplicate wildcard name "x"`},
	{"a name twice, once for the rest", "/{x}/{x...}", `parsing "/{x}/{x...}": at offset 5: duplicate wildcard name "x"`},
}

func TestParseExplainsMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range mistakes {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(tt.text)
			if p != nil || err == nil || err.Error() != tt.mistake {
				t.Fatalf("Parse(%q) = %v, %v, want %s", tt.text, p, err, tt.mistake)
			}
			mistake, ok := errors.AsType[*pattern.ParseError](err)
			if !ok || mistake.Pattern != tt.text || mistake.Reason == "" {
				t.Errorf("Parse(%q) returned %#v", tt.text, err)
			}
			newPair(t, tt.text) // ServeMux says the same
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range mistakes {
		f.Add(tt.text)
	}
	for _, text := range append(smallPaths(1), "GET \th.example:80/%2F/{x}/{_y1...}", "CONNECT //a/./{x}", "%/%zz") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		newPair(t, text)
		p, err := pattern.Parse(text)
		if err != nil {
			return
		}
		if p.String() != text || len(p.Path()) > len(text) || p.Path()[0] != '/' {
			t.Errorf("Parse(%q) has text %q and path %q", text, p, p.Path())
		}
		again := parse(t, p.Method()+" "+p.Host()+p.Path())
		if again.Path() != p.Path() || again.Host() != p.Host() || !slices.Equal(again.Names(), p.Names()) {
			t.Errorf("%q is not %q in other words", again, p)
		}
	})
}
