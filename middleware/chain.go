package middleware

import (
	"net/http"
	"slices"
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
