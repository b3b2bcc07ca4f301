package adaptertest

import (
	"encoding/json"
	"strings"
)

func routing() []Case {
	return []Case{
		{"the most specific route is taken", "A host that matches in the order of registration, or by its own precedence, runs another route than the document says.", specific},
		{"a method that few know reaches its route", "Hosts with a list of methods turn QUERY away, RFC 10008.", unusualMethods},
		{"the pattern of the request is the route", "Metrics and logs label requests with r.Pattern; the path itself has no end of values.", patterns},
		{"path values are seen by code that knows net/http only", "r.PathValue is empty on hosts that keep parameters for themselves.", pathValues},
		{"what no route matches is a 404 of the API", "Errors of the host have another shape, and may run the host's error handler.", misses},
		{"another method is a 405 with a true Allow", "Hosts answer 404, or list the methods of other routes, RFC 9110 section 15.5.6.", wrongMethods},
		{"HEAD is answered wherever GET is", "Hosts route HEAD separately, or send a body, RFC 9110 section 9.3.2.", heads},
		{"OPTIONS is answered for every path", "Hosts answer it with routes of their own, or not at all, RFC 9110 section 9.3.7.", options},
		{"the method cannot be overridden", "A field or parameter that replaces the method walks around what guards it, CWE-650.", overrides},
		{"the document and its pages are below the prefix", "A document with paths that are not there is of no use to anybody.", documents},
	}
}

func specific(v *visit) {
	for line, want := range map[string]string{
		"GET /users/7":           "GET |/users/{id}",
		"GET /users/me":          "GET |/users/me",
		"POST /users/me":         "POST |/users/{id}",
		"GET /users/me/posts/1":  "GET |/users/{id}/posts/{post}",
		"GET /files/a/b/c":       "GET |/files/{path...}",
		"GET /files/":            "GET |/files/{path...}",
		"GET /exact/":            "GET |/exact/{$}",
		"GET /tree/a/b":          "GET |/tree/",
		"GET /a%2fb":             "GET |/a%2Fb",
		"GET /users/a.b:c;d=e,f": "GET |/users/{id}",
	} {
		v.do(line).is(200).says(strings.Replace(want, "|", v.prefix, 1))
	}
}

func unusualMethods(v *visit) {
	v.do("QUERY /users/7").is(200).says("QUERY " + v.prefix + "/users/{id}")
	for _, method := range []string{"get", "TRACE", "TRACK", "CONNECT", "PROPFIND", "MADEUP"} {
		v.do(method + " /users/7").is(405).code("method-not-allowed")
	}
}

func patterns(v *visit) {
	v.do("GET /users/7").is(200).says("GET " + v.prefix + "/users/{id}")
	v.do("HEAD /users/7").is(200)
	v.do("GET /files/a%2Fb").is(200).says("GET " + v.prefix + "/files/{path...}")
}

func pathValues(v *visit) {
	v.do("GET /seen/a/b").is(200).says("a,b")
	v.do("GET /seen/%41/b%20c").is(200).says("A,b c")
}

func misses(v *visit) {
	for _, line := range []string{"GET /", "GET /nowhere", "GET /users", "GET /users/1/2", "GET /USERS/1", "GET /users;x/1", "DELETE /nowhere", "OPTIONS /nowhere"} {
		v.do(line).is(404).code("not-found")
	}
	v.do("HEAD /nowhere").is(404)
}

func wrongMethods(v *visit) {
	v.do("PUT /users/1").is(405).code("method-not-allowed").has("Allow", "GET, HEAD, OPTIONS, POST, QUERY")
	v.do("GET /created").is(405).code("method-not-allowed").has("Allow", "OPTIONS, POST")
	v.do("HEAD /created").is(405).has("Allow", "OPTIONS, POST")
	v.do("PUT /files/a/b").is(405).code("method-not-allowed").has("Allow", "GET, HEAD, OPTIONS")
	v.do("POST /tree/a").is(405).code("method-not-allowed").has("Allow", "GET, HEAD, OPTIONS")
}

func heads(v *visit) {
	got, head := v.do("GET /users/7"), v.do("HEAD /users/7").is(200)
	if head.length != int64(len(got.body)) || head.header.Get("Content-Type") != got.header.Get("Content-Type") {
		v.deviate("HEAD announces %d bytes of %q, want those of GET: %d of %q",
			head.length, head.header.Get("Content-Type"), len(got.body), got.header.Get("Content-Type"))
	}
	c := v.dial() // what follows on the connection is the next answer, not a body
	c.write(v.ask("HEAD /large") + v.ask("GET /users/7"))
	c.answer("HEAD /large").is(200)
	c.answer("GET /users/7").is(200).says("GET " + v.prefix + "/users/{id}")
	v.do("HEAD /locked").is(401)
}

func options(v *visit) {
	v.do("OPTIONS /users/1").is(204).has("Allow", "GET, HEAD, OPTIONS, POST, QUERY")
	v.do("OPTIONS /files/a").is(204).has("Allow", "GET, HEAD, OPTIONS")
	v.do("OPTIONS /locked").is(204).has("Allow", "GET, HEAD, OPTIONS, POST").has("WWW-Authenticate", "")
	v.do("OPTIONS /openapi.json").is(204).has("Allow", "GET, HEAD, OPTIONS")
}

func overrides(v *visit) {
	v.do("GET /created", "X-HTTP-Method-Override: POST", "X-Method-Override: POST").is(405)
	v.do("GET /created?_method=POST").is(405)
	v.post("POST /limited?_method=GET", `"post"`, "X-HTTP-Method-Override: GET").is(200).says("post")
}

func documents(v *visit) {
	a := v.do("GET /openapi.json").is(200).has("Content-Type", "application/json")
	var d struct{ Paths map[string]any }
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.Paths[v.prefix+"/users/{id}"] == nil {
		v.deviate("GET /openapi.json does not describe %s/users/{id}: %v", v.prefix, err)
	}
	page := v.do("GET /docs").is(200)
	_, found, _ := strings.Cut(page.body, `src="./docs/`)
	script, _, _ := strings.Cut(found, `"`)
	v.do("GET /docs/" + script).is(200)
}
