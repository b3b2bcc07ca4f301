// Worker shows work outside of requests that needs what the API provides: a
// task at the start, and one that runs again and again.
//
//	go run ./examples/worker
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
)

//docs:begin functions
func fill(_ context.Context, s *Store) (mortise.None, error) {
	s.add("bread", "milk")
	return mortise.None{}, nil
}

// expire is the same kind of function as a handler.
func expire(_ context.Context, s *Store) (string, error) { return s.drop(), nil }

func list(_ context.Context, s *Store) ([]string, error) { return s.all(), nil }

//docs:end functions

func newAPI() *mortise.API {
	api := mortise.New("Worker", "1.0.0")
	api.Provide(mortise.Depends(openStore, di.Application))
	mortise.Get(api, "/items", list, mortise.Public())
	return api
}

//docs:begin work
func work(ctx context.Context, api *mortise.API, ticks <-chan time.Time) error {
	next, err := di.Prepare(api.ProvidedScope(), api.Container(), expire)
	if err != nil {
		return err // a mistake, as those of Build
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			item, err := next(ctx)
			slog.Info("expired", "item", item, "error", err)
		}
	}
}

func run(ctx context.Context, api *mortise.API) error {
	if _, err := mortise.Call(ctx, api, fill); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() { worked <- work(ctx, api, time.Tick(time.Minute)) }()
	err := mortise.Serve(ctx, api, "127.0.0.1:8080")
	stop()
	return errors.Join(err, <-worked)
}

//docs:end work

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, newAPI()); err != nil {
		slog.Error("worker", "error", err)
	}
}
