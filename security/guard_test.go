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

// withUsers provides users by their tokens.
func withUsers(api *router.Router) {
	api.Provide(di.Depends(userOf, security.Bearer(security.SchemeConfig{})))
}

func guardsAPI(t *testing.T) *router.Router {
	return newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/role", me, security.RequireRole[*user]("admin"), router.OperationID("role"))
		get(api, "/any", me, security.RequireAnyRole[*user]("admin", "editor"), router.OperationID("any"))
		get(api, "/permission", me, security.RequirePermission[*user]("posts:delete"), router.OperationID("permission"))
		get(api, "/both", me, security.RequireRole[*user]("admin"), security.RequireRole[*user]("auditor"), router.OperationID("both"))
		get(api, "/open", ok)
	})
}

func TestGuardsLetPassWhoHoldsWhatTheyRequire(t *testing.T) { // S193, S218, S219, S220, S221, S222, A82, A88
	t.Parallel()
	api := guardsAPI(t)
	const (
		role       = "Role 'admin' required"
		either     = "One of roles ('admin', 'editor') required"
		permission = "Permission 'posts:delete' required"
	)
	for _, tt := range []struct {
		name, path, token string
		status            int
		detail            string
	}{
		{"an admin passes", "/role", "ann_r.admin", 200, ""},
		{"an admin among others passes", "/role", "ann_r.editor_r.admin", 200, ""},
		{"a user does not", "/role", "ann", 403, role},
		{"an editor is no admin", "/role", "ann_r.editor", 403, role},
		{"Admin is not admin", "/role", "ann_r.Admin", 403, role},                 // A82
		{"ADMIN is not admin", "/role", "ann_r.ADMIN", 403, role},                 // A82
		{"administrator is not admin", "/role", "ann_r.administrator", 403, role}, // A82
		{"adm is not admin", "/role", "ann_r.adm", 403, role},                     // A82
		{"two roles in one are none", "/role", "ann_r.admin+editor", 403, role},   // A82
		{"a permission is no role", "/role", "ann_p.admin", 403, role},
		{"a scope is no role", "/role", "ann_s.admin", 403, role},

		{"the first of two roles passes", "/any", "ann_r.admin", 200, ""},
		{"the second passes", "/any", "ann_r.editor", 200, ""},
		{"both pass", "/any", "ann_r.editor_r.admin", 200, ""},
		{"neither does not", "/any", "ann_r.viewer", 403, either},
		{"no role does not", "/any", "ann", 403, either},

		{"the permission passes", "/permission", "ann_p.posts~delete", 200, ""},
		{"a shorter one does not", "/permission", "ann_p.posts~delet", 403, permission}, // S222
		{"a longer one does not", "/permission", "ann_p.posts~deleted", 403, permission},
		{"a prefix does not", "/permission", "ann_p.posts", 403, permission},
		{"a role of its name does not", "/permission", "ann_r.posts~delete", 403, permission},

		{"two guards are two checks", "/both", "ann_r.admin_r.auditor", 200, ""},               // A88, S220
		{"the second role is checked", "/both", "ann_r.admin", 403, "Role 'auditor' required"}, // A88, S220
		{"the first role is checked", "/both", "ann_r.auditor", 403, role},                     // A88, S220
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			call(t, api, http.MethodGet, tt.path, bearer(tt.token)).want(t, tt.status, tt.detail)
		})
	}
	for _, path := range []string{"/role", "/any", "/permission", "/both"} {
		call(t, api, http.MethodGet, path).want(t, 401, "No authorization token provided", plainBearer)
		call(t, api, http.MethodGet, path, bearer("bad")).want(t, 401, "Invalid token", invalidBearer)
	}
}

// Two guards are two, whether their roles come from one place in the source or
// from two: a function pointer is no identity.
func TestGuardsMadeInALoopAreDifferent(t *testing.T) { // A88, L1
	t.Parallel()
	roles := []string{"a", "b", "c"}
	var guards []router.Option
	for _, role := range roles {
		guards = append(guards, security.RequireRole[*user](role))
	}
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/x", me, guards...)
	})
	for missing := range roles {
		token := "ann"
		for i, role := range roles {
			if i != missing {
				token += "_r." + role
			}
		}
		call(t, api, http.MethodGet, "/x", bearer(token)).want(t, 403, "Role '"+roles[missing]+"' required")
	}
	call(t, api, http.MethodGet, "/x", bearer("ann_r.a_r.b_r.c")).want(t, 200, "")
}

