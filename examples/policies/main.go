// Policies shows roles in an order, permissions that roles grant, and policies
// that are combined, each declared once and checked when the API is built.
package main

import (
	"context"
	"slices"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

//docs:begin rbac

// rights are all roles, the lowest first, all permissions, and who has what.
func rights() *security.RBAC {
	return security.NewRBAC(security.RBACConfig{
		Roles:       []string{"reader", "author", "admin"},
		Permissions: []string{"posts:read", "posts:write", "posts:comments:delete", "users:read"},
		Grants: map[string][]string{
			"reader": {"posts:read"},
			"author": {"posts:*"},
			"admin":  {"*"},
		},
	})
}

//docs:end rbac

//docs:begin policy

// mayPublish is for authors and admins who are not suspended, and for whoever
// was asked to write for the page.
func mayPublish(rbac *security.RBAC) security.Policy[*User] {
	invited := security.NewPolicy("an invitation", func(_ context.Context, u *User) (bool, error) { return u.Invited, nil })
	return security.All(
		security.Any(security.HasMinRole[*User](rbac, "author"), invited),
		security.Not(security.HasRole[*User]("suspended")),
	)
}

//docs:end policy

//docs:begin struct

// A visit is what a policy looks at that needs more than the user.
type visit = struct {
	User *User
	Team string `path:"team"`
}

func inTeam(_ context.Context, v visit) (bool, error) { return v.User.Team == v.Team, nil }

//docs:end struct

// User is whoever is calling.
type User struct {
	Name    string   `json:"name"`
	Team    string   `json:"team"`
	Roles   []string `json:"roles"`
	Invited bool     `json:"invited"`
}

// HasRole is asked by guards and policies.
func (u *User) HasRole(role string) bool { return slices.Contains(u.Roles, role) }

// userOf knows four people by what they send as a key. Keys that guard anything
// are long and stored as hashes.
func userOf(_ context.Context, key security.APIKey) (*User, error) {
	switch key {
	case "ada":
		return &User{Name: "ada", Team: "red", Roles: []string{"admin"}}, nil
	case "ben":
		return &User{Name: "ben", Team: "red", Roles: []string{"author", "suspended"}}, nil
	case "cleo":
		return &User{Name: "cleo", Team: "blue", Roles: []string{"author"}}, nil
	case "dan":
		return &User{Name: "dan", Team: "blue", Roles: []string{"reader"}, Invited: true}, nil
	}
	return nil, security.InvalidAPIKey()
}

func whoAmI(_ context.Context, u *User) (*User, error) { return u, nil }

//docs:begin api
func newAPI() *mortise.API {
	rbac := rights()
	api := mortise.New("Policies", "1.0.0", router.Strict())
	api.Provide(mortise.Depends(userOf, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})))

	mortise.Get(api, "/posts", whoAmI, mortise.RequireMinRole[*User](rbac, "reader"))
	mortise.Put(api, "/posts", whoAmI, mortise.RequireGrant[*User](rbac, "posts:write"))
	mortise.Post(api, "/posts", whoAmI, mortise.RequirePolicy(mayPublish(rbac)))
	mortise.Get(api, "/teams/{team}", whoAmI,
		mortise.RequirePolicy(security.NewPolicy("membership of the team", inTeam)))
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
