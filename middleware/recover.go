package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/mortise-go/mortise/problem"
)

// Recover answers a panic of a handler with a 500 that says nothing, and logs it
// with its stack. When the answer had begun, it is cut off, so that the client
// does not take the part for the whole. A panic with [http.ErrAbortHandler] is
// net/http's own signal and passes.
//
// A nil logger means [slog.Default] at the time of the panic.
func Recover(logger *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			on, e, begun := enter(w, r)
			defer func() {
				if v := recover(); v != nil {
					recovered(on, r, e, logger, v)
				}
			}()
			next.ServeHTTP(on, r)
			if begun {
				e.end()
			}
		})
	}
}

func recovered(w http.ResponseWriter, r *http.Request, e *exchange, logger *slog.Logger, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares
		panic(v)
	}
	id := w.Header().Get(requestIDHeader)
	orDefault(logger).LogAttrs(r.Context(), slog.LevelError, "handler panicked",
		slog.String("request_id", id),
		slog.String("method", printable(r.Method, longestMethod)),
		slog.String("route", e.route(r)),
		slog.String("panic", fmt.Sprint(v)),
		slog.String("stack", string(debug.Stack())))
	if e.committed() {
		panic(http.ErrAbortHandler)
	}
	p := problem.Internal(nil)
	if id != "" {
		p = p.WithInstance("urn:request:" + id)
	}
	refuse(w, r, p)
}

// route is the pattern that matched, which is known to the innermost copy of
// the request.
func (e *exchange) route(r *http.Request) string {
	if e.visit.request != nil && e.visit.request.Pattern != "" {
		return e.visit.request.Pattern
	}
	return r.Pattern
}

func orDefault(logger *slog.Logger) *slog.Logger {
	if logger == nil {
		return slog.Default()
	}
	return logger
}
