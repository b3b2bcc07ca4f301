// Tutorial is the program that docs/tutorial.md builds step by step: notes that
// everybody may read, and that those may write who are known.
//
//	go run ./examples/tutorial
package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

//docs:begin get

// Note is something to remember.
type Note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
	By   string `json:"by" doc:"Who wrote it."`
}

func getNote(_ context.Context, in struct {
	ID    int `path:"id" validate:"min=1"`
	Store *Store
}) (Note, error) {
	note, found := in.Store.note(in.ID)
	if !found {
		return Note{}, problem.NotFound("there is no such note")
	}
	return note, nil
}

//docs:end get

//docs:begin add
type newNote struct {
	Text string `json:"text" validate:"required,max=200" example:"Buy bread"`
}

func addNote(_ context.Context, in struct {
	New   newNote `body:"json"`
	Store *Store
	User  *User
}) (Note, error) {
	return in.Store.add(in.New.Text, in.User.Name), nil
}

//docs:end add

//docs:begin user

// User is whoever is calling.
type User struct{ Name string }

func currentUser(_ context.Context, token security.BearerToken) (*User, error) {
	if string(token) != "let-me-in" {
		return nil, security.InvalidToken()
	}
	return &User{Name: "ada"}, nil
}

//docs:end user

//docs:begin main
func newAPI() *mortise.API {
	api := mortise.New("Notes", "1.0.0")
	api.Provide(mortise.Depends(openStore, di.Application), mortise.Depends(currentUser))

	mortise.Get(api, "/notes/{id}", getNote, mortise.Public(), router.Problems(404))
	mortise.Post(api, "/notes", addNote, router.Status(201)) // needs a *User, so it is locked
	return api
}

//docs:end main

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
