// Films-redis is examples/films with the state of tokens on a Redis or Valkey
// server.
//
//	go run . -redis redis://127.0.0.1:6379/0
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/examples/films/films"
)

// server is one pool of connections, whoever asks.
type server struct {
	*mortiseredis.Stores

	client *redis.Client
}

// Tokens is where revocations are.
func (s *server) Tokens() films.TokenStore { return s.Stores.Tokens() }

// Close closes the pool.
func (s *server) Close() error { return s.client.Close() }

// open returns the server of a URL, whether it answers or not: that is told to the
// log, which learns the host and the database and nothing else of the URL.
func open(ctx context.Context, log *slog.Logger, url string) (films.Redis, error) {
	client, err := mortiseredis.Open(url)
	if err != nil {
		return nil, err
	}
	stores, err := mortiseredis.New(client, mortiseredis.Config{Prefix: "films:"})
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	s := &server{stores, client}
	options := client.Options()
	at := slog.Group("redis", slog.String("host", options.Addr), slog.Int("db", options.DB))
	soon, done := context.WithTimeout(ctx, 2*time.Second)
	defer done()
	if err := s.Ready(soon); err != nil {
		log.ErrorContext(ctx, "cannot use Redis; requests that need it are answered 503", at, slog.Any("error", err))
	} else {
		log.InfoContext(ctx, "connected to Redis", at)
	}
	return s, nil
}

func main() {
	options := films.Flags(flag.CommandLine)
	flag.Parse()
	ctx := context.Background()
	err := films.Run(ctx, options, func(url string) (films.Redis, error) { return open(ctx, slog.Default(), url) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "films-redis:", err)
		os.Exit(1)
	}
}
