package problem

import (
	"net/http"
	"strings"
)

// The codes that problems of this module carry. A code is stable: programs may
// branch on it, while titles and details are for people.
const (
	CodeBadRequest            = "bad-request"            // 400
	CodeAuthorisationRequired = "authorisation-required" // 401: no credentials were sent
	CodeInvalidCredentials    = "invalid-credentials"    // 401: a name and a secret that don't match
	CodeTokenExpired          = "token-expired"          // 401
	CodeTokenInvalid          = "token-invalid"          // 401
	CodeMFARequired           = "mfa-required"           // 401: a second factor is missing
	CodeForbidden             = "forbidden"              // 403
	CodeNotFound              = "not-found"              // 404
	CodeMethodNotAllowed      = "method-not-allowed"     // 405
	CodeConflict              = "conflict"               // 409
	CodeGone                  = "gone"                   // 410
	CodePreconditionFailed    = "precondition-failed"    // 412
	CodeContentTooLarge       = "content-too-large"      // 413
	CodeUnsupportedMediaType  = "unsupported-media-type" // 415
	CodeValidationFailed      = "validation-failed"      // 422
	CodeRateLimited           = "rate-limited"           // 429
	CodeInternalError         = "internal-error"         // 500
	CodeServiceUnavailable    = "service-unavailable"    // 503
)

// CodeOf returns the code of a status that has no better one: a constant of
// this package for the statuses that have one, else the status phrase in
// kebab-case ("not-acceptable"), else "error".
func CodeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return CodeAuthorisationRequired
	case http.StatusUnprocessableEntity:
		return CodeValidationFailed
	case http.StatusTooManyRequests:
		return CodeRateLimited
	case http.StatusInternalServerError:
		return CodeInternalError
	}
	return kebab(titleOf(status))
}

// kebab turns a status phrase into a code.
func kebab(phrase string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(phrase) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r == ' ' || r == '-':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// titleOf returns the phrase of a status in the words of RFC 9110 §15, which
// net/http does not follow everywhere.
func titleOf(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content"
	}
	if t := http.StatusText(status); t != "" {
		return t
	}
	return "Error"
}
