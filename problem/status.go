package problem

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// New returns a problem of any status from 400 to 599. An empty code means
// [CodeOf] the status.
func New(status int, code, detail string) *Problem {
	p := &Problem{Status: status, Code: code, Detail: detail}
	p.Code = p.code()
	return p
}

// BadRequest returns a 400: the request cannot be understood.
func BadRequest(detail string) *Problem { return New(http.StatusBadRequest, "", detail) }

// Unauthorized returns a 401, code authorisation-required, with one
// WWW-Authenticate line for each challenge. RFC 9110 §15.5.2 wants at least
// one.
func Unauthorized(detail string, challenges ...string) *Problem {
	p := New(http.StatusUnauthorized, "", detail)
	for _, c := range challenges {
		p.addHeader("WWW-Authenticate", c)
	}
	return p
}

// Forbidden returns a 403: who asks is known, and may not.
func Forbidden(detail string) *Problem { return New(http.StatusForbidden, "", detail) }

// NotFound returns a 404.
func NotFound(detail string) *Problem { return New(http.StatusNotFound, "", detail) }

// MethodNotAllowed returns a 405 whose Allow header names the methods that
// would work. RFC 9110 §15.5.6 requires that field, even when it is empty.
func MethodNotAllowed(allow ...string) *Problem {
	p := New(http.StatusMethodNotAllowed, "", "")
	p.addHeader("Allow", strings.Join(allow, ", "))
	return p
}

// Conflict returns a 409: the request does not go with the present state.
func Conflict(detail string) *Problem { return New(http.StatusConflict, "", detail) }

// Gone returns a 410: it was here, and will not come back.
func Gone(detail string) *Problem { return New(http.StatusGone, "", detail) }

// PreconditionFailed returns a 412: If-Match or one of its kin did not hold.
func PreconditionFailed(detail string) *Problem {
	return New(http.StatusPreconditionFailed, "", detail)
}

// ContentTooLarge returns a 413.
func ContentTooLarge(detail string) *Problem {
	return New(http.StatusRequestEntityTooLarge, "", detail)
}

// UnsupportedMediaType returns a 415. The media types that would work, when
// given, are listed in an Accept header (RFC 9110 §15.5.16).
func UnsupportedMediaType(detail string, accept ...string) *Problem {
	p := New(http.StatusUnsupportedMediaType, "", detail)
	if len(accept) > 0 {
		p.addHeader("Accept", strings.Join(accept, ", "))
	}
	return p
}

// Unprocessable returns a 422, code validation-failed, with every mistake of
// the request.
func Unprocessable(errors ...Invalid) *Problem {
	p := New(http.StatusUnprocessableEntity, "", "")
	p.Errors = errors
	return p
}

// TooManyRequests returns a 429, code rate-limited. Retry-After is retryAfter
// in whole seconds, rounded up; it is left out when retryAfter is not
// positive.
func TooManyRequests(retryAfter time.Duration) *Problem {
	return New(http.StatusTooManyRequests, "", "").retryAfter(retryAfter)
}

// Internal returns a 500 that tells the client nothing. The cause, which may
// be nil, is for the log.
func Internal(cause error) *Problem {
	p := New(http.StatusInternalServerError, "", "")
	p.cause = cause
	return p
}

// ServiceUnavailable returns a 503. Retry-After is as in [TooManyRequests].
func ServiceUnavailable(retryAfter time.Duration) *Problem {
	return New(http.StatusServiceUnavailable, "", "").retryAfter(retryAfter)
}

// retryAfter rounds up: a client that comes back early is refused again.
func (p *Problem) retryAfter(d time.Duration) *Problem {
	if d > 0 {
		p.addHeader("Retry-After", strconv.FormatInt(int64((d-1)/time.Second)+1, 10))
	}
	return p
}

// addHeader changes p and so is for constructors only.
func (p *Problem) addHeader(key, value string) {
	if p.header == nil {
		p.header = make(http.Header, 1)
	}
	p.header.Add(key, clean(value))
}
