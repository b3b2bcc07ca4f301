package adaptertest

import (
	"fmt"
	"strings"
)

func bodies() []Case {
	return []Case{
		{"a body over the limit is 413, one of the limit is not", "Hosts have limits of their own, and answer them in their own way.", limits},
		{"a body of another kind is 415, a broken one 400", "Hosts that bind bodies guess at their kind.", kinds},
		{"a body arrives while it is being sent", "A host that reads a body before it calls the handler holds all of it in memory, and delays what could be refused.", streams},
		{"100 Continue is sent when the body is read, and only then", "A client that waits for it must not be told to send what nobody wants, RFC 9110 section 10.1.1.", expectations},
		{"the trailer of a request arrives", "Hosts that copy requests lose what comes after the body, RFC 9110 section 6.5.", trailers},
	}
}

// sized is a JSON string of n bytes.
func sized(n int) string { return `"` + strings.Repeat("a", n-2) + `"` }

// chunked is a body of one chunk for each piece.
func chunked(pieces ...string) string {
	var b strings.Builder
	for _, p := range pieces {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(p), p)
	}
	return b.String() + "0\r\n\r\n"
}

func limits(v *visit) {
	v.post("POST /limited", sized(limit)).is(200)
	v.post("POST /limited", sized(limit+1)).is(413).code("content-too-large")
	const line = "POST /limited"
	fields := []string{"Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close"}
	v.exchange(line, v.ask(line, fields...)+chunked(sized(limit)[:10], sized(limit)[10:])).is(200)
	v.exchange(line, v.ask(line, fields...)+chunked(sized(limit+1))).is(413).code("content-too-large")
	c := v.dial() // what is announced is refused before it is sent
	c.write(v.ask(line, "Content-Type: application/json", "Content-Length: 1000000000"))
	c.answer(line + ", before its body,").is(413)
}

func kinds(v *visit) {
	v.post("POST /limited", `"text"`).is(200).says("text")
	v.post("POST /limited", `"text`).is(400)
	v.exchange("POST /limited", v.ask("POST /limited", "Content-Type: text/plain", "Content-Length: 4", "Connection: close")+"text").is(415)
}

func streams(v *visit) {
	c := v.dial()
	c.write(v.ask("POST /listen", "Content-Type: text/plain", "Transfer-Encoding: chunked") + "5\r\nfirst\r\n")
	if got, _ := received(v.desk.heard); got != "first" {
		v.deviate("POST /listen: the handler has read %q of a body that is being sent, want %q", got, "first")
		return
	}
	c.write("6\r\nsecond\r\n0\r\n\r\n")
	if got, _ := received(v.desk.heard); got != "second" {
		v.deviate("POST /listen: the handler has read %q, want %q", got, "second")
	}
	c.answer("POST /listen").is(200)
}

func expectations(v *visit) {
	const fields = "Content-Type: application/json\r\nContent-Length: 6\r\nExpect: 100-continue"
	c := v.dial()
	c.write(v.ask("POST /limited", fields))
	c.answer("POST /limited, which expects 100,").is(100)
	c.write(`"text"`)
	c.answer("POST /limited").is(200).says("text")
	c = v.dial()
	c.write(v.ask("POST /locked", fields))
	c.answer("POST /locked, which expects 100,").is(401)
}

func trailers(v *visit) {
	const line = "POST /listen"
	head := v.ask(line, "Transfer-Encoding: chunked", "Trailer: X-Sum", "Connection: close")
	v.exchange(line, head+"4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n").is(200).says("42")
}
