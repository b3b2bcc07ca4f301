package pattern_test

import (
	"strings"
	"testing"
)

// FuzzFind compares a tree and a ServeMux that are given the same lines as
// patterns and the same request.
func FuzzFind(f *testing.F) {
	for _, target := range oddTargets {
		f.Add("/{x}/{y}\n/a/\n/{m...}\nGET /a/{$}", "GET", "h", target)
		f.Add("CONNECT /a/\nh/a/b\nCONNECT g/{x}/{m...}", "CONNECT", "g", target)
	}
	f.Add(strings.Join(api, "\n"), "HEAD", "admin.example:80", "/users/7")
	f.Add("/a%2Fb/{x}\n/%2F/{y}/\n/a%25/{$}", "POST", "[::1]:80", "/a%2fb/c%2f")
	f.Add("/a/b/c/{z}\n/a/{x}/c/d\n/{x}/b/c/\n/{x}/{y}/", "GET", "h", "/a/b/c/d/e")
	f.Fuzz(func(t *testing.T, patterns, method, host, target string) {
		lines := strings.Split(patterns, "\n")
		r, err := read(method, host, target)
		if err != nil || len(lines) > 12 {
			return
		}
		newPair(t, withoutEmptyLiterals(lines)...).compare(r)
	})
}

// FuzzWitness lets ServeMux judge the paths that two patterns share or not.
func FuzzWitness(f *testing.F) {
	paths := append(smallPaths(1), "/a%2Fb/{a}", "/{b}/%2F/a", "/{x}/{y}/", "/%2F")
	for i, p := range paths {
		f.Add(p, paths[len(paths)-1-i])
	}
	f.Fuzz(func(t *testing.T, p, q string) {
		// The method tells ServeMux's judge to refuse what it would take for something
		// else; dots and empty segments it never sees in a request.
		first, second := tryParse("GET "+p), tryParse("GET "+q)
		if first == nil || second == nil || first.Host()+second.Host() != "" {
			return
		}
		judge(t, first, second)
		judge(t, second, first)
	})
}
