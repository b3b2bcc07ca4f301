package problem

import (
	"context"
	"net/http"
)

type observerKey struct{}

// Observe returns a context in which f is told of each problem that a request is
// answered with, before the answer is sent: for logs of what was refused. It must
// change neither of them.
func Observe(ctx context.Context, f func(*http.Request, *Problem)) context.Context {
	return context.WithValue(ctx, observerKey{}, f)
}

// observed tells the observer of a request, if there is one.
func observed(r *http.Request, p *Problem) {
	if r == nil {
		return
	}
	if f, ok := r.Context().Value(observerKey{}).(func(*http.Request, *Problem)); ok {
		f(r, p)
	}
}
