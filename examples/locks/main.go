// Locks shows signed tokens, and the guards that look at who sent one: scopes,
// roles, permissions and ownership.
//
//	JWT_SECRET=$(openssl rand -base64 48) go run ./examples/locks
package main

import (
	"context"
	"os"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

//docs:begin verifier
type config struct{ secret []byte }

func (c config) verifier(context.Context, mortise.None) (*security.Verifier, error) {
	return security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"},
		Key:        c.secret,
		Issuer:     "https://login.example.com",
		Audience:   []string{"blog"},
	})
}

//docs:end verifier

//docs:begin claims

// Claims are what a token says.
type Claims struct {
	jwt.RegisteredClaims
	Scope security.GrantedScopes `json:"scope"`
}

func claims(_ context.Context, in struct {
	Token    security.BearerToken
	Verifier *security.Verifier
}) (*Claims, error) {
	return security.Verify[Claims](in.Verifier, string(in.Token))
}

func currentUser(_ context.Context, c *Claims) (*User, error) {
	if user := find(c.Subject); user != nil {
		return user, nil
	}
	return nil, security.UserNotFound()
}

//docs:end claims

//docs:begin api
func newAPI(c config) *mortise.API {
	api := mortise.New("Locks", "1.0.0", router.Strict())
	api.Provide(mortise.Depends(c.verifier, di.Application), mortise.Depends(claims), mortise.Depends(currentUser))
	mortise.Get(api, "/posts/{id}", getPost, mortise.Public())
	mortise.Get(api, "/me", me) // needs a *User
	mortise.Get(api, "/stats", stats, mortise.Security(verifyScopes, "stats:read"))
	mortise.Get(api, "/users", listUsers, mortise.RequireRole[*User]("admin"))
	mortise.Delete(api, "/posts/{id}", deletePost, mortise.RequirePermission[*User]("posts:delete"))
	mortise.Put(api, "/posts/{id}", putPost, mortise.RequireOwner[*User](findPost, security.OrRole("admin")))
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(config{[]byte(os.Getenv("JWT_SECRET"))}), "127.0.0.1:8080") }
