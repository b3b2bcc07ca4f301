// Package di builds values from the functions that provide them. Types say
// what is needed, a compiler finds out who gives it, and all mistakes are told
// before the first request.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//
//		"github.com/mortise-go/mortise/di"
//	)
//
//	type Config struct{ Greeting string }
//	type Greeter struct{ config *Config }
//
//	func config(context.Context, di.None) (*Config, error)       { return &Config{"hello"}, nil }
//	func greeter(_ context.Context, c *Config) (*Greeter, error) { return &Greeter{c}, nil }
//
//	func main() {
//		scope := di.NewScope(nil)
//		scope.Provide(di.Depends(config), di.Depends(greeter))
//
//		greet, err := di.Prepare(scope, nil, func(_ context.Context, g *Greeter) (string, error) {
//			return g.config.Greeting, nil
//		})
//		if err != nil {
//			panic(err)
//		}
//		fmt.Println(greet(context.Background())) // hello <nil>
//	}
//
// The package knows nothing of HTTP. A router adds the parameters of requests
// as a [Source], compiles a [Plan] for each route and runs it in a [Frame].
//
// # Dependencies
//
// A dependency is a function of one shape,
//
//	func(ctx context.Context, in In) (Out, error)
//
// made into a handle by [Depends]. In says everything that it needs and Out
// what it gives; [None] stands for nothing. The handle, not the function, is
// the identity: two closures of one literal are two dependencies, and one
// handle is resolved once per request, however many need it and wherever they
// are declared.
//
// # How the input is filled
//
//  1. A type that a dependency in scope gives is that dependency's value.
//  2. Otherwise a struct is filled field by field. A field that the [Source]
//     claims, by its tag, is read from outside. Any other exported field is
//     resolved by its type, by these same rules. An embedded struct is
//     flattened. Unexported fields are left alone.
//  3. Anything else is a mistake. So is a type that has nothing to fill, such
//     as an empty struct that marks who is calling: what is missing is never
//     taken for what is empty.
//
// [Scopes] are filled as explained below, and a type that the Source knows by
// itself counts as given where no dependency gives it.
//
//	input                                 is filled with
//	*User                                 what gives *User
//	struct{ User *User; ID int `path:""`} what gives *User, and the parameter
//	struct{ Paging }                      the fields of Paging
//	User, where *User is given            a mistake: did you mean *User?
//	Admin, an empty struct                what gives Admin, or a mistake
//
// # Scopes of declaration
//
// A [Scope] lies in another one: a route in a group, a group in an API. What
// it provides is available by type and runs where something needs it. What it
// requires always runs, in the order of declaration, outer scopes first.
//
//	API   provided | required
//	        Group  provided | required
//	                 Route  provided | required
//	                          the target
//
// A type is looked up from right to left, beginning where the one that needs
// it was declared. So inner declarations shadow outer ones, and what a scope
// provides does not see what it requires. Within a list the last declaration wins, but
// a dependency that gives the type itself sees only those declared before it,
// and never itself. So guards that take a value and return a stricter one of
// the same type form a chain: the second guard receives what the first one
// returned, and the target what the last one did.
//
// Lookups are lexical. What a dependency gets depends on where it was declared
// and not on who needs it. A handle that is declared in two places and would
// find different values there is a mistake ([SharedError]), as are two
// dependencies in one list that give a type somebody needs, when neither takes
// the other's value ([AmbiguousError]).
//
// # Brought handles
//
// A handle given as an option to [Depends] or [Dependency.With] is brought
// along, so that a package can offer a whole chain under one name:
//
//	var CurrentUser = di.Depends(currentUser, di.Depends(claims), bearer)
//
// What a handle brings is the innermost scope for that handle and for whatever
// else it brings, and for nobody else. A handle that many bring is still
// resolved once. It runs only if something there takes its value, so a guard
// whose value nothing takes is a mistake ([IdleError]).
//
// # Required scopes
//
// [Requires] attaches the names of what a caller must have been granted, such
// as OAuth scopes. A dependency that takes [Scopes] receives those that were
// required on the way from the root of the plan down to it, outermost first
// and without duplicates; siblings do not see one another's.
//
// A dependency whose chain reads Scopes is resolved once for each set of them,
// so a second set is checked too. One whose chain does not is shared. To
// require scopes of a chain that never reads them is a mistake
// ([ScopesError]), because nothing would enforce them; so is it where one of
// several credentials is good without anybody reading them.
//
// # Order
//
// A [Stage] orders the kinds of guards: all of an earlier stage run before any
// of a later one, whatever scope declared them; within a stage the order of
// declaration counts; and what a dependency needs always runs before it.
//
//	guards, by stage          each binds its own inputs when it runs
//	what needs a credential
//	all remaining inputs      bound together, late ones (a body) last
//	everything else
//	the target                unless the context is done
//
// A guard that needs a late input is a mistake ([LateInputError]). A guard, or
// anything that needs one of [Authentication] or later, that returns nil and no
// error refuses ([NilError]); where nothing is a good answer, give an
// [Optional] or a struct.
//
// # Lifetimes
//
// A dependency may need what lives at least as long as it does:
//
//	Application ⊃ Request ⊃ Transient
//
// A value of the application is made once per [Container], when it is first
// needed or by [Container.Start], without the context of any request, and
// closed by [Container.Close]. When its function fails, the next who needs it
// tries again. A transient value is made anew for everybody who needs it.
//
// # Resources
//
// A dependency whose value must be closed returns a [Resource]; consumers
// receive the value. Closers run behind the target, last made first. They see
// the error of the request and can make a failure of a success. They run after
// a panic, a cancellation and another closer's panic too.
//
// # Alternatives
//
// [AllOf], [AnyOf] and [Optionally] combine handles. AnyOf tries one after the
// other and passes over those that fail because nothing was presented; what
// was presented but is wrong is the answer, wherever it stands: also behind the
// one that gave the value, and behind a part of a pair that was absent. With
// [Exclusive] a second good credential is refused too. What else an alternative
// needs runs only when that is tried.
//
// # Replacing dependencies in tests
//
// A container made with [Replace] or [ReplaceType] puts other dependencies in
// the place of those declared. It changes neither handles nor scopes, so tests
// may run in parallel. Guards that take the replaced type go on guarding.
//
// # Outside of requests
//
// [Prepare] compiles a function for a worker, a command or a start-up task.
// Use [Scope.Provided] to leave out what is required of requests.
//
// # Mistakes
//
// [Compile] calls no user function and reports everything that it finds: what
// was asked, where, why it cannot be and what would work.
//
//	nothing provides *store.DB
//	    needed by auth.CurrentUser (auth.go:12)
//	    needed by listUsers (api.go:30)
//	    did you mean store.DB, provided at main.go:19?
//
// Each kind has an error type: [MissingError], [UnexportedError], [AmbiguousError],
// [CycleError], [SharedError], [LifetimeError], [ScopesError], [IdleError],
// [LateInputError] and [AlternativeError]. A nil handle panics where it is declared, so that a
// guard that is not there never looks like one that is.
//
// # Security considerations
//
// Identity is the handle because function pointers are none: the closures that
// RequireRole("admin") and RequireRole("user") return share one code pointer,
// and a cache keyed by it would hand out one check for the other.
//
// Whatever a run leaves in its frame is cleared before the frame serves
// another request, and functions receive copies of the scopes. Values that
// dependencies share on purpose, above all those of the application, are
// shared by pointer: they have to be safe for concurrent use themselves.
//
// The target runs only when everything before it has succeeded, and no late
// input is read before the last guard has. Stages hold for a whole plan: a
// dependency that is neither staged nor needs a credential runs behind all
// guards, not where it was declared.
//
// The texts of mistakes name types, functions and files. They are for those
// who build the program and do not belong in answers.
package di
