// Package pattern routes requests by the patterns of [net/http.ServeMux], with
// the meaning that ServeMux gives them and without its lock and allocations.
//
//	var tree pattern.Tree
//	get, err := pattern.Parse("GET /users/{id}")
//	...
//	index, err := tree.Add(get, "api.go:30")
//	...
//	var values pattern.Values
//	switch found := tree.Find(r, &values); found.Outcome {
//	case pattern.Match:
//		routes[found.Index].serve(w, r, &values)
//	case pattern.Redirect:
//		http.Redirect(w, r, found.Location, http.StatusTemporaryRedirect)
//	case pattern.WrongMethod:
//		w.Header().Set("Allow", strings.Join(found.Allow, ", "))
//		...
//	}
//
// The tree knows no handlers. It numbers the patterns in the order in which they
// were added, and the caller keeps what belongs to each number. That keeps its
// types concrete, so that a caller's [Values] may live on the stack.
//
// # Patterns
//
// A pattern is [METHOD ][HOST]/[PATH]. Its path is divided into segments by "/".
//
//	pattern          matches                      does not match
//	/a               /a                           /a/, /b
//	GET /a           GET and HEAD of /a           POST of /a
//	/a/              /a/, /a/b, /a/b/c            /a (it is redirected to /a/)
//	/a/{$}           /a/                          /a/b
//	/{x}             /a, /b, /a%2Fb               /, /a/b
//	/{x...}          /, /a, /a/b
//	/a%2Fb           /a%2Fb, /a%2fb               /a/b
//	h.example/a      /a on the host h.example     /a on another host
//
// Segments are compared after unescaping each of them. Where two patterns match
// one request, the more specific one is taken; where neither is more specific,
// they conflict, and [Tree.Add] says so. A pattern with a host precedes one
// without.
//
// # Differences from ServeMux
//
// The tests compare this package with ServeMux: all small sets of patterns with
// all small requests, and random ones. These differences remain, each on purpose:
//
//   - An empty literal segment, as in "/a//b", matches an empty segment only.
//     ServeMux lets it match any segment.
//   - A wildcard that takes an empty segment, which only the uncleaned path of a
//     CONNECT request has, takes it as its value. ServeMux records no value and
//     attributes the others to the wrong names.
//   - A conflict is reported with every earlier pattern in order of registration,
//     not with one of them.
//   - The paths that a [ConflictError] shows are true and can be requested.
//     ServeMux leaves literals unescaped, even a "%2F", and may leave the segment
//     empty that a wildcard has to match.
//   - The error about an empty pattern has the form of the others.
//   - A URL path that does not begin with a slash, which no parsed request has,
//     matches nothing when the method is CONNECT.
//
// # Security considerations
//
// A request reaches a pattern only by its escaped path. "/admin%2Fx" and
// "/x/%2e%2e/admin" do not match "/admin/{name}" whatever the unescaped URL.Path
// looks like, and "/admin/..%2Fx" does, with the name "../x": bind security to
// the matched pattern, never to a prefix of URL.Path, and judge the values of
// wildcards before they name a file.
//
// A redirect keeps to the host: its location begins with exactly one slash, and
// what follows the path is the request's own query.
package pattern
