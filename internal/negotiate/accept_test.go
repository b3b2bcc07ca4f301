package negotiate_test

import (
	"testing"

	"github.com/mortise-go/mortise/internal/negotiate"
)

func TestTheClientGetsWhatItPrefers(t *testing.T) {
	t.Parallel()
	offers := []string{"application/json", "application/xml", "text/csv; charset=utf-8"}
	for _, tc := range []struct {
		name  string
		lines []string
		want  int
	}{
		{"no field", nil, 0},
		{"an empty field", []string{""}, -1},
		{"anything", []string{"*/*"}, 0},
		{"one of them", []string{"application/xml"}, 1},
		{"one in other letters", []string{"APPLICATION/XML"}, 1},
		{"one with parameters", []string{"text/csv"}, 2},
		{"a range", []string{"text/*"}, 2},
		{"two of one weight", []string{"application/xml, application/json"}, 0},
		{"two weights", []string{"application/json;q=0.5, application/xml;q=0.6"}, 1},
		{"weights on two lines", []string{"application/json;q=0.5", "text/csv"}, 2},
		{"a weight behind a parameter", []string{"application/json;v=1;q=0.1, application/xml; q=0.2"}, 1},
		{"the specific range counts", []string{"*/*;q=1, application/json;q=0, application/*;q=0.5"}, 2},
		{"whatever the order", []string{"application/json;q=0, application/*;q=0.5, */*;q=0.1"}, 1},
		{"nothing", []string{"*/*;q=0"}, -1},
		{"something else", []string{"image/png"}, -1},
		{"a weight that is none", []string{"application/json;q=x, application/xml;q=0.001"}, 1},
		{"a weight that is too great", []string{"application/json;q=1.5, application/xml"}, 1},
		{"a weight that is no number", []string{"application/json;q=NaN"}, -1},
		{"half a range", []string{"application"}, -1},
	} {
		if got := negotiate.Accept(tc.lines, offers); got != tc.want {
			t.Errorf("%s: Accept(%q) = %d, want %d", tc.name, tc.lines, got, tc.want)
		}
	}
}

func TestTagsAreComparedStrongly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, line, tag string
		exists, want    bool
	}{
		{"the tag", `"a"`, `"a"`, true, true},
		{"in a list", `"b", "a"`, `"a"`, true, true},
		{"another", `"b"`, `"a"`, true, false},
		{"the tag, weak", `W/"a"`, `"a"`, true, false},
		{"a weak tag", `"a"`, `W/"a"`, true, false},
		{"two weak tags", `W/"a"`, `W/"a"`, true, false},
		{"anything", `*`, ``, true, true},
		{"anything, but there is nothing", `*`, ``, false, false},
		{"a tag, but there is none", `""`, ``, true, false},
		{"nothing", ``, ``, true, false},
	} {
		if got := negotiate.Matches([]string{tc.line}, tc.tag, tc.exists); got != tc.want {
			t.Errorf("%s: Matches(%q, %q) = %v, want %v", tc.name, tc.line, tc.tag, got, tc.want)
		}
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("text/*;q=0.5, */*", "application/json")
	f.Add(";;q=,", "a/b;c")
	f.Fuzz(func(t *testing.T, line, offer string) {
		got := negotiate.Accept([]string{line}, []string{offer, "text/csv"})
		if got < -1 || got > 1 {
			t.Errorf("Accept(%q) = %d", line, got)
		}
		if both := negotiate.Accept([]string{line, "*/*;q=0.001"}, []string{"text/csv"}); got == 1 && both != 0 {
			t.Errorf("Accept(%q) takes what it does not take with more", line)
		}
	})
}
