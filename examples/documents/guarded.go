package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi/ui"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

//docs:begin guard

// colleague lets those pass who know the password of the house.
func colleague(_ context.Context, c security.BasicCredentials) (mortise.None, error) {
	given := sha256.Sum256([]byte(c.Password))
	if subtle.ConstantTimeCompare(given[:], passwordOfTheHouse[:]) != 1 {
		return mortise.None{}, security.InvalidCredentials("Wrong password")
	}
	return mortise.None{}, nil
}

var passwordOfTheHouse = sha256.Sum256([]byte("mind the step"))

// newInternalAPI has documentation for colleagues only.
func newInternalAPI() *mortise.API {
	return mortise.New("Sensors, inside", "1.2.0",
		router.GuardDocs(mortise.Depends(colleague)),
		router.DocsPage(ui.Config{
			ClientID:  "sensors-docs",
			Scopes:    []string{"openid"},
			ConnectTo: []string{"https://login.example.com"},
		}))
}

//docs:end guard
