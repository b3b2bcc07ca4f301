package di_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
)

type granted struct {
	Required di.Scopes
	Claims   *claims
}

// verifier notes the scopes that it is asked for and refuses those that were
// not granted.
func verifier(j *journal, grants ...string) *di.Dependency {
	return di.Depends(func(_ context.Context, in granted) (*user, error) {
		j.note("verify%v", in.Required)
		for _, s := range in.Required {
			if !slices.Contains(grants, s) {
				return nil, errors.New("missing scope " + s)
			}
		}
		return &user{Name: in.Claims.Subject}, nil
	}, di.Named("verify"))
}

func claimed(j *journal) *di.Dependency { return gives(j, "claims", &claims{}) }

// A86, L2, FastOpenAPI defect 1: the second set of scopes is checked too.
func TestAScopeReaderIsResolvedOncePerSetOfScopes(t *testing.T) {
	t.Parallel()
	var j journal
	verify := verifier(&j, "a:read")
	needs := func(scope string) *di.Dependency {
		return turns(&j, scope, func(u *user) (di.None, error) { return di.None{}, nil }, di.Requires(scope), verify)
	}
	p := plan(t)(required(provided(claimed(&j)), needs("a:read"), needs("b:admin")), handles[di.None](&j))
	err := serve(t, p, request{})
	if err == nil || err.Error() != "missing scope b:admin" {
		t.Errorf("error %v, want the missing scope", err)
	}
	j.expect(t, "claims verify[a:read] a:read verify[b:admin]")
}

// L3, L11: scopes that are required of alternatives hold for whatever somebody
// comes with.
func TestScopesThatAnAlternativeDoesNotReadAreAMistake(t *testing.T) {
	t.Parallel()
	var j journal
	token := gives(&j, "token", &claims{}, di.At(di.Authentication))
	reads := verifier(&j, "a").With(token)
	blind := turns(&j, "blind", func(bearer) (*user, error) { return &user{}, nil }, gives(&j, "key", bearer("k"), di.At(di.Authentication)))
	guest := gives(&j, "guest", &user{})
	compares := turns(&j, "compares", func(in struct {
		Required di.Scopes
		User     *user
	}) (*user, error) {
		return in.User, nil
	})
	either := di.AnyOf[*user](nil, reads, blind)
	for _, tc := range []struct {
		name string
		d    *di.Dependency
		want string // the alternative
	}{
		{"both read them", di.AnyOf[*user](nil, reads, reads.With()), ""},
		{"one does not", either, "blind"},
		{"one does not, in another order", di.AnyOf[*user](nil, blind, reads), "blind"},
		{"one within another combination does not", di.AllOf[*user](di.AnyOf[*user](nil, reads, either)), "AnyOf"},
		{"optional", di.Optionally[*user](reads), ""},
		{"optional, of which one does not", di.Optionally[*user](either), "blind"},
		{"what takes them does not", turns(&j, "takes", func(u *user) (*user, error) { return u, nil }, either), "blind"},
		{"what takes them compares", compares.With(either), ""},
		{"together with one that does", di.AllOf[*user](either, reads), ""},
		{"one asks for no credential", di.AnyOf[*user](nil, reads, guest), ""},
	} {
		_, mistakes := di.Compile(required(nil, tc.d.With(di.Requires("a"))), handles[di.None](&j), source{}, nil)
		e, _ := errors.AsType[*di.ScopesError](errors.Join(mistakes...))
		switch {
		case tc.want == "" && mistakes != nil:
			t.Errorf("%s: %v", tc.name, mistakes)
		case tc.want != "" && (e == nil || e.Alternative == nil || e.Alternative.Name() != tc.want || !strings.Contains(e.Error(), "so who comes with that needs none")):
			t.Errorf("%s: %v, want a mistake of %s", tc.name, mistakes, tc.want)
		}
	}
}

// A86, L2
func TestASetOfScopesIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	var j journal
	verify := verifier(&j, "a", "b")
	needs := func(name string, scopes ...string) *di.Dependency {
		return turns(&j, name, func(u *user) (di.None, error) { return di.None{}, nil }, di.Requires(scopes...), verify)
	}
	p := plan(t)(required(provided(claimed(&j)), needs("one", "a", "b"), needs("two", "b", "a", "b")), handles[di.None](&j))
	serves(t, p, request{})
	j.expect(t, "claims verify[a b] one two handler")
}

