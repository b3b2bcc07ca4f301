package security

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
)

// A Policy decides whether somebody may pass. What it looks at is an In, a
// principal in most cases: whatever a dependency could take. [RequirePolicy]
// makes a guard of it, [All], [Any] and [Not] combine it, and
// [Policy.Check] asks it in a test.
//
//	mayPublish := security.All(
//		security.HasAnyRole[*User]("editor", "admin"),
//		security.Not(security.HasRole[*User]("suspended")))
//
//	mortise.Post(api, "/posts", publish, security.RequirePolicy(mayPublish))
//
// The zero value lets nobody pass, and is a mistake that the API's Build
// reports. A Policy does not change and is safe for concurrent use.
type Policy[In any] struct {
	words   string // CommonMark
	check   func(ctx context.Context, in In) (*Denial, error)
	mistake error
}

// NewPolicy makes a policy of a function, which reports whether somebody may
// pass. The words complete "Requires …" in the document, such as "an account in
// good standing", and name the policy in the log. An error says that nothing
// could be decided: nobody passes, and it is the answer.
//
// NewPolicy panics without words or function.
func NewPolicy[In any](words string, allows func(ctx context.Context, in In) (bool, error)) Policy[In] {
	if strings.TrimSpace(words) == "" || allows == nil {
		panic("security: NewPolicy: give the words for what is required, and the function that decides")
	}
	denial := &Denial{Policy: plain(words)}
	return Policy[In]{words: words, check: func(ctx context.Context, in In) (*Denial, error) {
		ok, err := allows(ctx, in)
		if ok && err == nil {
			return nil, nil
		}
		return denial, err
	}}
}

// plain are words without the marks of CommonMark.
func plain(words string) string { return strings.ReplaceAll(words, "`", "") }

// holds makes a policy of what can be asked of the principal at once.
func holds[P any](words string, may func(P) bool) Policy[P] {
	denial := &Denial{Policy: plain(words)}
	return Policy[P]{words: words, check: func(_ context.Context, p P) (*Denial, error) {
		if may(p) {
			return nil, nil
		}
		return denial, nil
	}}
}

// Check asks the policy. It returns nil if in may pass, and else why not. An
// error says that the policy could not decide; nobody passes then.
//
// A nil principal is for the policy's own functions to judge here, whereas a
// guard has refused it before.
func (p Policy[In]) Check(ctx context.Context, in In) (*Denial, error) {
	if p.check == nil {
		return &Denial{Policy: "a policy that was never made"}, nil
	}
	return p.check(ctx, in)
}

// String returns what is required, in words.
func (p Policy[In]) String() string { return plain(p.words) }

// HasRole is the policy of [RequireRole]. It panics likewise.
func HasRole[P RoleHolder](role string) Policy[P] {
	mustName("HasRole", role)
	return holds("role "+code(role), func(p P) bool { return p.HasRole(role) })
}

// HasAnyRole is the policy of [RequireAnyRole]. It panics likewise.
func HasAnyRole[P RoleHolder](roles ...string) Policy[P] {
	mustName("HasAnyRole", roles...)
	roles = slices.Clone(roles)
	return holds("one of the roles "+code(roles...), func(p P) bool { return slices.ContainsFunc(roles, p.HasRole) })
}

// HasPermission is the policy of [RequirePermission]. It panics likewise.
func HasPermission[P PermissionHolder](permission string) Policy[P] {
	mustName("HasPermission", permission)
	return holds("permission "+code(permission), func(p P) bool { return p.HasPermission(permission) })
}

// All lets pass whom every policy lets pass. They are asked in order, up to the
// first that does not.
func All[In any](first Policy[In], rest ...Policy[In]) Policy[In] {
	of := append([]Policy[In]{first}, rest...)
	all := combined(" and ", of)
	all.check = func(ctx context.Context, in In) (*Denial, error) {
		for _, p := range of {
			if denial, err := p.Check(ctx, in); denial != nil || err != nil {
				return within(all, denial), err
			}
		}
		return nil, nil
	}
	return all
}

// Any lets pass whom one of the policies lets pass. They are asked in order, up
// to the first that does. One that cannot decide lets the others have a try; if
// none of them says yes, its error is the answer.
func Any[In any](first Policy[In], rest ...Policy[In]) Policy[In] {
	of := append([]Policy[In]{first}, rest...)
	anyOf := combined(" or ", of)
	anyOf.check = func(ctx context.Context, in In) (*Denial, error) {
		denials, undecided := make([]*Denial, 0, len(of)), error(nil)
		for _, p := range of {
			denial, err := p.Check(ctx, in)
			if denial == nil && err == nil {
				return nil, nil
			}
			denials, undecided = append(denials, denial), errors.Join(undecided, err)
		}
		return within(anyOf, denials...), undecided
	}
	return anyOf
}

// Not lets pass whom the policy does not. If it cannot decide, nobody passes.
func Not[In any](p Policy[In]) Policy[In] {
	not := Policy[In]{words: "not " + p.bracketed(), mistake: p.problem()}
	denial := &Denial{Policy: plain(not.words)}
	not.check = func(ctx context.Context, in In) (*Denial, error) {
		if p.check == nil {
			return denial, nil
		}
		switch denied, err := p.check(ctx, in); {
		case err != nil:
			return denial, err
		case denied == nil:
			return denial, nil
		}
		return nil, nil
	}
	return not
}

// combined makes the words and the mistakes of a combination.
func combined[In any](conjunction string, of []Policy[In]) Policy[In] {
	words := make([]string, len(of))
	mistakes := make([]error, len(of))
	for i, p := range of {
		words[i], mistakes[i] = p.bracketed(), p.problem()
	}
	if len(of) == 1 {
		words[0] = of[0].words
	}
	return Policy[In]{words: strings.Join(words, conjunction), mistake: errors.Join(mistakes...)}
}

// bracketed are the words as a part of others.
func (p Policy[In]) bracketed() string {
	if strings.Contains(p.words, " and ") || strings.Contains(p.words, " or ") {
		return "(" + p.words + ")"
	}
	return p.words
}

var errNoPolicy = errors.New("a policy is the zero value, which decides nothing\n    make it with security.NewPolicy, security.HasRole or their kin")

// problem is what is wrong with the declaration.
func (p Policy[In]) problem() error {
	if p.check == nil {
		return errNoPolicy
	}
	return p.mistake
}

// within is the denial of a combination for those of its parts.
func within[In any](p Policy[In], parts ...*Denial) *Denial {
	return &Denial{Policy: plain(p.words), Of: parts}
}

// RequirePolicy lets pass whom the policy lets pass, and gives on what it
// looked at, a principal in most cases. Anybody else is answered 403
// "Forbidden"; which policy said no is in the log. The words of the policy
// stand in the description of the operation.
//
// A principal that is the zero value of its type is nobody: 401, and the policy
// is not asked. A policy that looks at more than the principal takes a struct,
// which is filled like the input of any dependency; what that has to load, such
// as the resource of the path, is loaded before.
func RequirePolicy[In any](p Policy[In]) *di.Dependency {
	return guard("RequirePolicy("+p.String()+")", p, ErrForbidden.Refuse())
}
