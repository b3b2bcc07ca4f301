// Guide is a small blog API with every kind of lock: tokens, scopes, API keys,
// Basic, sessions, a second factor, roles, permissions, ownership, quotas and
// addresses. Run it and open /docs.
//
//	go run ./examples/guide -addr 127.0.0.1:8080 -data /var/lib/guide
//
// Its secret is taken from JWT_SECRET_KEY; without one it makes a new one for
// each run, which it says, and which -production refuses.
package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"github.com/mortise-go/mortise/examples/guide/command"
)

func main() { command.Exit("guide", run(context.Background(), flag.CommandLine, os.Args[1:])) }

var errRedis = errors.New("-redis is a flag of another program, because this one is made without a client for Redis; run: cd examples/guide-redis && go run . -redis URL")

func run(ctx context.Context, flags *flag.FlagSet, args []string) error {
	o, err := command.Parse(flags, args)
	switch {
	case err != nil:
		return err
	case o.Redis != "":
		return errRedis
	}
	return o.Run(ctx)
}
