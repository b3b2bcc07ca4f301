// Connexion shows an API whose locks stand in an OpenAPI document, by the names
// of the functions that verify credentials. It has the five sample programs of
// Connexion in one: token information by function and by address, users, keys,
// and JSON Web Tokens, and combinations of them.
package main

import (
	"context"
	_ "embed"
	"log"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/connexion"
)

//go:embed openapi.json
var document []byte

//docs:begin locks

// locks gives the names in the document their meaning.
func locks(c connexion.Config, signer *signer) (*connexion.Security, error) {
	functions := connexion.NewRegistry(c)
	functions.RegisterVerifier("app.token_info", tokenInfo)
	functions.RegisterVerifier("app.basic_auth", basicAuth)
	functions.RegisterVerifier("app.apikey_auth", apikeyAuth)
	functions.RegisterVerifier("app.decode_token", signer.decodeToken)
	return functions.Load(document)
}

//docs:end locks

//docs:begin api
func newAPI(locks *connexion.Security, signer *signer) *mortise.API {
	api := mortise.New("Connexion", "1.0.0", router.Strict())
	subject := security.SubjectOf() // of what stands before it
	mortise.Get(api, "/oauth/greeting/{name}", greeting, locks.Operation("greeting"))
	mortise.Get(api, "/oauth-url/greeting/{name}", greeting, locks.Operation("greeting_by_url"))
	mortise.Get(api, "/basic/secret", secret, locks.Operation("basic_secret"), subject)
	mortise.Get(api, "/key/secret", secret, locks.Operation("key_secret"), subject)
	mortise.Get(api, "/jwt/token/{user}", signer.generateToken, mortise.Public())
	mortise.Get(api, "/jwt/secret", secret, locks.Operation("jwt_secret"), subject)
	mortise.Get(api, "/together", together, locks.OperationSet("together"))
	mortise.Get(api, "/either", secret, locks.Operation("either"), subject)
	mortise.Get(api, "/maybe", maybe, locks.Operation("maybe"), mortise.Public())
	return api
}

//docs:end api

//docs:begin handlers

// greeting takes what a token says, and secret only whose it is.
func greeting(_ context.Context, in struct {
	Name string `path:"name"`
	Info *security.TokenInfo
}) (string, error) {
	return "Hello " + in.Name + ", says " + in.Info.Sub, nil
}

func secret(_ context.Context, user security.Subject) (string, error) {
	return "You are " + string(user), nil
}

// together takes the information of both schemes, by their names.
func together(_ context.Context, set security.AuthSet) (string, error) {
	return set["oauth"].Sub + " by way of " + set["api_key"].Sub, nil
}

//docs:end handlers

func maybe(_ context.Context, who mortise.Optional[*security.TokenInfo]) (string, error) {
	if info, known := who.Get(); known {
		return "You are " + info.Sub, nil
	}
	return "You are anybody", nil
}

func main() {
	signer, err := newSigner()
	if err != nil {
		log.Fatal(err)
	}
	found, err := locks(connexion.Config{Remote: askTokenInfo}, signer)
	if err != nil {
		log.Fatal(err)
	}
	mortise.Run(newAPI(found, signer), "127.0.0.1:8080")
}
