package router

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// serving is a router that has been built.
type serving struct {
	router    *Router
	tree      pattern.Tree
	endpoints []endpoint
	pages     pages
	document  *openapi.Document
	shared    *sharedValues
}

// An endpoint is what a pattern of the tree stands for: a route, or a handler
// of the router's own, such as the documentation's, with what guards it if
// anything does.
type endpoint struct {
	*compiled
	handler http.Handler
}

func (s *serving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var values pattern.Values
	found := s.tree.Find(r, &values)
	own := found.Outcome == pattern.Match && s.endpoints[found.Index].handler != nil
	if s.pages.has(r) && found.Outcome != pattern.Redirect && !own {
		s.servePages(w, r, &values)
		return
	}
	if found.Outcome != pattern.Match {
		s.miss(w, r, found)
		return
	}
	e := &s.endpoints[found.Index]
	if e.compiled == nil {
		e.handler.ServeHTTP(w, r)
		return
	}
	s.serve(e.compiled, w, r, &values)
}

// miss answers what no route matches.
func (s *serving) miss(w http.ResponseWriter, r *http.Request, found pattern.Result) {
	exchange.LeaveUnread(w, r)
	switch found.Outcome {
	case pattern.Redirect:
		w.Header().Set("Location", found.Location)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case pattern.WrongMethod:
		s.wrongMethod(w, r, found.Allow)
	case pattern.BadTarget:
		s.fail(w, r, nil, problem.BadRequest("the target of the request is no path"))
	default:
		s.fail(w, r, nil, problem.NotFound("there is nothing at this path"))
	}
}

// wrongMethod answers OPTIONS, RFC 9110 section 9.3.7, and refuses the rest.
func (s *serving) wrongMethod(w http.ResponseWriter, r *http.Request, allow []string) {
	if !slices.Contains(allow, http.MethodOptions) {
		allow = append(allow, http.MethodOptions)
		slices.Sort(allow)
	}
	refusal := problem.MethodNotAllowed(allow...)
	if r.Method != http.MethodOptions {
		s.fail(w, r, nil, refusal)
		return
	}
	w.Header()["Allow"] = refusal.Header()["Allow"]
	w.WriteHeader(http.StatusNoContent)
}

// serve runs a route: the chain, the closing of its resources, the answer.
func (s *serving) serve(c *compiled, w http.ResponseWriter, r *http.Request, values *pattern.Values) {
	r.Pattern = c.pattern.String()
	f := c.plan.Acquire()
	session := f.Session.(*session)
	if !session.attached {
		session.attach(f.Output())
	}
	session.begin(w, r, values)
	if c.offers != nil {
		if err := session.negotiate(); err != nil {
			exchange.LeaveUnread(w, r)
			s.fail(w, r, c, err)
			session.end()
			f.Release()
			return
		}
	}
	whole, err := s.run(f, session)
	committed := session.committed
	switch {
	case committed:
	case err != nil:
		if !session.bodyRead {
			exchange.LeaveUnread(w, r)
		}
		s.fail(w, r, c, err)
	case c.then != nil:
		session.forward(c.then)
	default:
		session.send(s.shared)
	}
	if session.tasks != nil && err == nil {
		s.later(w, r, *session.tasks)
	}
	session.end()
	if whole {
		f.Release()
	}
	if committed && err != nil {
		s.breakOff(w, r, err)
	}
}

// run runs the chain up to the point where nothing can fail any more. A panic
// becomes an error, so that it is answered as one; the frame that it left half
// filled is not whole, and nobody will see it again.
func (s *serving) run(f *di.Frame, session *session) (whole bool, err error) {
	defer func() {
		if !whole {
			err = session.abandon(f, recover())
		}
	}()
	if session.answer.piecewise {
		err = s.runPiecewise(f, session)
	} else if err = f.Run(session.r.Context()); err == nil {
		err = session.prepare()
	}
	err = f.Close(err)
	return true, err
}

// runPiecewise also sends what the handler gives, because resources have to stay
// open for that. The handler's context ends when the client can no longer be
// written to.
func (s *serving) runPiecewise(f *di.Frame, session *session) error {
	ctx, cancel := context.WithCancelCause(session.r.Context())
	defer cancel(nil)
	err := f.Run(ctx)
	if err == nil {
		err = session.prepare()
	}
	if err == nil {
		err = session.transmit(ctx, cancel, s.shared)
	}
	return alsoClosed(err, session.closeContent())
}

// alsoClosed adds what went wrong when something was closed.
func alsoClosed(err, closing error) error {
	switch {
	case closing == nil:
		return err
	case err == nil:
		return closing
	}
	return errors.Join(err, closing)
}

// breakOff cuts off an answer that has begun and cannot be completed, so that the
// client does not take it for whole.
func (s *serving) breakOff(w http.ResponseWriter, r *http.Request, err error) {
	p := problem.From(clientError(err))
	level, text := slog.LevelError, "answer broke off"
	switch {
	case r.Context().Err() != nil:
		level, text = slog.LevelInfo, "answer abandoned" // by the client
	case p.StatusCode() < http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	s.log(r, level, text, requestID(w, r), p.StatusCode(), err)
	panic(http.ErrAbortHandler)
}

// abandon closes what is open after a panic, and lets net/http's own signal
// pass. After runtime.Goexit, which a failing test calls in a handler, there is
// nothing to recover, and the goroutine ends by itself.
func (s *session) abandon(f *di.Frame, v any) error {
	err := f.Close(alsoClosed(&di.PanicError{Value: v, Stack: debug.Stack()}, s.closeContent()))
	s.removeFiles()
	if abort, ok := v.(error); ok && errors.Is(abort, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	return err
}
