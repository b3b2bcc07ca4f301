package middleware_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
)

// reader answers with the number of bytes that it could read, or with the
// problem that it ran into.
var reader http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		problem.Write(w, r, problem.From(err))
		return
	}
	fmt.Fprint(w, len(b))
})

func posted(body string, known bool) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	if !known {
		r.ContentLength = -1
	}
	return r
}

// A175
func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := middleware.BodyLimit(10)(reader)
	for _, known := range []bool{true, false} {
		if got := bodyOf(serve(h, posted("0123456789", known))); got != "10" {
			t.Errorf("a body of the limit is answered %s", got)
		}
		refused(t, serve(h, posted("0123456789a", known)), http.StatusRequestEntityTooLarge, "content-too-large")
	}
	if got := bodyOf(serve(h, get())); got != "0" {
		t.Errorf("no body is answered %s", got)
	}
	panics(t, "BodyLimit(0)", func() { middleware.BodyLimit(0) })
}

// A175, A201: whoever does not read the body decides first, and the client need
// not send it.
func TestTheBodyIsRefusedWhenItIsRead(t *testing.T) {
	t.Parallel()
	unauthorized := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problem.Write(w, r, problem.Unauthorized("", "Bearer"))
	})
	refused(t, serve(middleware.BodyLimit(10)(unauthorized), posted("0123456789a", true)), http.StatusUnauthorized, "authorisation-required")
	var tooLarge *http.MaxBytesError
	middleware.BodyLimit(10)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if n, err := r.Body.Read(nil); n != 0 || err != nil {
			t.Errorf("an empty read gives %d, %v", n, err)
		}
		if _, err := r.Body.Read(make([]byte, 1)); !errors.As(err, &tooLarge) || tooLarge.Limit != 10 {
			t.Errorf("the error is %v", err)
		}
	})).ServeHTTP(httptest.NewRecorder(), posted("0123456789a", true))
}

// A175, A201: on the wire, with every wrapper around.
func TestTheConnectionIsClosedAfterATooLargeBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(middleware.Chain(middleware.RequestID, headers(), middleware.BodyLimit(10))(reader))
	t.Cleanup(server.Close)
	for _, tt := range []struct{ name, head, body string }{
		{"known length, small and sent", "Content-Length: 11\r\n", "0123456789a"},
		{"known length", "Content-Length: 1000000\r\n", ""},
		{"waiting for 100 Continue", "Content-Length: 1000000\r\nExpect: 100-continue\r\n", ""},
		{"chunks", "Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n6\r\n567890\r\n"},
		{"byte by byte, without an end", "Transfer-Encoding: chunked\r\n", strings.Repeat("1\r\na\r\n", 11)},
		{"known length, small and never sent to the end", "Content-Length: 1000\r\n", "0123456789a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n%s", tt.head, tt.body)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
				t.Errorf("the status is %d, the connection is closed: %t", res.StatusCode, res.Close)
			}
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			var timeout net.Error
			if _, err := io.Copy(io.Discard, conn); errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("the connection stays open")
			}
		})
	}
}

func TestBodyLimitAllocatesNothingWithoutABody(t *testing.T) {
	r := get()
	r.Body = http.NoBody
	if n := allocations(t, middleware.BodyLimit(1)(silent), r); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// Whoever is refused is told so before the body has come to its end.
func TestRefusalsDoNotWaitForTheBody(t *testing.T) { // A175, A201
	t.Parallel()
	hosts := middleware.Must(middleware.HostAllowlist("example.com"))
	server := httptest.NewServer(hosts(ok{}))
	t.Cleanup(server.Close)
	for _, framing := range []string{"Content-Length: 1000", "Transfer-Encoding: chunked"} {
		t.Run(framing, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: evil.com\r\n%s\r\n\r\n", framing)
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || res.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
}
