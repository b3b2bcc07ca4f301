// Alternatives shows a user who comes with a token or with an API key, and a
// route that knows the user if there is one.
//
//	go run ./examples/alternatives
package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
)

//docs:begin users

// User is whoever is calling.
type User struct {
	Name string `json:"name"`
	By   string `json:"by"`
}

func userOfToken(_ context.Context, token security.BearerToken) (*User, error) {
	if string(token) != "let-me-in" {
		return nil, security.InvalidToken()
	}
	return &User{"ada", "token"}, nil
}

func userOfKey(_ context.Context, key security.APIKey) (*User, error) {
	if string(key) != "k-123" {
		return nil, security.InvalidAPIKey()
	}
	return &User{"robot", "key"}, nil
}

//docs:end users

//docs:begin handlers
func profile(_ context.Context, user *User) (*User, error) { return user, nil }

func hello(_ context.Context, user mortise.Optional[*User]) (string, error) {
	if u, known := user.Get(); known {
		return "Hello, " + u.Name, nil
	}
	return "Hello, stranger", nil
}

//docs:end handlers

//docs:begin api
func newAPI() *mortise.API {
	user := security.AnyOf[*User](
		mortise.Depends(userOfToken, security.Bearer(security.SchemeConfig{})),
		mortise.Depends(userOfKey, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
	)
	api := mortise.New("Alternatives", "1.0.0")
	api.Provide(user, security.Optional[*User](user))

	mortise.Get(api, "/profile", profile)               // token or key
	mortise.Get(api, "/hello", hello, mortise.Public()) // token or key or nothing
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
