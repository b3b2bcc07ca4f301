package security_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// verifyScopes compares what is required with what a user was granted.
func verifyScopes(_ context.Context, in struct {
	Required security.Scopes
	User     *user
}) (*user, error) {
	if !in.User.scopes.Has(in.Required...) {
		return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.User.scopes)
	}
	return in.User, nil
}

func insufficient(scopes string) string {
	return `Bearer realm="api", error="insufficient_scope", scope="` + scopes + `"`
}

func TestScopesAreAllRequired(t *testing.T) { // S7, S189, S192, S193, S194, S232
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/none", me, security.Require(verifyScopes), router.OperationID("none"))
		get(api, "/one", me, security.Require(verifyScopes, "admin:read"), router.OperationID("one"))
		get(api, "/two", me, security.Require(verifyScopes, "b", "a"), router.OperationID("two"))
		get(api, "/twice", me, security.Require(verifyScopes, "a", "a"), router.OperationID("twice"))
	})
	for _, tt := range []struct {
		name, path, token string
		status            int
		detail, challenge string
	}{
		{"nothing is required", "/none", "ann", 200, "", ""},
		{"the scope is granted", "/one", "ann_s.admin~read", 200, "", ""},
		{"another scope is granted", "/one", "ann_s.admin~write", 403, "Scope 'admin:read' required", insufficient("admin:read")},
		{"none is granted", "/one", "ann", 403, "Scope 'admin:read' required", insufficient("admin:read")},
		{"a shorter scope is granted", "/one", "ann_s.admin~rea", 403, "Scope 'admin:read' required", insufficient("admin:read")},
		{"the scope is granted in capitals", "/one", "ann_s.ADMIN~READ", 403, "Scope 'admin:read' required", insufficient("admin:read")}, // S7
		{"a role of its name", "/one", "ann_r.admin~read", 403, "Scope 'admin:read' required", insufficient("admin:read")},
		{"both scopes are granted", "/two", "ann_s.a_s.b", 200, "", ""},
		{"both and more are granted", "/two", "ann_s.c_s.a_s.b", 200, "", ""},
		{"the first is missing", "/two", "ann_s.a", 403, "Scope 'b' required", insufficient("b a")}, // in declared order
		{"the second is missing", "/two", "ann_s.b", 403, "Scope 'a' required", insufficient("b a")},
		{"a scope that is named twice", "/twice", "ann", 403, "Scope 'a' required", insufficient("a")},
		{"nobody asks", "/one", "bad", 401, "Invalid token", invalidBearer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := call(t, api, http.MethodGet, tt.path, bearer(tt.token))
			if tt.challenge == "" {
				a.want(t, tt.status, tt.detail)
				return
			}
			a.want(t, tt.status, tt.detail, tt.challenge)
		})
	}
	if a := call(t, api, http.MethodGet, "/two", bearer("ann")); !slices.Equal(a.problem.RequiredScopes, []string{"b", "a"}) {
		t.Errorf("required_scopes %q", a.problem.RequiredScopes)
	}
}

// anyScope is satisfied with one of what is required.
func anyScope(_ context.Context, in struct {
	Required security.Scopes
	User     *user
}) (*user, error) {
	if !slices.ContainsFunc(in.Required, func(scope string) bool { return in.User.scopes.Has(scope) }) {
		return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.User.scopes)
	}
	return in.User, nil
}

func TestAFunctionDecidesHowScopesAreCompared(t *testing.T) { // S191
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/any", me, security.Require(anyScope, "posts:write", "admin"), router.OperationID("any"))
		get(api, "/all", me, security.Require(verifyScopes, "posts:write", "admin"), router.OperationID("all"))
	})
	for token, status := range map[string][2]int{
		"ann_s.posts~write":         {200, 403},
		"ann_s.admin":               {200, 403},
		"ann_s.admin_s.posts~write": {200, 200},
		"ann_s.posts~read":          {403, 403},
		"ann":                       {403, 403},
		"bad":                       {401, 401},
	} {
		for i, path := range []string{"/any", "/all"} {
			if a := call(t, api, http.MethodGet, path, bearer(token)); a.status != status[i] {
				t.Errorf("%s answers %d to %s, want %d", path, a.status, token, status[i])
			}
		}
	}
	a := call(t, api, http.MethodGet, "/any", bearer("ann"))
	a.want(t, 403, "Scope 'posts:write' required", insufficient("posts:write admin"))
}

