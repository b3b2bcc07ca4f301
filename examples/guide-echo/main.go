// Guide-echo is the guide on Echo: the same API with the same flags, beside a
// route of Echo's own and behind middleware of Echo's. Run it and open /docs.
//
//	cd examples/guide-echo
//	go run . -addr 127.0.0.1:8080 -data /var/lib/guide
package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/command"
)

func main() {
	o, err := command.Parse(flag.CommandLine, os.Args[1:])
	switch {
	case err != nil:
	case o.Redis != "":
		err = errors.New("-redis is for examples/guide-redis; this program keeps its state to itself")
	default:
		err = run(o.Addr, o.Config)
	}
	command.Exit("guide-echo", err)
}

// run serves the blog on Echo. The other commands need no server, so that they
// are those of every API.
func run(addr string, c blog.Config) error {
	app, err := blog.New(c)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if name := flag.Arg(0); name == "" || name == "serve" {
		err = serve(ctx, addr, app)
	} else {
		err = mortise.RunContext(ctx, app.API, addr)
	}
	return errors.Join(err, app.Close())
}
