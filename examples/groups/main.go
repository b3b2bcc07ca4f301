// Groups shows routes that share a prefix, tags and guards, and a route that
// opts out of the guards.
//
//	go run ./examples/groups
package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// User is whoever is calling.
type User struct{ Name, Role string }

// HasRole reports whether the user has the role.
func (u *User) HasRole(role string) bool { return u.Role == role }

func currentUser(_ context.Context, token security.BearerToken) (*User, error) {
	switch token {
	case "token-of-ada":
		return &User{"ada", "admin"}, nil
	case "token-of-bob":
		return &User{"bob", "reader"}, nil
	}
	return nil, security.InvalidToken()
}

//docs:begin team

// Team is what the paths of the inner group begin with.
type Team struct {
	Name string `json:"name"`
}

func findTeam(_ context.Context, in struct {
	Name string `path:"team"`
}) (*Team, error) {
	if in.Name != "blue" {
		return nil, problem.NotFound("there is no such team")
	}
	return &Team{in.Name}, nil
}

//docs:end team

func listUsers(context.Context, mortise.None) ([]string, error) { return []string{"ada", "bob"}, nil }
func ping(context.Context, mortise.None) (string, error)        { return "pong", nil }
func getTeam(_ context.Context, team *Team) (*Team, error)      { return team, nil }
func members(_ context.Context, _ *Team) ([]string, error)      { return []string{"bob"}, nil }
func whoAmI(_ context.Context, user *User) (string, error)      { return user.Name, nil }

//docs:begin api
func newAPI() *mortise.API {
	api := mortise.New("Groups", "1.0.0", router.Strict())
	api.Provide(mortise.Depends(currentUser))
	mortise.Get(api, "/me", whoAmI)

	admin := api.Group("/admin", router.Tags("administration"), mortise.RequireRole[*User]("admin"))
	mortise.Get(admin, "/users", listUsers)
	mortise.Get(admin, "/ping", ping, mortise.Public()) // without the role, without a token

	team := admin.Group("/teams/{team}", router.Tags("teams"), router.Problems(404))
	team.Provide(mortise.Depends(findTeam))
	mortise.Get(team, "", getTeam)
	mortise.Get(team, "/members", members)
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
