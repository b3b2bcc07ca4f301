// Quickstart is the smallest API with a lock: a public route, and one that
// needs a user and a scope.
package main

import (
	"context"
	"slices"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

//docs:begin dependencies

// User is whoever is calling.
type User struct {
	Name   string
	Scopes []string
}

// currentUser takes the token of the request and gives a user. Whoever needs a
// *User is locked by the scheme that gives the token.
func currentUser(_ context.Context, token security.BearerToken) (*User, error) {
	if string(token) != "let-me-in" {
		return nil, security.InvalidToken()
	}
	return &User{Name: "ada", Scopes: []string{"books:write"}}, nil
}

// verifyScopes compares what a route requires with what the user has.
func verifyScopes(_ context.Context, in struct {
	Required security.Scopes
	User     *User
}) (*User, error) {
	for _, scope := range in.Required {
		if !slices.Contains(in.User.Scopes, scope) {
			return nil, problem.Forbidden("Scope '" + scope + "' required")
		}
	}
	return in.User, nil
}

//docs:end dependencies

//docs:begin handlers

// Book is what the API is about.
type Book struct {
	ID    int    `json:"id"`
	Title string `json:"title" validate:"required,max=120"`
	By    string `json:"added_by"`
}

func getBook(_ context.Context, in struct {
	ID int `path:"id" validate:"min=1"`
}) (Book, error) {
	if in.ID != 1 {
		return Book{}, problem.NotFound("no such book")
	}
	return Book{ID: 1, Title: "Notes"}, nil
}

func addBook(_ context.Context, in struct {
	Book Book `body:"json"`
	User *User
}) (Book, error) {
	in.Book.ID, in.Book.By = 2, in.User.Name
	return in.Book, nil
}

//docs:end handlers

//docs:begin main
func newAPI() *mortise.API {
	api := mortise.New("Books", "1.0.0")
	api.Provide(mortise.Depends(currentUser))

	mortise.Get(api, "/books/{id}", getBook, mortise.Public())
	mortise.Post(api, "/books", addBook, mortise.Security(verifyScopes, "books:write"))
	return api
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }

//docs:end main
