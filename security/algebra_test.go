package security_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A caller is whoever a credential of the algebra stands for.
type caller string

// The three schemes of the algebra: how each is called in the document, and the
// header lines that present a good and a bad credential.
var algebra = [...]struct{ scheme, good, bad string }{
	{"BearerAuth", "Authorization: Bearer good", "Authorization: Bearer bad"},
	{"ApiKeyAuth", "X-API-Key: good", "X-API-Key: bad"},
	{"ApiKeyCookie", "Cookie: key=good", "Cookie: key=bad"},
}

// knows is a dependency that verifies the credential of a scheme.
func knows[C ~string](name string, scheme *di.Dependency) *di.Dependency {
	return di.Depends(func(_ context.Context, credential C) (caller, error) {
		if credential != "good" {
			return "", security.InvalidCredentials("")
		}
		return caller(name), nil
	}, scheme)
}

// callers are the handles that all expressions share.
func callers() [3]*di.Dependency {
	c := security.SchemeConfig{}
	return [3]*di.Dependency{
		knows[security.BearerToken]("BearerAuth", security.Bearer(c)),
		knows[security.APIKey]("ApiKeyAuth", security.APIKeyHeader("X-API-Key", c)),
		knows[security.APIKey]("ApiKeyCookie", security.APIKeyCookie("key", c)),
	}
}

// An expression is a combination of schemes: a leaf, or a conjunction or a
// disjunction of others; each may be optional.
type expression struct {
	kind     byte // 'a'nd, 'o'r, or 0 for a leaf
	leaf     int
	of       []expression
	optional bool
}

func (e expression) String() string {
	var text string
	switch e.kind {
	case 0:
		text = "ABC"[e.leaf : e.leaf+1]
	default:
		parts := make([]string, len(e.of))
		for i, x := range e.of {
			parts[i] = x.String()
		}
		text = "(" + strings.Join(parts, map[byte]string{'a': " and ", 'o': " or "}[e.kind]) + ")"
	}
	if e.optional {
		text += "?"
	}
	return text
}

// handle builds the dependency of an expression.
func (e expression) handle(leaves [3]*di.Dependency) *di.Dependency {
	var d *di.Dependency
	switch e.kind {
	case 0:
		d = leaves[e.leaf]
	case 'a':
		d = security.AllOf[caller](e.of[0].handle(leaves), handles(e.of[1:], leaves)...)
	default:
		d = security.AnyOf[caller](handles(e.of, leaves)...)
	}
	if e.optional {
		return security.Optional[caller](d)
	}
	return d
}

func handles(of []expression, leaves [3]*di.Dependency) []*di.Dependency {
	list := make([]*di.Dependency, len(of))
	for i, e := range of {
		list[i] = e.handle(leaves)
	}
	return list
}

// presented is what a request presents for each scheme.
type presented [3]int

const (
	none = iota
	good
	bad
)

func (p presented) lines() []string {
	var lines []string
	for i, state := range p {
		switch state {
		case good:
			lines = append(lines, algebra[i].good)
		case bad:
			lines = append(lines, algebra[i].bad)
		}
	}
	return lines
}

// mentions reports whether an expression has a leaf that is in a state.
func (e expression) mentions(p presented, state int) bool {
	if e.kind == 0 {
		return p[e.leaf] == state
	}
	return slices.ContainsFunc(e.of, func(x expression) bool { return x.mentions(p, state) })
}

// holds is the truth table, for requests in which nothing is bad: whether the
// expression is satisfied, and by whom.
func (e expression) holds(p presented) (who caller, holds bool) {
	switch e.kind {
	case 0:
		holds = p[e.leaf] == good
		who = caller(algebra[e.leaf].scheme)
	case 'a':
		holds = !slices.ContainsFunc(e.of, func(x expression) bool { _, h := x.holds(p); return !h })
		who, _ = e.of[0].holds(p)
	default:
		i := slices.IndexFunc(e.of, func(x expression) bool { _, h := x.holds(p); return h })
		if holds = i >= 0; holds {
			who, _ = e.of[i].holds(p)
		}
	}
	if !holds {
		who = ""
	}
	return who, holds || e.optional
}

// ways are the sets of schemes that satisfy an expression, each written in one
// way.
func (e expression) ways() []string {
	sets := map[string]bool{}
	switch e.kind {
	case 0:
		sets[algebra[e.leaf].scheme] = true
	case 'o':
		for _, x := range e.of {
			for _, w := range x.ways() {
				sets[w] = true
			}
		}
	default:
		sets[""] = true
		for _, x := range e.of {
			product := map[string]bool{}
			for old := range sets {
				for _, w := range x.ways() {
					product[union(old, w)] = true
				}
			}
			sets = product
		}
	}
	if e.optional {
		sets[""] = true
	}
	return slices.Sorted(maps.Keys(sets))
}

