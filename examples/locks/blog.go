package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
)

//docs:begin principal

// User is whoever is calling.
type User struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// HasRole is asked by RequireRole and RequireAnyRole.
func (u *User) HasRole(role string) bool { return u.Role == role }

// HasPermission is asked by RequirePermission.
func (u *User) HasPermission(permission string) bool {
	return u.Role == "admin" || u.Role == "editor" && permission == "posts:delete"
}

//docs:end principal

//docs:begin owner

// Post belongs to whoever wrote it.
type Post struct {
	ID    int    `json:"id"`
	Owner string `json:"owner"`
	Text  string `json:"text"`
}

// OwnedBy is asked by RequireOwner.
func (p *Post) OwnedBy(u *User) bool { return p.Owner == u.Name }

func findPost(_ context.Context, in struct {
	ID int `path:"id"`
}) (*Post, error) {
	if in.ID != 1 {
		return nil, problem.NotFound("there is no such post")
	}
	return &Post{ID: 1, Owner: "ada", Text: "First"}, nil
}

func putPost(_ context.Context, in struct {
	Post *Post // from RequireOwner: the one that was checked
	New  struct {
		Text string `json:"text" validate:"required"`
	} `body:"json"`
}) (*Post, error) {
	in.Post.Text = in.New.Text
	return in.Post, nil
}

//docs:end owner

func find(name string) *User {
	for _, u := range everybody() {
		if u.Name == name {
			return &u
		}
	}
	return nil
}

func everybody() []User { return []User{{"ada", "writer"}, {"bob", "editor"}, {"eve", "admin"}} }

func me(_ context.Context, u *User) (*User, error) { return u, nil }

func stats(context.Context, mortise.None) (int, error) { return 1, nil }

func listUsers(context.Context, mortise.None) ([]User, error) { return everybody(), nil }

func getPost(ctx context.Context, in struct {
	ID int `path:"id"`
}) (*Post, error) {
	return findPost(ctx, in)
}

func deletePost(_ context.Context, in struct {
	ID int `path:"id"`
}) (mortise.None, error) {
	return mortise.None{}, nil
}
