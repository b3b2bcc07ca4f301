package middleware

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/problem"
)

// Timeout ends the context of a request after a time. When the handler returns
// after that and has written nothing, the answer is 503, code timeout; what it
// has written stands. A route of Mortise answers so by itself when it fails with the
// error of its context; one that comes to an end nevertheless answers as ever.
//
// It does not run the handler in another goroutine, so that streaming works and
// nothing is buffered; and so a handler that ignores its context is not cut
// off. The limits of [http.Server] are for slow clients, and for those.
//
// It panics if the time is not positive.
func Timeout(after time.Duration) func(http.Handler) http.Handler {
	if after <= 0 {
		panic(fmt.Sprintf("middleware: Timeout(%v): want a positive duration (%v)", after, callsite.User()))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			on, e, begun := enter(w, r)
			ctx, cancel := context.WithTimeoutCause(r.Context(), after, errTimeout)
			defer cancel()
			next.ServeHTTP(on, copied(on, r.WithContext(ctx)))
			if !e.committed() && errors.Is(ctx.Err(), context.DeadlineExceeded) {
				refuse(on, r, errTimeout)
			}
			if begun {
				e.end()
			}
		})
	}
}

var errTimeout = problem.New(http.StatusServiceUnavailable, "timeout", "the server gave up on this request; it may succeed later")