// A grant is the proof that the required scopes were granted.
type grant struct{}

// A ledger makes grants and notes under which scopes it was asked for them.
type ledger struct {
	mu      sync.Mutex
	entries []string
}

func (l *ledger) grant(ctx context.Context, in struct {
	Required security.Scopes
	User     *user
}) (*grant, error) {
	l.mu.Lock()
	l.entries = append(l.entries, strings.Join(in.Required, "+"))
	l.mu.Unlock()
	if _, err := verifyScopes(ctx, in); err != nil {
		return nil, err
	}
	return &grant{}, nil
}

func (l *ledger) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries := l.entries
	l.entries = nil
	slices.Sort(entries)
	return entries
}

// granted is a guard that needs a grant.
func granted(scopes ...string) *di.Dependency {
	return security.Require(func(context.Context, *grant) (di.None, error) { return di.None{}, nil }, scopes...)
}

// The scopes of an API, its groups and a route add up, and each guard is
// checked for its own and never for those of a sibling.
func TestScopesOfGroupsAndRoutesAddUp(t *testing.T) { // A86, A87, L3
	t.Parallel()
	var book ledger
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(book.grant))
		group := api.Group("/g", granted("api"))
		group.Handle(http.MethodGet, "/plain", di.Depends(ok), router.OperationID("plain"))
		group.Handle(http.MethodGet, "/more", di.Depends(ok), granted("more"), router.OperationID("more"))
		group.Handle(http.MethodGet, "/none", di.Depends(ok), granted(), router.OperationID("none"))
		group.Handle(http.MethodGet, "/same", di.Depends(ok), granted("api"), router.OperationID("same"))
		inner := group.Group("/i", granted("inner"))
		inner.Handle(http.MethodGet, "/x", di.Depends(ok), granted("x", "api"), router.OperationID("x"))
	})
	d := documentOf(t, api)
	for target, want := range map[string]struct{ scopes, checks []string }{
		"/g/plain": {[]string{"api"}, []string{"api"}},
		"/g/more":  {[]string{"api", "more"}, []string{"api", "more"}},
		"/g/none":  {[]string{"api"}, []string{"", "api"}},
		"/g/same":  {[]string{"api"}, []string{"api"}}, // resolved once
		"/g/i/x":   {[]string{"api", "inner", "x"}, []string{"api", "inner", "x+api"}},
	} {
		call(t, api, http.MethodGet, target, bearer("ann_s."+strings.Join(want.scopes, "_s."))).want(t, 200, "")
		if got := book.take(); !slices.Equal(got, want.checks) {
			t.Errorf("%s: checked %q, want %q", target, got, want.checks)
		}
		for i := range want.scopes {
			some := slices.Delete(slices.Clone(want.scopes), i, i+1)
			a := call(t, api, http.MethodGet, target, bearer("ann_s."+strings.Join(some, "_s.")))
			if a.status != 403 || a.problem.Detail != "Scope '"+want.scopes[i]+"' required" {
				t.Errorf("%s without %s: %d %q", target, want.scopes[i], a.status, a.problem.Detail)
			}
		}
		book.take()
		if got := d.get(target).Security; !reflect.DeepEqual(got, []map[string][]string{{"BearerAuth": want.scopes}}) {
			t.Errorf("%s: the document requires %v, want %q", target, got, want.scopes)
		}
	}
}

// What a guard requires is required of everything on the way down, outermost
// first.
func TestScopesAccumulateOnTheWayDown(t *testing.T) { // S190, S196, L3
	t.Parallel()
	var book ledger
	type middle struct{ n int }
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(
			di.Depends(book.grant),
			di.Depends(func(context.Context, *grant) (middle, error) { return middle{1}, nil }, di.Requires("middle", "outer")))
		get(api, "/x", ok, security.Require(func(context.Context, middle) (di.None, error) { return di.None{}, nil }, "outer", "o2"))
	})
	call(t, api, http.MethodGet, "/x", bearer("ann_s.outer_s.o2")).want(t, 403, "Scope 'middle' required", insufficient("outer o2 middle"))
	call(t, api, http.MethodGet, "/x", bearer("ann_s.outer_s.o2_s.middle")).want(t, 200, "")
	if got := book.take(); !slices.Equal(got, []string{"outer+o2+middle", "outer+o2+middle"}) {
		t.Errorf("checked %q", got)
	}
	if got := documentOf(t, api).get("/x").Security; !reflect.DeepEqual(got, []map[string][]string{{"BearerAuth": {"outer", "o2", "middle"}}}) {
		t.Errorf("the document requires %v", got)
	}
}

