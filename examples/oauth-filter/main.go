// Oauth-filter guards all routes of an API with the tokens of an authorization
// server, signed ones and opaque ones, as the OAuth filter for Flask does.
//
//	CLIENT_SECRET=… go run ./examples/oauth-filter -issuer https://login.example.com -audience https://films.example -client api
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

//docs:begin checker

// config is what the API has to know of the authorization server.
type config struct {
	issuer, audience string
	client, secret   string // of this API, to ask about opaque tokens
	maxTTL           time.Duration
	connection       oauth.Connection
}

func (c config) checker(ctx context.Context) (oauth.Checker, error) {
	server, err := oauth.Discover(ctx, c.issuer, c.connection)
	if err != nil {
		return nil, err
	}
	signed, err := c.signed(ctx, server)
	if err != nil {
		return nil, err
	}
	opaque, err := oauth.NewIntrospection(oauth.RemoteConfig{
		URL:        server.IntrospectionEndpoint,
		Issuer:     c.issuer,
		Audience:   []string{c.audience},
		MaxTTL:     c.maxTTL,
		Connection: c.connection,
	}, oauth.ClientSecretBasic(c.client, c.secret))
	if err != nil {
		return nil, err
	}
	return oauth.ByForm(signed, opaque), nil
}

func (c config) signed(ctx context.Context, server *oauth.Metadata) (oauth.Checker, error) {
	keys, err := oauth.NewJWKS(ctx, oauth.JWKSConfig{URL: server.JWKSURI, Connection: c.connection})
	if err != nil {
		return nil, err
	}
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"RS256", "PS256", "ES256", "EdDSA"},
		Source:     keys,
		Issuer:     c.issuer,
		Audience:   []string{c.audience},
	})
	if err != nil {
		return nil, err
	}
	return oauth.NewJWT(verifier), nil
}

//docs:end checker

//docs:begin api
func newAPI(c oauth.Checker) *mortise.API {
	api := mortise.New("Films", "1.0.0", router.Strict(), router.RenderErrors(plain{}))
	api.Provide(oauth.Token(c))
	api.Require(oauth.RequireScope("films:read")) // the filter, before all routes

	mortise.Get(api, "/hello_world", hello)
	mortise.Post(api, "/films", addFilm, oauth.RequireScope("films:write"), router.Status(201)) // needs both
	mortise.Get(api, "/health", health, mortise.Public())
	return api
}

func hello(_ context.Context, token *security.TokenInfo) (map[string]string, error) {
	return map[string]string{"hello": user(token)}, nil
}

// user is the name of whoever logged in; a machine has none but the client's.
func user(token *security.TokenInfo) string {
	if token.Sub != "" {
		return token.Sub
	}
	return token.ClientID
}

//docs:end api

// Film is one that is added.
type Film struct {
	Title string `json:"title" validate:"required"`
	By    string `json:"by,omitempty"`
}

func addFilm(_ context.Context, in struct {
	Token *security.TokenInfo
	Film  Film `body:"json"`
}) (Film, error) {
	in.Film.By = user(in.Token)
	return in.Film, nil
}

func health(context.Context, mortise.None) (string, error) { return "ok", nil }

func main() {
	var c config
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen at")
	flag.StringVar(&c.issuer, "issuer", "", "the authorization server")
	flag.StringVar(&c.audience, "audience", "", "what tokens call this API")
	flag.StringVar(&c.client, "client", "", "what the server calls this API when it asks about tokens")
	flag.DurationVar(&c.maxTTL, "ttl", 0, "how long answers are remembered")
	flag.BoolVar(&c.connection.DangerouslyAllowHTTP, "dangerously-allow-http", false, "for a server on this machine")
	flag.Parse()
	c.secret = os.Getenv("CLIENT_SECRET")

	checker, err := c.checker(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mortise.Run(newAPI(checker), *addr)
}
