package security

import (
	"net/http"

	"github.com/mortise-go/mortise/problem"
)

// A Fault says in one word why a request is refused. Its constants are errors to
// compare with [errors.Is]; what a client is told is a [Refusal], which
// [Fault.Refuse] makes of it for a scheme.
//
// A Fault that is returned as it is, say from a dependency of the user's own,
// carries its status, code and detail to the answer, with a Bearer challenge
// where there has to be one.
type Fault uint8

const (
	// ErrMissingCredentials says that no credentials of the kind were sent.
	ErrMissingCredentials Fault = iota + 1

	// ErrOtherScheme says that Authorization holds credentials of another scheme:
	// none of this kind were sent.
	ErrOtherScheme

	// ErrMalformedCredentials says that credentials of the kind were sent, but not
	// in the form that they must have.
	ErrMalformedCredentials

	// ErrMultipleCredentials says that a credential was sent more than once.
	ErrMultipleCredentials

	// ErrMalformedQuery says that the query cannot be read, so that nobody can say
	// which credentials it holds.
	ErrMalformedQuery

	// ErrInvalidCredentials says that a key, a session or a pair of user and
	// password is not known.
	ErrInvalidCredentials

	// ErrInvalidToken says that a token was not made for this API, or by anybody
	// whom it trusts.
	ErrInvalidToken

	// ErrExpiredToken says that a token was good once.
	ErrExpiredToken

	// ErrInsufficientScope says that the token does not hold a required scope.
	ErrInsufficientScope

	// ErrForbidden says that who asks is known and may not: a role, a permission or
	// the ownership of a resource is missing.
	ErrForbidden
)

// verdict is what a fault means outside.
type verdict struct {
	status      int
	code        string
	detail      string
	oauthError  string // RFC 6750 §3.1
	description string
	reason      string // for the log
}

func (f Fault) verdict() verdict {
	switch f {
	case ErrMissingCredentials:
		return verdict{401, problem.CodeAuthorisationRequired, "No authorization token provided", "", "", "no credentials were sent"}
	case ErrOtherScheme:
		return verdict{401, problem.CodeAuthorisationRequired, "Invalid authorization header", "", "", "the credentials are of another scheme"}
	case ErrMalformedCredentials:
		return verdict{401, problem.CodeInvalidCredentials, "Invalid authorization header", "invalid_token", invalidToken, "the credentials are malformed"}
	case ErrMultipleCredentials:
		return verdict{400, problem.CodeBadRequest, "Multiple credentials in request", "invalid_request", "Multiple credentials in request", "credentials were sent more than once"}
	case ErrMalformedQuery:
		return verdict{400, problem.CodeBadRequest, "Malformed query", "invalid_request", "Malformed query", "the query cannot be read"}
	case ErrInvalidCredentials:
		return verdict{401, problem.CodeInvalidCredentials, "Invalid credentials", "invalid_token", invalidToken, "the credentials are not valid"}
	case ErrInvalidToken:
		return verdict{401, problem.CodeTokenInvalid, "Invalid token", "invalid_token", invalidToken, "the token is not valid"}
	case ErrExpiredToken:
		return verdict{401, problem.CodeTokenExpired, "Token has expired", "invalid_token", "The access token expired", "the token has expired"}
	case ErrInsufficientScope:
		return verdict{403, problem.CodeForbidden, "Insufficient scope", "insufficient_scope", "", "a required scope is missing"}
	case ErrForbidden:
		return verdict{403, problem.CodeForbidden, "Forbidden", "", "", "access is denied"}
	}
	return verdict{500, problem.CodeInternalError, "", "", "", "unknown fault"}
}

// One description for every reason: which check failed is nobody's business
// outside.
const invalidToken = "The access token is invalid"

// Error returns the reason for a log.
func (f Fault) Error() string { return f.verdict().reason }

// Absent reports whether no credentials of the kind were presented, so that
// another kind may be tried. Credentials that were presented and are wrong are
// not absent.
func (f Fault) Absent() bool { return f == ErrMissingCredentials || f == ErrOtherScheme }

// StatusCode returns the HTTP status: 400, 401 or 403.
func (f Fault) StatusCode() int { return f.verdict().status }

// Code returns the code of the problem document.
func (f Fault) Code() string { return f.verdict().code }

// Detail returns the detail of the problem document.
func (f Fault) Detail() string { return f.verdict().detail }

// Unaddressed is true: a Fault names no scheme; see [Refusal.Unaddressed].
func (f Fault) Unaddressed() bool { return true }

// Header returns the WWW-Authenticate field of a fault that nobody refused for a
// scheme: that of a Bearer token in the [DefaultRealm].
func (f Fault) Header() http.Header { return f.Refuse(Challenge{}).problem.Header() }