// One function under two sets of scopes is two checks, whatever their order.
func TestOneFunctionUnderTwoSetsOfScopesIsTwoChecks(t *testing.T) { // A86, M31
	t.Parallel()
	var book ledger
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(book.grant))
		get(api, "/ab", ok, granted("a"), granted("b"), router.OperationID("ab"))
		get(api, "/ba", ok, granted("b"), granted("a"), router.OperationID("ba"))
		get(api, "/fab", ok, security.Require(verifyScopes, "a"), security.Require(verifyScopes, "b"), router.OperationID("fab"))
	})
	for _, path := range []string{"/ab", "/ba", "/fab"} {
		a := call(t, api, http.MethodGet, path, bearer("ann_s.a"))
		if a.status != 403 || a.problem.Detail != "Scope 'b' required" {
			t.Errorf("%s: %d %q", path, a.status, a.problem.Detail)
		}
		call(t, api, http.MethodGet, path, bearer("ann_s.b")).want(t, 403, "Scope 'a' required", insufficient("a"))
		call(t, api, http.MethodGet, path, bearer("ann_s.b_s.a")).want(t, 200, "")
	}
}

// What reads no scopes is resolved once, under however many sets: the token is
// read once, the user loaded once, the connection opened once.
func TestWhatReadsNoScopesIsResolvedOnce(t *testing.T) { // A89, S187, L2
	t.Parallel()
	type store struct{}
	var book ledger
	var opened, loaded int
	conn := di.Depends(func(context.Context, di.None) (*store, error) { opened++; return &store{}, nil })
	load := di.Depends(func(ctx context.Context, in struct {
		Token security.BearerToken
		Store *store
	}) (*user, error) {
		loaded++
		return userOf(ctx, in.Token)
	}, security.Bearer(security.SchemeConfig{}))
	api := newAPI(t, func(api *router.Router) {
		api.Provide(conn, load, di.Depends(book.grant))
		get(api, "/x", me, granted("a"), granted("b"), granted("c"))
	})
	call(t, api, http.MethodGet, "/x", bearer("ann_s.a_s.b_s.c")).want(t, 200, "")
	if checks := book.take(); opened != 1 || loaded != 1 || len(checks) != 3 {
		t.Errorf("opened %d times, loaded %d times, checked %q; want once, once, a b c", opened, loaded, checks)
	}
}

// A guard that only documents its scopes would guard nothing.
func TestScopesThatNothingReadsAreAMistake(t *testing.T) { // L5
	t.Parallel()
	api := router.New("Unread", "1")
	withUsers(api)
	get(api, "/x", me, security.Require(func(_ context.Context, u *user) (*user, error) { return u, nil }, "admin:read"))
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "admin:read") {
		t.Errorf("Build = %v, want a mistake that names the scope", err)
	}
}

// A guard whose credential the document could not show is a mistake, too.
func TestGuardsWithoutASchemeAreAMistake(t *testing.T) { // S13, S181, L11
	t.Parallel()
	api := router.New("No scheme", "1")
	get(api, "/x", ok, security.Require(func(_ context.Context, in struct {
		Key string `header:"X-Key"`
	}) (string, error) {
		return in.Key, nil
	}))
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "scheme") {
		t.Errorf("Build = %v", err)
	}
}

// Whoever takes a credential is locked, at whatever depth; whoever does not is
// not.
func TestWhatNeedsACredentialIsLocked(t *testing.T) { // S181, S182
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(func(_ context.Context, u *user) (note, error) { return note(u.Name), nil }))
		get(api, "/deep", func(_ context.Context, n note) (note, error) { return n, nil })
		get(api, "/open", ok)
	})
	call(t, api, http.MethodGet, "/deep").want(t, 401, "", plainBearer)
	call(t, api, http.MethodGet, "/open").want(t, 200, "")
	d := documentOf(t, api)
	if got := d.get("/deep").Security; !reflect.DeepEqual(got, []map[string][]string{{"BearerAuth": {}}}) {
		t.Errorf("/deep: security %v", got)
	}
	if got := d.get("/open").Security; len(got) > 0 {
		t.Errorf("/open: security %v", got)
	}
}

