package middleware

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/problem"
)

// Shed serves at most inFlight requests at a time and answers the others with
// 503 at once, code overloaded, with Retry-After in whole seconds, rounded up,
// where retryAfter is positive. A server that turns some away serves the rest
// in time.
//
// Every handler that the middleware wraps has a count of its own. It panics if
// inFlight is not positive.
func Shed(inFlight int, retryAfter time.Duration) func(http.Handler) http.Handler {
	if inFlight <= 0 {
		panic(fmt.Sprintf("middleware: Shed(%d): want a positive number of requests (%v)", inFlight, callsite.User()))
	}
	refusal := problem.ServiceUnavailable(retryAfter).
		WithType("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity").
		WithCode("overloaded").
		WithDetail("too many requests are being served at the moment")
	return func(next http.Handler) http.Handler {
		var served atomic.Int64
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer served.Add(-1)
			if served.Add(1) > int64(inFlight) {
				refuse(w, r, refusal)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
