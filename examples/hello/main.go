// Hello is the smallest program: one route, one parameter, and a page that
// documents them.
//
//	go run ./examples/hello
package main

import (
	"context"

	"github.com/mortise-go/mortise"
)

// Greeting is the answer.
type Greeting struct {
	Message string `json:"message"`
}

func hello(_ context.Context, in struct {
	Name string `path:"name"`
}) (Greeting, error) {
	return Greeting{"Hello, " + in.Name}, nil
}

func newAPI() *mortise.API {
	api := mortise.New("Hello", "1.0.0")
	mortise.Get(api, "/hello/{name}", hello, mortise.Public())
	return api
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
