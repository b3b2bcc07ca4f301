package exchange

import (
	"net/http"
	"time"
)

// lingering is how long a body that nobody needs is waited for, so that a client
// which is still sending gets to see the answer.
const lingering = time.Second

// HangUp lets the connection end with the answer, since what is left of the body
// stands where another request would. In HTTP/2 it stands in a stream of its own,
// which ends with the answer in any case.
func HangUp(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
		waitNoLonger(w)
	}
}

// LeaveUnread is for refusals that do not depend on the body. Before net/http sends
// one it reads the rest of the body, to be ready for the next request, so that the
// client would be told when it has sent everything, which may be never. A body that
// is announced is mostly under way. Of one in chunks nobody knows, so it is not
// waited for.
func LeaveUnread(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.ProtoMajor != 1 || r.ContentLength == 0:
	case r.ContentLength < 0:
		HangUp(w, r)
	default:
		waitNoLonger(w)
	}
}

// waitNoLonger bounds how long net/http waits for the rest of the body, which is
// otherwise as long as the server lets a client be slow. The next request on the
// connection has times of its own.
func waitNoLonger(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingering)) // not every writer can
}
