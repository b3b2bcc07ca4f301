// Guide-redis is the guide for several processes: limits, revoked tokens, refresh
// tokens, sessions, what was sent by mail and used codes are on a Redis or Valkey
// server that they share.
//
//	cd examples/guide-redis
//	JWT_SECRET_KEY=... go run . -redis redis://127.0.0.1:6379/0
//
// It has the flags of the guide. It is a module of its own, so that the guide
// needs no client for Redis.
package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/command"
)

func main() {
	command.Exit("guide-redis", run(context.Background(), flag.CommandLine, os.Args[1:]))
}

func run(ctx context.Context, flags *flag.FlagSet, args []string) error {
	o, err := command.Parse(flags, args)
	switch {
	case err != nil:
		return err
	case o.Redis == "":
		return errors.New("-redis is not given; it takes the URL of a server, such as redis://127.0.0.1:6379/0; the program without a server is examples/guide")
	}
	shared, stores, err := open(o.Redis, "guide:")
	if err != nil {
		return err
	}
	o.Config.Stores = stores
	o.Checks = map[string]func(context.Context) error{"redis": shared.Ready}
	return o.Run(ctx)
}

//docs:begin stores

// open puts every store of the guide on one server. Blogs with different prefixes
// know nothing of each other.
func open(url, prefix string) (*mortiseredis.Stores, blog.Stores, error) {
	client, err := mortiseredis.Open(url)
	if err != nil {
		return nil, blog.Stores{}, err
	}
	shared, err := mortiseredis.New(client, mortiseredis.Config{Prefix: prefix})
	if err != nil {
		return nil, blog.Stores{}, errors.Join(err, client.Close())
	}
	return shared, blog.Stores{
		Limits:   shared.Limits(),
		Tokens:   shared.Tokens(),
		Sessions: shared.Sessions(),
		Resets:   shared.Resets(),
		Codes:    shared.Codes(),
		Close:    client.Close,
	}, nil
}

//docs:end stores
