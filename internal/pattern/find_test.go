package pattern_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

var api = []string{
	"GET /users", "POST /users", "GET /users/{id}", "DELETE /users/{id}", "HEAD /users/me", "GET /users/me",
	"GET /files/{path...}", "GET /docs/", "GET /docs/{$}", "GET /{$}", "admin.example/users/{name}", "/any/{x}/{y}",
}

func TestFind(t *testing.T) {
	t.Parallel()
	tree := grow(t, api...)
	for _, tt := range []struct {
		name, method, host, target string
		outcome                    pattern.Outcome
		pattern                    string
		values                     []string
	}{
		{"a literal path", "GET", "h", "/users", pattern.Match, "GET /users", nil},
		{"a query does not count", "GET", "h", "/users?page=2", pattern.Match, "GET /users", nil},
		{"the method decides", "POST", "h", "/users", pattern.Match, "POST /users", nil},
		{"HEAD is a GET", "HEAD", "h", "/users", pattern.Match, "GET /users", nil},
		{"HEAD of its own comes first", "HEAD", "h", "/users/me", pattern.Match, "HEAD /users/me", nil},
		{"HEAD is a GET with a wildcard", "HEAD", "h", "/users/7", pattern.Match, "GET /users/{id}", []string{"7"}},
		{"a wildcard", "GET", "h", "/users/7", pattern.Match, "GET /users/{id}", []string{"7"}},
		{"a literal precedes a wildcard", "GET", "h", "/users/me", pattern.Match, "GET /users/me", nil},
		{"a value is unescaped once", "GET", "h", "/users/a%2Fb%2520c", pattern.Match, "GET /users/{id}", []string{"a/b%20c"}},
		{"a rest takes slashes", "GET", "h", "/files/a/b/c", pattern.Match, "GET /files/{path...}", []string{"a/b/c"}},
		{"a rest takes nothing", "GET", "h", "/files/", pattern.Match, "GET /files/{path...}", []string{""}},
		{"a rest is unescaped", "GET", "h", "/files/a%20b/%2F", pattern.Match, "GET /files/{path...}", []string{"a b//"}},
		{"a trailing slash takes the rest", "GET", "h", "/docs/a/b", pattern.Match, "GET /docs/", nil},
		{"the end precedes the rest", "GET", "h", "/docs/", pattern.Match, "GET /docs/{$}", nil},
		{"the root", "GET", "h", "/", pattern.Match, "GET /{$}", nil},
		{"a missing slash", "GET", "h", "/docs", pattern.Redirect, "GET /docs/{$}", nil},
		{"an unclean path", "GET", "h", "//users", pattern.Redirect, "GET /users", nil},
		{"an unclean path that matches nothing", "GET", "h", "//nothing", pattern.Redirect, "", nil},
		{"a host precedes none", "GET", "admin.example", "/users/7", pattern.Match, "admin.example/users/{name}", []string{"7"}},
		{"a port does not count", "GET", "admin.example:8443", "/users/7", pattern.Match, "admin.example/users/{name}", []string{"7"}},
		{"what is no host and port is a host", "GET", "admin.example:1:2", "/users/7", pattern.Match, "GET /users/{id}", []string{"7"}},
		{"a host falls back", "GET", "admin.example", "/users", pattern.Match, "GET /users", nil},
		{"any method", "PURGE", "h", "/any/1/2", pattern.Match, "/any/{x}/{y}", []string{"1", "2"}},
		{"an extra slash", "GET", "h", "/users/", pattern.NotFound, "", nil},
		{"an unknown path", "GET", "h", "/nothing", pattern.NotFound, "", nil},
		{"a path in capitals", "GET", "h", "/USERS", pattern.NotFound, "", nil},
		{"a method in small letters", "get", "h", "/users", pattern.WrongMethod, "", nil},
		{"a wrong method", "PATCH", "h", "/users", pattern.WrongMethod, "", nil},
		{"OPTIONS of everything", "OPTIONS", "h", "*", pattern.BadTarget, "", nil},
		{"a tunnel to where other methods find the root", "CONNECT", "h", "h:443", pattern.WrongMethod, "", nil},
		{"a dot file", "GET", "h", "/files/.well-known", pattern.Match, "GET /files/{path...}", []string{".well-known"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, tt.method, tt.host, tt.target)
			var v pattern.Values
			found := tree.Find(r, &v)
			if found.Outcome != tt.outcome || (found.Index < 0) != (tt.pattern == "") {
				t.Fatalf("Find = %+v, want outcome %v", found, tt.outcome)
			}
			if found.Index >= 0 && tree.Pattern(found.Index).String() != tt.pattern {
				t.Errorf("found %q, want %q", tree.Pattern(found.Index), tt.pattern)
			}
			var values []string
			for i := range v.Len() {
				values = append(values, v.Get(i))
			}
			if !slices.Equal(values, tt.values) {
				t.Errorf("values %q, want %q", values, tt.values)
			}
			newPair(t, api...).compare(r) // ServeMux says the same
			if again := tree.Find(r, nil); again.Outcome != found.Outcome || again.Index != found.Index {
				t.Errorf("without values Find = %+v, with them %+v", again, found)
			}
		})
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	tree := grow(t, append(api, "PUT admin.example/users", "PATCH /docs")...)
	for _, tt := range []struct {
		name, host, path, want string
	}{
		{"GET implies HEAD", "h", "/users", "GET, HEAD, POST"},
		{"a HEAD of its own is not doubled", "h", "/users/me", "DELETE, GET, HEAD"},
		{"a host adds its own", "admin.example", "/users", "GET, HEAD, POST, PUT"},
		{"a path that lacks a slash", "h", "/docs", "GET, HEAD, PATCH"},
		{"a pattern of all methods does not count", "h", "/any/1/2", ""},
		{"an unknown path", "h", "/nothing", ""},
		{"a path that is none", "h", "users", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(tree.Allowed(tt.host, tt.path), ", "); got != tt.want {
				t.Errorf("Allowed(%q, %q) = %q, want %q", tt.host, tt.path, got, tt.want)
			}
		})
	}
}

