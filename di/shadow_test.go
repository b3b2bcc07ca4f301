package di_test

import (
	"context"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// stricter is a guard that takes a user and gives it back, marked.
func stricter(j *journal, mark string, opts ...di.Option) *di.Dependency {
	return turns(j, mark, func(u *user) (*user, error) { return &user{Name: u.Name + mark}, nil }, opts...)
}

// sees makes a target that notes whom it received.
func sees(j *journal) *di.Dependency {
	return di.Depends(func(_ context.Context, u *user) (di.None, error) {
		j.note("handler=%s", u.Name)
		return di.None{}, nil
	})
}

// L4
func TestInnerDeclarationsShadowOuterOnesOfTheSameType(t *testing.T) {
	t.Parallel()
	var j journal
	outer := gives(&j, "outer", &user{Name: "outer"})
	inner := gives(&j, "inner", &user{Name: "inner"})
	s := di.NewScope(provided(outer))
	s.Provide(inner)
	serves(t, plan(t)(s, sees(&j)), request{})
	j.expect(t, "inner handler=inner")
}

// L4: a required dependency stands in front of a provided one.
func TestWhatAScopeRequiresShadowsWhatItProvides(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(gives(&j, "p", &user{Name: "p"}))
	s.Require(stricter(&j, "+r"))
	serves(t, plan(t)(s, sees(&j)), request{})
	j.expect(t, "p +r handler=p+r")
}

// L4: guards of one type form a chain in the order of declaration, within a
// scope and over scopes, and the handler receives what the last one gave.
func TestGuardsOfOneTypeFormAChain(t *testing.T) {
	t.Parallel()
	var j journal
	api := required(provided(gives(&j, "u", &user{Name: "u"})), stricter(&j, "+a"), stricter(&j, "+b"))
	group := required(api, stricter(&j, "+c"))
	route := required(group, stricter(&j, "+d"), stricter(&j, "+e"))
	serves(t, plan(t)(route, sees(&j)), request{})
	j.expect(t, "u +a +b +c +d +e handler=u+a+b+c+d+e")
}

// L4: also among what is provided.
func TestProvidedGuardsFormAChainToo(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(gives(&j, "u", &user{Name: "u"}), stricter(&j, "+a"), stricter(&j, "+b"))
	serves(t, plan(t)(s, sees(&j)), request{})
	j.expect(t, "u +a +b handler=u+a+b")
}

// L4: what a dependency gets depends on where it was declared, not on who
// needs it.
func TestLookupsAreLexical(t *testing.T) {
	t.Parallel()
	var j journal
	api := provided(
		gives(&j, "outer", &user{Name: "outer"}),
		turns(&j, "page", func(u *user) (page, error) { j.note("page=%s", u.Name); return page{}, nil }),
	)
	route := di.NewScope(api)
	route.Provide(gives(&j, "inner", &user{Name: "inner"}))
	p := plan(t)(route, handles[struct {
		User *user
		Page page
	}](&j))
	serves(t, p, request{})
	j.expect(t, "inner outer page page=outer handler")
}

// L4: a dependency never sees itself, even where it is declared twice.
func TestADependencyNeverSeesItself(t *testing.T) {
	t.Parallel()
	var j journal
	guard := stricter(&j, "+g")
	api := required(provided(gives(&j, "u", &user{Name: "u"})), guard)
	serves(t, plan(t)(required(api, guard), sees(&j)), request{})
	j.expect(t, "u +g handler=u+g")

	alone := mistakes(t, required(nil, stricter(&j, "+g")), handles[di.None](&j))
	_ = wantMistake[*di.MissingError](t, alone)
}

// A guard sees what is declared behind it, unless that gives what it gives.
func TestTheOrderOfDeclarationMattersOnlyWithinAType(t *testing.T) {
	t.Parallel()
	var j journal
	guard := turns(&j, "guard", func(u *user) (di.None, error) { j.note("guard=%s", u.Name); return di.None{}, nil })
	s := required(nil, guard, gives(&j, "u", &user{Name: "u"}))
	serves(t, plan(t)(s, handles[di.None](&j)), request{})
	j.expect(t, "u guard guard=u handler")
}

func TestProvidedDependenciesRunOnlyWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(gives(&j, "user", &user{}), gives(&j, "db", &db{}))
	serves(t, plan(t)(s, handles[*db](&j)), request{})
	j.expect(t, "db handler")
}

// What a handle brings is seen by it and by what else it brings.
func TestBroughtHandlesAreSeenByTheBringerAndItsOthers(t *testing.T) {
	t.Parallel()
	var j journal
	whoami := turns(&j, "user", func(c *claims) (*user, error) { return &user{Name: c.Subject}, nil },
		turns(&j, "claims", func(b bearer) (*claims, error) { return &claims{string(b)}, nil }),
		gives(&j, "bearer", bearer("anna")),
	)
	serves(t, plan(t)(required(nil, whoami), sees(&j)), request{})
	j.expect(t, "bearer claims user handler=anna")
}

func TestBroughtHandlesAreSeenByNobodyElse(t *testing.T) {
	t.Parallel()
	var j journal
	whoami := turns(&j, "user", func(bearer) (*user, error) { return &user{}, nil }, gives(&j, "bearer", bearer("")))
	err := mistakes(t, required(nil, whoami), handles[struct {
		User   *user
		Bearer bearer
	}](&j))
	if m := wantMistake[*di.MissingError](t, err); m.Field != "Bearer" || m.Nearby.Name() != "bearer" {
		t.Errorf("missing field %s near %v, want Bearer and the handle that was brought", m.Field, m.Nearby)
	}
}

