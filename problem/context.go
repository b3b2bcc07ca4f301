package problem

import (
	"context"
	"net/http"
)

type rendererKey struct{}

// RenderAs is a middleware that has [Write] answer in the shape of a renderer
// wherever it is called further in, by whatever refuses a request there; the
// innermost counts. Nil leaves the shape as it is, which is [RFC9457] by default.
func RenderAs(as Renderer) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, standard := as.(RFC9457); as == nil || standard && r.Context().Value(rendererKey{}) == nil {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), rendererKey{}, as)))
		})
	}
}

// rendererFor is the shape that was chosen for a request.
func rendererFor(r *http.Request) Renderer {
	if r != nil {
		if as, ok := r.Context().Value(rendererKey{}).(Renderer); ok {
			return as
		}
	}
	return RFC9457{}
}
