package di_test

import (
	"context"
	"errors"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// fake gives a user without asking anybody.
func fake(j *journal) *di.Dependency { return gives(j, "fake", &user{Name: "fake", Role: "a"}) }

// blog is a small program: a credential, a user, and guards of a user.
func blog(j *journal) (whoami *di.Dependency, s *di.Scope) {
	whoami = turns(j, "user", func(b bearer) (*user, error) { return &user{Name: "real", Role: "a"}, nil },
		gives(j, "bearer", bearer("t"), di.At(di.Authentication)))
	s = provided(whoami)
	s.Require(requireRole(j, "a"))
	return whoami, s
}

// L8: what the replaced one needed does not run.
func TestReplaceReplacesAHandle(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	c := di.NewContainer(di.Replace(whoami, fake(&j)))
	serves(t, planWith(t, s, sees(&j), c), request{})
	j.expect(t, "fake requires-a handler=fake")
}

// L8
func TestReplaceTypeReplacesEveryProviderOfAType(t *testing.T) {
	t.Parallel()
	var j journal
	_, s := blog(&j)
	inner := di.NewScope(s)
	inner.Provide(gives(&j, "inner", &user{Name: "inner"}))
	c := di.NewContainer(di.ReplaceType(fake(&j)))
	serves(t, planWith(t, inner, sees(&j), c), request{})
	j.expect(t, "fake requires-a handler=fake")
}

// L8: a handler that answers with a user is what the test is about.
func TestTheTargetIsNotReplacedByItsType(t *testing.T) {
	t.Parallel()
	var j journal
	_, s := blog(&j)
	loads := turns(&j, "loads", func(page) (*user, error) { return &user{}, nil })
	s.Provide(gives(&j, "page", page{}))
	serves(t, planWith(t, s, loads, di.NewContainer(di.ReplaceType(fake(&j)))), request{})
	j.expect(t, "fake requires-a page loads")
	serves(t, planWith(t, s, loads, di.NewContainer(di.Replace(loads, fake(&j)))), request{})
	j.expect(t, "bearer user requires-a fake")
}

// L8: a fake user does not switch off the guards.
func TestGuardsKeepGuardingAReplacedType(t *testing.T) {
	t.Parallel()
	var j journal
	_, s := blog(&j)
	either := di.AnyOf[*user](nil, requireRole(&j, "b"), requireRole(&j, "c")).With(di.At(di.Authorization))
	strict := di.Depends(func(_ context.Context, in struct{ Of struct{ User *user } }) (*user, error) {
		j.note("strict")
		return in.Of.User, nil
	})
	c := di.NewContainer(di.ReplaceType(fake(&j)))
	for name, tc := range map[string]struct {
		guard   *di.Dependency
		refused bool
	}{
		"a role that it has":           {requireRole(&j, "a"), false},
		"a role that it has not":       {requireRole(&j, "b"), true},
		"a choice of roles":            {either, true},
		"a guard that takes it nested": {strict, false},
	} {
		err := serve(t, planWith(t, required(s, tc.guard), sees(&j), c), request{})
		if (err != nil) != tc.refused {
			t.Errorf("%s: error %v", name, err)
		}
		happened := j.take()
		if want := 3; !tc.refused && len(happened) != want+1 {
			t.Errorf("%s: %v, want the fake, both guards and the handler", name, happened)
		}
	}
}

// A type that merely appears within a provided value does not make its taker a
// guard.
func TestATypeWithinAGivenValueDoesNotMakeAGuard(t *testing.T) {
	t.Parallel()
	type post struct{ Author *user }
	var j journal
	s := provided(
		gives(&j, "post", post{&user{Name: "author"}}),
		turns(&j, "author", func(p post) (*user, error) { return p.Author, nil }),
	)
	serves(t, planWith(t, s, sees(&j), di.NewContainer(di.ReplaceType(fake(&j)))), request{})
	j.expect(t, "fake handler=fake")
}

// L8: overrides belong to a container and not to the handles.
func TestOverridesArePerContainer(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	serves(t, planWith(t, s, sees(&j), di.NewContainer(di.Replace(whoami, fake(&j)))), request{})
	serves(t, planWith(t, s, sees(&j), di.NewContainer()), request{})
	j.expect(t, "fake requires-a handler=fake bearer user requires-a handler=real")
}

// What the replacement needs is looked up from where the old one stood.
func TestAReplacementSeesWhatTheOldOneSaw(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	s.Provide(gives(&j, "db", &db{"api"}))
	inner := di.NewScope(s)
	inner.Provide(gives(&j, "inner-db", &db{"inner"}))
	stored := turns(&j, "stored", func(d *db) (*user, error) { return &user{Name: d.name, Role: "a"}, nil })
	serves(t, planWith(t, inner, sees(&j), di.NewContainer(di.Replace(whoami, stored))), request{})
	j.expect(t, "db stored requires-a handler=api")
}

// A replacement that takes the type gets what the old one would have got, and
// never the old one or itself.
func TestAReplacementNeverSeesWhatItReplaces(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	mark := stricter(&j, "+spy")
	_ = wantMistake[*di.MissingError](t, mistakes(t, s, sees(&j), di.NewContainer(di.Replace(whoami, mark))))
	_ = wantMistake[*di.MissingError](t, mistakes(t, s, sees(&j), di.NewContainer(di.ReplaceType(mark))))
}

// A spy brings what it watches.
func TestASpyMayBringWhatItReplaces(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	spy := di.Depends(func(_ context.Context, u *user) (*user, error) {
		j.note("spied=%s", u.Name)
		return u, nil
	}, whoami)
	for _, o := range []di.Override{di.Replace(whoami, spy), di.ReplaceType(spy)} {
		serves(t, planWith(t, s, sees(&j), di.NewContainer(o)), request{})
		j.expect(t, "bearer user spied=real requires-a handler=real")
	}
}

// L8, L9: a replacement stands where the old one stood, so that the order of a
// test is the order of the program.
func TestAReplacementRunsInTheStageOfTheOldOne(t *testing.T) {
	t.Parallel()
	var j journal
	token := gives(&j, "bearer", bearer("t"), di.At(di.Authentication))
	s := required(nil, token)
	p := planWith(t, s, handles[paged](&j), di.NewContainer(di.Replace(token, gives(&j, "fake", bearer("")))))
	serves(t, p, request{bound: &j})
	j.expect(t, "fake <page handler")

	nothing := di.Depends(func(context.Context, di.None) (*user, error) { return nil, nil })
	old := gives(&j, "old", &user{}, di.At(di.Authentication))
	err := serve(t, planWith(t, required(nil, old), sees(&j), di.NewContainer(di.Replace(old, nothing))), request{})
	_ = wantMistake[*di.NilError](t, err)

	staged := gives(&j, "staged", bearer(""), di.At(di.Quota))
	p = planWith(t, required(s, gives(&j, "role", page{}, di.At(di.Authorization))), handles[di.None](&j), di.NewContainer(di.Replace(token, staged)))
	serves(t, p, request{})
	j.expect(t, "role staged handler")

	// One that stands for several stands where the first of them stood.
	late := gives(&j, "late", bearer(""), di.At(di.Ownership))
	p = planWith(t, required(nil, late, gives(&j, "role", page{}, di.At(di.Authorization)), token), handles[di.None](&j),
		di.NewContainer(di.ReplaceType(gives(&j, "fake", bearer("")))))
	serves(t, p, request{})
	j.expect(t, "fake role handler")
}

// FastAPI parity: the replacement receives the merged scopes, and need not
// look at them.
func TestAReplacementSeesTheScopesOfTheOldOne(t *testing.T) {
	t.Parallel()
	var j journal
	old := verifier(&j).With(di.Requires("own"))
	guard := turns(&j, "guard", func(*user) (page, error) { return page{}, nil }, di.Requires("outer"))
	s := required(provided(claimed(&j), old), guard)
	read := di.Depends(func(_ context.Context, sc di.Scopes) (*user, error) { j.note("%v", sc); return &user{}, nil })
	serves(t, planWith(t, s, handles[di.None](&j), di.NewContainer(di.Replace(old, read))), request{})
	j.expect(t, "[outer own] guard handler")

	direct := required(provided(claimed(&j)), old)
	serves(t, planWith(t, direct, handles[di.None](&j), di.NewContainer(di.Replace(old, fake(&j)))), request{})
	j.expect(t, "fake handler")
}

func TestALifetimeMayBeReplacedByOneThatFits(t *testing.T) {
	t.Parallel()
	var j journal
	pool := gives(&j, "pool", &db{}, di.Application)
	repos := turns(&j, "repo", func(d *db) (*repo, error) { return &repo{d}, nil }, di.Application)
	s := provided(pool, repos)
	fakeDB := gives(&j, "fake", &db{}, di.Application)
	serves(t, planWith(t, s, handles[*repo](&j), di.NewContainer(di.ReplaceType(fakeDB))), request{})
	j.expect(t, "fake repo handler")
	err := mistakes(t, s, handles[*repo](&j), di.NewContainer(di.ReplaceType(gives(&j, "short", &db{}))))
	_ = wantMistake[*di.LifetimeError](t, err)
}

func TestTheFirstOverrideThatFitsIsUsed(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	other := gives(&j, "other", &user{Name: "other", Role: "a"})
	c := di.NewContainer(di.Replace(whoami, other), di.ReplaceType(fake(&j)))
	serves(t, planWith(t, s, sees(&j), c), request{})
	j.expect(t, "other requires-a handler=other")
}

// An error that a test injects reaches the answer.
func TestAReplacementMayFail(t *testing.T) {
	t.Parallel()
	var j journal
	whoami, s := blog(&j)
	down := errors.New("the store is down")
	broken := turns(&j, "broken", func(di.None) (*user, error) { return nil, down })
	if err := serve(t, planWith(t, s, sees(&j), di.NewContainer(di.Replace(whoami, broken))), request{}); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "broken")
}
