package security_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func accounts() *security.RBAC {
	return security.NewRBAC(security.RBACConfig{
		Roles:       []string{"basic", "premium", "admin"},
		Permissions: []string{"posts:read", "posts:write", "posts:comments:delete", "postscript:print", "users:read"},
		Grants: map[string][]string{
			"basic":   {"posts:read"},
			"premium": {"posts:*"},
			"admin":   {"*"},
		},
	})
}

func TestAMinimumRoleAdmitsItselfAndWhatIsHigher(t *testing.T) { // S115, S131, S132, S225
	t.Parallel()
	rbac := accounts()
	order := []string{"basic", "premium", "admin"}
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		for _, role := range order {
			get(api, "/"+role, me, security.RequireMinRole[*user](rbac, role), router.OperationID(role))
		}
	})
	for rank, asked := range order {
		for held, role := range order {
			a := call(t, api, http.MethodGet, "/"+asked, bearer("ann_r."+role))
			if held >= rank {
				a.want(t, 200, "")
			} else {
				a.want(t, 403, "Role '"+asked+"' or higher required")
			}
		}
		for _, role := range []string{"root", "Admin", "", "basicadmin"} { // not declared, whatever it says
			call(t, api, http.MethodGet, "/"+asked, bearer("ann_r."+role)).want(t, 403, "Role '"+asked+"' or higher required")
		}
		call(t, api, http.MethodGet, "/"+asked).want(t, 401, "No authorization token provided", plainBearer)
	}
	if got := documentOf(t, api).get("/premium"); !strings.Contains(got.Description, "at least role `premium`") || !slices.Contains(got.statuses("4"), "403") {
		t.Errorf("the document says %q and %q", got.Description, got.statuses("4"))
	}
}

func TestGrantsFollowTheRoles(t *testing.T) { // S222, S223, S224, S225
	t.Parallel()
	rbac := accounts()
	if err := rbac.Err(); err != nil {
		t.Fatal(err)
	}
	permissions := []string{"posts:read", "posts:write", "posts:comments:delete", "postscript:print", "users:read"}
	want := map[string]int{"basic": 1, "premium": 3, "admin": 5, "root": 0, "": 0}
	for role, n := range want {
		for i, permission := range permissions {
			if got := rbac.Allows(role, permission); got != (i < n) {
				t.Errorf("Allows(%q, %q) = %t", role, permission, got)
			}
		}
		for _, unknown := range []string{"posts", "posts:*", "*", "posts:delete", ""} {
			if rbac.Allows(role, unknown) {
				t.Errorf("%q has %q, which nobody declared", role, unknown)
			}
		}
	}
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/x", me, security.RequireGrant[*user](rbac, "posts:write"))
	})
	call(t, api, http.MethodGet, "/x", bearer("ann_r.premium")).want(t, 200, "")
	call(t, api, http.MethodGet, "/x", bearer("ann_r.basic")).want(t, 403, "Permission 'posts:write' required")
	call(t, api, http.MethodGet, "/x", bearer("ann_p.posts~write")).want(t, 403, "Permission 'posts:write' required")
}

func TestHigherRolesInheritWhereAsked(t *testing.T) {
	t.Parallel()
	c := security.RBACConfig{
		Roles: []string{"basic", "premium", "admin"}, Permissions: []string{"a", "b", "c"},
		Grants: map[string][]string{"basic": {"a"}, "premium": {"b"}, "admin": {"c"}},
	}
	if got := security.NewRBAC(c).PermissionsOf("admin"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("without Inherit: %q", got)
	}
	c.Inherit = true
	if got := security.NewRBAC(c).PermissionsOf("admin"); !slices.Equal(got, []string{"c", "b", "a"}) {
		t.Errorf("with Inherit: %q", got)
	}
}

// The declaration does not follow what its maker does with the config.
func TestAnRBACDoesNotChange(t *testing.T) { // S223
	t.Parallel()
	c := security.RBACConfig{Roles: []string{"basic", "admin"}, Permissions: []string{"a"}, Grants: map[string][]string{"admin": {"a"}}}
	rbac := security.NewRBAC(c)
	c.Roles[0], c.Permissions[0] = "admin", "b"
	c.Grants["basic"] = []string{"a"}
	rbac.PermissionsOf("admin")[0] = "b"
	if !rbac.Allows("admin", "a") || rbac.Allows("basic", "a") || !rbac.AtLeast("admin", "basic") || rbac.AtLeast("basic", "admin") {
		t.Error("the rights changed")
	}
}

// Whoever does not look at Err finds nothing in a role that is misspelt, either.
func TestARoleThatIsNotDeclaredHasNothing(t *testing.T) { // A83
	t.Parallel()
	r := security.NewRBAC(security.RBACConfig{
		Roles: []string{"basic", "editor"}, Permissions: []string{"posts:read"}, Inherit: true,
		Grants: map[string][]string{"edtor": {"posts:*"}, "basic": nil},
	})
	for _, role := range []string{"edtor", "editor", "basic", ""} {
		if r.Allows(role, "posts:read") || r.PermissionsOf(role) != nil {
			t.Errorf("%q may read", role)
		}
	}
	if r.Err() == nil {
		t.Error("Err = nil")
	}
}

