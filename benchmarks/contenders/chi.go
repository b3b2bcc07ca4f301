package contenders

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// chiRouter is chi with its own middleware style: guards hand values on through
// the request's context. chi sets the path values of the request, so what it
// routes to is the code written by hand.
func chiRouter() http.Handler {
	h := &byHand{codec: encodingJSON{}, users: workload.NewUsers()}
	r := chi.NewRouter()
	r.Get("/hello", h.hello)
	r.Get("/items/{id}", h.item)
	r.Post("/items", h.order)
	r.With(h.admit).Get("/admin/users/{id}", h.admitted)
	for _, depth := range workload.Depths() {
		links := make([]func(http.Handler) http.Handler, depth)
		for i := range links {
			links[i] = chainLink
		}
		r.With(links...).Get(fmt.Sprintf("/chain%d", depth), func(w http.ResponseWriter, r *http.Request) {
			h.answer(w, workload.Chained(chainValue(r.Context()), depth))
		})
	}
	return r
}

type userKey struct{}

// admit is the guard of W4 as a middleware.
func (h *byHand) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by, err := h.users.Admit(r.Header.Get("Authorization"))
		if err != nil {
			refuse(w, workload.StatusOf(err))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, by)))
	})
}

// admitted is the handler of W4 behind admit.
func (h *byHand) admitted(w http.ResponseWriter, r *http.Request) {
	by, _ := r.Context().Value(userKey{}).(*workload.User)
	id, ok := number(chi.URLParam(r, "id"))
	if !ok || by == nil {
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	view, err := h.users.View(id, by)
	if err != nil {
		refuse(w, workload.StatusOf(err))
		return
	}
	h.answer(w, view)
}
