package adaptertest

func paths() []Case {
	return []Case{
		{"a path value is decoded once", "Decoded twice, %2541 becomes A, and what was checked is not what is used; never decoded, names have percent signs.", decoding},
		{"an escaped slash separates nothing", "On a host that routes by the decoded path, /a%2Fb is another route than in front of a proxy.", escapedSlashes},
		{"a path value ends at the slash", "The last parameter of some hosts takes all that is left, so that a longer path reaches the route.", swallowing},
		{"a missing slash is redirected, an additional one is not overlooked", "Hosts redirect past the prefix, or serve both spellings.", slashes},
		{"an unclean path is redirected to the clean one", "Hosts that route /x/../users/1 as it stands, or clean it silently, differ from what guards stand before them.", unclean},
		{"encoded dot segments do not climb", "%2e%2e is a name and not the way up.", dots},
		{"the query arrives as it was sent", "Hosts parse and rebuild it, and lose what they do not understand.", queries},
		{"a redirect and a location lead below the prefix", "A host that strips its prefix sends clients past the API.", locations},
	}
}

func decoding(v *visit) {
	for path, want := range map[string]string{
		"/values/plain":          "plain",
		"/values/%70lain":        "plain",
		"/values/a%20b":          "a b",
		"/values/a+b":            "a+b",
		"/values/%2541":          "%41",
		"/values/100%25":         "100%",
		"/values/%C3%A9":         "é",
		"/values/a:b@c=d":        "a:b@c=d",
		"/values/a%3Fb%23c":      "a?b#c",
		"/values/%C3%A9%252F%21": "é%2F!",
	} {
		v.do("GET " + path).is(200).says(want)
	}
}

func escapedSlashes(v *visit) {
	v.do("GET /a%2Fb").is(200).says("GET " + v.prefix + "/a%2Fb")
	v.do("GET /a/b").is(404).code("not-found")
	v.do("GET /users%2F7").is(404).code("not-found")
	v.do("GET /values/a%2Fb").isRefused()
	v.do("GET /values/a%5Cb").isRefused()
}

func swallowing(v *visit) {
	v.do("GET /values/a/b").is(404).code("not-found")
	v.do("GET /values/a/b/c/").is(404).code("not-found")
	v.do("GET /values/").is(404).code("not-found")
	v.do("GET /seen/a/b/c").is(404).code("not-found")
}

func slashes(v *visit) {
	v.do("GET /tree").is(307).has("Location", v.prefix+"/tree/")
	v.do("GET /exact?a=b").is(307).has("Location", v.prefix+"/exact/?a=b")
	v.do("GET /users/7/").is(404).code("not-found")
	v.do("GET /query/").is(404).code("not-found")
}

func unclean(v *visit) {
	v.do("GET /x/../users/7?a=b").is(307).has("Location", v.prefix+"/users/7?a=b")
	v.do("GET //users//7").is(307).has("Location", v.prefix+"/users/7")
	v.do("GET /./users/7").is(307).has("Location", v.prefix+"/users/7")
	v.post("POST /users//7", `"a"`).is(307).has("Location", v.prefix+"/users/7")
}

func dots(v *visit) {
	v.do("GET /values/%2e%2e").isRefused()
	v.do("GET /values/%2e%2e%2fusers%2f7").isRefused()
	a := v.do("GET /files/%2e%2e/users/7")
	if a.status == 200 && a.body != `"GET `+v.prefix+`/files/{path...}"` {
		v.deviate("GET /files/%%2e%%2e/users/7: %s", a.body)
	}
}

func queries(v *visit) {
	for _, query := range []string{"a=1&a=2&b", "a%20b=%2B+c", "x=%zz&;=&&", "q=a/b?c:d"} {
		v.do("GET /query?" + query).is(200).says(query)
	}
}

func locations(v *visit) {
	v.do("GET /redirect").is(303).has("Location", v.prefix+"/query?a=b")
	v.post("POST /created", `""`).is(201).has("Location", v.prefix+"/users/7")
}
