package problem

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/mortise-go/mortise/internal/codec"
)

// Write answers a request with a problem, in the shape of RFC 9457 or in that
// which [RenderAs] chose further out. It is [WriteAs] with that shape.
func Write(w http.ResponseWriter, r *http.Request, p *Problem) error {
	return WriteAs(rendererFor(r), w, r, p)
}

// WriteAs answers a request with a problem in the shape of a [Renderer].
//
// The answer has Cache-Control: no-store unless the problem says otherwise,
// X-Content-Type-Options: nosniff, and the header fields of the problem, each
// challenge on a line of its own. Fields that a handler set for a body that it
// did not send are removed. The answer to HEAD has no body; r may be nil and
// then counts as a GET. A nil p is an internal error.
//
// A problem that cannot be encoded, because of an extension member, is answered
// with a 500 that says nothing. The error says why, or that the client is gone;
// it is for the log, since the answer has been given.
func WriteAs(as Renderer, w http.ResponseWriter, r *http.Request, p *Problem) error {
	if p == nil {
		p = Internal(nil)
	}
	buf := codec.GetBuffer()
	defer buf.Free()
	err := render(buf, as, p)
	if err != nil {
		p = Internal(err)
		if e := render(buf, as, p); e != nil {
			as, err = RFC9457{}, errors.Join(err, e)
			_ = render(buf, as, p) // nothing in it can fail
		}
	}
	observed(r, p)
	putHeader(w.Header(), p, as.ContentType())
	w.WriteHeader(p.StatusCode())
	if r != nil && r.Method == http.MethodHead {
		return err
	}
	if _, e := w.Write(buf.Bytes()); err == nil {
		err = e
	}
	return err
}

// render encodes a problem into an emptied buffer. It takes a panic of a
// caller's MarshalJSON for an error: this may well be the answer to a panic.
func render(buf *codec.Buffer, as Renderer, p *Problem) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("problem: encoding %d %s: panic: %v", p.StatusCode(), p.code(), v)
		}
	}()
	buf.Reset()
	body := as.Body(p)
	if q, ok := body.(*Problem); ok && q != nil {
		return q.write(buf)
	}
	return codec.Write(buf, body)
}
