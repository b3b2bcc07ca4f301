package pattern_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

// manyWildcards returns a pattern with n wildcards and a path for it.
func manyWildcards(n int) (text, path string) {
	for i := range n {
		text += "/{v" + strconv.Itoa(i) + "}"
		path += "/" + strconv.Itoa(i)
	}
	return text, path
}

func TestValuesBeyondTheInlinedOnes(t *testing.T) {
	t.Parallel()
	var v pattern.Values
	for _, n := range []int{20, 9, 8, 1, 0, 12} {
		text, path := manyWildcards(n)
		tree := grow(t, text+"/end")
		if _, ok := tree.Match("GET", "", path+"/end", &v); !ok || v.Len() != n {
			t.Fatalf("Match = %v with %d values, want %d", ok, v.Len(), n)
		}
		for i := range n {
			if got := v.Get(i); got != strconv.Itoa(i) {
				t.Errorf("value %d of %d is %q", i, n, got)
			}
		}
	}
}

func TestValuesOfAnAbandonedBranchAreReplaced(t *testing.T) {
	t.Parallel()
	begin, path := manyWildcards(10)
	tree := grow(t, "/0"+strings.TrimPrefix(begin, "/{v0}")+"/a/b", begin+"/{last...}")
	var v pattern.Values
	if index, ok := tree.Match("GET", "", path+"/a/c", &v); !ok || index != 1 || v.Len() != 11 {
		t.Fatalf("Match = %d, %v with %d values", index, ok, v.Len())
	}
	if v.Get(0) != "0" || v.Get(9) != "9" || v.Get(10) != "a/c" {
		t.Errorf("values %q, %q, %q", v.Get(0), v.Get(9), v.Get(10))
	}
}

// L7
func TestValuesOfAnEarlierRequestCannotBeRead(t *testing.T) {
	t.Parallel()
	text, path := manyWildcards(10)
	tree := grow(t, text, "/a/{x}")
	for _, next := range []string{"/nothing", "/0/1/2/3", "/a/b"} {
		var v pattern.Values
		if _, ok := tree.Match("GET", "", path, &v); !ok {
			t.Fatal("no match")
		}
		tree.Match("GET", "", next, &v)
		for _, i := range []int{v.Len(), 8, 9, -1} {
			if value, ok := get(&v, i); ok {
				t.Errorf("after %s, value %d of %d is %q", next, i, v.Len(), value)
			}
		}
	}
	var v pattern.Values
	tree.Match("GET", "", path, &v)
	v.Reset()
	if value, ok := get(&v, 0); ok || v.Len() != 0 {
		t.Errorf("after Reset, value 0 of %d is %q", v.Len(), value)
	}
}

// get is Get with its panic turned into false.
func get(v *pattern.Values, i int) (value string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return v.Get(i), true
}
