package pattern_test

import (
	"bufio"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// read parses a request as the server does.
func read(method, host, target string) (*http.Request, error) {
	text := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	return http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
}

// words returns all sequences of up to n of the pieces, joined by slashes, each
// after a slash. The empty sequence is "".
func words(n int, pieces ...string) []string {
	list := []string{""}
	for last := list; n > 0; n-- {
		var longer []string
		for _, word := range last {
			for _, piece := range pieces {
				longer = append(longer, word+"/"+piece)
			}
		}
		list, last = append(list, longer...), longer
	}
	return list
}

// smallPaths returns the paths of patterns that begin with up to n segments and
// then stop, or go on with a slash, a {$} or a rest wildcard.
func smallPaths(n int) []string {
	var list []string
	for i, begin := range words(n, "a", "b", "{}") {
		begin = named(begin)
		if i > 0 {
			list = append(list, begin)
		}
		list = append(list, begin+"/", begin+"/{$}", begin+"/{m...}")
	}
	return list
}

// named gives different names to the wildcards of a path.
func named(path string) string {
	for _, name := range []string{"{x}", "{y}", "{z}"} {
		path = strings.Replace(path, "{}", name, 1)
	}
	return path
}

func combine(parts ...[]string) []string {
	list := []string{""}
	for _, part := range parts {
		var longer []string
		for _, begin := range list {
			for _, piece := range part {
				longer = append(longer, begin+piece)
			}
		}
		list = longer
	}
	return list
}

// smallRequests returns requests of the methods to the hosts for all paths of up
// to n segments, with and without a slash at the end.
func smallRequests(n int, methods, hosts []string) []*http.Request {
	var list []*http.Request
	for _, path := range words(n, "a", "b", "c") {
		for _, path := range []string{path, path + "/"} {
			for _, method := range methods {
				for _, host := range hosts {
					u := &url.URL{Path: path}
					if method == http.MethodConnect {
						u.Host = host
					}
					list = append(list, &http.Request{Method: method, Host: host, URL: u})
				}
			}
		}
	}
	return list
}

func TestEveryPairOfSmallPatternsConflictsAsInServeMux(t *testing.T) {
	t.Parallel()
	patterns := combine([]string{"", "GET ", "HEAD ", "POST "}, []string{"", "h"}, smallPaths(2))
	refused := 0
	for i, p := range patterns {
		for _, q := range patterns[i%stride:] {
			pair := newPair(t, p, q)
			refused += 2 - len(pair.written)
		}
	}
	if refused < len(patterns) {
		t.Errorf("only %d pairs conflict: the test proves little", refused)
	}
}

func TestEverySetOfThreeSmallPathsMatchesAsInServeMux(t *testing.T) {
	t.Parallel()
	paths := smallPaths(2)
	requests := smallRequests(3, []string{"GET"}, []string{"h"})
	sets := 0
	for i := range paths {
		for j := range i {
			for k := range j {
				if sets++; sets%stride == 0 {
					compareAll(t, requests, paths[i], paths[j], paths[k])
				}
			}
		}
	}
}

func TestEverySetOfThreeMethodsAndHostsMatchesAsInServeMux(t *testing.T) {
	t.Parallel()
	patterns := combine([]string{"", "GET ", "HEAD ", "POST ", "CONNECT "}, []string{"", "h"}, []string{"/a", "/a/", "/{x}", "/"})
	requests := smallRequests(2, []string{"GET", "HEAD", "POST", "PUT", "CONNECT"}, []string{"h", "g:80"})
	requests = slices.DeleteFunc(requests, func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/c") })
	sets := 0
	for i := range patterns {
		for j := range i {
			for k := range j {
				if sets++; sets%stride == 0 {
					compareAll(t, requests, patterns[i], patterns[j], patterns[k])
				}
			}
		}
	}
}

func TestEveryOddTargetIsAnsweredAsByServeMux(t *testing.T) {
	t.Parallel()
	paths := append(smallPaths(2), "/a%2Fb", "/%61/", "/%2F", "/{x}/%2F/{y}", "/a%25", "/.", "/a/../b", "/%2e%2e/{x}", "/a%20b")
	var requests []*http.Request
	for _, target := range oddTargets {
		for _, method := range []string{"GET", "CONNECT"} {
			r, err := read(method, "h", target)
			if err != nil {
				continue // not every target can be one of CONNECT
			}
			requests = append(requests, r)
		}
	}
	for i, p := range paths {
		for _, q := range paths[:i] {
			compareAll(t, requests, p, q)
			compareAll(t, requests, "CONNECT "+p, "GET "+clearPath(q))
		}
	}
}

// clearPath makes a path fit for a pattern with a method.
func clearPath(path string) string {
	if strings.Contains(path, "/.") {
		return "/c"
	}
	return path
}

var oddTargets = []string{
	"/", "//", "///", "/a//", "//a", "//a/b", "/a//b", "/./a", "/a/.", "/a/./b", "/..", "/a/..", "/a/../b", "/../../a", "/a/b/../",
	"/a?q=1", "/a/?q=1", "//a?q=1&r=%2F", "/a?q=//e", "/a/b?é=ü", "//a?é",
	"/%61", "/%61/", "/a%2Fb", "/a%2fb", "/a%2Fb/", "/a%2F", "/%2F", "/%2F/", "/%2Fa", "/%2F%2Fe", "/%2F%2Fe/b", "/%5Ce", `/\e`, `/a\b`,
	"/%2e%2e/a", "/a/%2e%2e/b", "/a/..%2fb", "/%2E", "/a/%2E/", "/%25", "/a%25", "/a%252Fb", "/a%252Fb/", "/%2561", "/a/%2562", "/%C3%A9", "/é", "/a/é", "/%FF", "/%00", "/a%0a", "/a%20b",
	"/a;x", "/a;x/b", "/a:b", "/:a", "/a+b", "/a!b", "/a'b", "/(a)", "/a*", "/a|b", "/a^b", "/a=b&c", "/@a", "/$a", "/a,b", "/~a", "/[a]", `/"a"`, "/<a>", "/`a`", "/{x}", "/%7Bx%7D",
	"http://h/a", "http://g/a/", "http://h", "http://h/", "http://h//a", "*", "/*", "h:80", "g", "h:80/a", "h//a", "h/a/", "h/a//b/",
}

func TestEveryByteOfAPathIsReadAsByServeMux(t *testing.T) {
	t.Parallel()
	pair := newPair(t, "/{x}", "/a/{y}/", "/b/{z...}")
	for c := range 256 {
		for _, path := range []string{string([]byte{'/', byte(c)}), string([]byte{'/', 'a', '/', byte(c)}), string([]byte{'/', 'b', '/', byte(c), 'c'})} {
			pair.compare(&http.Request{Method: "GET", URL: &url.URL{Path: path}})
			pair.compare(&http.Request{Method: "GET", URL: &url.URL{Path: path, RawPath: path}})
		}
	}
}

func TestManyLiteralsAreFoundAsByServeMux(t *testing.T) {
	t.Parallel()
	var patterns []string
	for i := range 40 {
		name := strings.Repeat("k", i%7) + string(rune('a'+i%26))
		patterns = append(patterns, "GET /"+name+"/{x}", "POST /in/"+name)
	}
	slices.Sort(patterns)
	pair := newPair(t, slices.Compact(patterns)...)
	for _, text := range pair.written {
		method, path, _ := strings.Cut(text, " ")
		for _, method := range []string{method, "GET", "DELETE"} {
			pair.compare(request(t, method, "h", path))
			pair.compare(request(t, method, "h", path+"k"))
		}
	}
}

// pieces make patterns and targets that have something to do with each other.
var pieces = []string{"a", "b", "a", "b", "{x}", "{y}", "{z}", "%2F", "a%2Fb", "%61", "%25", "é", "a%20b", ".", "..", "%2e", "a-b", "a.b", ";"}

func TestRandomSetsMatchAsInServeMux(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	path := func() string {
		var b strings.Builder
		for range random.IntN(5) {
			b.WriteString("/" + pick(pieces...))
		}
		return b.String() + pick("", "/", "/", "/{$}", "/{m...}")
	}
	for range 16_000 / stride {
		var patterns []string
		for range 1 + random.IntN(8) {
			patterns = append(patterns, pick("", "", "GET ", "GET ", "HEAD ", "POST ", "CONNECT ", "get ")+pick("", "", "", "h", "g")+path())
		}
		pair := newPair(t, withoutEmptyLiterals(patterns)...)
		for range 12 {
			target := strings.NewReplacer("{$}", "", "{", "", "}", "", "...", "", " ", "%20").Replace(path())
			if target == "" || random.IntN(8) == 0 {
				target = "/" + target
			}
			r, err := read(pick("GET", "GET", "HEAD", "POST", "CONNECT", "PUT"), pick("h", "g", "h:80", "[::1]:80", "h:", ":80"), target)
			if err == nil {
				pair.compare(r)
			}
		}
	}
}

func compareAll(t *testing.T, requests []*http.Request, patterns ...string) {
	t.Helper()
	pair := newPair(t, patterns...)
	for _, r := range requests {
		pair.compare(r)
	}
}
