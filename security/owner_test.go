package security_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

type post struct {
	ID    int    `json:"id"`
	Owner string `json:"owner"`
}

func (p *post) OwnedBy(u *user) bool { return p.Owner == u.Name }

type comment struct {
	ID    int    `json:"id"`
	Owner string `json:"owner"`
	post  int
}

func (c comment) OwnedBy(u *user) bool { return c.Owner == u.Name }

// A blog has the posts 1 of ann and 2 of bob, each with a comment of the same
// number by its owner, and counts what is loaded.
type blog struct{ loads atomic.Int64 }

func (b *blog) findPost(_ context.Context, in struct {
	ID int `path:"post_id"`
}) (*post, error) {
	b.loads.Add(1)
	switch in.ID {
	case 1:
		return &post{1, "ann"}, nil
	case 2:
		return &post{2, "bob"}, nil
	case 7:
		return nil, errors.New("the store is down")
	case 8:
		return nil, problem.NotFound("there is no post of that number")
	}
	return nil, nil
}

// findComment finds a comment of a post whose ownership has been checked.
func (b *blog) findComment(_ context.Context, in struct {
	ID   int `path:"comment_id"`
	Post *post
}) (comment, error) {
	b.loads.Add(1)
	for _, c := range []comment{{1, "ann", 1}, {2, "bob", 2}, {3, "bob", 1}} {
		if c.ID == in.ID && c.post == in.Post.ID {
			return c, nil
		}
	}
	return comment{}, nil
}

type note string

func (note) OwnedBy(string) bool { return true }

func findNote(context.Context, di.None) (note, error) { return "a note", nil }

func showPost(_ context.Context, p *post) (*post, error) { return p, nil }

func (b *blog) api(t testing.TB) *router.Router {
	return newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/posts/{post_id}", showPost, security.RequireOwner[*user](b.findPost), router.OperationID("post"))
		get(api, "/moderated/{post_id}", showPost, router.OperationID("moderated"),
			security.RequireOwner[*user](b.findPost, security.OrRole("admin")))
		get(api, "/handled/{post_id}", showPost, router.OperationID("handled"),
			security.RequireOwner[*user](b.findPost, security.OrRole("admin"), security.OrRole("moderator")))
		get(api, "/hidden/{post_id}", showPost, router.OperationID("hidden"),
			security.RequireOwner[*user](b.findPost, security.HideExistence()))
		get(api, "/posts/{post_id}/comments/{comment_id}", func(_ context.Context, c comment) (comment, error) { return c, nil },
			security.RequireOwner[*user](b.findPost), security.RequireOwner[*user](b.findComment), router.OperationID("comment"))
		get(api, "/unnamed", ok, security.RequireOwner[*user](func(context.Context, di.None) (struct{ *post }, error) {
			return struct{ *post }{&post{1, "ann"}}, nil
		}))
	})
}

func TestOwnersPassAndNobodyElse(t *testing.T) { // S226, S227, S228, S229, A79
	t.Parallel()
	api := new(blog).api(t)
	const notOwner = "You don't own this resource"
	for _, tt := range []struct {
		name, target, token string
		status              int
		detail              string
	}{
		{"an owner passes", "/posts/1", "ann", 200, ""},
		{"another owner passes", "/posts/2", "bob", 200, ""},
		{"with a changed id nobody passes", "/posts/2", "ann", 403, notOwner},                                              // A79, S228
		{"the owner is taken from the resource, not from the query", "/posts/2?owner=ann&post_id=1", "ann", 403, notOwner}, // A79
		{"a name that begins like the owner's", "/posts/1", "an", 403, notOwner},
		{"a name in capitals", "/posts/1", "ANN", 403, notOwner},
		{"a resource that is not there", "/posts/9", "ann", 404, ""}, // S227
		{"a resource whose function says so", "/posts/8", "ann", 404, "there is no post of that number"},
		{"a store that is down", "/posts/7", "ann", 500, ""},
		{"an admin where nobody said so", "/posts/2", "root_r.admin", 403, notOwner},

		{"an admin where somebody did", "/moderated/2", "root_r.admin", 200, ""}, // S229
		{"Admin is not admin", "/moderated/2", "root_r.Admin", 403, notOwner},    // A82
		{"an editor where admins may", "/moderated/2", "root_r.editor", 403, notOwner},
		{"an owner where admins may", "/moderated/1", "ann", 200, ""},
		{"an admin finds nothing that is not there", "/moderated/9", "root_r.admin", 404, ""},
		{"the first of two roles", "/handled/2", "root_r.admin", 200, ""},
		{"the second of two roles", "/handled/2", "root_r.moderator", 200, ""},
		{"neither of two roles", "/handled/2", "root", 403, notOwner},

		{"an owner of what is hidden", "/hidden/1", "ann", 200, ""},
		{"somebody else's is hidden", "/hidden/2", "ann", 404, ""}, // S227
		{"what is not there", "/hidden/9", "ann", 404, ""},
		{"what the function says is not there", "/hidden/8", "ann", 404, ""},
		{"hiding does not hide failures", "/hidden/7", "ann", 500, ""},

		{"a comment of one's own post", "/posts/1/comments/1", "ann", 200, ""},
		{"somebody else's comment", "/posts/1/comments/3", "ann", 403, notOwner},                // A79
		{"a comment of another post", "/posts/1/comments/2", "ann", 404, ""},                    // A79: a foreign parent
		{"one's own comment under a foreign post", "/posts/1/comments/3", "bob", 403, notOwner}, // A79
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			call(t, api, http.MethodGet, tt.target, bearer(tt.token)).want(t, tt.status, tt.detail)
		})
	}
}

