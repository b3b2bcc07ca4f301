package ratelimit

import (
	"context"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/internal/clientaddr"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/problem"
)

// Middleware limits everything behind a handler of net/http, with or without a
// router of this module. The key says whose request it is and must be safe for
// concurrent use; nil means the client's address, as in [Limiter.ByIP].
//
// Requests over quota are answered 429 as a problem, and those that nobody can
// count 503, in the shape that [problem.RenderAs] or an API around chose. Both have
// the same header fields as the answers of routes. The handler behind may change
// the fields of its own answers.
//
// Around a router the middleware counts requests for paths that don't exist,
// too, and knows no routes.
func (l *Limiter) Middleware(key func(*http.Request) Key) func(http.Handler) http.Handler {
	subject := l.address
	if key != nil {
		subject = from(key)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			e := exchange.Exchange{Request: r, Header: w.Header()}
			if l.guarded != nil {
				e.Waited = new(time.Duration)
			}
			if err := l.admit(e, subject(r)); err != nil {
				exchange.LeaveUnread(w, r)
				_ = problem.Write(w, r, problem.From(err)) // fails only when the client is gone
				return
			}
			next.ServeHTTP(w, remembering(r, e.Waited))
		})
	}
}

// waitedKey is under what the context of a request has how long the middleware in
// front of a handler has waited in vain for their stores.
type waitedKey struct{}

func waitedIn(ctx context.Context) *time.Duration {
	waited, _ := ctx.Value(waitedKey{}).(*time.Duration)
	return waited
}

// remembering tells the limits further in for how long this one has waited.
func remembering(r *http.Request, waited *time.Duration) *http.Request {
	if waited == nil || *waited == 0 {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), waitedKey{}, waited))
}

// from takes over a key of the user's.
func from(key func(*http.Request) Key) func(*http.Request) words {
	return func(r *http.Request) words { return key(r).words() }
}

// address is the key of the client of a request. All whose address cannot be
// determined are one client.
func (l *Limiter) address(r *http.Request) words {
	addr, ok := clientaddr.Of(r)
	if !ok {
		return nobody()
	}
	if l.memory != nil {
		return l.memory.addressKey(addr, l.ipv6Prefix)
	}
	return addressKey(addr, l.ipv6Prefix)
}
