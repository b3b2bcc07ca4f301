package router

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/problem"
)

// A session is what the binders of one frame share: the request being served.
type session struct {
	route  *compiled
	w      http.ResponseWriter
	r      *http.Request
	params *bind.Source

	bodyRead bool // or about to be
	formRead bool
	formErr  error
	form     *form // of a multipart form; nil for none

	attached  bool // the answer points at the frame's output
	answer    writer
	status    int
	staged    http.Header                    // of an envelope
	buf       *codec.Buffer                  // the encoded content; nil for none
	chosen    int                            // among the forms that are offered; 0 is the first
	tasks     *[]func(context.Context) error // for afterwards; nil until somebody asks
	committed bool                           // the header of an answer that is sent piece by piece is gone
	closed    bool                           // and its content is closed
	waited    time.Duration                  // for stores, in vain
}

// attach points the answer at the output of the frame.
func (s *session) attach(output any) {
	s.answer = newWriter(s.route.answer, output)
	s.attached = true
}

// begin starts a request.
func (s *session) begin(w http.ResponseWriter, r *http.Request, values *pattern.Values) {
	s.w, s.r = w, r
	s.params.Load(r)
	for i := range values.Len() {
		s.params.SetPath(i, values.Get(i))
	}
	if !s.route.exposed {
		return
	}
	// Code that knows net/http only expects path values. They cost a map, so
	// they are set only for those who can look.
	for i, name := range s.route.names {
		r.SetPathValue(name, values.Get(i))
	}
}

// end forgets everything about the request.
func (s *session) end() {
	s.params.Reset()
	if s.form != nil {
		s.removeFiles()
	}
	s.w, s.r, s.waited = nil, nil, 0
	s.bodyRead, s.formRead, s.formErr, s.staged = false, false, nil, nil
	if s.committed || s.closed {
		s.committed, s.closed = false, false
	}
	if s.tasks != nil {
		clear(*s.tasks)
		*s.tasks = (*s.tasks)[:0]
	}
	if s.buf != nil {
		s.buf.Free()
		s.buf = nil
	}
}

// Join answers all mistakes of a request at once, unless one of them means
// that the request cannot be read at all.
func (s *session) Join(errs []error) error {
	var invalid []problem.Invalid
	seen := map[*bind.Error]bool{}
	for _, err := range errs {
		list, fatal := mistakesOf(err, seen)
		if fatal != nil {
			return fatal
		}
		invalid = append(invalid, list...)
	}
	return problem.Unprocessable(invalid...)
}

// clientError turns what a binder found into what the client is told. Other
// errors are returned as they are.
func clientError(err error) error {
	list, fatal := mistakesOf(err, map[*bind.Error]bool{})
	if fatal != nil {
		return fatal
	}
	return problem.Unprocessable(list...)
}

// mistakesOf lists the mistakes that an error of a binder stands for. Parameters
// of a place that could not be read all report the same one.
func mistakesOf(err error, seen map[*bind.Error]bool) (list []problem.Invalid, fatal error) {
	if e, ok := errors.AsType[invalidBody](err); ok {
		return e, nil
	}
	e, ok := errors.AsType[*bind.Error](err)
	if !ok {
		return nil, err
	}
	malformed := false
	for m := range e.All() {
		if seen[m] {
			continue
		}
		seen[m] = true
		malformed = malformed || m.Malformed
		list = append(list, problem.Invalid{Place: m.Where(), Code: m.Code, Detail: m.Detail})
	}
	if malformed {
		p := problem.BadRequest("the request cannot be read")
		p.Errors = list
		return nil, p
	}
	return list, nil
}
