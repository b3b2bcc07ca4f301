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