// A191
func TestNoSpellingReachesAnotherPattern(t *testing.T) {
	t.Parallel()
	tree := grow(t, "GET /admin", "GET /admin/{name}", "GET /x/{y}")
	const elsewhere = "redirect"
	for _, tt := range []struct {
		name, target, want string
	}{
		{"the path itself", "/admin", "GET /admin"},
		{"a doubled slash", "//admin", elsewhere},
		{"a dot", "/./admin", elsewhere},
		{"dots", "/x/../admin", elsewhere},
		{"an escaped letter is that letter", "/%61dmin", "GET /admin"},
		{"capitals", "/ADMIN", ""},
		{"a trailing slash", "/admin/", ""},
		{"a parameter of a segment", "/admin;x", ""},
		{"an escaped slash", "/admin%2fa", ""},
		{"escaped dots under the path stay under it", "/admin/..%2fu", "GET /admin/{name} ../u"},
		{"escaped dots do not climb", "/x/%2e%2e/admin", ""},
		{"escaped dots alone are a value", "/x/%2e%2e", "GET /x/{y} .."},
		{"escaped dots at the root", "/%2e%2e/", ""},
		{"a NUL", "/admin%00", ""},
		{"a line feed", "/admin%0a", ""},
		{"a backslash", `/admin\`, ""},
		{"a backslash for a slash", `/admin\a`, ""},
		{"an escaped backslash", "/admin%5ca", ""},
		{"doubly escaped", "/%2561dmin", ""},
		{"a fragment is part of the path", "/admin#frag", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v pattern.Values
			found := tree.Find(request(t, "GET", "h", tt.target), &v)
			got := ""
			switch found.Outcome {
			case pattern.Redirect:
				got = elsewhere
			case pattern.Match:
				got = tree.Pattern(found.Index).String()
			}
			if v.Len() > 0 {
				got += " " + v.Get(0)
			}
			if got != tt.want {
				t.Errorf("%s finds %q, want %q", tt.target, got, tt.want)
			}
		})
	}
}

// A193
func TestRedirectsKeepToTheHost(t *testing.T) {
	t.Parallel()
	tree := grow(t, "/{x}/", "/a/{y}/{$}", "CONNECT /c/")
	for _, tt := range []struct {
		name, method, target, want string
	}{
		{"a missing slash", "GET", "/docs", "/docs/"},
		{"the query is kept", "POST", "/docs?next=//e&x=%2F", "/docs/?next=//e&x=%2F"},
		{"two slashes are not a host", "GET", "//evil.example", "/evil.example/"},
		{"three slashes", "GET", "///evil.example/a", "/evil.example/a"},
		{"a backslash is escaped", "GET", `/\evil.example`, "/%5Cevil.example/"},
		{"an escaped slash is none", "GET", "/%2Fevil.example", "/evil.example/"},
		{"escaped slashes are none", "GET", "/%2F%2Fevil.example", "/evil.example/"},
		{"only escaped slashes", "GET", "/a/%2F%2F", "/a/"},
		{"dots", "GET", "/..//evil.example", "/evil.example/"},
		{"escaped dots", "GET", "/%2e%2e%2f%2fevil.example", "/evil.example/"},
		{"a line break is escaped", "GET", "/a%0d%0aSet-Cookie:x", "/a%0D%0ASet-Cookie:x/"},
		{"a scheme", "GET", "/https:evil.example", "/https:evil.example/"},
		{"an absolute target", "GET", "http://evil.example/docs", "/docs/"},
		{"an absolute target without a path", "GET", "http://evil.example", "/"},
		{"user information", "GET", "//user@evil.example", "/user@evil.example/"},
		{"a tunnel", "CONNECT", "/c", "/c/"},
		{"what is escaped is escaped again in a cleaned path, as by ServeMux", "GET", "//a/b%20c/d", "/a/b%2520c/d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, tt.method, "h", tt.target)
			found := tree.Find(r, nil)
			if found.Outcome != pattern.Redirect || found.Location != tt.want {
				t.Errorf("%s finds %+v, want a redirect to %q", tt.target, found, tt.want)
			}
			u, err := url.Parse(found.Location)
			if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil {
				t.Errorf("%q leads to host %q", found.Location, u.Host)
			}
			newPair(t, "/{x}/", "/a/{y}/{$}", "CONNECT /c/").compare(r)
		})
	}
}

func TestEmptyLiteralsMatchEmptySegmentsOnly(t *testing.T) {
	t.Parallel()
	tree := grow(t, "/a//b", "/a/{x}/b", "/c/{y}//{z}")
	for _, tt := range []struct {
		name, method, path, want string
		values                   []string
	}{
		{"a segment that is not empty", "GET", "/a/c/b", "/a/{x}/b", []string{"c"}},
		{"an empty segment", "CONNECT", "/a//b", "/a//b", nil},
		{"an empty segment between wildcards", "CONNECT", "/c/d//e", "/c/{y}//{z}", []string{"d", "e"}},
		{"no empty segment between wildcards", "GET", "/c/d/e/f", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v pattern.Values
			found := tree.Find(&http.Request{Method: tt.method, URL: &url.URL{Path: tt.path}}, &v)
			got := ""
			if found.Outcome == pattern.Match {
				got = tree.Pattern(found.Index).String()
			}
			if got != tt.want || v.Len() != len(tt.values) {
				t.Fatalf("%s finds %q with %d values, want %q", tt.path, got, v.Len(), tt.want)
			}
			for i, want := range tt.values {
				if v.Get(i) != want {
					t.Errorf("value %d is %q, want %q", i, v.Get(i), want)
				}
			}
		})
	}
}

func TestWildcardsTakeEmptySegmentsAsTheirValues(t *testing.T) {
	t.Parallel()
	tree := grow(t, "CONNECT /{x}/{y}")
	var v pattern.Values
	if _, ok := tree.Match("CONNECT", "", "//b", &v); !ok || v.Get(0) != "" || v.Get(1) != "b" {
		t.Errorf("Match = %v, values %q and %q", ok, v.Get(0), v.Get(1))
	}
}

func TestPathsThatDoNotBeginWithASlashMatchNothing(t *testing.T) {
	t.Parallel()
	tree := grow(t, "/a", "/{x...}")
	for _, path := range []string{"a", "aa", "*", ""} {
		if _, ok := tree.Match("GET", "", path, nil); ok {
			t.Errorf("Match(%q) found something", path)
		}
	}
	if found := tree.Find(&http.Request{Method: "CONNECT", URL: &url.URL{Path: "xa"}}, nil); found.Outcome != pattern.NotFound {
		t.Errorf("Find = %+v", found)
	}
}

func TestMatchTakesPathAndHostAsTheyAre(t *testing.T) {
	t.Parallel()
	tree := grow(t, "h/a", "/b/", "/c%2Fd/{x...}")
	for _, tt := range []struct {
		name, host, path string
		index            int
	}{
		{"a host", "h", "/a", 0},
		{"a host with its port is another", "h:80", "/a", -1},
		{"a missing slash", "h", "/b", -1},
		{"an unclean path", "h", "//b/", -1},
		{"dots are a segment", "h", "/b/../a", 1},
		{"escapes are read", "h", "/c%2fd/e%20f", 2},
		{"a broken escape is a literal", "h", "/c%2fd/e%2", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v pattern.Values
			if index, ok := tree.Match("GET", tt.host, tt.path, &v); index != tt.index || ok != (index >= 0) {
				t.Errorf("Match(%q, %q) = %d, %v, want %d", tt.host, tt.path, index, ok, tt.index)
			}
		})
	}
	var v pattern.Values
	tree.Match("GET", "h", "/c%2fd/e%2", &v)
	if got := v.Get(0); got != "e%2" {
		t.Errorf("value %q, want %q", got, "e%2")
	}
}

func TestRequestsMayBeFoundAtTheSameTime(t *testing.T) {
	t.Parallel()
	tree := grow(t, api...)
	var all sync.WaitGroup
	for _, id := range []string{"1", "2", "3", "4"} {
		all.Go(func() {
			var v pattern.Values
			for range 500 {
				r := &http.Request{Method: "GET", Host: "h", URL: &url.URL{Path: "/users/" + id}}
				if found := tree.Find(r, &v); found.Outcome != pattern.Match || v.Get(0) != id {
					t.Errorf("Find = %+v, value %q, want %q", found, v.Get(0), id)
				}
			}
		})
	}
	all.Wait()
}