// A guard gives the principal on, so that a stricter one may stand for it.
func TestGuardsGiveThePrincipalOn(t *testing.T) { // S218
	t.Parallel()
	sudo := di.Depends(func(_ context.Context, u *user) (*user, error) {
		return &user{Name: u.Name + "!", roles: append(u.roles, "admin")}, nil
	}, di.At(di.Authorization))
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/before", me, sudo, security.RequireRole[*user]("admin"))
		get(api, "/after", me, security.RequireRole[*user]("admin"), sudo)
	})
	if a := call(t, api, http.MethodGet, "/before", bearer("ann")); a.status != 200 || !strings.Contains(a.body, "ann!") {
		t.Errorf("%d %s", a.status, a.body)
	}
	call(t, api, http.MethodGet, "/after", bearer("ann")).want(t, 403, "Role 'admin' required")
}

func TestGuardsOfGroupsAndRoutesAddUp(t *testing.T) { // A87
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		staff := api.Group("/staff", security.RequireRole[*user]("staff"))
		staff.Handle(http.MethodGet, "/x", di.Depends(me), security.RequireRole[*user]("admin"))
		staff.Handle(http.MethodGet, "/y", di.Depends(ok))
	})
	call(t, api, http.MethodGet, "/staff/x", bearer("ann_r.admin")).want(t, 403, "Role 'staff' required")
	call(t, api, http.MethodGet, "/staff/x", bearer("ann_r.staff")).want(t, 403, "Role 'admin' required")
	call(t, api, http.MethodGet, "/staff/x", bearer("ann_r.staff_r.admin")).want(t, 200, "")
	call(t, api, http.MethodGet, "/staff/y", bearer("ann")).want(t, 403, "Role 'staff' required")
	call(t, api, http.MethodGet, "/staff/y").want(t, 401, "", plainBearer)
}

func TestGuardsAreDocumented(t *testing.T) { // L11
	t.Parallel()
	d := documentOf(t, guardsAPI(t))
	for path, words := range map[string][]string{
		"/role":       {"role `admin`"},
		"/any":        {"one of the roles `admin`, `editor`"},
		"/permission": {"permission `posts:delete`"},
		"/both":       {"role `admin`", "role `auditor`"},
	} {
		op := d.get(path)
		for _, w := range append(words, "`BearerAuth`", "**Requires**") {
			if !strings.Contains(op.Description, w) {
				t.Errorf("%s: the description %q lacks %q", path, op.Description, w)
			}
		}
		if got := op.statuses("4"); !slices.Equal(got, []string{"401", "403"}) {
			t.Errorf("%s: documents %q", path, got)
		}
	}
	if op := d.get("/open"); len(op.Security) > 0 || len(op.statuses("4")) > 0 || strings.Contains(op.Description, "Requires") {
		t.Errorf("what has no guard is documented as %+v", op)
	}
}

func TestNamesCannotBreakTheDescription(t *testing.T) { // A206
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/x", me, security.RequireRole[*user]("a`b<i>"))
	})
	if op := documentOf(t, api).get("/x"); !strings.Contains(op.Description, "role `a'b<i>`") {
		t.Errorf("description %q", op.Description)
	}
	call(t, api, http.MethodGet, "/x", bearer("ann")).want(t, 403, "Role 'a`b<i>' required")
}

// The principals of these tests hold everything, if only they are there.
type (
	almighty    struct{ name string }
	badge       string
	empty       struct{}
	roleHolder  = security.RoleHolder
	entitlement []string
)

func (almighty) HasRole(string) bool    { return true }
func (badge) HasRole(string) bool       { return true }
func (empty) HasRole(string) bool       { return true }
func (entitlement) HasRole(string) bool { return true }

// guardOf requires a role of a principal that nothing asks a credential for.
func guardOf[P security.RoleHolder](t *testing.T, p P) answer {
	t.Helper()
	api := newAPI(t, func(api *router.Router) {
		api.Provide(di.Depends(func(context.Context, di.None) (P, error) { return p, nil }))
		get(api, "/x", ok, security.Bearer(security.SchemeConfig{}), security.RequireRole[P]("admin"))
	})
	return call(t, api, http.MethodGet, "/x", bearer("x"))
}

// A function that forgets its error leaves the zero value: nobody.
func TestNobodyPassesNoGuard(t *testing.T) { // A91
	t.Parallel()
	const detail = "No authorization token provided"
	guardOf(t, almighty{}).want(t, 401, detail, plainBearer)
	guardOf(t, badge("")).want(t, 401, detail, plainBearer)
	guardOf(t, entitlement(nil)).want(t, 401, detail, plainBearer)
	guardOf[roleHolder](t, nil).want(t, 401, detail, plainBearer)
	guardOf[roleHolder](t, almighty{}).want(t, 401, detail, plainBearer)
	guardOf[roleHolder](t, (*almighty)(nil)).want(t, 401, detail, plainBearer)
	guardOf[*almighty](t, nil).want(t, 401, detail, plainBearer)

	guardOf(t, almighty{"ann"}).want(t, 200, "")
	guardOf(t, badge("7")).want(t, 200, "")
	guardOf(t, entitlement{"all"}).want(t, 200, "")
	guardOf(t, &almighty{}).want(t, 200, "")
	guardOf[roleHolder](t, &almighty{}).want(t, 200, "")
	guardOf[roleHolder](t, almighty{"ann"}).want(t, 200, "")
	guardOf(t, empty{}).want(t, 200, "") // it has no other value
	guardOf[roleHolder](t, empty{}).want(t, 200, "")
}

