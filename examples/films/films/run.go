package films

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
)

// A Redis keeps the state of tokens on a server.
type Redis interface {
	io.Closer
	Tokens() TokenStore
	// Ready reports whether the server can be used.
	Ready(ctx context.Context) error
}

// ErrNoRedis is the error of -redis for a program that was built without it.
var ErrNoRedis = errors.New("-redis: this program was built without Redis, so that Mortise does not depend on it; run the one in examples/films-redis, which has the same flags")

// Options are the flags of a program.
type Options struct {
	Addr, Redis string
	Config
}

// Flags declares the flags of both programs.
func Flags(f *flag.FlagSet) *Options {
	o := new(Options)
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` to listen at")
	f.StringVar(&o.Directory, "data", "", "`directory` for what survives a restart; empty keeps it in memory")
	f.StringVar(&o.Admin, "admin", "", "`address` whose account is an admin's")
	f.StringVar(&o.Redis, "redis", "", "`URL` of the server that remembers revoked tokens")
	return o
}

// Run serves the API until ctx ends. Open opens the server of -redis; nil says
// that the program has none.
func Run(ctx context.Context, o *Options, open func(url string) (Redis, error), opts ...mortise.ServeOption) (err error) {
	if o.Secrets, err = SecretsFrom(os.Getenv); err != nil {
		return err
	}
	if os.Getenv(secretNames[0]) == "" {
		slog.Warn("JWT_SECRET is not set: tokens are signed with random secrets and end with this run")
	}
	checks := map[string]func(context.Context) error{}
	if o.Redis != "" {
		if open == nil {
			return ErrNoRedis
		}
		server, err := open(o.Redis)
		if err != nil {
			return err
		}
		defer func() { _ = server.Close() }()
		o.Tokens, checks["redis"] = server.Tokens(), server.Ready
	}
	return serve(ctx, o, checks, opts)
}

func serve(ctx context.Context, o *Options, checks map[string]func(context.Context) error, opts []mortise.ServeOption) error {
	health, err := middleware.NewHealth(middleware.HealthConfig{Checks: checks})
	if err != nil {
		return err
	}
	app, err := New(o.Config)
	if err != nil {
		return err
	}
	err = mortise.RunContext(ctx, app.API, o.Addr, append(opts, mortise.Health(health, 0))...)
	return errors.Join(err, app.Close())
}
