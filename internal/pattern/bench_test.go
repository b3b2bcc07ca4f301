package pattern_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

// manyPatterns returns n patterns: a third each without, with one and with two
// wildcards.
func manyPatterns(n int) []string {
	var list []string
	for i := range (n + 2) / 3 {
		list = append(list,
			fmt.Sprintf("GET /r%d/all", i),
			fmt.Sprintf("GET /r%d/by/{id}", i),
			fmt.Sprintf("GET /r%d/by/{id}/parts/{part}", i))
	}
	return list
}

var workloads = []struct{ name, path string }{
	{"static", "/r2/all"},
	{"one", "/r2/by/12345"},
	{"two", "/r2/by/12345/parts/abcdef"},
	{"escaped", "/r2/by/12 345"},
	{"missing", "/r2/by/12345/nothing"},
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10, 1000} {
		tree := grow(b, manyPatterns(n)...)
		for _, w := range workloads {
			b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
				r := &http.Request{Method: "GET", Host: "h.example:8080", RequestURI: w.path, URL: &url.URL{Path: w.path}}
				b.ReportAllocs()
				for b.Loop() {
					var v pattern.Values
					found := tree.Find(r, &v)
					if (found.Outcome == pattern.Match) == (w.name == "missing") {
						b.Fatal(found)
					}
				}
			})
		}
	}
}

func BenchmarkServeMux(b *testing.B) {
	for _, n := range []int{10, 1000} {
		mux := http.NewServeMux()
		for _, text := range manyPatterns(n) {
			mux.HandleFunc(text, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = r.PathValue("id"), r.PathValue("part")
			})
		}
		for _, w := range workloads {
			b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
				r := &http.Request{Method: "GET", Host: "h.example:8080", RequestURI: w.path, URL: &url.URL{Path: w.path}}
				answer := recorder{header: http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					mux.ServeHTTP(&answer, r)
				}
			})
		}
	}
}

// BenchmarkFindParallel and BenchmarkServeMuxParallel show what a lock costs.
func BenchmarkFindParallel(b *testing.B) {
	tree := grow(b, manyPatterns(100)...)
	b.RunParallel(func(pb *testing.PB) {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/r2/by/12345"}}
		var v pattern.Values
		for pb.Next() {
			tree.Find(r, &v)
		}
	})
}

func BenchmarkServeMuxParallel(b *testing.B) {
	mux := http.NewServeMux()
	for _, text := range manyPatterns(100) {
		mux.HandleFunc(text, func(http.ResponseWriter, *http.Request) {})
	}
	b.RunParallel(func(pb *testing.PB) {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/r2/by/12345"}}
		for pb.Next() {
			mux.ServeHTTP(nil, r)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	patterns := manyPatterns(1000)
	for b.Loop() {
		grow(b, patterns...)
	}
}

func BenchmarkServeMuxHandle(b *testing.B) {
	patterns := manyPatterns(1000)
	for b.Loop() {
		mux := http.NewServeMux()
		for _, text := range patterns {
			mux.HandleFunc(text, func(http.ResponseWriter, *http.Request) {})
		}
	}
}
