package ratelimit

import (
	"net/http"

	"github.com/mortise-go/mortise/internal/clientaddr"
	"github.com/mortise-go/mortise/problem"
)

// Middleware limits everything behind a handler of net/http, with or without a
// router of this module. The key says whose request it is and must be safe for
// concurrent use; nil means the client's address, as in [Limiter.ByIP].
//
// Requests over quota are answered 429 as a problem, and those that nobody can
// count 503, in the shape that [problem.RenderAs] or an API around chose. Both have the same header fields as the answers of
// routes. The handler behind may change the fields of its own answers.
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
			if err := l.admit(r, w.Header(), subject(r)); err != nil {
				_ = problem.Write(w, r, problem.From(err)) // fails only when the client is gone
				return
			}
			next.ServeHTTP(w, r)
		})
	}
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
