// Dependencies shows the three places for a dependency, and that each runs once
// for a request however many need it.
//
//	go run ./examples/dependencies
package main

import (
	"context"

	"github.com/mortise-go/mortise"
)

//docs:begin functions

// Trace is what has run so far for a request.
type Trace struct{ steps []string }

func newTrace(context.Context, mortise.None) (*Trace, error) { return &Trace{}, nil }

// Client is the program that asks.
type Client string

func client(_ context.Context, in struct {
	Name  string `header:"X-Client" doc:"The name of the program that asks."`
	Trace *Trace
}) (Client, error) {
	in.Trace.steps = append(in.Trace.steps, "client")
	return Client(in.Name), nil
}

// Window is a part of a list.
type Window struct{ From, To int }

func window(_ context.Context, in struct {
	Page  int `query:"page" default:"1" validate:"min=1,max=1000"`
	Trace *Trace
}) (Window, error) {
	in.Trace.steps = append(in.Trace.steps, "window")
	return Window{2*in.Page - 2, 2 * in.Page}, nil
}

// Titles are the books of a page.
type Titles []string

func titles(_ context.Context, w Window) (Titles, error) {
	all := Titles{"Notes", "Sketches", "Letters"}
	return all[min(w.From, len(all)):min(w.To, len(all))], nil
}

//docs:end functions

type page struct {
	Client Client   `json:"client"`
	Titles Titles   `json:"titles"`
	Steps  []string `json:"steps"`
}

func listBooks(_ context.Context, in struct {
	Client Client
	Titles Titles
	Trace  *Trace
}) (page, error) {
	return page{in.Client, in.Titles, in.Trace.steps}, nil
}

//docs:begin api
func newAPI() *mortise.API {
	catalogue := mortise.Depends(titles, mortise.Depends(window)) // brings what it needs

	api := mortise.New("Dependencies", "1.0.0")
	api.Provide(mortise.Depends(newTrace)) // runs where somebody needs a *Trace
	api.Require(mortise.Depends(client))   // runs for every route
	mortise.Get(api, "/books", listBooks, catalogue, mortise.Public())
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
