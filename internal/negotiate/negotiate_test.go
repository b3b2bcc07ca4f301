package negotiate_test

import (
	"testing"

	"github.com/mortise-go/mortise/internal/negotiate"
)

func TestGzipIsTakenByThoseWhoSaySo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		lines []string
		want  bool
	}{
		{"no field", nil, false},
		{"an empty field", []string{""}, false},
		{"gzip", []string{"gzip"}, true},
		{"gzip in capitals", []string{"GZIP"}, true},
		{"among others", []string{"br, gzip;q=0.5"}, true},
		{"on a second line", []string{"br", "gzip"}, true},
		{"refused", []string{"gzip;q=0"}, false},
		{"refused with decimals", []string{"gzip;q=0.000"}, false},
		{"anything", []string{"*"}, true},
		{"anything but gzip", []string{"gzip;q=0, *"}, false},
		{"nothing else", []string{"identity, *;q=0"}, false},
	} {
		if got := negotiate.AcceptsGzip(tc.lines); got != tc.want {
			t.Errorf("%s: AcceptsGzip(%q) = %v, want %v", tc.name, tc.lines, got, tc.want)
		}
	}
}

func TestTagsAreComparedWeakly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		lines []string
		want  bool
	}{
		{"no field", nil, false},
		{"the tag", []string{`"a"`}, true},
		{"the tag, weak", []string{`W/"a"`}, true},
		{"the other tag", []string{`"b"`}, true},
		{"in a list", []string{`"x", "a"`}, true},
		{"another", []string{`"x"`}, false},
		{"any", []string{"*"}, true},
		{"a part of it", []string{`"a`}, false},
	} {
		if got := negotiate.Unchanged(tc.lines, `"a"`, `"b"`); got != tc.want {
			t.Errorf("%s: Unchanged(%q) = %v, want %v", tc.name, tc.lines, got, tc.want)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add("gzip;q=0.5, *")
	f.Add(`W/"a", "b"`)
	f.Fuzz(func(_ *testing.T, line string) {
		negotiate.AcceptsGzip([]string{line})
		negotiate.Unchanged([]string{line}, `"a"`)
	})
}
