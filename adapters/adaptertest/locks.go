package adaptertest

import "slices"

func locks() []Case {
	return []Case{
		{"a lock holds for every spelling of the path", "A lock that is bound to what the host has matched can be walked around by a spelling that the two read differently.", spellings},
		{"nobody is authenticated after the body", "A body that is read first costs memory for strangers, and tells them what is wrong with it.", bodiesBehindLocks},
		{"a credential that is sent twice is refused", "Hosts that keep one of two lines let a proxy check one and the API the other.", doubled},
		{"a 401 says what would be accepted", "Error handlers of hosts drop the challenge, RFC 9110 section 15.5.2.", challenges},
		{"what is behind a lock is not cached", "Header fields of answers get lost when a host writes them.", caching},
	}
}

func spellings(v *visit) {
	v.do("GET /locked", "Authorization: Bearer good").is(200).says("ada")
	v.do("GET /locked/x", "Authorization: Bearer good").is(200).says("ada")
	for _, path := range []string{
		"/locked", "//locked", "/./locked", "/x/../locked", "/%6cocked", "/locked/", "/locked/x", "/locked%2fx", "/locked/..%2fx",
		"/%2e%2e/locked", "/locked/%2e%2e/locked", "/locked/x%00", "/locked/x%0a", "/locked/a%5cb", "/locked//x", "/%256cocked",
		"/LOCKED", "/locked;x", "/locked/.", "/locked/..", `/\locked`, "/locked?x", "/x/..%2flocked", "/locked#x",
	} {
		v.do("GET " + path).isRefused()
		v.do("HEAD " + path).isRefused()
	}
}

func bodiesBehindLocks(v *visit) {
	v.post("POST /locked", `{"number":0}`).is(401)
	v.post("POST /locked", `{"number":`).is(401)
	v.post("POST /locked", `{"number":0}`, "Authorization: Bearer good").is(422)
	v.post("POST /locked", `{"number":1}`, "Authorization: Bearer good").is(200).says("ada")
	c := v.dial() // of the body, for which net/http will not wait, no byte is ever sent
	c.write(v.ask("POST /locked", "Content-Type: application/json", "Content-Length: 1000000"))
	c.answer("POST /locked, before its body,").is(401)
}

func doubled(v *visit) {
	v.do("GET /locked", "Authorization: Bearer good", "Authorization: Bearer bad").is(400)
	v.do("GET /locked", "Authorization: Bearer bad", "Authorization: Bearer good").is(400)
	v.do("GET /locked", "Authorization: Bearer good", "authorization: Bearer good").is(400)
}

func challenges(v *visit) {
	v.do("GET /locked").is(401).code("authorisation-required").has("WWW-Authenticate", `Bearer realm="api"`)
	v.do("GET /locked", "Authorization: Bearer bad").is(401).
		has("WWW-Authenticate", `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`)
}

func caching(v *visit) {
	a := v.do("GET /locked", "Authorization: Bearer good").is(200).has("Cache-Control", "no-store")
	if !slices.Contains(a.header.Values("Vary"), "Authorization") { // beside what middleware adds
		v.deviate("GET /locked: Vary: %q, want a line that is Authorization", a.header.Values("Vary"))
	}
}