func union(a, b string) string {
	list := append(strings.Fields(a), strings.Fields(b)...)
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

// expressions are all small ones over three schemes, with repetition.
func expressions() []expression {
	leaf := func(i int) expression { return expression{leaf: i} }
	optional := func(e expression) expression { e.optional = true; return e }
	join := func(kind byte, of ...expression) expression { return expression{kind: kind, of: of} }
	list := []expression{leaf(0), leaf(1), leaf(2)}
	for i := range 3 {
		for j := range 3 {
			list = append(list, join('a', leaf(i), leaf(j)), join('o', leaf(i), leaf(j)), join('a', leaf(i), optional(leaf(j))))
			for k := range 3 {
				for _, outer := range []byte("ao") {
					list = append(list, join(outer, leaf(i), leaf(j), leaf(k)))
					for _, inner := range []byte("ao") {
						list = append(list,
							join(outer, leaf(i), join(inner, leaf(j), leaf(k))),
							join(outer, join(inner, leaf(i), leaf(j)), leaf(k)))
					}
				}
				list = append(list,
					join('a', leaf(i), optional(join('a', leaf(j), leaf(k)))),
					join('a', leaf(i), optional(join('o', leaf(j), leaf(k)))),
					join('o', leaf(i), join('a', leaf(j), optional(leaf(k)))))
			}
		}
	}
	for _, e := range slices.Clip(list) {
		list = append(list, optional(e))
	}
	return list
}

// Every small combination is enforced as its truth table says, with one rule on
// top: a credential that was presented and is wrong is refused, wherever it
// stands and whatever came with it.
func TestCombinationsEnforceTheirTruthTable(t *testing.T) { // S36, S38, A76, A77
	t.Parallel()
	list, leaves := expressions(), callers()
	api := newAPI(t, func(api *router.Router) {
		for i, e := range list {
			path := fmt.Sprintf("/%d", i)
			if e.optional {
				get(api, path, func(_ context.Context, c di.Optional[caller]) (string, error) {
					if c.Set != (c.Value != "") {
						t.Errorf("%v: the value is %q, set: %t", e, c.Value, c.Set)
					}
					return string(c.Value), nil
				}, e.handle(leaves), router.OperationID(fmt.Sprint("o", i)))
				continue
			}
			get(api, path, func(_ context.Context, c caller) (string, error) { return string(c), nil },
				e.handle(leaves), router.OperationID(fmt.Sprint("o", i)))
		}
	})
	wrong := 0
	for i, e := range list {
		for n := range 27 {
			p := presented{n % 3, n / 3 % 3, n / 9}
			if !agrees(t, api, fmt.Sprintf("/%d", i), e, p) {
				wrong++
			}
		}
		if wrong > 20 {
			t.Fatal("too many")
		}
	}
	t.Logf("%d combinations, %d requests", len(list), 27*len(list))
}

// agrees sends one request and compares the answer with the table.
func agrees(t *testing.T, api http.Handler, path string, e expression, p presented) bool {
	t.Helper()
	a := call(t, api, http.MethodGet, path, p.lines()...)
	who, holds := e.holds(p)
	switch {
	case e.mentions(p, bad) || !holds:
		if a.status != http.StatusUnauthorized || len(a.challenges) == 0 {
			t.Errorf("%v with %v: answered %d %s, challenges %q, want a 401", e, p, a.status, a.body, a.challenges)
			return false
		}
		if !e.mentions(p, bad) && !e.mentions(p, good) {
			return asksForAll(t, e, a)
		}
	case a.status != http.StatusOK || strings.TrimSpace(a.body) != fmt.Sprintf("%q", who):
		t.Errorf("%v with %v: answered %d %s, want %q", e, p, a.status, a.body, who)
		return false
	}
	return true
}

// asksForAll checks that a request without credentials is challenged once for
// each scheme of the expression.
func asksForAll(t *testing.T, e expression, a answer) bool {
	t.Helper()
	schemes := map[string]bool{}
	for _, w := range e.ways() {
		for s := range strings.FieldsSeq(w) {
			schemes[s] = true
		}
	}
	if len(a.challenges) != len(schemes) || strings.Contains(fmt.Sprint(a.challenges), "error") {
		t.Errorf("%v: challenges %q for %d schemes", e, a.challenges, len(schemes))
		return false
	}
	return true
}

// The document says what the truth table says: OR is a list, AND an object, and
// what can be done without is the empty object.
func TestCombinationsAreDocumentedAsTheyAreEnforced(t *testing.T) { // S36, S196, L11
	t.Parallel()
	list, leaves := expressions(), callers()
	d := documentOf(t, newAPI(t, func(api *router.Router) {
		for i, e := range list {
			get(api, fmt.Sprintf("/%d", i), ok, e.handle(leaves), router.OperationID(fmt.Sprint("o", i)))
		}
	}))
	for i, e := range list {
		documented := map[string]bool{}
		for _, way := range d.get(fmt.Sprintf("/%d", i)).Security {
			documented[union("", strings.Join(slices.Collect(maps.Keys(way)), " "))] = true
		}
		if got, want := slices.Sorted(maps.Keys(documented)), e.ways(); !slices.Equal(got, want) {
			t.Errorf("%v: the document says %q, want %q", e, got, want)
		}
		if _, found := d.get(fmt.Sprintf("/%d", i)).Responses["401"]; !found {
			t.Errorf("%v: no 401", e)
		}
	}
}

// A key has one place: sent in two, it is refused even if both are the same.
func TestAKeyComesByOneWay(t *testing.T) { // A50, A57, L10
	t.Parallel()
	c := security.SchemeConfig{}
	anywhere := security.AnyOf[security.APIKey](security.APIKeyHeader("X-API-Key", c), security.APIKeyQuery("api_key", c), security.APIKeyCookie("key", c))
	api := newAPI(t, func(api *router.Router) {
		api.Handle(http.MethodGet, "/x", readsKey, anywhere)
	})
	for n := range 8 {
		target, lines := "/x", []string(nil)
		if n&1 > 0 {
			lines = append(lines, "X-API-Key: k")
		}
		if n&2 > 0 {
			target += "?api_key=k"
		}
		if n&4 > 0 {
			lines = append(lines, "Cookie: key=k")
		}
		a := call(t, api, http.MethodGet, target, lines...)
		switch n {
		case 0:
			if a.status != 401 || len(a.challenges) != 3 {
				t.Errorf("no key: %d %q", a.status, a.challenges)
			}
		case 1, 2, 4:
			a.want(t, 200, "")
		default:
			a.want(t, 400, "Multiple credentials in request")
		}
	}
	// One that is empty is not none.
	for name, a := range map[string]answer{
		"an empty field beside the query":   call(t, api, http.MethodGet, "/x?api_key=k", "X-API-Key: "),
		"an empty parameter beside a field": call(t, api, http.MethodGet, "/x?api_key=", "X-API-Key: k"),
		"an empty cookie beside a field":    call(t, api, http.MethodGet, "/x", "X-API-Key: k", "Cookie: key="),
		"two fields beside the query":       call(t, api, http.MethodGet, "/x?api_key=k", "X-API-Key: k", "X-API-Key: k"),
	} {
		if a.status != 400 && a.status != 401 {
			t.Errorf("%s: %d, want a refusal", name, a.status)
		}
	}
}

// Rights never add up: who comes with two credentials is the one who is named
// first, with nothing of the other.
func TestTwoPrincipalsAreNotMerged(t *testing.T) { // A77
	t.Parallel()
	c := security.SchemeConfig{}
	holder := di.Depends(func(context.Context, security.APIKey) (*user, error) {
		return &user{Name: "robot", roles: []string{"admin"}}, nil
	}, security.APIKeyHeader("X-API-Key", c))
	token := di.Depends(userOf, security.Bearer(c))
	api := newAPI(t, func(api *router.Router) {
		get(api, "/token-first", me, security.AnyOf[*user](token, holder), security.RequireRole[*user]("admin"))
		get(api, "/key-first", me, security.AnyOf[*user](holder, token), security.RequireRole[*user]("admin"))
	})
	call(t, api, http.MethodGet, "/token-first", bearer("ann"), "X-API-Key: k").want(t, 403, "Role 'admin' required")
	call(t, api, http.MethodGet, "/token-first", "X-API-Key: k").want(t, 200, "")
	call(t, api, http.MethodGet, "/key-first", bearer("ann"), "X-API-Key: k").want(t, 200, "")
	call(t, api, http.MethodGet, "/key-first", bearer("ann_r.admin")).want(t, 200, "")
}

// Behind the alternative that counts only credentials are looked at: a role
// that somebody else lacks does not keep anybody out, and what only decides is
// not run.
func TestGuardsOfOtherAlternativesDoNotRun(t *testing.T) { // A76
	t.Parallel()
	c := security.SchemeConfig{}
	asked := 0
	admin := di.Depends(func(_ context.Context, u *user) (*user, error) {
		asked++
		if !u.HasRole("admin") {
			return nil, security.RoleRequired("admin")
		}
		return u, nil
	}, di.At(di.Authorization), di.Depends(userOf, security.Bearer(c)))
	holder := di.Depends(func(_ context.Context, k security.APIKey) (*user, error) {
		if k != "k" {
			return nil, security.InvalidAPIKey()
		}
		return &user{Name: "robot"}, nil
	}, security.APIKeyHeader("X-API-Key", c))
	api := newAPI(t, func(api *router.Router) {
		get(api, "/key-first", me, security.AnyOf[*user](holder, admin))
		get(api, "/admin-first", me, security.AnyOf[*user](admin, holder))
	})
	call(t, api, http.MethodGet, "/key-first", bearer("ann"), "X-API-Key: k").want(t, 200, "")
	call(t, api, http.MethodGet, "/key-first", bearer("$"), "X-API-Key: k").want(t, 401, "", invalidBearer)
	if asked > 0 {
		t.Errorf("the guard ran %d times for others", asked)
	}
	call(t, api, http.MethodGet, "/admin-first", bearer("ann"), "X-API-Key: k").want(t, 403, "Role 'admin' required")
	call(t, api, http.MethodGet, "/key-first", bearer("ann_r.admin")).want(t, 200, "")
}

// A credential is verified although its alternative is passed over for another
// one that is missing, and what the verification needs runs for it.
func TestAWrongCredentialIsFoundInAnAlternativeThatIsIncomplete(t *testing.T) { // A76
	t.Parallel()
	type store struct{ tokens []string }
	c := security.SchemeConfig{}
	opened := 0
	conn := di.Depends(func(context.Context, di.None) (*store, error) { opened++; return &store{[]string{"good"}}, nil })
	byToken := di.Depends(func(_ context.Context, in struct {
		Store *store
		Token security.BearerToken
	}) (caller, error) {
		if !slices.Contains(in.Store.tokens, string(in.Token)) {
			return "", security.InvalidToken()
		}
		return "token", nil
	}, security.Bearer(c), conn)
	byCookie := knows[security.APIKey]("cookie", security.APIKeyCookie("key", c))
	both := security.AllOf[caller](knows[security.APIKey]("key", security.APIKeyHeader("X-API-Key", c)), byToken)
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", func(_ context.Context, c caller) (string, error) { return string(c), nil }, security.AnyOf[caller](both, byCookie))
	})
	call(t, api, http.MethodGet, "/x", "Cookie: key=good", bearer("wrong")).want(t, 401, "Invalid token",
		`ApiKey realm="api", name="X-API-Key", in="header"`, invalidBearer, `ApiKey realm="api", name="key", in="cookie"`)
	call(t, api, http.MethodGet, "/x", "Cookie: key=good", bearer("good")).want(t, 200, "")
	if opened != 2 {
		t.Errorf("the store was opened %d times, want once for each", opened)
	}
	call(t, api, http.MethodGet, "/x", "Cookie: key=good").want(t, 200, "")
	call(t, api, http.MethodGet, "/x", "X-API-Key: good", bearer("good")).want(t, 200, "")
	if opened != 3 {
		t.Errorf("the store was opened %d times, also when there was no token to look up", opened)
	}
}

