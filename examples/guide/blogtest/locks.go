package blogtest

import (
	"net/url"
	"strings"

	"github.com/mortise-go/mortise/examples/guide/blog"
)

// S193 to S195, S216, S231, S232
func (g *guide) scopesAreRequiredAllOfThem() {
	few := g.sign(func(c *blog.Claims) { c.Scopes = []string{"admin:read"} })
	alice, bob := g.alice(), g.bob()
	insufficient := func(scope string) string {
		return `Bearer realm="api", error="insufficient_scope", scope="` + scope + `"`
	}
	for _, tc := range []struct {
		name, method, path, token string
		want                      want
	}{
		{"nobody lists users", "GET", "/admin/users", "", want{401, "", bearer}},
		{"bob has no scope", "GET", "/admin/users", bob, want{403, "Scope 'admin:read' required", insufficient("admin:read")}},
		{"alice lists users", "GET", "/admin/users", alice, want{status: 200}},
		{"one of two scopes is not enough", "GET", "/admin/stats", few, want{403, "Scope 'stats:read' required", insufficient("admin:read stats:read")}},
		{"alice sees the numbers", "GET", "/admin/stats", alice, want{status: 200}},
		{"bob deletes nobody", "DELETE", "/users/3", bob, want{403, "Scope 'users:delete' required", insufficient("users:delete")}},
		{"a user who is not there", "DELETE", "/users/99", alice, want{404, "user not found", ""}},
		{"an id that is none", "DELETE", "/users/x", alice, want{422, "", ""}},
		{"alice deletes mona", "DELETE", "/users/3", alice, want{status: 200}},
	} {
		header := []string{"Authorization", tc.token}
		if tc.token == "" {
			header = nil
		}
		g.check(tc.name, g.do(tc.method, tc.path, "", header...), tc.want)
	}
}

// S218, S219, S221, S222
func (g *guide) rolesAndPermissions() {
	tokens := map[string]string{"alice": g.alice(), "bob": g.bob(), "mona": g.mona(), "ed": g.ed()}
	for _, tc := range []struct {
		user, method, path string
		want               want
	}{
		{"alice", "GET", "/admin/roles", want{status: 200}},
		{"bob", "GET", "/admin/roles", want{403, "Role 'admin' required", ""}},
		{"mona", "GET", "/admin/roles", want{403, "Role 'admin' required", ""}},
		{"alice", "GET", "/moderator/reports", want{status: 200}},
		{"mona", "GET", "/moderator/reports", want{status: 200}},
		{"ed", "GET", "/moderator/reports", want{403, "One of roles ('admin', 'moderator') required", ""}},
		{"bob", "DELETE", "/articles/1", want{403, "Permission 'posts:delete' required", ""}},
		{"ed", "DELETE", "/articles/1", want{403, "Permission 'posts:delete' required", ""}},
		{"alice", "DELETE", "/articles/77", want{404, "post not found", ""}},
		{"alice", "DELETE", "/articles/1", want{status: 200}},
	} {
		g.check(tc.user+" "+tc.path, g.do(tc.method, tc.path, "", "Authorization", tokens[tc.user]), tc.want)
	}
	g.check("nobody", g.do("GET", "/admin/roles", ""), want{401, "", bearer})
}

// S226 to S230
func (g *guide) onlyOwnersAndAdminsChangePosts() {
	alice, bob, ed := g.alice(), g.bob(), g.ed()
	text := `{"title":"New","body":"Changed."}`
	for _, tc := range []struct {
		name, path, token, body string
		want                    want
	}{
		{"nobody", "/posts/1", "", text, want{401, "", bearer}},
		{"the owner", "/posts/1", bob, text, want{status: 200}},
		{"somebody else", "/posts/1", ed, text, want{403, "You don't own this resource", ""}},
		{"somebody else with a bad body", "/posts/1", ed, `{`, want{403, "You don't own this resource", ""}},
		{"an admin", "/posts/2", alice, text, want{status: 200}},
		{"no such post", "/posts/77", bob, text, want{404, "post not found", ""}},
		{"an id that is none", "/posts/x", bob, text, want{422, "", ""}},
		{"the owner without a title", "/posts/1", bob, `{}`, want{422, "", ""}},
	} {
		header := []string{"Authorization", tc.token}
		if tc.token == "" {
			header = nil
		}
		g.check(tc.name, g.json("PUT", tc.path, tc.body, header...), tc.want)
	}
	if a := g.do("GET", "/posts/1", ""); a.body["title"] != "New" {
		g.Errorf("post 1 was not changed: %s", a.text)
	}
}

// A80, A214
func (g *guide) lockedOperationsAreLockedAndPublicOnesAreNot() {
	a := g.do("GET", "/openapi.json", "")
	if a.status != 200 {
		g.Fatalf("document: %d %s", a.status, a.text)
	}
	bob := g.bob()
	at, err := url.Parse(g.url)
	if err != nil {
		g.Fatal(err)
	}
	for path, item := range a.body["paths"].(map[string]any) {
		path = strings.TrimPrefix(path, at.Path) // where the blog is mounted
		for method, op := range item.(map[string]any) {
			security, _ := op.(map[string]any)["security"].([]any)
			target := strings.NewReplacer("{user_id}", "1", "{post_id}", "1", "{id}", "1").Replace(path)
			nobody := g.json(strings.ToUpper(method), target, `{}`)
			switch {
			case len(security) > 0 && nobody.status != 401:
				g.Errorf("%s %s is locked but answered %d without credentials", method, path, nobody.status)
			case len(security) == 0 && nobody.status == 401 && path != "/login":
				g.Errorf("%s %s is public but answered 401", method, path)
			}
			if strings.HasPrefix(path, "/admin") {
				if got := g.json(strings.ToUpper(method), target, `{}`, "Authorization", bob); got.status != 403 {
					g.Errorf("bob at %s %s: %d", method, path, got.status)
				}
			}
		}
	}
}
