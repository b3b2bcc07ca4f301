// Errors shows what clients are told: problems, error types of the program's
// own, and nothing about the rest. With -fastapi the answers look as FastAPI's.
//
//	go run ./examples/errors
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

//docs:begin problem
var errNoAccount = problem.NotFound("there is no such account")

func balance(_ context.Context, in struct {
	Account string `path:"account" validate:"alpha,max=20"`
}) (int, error) {
	if err := lookup(in.Account); err != nil {
		return 0, errNoAccount.Because(err) // the cause is for the log
	}
	return 100, nil
}

//docs:end problem

//docs:begin own

// OverdrawnError speaks to the client in its methods, and to the log in Error.
type OverdrawnError struct{ Missing int }

func (e *OverdrawnError) Error() string   { return fmt.Sprintf("account overdrawn by %d", e.Missing) }
func (e *OverdrawnError) StatusCode() int { return http.StatusConflict }
func (e *OverdrawnError) Code() string    { return "overdrawn" }
func (e *OverdrawnError) Detail() string  { return "the balance is too low" }

func pay(_ context.Context, in struct {
	Amount int `query:"amount" validate:"min=1"`
}) (mortise.None, error) {
	if in.Amount > 100 {
		return mortise.None{}, fmt.Errorf("paying: %w", &OverdrawnError{in.Amount - 100})
	}
	return mortise.None{}, nil
}

//docs:end own

//docs:begin plain
func report(context.Context, mortise.None) (string, error) {
	return "", errors.New("dial tcp 10.1.2.3:5432: connection refused")
}

//docs:end plain

//docs:begin api
func newAPI(opts ...mortise.Option) *mortise.API {
	api := mortise.New("Errors", "1.0.0", opts...)
	mortise.Get(api, "/accounts/{account}/balance", balance, mortise.Public(), router.Problems(404))
	mortise.Post(api, "/payments", pay, mortise.Public(), router.Problems(409))
	mortise.Get(api, "/report", report, mortise.Public())
	return api
}

//docs:end api

func main() {
	fastapi := flag.Bool("fastapi", false, "answer as FastAPI does")
	flag.Parse()
	var opts []mortise.Option
	if *fastapi {
		opts = append(opts, router.RenderErrors(problem.FastAPI{}))
	}
	mortise.Run(newAPI(opts...), "127.0.0.1:8080")
}
