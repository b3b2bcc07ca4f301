// Films is an API about films, after a tutorial that builds it with Connexion:
// signup, login, refresh and logout, four kinds of tokens, and two roles.
//
//	go run ./examples/films -data /var/lib/films -admin leia@example.com
//
// Its secrets are taken from JWT_SECRET, JWT_REFRESH_SECRET, JWT_EMAIL_SECRET and
// JWT_PASSWORD_SECRET; without them it makes new ones for each run, which it says.
// Mail goes to the terminal.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/mortise-go/mortise/examples/films/films"
)

func main() {
	options := films.Flags(flag.CommandLine)
	flag.Parse()
	if err := films.Run(context.Background(), options, nil); err != nil {
		fmt.Fprintln(os.Stderr, "films:", err)
		os.Exit(1)
	}
}
