package security

import (
	"errors"
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

func mergeForAll(absent []error) error {
	err := MergeAbsent(absent)
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.forAll()
	}
	return err
}
