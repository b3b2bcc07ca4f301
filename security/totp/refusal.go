package totp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// codeNotEnrolled is the code of the problem of [ErrNotEnrolled].
const codeNotEnrolled = "mfa-enrolment-required"

// The errors of a [Verifier], for [errors.Is]. Each is a [problem.Problem] with
// its answer; what is returned carries the challenge of the verifier's realm.
var (
	// ErrCodeRequired says that no code was sent: 401 with a challenge that asks for
	// a second factor (RFC 9470 section 3).
	ErrCodeRequired error = required

	// ErrInvalidCode says that the code is not right, or was used before: 401
	// "Invalid TOTP code".
	ErrInvalidCode error = invalid

	// ErrInvalidRecoveryCode says that the recovery code is not one of the
	// account's, or was used before: 401 "Invalid recovery code".
	ErrInvalidRecoveryCode error = invalidRecovery

	// ErrNotEnrolled says that the account has no secret, so that no code can be
	// right: 403.
	ErrNotEnrolled error = notEnrolled

	// ErrTooManyTries says that the account has to wait: 429 with Retry-After.
	ErrTooManyTries error = tooMany
)

var (
	required        = problem.New(http.StatusUnauthorized, problem.CodeMFARequired, "A second factor is required")
	invalid         = problem.New(http.StatusUnauthorized, problem.CodeInvalidCredentials, "Invalid TOTP code")
	invalidRecovery = problem.New(http.StatusUnauthorized, problem.CodeInvalidCredentials, "Invalid recovery code")
	notEnrolled     = problem.New(http.StatusForbidden, codeNotEnrolled, "A second factor has to be set up first")
	tooMany         = problem.New(http.StatusTooManyRequests, problem.CodeRateLimited, "Too many attempts with a second factor").
			WithType("https://iana.org/assignments/http-problem-types#quota-exceeded").
			With("violated-policies", []string{policyName})
)

// policyName is how the limit of tries is called in the fields of an answer.
const policyName = "totp"

// challenged returns p with the challenge of a second factor.
func (v *Verifier) challenged(p *problem.Problem) *problem.Problem {
	return p.WithHeader("WWW-Authenticate", v.challenge)
}

// stepUp is the challenge of a second factor (RFC 9470 section 3).
func stepUp(realm string) string {
	return security.BearerChallenge(realm).
		WithError("insufficient_user_authentication", "A second factor is required").
		With("acr_values", "mfa").String()
}

// wait is the answer to an account that has tried too often.
func (v *Verifier) wait(d time.Duration) error {
	seconds := strconv.FormatInt(int64((max(d, 1)-1)/time.Second)+1, 10)
	return tooMany.
		WithHeader("Retry-After", seconds).
		WithHeader("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", policyName, v.tries, int64((v.window-1)/time.Second)+1)).
		WithHeader("RateLimit", fmt.Sprintf("%q;r=0;t=%s", policyName, seconds))
}

// ask calls a store within its bounds. The error is a 503.
func ask[T any](ctx context.Context, g deadline.Gate, f func(context.Context) (T, error)) (T, error) {
	value, err := deadline.Call(ctx, g, f)
	if err != nil {
		return value, problem.ServiceUnavailable(time.Second).Because(fmt.Errorf("totp: store: %w", err))
	}
	return value, nil
}

// report tells of a code or a recovery code.
func report(ctx context.Context, kind security.EventKind, account string, err error) {
	e := security.Event{Kind: kind, Outcome: security.Succeeded, Subject: account}
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.StatusCode() < http.StatusInternalServerError {
		e.Outcome, e.Reason = security.Refused, p.Code
	} else if err != nil {
		e.Outcome, e.Reason = security.Failed, problem.CodeOf(problem.From(err).StatusCode())
	}
	security.Report(ctx, e)
}