// Scopes are checked before roles, roles before ownership, and nothing is read
// of the body before.
func TestGuardsRunInTheirOrder(t *testing.T) { //nolint:tparallel // the cases share an API that records // A93, L9
	t.Parallel()
	b := new(blog)
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Provide(di.Depends(new(ledger).grant))
		api.Handle(http.MethodPut, "/posts/{post_id}", di.Depends(func(_ context.Context, in struct {
			Post *post
			Body struct{ Text string } `body:"json"`
		}) (*post, error) {
			return in.Post, nil
		}), security.RequireOwner[*user](b.findPost), security.RequireRole[*user]("writer"), granted("posts"))
	})
	for _, tt := range []struct {
		name, token string
		status      int
		detail      string
	}{
		{"nobody", "bad", 401, "Invalid token"},
		{"neither scope nor role", "ann", 403, "Scope 'posts' required"},
		{"no scope", "ann_r.writer", 403, "Scope 'posts' required"},
		{"no role", "ann_s.posts", 403, "Role 'writer' required"},
		{"not the owner", "eve_s.posts_r.writer", 403, "You don't own this resource"},
		{"all of it, but no body", "ann_s.posts_r.writer", 422, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := call(t, api, http.MethodPut, "/posts/1", bearer(tt.token))
			if a.status != tt.status || tt.detail != "" && a.problem.Detail != tt.detail {
				t.Errorf("answered %d %q, want %d %q", a.status, a.problem.Detail, tt.status, tt.detail)
			}
		})
	}
}

// An unread body fails the test that reads it.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read for somebody who may not pass")
	return 0, io.EOF
}

func TestNobodyIsReadFromBeforeTheyPass(t *testing.T) { // A93, A201, L9
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		api.Handle(http.MethodPost, "/x", di.Depends(func(_ context.Context, in struct {
			Body struct{ Text string } `body:"json"`
		}) (string, error) {
			return in.Body.Text, nil
		}), security.RequireRole[*user]("admin"))
	})
	for token, want := range map[string]int{"": 401, "bad": 401, "$": 401, "ann": 403} {
		r := httptest.NewRequest(http.MethodPost, "/x", unread{t})
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		if api.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%q: %d, want %d", token, w.Code, want)
		}
	}
}

// A request that is given up while its guards run reaches no handler.
func TestACancelledRequestReachesNoHandler(t *testing.T) { // A91
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api := newAPI(t, func(api *router.Router) {
		api.Provide(di.Depends(func(ctx context.Context, token security.BearerToken) (*user, error) {
			cancel()
			return userOf(ctx, token)
		}, security.Bearer(security.SchemeConfig{})))
		get(api, "/x", func(context.Context, di.None) (string, error) {
			t.Error("reached")
			return "", nil
		}, security.RequireRole[*user]("admin"))
	})
	r := httptest.NewRequest(http.MethodGet, "/x", nil).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer ann_r.admin")
	w := httptest.NewRecorder()
	if api.ServeHTTP(w, r); w.Code < 400 {
		t.Errorf("answered %d", w.Code)
	}
}

// Users who come at the same time are each themselves.
func TestPrincipalsNeverMix(t *testing.T) { // A90, L7
	t.Parallel()
	c := security.SchemeConfig{}
	either := security.AnyOf[*user](
		di.Depends(userOf, security.Bearer(c)),
		di.Depends(func(_ context.Context, k security.APIKey) (*user, error) { return &user{Name: "key-" + string(k)}, nil },
			security.APIKeyHeader("X-API-Key", c)))
	api := newAPI(t, func(api *router.Router) {
		api.Provide(either, security.Optional[*user](either))
		get(api, "/me", me)
		get(api, "/maybe", func(_ context.Context, u di.Optional[*user]) (string, error) {
			if u.Set {
				return u.Value.Name, nil
			}
			return "nobody", nil
		})
	})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			for j := range 10 {
				name := fmt.Sprintf("u%d-%d", i, j)
				for want, lines := range map[string][]string{name: {bearer(name)}, "key-" + name: {"X-API-Key: " + name}} {
					for _, target := range []string{"/me", "/maybe"} {
						if a := call(t, api, http.MethodGet, target, lines...); a.status != 200 || strings.TrimSpace(a.body) != fmt.Sprintf("%q", want) {
							t.Errorf("%s got %s", want, a.body)
						}
					}
				}
				if a := call(t, api, http.MethodGet, "/maybe"); strings.TrimSpace(a.body) != `"nobody"` {
					t.Errorf("nobody got %s", a.body)
				}
			}
		})
	}
	wg.Wait()
}
