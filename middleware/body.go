package middleware

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/mortise-go/mortise/internal/callsite"
	routed "github.com/mortise-go/mortise/internal/exchange"
)

// BodyLimit lets handlers read at most limit bytes of a request's body. A read
// beyond that fails with an *[http.MaxBytesError], which package problem and
// every route of Mortise answer with 413, and the connection is closed within a
// second, even if the client goes on sending.
//
// A body whose Content-Length is too large fails at the first read, before
// anything of it has been received. It is not refused earlier, so that a client
// without credentials is told that first; handlers that do not read their body
// never notice. It panics if limit is not positive.
func BodyLimit(limit int64) func(http.Handler) http.Handler {
	if limit <= 0 {
		panic(fmt.Sprintf("middleware: BodyLimit(%d): want a positive number of bytes (%v)", limit, callsite.User()))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Body == nil || r.Body == http.NoBody:
			case r.ContentLength > limit:
				r.Body = &oversized{ReadCloser: r.Body, w: w, r: r, limit: limit}
			default:
				r.Body = &limited{http.MaxBytesReader(innermost(w), r.Body, limit), w, r}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// innermost is the server's own writer. MaxBytesReader tells it, and no
// wrapper, to close the connection.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}

// A limited body ends the connection when it is read beyond its limit.
type limited struct {
	io.ReadCloser
	w http.ResponseWriter
	r *http.Request
}

func (b *limited) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		routed.HangUp(b.w, b.r)
	}
	return n, err
}

// An oversized body is known to be too large before it is read. Not reading it
// means that a client that waits for 100 Continue, RFC 9110 section 10.1.1,
// need not send it.
type oversized struct {
	io.ReadCloser
	w     http.ResponseWriter
	r     *http.Request
	limit int64
}

func (b *oversized) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	routed.HangUp(b.w, b.r)
	return 0, &http.MaxBytesError{Limit: b.limit}
}
