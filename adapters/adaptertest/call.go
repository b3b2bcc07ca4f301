package adaptertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// patience is how long an answer may take.
const patience = 3 * time.Second

// A call is a connection to the server.
type call struct {
	visit *visit
	conn  net.Conn
	read  *bufio.Reader
}

func (v *visit) dial() *call {
	v.t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(v.t.Context(), "tcp", v.address)
	if err != nil {
		v.t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	c := &call{v, conn, bufio.NewReader(conn)}
	v.calls = append(v.calls, c)
	return c
}

func (c *call) hangUp() { _ = c.conn.Close() }

// write sends bytes as they are. The server may hang up before it has seen all
// of them, which shows in what it answers.
func (c *call) write(text string) { _, _ = io.WriteString(c.conn, text) }

// ask is a request of a line such as "GET /items/1", whose path is below the
// prefix, and fields such as "X-Tag: a", up to the empty line.
func (v *visit) ask(line string, fields ...string) string {
	method, target, _ := strings.Cut(line, " ")
	return v.head(method+" "+v.prefix+target+" HTTP/1.1", fields...)
}

// head is a request of a whole request line.
func (v *visit) head(line string, fields ...string) string {
	return line + "\r\nHost: " + v.address + "\r\n" + strings.Join(append(fields, "", ""), "\r\n")
}

// do sends a request without a body on a connection of its own.
func (v *visit) do(line string, fields ...string) *answer {
	return v.exchange(line, v.ask(line, append(fields, "Connection: close")...))
}

// post sends a request with a JSON body.
func (v *visit) post(line, body string, fields ...string) *answer {
	fields = append(fields, "Content-Type: application/json", "Content-Length: "+strconv.Itoa(len(body)), "Connection: close")
	return v.exchange(line, v.ask(line, fields...)+body)
}

func (v *visit) exchange(line, text string) *answer {
	c := v.dial()
	defer c.hangUp()
	c.write(text)
	return c.answer(line)
}

// An answer is what a request got. Its status is 0 when the server hung up, and
// -1 when it was silent.
type answer struct {
	visit  *visit
	asked  string
	status int
	header http.Header
	length int64
	body   string
}

// answer reads the answer to a request, of which the line tells the method.
func (c *call) answer(line string) *answer {
	a := &answer{visit: c.visit, asked: line, header: http.Header{}}
	method, _, _ := strings.Cut(line, " ")
	r, err := http.ReadResponse(c.read, &http.Request{Method: method})
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			a.status = -1
		}
		return a
	}
	defer r.Body.Close()
	a.status, a.header, a.length = r.StatusCode, r.Header, r.ContentLength
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.visit.deviate("%s: %d, but the body ends early: %v", line, a.status, err)
	}
	a.body = string(body)
	return a
}

// is compares the status.
func (a *answer) is(status int) *answer {
	if a.status != status {
		a.visit.deviate("%s: %d %.200s, want %d", a.asked, a.status, a.body, status)
	}
	return a
}

// isRefused makes sure that the request did not succeed.
func (a *answer) isRefused() {
	if a.status >= 200 && a.status <= 299 {
		a.visit.deviate("%s: %d %.200s, want a refusal or a redirect", a.asked, a.status, a.body)
	}
}

// says compares a body of JSON text.
func (a *answer) says(want string) *answer {
	var got string
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got != want {
		a.visit.deviate("%s: the answer is %.200q, want the string %.200q", a.asked, a.body, want)
	}
	return a
}

// has compares a header field: all its lines, joined by " | ".
func (a *answer) has(name, want string) *answer {
	if got := strings.Join(a.header.Values(name), " | "); got != want {
		a.visit.deviate("%s: %s: %q, want %q", a.asked, name, got, want)
	}
	return a
}

// code compares the code of a problem.
func (a *answer) code(want string) *answer {
	var p struct {
		Code   string
		Status int
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Code != want || p.Status != a.status {
		a.visit.deviate("%s: %d %.200q, want a problem of the API with the code %q", a.asked, a.status, a.body, want)
	}
	return a.has("Content-Type", "application/problem+json")
}

// lacks makes sure that a text is nowhere in the answer.
func (a *answer) lacks(text string) *answer {
	var header strings.Builder
	_ = a.header.Write(&header)
	if strings.Contains(header.String()+a.body, text) {
		a.visit.deviate("%s: the answer holds %q, which no client may know", a.asked, text)
	}
	return a
}
