package middleware

import (
	"fmt"
	"io"
	"net/http"

	"github.com/mortise-go/mortise/internal/callsite"
)

// BodyLimit lets handlers read at most limit bytes of a request's body. A read
// beyond that fails with an *[http.MaxBytesError], which package problem and
// every route of Mortise answer with 413, and the connection is closed.
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
				r.Body = &oversized{ReadCloser: r.Body, header: w.Header(), limit: limit}
			default:
				r.Body = http.MaxBytesReader(innermost(w), r.Body, limit)
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

// An oversized body is known to be too large before it is read. Not reading it
// means that a client that waits for 100 Continue, RFC 9110 section 10.1.1,
// need not send it.
type oversized struct {
	io.ReadCloser
	header http.Header
	limit  int64
}

func (b *oversized) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b.header.Set("Connection", "close")
	return 0, &http.MaxBytesError{Limit: b.limit}
}
