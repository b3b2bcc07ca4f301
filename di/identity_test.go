package di_test

import (
	"context"
	"errors"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// requireRole is kept out of line, so that all that it makes share one code
// pointer.
//
//go:noinline
func requireRole(j *journal, role string) *di.Dependency {
	return di.Depends(func(_ context.Context, u *user) (*user, error) {
		j.note("requires-%s", role)
		if u.Role != role {
			return nil, errors.New("not " + role)
		}
		return u, nil
	}, di.Named("require-"+role), di.At(di.Authorization))
}

// A88, L1: a function pointer is never an identity.
func TestTwoGuardsOfOneLiteralAreTwoGuards(t *testing.T) {
	t.Parallel()
	var j journal
	var guards []*di.Dependency
	for _, role := range []string{"a", "b"} {
		guards = append(guards, requireRole(&j, role))
	}
	s := provided(gives(&j, "user", &user{Role: "a"}))
	p := plan(t)(required(s, guards...), handles[*user](&j))
	if err := serve(t, p, request{}); err == nil || err.Error() != "not b" {
		t.Errorf("a user of role a passed with %v, want the error of the guard for b", err)
	}
	j.expect(t, "user requires-a requires-b")
}

type counter struct{ n int }

func (c *counter) check(context.Context, di.None) (page, error) {
	c.n++
	return page{c.n}, nil
}

// A88, L1: method values of two receivers share code as well. FastOpenAPI
// defect 22: what is bound to a value keeps its parameters.
func TestMethodValuesOfTwoReceiversAreTwoDependencies(t *testing.T) {
	t.Parallel()
	a, b := &counter{}, &counter{n: 10}
	p := plan(t)(required(nil, di.Depends(a.check), di.Depends(b.check)), handles[di.None](&journal{}))
	serves(t, p, request{})
	if a.n != 1 || b.n != 11 {
		t.Errorf("the receivers were called %d and %d times, want once each", a.n, b.n-10)
	}
}

// filter is a callable with a required parameter.
type filter struct{ got []string }

func (f *filter) call(_ context.Context, in struct {
	Key string `query:"key"`
}) (page, error) {
	f.got = append(f.got, in.Key)
	return page{}, nil
}

// FastOpenAPI defect 22: a callable instance got the marker for its value.
func TestAMethodValueReceivesItsParameters(t *testing.T) {
	t.Parallel()
	f := &filter{}
	p := plan(t)(required(nil, di.Depends(f.call)), handles[di.None](&journal{}))
	serves(t, p, request{values: map[string]string{"key": "secret"}})
	equal(t, "values", f.got, []string{"secret"})
	missing := errors.New("key is missing")
	if err := serve(t, p, request{wrong: map[string]error{"key": missing}}); !errors.Is(err, missing) {
		t.Errorf("without the parameter: %v, want its error", err)
	}
}

func TestAHandleAndItsCopyAreTwoDependencies(t *testing.T) {
	t.Parallel()
	var j journal
	one := gives(&j, "one", page{})
	p := plan(t)(required(nil, one, one.With(di.Named("two"))), handles[di.None](&j))
	serves(t, p, request{})
	j.expect(t, "one one handler") // both note the name that the function knows
	if one.Name() != "one" {
		t.Errorf("With changed the original to %s", one.Name())
	}
}

// L2
func TestAHandleIsResolvedOncePerRequestHoweverManyNeedIt(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(
		gives(&j, "db", &db{}),
		turns(&j, "user", func(*db) (*user, error) { return &user{}, nil }),
		turns(&j, "page", func(*db) (page, error) { return page{}, nil }),
	)
	p := plan(t)(s, handles[struct {
		User *user
		Page page
		DB   *db
	}](&j))
	for range 2 {
		serves(t, p, request{})
		j.expect(t, "db user page handler")
	}
}

// L2: package variables are shared by whoever brings them.
func TestAHandleThatManyBringIsResolvedOnce(t *testing.T) {
	t.Parallel()
	var j journal
	token := gives(&j, "token", bearer("t"))
	whoami := turns(&j, "user", func(bearer) (*user, error) { return &user{}, nil }, token)
	scan := turns(&j, "claims", func(bearer) (*claims, error) { return &claims{}, nil }, token)
	p := plan(t)(required(nil, whoami, scan), handles[*user](&j))
	serves(t, p, request{})
	j.expect(t, "token user claims handler")
}

func TestAHandleDeclaredInManyScopesIsResolvedOnce(t *testing.T) {
	t.Parallel()
	var j journal
	guard := gives(&j, "guard", &user{})
	p := plan(t)(required(required(nil, guard, guard), guard), handles[*user](&j))
	serves(t, p, request{})
	j.expect(t, "guard handler")
}

func TestEverybodyReceivesTheSameValue(t *testing.T) {
	t.Parallel()
	made := &user{}
	var seen []*user
	see := func(u *user) (page, error) { seen = append(seen, u); return page{}, nil }
	var j journal
	s := required(provided(gives(&j, "user", made)), turns(&j, "a", see), turns(&j, "b", see))
	p := plan(t)(s, turns(&j, "handler", see))
	serves(t, p, request{})
	if len(seen) != 3 || seen[0] != made || seen[1] != made || seen[2] != made {
		t.Errorf("received %p, want three times %p", seen, made)
	}
}

func TestATransientIsResolvedForEverybodyAnew(t *testing.T) {
	t.Parallel()
	n := 0
	next := di.Depends(func(context.Context, di.None) (page, error) { n++; return page{n}, nil }, di.Transient)
	var j journal
	see := func(p page) (di.None, error) { j.note("%d", p.n); return di.None{}, nil }
	s := required(provided(next), turns(&j, "a", see), turns(&j, "b", see))
	p := plan(t)(s, turns(&j, "handler", see))
	serves(t, p, request{})
	j.expect(t, "a 1 b 2 handler 3")
}

func TestATargetThatTheScopeDeclaresTooRunsLastAndOnItsOwn(t *testing.T) {
	t.Parallel()
	var j journal
	target := gives(&j, "target", &user{})
	s := required(nil, target, turns(&j, "log", func(*user) (di.None, error) { return di.None{}, nil }))
	serves(t, plan(t)(s, target), request{})
	j.expect(t, "target log target")
}
