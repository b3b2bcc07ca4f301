// Answers shows what a handler can answer with: a value, a status, headers,
// cookies, nothing, or a redirection.
//
//	go run ./examples/answers
package main

import (
	"context"
	"net/http"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

//docs:begin envelope

// Book is what the API is about.
type Book struct {
	Title string   `json:"title"`
	By    []string `json:"by"`
}

type found struct {
	Status int    `status:""` // 0 means the status of the route, 200
	ETag   string `header:"ETag"`
	Book   Book   `body:"json"`
}

func getBook(_ context.Context, in struct {
	Known string `header:"If-None-Match" required:"false"`
}) (found, error) {
	if in.Known == `"1"` {
		return found{Status: http.StatusNotModified, ETag: `"1"`}, nil // goes without a body
	}
	return found{ETag: `"1"`, Book: Book{Title: "Notes"}}, nil
}

//docs:end envelope

//docs:begin created
type created struct {
	Location string       `header:"Location"`
	Last     *http.Cookie `cookie:"last_book"`
	Book     Book         `body:"json"`
}

func addBook(_ context.Context, in struct {
	Book Book `body:"json"`
}) (created, error) {
	last := &http.Cookie{Value: "2", Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
	return created{"/books/2", last, in.Book}, nil
}

//docs:end created

//docs:begin nothing
func deleteBook(context.Context, mortise.None) (mortise.None, error) { return mortise.None{}, nil }

func latest(context.Context, mortise.None) (mortise.Redirect, error) {
	return mortise.Redirect{To: "/books/1"}, nil
}

//docs:end nothing

//docs:begin routes
func newAPI() *mortise.API {
	api := mortise.New("Answers", "1.0.0")
	books := api.Group("/books", mortise.Public())
	mortise.Get(books, "/1", getBook, router.Response(openapi.Response{Status: 304}))
	mortise.Post(books, "", addBook, router.Status(201))
	mortise.Delete(books, "/1", deleteBook)
	mortise.Get(books, "/latest", latest)
	return api
}

//docs:end routes

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
