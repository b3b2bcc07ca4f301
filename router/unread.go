package router

import (
	"net/http"
	"time"
)

// lingering is how long a connection that is about to end is read on, so that a
// client which is still sending gets to see the answer.
const lingering = time.Second

// hangUp lets the connection end with the answer, since what is left of the body
// stands where another request would. Without a time net/http would wait for more of
// it for as long as the server lets a client be slow.
func hangUp(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingering)) // not every writer can
}

// leaveUnread is for refusals that do not depend on the body. Before net/http sends
// one it reads the rest of the body, to be ready for the next request: the client
// would be told when it has sent everything, which may be never. A body that is
// announced is short and under way, or not waited for; of one in chunks nobody knows.
func leaveUnread(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 && r.ContentLength < 0 {
		hangUp(w)
	}
}
