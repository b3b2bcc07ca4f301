package workload

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Driver sends one request to a handler again and again, without a connection
// and without allocating. It is not safe for concurrent use.
type Driver struct {
	handler  http.Handler
	template http.Request
	request  *http.Request
	payload  []byte
	body     body
	answer   answer
}

// NewDriver returns a driver that sends r to h. The driver's context is as deep as
// that of a real server, and is cancelled by the returned function. It panics if
// the target is not one.
func NewDriver(h http.Handler, r Request) (*Driver, context.CancelFunc) {
	target, err := url.ParseRequestURI(r.Target)
	if err != nil {
		panic(err)
	}
	request := http.Request{
		Method: r.Method, URL: target, RequestURI: r.Target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: "127.0.0.1:8080", RemoteAddr: "127.0.0.1:44444", Body: http.NoBody,
		Header: http.Header{"User-Agent": {"benchmark"}, "Accept": {"*/*"}},
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	if len(r.Body) > 0 {
		request.ContentLength = int64(len(r.Body))
		request.Header.Set("Content-Length", strconv.Itoa(len(r.Body)))
	}
	ctx, cancel := context.WithCancel(serverContext())
	return &Driver{
		handler: h, template: *request.WithContext(ctx), request: new(http.Request), payload: r.Body,
		answer: answer{header: make(http.Header, 8)},
	}, cancel
}

// serverContext returns a context with the two values that net/http puts in.
func serverContext() context.Context {
	ctx := context.WithValue(context.Background(), http.ServerContextKey, &http.Server{})
	return context.WithValue(ctx, http.LocalAddrContextKey, addr{})
}

// Send serves the request once. The handler gets a fresh copy: what a framework
// hangs on a request does not survive it.
func (d *Driver) Send() {
	*d.request = d.template
	if len(d.payload) > 0 {
		d.body.Reset(d.payload)
		d.request.Body = &d.body
	}
	d.answer.reset()
	d.handler.ServeHTTP(&d.answer, d.request)
}

// Status returns the status of the last answer, or 0 if the handler sent none.
func (d *Driver) Status() int { return d.answer.status }

// Written returns how many bytes the body of the last answer had.
func (d *Driver) Written() int { return d.answer.written }

type addr struct{}

func (addr) Network() string { return "tcp" }
func (addr) String() string  { return "127.0.0.1:8080" }

// body is a request body that can be rewound.
type body struct{ bytes.Reader }

// Close does nothing: the body is used again.
func (*body) Close() error { return nil }

// answer is a response writer that counts.
type answer struct {
	header          http.Header
	status, written int
}

func (a *answer) reset() {
	clear(a.header)
	a.status, a.written = 0, 0
}

// Header returns the answer's fields.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write counts the bytes.
func (a *answer) Write(b []byte) (int, error) { return a.count(len(b)) }

// WriteString counts the bytes.
func (a *answer) WriteString(s string) (int, error) { return a.count(len(s)) }

// Flush does nothing: there is no connection.
func (a *answer) Flush() {}

func (a *answer) count(n int) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.written += n
	return n, nil
}
