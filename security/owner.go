package security

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/problem"
)

// Owned is a resource that knows its owner.
type Owned[P any] interface {
	OwnedBy(principal P) bool
}

// RequireOwner loads a resource and lets only its owner pass. It gives the
// resource, so that the handler uses the one that was checked:
//
//	func findPost(ctx context.Context, in struct {
//		ID    int64 `path:"post_id"`
//		Store *Store
//	}) (*Post, error)
//
//	mortise.Put(api, "/posts/{post_id}", update, mortise.RequireOwner[*User](findPost))
//
// The function takes what it needs like any other, the parameter of the path
// above all. A resource that is nil, or the zero value of its type, without an
// error is answered 404, a resource of somebody else 403 "You don't own this
// resource"; see [HideExistence]. A principal that is the zero value of its
// type is nobody: 401, and nothing is loaded.
//
// The resource is loaded once. Its owner may change between the check and what
// the handler does; make the change conditional on the owner where that
// matters. RequireOwner panics if find is nil.
func RequireOwner[P, In any, R Owned[P]](find func(ctx context.Context, in In) (R, error), opts ...OwnerOption) *di.Dependency {
	if find == nil {
		panic("security: RequireOwner: the function that finds the resource is nil, so nothing could be checked")
	}
	rule := newOwnerRule[P](opts)
	name, _ := callsite.Func(find)
	nobody, nothing := zeroCheck[P](), zeroCheck[R]()
	refusal := rule.refusal(reflect.TypeFor[R]())
	return di.Depends(func(ctx context.Context, in struct {
		Principal P
		Find      In
	}) (R, error) {
		var none R
		if nobody(in.Principal) {
			return none, MissingCredentials()
		}
		resource, err := find(ctx, in.Find)
		if err == nil && nothing(resource) {
			err = problem.NotFound("")
		}
		if err != nil {
			return none, rule.missing(err)
		}
		if resource.OwnedBy(in.Principal) || rule.excuses(in.Principal) {
			return resource, nil
		}
		return none, refusal
	}, di.Named("RequireOwner("+name+")"), di.At(di.Ownership), di.Note(rule.condition(reflect.TypeFor[R]())))
}

// An OwnerOption adjusts [RequireOwner].
type OwnerOption func(*ownerRule)

type ownerRule struct {
	roles []string
	hide  bool
}

// OrRole lets principals with the role pass as if they owned everything; given
// several times, with any of the roles. The principal must be a [RoleHolder].
// RequireOwner panics if it is not, or if the role is empty or has space around
// it.
func OrRole(role string) OwnerOption {
	return func(r *ownerRule) { r.roles = append(r.roles, role) }
}

// HideExistence answers 404 instead of 403, the same for a resource of somebody
// else as for one that does not exist, so that nobody learns which resources
// exist. What the function says in a 404 of its own goes to nobody.
func HideExistence() OwnerOption { return func(r *ownerRule) { r.hide = true } }

func newOwnerRule[P any](opts []OwnerOption) *ownerRule {
	r := &ownerRule{}
	for _, o := range opts {
		o(r)
	}
	if len(r.roles) == 0 {
		return r
	}
	mustName("RequireOwner: OrRole", r.roles...)
	if p := reflect.TypeFor[P](); !p.Implements(reflect.TypeFor[RoleHolder]()) {
		panic("security: RequireOwner: OrRole needs a principal with a method HasRole(string) bool, which " + p.String() + " has not")
	}
	return r
}

// excuses reports whether somebody may pass without owning anything.
func (r *ownerRule) excuses(principal any) bool {
	if len(r.roles) == 0 {
		return false
	}
	holder, ok := principal.(RoleHolder)
	return ok && slices.ContainsFunc(r.roles, holder.HasRole)
}

// refusal is the answer to somebody who does not own the resource.
func (r *ownerRule) refusal(resource reflect.Type) error {
	denial := &Denial{Policy: plain(r.words(resource))}
	if r.hide {
		return problem.NotFound("").Because(denial)
	}
	return NotOwner().Because(denial)
}

// missing is the error of a resource that could not be loaded. What it says may
// not tell apart what is hidden from what is not there.
func (r *ownerRule) missing(err error) error {
	if r.hide && problem.From(err).StatusCode() == http.StatusNotFound {
		return problem.NotFound("").Because(err)
	}
	return err
}

func (r *ownerRule) condition(resource reflect.Type) condition {
	statuses := []int{http.StatusForbidden, http.StatusNotFound}
	if r.hide {
		statuses = statuses[1:]
	}
	return condition{words: r.words(resource), statuses: statuses}
}

// words name the rule for people: ownership of the post.
func (r *ownerRule) words(resource reflect.Type) string {
	for resource.Kind() == reflect.Pointer {
		resource = resource.Elem()
	}
	name, _, _ := strings.Cut(resource.Name(), "[")
	if name == "" {
		name = "resource"
	}
	words := "ownership of the " + strings.ToLower(name)
	switch len(r.roles) {
	case 0:
		return words
	case 1:
		return words + " or role " + code(r.roles...)
	}
	return words + " or one of the roles " + code(r.roles...)
}
