package router

import (
	"errors"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/mortise-go/mortise/di"
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
	whole, err := s.run(f, session)
	if err != nil {
		s.fail(w, r, c, err)
	} else if c.then != nil {
		session.forward(c.then)
	} else {
		session.send(s.shared)
	}
	session.end()
	if whole {
		f.Release()
	}
}

// run runs the chain up to the point where nothing can fail any more. A panic
// becomes an error, so that it is answered as one; the frame that it left half
// filled is not whole, and nobody will see it again.
func (s *serving) run(f *di.Frame, session *session) (whole bool, err error) {
	defer func() {
		if !whole {
			err = abandon(f, recover())
		}
	}()
	err = f.Run(session.r.Context())
	if err == nil {
		err = session.prepare()
	}
	err = f.Close(err)
	return true, err
}

// abandon closes what is open after a panic, and lets net/http's own signal
// pass. After runtime.Goexit, which a failing test calls in a handler, there is
// nothing to recover, and the goroutine ends by itself.
func abandon(f *di.Frame, v any) error {
	err := f.Close(&di.PanicError{Value: v, Stack: debug.Stack()})
	if abort, ok := v.(error); ok && errors.Is(abort, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	return err
}
