// Resources shows values that have to be closed: a ledger that is opened once,
// and a transaction per request that is committed, or rolled back when the
// handler fails.
//
//	go run ./examples/resources
package main

import (
	"context"
	"log/slog"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
)

//docs:begin application
func open(context.Context, mortise.None) (di.Resource[*Ledger], error) {
	ledger := &Ledger{balances: map[string]int{"ada": 100, "grace": 0}}
	return di.Resource[*Ledger]{Value: ledger, Close: func(error) error {
		slog.Info("the ledger is closed")
		return nil
	}}, nil
}

//docs:end application

//docs:begin transaction
func begin(_ context.Context, ledger *Ledger) (di.Resource[*Tx], error) {
	tx := ledger.begin()
	return di.Resource[*Tx]{Value: tx, Close: func(err error) error {
		if err != nil {
			return tx.rollback()
		}
		return tx.commit()
	}}, nil
}

//docs:end transaction

//docs:begin handler
type transfer struct {
	From   string `json:"from" validate:"required"`
	To     string `json:"to" validate:"required"`
	Amount int    `json:"amount" validate:"min=1"`
}

func pay(_ context.Context, in struct {
	Transfer transfer `body:"json"`
	Tx       *Tx
}) (mortise.None, error) {
	in.Tx.add(in.Transfer.To, in.Transfer.Amount)
	if in.Tx.add(in.Transfer.From, -in.Transfer.Amount) < 0 {
		return mortise.None{}, problem.Conflict("the balance is too low") // both lines are undone
	}
	return mortise.None{}, nil
}

func balances(_ context.Context, tx *Tx) (map[string]int, error) { return tx.balances, nil }

//docs:end handler

func newAPI() *mortise.API {
	api := mortise.New("Resources", "1.0.0")
	//docs:begin provide
	api.Provide(mortise.Depends(open, di.Application), mortise.Depends(begin))
	//docs:end provide
	mortise.Post(api, "/transfers", pay, mortise.Public())
	mortise.Get(api, "/balances", balances, mortise.Public())
	return api
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
