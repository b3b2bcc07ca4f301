// Guide-echo is the guide on Echo: the same API with the same flags, beside a
// route of Echo's own and behind middleware of Echo's. Run it and open /docs.
//
//	cd examples/guide-echo
//	go run . -addr 127.0.0.1:8080 -data /var/lib/guide
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/examples/guide/blog"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen at")
	data := flag.String("data", "", "`directory` for state that survives a restart; empty keeps it in memory")
	production := flag.Bool("production", false, "refuse to start without JWT_SECRET_KEY")
	proxies := flag.String("trusted-proxies", "", "`networks` of proxies that may say who their client is, separated by commas")
	flag.Parse()

	secret, err := secretKey(os.Getenv("JWT_SECRET_KEY"), *production)
	if err == nil {
		err = run(*addr, blog.Config{Secret: secret, Directory: *data, TrustedProxies: list(*proxies)})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "guide-echo:", err)
		os.Exit(1)
	}
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

// list takes apart what commas separate.
func list(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

// secretKey decides which secret signs tokens.
func secretKey(configured string, production bool) ([]byte, error) {
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