// A nil principal from behind a credential does not even reach the guard.
func TestANilPrincipalIsAnError(t *testing.T) { // A91, S15
	t.Parallel()
	reached := false
	api := newAPI(t, func(api *router.Router) {
		api.Provide(di.Depends(func(context.Context, security.BearerToken) (*user, error) { return nil, nil }, security.Bearer(security.SchemeConfig{})))
		get(api, "/x", func(context.Context, *user) (string, error) { reached = true; return "", nil })
		get(api, "/role", me, security.RequireRole[*user]("admin"))
	})
	for _, path := range []string{"/x", "/role"} {
		if a := call(t, api, http.MethodGet, path, bearer("x")); a.status < 400 || reached {
			t.Errorf("%s: answered %d", path, a.status)
		}
	}
}

// A guard that panics, or whose request is gone, lets nobody pass.
func TestGuardsThatFailLetNobodyPass(t *testing.T) { // A91
	t.Parallel()
	reached := false
	handler := func(context.Context, di.None) (string, error) { reached = true; return "", nil }
	api := newAPI(t, func(api *router.Router) {
		api.Provide(di.Depends(func(context.Context, security.BearerToken) (explosive, error) { return explosive{1}, nil }, security.Bearer(security.SchemeConfig{})))
		get(api, "/x", handler, security.RequireRole[explosive]("admin"))
	})
	if a := call(t, api, http.MethodGet, "/x", bearer("x")); a.status != http.StatusInternalServerError || reached || strings.Contains(a.body, "boom") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

type explosive struct{ fuse int }

func (explosive) HasRole(string) bool { panic("boom") }

func TestGuardsThatRequireNothingPanic(t *testing.T) {
	t.Parallel()
	find := func(context.Context, di.None) (*post, error) { return nil, nil }
	for _, tt := range []struct {
		name string
		make func()
		want string
	}{
		{"an empty role", func() { security.RequireRole[*user]("") }, `RequireRole: the name ""`},
		{"a role with space before it", func() { security.RequireRole[*user](" admin") }, `RequireRole: the name " admin"`},
		{"a role with a line end", func() { security.RequireRole[*user]("admin\n") }, `RequireRole: the name "admin\n"`},
		{"no roles", func() { security.RequireAnyRole[*user]() }, "RequireAnyRole: nothing is required"},
		{"an empty role among others", func() { security.RequireAnyRole[*user]("admin", "") }, `RequireAnyRole: the name ""`},
		{"an empty permission", func() { security.RequirePermission[*user]("") }, `RequirePermission: the name ""`},
		{"an empty role for owners", func() { security.RequireOwner[*user](find, security.OrRole("")) }, `OrRole: the name ""`},
		{"a blank role for owners", func() { security.RequireOwner[*user](find, security.OrRole("a"), security.OrRole(" ")) }, `OrRole: the name " "`},
		{"a role of somebody without roles", func() { security.RequireOwner[string](findNote, security.OrRole("admin")) }, "which string has not"},
		{"no function that finds", func() { security.RequireOwner[*user, di.None, *post](nil) }, "is nil"},
		{"an empty scope", func() { security.Require(me, "") }, `Require: "" is no scope`},
		{"two scopes in one", func() { security.Require(me, "a b") }, `Require: "a b" is no scope`},
		{"a scope with a quotation mark", func() { security.Require(me, "ok", `a"`) }, `is no scope`}, // A206
		{"no function that guards", func() { security.Require[di.None, di.None](nil) }, "nil"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if text := panicOf(tt.make); !strings.Contains(text, tt.want) {
				t.Errorf("panics with %q, want %q in it", text, tt.want)
			}
		})
	}
}

// What a caller does to its list of roles afterwards changes no guard.
func TestGuardsKeepTheirOwnRoles(t *testing.T) {
	t.Parallel()
	roles := []string{"admin", "editor"}
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/x", me, security.RequireAnyRole[*user](roles...))
	})
	roles[0], roles[1] = "user", "user"
	call(t, api, http.MethodGet, "/x", bearer("ann_r.user")).want(t, 403, "One of roles ('admin', 'editor') required")
	call(t, api, http.MethodGet, "/x", bearer("ann_r.editor")).want(t, 200, "")
}
