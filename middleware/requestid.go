package middleware

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/mortise-go/mortise/internal/requestid"
)

const requestIDHeader = "X-Request-Id"

// RequestID gives every request an id: that of the X-Request-Id header, if there
// is one such header and it is 1 to 64 letters, digits, dots, underscores and
// hyphens, else a random one of 26 characters. The answer carries it in the
// same header; problems and logs of Mortise refer to it; [RequestIDFrom]
// returns it.
//
// A client may choose the id, and use one twice. It is for finding things, not
// for trusting them.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		on, e, begun := enter(w, r)
		r, v := e.attach(r)
		v.id = requestID(r.Header[requestIDHeader])
		v.idLine[0] = v.id
		on.Header()[requestIDHeader] = v.idLine[:1:1]
		next.ServeHTTP(on, r)
		if begun {
			e.end()
		}
	})
}

// RequestIDFrom returns the id that [RequestID] gave the request of a context,
// and "" where it did not run.
func RequestIDFrom(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.id
	}
	return ""
}

func requestID(lines []string) string {
	if len(lines) != 1 || !requestid.Valid(lines[0]) {
		return rand.Text()
	}
	return lines[0]
}
