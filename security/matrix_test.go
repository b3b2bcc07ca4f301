package security_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A lock is something that a route of the matrix may require, and who may pass.
type lock struct {
	name   string
	make   func(b *blog) *di.Dependency
	passes func(u *user) bool
}

func locks() []lock {
	return []lock{
		{"login", func(*blog) *di.Dependency { return security.Require(me) }, func(*user) bool { return true }},
		{"scope", func(*blog) *di.Dependency { return granted("admin:read") }, func(u *user) bool { return u.scopes.Has("admin:read") }},
		{"role", func(*blog) *di.Dependency { return security.RequireRole[*user]("admin") }, func(u *user) bool { return u.HasRole("admin") }},
		{"any", func(*blog) *di.Dependency { return security.RequireAnyRole[*user]("editor", "admin") }, func(u *user) bool { return u.HasRole("admin") || u.HasRole("editor") }},
		{"permission", func(*blog) *di.Dependency { return security.RequirePermission[*user]("posts:delete") }, func(u *user) bool { return u.HasPermission("posts:delete") }},
		{"owner", func(b *blog) *di.Dependency { return security.RequireOwner[*user](b.findFirst) }, func(u *user) bool { return u.Name == "ann" }},
	}
}

// findFirst finds a post whatever the path.
func (b *blog) findFirst(context.Context, di.None) (*post, error) { return &post{1, "ann"}, nil }

// tokens of everybody who tries.
var everybody = []string{
	"ann", "eve", "root_r.admin", "ed_r.editor", "ann_r.admin_s.admin~read_p.posts~delete", "bot_s.admin~read",
	"del_p.posts~delete", "bad", "eve_r.Admin_s.Admin~read_p.posts~",
}

// Every method of every route with every pair of locks answers everybody as the
// locks say: never a success for who lacks one of them, and the handler is not
// reached.
func TestNobodyGetsPastALock(t *testing.T) { // A80, A70, A79
	t.Parallel()
	all, b := locks(), new(blog)
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	var reached atomic.Int64
	handler := func(context.Context, di.None) (string, error) { reached.Add(1); return "secret", nil }
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(new(ledger).grant))
		for _, one := range all {
			for _, two := range all {
				for _, method := range methods {
					path := "/" + one.name + "/" + two.name
					api.Handle(method, path, di.Depends(handler), one.make(b), two.make(b), router.OperationID(method+one.name+two.name))
				}
			}
		}
	})
	for _, one := range all {
		for _, two := range all {
			for _, method := range append(methods, http.MethodHead) {
				target := "/" + one.name + "/" + two.name
				for _, token := range append(everybody, "") {
					var lines []string
					want := http.StatusUnauthorized
					if token != "" {
						lines = append(lines, bearer(token))
					}
					if u, err := userOf(t.Context(), security.BearerToken(token)); token != "" && err == nil {
						if want = http.StatusForbidden; one.passes(u) && two.passes(u) {
							want = http.StatusOK
						}
					}
					before := reached.Load()
					a := call(t, api, method, target, lines...)
					if a.status != want || (reached.Load() > before) != (want == 200) || want != 200 && strings.Contains(a.body, "secret") {
						t.Fatalf("%s %s as %q: %d %s, want %d", method, target, token, a.status, a.body, want)
					}
				}
			}
		}
	}
}

// What the document says is locked is locked, and what it says is open is open.
func TestTheDocumentTellsTheTruth(t *testing.T) { // A214, L11
	t.Parallel()
	c, b := security.SchemeConfig{}, new(blog)
	either := security.AnyOf[*user](di.Depends(userOf, security.Bearer(c)), di.Depends(func(_ context.Context, k security.APIKey) (*user, error) {
		return &user{Name: string(k)}, nil
	}, security.APIKeyHeader("X-API-Key", c)))
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(new(ledger).grant), security.Optional[*user](either))
		add := func(name string, handler *di.Dependency, opts ...router.Option) {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
				api.Handle(method, "/"+name, handler, append(opts, router.OperationID(method+name))...)
			}
		}
		for _, l := range locks() {
			add(l.name, di.Depends(ok), l.make(b))
		}
		add("value", di.Depends(me))
		add("open", di.Depends(ok))
		add("public", di.Depends(ok), router.Public())
		add("either", di.Depends(ok), either)
		add("both", di.Depends(ok), security.Bearer(c), security.APIKeyCookie("key", c))
		add("optional", di.Depends(func(_ context.Context, u di.Optional[*user]) (string, error) { return fmt.Sprint(u.Set), nil }))
	})
	locked := 0
	for path, item := range documentOf(t, api).Paths {
		for method, op := range item {
			a := call(t, api, strings.ToUpper(method), path)
			wants := len(op.Security) > 0
			for _, way := range op.Security {
				wants = wants && len(way) > 0
			}
			if wants != (a.status == 401) || wants != (len(a.challenges) > 0) {
				t.Errorf("%s %s: the document requires %v, and nobody is answered %d", method, path, op.Security, a.status)
			}
			if _, documented := op.Responses["401"]; wants && !documented {
				t.Errorf("%s %s: 401 is not documented", method, path)
			}
			if wants {
				locked++
			}
		}
	}
	if locked != 3*9 {
		t.Errorf("%d operations are locked, want 27", locked)
	}
}
