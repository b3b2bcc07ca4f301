package blog

import (
	"context"
	"strings"

	"github.com/mortise-go/mortise"
)

func join(list []string) string { return strings.Join(list, " ") }

type userList struct {
	Users []profile `json:"users"`
}

// listUsers needs the scope admin:read.
func (s *service) listUsers(context.Context, mortise.None) (userList, error) {
	var list userList
	for _, u := range s.store.allUsers() {
		list.Users = append(list.Users, profile{u.ID, u.Username, u.Email})
	}
	return list, nil
}

type stats struct {
	Users int `json:"users"`
	Posts int `json:"posts"`
}

// stats needs the scopes admin:read and stats:read.
func (s *service) stats(context.Context, mortise.None) (stats, error) {
	return stats{len(s.store.allUsers()), len(s.store.allPosts())}, nil
}

type deleted struct {
	Deleted int64 `json:"deleted"`
}

// deleteUser needs the scope users:delete. What the user has open ends before, so
// that one may try again when that fails, and after for whoever has logged in
// meanwhile.
func (s *service) deleteUser(ctx context.Context, in struct {
	ID int64 `path:"user_id"`
}) (deleted, error) {
	u := s.store.user(in.ID)
	if u == nil {
		return deleted{}, errNoUser
	}
	if err := s.EndSubject(ctx, u.Username); err != nil {
		return deleted{}, err
	}
	switch ok, err := s.store.deleteUser(in.ID); {
	case err != nil:
		return deleted{}, err
	case !ok:
		return deleted{}, errNoUser
	}
	return deleted{in.ID}, s.EndSubject(ctx, u.Username)
}

type roleList struct {
	Roles map[string][]string `json:"roles" doc:"Permissions by role."`
}

// listRoles needs the role admin.
func (s *service) listRoles(context.Context, mortise.None) (roleList, error) {
	list := roleList{map[string][]string{}}
	for _, role := range []string{"admin", "editor", "moderator", "viewer"} {
		list.Roles[role] = permissions(role)
	}
	return list, nil
}

type reportList struct {
	Reports []string `json:"reports"`
	For     string   `json:"for"`
}

// listReports needs the role admin or moderator.
func (s *service) listReports(_ context.Context, u *User) (reportList, error) {
	return reportList{For: u.Username}, nil
}

type postList struct {
	Posts []Post `json:"posts"`
	Count int    `json:"count" doc:"How many there are in all."`
}

// listPosts is open to everybody.
func (s *service) listPosts(_ context.Context, in struct {
	Limit  int `query:"limit" default:"20" validate:"min=1,max=100" doc:"How many posts to return."`
	Offset int `query:"offset" default:"0" validate:"min=0" doc:"How many posts to skip."`
}) (postList, error) {
	all := s.store.allPosts()
	from := min(in.Offset, len(all))
	return postList{all[from:min(from+in.Limit, len(all))], len(all)}, nil
}

// getPost is open to everybody.
func (s *service) getPost(_ context.Context, in struct {
	ID int64 `path:"post_id"`
}) (*Post, error) {
	if p := s.store.post(in.ID); p != nil {
		return p, nil
	}
	return nil, errNoPost
}

type postText struct {
	Title string `json:"title" validate:"required,max=120"`
	Body  string `json:"body" validate:"max=10000"`
}

// createPost needs a user, who will own the post.
func (s *service) createPost(_ context.Context, in struct {
	Author *User
	Text   postText `body:"json"`
}) (Post, error) {
	return s.store.addPost(Post{OwnerID: in.Author.ID, Title: in.Text.Title, Body: in.Text.Body})
}

// findPost loads the post that a request is about.
func (s *service) findPost(_ context.Context, in struct {
	ID int64 `path:"post_id"`
}) (*Post, error) {
	if p := s.store.post(in.ID); p != nil {
		return p, nil
	}
	return nil, errNoPost
}

type updated struct {
	Updated int64 `json:"updated"`
}

// updatePost needs the owner of the post, or an admin. The post that it
// changes is the one whose owner was checked.
func (s *service) updatePost(_ context.Context, in struct {
	Post *Post
	Text postText `body:"json"`
}) (updated, error) {
	changed := *in.Post
	changed.Title, changed.Body = in.Text.Title, in.Text.Body
	switch ok, err := s.store.updatePost(changed); {
	case err != nil:
		return updated{}, err
	case !ok:
		return updated{}, errNoPost
	}
	return updated{changed.ID}, nil
}

// deleteArticle needs the permission posts:delete.
func (s *service) deleteArticle(_ context.Context, in struct {
	ID int64 `path:"id"`
}) (deleted, error) {
	switch ok, err := s.store.deletePost(in.ID); {
	case err != nil:
		return deleted{}, err
	case !ok:
		return deleted{}, errNoPost
	}
	return deleted{in.ID}, nil
}
