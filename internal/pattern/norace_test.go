//go:build !race

package pattern_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

// stride is how many sets of patterns an exhaustive test goes on by.
const stride = 1

func TestFindDoesNotAllocate(t *testing.T) {
	eight, path := manyWildcards(8)
	tree := grow(t, append(api, "/eight"+eight)...)
	for _, tt := range []struct{ name, method, host, path string }{
		{"a literal path", "GET", "h", "/users"},
		{"a port", "GET", "admin.example:80", "/users"},
		{"a host", "GET", "admin.example", "/users/7"},
		{"HEAD", "HEAD", "h", "/users"},
		{"a wildcard", "GET", "h", "/users/7"},
		{"two wildcards", "PUT", "h", "/any/1/2"},
		{"what was escaped in the request", "GET", "h", "/users/a b%é"},
		{"eight wildcards", "GET", "h", "/eight" + path},
		{"a rest", "GET", "h", "/files/a/long/path/that/would/not/fit/into/a/small/buffer.css"},
		{"a trailing slash", "GET", "h", "/docs/a/long/path/that/would/not/fit/into/a/small/buffer.css"},
		{"a dot file", "GET", "h", "/files/.well-known/x"},
		{"not found", "GET", "h", "/nothing/here"},
	} {
		r := &http.Request{Method: tt.method, Host: tt.host, URL: &url.URL{Path: tt.path}}
		if n := testing.AllocsPerRun(100, func() {
			var v pattern.Values
			tree.Find(r, &v)
		}); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}
