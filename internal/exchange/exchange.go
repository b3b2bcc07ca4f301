// Package exchange hands a request and the header of its answer to guards that
// read fields and addresses and add to the answer.
//
//	di.Depends(func(ctx context.Context, in struct{ Exchange exchange.Exchange }) (di.None, error) {
//		in.Exchange.Header.Set("RateLimit", …)
//		…
//	})
//
// A router fills it by type, as it does *http.Request. The difference is a
// promise: who takes an Exchange does not look at the path values, so the router
// need not set them, and still reports wildcards that nothing reads.
package exchange

import (
	"net/http"
	"time"
)

// An Exchange is a request and what is being answered. It serves until the
// request is answered: what a dependency gives may keep the header, and add to it
// while the handler runs. The zero value is of no use.
type Exchange struct {
	// Request is the request, without its path values.
	Request *http.Request
	// Header is the header of the answer. It is sent with errors too.
	Header http.Header
	// Waited is how long this request has waited in vain for stores that did not
	// answer. Whoever asks one waits for less by that, and adds to it.
	Waited *time.Duration
}
