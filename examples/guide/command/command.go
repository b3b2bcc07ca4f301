package command

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/middleware"
)

// Options are what the flags say.
type Options struct {
	// Addr is where to listen.
	Addr string

	// Redis is the URL of a server for what processes share; empty for none.
	Redis string

	// Config is what the blog is made with.
	Config blog.Config

	// Checks make the process ready, by name.
	Checks map[string]func(context.Context) error
}

// Parse reads flags, and the secret from JWT_SECRET_KEY. A main function gives
// [flag.CommandLine], so that [mortise.RunContext] finds the commands behind the
// flags.
func Parse(flags *flag.FlagSet, args []string) (Options, error) {
	var o Options
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` to listen at")
	flags.StringVar(&o.Config.Directory, "data", "", "`directory` for state that survives a restart; empty keeps it in memory")
	flags.StringVar(&o.Redis, "redis", "", "`URL` of a Redis server for what processes share, such as redis://127.0.0.1:6379/0")
	production := flags.Bool("production", false, "refuse to start without JWT_SECRET_KEY")
	proxies := flags.String("trusted-proxies", "", "`networks` of proxies that may say who their client is, separated by commas")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.Config.TrustedProxies = slices.DeleteFunc(strings.Split(*proxies, ","), func(s string) bool { return s == "" })
	var err error
	o.Config.Secret, err = SecretKey(os.Getenv("JWT_SECRET_KEY"), *production)
	return o, err
}

// Run serves a blog until ctx ends.
func (o Options) Run(ctx context.Context) error {
	app, err := blog.New(o.Config)
	if err != nil {
		return err
	}
	health, err := middleware.NewHealth(middleware.HealthConfig{Checks: o.Checks})
	if err == nil {
		err = mortise.RunContext(ctx, app.API, o.Addr, mortise.Health(health, 0))
	}
	return errors.Join(err, app.Close())
}

// Exit ends the program, with a sentence if there is an error.
func Exit(name string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// SecretKey decides which secret signs tokens: the one that is configured, or a
// random one for this run, which production refuses.
func SecretKey(configured string, production bool) ([]byte, error) {
	switch {
	case configured != "":
		return []byte(configured), nil
	case production:
		return nil, errors.New("JWT_SECRET_KEY is not set; -production needs a secret of 32 bytes or more, such as the output of: openssl rand -base64 48")
	}
	slog.Warn("JWT_SECRET_KEY is not set: tokens are signed with a random secret and end with this run")
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	return secret, err
}
