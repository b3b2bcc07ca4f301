// Cedar shows an API whose rights are decided by rules in the Cedar language.
package main

import (
	"context"
	"log"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// User is whoever is calling.
type User struct {
	Name   string
	Groups []string
}

// Photo is what the rules are about.
type Photo struct {
	ID        string `json:"id"`
	Owner     string `json:"owner"`
	Exhibited bool   `json:"exhibited"`
}

// userOf knows people by what they send as a key. Keys that guard anything are
// long and stored as hashes.
func userOf(_ context.Context, key security.APIKey) (*User, error) {
	groups, known := map[security.APIKey][]string{
		"ada":  nil,
		"ben":  {"friends of ada"},
		"cleo": {"curators"},
		"dan":  {"friends of ben"},
	}[key]
	if !known {
		return nil, security.InvalidAPIKey()
	}
	return &User{Name: string(key), Groups: groups}, nil
}

func findPhoto(_ context.Context, in struct {
	ID string `path:"id"`
}) (*Photo, error) {
	switch in.ID {
	case "cat":
		return &Photo{ID: "cat", Owner: "ada"}, nil
	case "sea":
		return &Photo{ID: "sea", Owner: "ada", Exhibited: true}, nil
	}
	return nil, problem.NotFound("there is no such photo")
}

func view(_ context.Context, p *Photo) (*Photo, error) { return p, nil }

func remove(context.Context, *Photo) (mortise.None, error) { return mortise.None{}, nil }

func newAPI(e *engine) *mortise.API {
	api := mortise.New("Photos", "1.0.0", router.Strict())
	api.Provide(
		mortise.Depends(userOf, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
		mortise.Depends(findPhoto))
	mortise.Get(api, "/photos/{id}", view, mortise.RequirePolicy(e.may("view")))
	mortise.Delete(api, "/photos/{id}", remove, mortise.RequirePolicy(e.may("delete")))
	return api
}

func main() {
	e, err := newEngine(rules)
	if err != nil {
		log.Fatal(err)
	}
	mortise.Run(newAPI(e), "127.0.0.1:8080")
}
