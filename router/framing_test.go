package router_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

// Where two readers could see two ends of a body, it is refused, or the chunks say
// where it ends. A length beside chunks is gone before a handler is called, so that
// net/http alone could hang up after it; it does not.
func TestABodyHasOneEnd(t *testing.T) { // A63
	t.Parallel()
	server := httptest.NewServer(limitedAPI(t, quiet()))
	t.Cleanup(server.Close)
	const (
		chunks  = "4\r\n\"ab\"\r\n0\r\n\r\n"
		chunked = "Transfer-Encoding: chunked\r\n"
	)
	for _, tt := range []struct{ name, framing, body, status string }{
		{"chunks", chunked, chunks, "200"},
		{"a length that is shorter than the chunks", "Content-Length: 3\r\n" + chunked, chunks, "200"},
		{"a length that goes on behind the chunks", chunked + "Content-Length: 70\r\n", chunks, "200"},
		{"two lengths", "Content-Length: 4\r\nContent-Length: 3\r\n", `"ab"`, "400"},
		{"two lengths in a line", "Content-Length: 4, 3\r\n", `"ab"`, "400"},
		{"a signed length", "Content-Length: +4\r\n", `"ab"`, "400"},
		{"a negative length", "Content-Length: -4\r\n", `"ab"`, "400"},
		{"a hexadecimal length", "Content-Length: 0x4\r\n", `"ab"`, "400"},
		{"no length", "Content-Length: \r\n", `"ab"`, "400"},
		{"a coding that ends like chunked", "Transfer-Encoding: xchunked\r\n", chunks, "501"},
		{"chunked and another coding", "Transfer-Encoding: chunked, identity\r\n", chunks, "501"},
		{"chunked behind a vertical tab", "Transfer-Encoding: \x0bchunked\r\n", chunks, "400 501"},
		{"chunked twice", chunked + chunked, chunks, "501"},
		{"a space before the colon", "Transfer-Encoding : chunked\r\n", chunks, "400"},
		{"a chunk whose line ends in a bare line feed", chunked, "4\n\"ab\"\r\n0\r\n\r\n", "400"},
		{"an extension that ends in a bare line feed", chunked, "4;a\n\"ab\"\r\n0\r\n\r\n", "400"},
		{"a chunk that is longer than it says", chunked, "3\r\n\"ab\"\r\n0\r\n\r\n", "400"},
		{"a signed chunk", chunked, "+4\r\n\"ab\"\r\n0\r\n\r\n", "400"},
		{"a hexadecimal chunk", chunked, "0x4\r\n\"ab\"\r\n0\r\n\r\n", "400"},
		{"a chunk of more than there is", chunked, "ffffffffffffffff0\r\n\"ab\"\r\n0\r\n\r\n", "400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			next := "OPTIONS /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
			got, closed := onWire(t, server.URL, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"+tt.framing+"\r\n"+tt.body+next)
			status, _, _ := strings.Cut(strings.TrimPrefix(got, "HTTP/1.1 "), " ")
			if status == "" || !strings.Contains(tt.status, status) || !closed {
				t.Errorf("%q gets\n%s\nwant %s, and the connection closed: %t", tt.framing, got, tt.status, closed)
			}
			// What follows on the connection is a request of its own, or nothing at all.
			if answers := strings.Count(got, "HTTP/1.1 "); status == "200" && (!strings.Contains(got, "\r\n\r\n\"ab\"") || answers != 2) || status != "200" && answers != 1 {
				t.Errorf("%q gets %d answers:\n%s", tt.framing, answers, got)
			}
		})
	}
}

// What follows a broken chunk is no request, whoever reads the chunks. // A63
func TestNothingIsSmuggledBehindABrokenChunk(t *testing.T) {
	t.Parallel()
	api := mortise.New("Smuggled", "1", quiet())
	type lines struct {
		Lines router.Lines[order] `body:"jsonl"`
	}
	mortise.Post(api, "/all", func(_ context.Context, in lines) (router.Lines[order], error) { return in.Lines, nil })
	mortise.Post(api, "/first", func(_ context.Context, in lines) (router.Lines[order], error) {
		return func(yield func(order, error) bool) {
			for o, err := range in.Lines {
				yield(o, err)
				return
			}
		}, nil
	})
	mortise.Post(api, "/reader", func(_ context.Context, in struct {
		Body io.Reader `body:"*/*"`
	}) (io.Reader, error) {
		return in.Body, nil
	})
	mortise.Post(api, "/count", func(_ context.Context, in lines) (int, error) {
		n := 0
		for _, err := range in.Lines {
			if n++; err != nil {
				return n, err
			}
		}
		return n, nil
	})
	takes[order](api, "/json")
	mortise.Get(api, "/smuggled", gives("smuggled"))
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	const line, rest = "d\r\n{\"item\":\"a\"}\n\r\n", "zz\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, path := range []string{"/all", "/first", "/reader", "/count", "/json"} {
		for name, body := range map[string]string{"broken at once": rest, "broken behind a line": line + rest} {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				kind := "application/jsonl"
				if path == "/json" {
					kind = "application/json"
				}
				got, closed := onWire(t, server.URL, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Type: "+kind+"\r\nTransfer-Encoding: chunked\r\n\r\n"+body)
				if !closed || strings.Contains(got, "smuggled") {
					t.Errorf("closed = %t after\n%s", closed, got)
				}
			})
		}
	}
}
