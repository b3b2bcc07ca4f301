package middleware

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// An exchange is the response writer of one request, and what the middleware
// of this package knows of it. The first middleware that needs one makes it,
// and those inside find it: one wrapper and one context for all of them.
type exchange struct {
	http.ResponseWriter
	status    int   // of the answer; 0 until it is sent
	bytes     int64 // of the body
	hijacked  bool
	secure    bool // the client spoke TLS, as far as was known outside
	sets      []*headerSet
	firstSets [2]*headerSet
	visit     visit
}

// enter returns the exchange of a request, and the writer to go on with: w
// itself where it, or a writer that it wraps, is an exchange already. begun
// tells that the exchange is new, and that the caller has to end it.
func enter(w http.ResponseWriter, r *http.Request) (on http.ResponseWriter, e *exchange, begun bool) {
	if e := exchangeOf(w); e != nil {
		return w, e, false
	}
	e = &exchange{ResponseWriter: w, secure: clientaddr.Secure(r)}
	e.sets = e.firstSets[:0]
	return e, e, true
}

func exchangeOf(w http.ResponseWriter) *exchange {
	for {
		switch x := w.(type) {
		case *exchange:
			return x
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return nil
		}
	}
}

// end is for an answer of which nothing was written: the server is about to
// send its header.
func (e *exchange) end() {
	if !e.committed() {
		e.commit(http.StatusOK)
	}
}

// committed tells that it is too late for another answer.
func (e *exchange) committed() bool { return e.status != 0 || e.hijacked }

// commit is called right before the header is sent.
func (e *exchange) commit(status int) {
	e.status = status
	secure := e.secure || e.visit.slot.Secure()
	for _, set := range slices.Backward(e.sets) {
		set.fill(e.ResponseWriter.Header(), secure)
	}
}

// Unwrap is for [http.ResponseController].
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// WriteHeader sends the header. Informational answers come before it, RFC 9110
// section 15.2, and 101 is the last that HTTP has to say.
func (e *exchange) WriteHeader(status int) {
	if !e.committed() && (status >= 200 || status == http.StatusSwitchingProtocols) {
		e.commit(status)
	}
	e.ResponseWriter.WriteHeader(status)
}

func (e *exchange) Write(p []byte) (int, error) {
	e.end()
	n, err := e.ResponseWriter.Write(p)
	e.bytes += int64(n)
	return n, err
}

// WriteString spares a copy where the writer below does.
func (e *exchange) WriteString(s string) (int, error) {
	e.end()
	n, err := io.WriteString(e.ResponseWriter, s)
	e.bytes += int64(n)
	return n, err
}

// ReadFrom lets the server send files without copying them through here.
func (e *exchange) ReadFrom(src io.Reader) (int64, error) {
	e.end()
	n, err := io.Copy(e.ResponseWriter, src)
	e.bytes += n
	return n, err
}

// Flush is for handlers that ask for an http.Flusher.
func (e *exchange) Flush() { _ = e.FlushError() }

func (e *exchange) FlushError() error {
	e.end()
	return http.NewResponseController(e.ResponseWriter).Flush()
}

// Hijack is for handlers that ask for an http.Hijacker.
func (e *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(e.ResponseWriter).Hijack()
	if err == nil {
		e.hijacked = true
	}
	return conn, buf, err
}

// A visit is the context of one request: what the middleware of this package
// finds out on the way in. It is filled while the request goes inwards, so that
// what stands outside, such as the log, reads it when the request is done. Only
// those write to it who find its exchange below their writer: behind another
// writer, such as that of http.TimeoutHandler, may be another goroutine.
type visit struct {
	context.Context
	owner   *exchange
	slot    clientaddr.Slot
	id      string
	idLine  [1]string
	request *http.Request // the innermost copy that is known; it has the pattern
}

type visitKey struct{}

func (v *visit) Value(key any) any {
	switch key.(type) {
	case visitKey:
		return v
	case clientaddr.SlotKey:
		return &v.slot
	}
	return v.Context.Value(key)
}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// attach gives the request a visit of this exchange, if it has none.
func (e *exchange) attach(r *http.Request) (*http.Request, *visit) {
	outer := visitOf(r.Context())
	if outer != nil && outer.owner == e {
		return r, outer
	}
	v := &e.visit
	if v.owner != nil { // the context was replaced by one that is not ours
		v = new(visit)
	}
	v.Context, v.owner = r.Context(), e
	if known := clientaddr.SlotOf(v.Context); known != nil {
		v.slot = *known
	}
	if outer != nil {
		v.id = outer.id
	}
	v.request = r.WithContext(v)
	return v.request, v
}

// copied tells the visit of a request, if there is one to write to, that r is
// its newest copy.
func copied(w http.ResponseWriter, r *http.Request) *http.Request {
	if v := visitOf(r.Context()); v != nil && v.owner == exchangeOf(w) {
		v.request = r
	}
	return r
}