func TestTyposInDeclarationsAreMistakesOfTheAPI(t *testing.T) { // A83
	t.Parallel()
	c := security.RBACConfig{
		Roles:       []string{"basic", "basic", " admin"},
		Permissions: []string{"posts:read", "posts:*", "a::b"},
		Grants:      map[string][]string{"edtor": {"posts:read"}, "basic": {"post:*", "po*"}},
	}
	api := router.New("Typos", "1")
	withUsers(api)
	get(api, "/grant", me, security.RequireGrant[*user](security.NewRBAC(c), "posts:raed"))
	get(api, "/role", me, security.RequireMinRole[*user](accounts(), "superuser"))
	get(api, "/not", me, security.RequirePolicy(security.Not(security.HasMinRole[*user](accounts(), "nobody"))))
	get(api, "/zero", me, security.RequirePolicy(security.Any(security.HasRole[*user]("a"), security.Policy[*user]{})))
	err := api.Build()
	if err == nil {
		t.Fatal("Build succeeds")
	}
	for _, want := range []string{
		`role "basic" is declared twice`,
		`role " admin": is empty or has space around it`,
		`permission "posts:*": holds an asterisk`,
		`permission "a::b": has an empty word`,
		`role "edtor" is not declared; the roles are "basic"`,
		`"post:*" fits none of the declared permissions "posts:read"`,
		`"po*": has an asterisk within a word`,
		`permission "posts:raed" is not declared; the permissions are "posts:read"`,
		`role "superuser" is not declared; the roles are "basic", "premium", "admin"`,
		`role "nobody" is not declared`,
		"a policy is the zero value",
		"rbac_test.go:",
		"GET /grant", "GET /role", "GET /not", "GET /zero",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Build does not say %q:\n%v", want, err)
		}
	}
}

func TestPermissionPatternsFitWholeWords(t *testing.T) { // S224
	t.Parallel()
	for _, tt := range []struct {
		pattern, permission string
		want                bool
	}{
		{"posts:read", "posts:read", true},
		{"posts:read", "posts:reader", false},
		{"posts:read", "posts:rea", false},
		{"posts:read", "posts:read:own", false},
		{"posts:read", "posts", false},
		{"posts:read", "Posts:read", false},
		{"posts:*", "posts:read", true},
		{"posts:*", "posts:comments:read", true},
		{"posts:*", "posts", false},
		{"posts:*", "postscript:x", false},
		{"posts:*", "postsx:read", false},
		{"posts:*:read", "posts:comments:read", true},
		{"posts:*:read", "posts:read", false},
		{"posts:*:read", "posts:a:b:read", false},
		{"*:read", "posts:read", true},
		{"*:read", "posts:comments:read", false},
		{"*:*", "posts", false},
		{"*", "posts", true},
		{"*", "posts:comments:read", true},
		{"*", "", false},
		{"*", "*", false},
		{"*", "posts:*", false},
		{"po*", "posts", false},
		{"", "", false},
		{"posts:", "posts:", false},
		{"posts:*", "posts:", false},
		{"posts:*", "posts: read", false},
		{"posts:*", "posts:\u200bread", false},
	} {
		if got := security.MatchPermission(tt.pattern, tt.permission); got != tt.want {
			t.Errorf("MatchPermission(%q, %q) = %t, want %t", tt.pattern, tt.permission, got, tt.want)
		}
	}
}

// fits is MatchPermission by another way: over lists of words.
func fits(pattern, words []string) bool {
	switch {
	case len(pattern) == 0 || len(words) == 0:
		return len(pattern) == len(words)
	case len(pattern) == 1 && pattern[0] == "*":
		return true
	case pattern[0] != "*" && pattern[0] != words[0]:
		return false
	}
	return fits(pattern[1:], words[1:])
}

func FuzzMatchPermission(f *testing.F) {
	f.Add("posts:*", "posts:read")
	f.Add("*", "a:b:c")
	f.Add("a:*:c", "a:b:c")
	f.Add("::", "*:")
	f.Fuzz(func(t *testing.T, pattern, permission string) {
		valid := security.CheckPermissionPattern(pattern) == nil && security.CheckPermission(permission) == nil
		want := valid && fits(strings.Split(pattern, ":"), strings.Split(permission, ":"))
		if got := security.MatchPermission(pattern, permission); got != want {
			t.Errorf("MatchPermission(%q, %q) = %t, want %t", pattern, permission, got, want)
		}
	})
}

// A principal that has a HasPermission of its own may ask the RBAC.
type ranked struct{ role string }

func (m ranked) HasPermission(p string) bool { return accounts().Allows(m.role, p) }

func TestAPrincipalMayAskTheRBAC(t *testing.T) { // S221, S223
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		api.Provide(security.Bearer(security.SchemeConfig{}), di.Depends(func(_ context.Context, token security.BearerToken) (ranked, error) {
			return ranked{string(token)}, nil
		}))
		api.Handle(http.MethodGet, "/x", di.Depends(ok), security.RequirePermission[ranked]("posts:write"))
	})
	call(t, api, http.MethodGet, "/x", bearer("premium")).want(t, 200, "")
	call(t, api, http.MethodGet, "/x", bearer("basic")).want(t, 403, "Permission 'posts:write' required")
}