// Whoever comes without a credential may be let in by an alternative that asks
// for none; it does not run for those who come with one.
func TestAGuestIsTheLastResort(t *testing.T) { // A76
	t.Parallel()
	guests := 0
	guest := di.Depends(func(context.Context, di.None) (*user, error) { guests++; return &user{Name: "guest"}, nil })
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", me, security.AnyOf[*user](di.Depends(userOf, security.Bearer(security.SchemeConfig{})), guest))
	})
	call(t, api, http.MethodGet, "/x", bearer("ann")).want(t, 200, "")
	call(t, api, http.MethodGet, "/x", bearer("bad")).want(t, 401, "Invalid token", invalidBearer)
	if guests > 0 {
		t.Errorf("%d guests", guests)
	}
	call(t, api, http.MethodGet, "/x").want(t, 200, "")
	if got := documentOf(t, api).get("/x").Security; len(got) != 2 || len(got[1]) != 0 {
		t.Errorf("security %v, want the scheme or nothing", got)
	}
}

func TestCombinationsOfNothingAreMistakes(t *testing.T) {
	t.Parallel()
	c := security.SchemeConfig{}
	for _, tt := range []struct {
		name string
		d    func() *di.Dependency
		want string
	}{
		{"no alternatives", func() *di.Dependency { return security.AnyOf[*user]() }, "combines nothing"},
		{"an alternative of another type", func() *di.Dependency { return security.AnyOf[*user](security.Bearer(c)) }, "BearerToken"},
		{"an optional of another type", func() *di.Dependency { return security.Optional[*user](security.Bearer(c)) }, "BearerToken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := router.New("Nothing", "1")
			get(api, "/x", ok, tt.d())
			if err := api.Build(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Build = %v, want a mistake that says %q", err, tt.want)
			}
		})
	}
	if text := panicOf(func() { security.AnyOf[*user](nil) }); !strings.Contains(text, "nil") {
		t.Errorf("a nil alternative: %q", text)
	}
}
