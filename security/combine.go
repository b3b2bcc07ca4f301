package security

import (
	"errors"
	"net/http"
	"reflect"

	"github.com/mortise-go/mortise/di"
)

// AllOf needs all of the dependencies and gives the value of the first, a T:
// AND in the document. When none of the credentials, or only some of them, were
// presented, the alternative counts as not presented.
func AllOf[T any](first *di.Dependency, rest ...*di.Dependency) *di.Dependency {
	return di.AllOf[T](first, rest...)
}

// AnyOf gives the T of the first alternative whose credential was presented: OR
// in the document.
//
//	var CurrentUser = security.AnyOf[*User](
//		di.Depends(userOfToken, security.Bearer(security.SchemeConfig{})),
//		di.Depends(userOfKey, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
//	)
//
// A credential that was presented and is wrong is refused, in whatever order
// the alternatives stand and whatever good ones came with it. So every
// credential is verified, whereas guards such as [RequireRole] run for the
// alternative that counts, and for those before it.
//
// Where several credentials are good, the first counts and the others add
// nothing to its rights. Only an [APIKey] itself, as in AnyOf[APIKey], must come
// by one way: a key that is sent in two places is refused with 400.
//
// When none was presented, the 401 carries the challenges of all.
func AnyOf[T any](alternatives ...*di.Dependency) *di.Dependency {
	d := di.AnyOf[T](mergeForAll, alternatives...)
	if reflect.TypeFor[T]() == reflect.TypeFor[APIKey]() {
		return d.With(di.Exclusive(ErrMultipleCredentials.Refuse().WithChallenges()))
	}
	return d
}

// Optional gives a di.Optional[T], which is not set when no credential was
// presented. A credential that was presented and is wrong is refused. The
// document says that the operation can do without.
func Optional[T any](of *di.Dependency) *di.Dependency { return di.Optionally[T](of) }

// AnyOfLenient is [AnyOf], except that a good credential excuses wrong ones that
// came with it: the first alternative that is good counts. When none is, a wrong
// one is the answer, and the 401 of [AnyOf] where none was presented.
//
// Credentials that were sent twice, verifiers that are down and missing rights
// are excused by nothing.
func AnyOfLenient[T any](alternatives ...*di.Dependency) *di.Dependency {
	return di.AnyOf[T](mergeLenient, alternatives...).With(di.Lenient(isUnauthorized))
}

// OptionalLenient is [Optional], except that a wrong credential counts as none:
// whoever sent it is nobody, and learns of no mistake. Connexion 3 does so.
func OptionalLenient[T any](of *di.Dependency) *di.Dependency {
	return di.Optionally[T](of).With(di.Lenient(isUnauthorized))
}

// isUnauthorized reports whether an error says that a credential is wrong.
func isUnauthorized(err error) bool {
	if e, ok := errors.AsType[interface {
		error
		StatusCode() int
	}](err); ok {
		return e.StatusCode() == http.StatusUnauthorized
	}
	_, nobody := errors.AsType[*di.NilError](err) // which is answered 401
	return nobody
}

// mergeLenient prefers what was presented and is wrong.
func mergeLenient(failed []error) error {
	for _, err := range failed {
		if absent, ok := errors.AsType[interface {
			error
			Absent() bool
		}](err); !ok || !absent.Absent() {
			return err
		}
	}
	return mergeForAll(failed)
}

func mergeForAll(absent []error) error {
	err := MergeAbsent(absent)
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.forAll()
	}
	return err
}