// Nobody can tell what is hidden from what is not there.
func TestHiddenResourcesLookLikeMissingOnes(t *testing.T) { // S227, A79
	t.Parallel()
	api := new(blog).api(t)
	missing := call(t, api, http.MethodGet, "/hidden/9", bearer("ann"))
	for _, target := range []string{"/hidden/2", "/hidden/8"} {
		a := call(t, api, http.MethodGet, target, bearer("ann"))
		if a.status != missing.status || a.body != missing.body || len(a.header) != len(missing.header) {
			t.Errorf("%s: %d %s %v, want %d %s %v", target, a.status, a.body, a.header, missing.status, missing.body, missing.header)
		}
	}
}

func TestOwnedResourcesAreNotLoadedForStrangers(t *testing.T) { // A201
	t.Parallel()
	var b blog
	api := b.api(t)
	call(t, api, http.MethodGet, "/posts/1").want(t, 401, "", plainBearer)
	call(t, api, http.MethodGet, "/posts/1", bearer("bad")).want(t, 401, "", invalidBearer)
	if n := b.loads.Load(); n > 0 {
		t.Errorf("loaded %d times", n)
	}
}

// The resource that was checked is the one that the handler gets, also where
// something else could find it a second time.
func TestTheResourceThatWasCheckedIsTheOneHandedOn(t *testing.T) { // S230, A85
	t.Parallel()
	var b blog
	var checked *post
	find := func(ctx context.Context, in struct {
		ID int `path:"post_id"`
	}) (*post, error) {
		p, err := b.findPost(ctx, in)
		checked = p
		return p, err
	}
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(b.findPost))
		again := di.Depends(func(_ context.Context, p *post) (note, error) {
			if p != checked {
				t.Error("a dependency got another resource")
			}
			return "", nil
		})
		get(api, "/posts/{post_id}", func(_ context.Context, in struct {
			Post *post
			Note note
		}) (*post, error) {
			if in.Post != checked {
				t.Error("the handler got another resource")
			}
			return in.Post, nil
		}, security.RequireOwner[*user](find), again)
	})
	call(t, api, http.MethodGet, "/posts/1", bearer("ann")).want(t, 200, "")
	if n := b.loads.Load(); n != 1 {
		t.Errorf("loaded %d times, want once", n)
	}
}

// The parameter that the function reads has to be in the path.
func TestOwnerGuardsOfAnotherParameterAreAMistake(t *testing.T) { // S226
	t.Parallel()
	api := router.New("Names", "1")
	withUsers(api)
	get(api, "/posts/{id}", showPost, security.RequireOwner[*user](new(blog).findPost))
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), `path:"post_id"`) || !strings.Contains(err.Error(), `did you mean path:"id"`) {
		t.Errorf("Build = %v", err)
	}
}

func TestNobodyOwnsNothing(t *testing.T) { // A91
	t.Parallel()
	for _, tt := range []struct {
		name      string
		principal string
		status    int
	}{
		{"somebody", "ann", 200},
		{"nobody", "", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, func(api *router.Router) {
				api.Provide(di.Depends(func(context.Context, di.None) (string, error) { return tt.principal, nil }))
				get(api, "/x", ok, security.Bearer(security.SchemeConfig{}), security.RequireOwner[string](findNote))
			})
			if a := call(t, api, http.MethodGet, "/x", bearer("x")); a.status != tt.status {
				t.Errorf("answered %d, want %d", a.status, tt.status)
			}
		})
	}
}

func TestOwnerGuardsAreDocumented(t *testing.T) { // L11
	t.Parallel()
	d := documentOf(t, new(blog).api(t))
	for path, want := range map[string]struct {
		words    string
		statuses []string
	}{
		"/posts/{post_id}":                       {"ownership of the post", []string{"400", "401", "403", "404", "422"}},
		"/moderated/{post_id}":                   {"ownership of the post or role `admin`", []string{"400", "401", "403", "404", "422"}},
		"/handled/{post_id}":                     {"ownership of the post or one of the roles `admin`, `moderator`", []string{"400", "401", "403", "404", "422"}},
		"/unnamed":                               {"ownership of the resource", []string{"401", "403", "404"}},
		"/hidden/{post_id}":                      {"ownership of the post", []string{"400", "401", "404", "422"}},
		"/posts/{post_id}/comments/{comment_id}": {"ownership of the post, and ownership of the comment", []string{"400", "401", "403", "404", "422"}},
	} {
		op := d.get(path)
		if !strings.Contains(op.Description, want.words+".") {
			t.Errorf("%s: the description %q lacks %q", path, op.Description, want.words)
		}
		if got := op.statuses("4"); !slices.Equal(got, want.statuses) {
			t.Errorf("%s: documents %q, want %q", path, got, want.statuses)
		}
	}
}
