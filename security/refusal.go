package security

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/problem"
)

// A Refusal is the error that keeps a request out: a [Fault] with the answer that
// it gets. [errors.As] finds the [problem.Problem] in it, errors.Is(err,
// [ErrExpiredToken]) its fault.
//
// A Refusal never changes and is safe for concurrent use; the methods that change
// something return a copy.
type Refusal struct {
	fault      Fault
	problem    *problem.Problem
	challenges []Challenge
	unnamed    bool // nobody said for which schemes
}

// Refuse returns the refusal of a request for the fault f, with one
// WWW-Authenticate line for each scheme that would have been accepted. A 401
// without any gets that of a Bearer token (RFC 9110 §15.5.2 wants at least one).
//
// Bearer and DPoP challenges also say what is wrong (RFC 6750 §3.1), except where
// credentials are missing altogether. A 403 carries a challenge only for a missing
// scope; see [InsufficientScope].
func (f Fault) Refuse(challenges ...Challenge) *Refusal {
	v := f.verdict()
	r := &Refusal{fault: f, problem: problem.New(v.status, v.code, v.detail)}
	if f == ErrForbidden {
		return r
	}
	unnamed := len(challenges) == 0
	if unnamed {
		challenges = []Challenge{{}}
	}
	r = r.WithDetail(f.detailFor(challenges)).WithChallenges(withError(challenges, v.oauthError, v.description)...)
	r.unnamed = unnamed
	return r
}

// missingDetail says what was not sent.
func missingDetail(c Challenge) string {
	switch c.Scheme() {
	case "Bearer", "DPoP":
		return ErrMissingCredentials.Detail()
	case "ApiKey":
		return "No API key provided"
	case "Cookie":
		return "No session provided"
	}
	return "No credentials provided"
}

// malformedDetail says what could not be read.
func malformedDetail(c Challenge) string {
	switch c.Scheme() {
	case "Basic", quietBasic:
		return "Invalid authorization format"
	case "ApiKey":
		return "Invalid API key"
	case "Cookie":
		return "Invalid session"
	}
	return ErrMalformedCredentials.Detail()
}

// detailFor returns the detail in the words of the scheme that was tried.
func (f Fault) detailFor(challenges []Challenge) string {
	switch {
	case f == ErrMalformedCredentials:
		return malformedDetail(challenges[0])
	case f == ErrMissingCredentials && len(challenges) > 1:
		return "No credentials provided"
	case f == ErrMissingCredentials:
		return missingDetail(challenges[0])
	}
	return f.Detail()
}

// withError adds the error parameters to the challenges that know them.
func withError(challenges []Challenge, code, description string) []Challenge {
	challenges = slices.Clone(challenges)
	for i, c := range challenges {
		if code != "" && c.followsOAuth() {
			challenges[i] = c.WithError(code, description)
		}
	}
	return challenges
}

// MissingCredentials returns the 401 of a request without credentials: the
// challenges of every scheme that is accepted, and none that says "error", as
// RFC 6750 §3.1 asks.
func MissingCredentials(challenges ...Challenge) *Refusal {
	return ErrMissingCredentials.Refuse(challenges...)
}

// InvalidCredentials returns the 401 of credentials that are not known. An empty
// detail means "Invalid credentials". It is the same whatever part of them is
// wrong.
func InvalidCredentials(detail string, challenges ...Challenge) *Refusal {
	r := ErrInvalidCredentials.Refuse(challenges...)
	if detail != "" {
		return r.WithDetail(detail)
	}
	return r
}

// InvalidAPIKey returns the 401 "Invalid API key".
func InvalidAPIKey(challenges ...Challenge) *Refusal {
	return InvalidCredentials("Invalid API key", challenges...)
}

// InvalidToken returns the 401 of a token that is not accepted. Give the reason
// with [Refusal.Because]; the client does not see it.
func InvalidToken(challenges ...Challenge) *Refusal { return ErrInvalidToken.Refuse(challenges...) }

// ExpiredToken returns the 401 of a token that was good once.
func ExpiredToken(challenges ...Challenge) *Refusal { return ErrExpiredToken.Refuse(challenges...) }

// UserNotFound returns the 401 of a good token whose user no longer exists.
func UserNotFound(challenges ...Challenge) *Refusal {
	return ErrInvalidToken.Refuse(challenges...).WithDetail("User not found")
}

