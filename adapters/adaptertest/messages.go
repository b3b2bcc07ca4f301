package adaptertest

import "strings"

func messages() []Case {
	return []Case{
		{"every part of an answer arrives", "Hosts keep one line of a field, or write their own status.", parts},
		{"a large answer arrives whole, with its length", "Hosts cut off, or announce another length.", largeAnswers},
		{"a large field arrives whole", "Hosts have buffers of their own.", largeFields},
		{"lines of a field stay apart", "Joined lines cannot be told from one that holds a comma.", lines},
		{"a client of HTTP/1.0 is answered", "Chunks mean nothing to it, RFC 9112 section 7.1.", http10},
		{"a target in absolute form is served", "Hosts match the whole URL, RFC 9112 section 3.2.2.", absolute},
		{"the target * reaches no route", "It is no path, RFC 9112 section 3.2.4.", asterisk},
	}
}

func parts(v *visit) {
	v.post("POST /created", `""`).is(201).says("created").
		has("Location", v.prefix+"/users/7").
		has("Link", "</a> | </b>").
		has("Set-Cookie", "a=1 | b=2").
		has("Content-Type", "application/json")
}

func largeAnswers(v *visit) {
	a := v.do("GET /large").is(200).says(strings.Repeat("x", 100<<10))
	if a.length != int64(len(a.body)) {
		v.deviate("GET /large announces %d bytes, want %d", a.length, len(a.body))
	}
}

func largeFields(v *visit) {
	large := strings.Repeat("y", 64<<10)
	v.do("GET /fields", "X-Tag: "+large).is(200).says(large)
}

func lines(v *visit) {
	v.do("GET /fields", "X-Tag: a, b", "X-Tag: c", "x-tag: d").is(200).says("a, b|c|d")
}

func http10(v *visit) {
	a := v.exchange("GET /large", "GET "+v.prefix+"/large HTTP/1.0\r\n\r\n").is(200).says(strings.Repeat("x", 100<<10))
	a.has("Transfer-Encoding", "")
	v.exchange("GET /locked", "GET "+v.prefix+"/locked HTTP/1.0\r\n\r\n").is(401)
}

func absolute(v *visit) {
	v.exchange("GET http://…/users/7", v.head("GET http://"+v.address+v.prefix+"/users/7 HTTP/1.1", "Connection: close")).
		is(200).says("GET " + v.prefix + "/users/{id}")
	v.exchange("GET http://…/locked", v.head("GET http://"+v.address+v.prefix+"/locked HTTP/1.1", "Connection: close")).is(401)
}

func asterisk(v *visit) {
	v.exchange("GET *", v.head("GET * HTTP/1.1", "Connection: close")).isRefused()
	v.exchange("POST *", v.head("POST * HTTP/1.1", "Content-Length: 0", "Connection: close")).isRefused()
}
