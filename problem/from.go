package problem

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// statusError is an error that knows its HTTP status, as a *Problem does.
type statusError interface {
	error
	StatusCode() int
}

// From returns what a client is told about err:
//
//   - nil for nil;
//   - for an error in whose chain there is a *Problem, that Problem itself;
//   - for one in whose chain an error has StatusCode() int, 400 to 599, that
//     status, and its Code() string, Detail() string and Header() http.Header
//     where it has these methods;
//   - 413 for an [http.MaxBytesError];
//   - 503 for [context.DeadlineExceeded] and [context.Canceled]: the server
//     gave up, by its own clock, and the same request may succeed later. (504
//     would speak of a server behind this one, 408 of a client that is slow to
//     send; a client that went away reads nothing.)
//   - for anything else a 500 that says nothing of it.
//
// Of a *Problem and an error with StatusCode the outer one counts. Except for a
// *Problem that is returned as it is, err is the cause of the result.
func From(err error) *Problem {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[statusError](err); ok {
		return fromStatus(e, err)
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok && e != nil {
		return ContentTooLarge(fmt.Sprintf("the body may have at most %d bytes", e.Limit)).Because(err)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return ServiceUnavailable(0).Because(err)
	}
	return Internal(err)
}

func fromStatus(e statusError, err error) *Problem {
	if p, ok := e.(*Problem); ok {
		if p == nil {
			return Internal(err)
		}
		return p
	}
	status := e.StatusCode()
	if status < 400 || status > 599 {
		return Internal(err)
	}
	p := &Problem{Status: status, cause: err}
	if c, ok := e.(interface{ Code() string }); ok {
		p.Code = c.Code()
	}
	if d, ok := e.(interface{ Detail() string }); ok {
		p.Detail = d.Detail()
	}
	if h, ok := e.(interface{ Header() http.Header }); ok {
		p.header = h.Header().Clone()
	}
	p.Code = p.code()
	return p
}