// Scopes are kept apart whatever they are made of.
func TestScopesThatLookAlikeWhenJoinedAreTwoSets(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2][]string{
		{{"a b"}, {"a", "b"}},
		{{"a\nb"}, {"a", "b"}},
		{{"a\n"}, {"a"}},
		{{`a\nb`}, {"a\nb"}},
		{{`a\`, "b"}, {"a\\\nb"}},
		{{""}, {}},
	} {
		t.Run(fmt.Sprintf("%q", pair), func(t *testing.T) {
			t.Parallel()
			ran := 0
			read := di.Depends(func(context.Context, di.Scopes) (*user, error) { ran++; return &user{}, nil })
			var guards []*di.Dependency
			for _, scopes := range pair {
				guards = append(guards, di.Depends(func(context.Context, *user) (di.None, error) {
					return di.None{}, nil
				}, read, di.Requires(scopes...)))
			}
			serves(t, plan(t)(required(nil, guards...), handles[di.None](&journal{})), request{})
			if ran != 2 {
				t.Errorf("resolved %d times, want once per set", ran)
			}
		})
	}
}

// A87: what the outer scope requires and what the route requires are both
// enforced.
func TestOuterAndInnerRequirementsAreBothEnforced(t *testing.T) {
	t.Parallel()
	var j journal
	verify := verifier(&j, "read")
	router := turns(&j, "router", func(*user) (di.None, error) { return di.None{}, nil }, verify)
	route := turns(&j, "route", func(*user) (di.None, error) { return di.None{}, nil }, verify, di.Requires("read"))
	s := required(required(provided(claimed(&j)), router), route)
	serves(t, plan(t)(s, handles[di.None](&j)), request{})
	j.expect(t, "claims verify[] router verify[read] route handler")
}

// A89, L2: what does not read scopes is shared, whatever scopes lead to it.
func TestADependencyThatReadsNoScopesIsSharedBetweenSets(t *testing.T) {
	t.Parallel()
	var j journal
	conn := gives(&j, "db", &db{})
	verify := di.Depends(func(_ context.Context, in struct {
		Scopes di.Scopes
		DB     *db
	}) (*user, error) {
		j.note("verify%v", in.Scopes)
		return &user{}, nil
	}, conn)
	guard := func(scope string) *di.Dependency {
		return turns(&j, scope, func(*user) (di.None, error) { return di.None{}, nil }, verify, di.Requires(scope))
	}
	p := plan(t)(required(nil, guard("a"), guard("b")), handles[di.None](&j))
	serves(t, p, request{})
	j.expect(t, "db verify[a] a verify[b] b handler")
}

// L3, FastOpenAPI defect 2: outer scopes come first, and none is lost or told
// twice.
func TestScopesAccumulateFromTheOutsideInwards(t *testing.T) {
	t.Parallel()
	var j journal
	verify := verifier(&j, "outer", "inner", "deepest")
	verify = verify.With(di.Requires("deepest", "outer"))
	mid := turns(&j, "mid", func(*user) (page, error) { return page{}, nil }, di.Requires("inner", "outer", "inner"), verify)
	outer := turns(&j, "outer", func(page) (di.None, error) { return di.None{}, nil }, di.Requires("outer"), mid)
	p := plan(t)(required(provided(claimed(&j)), outer), handles[di.None](&j))
	serves(t, p, request{})
	j.expect(t, "claims verify[outer inner deepest] mid outer handler")
}

// L3
func TestScopesDoNotLeakBetweenSiblings(t *testing.T) {
	t.Parallel()
	var j journal
	see := func(name string) *di.Dependency {
		return di.Depends(func(_ context.Context, s di.Scopes) (page, error) {
			j.note("%s%v", name, s)
			return page{}, nil
		}, di.Named(name))
	}
	guard := func(name string) *di.Dependency {
		return turns(&j, name, func(page) (di.None, error) { return di.None{}, nil }, di.Requires(name), see("under-"+name))
	}
	unscoped := turns(&j, "c", func(page) (di.None, error) { return di.None{}, nil }, see("under-c"))
	p := plan(t)(required(nil, guard("a"), guard("b"), unscoped), handles[di.None](&j))
	serves(t, p, request{})
	j.expect(t, "under-a[a] a under-b[b] b under-c[] c handler")
}

// L3: what the target requires does not reach what the scope requires.
func TestTheScopesOfTheTargetStayBelowTheTarget(t *testing.T) {
	t.Parallel()
	var j journal
	verify := verifier(&j, "x")
	s := required(provided(claimed(&j)), verify)
	target := handles[*user](&j).With(di.Requires("x"))
	serves(t, plan(t)(s, target), request{})
	j.expect(t, "claims verify[] verify[x] handler")
}

func TestOutsideOfAnyRequirementScopesAreNil(t *testing.T) {
	t.Parallel()
	p := plan(t)(nil, di.Depends(func(_ context.Context, s di.Scopes) (di.None, error) {
		if s != nil {
			t.Errorf("scopes %#v, want nil", s)
		}
		return di.None{}, nil
	}))
	serves(t, p, request{})
}

// L7: scopes are a slice, and one who changes it must not change them for
// anybody else.
func TestChangingTheScopesChangesThemForNobodyElse(t *testing.T) {
	t.Parallel()
	var j journal
	spoil := di.Depends(func(_ context.Context, s di.Scopes) (page, error) {
		j.note("%v", s)
		_ = append(s, "more")
		s[0] = "spoiled"
		return page{}, nil
	})
	read := di.Depends(func(_ context.Context, in struct {
		Page   page
		Scopes di.Scopes
	}) (di.None, error) {
		j.note("%v", in.Scopes)
		return di.None{}, nil
	}, spoil, di.Requires("b", "a"))
	p := plan(t)(nil, read)
	for range 3 {
		serves(t, p, request{})
		j.expect(t, "[b a] [b a]")
	}
}

// L11: documents are made from the same chain.
func TestNodesTellUnderWhichScopesTheyAreReached(t *testing.T) {
	t.Parallel()
	var j journal
	base := claimed(&j)
	verify := verifier(&j)
	guard := func(scope string) *di.Dependency {
		return turns(&j, scope, func(*user) (di.None, error) { return di.None{}, nil }, verify, di.Requires(scope))
	}
	p := plan(t)(required(provided(base), guard("a"), guard("b")), handles[di.None](&j))
	var got []string
	for _, n := range p.Always() {
		got = append(got, fmt.Sprint(n.Dependency().Name(), n.Scopes()))
	}
	equal(t, "nodes", got, []string{"claims[a b]", "verify[a]", "a[a]", "verify[b]", "b[b]", "handler[]"})
	equal(t, "scopes of the guard", guard("a").Scopes(), []string{"a"})
}