// InsufficientScope returns the 403 of a token that lacks a required scope. The
// challenge names all required scopes in their order and none of those that the
// token has; the detail names the first that is missing. The zero Challenge is
// that of a Bearer token.
func InsufficientScope(c Challenge, required []string, granted GrantedScopes) *Refusal {
	c = c.WithError("insufficient_scope", "").WithScope(required...)
	r := ErrInsufficientScope.Refuse().WithChallenges(c)
	r.problem = r.problem.With("required_scopes", slices.Clone(required))
	for _, scope := range required {
		if !granted.Has(scope) {
			return r.WithDetail("Scope '" + scope + "' required")
		}
	}
	return r
}

// RoleRequired returns the 403 of somebody without the role.
func RoleRequired(role string) *Refusal {
	return ErrForbidden.Refuse().WithDetail("Role '" + role + "' required")
}

// MinRoleRequired returns the 403 of somebody with neither the role nor a higher
// one.
func MinRoleRequired(role string) *Refusal {
	return ErrForbidden.Refuse().WithDetail("Role '" + role + "' or higher required")
}

// AnyRoleRequired returns the 403 of somebody with none of the roles.
func AnyRoleRequired(roles ...string) *Refusal {
	return ErrForbidden.Refuse().WithDetail("One of roles ('" + strings.Join(roles, "', '") + "') required")
}

// PermissionRequired returns the 403 of somebody without the permission.
func PermissionRequired(permission string) *Refusal {
	return ErrForbidden.Refuse().WithDetail("Permission '" + permission + "' required")
}

// NotOwner returns the 403 of somebody who asks for what belongs to another.
func NotOwner() *Refusal {
	return ErrForbidden.Refuse().WithDetail("You don't own this resource")
}

// Fault returns what is wrong.
func (r *Refusal) Fault() Fault { return r.fault }

// Absent reports whether no credentials were presented, so that another scheme
// may be tried; see [Fault.Absent].
func (r *Refusal) Absent() bool { return r.fault.Absent() }

// Challenges returns the challenges of the answer.
func (r *Refusal) Challenges() []Challenge { return slices.Clone(r.challenges) }

// Error returns the text for logs, the cause included. It holds no part of the
// credentials.
func (r *Refusal) Error() string { return r.problem.Error() }

// Unwrap returns the [problem.Problem] that the client is sent.
func (r *Refusal) Unwrap() error { return r.problem }

// Is reports whether target is the fault of r.
func (r *Refusal) Is(target error) bool { return target == error(r.fault) }

// Because returns a copy with a cause, for the log only.
func (r *Refusal) Because(err error) *Refusal {
	c := *r
	c.problem = r.problem.Because(err)
	return &c
}

// Unaddressed reports whether nobody said which schemes would have been
// accepted, so that whoever knows the operation may name them.
func (r *Refusal) Unaddressed() bool { return r.unnamed }

// WithDetail returns a copy that tells the client something else. It should not
// tell which of several checks failed.
func (r *Refusal) WithDetail(detail string) *Refusal {
	c := *r
	c.problem = r.problem.WithDetail(detail)
	return &c
}

// WithChallenges returns a copy with these challenges in place of the former
// ones, for a scheme that has a realm of its own or for several that were tried.
func (r *Refusal) WithChallenges(challenges ...Challenge) *Refusal {
	c := *r
	c.unnamed = false
	c.challenges = slices.Clone(challenges)
	lines := make([]string, len(challenges))
	for i, challenge := range challenges {
		lines[i] = challenge.String()
	}
	c.problem = answer(r.problem, lines)
	return &c
}

// answer returns p with the lines as its only challenges.
func answer(p *problem.Problem, lines []string) *problem.Problem {
	fresh := problem.New(p.Status, p.Code, p.Detail).Because(p.Unwrap())
	fresh.Extensions = p.Extensions
	for _, line := range lines {
		fresh = fresh.WithChallenge(line)
	}
	return fresh
}

// MergeAbsent returns the refusal of a request for which every one of several
// alternatives was absent: one answer with the challenges of all, in order and
// without repetition. Errors that are not of this package add nothing. It is made
// for di.AnyOf.
func MergeAbsent(absent []error) error {
	var challenges []Challenge
	var lines []string
	fault := ErrMissingCredentials
	for _, err := range absent {
		r, ok := errors.AsType[*Refusal](err)
		if !ok {
			continue
		}
		for _, c := range r.challenges {
			if line := c.String(); !slices.Contains(lines, line) {
				challenges, lines = append(challenges, c), append(lines, line)
			}
		}
		if r.fault == ErrOtherScheme {
			fault = ErrOtherScheme
		}
	}
	return fault.Refuse(challenges...)
}

var _ interface {
	error
	StatusCode() int
	Header() http.Header
} = Fault(0)
