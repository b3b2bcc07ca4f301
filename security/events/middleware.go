package events

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/mortise-go/mortise/internal/clientaddr"
	"github.com/mortise-go/mortise/internal/requestid"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// Middleware tells an observer, such as a [Log], of the events of requests, with
// their client, id and route, and of each request that was refused. Put it inside
// of what finds out about ids and about clients behind proxies, such as
// middleware.RequestID and middleware.ClientAddr. It panics if o is nil.
func Middleware(o security.Observer) func(http.Handler) http.Handler {
	if o == nil {
		panic("events: Middleware: the observer is nil, so that nobody would be told; give one, such as NewLog(Config{})")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v := &visit{observer: o, id: requestID(w, r)}
			v.client, _ = clientaddr.Of(r)
			ctx := problem.Observe(security.WithObserver(r.Context(), v), v.answered)
			inner := r.WithContext(ctx)
			defer func() { r.Pattern = inner.Pattern }() // for an access log outside
			next.ServeHTTP(w, inner)
		})
	}
}

// A visit is the observer of one request, and of what goes on after it.
type visit struct {
	observer security.Observer
	client   netip.Addr
	id       string
}

// Observe tells the observer behind it.
func (v *visit) Observe(ctx context.Context, e security.Event) {
	if !e.Client.IsValid() {
		e.Client = v.client
	}
	if e.RequestID == "" {
		e.RequestID = v.id
	}
	v.observer.Observe(ctx, e)
}

// answered reports a problem that says that somebody was kept out.
func (v *visit) answered(r *http.Request, p *problem.Problem) {
	outcome := security.Refused
	switch p.StatusCode() {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
	case http.StatusServiceUnavailable:
		outcome = security.Failed
	case http.StatusBadRequest:
		if p.Header().Get("WWW-Authenticate") == "" { // it is not about credentials
			return
		}
	default:
		return
	}
	e := security.Event{Kind: security.EventRefusal, Outcome: outcome, Reason: p.Code, Route: r.Pattern}
	if e.Reason == "" {
		e.Reason = problem.CodeOf(p.StatusCode())
	}
	v.Observe(r.Context(), e)
}

// requestID is the one that a middleware gave the request, or the client's when it
// is harmless.
func requestID(w http.ResponseWriter, r *http.Request) string {
	if id := w.Header().Get("X-Request-Id"); id != "" {
		return id
	}
	if id := r.Header.Get("X-Request-Id"); requestid.Valid(id) {
		return id
	}
	return ""
}
