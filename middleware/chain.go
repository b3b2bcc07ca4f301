package middleware

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/mortise-go/mortise/internal/callsite"
)

// Chain makes one middleware of several: the first is the outermost, which sees
// a request first and its answer last. Nil entries are left out, and a chain of
// none passes requests through. Chain(a, Chain(b, c)) equals Chain(a, b, c).
//
// The package documentation has the order in which the middleware of this
// package belongs.
func Chain(middlewares ...func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	middlewares = slices.Clone(middlewares)
	return func(next http.Handler) http.Handler {
		for _, m := range slices.Backward(middlewares) {
			if m != nil {
				next = m(next)
			}
		}
		return next
	}
}

// Must is for middleware whose configuration is written in the program, where a
// mistake is one of the program: Must(CORS(CORSConfig{…})). It returns the middleware,
// and panics with all mistakes if there are any.
func Must(m func(http.Handler) http.Handler, err error) func(http.Handler) http.Handler {
	if err != nil {
		panic(fmt.Sprintf("middleware: %v (%v)", err, callsite.User()))
	}
	return m
}
