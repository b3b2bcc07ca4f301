// Package mortise is a web framework whose locks show: handlers declare what
// they need as types, a resolver compiled when the API is built gets it for
// every request, and the OpenAPI document, padlocks included, is derived from
// the chain that enforces.
//
//	package main
//
//	import (
//		"context"
//
//		"github.com/mortise-go/mortise"
//		"github.com/mortise-go/mortise/security"
//	)
//
//	type User struct{ Name string }
//
//	func currentUser(ctx context.Context, token security.BearerToken) (*User, error) {
//		if string(token) != "let-me-in" {
//			return nil, security.InvalidToken()
//		}
//		return &User{Name: "ada"}, nil
//	}
//
//	type Greeting struct {
//		Message string `json:"message"`
//	}
//
//	func hello(ctx context.Context, in struct {
//		Name string `path:"name" validate:"max=40"`
//	}) (Greeting, error) {
//		return Greeting{"Hello, " + in.Name}, nil
//	}
//
//	func profile(ctx context.Context, u *User) (Greeting, error) {
//		return Greeting{"You are " + u.Name}, nil
//	}
//
//	func main() {
//		api := mortise.New("Greetings", "1.0.0")
//		api.Provide(mortise.Depends(currentUser))
//
//		mortise.Get(api, "/hello/{name}", hello, mortise.Public())
//		mortise.Get(api, "/profile", profile) // needs *User, so it is locked
//
//		mortise.Run(api, ":8080") // documentation at /docs
//	}
//
// # One shape
//
// Handlers and dependencies are functions of one shape:
//
//	func(ctx context.Context, in In) (Out, error)
//
// In says everything that the function needs. If a dependency in scope gives
// the type In, its value is passed. Otherwise In is a struct that is filled
// field by field: one tagged path, query, header, cookie, form or body is read
// from the request; any other is found by its type, by the same rules. An
// embedded struct is flattened. [None] needs nothing.
//
// Out is the answer, as JSON, or for a dependency the value that others may
// need. See package router for statuses, headers and cookies, and package di
// for lifetimes, resources and scopes.
//
// # Dependencies
//
// [Depends] makes a handle on a function. A handle may be provided by an API
// or a group: then it runs for those who need its type. Or it may be required,
// by standing among the options of an API, a group or a route: then it always
// runs, before the handler. Within a request it runs once.
//
// [Security] makes a guard that requires scopes; [RequireRole],
// [RequireAnyRole], [RequirePermission] and [RequireOwner] make guards of a
// principal. Package security has the schemes that read credentials, and the
// verification of tokens.
//
// # Mistakes
//
// Whatever is wrong with a declaration, such as a type that nothing provides
// or a path parameter that is not in the path, is reported by the API's Build,
// all of it at once, with the place where it was declared. [Run] builds first.
//
// # Security considerations
//
// Guards run before anything of the body is read, and belong to the operation
// that matched, never to a prefix of its path. A route without any lock is
// open: declare it [Public] when it should be, and let router.Strict refuse
// the others. The audit command of [Run] prints what runs for each route.
package mortise
