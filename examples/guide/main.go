// Guide is a small blog API with every kind of lock: tokens, scopes, API keys,
// Basic, a second factor, roles, permissions, ownership, quotas and addresses. Run it and open /docs.
//
//	go run ./examples/guide -addr 127.0.0.1:8080 -data /var/lib/guide
//
// Its secret is taken from JWT_SECRET_KEY; without one it makes a new one for
// each run, which it says, and which -production refuses.
package main

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

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen at")
	data := flag.String("data", "", "`directory` for state that survives a restart; empty keeps it in memory")
	production := flag.Bool("production", false, "refuse to start without JWT_SECRET_KEY")
	proxies := flag.String("trusted-proxies", "", "`networks` of proxies that may say who their client is, separated by commas")
	flag.Parse()

	secret, err := secretKey(os.Getenv("JWT_SECRET_KEY"), *production)
	if err != nil {
		fail(err)
	}
	if err := run(*addr, blog.Config{Secret: secret, Directory: *data, TrustedProxies: list(*proxies)}); err != nil {
		fail(err)
	}
}

func run(addr string, c blog.Config) error {
	app, err := blog.New(c)
	if err != nil {
		return err
	}
	health, err := middleware.NewHealth(middleware.HealthConfig{})
	if err == nil {
		err = mortise.RunContext(context.Background(), app.API, addr, mortise.Health(health, 0))
	}
	return errors.Join(err, app.Close())
}

// list takes apart what commas separate.
func list(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "guide:", err)
	os.Exit(1)
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
