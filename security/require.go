package security

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
)

// Scopes are the scopes that are required of whoever takes them, outermost
// first. They must not be changed.
type Scopes = di.Scopes

// Require makes a guard of a function: a dependency that runs before the body
// is read and requires scopes of everything that it needs. The function, or
// something that it needs, takes [Scopes] and compares them with what was
// granted; scopes that nothing takes are a mistake of the API. Require panics
// if one of them fails [CheckScope], for nobody could ever be granted it.
//
// The scopes of an API, of its groups and of a route add up: none hides
// another.
func Require[In, Out any](fn func(ctx context.Context, in In) (Out, error), scopes ...string) *di.Dependency {
	for _, scope := range scopes {
		if err := CheckScope(scope); err != nil {
			panic(fmt.Sprintf("security: Require: %q is no scope: %v", scope, err))
		}
	}
	stage := di.Authentication
	if len(scopes) > 0 {
		stage = di.ScopeCheck
	}
	return di.Depends(fn, di.At(stage), di.Requires(scopes...))
}

// A RoleHolder is a principal that has roles. HasRole compares exactly: "Admin"
// and "admin " are not "admin".
type RoleHolder interface {
	HasRole(role string) bool
}

// A PermissionHolder is a principal that has permissions. HasPermission
// compares exactly, unless the program has patterns of its own.
type PermissionHolder interface {
	HasPermission(permission string) bool
}

// RequireRole lets only principals with the role pass and gives the principal.
// Without it the answer is 403 "Role 'admin' required". Roles are compared by
// the principal's own HasRole, which is asked for exactly this text.
//
// A principal that is the zero value of its type, such as a nil pointer, is
// nobody: 401, and HasRole is not called. RequireRole panics if the role is
// empty or has space around it.
func RequireRole[P RoleHolder](role string) *di.Dependency {
	mustName("RequireRole", role)
	return guard("RequireRole("+role+")", HasRole[P](role), RoleRequired(role))
}

// RequireAnyRole lets principals with at least one of the roles pass and gives
// the principal; otherwise it is as [RequireRole]. It panics without a role.
func RequireAnyRole[P RoleHolder](roles ...string) *di.Dependency {
	mustName("RequireAnyRole", roles...)
	return guard("RequireAnyRole("+strings.Join(roles, ", ")+")", HasAnyRole[P](roles...), AnyRoleRequired(roles...))
}

// RequirePermission lets only principals with the permission pass and gives the
// principal. Without it the answer is 403 "Permission 'posts:delete' required".
// Otherwise it is as [RequireRole].
func RequirePermission[P PermissionHolder](permission string) *di.Dependency {
	mustName("RequirePermission", permission)
	return guard("RequirePermission("+permission+")", HasPermission[P](permission), PermissionRequired(permission))
}

// mustName refuses to guard with nothing, which would let everybody pass, or
// nobody.
func mustName(function string, names ...string) {
	if len(names) == 0 {
		panic("security: " + function + ": nothing is required; name at least one")
	}
	for _, n := range names {
		if strings.TrimSpace(n) != n || n == "" {
			panic(fmt.Sprintf("security: %s: the name %q is empty or has space around it; write it as principals have it", function, n))
		}
	}
}

// code writes names as they stand in a description.
func code(names ...string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + strings.ReplaceAll(n, "`", "'") + "`"
	}
	return strings.Join(quoted, ", ")
}

// guard makes a dependency that takes what a policy looks at, and gives it back
// when it may pass.
func guard[In any](name string, p Policy[In], refusal *Refusal) *di.Dependency {
	nobody := nobodyCheck[In]()
	return di.Depends(func(ctx context.Context, in In) (In, error) {
		if nobody(in) {
			return in, MissingCredentials()
		}
		denial, err := p.Check(ctx, in)
		switch {
		case err != nil:
			return in, err
		case denial != nil:
			return in, refusal.Because(denial)
		}
		return in, nil
	}, di.Named(name), di.At(di.Authorization),
		di.Note(condition{words: p.words, statuses: []int{http.StatusForbidden}, mistake: p.problem()}))
}

// nobodyCheck makes a test for a principal that is not there. A struct without
// a name is no principal: it is what holds one, among other things.
func nobodyCheck[In any]() func(In) bool {
	if t := reflect.TypeFor[In](); t.Kind() == reflect.Struct && t.Name() == "" {
		return func(In) bool { return false }
	}
	return zeroCheck[In]()
}

// zeroCheck makes a test for a value that is not there: a nil pointer, or a
// zero value, which is what a function leaves behind that forgot its error. A
// type without content has no other value; it is always there.
func zeroCheck[T any]() func(T) bool {
	t := reflect.TypeFor[T]()
	switch {
	case t.Kind() == reflect.Interface:
		return func(v T) bool {
			r := reflect.ValueOf(v)
			return !r.IsValid() || r.IsZero() && r.Type().Size() > 0
		}
	case t.Size() == 0:
		return func(T) bool { return false }
	}
	return func(v T) bool { return reflect.ValueOf(&v).Elem().IsZero() }
}

// condition documents a guard beyond its credential: what it requires, in
// words, and how it refuses.
type condition struct {
	words    string
	statuses []int
	mistake  error
}

// Err is what is wrong with the declaration.
func (c condition) Err() error { return c.mistake }

func (c condition) Describe(op *openapi.Operation) {
	op.Requirements = append(op.Requirements, c.words)
	for _, status := range c.statuses {
		op.AddResponse(openapi.Response{Status: status})
	}
}
