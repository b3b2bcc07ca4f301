package pattern_test

import (
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

func TestCommonAndExcept(t *testing.T) {
	t.Parallel()
	const none = ""
	for _, tt := range []struct {
		name, p, q, both, onlyP, onlyQ string
	}{
		{"equal literals", "/a", "/a", "/a", none, none},
		{"equal wildcards", "/{x}", "/{y}", "/y", none, none},
		{"different literals", "/a", "/b", none, "/a", "/b"},
		{"different lengths", "/a", "/a/b", none, "/a", "/a/b"},
		{"a wildcard and a literal", "/{x}", "/a", "/a", "/x", none},
		{"a wildcard and a literal of its name", "/{x}", "/x", "/x", "/xx", none},
		{"a wildcard and a slash", "/{x}", "/{$}", none, "/x", "/"},
		{"overlapping in two segments", "/{resource}/latest", "/posts/{id}", "/posts/latest", "/resource/latest", "/posts/id"},
		{"a slash and the end", "/a/", "/a/{$}", "/a/", "/a/x", none},
		{"a rest and the end", "/a/{rest...}", "/a/{$}", "/a/", "/a/rest", none},
		{"a slash and a literal", "/a/", "/a/b", "/a/b", "/a/", none},
		{"a slash and a longer path", "/", "/a/b", "/a/b", "/", none},
		{"a slash and a wildcard", "/a/", "/a/{x}", "/a/x", "/a/", none},
		{"two rests", "/{x}/", "/a/{rest...}", "/a/", "/x/", none},
		{"a wildcard where the other has its rest", "/{x}/{y}/", "/a/", "/a/y/", "/x/y/", "/a/"},
		{"a rest and wildcards that go on", "/a/", "/{x}/b/{y}", "/a/b/y", "/a/", "/x/b/y"},
		{"a rest of the longer pattern", "/a/{rest...}", "/a", none, "/a/", "/a"},
		{"an escaped slash", "/{x}/a%2Fb", "/c/{y}", "/c/a%2Fb", "/x/a%2Fb", "/c/y"},
		{"an escaped slash alone in a segment", "/{x}/%2F/a", "/c/%2F/{y}", "/c/%2F/a", "/x/%2F/a", "/c/%2F/y"},
		{"an escaped slash at the end is the end", "/a/%2F", "/a/{$}", "/a/", none, none},
		{"an escaped percent", "/a%25/{x}", "/{y}/b", "/a%25/b", "/a%25/x", "/y/b"},
		{"what a path holds only escaped", "/a%20b%3F/{x}", "/{y}/é", "/a%20b%3F/%C3%A9", "/a%20b%3F/x", "/y/%C3%A9"},
		{"methods and hosts do not count", "GET h/a", "POST g/{x}", "/a", none, "/x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, q := parse(t, tt.p), parse(t, tt.q)
			both, ok := p.Common(q)
			if both != tt.both || ok != (tt.both != none) {
				t.Errorf("%q.Common(%q) = %q, %v, want %q", p, q, both, ok, tt.both)
			}
			expect(t, p, q, tt.onlyP)
			expect(t, q, p, tt.onlyQ)
			judge(t, p, q)
		})
	}
}

func expect(t *testing.T, p, q *pattern.Pattern, want string) {
	t.Helper()
	if got, ok := p.Except(q); got != want || ok != (want != "") {
		t.Errorf("%q.Except(%q) = %q, %v, want %q", p, q, got, ok, want)
	}
}

// judge lets ServeMux say whether the witnesses are true.
func judge(t *testing.T, p, q *pattern.Pattern) {
	t.Helper()
	if path, ok := p.Common(q); ok && !(takes(p, path) && takes(q, path)) {
		t.Errorf("%q.Common(%q) = %q: matches %v and %v", p, q, path, takes(p, path), takes(q, path))
	}
	if path, ok := p.Except(q); ok && !(takes(p, path) && !takes(q, path)) {
		t.Errorf("%q.Except(%q) = %q: matches %v and %v", p, q, path, takes(p, path), takes(q, path))
	}
}

// One path decides for or against each pattern: the paths of the universe stand
// for all, since the patterns have no more than three segments and two literals.
func TestWitnessesExistWhereThePathsOfASmallUniverseSaySo(t *testing.T) {
	t.Parallel()
	var universe []string
	for _, path := range words(4, "a", "b", "c") {
		universe = append(universe, path, path+"/")
	}
	paths := smallPaths(2)
	matched := make([]map[string]bool, len(paths))
	for i, text := range paths {
		matched[i] = map[string]bool{}
		tree := grow(t, text)
		for _, path := range universe {
			if _, ok := tree.Match("GET", "", path, nil); ok {
				matched[i][path] = true
			}
		}
	}
	for i := range paths {
		for j := range paths {
			both, only := false, false
			for path := range matched[i] {
				both = both || matched[j][path]
				only = only || !matched[j][path]
			}
			p, q := parse(t, paths[i]), parse(t, paths[j])
			if _, ok := p.Common(q); ok != both {
				t.Errorf("%q.Common(%q) exists: %v, want %v", p, q, ok, both)
			}
			if _, ok := p.Except(q); ok != only {
				t.Errorf("%q.Except(%q) exists: %v, want %v", p, q, ok, only)
			}
		}
	}
}

func TestWitnessesOfAllSmallPairsAreTrue(t *testing.T) {
	t.Parallel()
	// The wildcards are named like literals, to tempt the witnesses.
	paths := append(smallPaths(2), "/x", "/{a}", "/{b}/a", "/a/{b}/", "/{a}/{b...}", "/%2F/a", "/a%2Fb/{x}", "/{x}/a%2Fb", "/{x}/%2F", "/%2F/{x}/")
	for i, p := range paths {
		for j, q := range paths {
			if (i+j)%stride == 0 {
				judge(t, parse(t, p), parse(t, q))
			}
		}
	}
}
