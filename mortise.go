package mortise

import (
	"context"
	"net/http"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// An API is routes, what they depend on, and the document that says so. It is
// an http.Handler. Declare first, from one goroutine; then serve.
type API = router.Router

// A Group declares routes below a prefix, with dependencies and options of
// their own.
type Group = router.Group

// An Option says something about what is declared. The options are in package
// router; a *[Dependency] is an option too and is required there.
type Option = router.Option

// A Dependency is a handle on a function that others may need.
type Dependency = di.Dependency

// None is the input of a function that needs nothing, and the output of one
// that gives nothing, which is answered 204.
type None = di.None

// An Optional is a value that may be absent: a parameter that was not sent, a
// credential that was not presented, a member that a JSON body does not have.
// There, an Optional[*T] tells absent from null from a value.
type Optional[T any] = di.Optional[T]

// A OneOf is a value of one of several types in JSON, which a member of the
// object tells apart: those of the mapping that D tells.
type OneOf[I any, D openapi.Discriminated[I]] = openapi.OneOf[I, D]

// A Discriminator names the member that tells the types of a [OneOf] apart, and
// the type for each of its values.
type Discriminator[I any] = openapi.Discriminator[I]

// Redirect is an output that sends the client elsewhere.
type Redirect = router.Redirect

// Routes is where routes are declared: an [API] or a [Group].
type Routes interface {
	Handle(method, path string, handler *Dependency, opts ...Option)
}

// New makes an API of this title and version. It knows the schemes
// [security.Bearer] and [security.Basic], so that a function which takes a
// security.BearerToken needs no more.
func New(title, version string, opts ...Option) *API {
	return router.New(title, version, append([]Option{router.ProvideByDefault(
		security.Bearer(security.SchemeConfig{}),
		security.Basic(security.SchemeConfig{}),
	)}, opts...)...)
}

// Get declares a route for GET, and for HEAD with it.
func Get[In, Out any](on Routes, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(http.MethodGet, path, di.Depends(handler), opts...)
}

// Post declares a route for POST.
func Post[In, Out any](on Routes, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(http.MethodPost, path, di.Depends(handler), opts...)
}

// Put declares a route for PUT.
func Put[In, Out any](on Routes, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(http.MethodPut, path, di.Depends(handler), opts...)
}

// Patch declares a route for PATCH.
func Patch[In, Out any](on Routes, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(http.MethodPatch, path, di.Depends(handler), opts...)
}

// Delete declares a route for DELETE.
func Delete[In, Out any](on Routes, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(http.MethodDelete, path, di.Depends(handler), opts...)
}

// Handle declares a route for any method, such as "OPTIONS". One that OpenAPI
// does not know is hidden with [router.Hidden]; "QUERY" is known from version
// 3.2 on, see [router.DocumentVersion].
func Handle[In, Out any](on Routes, method, path string, handler func(context.Context, In) (Out, error), opts ...Option) {
	on.Handle(method, path, di.Depends(handler), opts...)
}

// Public declares that a route or a group is open to everybody; see
// [router.Public].
func Public() Option { return router.Public() }

// Depends makes a dependency of a function: In says what it needs, Out is what
// it gives. See [di.Depends].
func Depends[In, Out any](fn func(context.Context, In) (Out, error), opts ...di.Option) *Dependency {
	return di.Depends(fn, opts...)
}

// Security makes a guard of a function: a dependency that runs before the body
// is read and requires scopes of everything that it needs. See
// [security.Require].
func Security[In, Out any](fn func(context.Context, In) (Out, error), scopes ...string) *Dependency {
	return security.Require(fn, scopes...)
}

// RequireRole lets only principals with the role pass. See
// [security.RequireRole].
func RequireRole[P security.RoleHolder](role string) *Dependency {
	return security.RequireRole[P](role)
}

// RequireAnyRole lets principals with at least one of the roles pass. See
// [security.RequireAnyRole].
func RequireAnyRole[P security.RoleHolder](roles ...string) *Dependency {
	return security.RequireAnyRole[P](roles...)
}

// RequireMinRole lets only principals with the role or a higher one pass. See
// [security.RequireMinRole].
func RequireMinRole[P security.RoleHolder](rbac *security.RBAC, role string) *Dependency {
	return security.RequireMinRole[P](rbac, role)
}

// RequireGrant lets only principals pass to one of whose roles the permission is
// granted. See [security.RequireGrant].
func RequireGrant[P security.RoleHolder](rbac *security.RBAC, permission string) *Dependency {
	return security.RequireGrant[P](rbac, permission)
}

// RequirePolicy lets only those pass whom the policy lets pass. See
// [security.RequirePolicy].
func RequirePolicy[In any](policy security.Policy[In]) *Dependency {
	return security.RequirePolicy(policy)
}

// RequirePermission lets only principals with the permission pass. See
// [security.RequirePermission].
func RequirePermission[P security.PermissionHolder](permission string) *Dependency {
	return security.RequirePermission[P](permission)
}

// RequireOwner loads a resource and lets only its owner pass. See
// [security.RequireOwner].
func RequireOwner[P, In any, R security.Owned[P]](find func(context.Context, In) (R, error), opts ...security.OwnerOption) *Dependency {
	return security.RequireOwner[P](find, opts...)
}

// Call runs a function outside of any request, with what it needs from the
// API: in a worker, a command, a start-up task. Resources are closed before it
// returns. To call one function many times, use [di.Prepare].
func Call[In, Out any](ctx context.Context, api *API, fn func(context.Context, In) (Out, error)) (Out, error) {
	prepared, err := di.Prepare(api.ProvidedScope(), api.Container(), fn)
	if err != nil {
		var none Out
		return none, err
	}
	return prepared(ctx)
}