// What a handle brings is innermost for it: not even a nearer scope hides it.
func TestBroughtHandlesShadowEveryScope(t *testing.T) {
	t.Parallel()
	var j journal
	whoami := turns(&j, "user", func(b bearer) (*user, error) { return &user{Name: string(b)}, nil },
		gives(&j, "own", bearer("own")))
	s := required(provided(gives(&j, "other", bearer("other"))), whoami)
	serves(t, plan(t)(s, sees(&j)), request{})
	j.expect(t, "own user handler=own")
}

// What is not brought is looked up where the bringer was declared.
func TestABringerStillSeesItsScope(t *testing.T) {
	t.Parallel()
	var j journal
	whoami := turns(&j, "user", func(c *claims) (*user, error) { return &user{Name: c.Subject}, nil },
		turns(&j, "claims", func(b bearer) (*claims, error) { return &claims{string(b)}, nil }))
	s := required(provided(gives(&j, "scope", bearer("scope"))), whoami)
	serves(t, plan(t)(s, sees(&j)), request{})
	j.expect(t, "scope claims user handler=scope")
}

func TestWithAddsToWhatAHandleBrings(t *testing.T) {
	t.Parallel()
	var j journal
	whoami := turns(&j, "user", func(c *claims) (*user, error) { return &user{Name: c.Subject}, nil },
		turns(&j, "claims", func(b bearer) (*claims, error) { return &claims{string(b)}, nil }))
	whole := whoami.With(gives(&j, "bearer", bearer("b")))
	serves(t, plan(t)(required(nil, whole), sees(&j)), request{})
	j.expect(t, "bearer claims user handler=b")
	_ = wantMistake[*di.MissingError](t, mistakes(t, required(nil, whoami), sees(&j)))
}

// L10, L15: an open scope lifts the guards of the scopes around it that cannot
// pass without a credential, and no other.
func TestAnOpenScopeLiftsOnlyTheGuardsAroundIt(t *testing.T) {
	t.Parallel()
	var j journal
	api := required(provided(gives(&j, "bearer", bearer("t"), di.At(di.Authentication))),
		gives(&j, "address", di.None{}, di.At(di.Admission)),
		turns(&j, "login", func(bearer) (di.None, error) { return di.None{}, nil }),
		gives(&j, "count", page{}),
	)
	open := di.NewScope(api)
	open.Open()
	serves(t, plan(t)(open, handles[di.None](&j)), request{})
	j.expect(t, "address count handler")

	open = required(api, turns(&j, "own", func(bearer) (di.None, error) { return di.None{}, nil }))
	open.Open()
	serves(t, plan(t)(open, handles[bearer](&j)), request{})
	j.expect(t, "address bearer own count handler")
}

// L15: what is required together is lifted, or not, as if each part were
// required by itself.
func TestAnOpenScopeLiftsAllOfPartByPart(t *testing.T) {
	t.Parallel()
	var j journal
	token := gives(&j, "bearer", bearer("t"), di.At(di.Authentication))
	address := func(name string) *di.Dependency { return gives(&j, name, di.None{}, di.At(di.Admission)) }
	login := func() *di.Dependency {
		return turns(&j, "login", func(bearer) (di.None, error) { return di.None{}, nil })
	}
	api := required(provided(token),
		di.AllOf[di.None](address("a"), login(), di.AllOf[di.None](login(), address("b"))),
		di.AllOf[di.None](address("c"), address("d")),
		di.AnyOf[di.None](nil, login(), address("e")),
	)
	open := di.NewScope(api)
	open.Open()
	serves(t, plan(t)(open, handles[di.None](&j)), request{})
	j.expect(t, "a b c d handler")
	serves(t, plan(t)(api, handles[di.None](&j)), request{})
	j.expect(t, "a b c d bearer login login login handler")
}

// L11: what a lifted guard requires is not documented where it does not run.
func TestALiftedGuardLeavesNoScopesBehind(t *testing.T) {
	t.Parallel()
	var j journal
	verify := di.Depends(func(context.Context, di.Scopes) (*user, error) { return &user{}, nil }, di.At(di.Authentication))
	token := gives(&j, "bearer", bearer("t"), di.At(di.Authentication))
	admin := di.Depends(func(_ context.Context, in struct {
		User   *user
		Bearer bearer
	}) (di.None, error) {
		return di.None{}, nil
	}, di.Requires("admin"))
	open := di.NewScope(required(provided(verify, token), admin))
	open.Open()
	p := plan(t)(open, handles[bearer](&j))
	for _, n := range p.Always() {
		equal(t, n.Dependency().Name()+" scopes", n.Scopes(), nil)
	}
}

func TestAProvidedScopeRequiresNothing(t *testing.T) {
	t.Parallel()
	var j journal
	api := provided(gives(&j, "db", &db{}))
	api.Require(gives(&j, "guard", page{}))
	view := required(api, gives(&j, "inner", page{})).Provided()
	api.Provide(gives(&j, "later", &user{}))
	serves(t, plan(t)(view, handles[struct {
		DB   *db
		User *user
	}](&j)), request{})
	j.expect(t, "db later handler")
	if n := len(api.Required()); n != 1 {
		t.Errorf("the scope itself requires %d, want 1 as before", n)
	}
}
