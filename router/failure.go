package router

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/internal/requestid"
	"github.com/mortise-go/mortise/problem"
)

// fail answers with an error, and logs what only we may know.
// c is the route, or nil where there is none.
func (s *serving) fail(w http.ResponseWriter, r *http.Request, c *compiled, err error) {
	p := c.challenged(r, problem.From(expired(r.Context(), unestablished(clientError(err)))), err)
	as := s.router.global.renderer
	if e, ok := errors.AsType[ownError](err); ok && e.StatusCode() == p.StatusCode() {
		if _, failed := codec.Marshal(e.ErrorBody()); failed != nil {
			err = fmt.Errorf("the body of %T cannot be written: %w", e, failed)
			p = problem.Internal(err)
		} else {
			as = ownBody{as, e.ErrorBody()}
		}
	}
	p = s.report(w, r, p, err)
	if failed := problem.WriteAs(as, w, r, p); failed != nil {
		s.router.logger().LogAttrs(r.Context(), slog.LevelWarn, "an error could not be answered", slog.String("error", failed.Error()))
	}
}

// unestablished answers 401 where nobody could be established: a function that
// had to say who is calling returned nil, and no error that says why.
func unestablished(err error) error {
	if e, ok := errors.AsType[*di.NilError](err); ok {
		return problem.Unauthorized("Provided token is not valid").WithCode(problem.CodeTokenInvalid).Because(e)
	}
	return err
}

// expired answers for the end of a context with its cause, where that is a problem
// such as the one of a middleware with a time limit.
func expired(ctx context.Context, err error) error {
	cause, ok := errors.AsType[*problem.Problem](context.Cause(ctx))
	if _, answered := errors.AsType[*problem.Problem](err); !ok || answered || !errors.Is(err, ctx.Err()) {
		return err
	}
	return cause.Because(err)
}

// ownError is an error with a body that is not a problem's, such as those of an
// OAuth 2.0 token endpoint.
type ownError interface {
	error
	StatusCode() int
	ErrorBody() any
}

// ownBody renders one body, whatever the problem.
type ownBody struct {
	problem.Renderer
	body any
}

func (ownBody) ContentType() string         { return "application/json" }
func (o ownBody) Body(*problem.Problem) any { return o.body }

// challenger is a scheme that can say what it wants, besides describing itself.
type challenger interface {
	Challenge(r *http.Request, err error) string
}

// challenged gives a 401 that names no scheme the challenges of the route's,
// RFC 9110 section 15.5.2.
func (c *compiled) challenged(r *http.Request, p *problem.Problem, err error) *problem.Problem {
	if p.StatusCode() != http.StatusUnauthorized || c == nil || len(c.challengers) == 0 {
		return p
	}
	e, ok := errors.AsType[interface {
		error
		Unaddressed() bool
	}](err)
	if len(p.Header()["Www-Authenticate"]) > 0 && !(ok && e.Unaddressed()) {
		return p
	}
	var lines []string
	for _, scheme := range c.challengers {
		switch line := scheme.Challenge(r, err); {
		case lines == nil:
			p = p.WithHeader("WWW-Authenticate", line)
			lines = append(lines, line)
		case !slices.Contains(lines, line):
			p = p.WithChallenge(line)
			lines = append(lines, line)
		}
	}
	return p
}

// report logs the cause of a server error under an id that the client gets. Of
// what the client did wrong nothing is logged, except for what went wrong
// besides, such as a clean-up.
func (s *serving) report(w http.ResponseWriter, r *http.Request, p *problem.Problem, err error) *problem.Problem {
	if why, ok := errors.AsType[denial](err); ok && p.StatusCode() < http.StatusInternalServerError {
		s.explain(w, r, p, why)
	}
	level, text := slog.LevelError, "request failed"
	_, several := err.(interface{ Unwrap() []error })
	_, nobody := errors.AsType[*di.NilError](err)
	switch {
	case p.StatusCode() < http.StatusInternalServerError && !several && !nobody:
		return p
	case p.StatusCode() < http.StatusInternalServerError:
		level, text = slog.LevelWarn, "request refused"
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		level, text = slog.LevelInfo, "request abandoned" // by the client
	}
	id := requestID(w, r)
	w.Header().Set("X-Request-Id", id)
	s.log(r, level, text, id, p.StatusCode(), err)
	if p.Instance == "" {
		return p.WithInstance("urn:request:" + id)
	}
	return p
}

// log tells why something failed. The status is 0 where there is none.
func (s *serving) log(r *http.Request, level slog.Level, text, id string, status int, err error) {
	attrs := []slog.Attr{
		slog.String("request_id", id),
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.String("error", err.Error()),
	}
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	if e, ok := errors.AsType[*di.PanicError](err); ok {
		attrs = append(attrs, slog.String("stack", string(e.Stack)))
	}
	s.router.logger().LogAttrs(r.Context(), level, text, attrs...)
}

// denial is an error that tells, to the log alone, which policy somebody did not
// satisfy.
type denial interface {
	error
	slog.LogValuer
}

// explain logs why somebody who is known may not pass. It leaves the answer as it
// is: one that hides what exists must not differ from others.
func (s *serving) explain(w http.ResponseWriter, r *http.Request, p *problem.Problem, why denial) {
	s.router.logger().LogAttrs(r.Context(), slog.LevelInfo, "access denied",
		slog.String("request_id", w.Header().Get("X-Request-Id")),
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.Int("status", p.StatusCode()),
		slog.Any("denial", why))
}

// requestID is the one that a middleware gave the request, or the client's when
// it is harmless, or a new one.
func requestID(w http.ResponseWriter, r *http.Request) string {
	if id := w.Header().Get("X-Request-Id"); id != "" {
		return id
	}
	if id := r.Header.Get("X-Request-Id"); requestid.Valid(id) {
		return id
	}
	return rand.Text()
}
