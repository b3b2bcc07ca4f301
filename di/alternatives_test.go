package di_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// presents is a credential that is read from the request: absent when there is
// none, wrong when it is "wrong".
func presents(j *journal, name string, opts ...di.Option) *di.Dependency {
	return di.Depends(func(_ context.Context, in struct{ Session *presented }) (bearer, error) {
		v := in.Session.values[name]
		j.note("%s?", name)
		switch v {
		case "":
			return "ignored", absent(name)
		case "wrong":
			return "", errWrong
		}
		return bearer(v), nil
	}, append(opts, di.Named(name), whatWasPresented)...)
}

// presented carries the credentials of a request through its context.
type presented struct{ values map[string]string }

type presentedKey struct{}

var whatWasPresented = di.Depends(func(ctx context.Context, _ di.None) (*presented, error) {
	return ctx.Value(presentedKey{}).(*presented), nil
})

func present(t *testing.T, p *di.Plan, values map[string]string) error {
	t.Helper()
	ctx := context.WithValue(t.Context(), presentedKey{}, &presented{values})
	return serveContext(ctx, p, request{})
}

func seesBearer(j *journal) *di.Dependency {
	return di.Depends(func(_ context.Context, b bearer) (di.None, error) {
		j.note("=%s", b)
		return di.None{}, nil
	})
}

// A76: what was presented but is wrong is never excused by another one.
func TestAnyOfTakesTheFirstThatWasPresented(t *testing.T) { //nolint:tparallel // the cases share a journal
	t.Parallel()
	var j journal
	s := provided(di.AnyOf[bearer](nil, presents(&j, "a"), presents(&j, "b"), presents(&j, "c")))
	p := plan(t)(s, seesBearer(&j))
	for _, tc := range []struct {
		name   string
		values map[string]string
		want   string
		wrong  bool
	}{
		{"the first", map[string]string{"a": "1", "b": "2"}, "a? =1", false},
		{"the second when the first is absent", map[string]string{"b": "2", "c": "3"}, "a? b? =2", false},
		{"the last", map[string]string{"c": "3"}, "a? b? c? =3", false},
		{"a wrong first one is final", map[string]string{"a": "wrong", "b": "2"}, "a?", true},
		{"a wrong second one is final", map[string]string{"b": "wrong", "c": "3"}, "a? b?", true},
		{"one behind the first is not looked at", map[string]string{"a": "1", "b": "wrong"}, "a? =1", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := present(t, p, tc.values); errors.Is(err, errWrong) != tc.wrong {
				t.Errorf("error %v", err)
			}
			j.expect(t, tc.want)
		})
	}
}

func TestAnyOfJoinsTheErrorsWhenAllAreAbsent(t *testing.T) {
	t.Parallel()
	var j journal
	alternatives := []*di.Dependency{presents(&j, "a"), presents(&j, "b")}
	err := present(t, plan(t)(provided(di.AnyOf[bearer](nil, alternatives...)), seesBearer(&j)), nil)
	if err == nil || err.Error() != "no a\nno b" {
		t.Errorf("error %q, want those of both in order", err)
	}
	merge := func(errs []error) error { return fmt.Errorf("%d absent, first %w", len(errs), errs[0]) }
	err = present(t, plan(t)(provided(di.AnyOf[bearer](merge, alternatives...)), seesBearer(&j)), nil)
	if err == nil || err.Error() != "2 absent, first no a" {
		t.Errorf("error %q, want what merge makes of them", err)
	}
	j.expect(t, "a? b? a? b?")
}

// A nested combination whose alternatives are all absent is absent itself.
func TestCombinationsNest(t *testing.T) {
	t.Parallel()
	var j journal
	a, b, c, d := presents(&j, "a"), presents(&j, "b"), presents(&j, "c"), presents(&j, "d")
	either := di.AnyOf[bearer](nil, di.AnyOf[bearer](nil, a, b), di.AllOf[bearer](c, d))
	p := plan(t)(provided(either), seesBearer(&j))
	for _, tc := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"b": "2"}, "a? b? =2"},
		{map[string]string{"c": "3", "d": "4"}, "a? b? c? d? =3"},
	} {
		if err := present(t, p, tc.values); err != nil {
			t.Error(err)
		}
		j.expect(t, tc.want)
	}
	if err := present(t, p, map[string]string{"c": "3"}); err == nil {
		t.Error("half of a pair passed")
	}
	j.expect(t, "a? b? c? d?")
}

func TestAllOfNeedsAllAndGivesTheFirst(t *testing.T) {
	t.Parallel()
	var j journal
	both := di.AllOf[bearer](presents(&j, "a"), gives(&j, "address", &db{}), presents(&j, "b"))
	p := plan(t)(required(nil, both), seesBearer(&j))
	if err := present(t, p, map[string]string{"a": "1", "b": "2"}); err != nil {
		t.Error(err)
	}
	j.expect(t, "a? address b? =1")
	if err := present(t, p, map[string]string{"a": "1", "b": "wrong"}); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "a? address b?")
}

func TestOptionallyGivesWhatIsThere(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(di.Optionally[bearer](presents(&j, "a")))
	see := func(name string) *di.Dependency {
		return di.Depends(func(_ context.Context, o di.Optional[bearer]) (di.None, error) {
			v, set := o.Get()
			j.note("%s=%s,%t,%s", name, v, set, o.Or("nobody"))
			return di.None{}, nil
		})
	}
	p := plan(t)(required(s, see("guard")), see("handler"))
	for _, tc := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"a": "1"}, "a? guard=1,true,1 handler=1,true,1"},
		{nil, "a? guard=,false,nobody handler=,false,nobody"},
	} {
		if err := present(t, p, tc.values); err != nil {
			t.Error(err)
		}
		j.expect(t, tc.want)
	}
	// A51, A76: wrong is not absent.
	if err := present(t, p, map[string]string{"a": "wrong"}); !errors.Is(err, errWrong) {
		t.Errorf("a wrong credential passed as absent: %v", err)
	}
	j.expect(t, "a?")
}

func TestAnOptionalIsAValue(t *testing.T) {
	t.Parallel()
	var o di.Optional[int]
	if !o.IsZero() || o.Or(7) != 7 {
		t.Errorf("zero value %+v is present", o)
	}
	*o.OptionalElem().(*int) = 3
	if o.MarkSet(); o.IsZero() || o.Or(7) != 3 {
		t.Errorf("after it was set: %+v", o)
	}
}

// What only an alternative needs runs only when it is tried.
func TestBranchesRunOnlyWhenTheyAreTried(t *testing.T) {
	t.Parallel()
	var j journal
	withDB := func(name string) *di.Dependency {
		conn := gives(&j, "db-"+name, &db{})
		return di.Depends(func(_ context.Context, in struct {
			B  bearer
			DB *db
		}) (*user, error) {
			return &user{Name: string(in.B)}, nil
		}, conn, presents(&j, name))
	}
	p := plan(t)(provided(di.AnyOf[*user](nil, withDB("a"), withDB("b"))), sees(&j))
	if err := present(t, p, map[string]string{"a": "1"}); err != nil {
		t.Error(err)
	}
	j.expect(t, "a? db-a handler=1")
	if err := present(t, p, map[string]string{"b": "2"}); err != nil {
		t.Error(err)
	}
	j.expect(t, "a? b? db-b handler=2")
}

// L2: once per request, also when a branch and somebody else need it.
func TestWhatABranchAndOthersNeedRunsOnce(t *testing.T) {
	t.Parallel()
	var j journal
	conn := gives(&j, "db", &db{})
	lookup := di.Depends(func(_ context.Context, in struct {
		B  bearer
		DB *db
	}) (*user, error) {
		j.note("lookup")
		return &user{}, nil
	}, presents(&j, "a"))
	either := di.AnyOf[*user](nil, lookup, gives(&j, "guest", &user{})).With(di.At(di.Authentication))
	always := turns(&j, "always", func(*db) (page, error) { return page{}, nil })
	for name, s := range map[string]*di.Scope{
		"needed before": required(provided(conn, either), always),
		"needed later":  required(provided(conn, either), turns(&j, "first", func(*user) (repo, error) { return repo{}, nil }), always),
	} {
		p := plan(t)(s, sees(&j))
		if err := present(t, p, map[string]string{"a": "1"}); err != nil {
			t.Error(err)
		}
		ran := map[string]int{}
		for _, e := range j.take() {
			ran[e]++
		}
		if ran["db"] != 1 || ran["lookup"] != 1 || ran["always"] != 1 || ran["guest"] != 0 {
			t.Errorf("%s: %v", name, ran)
		}
	}
	// The branch is not taken: what others need runs all the same.
	p := plan(t)(required(provided(conn, either), always), sees(&j))
	if err := present(t, p, nil); err != nil {
		t.Error(err)
	}
	j.expect(t, "a? guest db always handler=")
}

// A dependency that failed within a branch has failed for everybody.
func TestAFailureWithinABranchIsRemembered(t *testing.T) {
	t.Parallel()
	var j journal
	a := presents(&j, "a")
	either := di.AnyOf[bearer](nil, a, presents(&j, "b")).With(di.At(di.Authentication))
	p := plan(t)(required(nil, either, a), handles[di.None](&j))
	if err := present(t, p, map[string]string{"b": "2"}); err == nil || err.Error() != "no a" {
		t.Errorf("error %v, want that a is absent", err)
	}
	j.expect(t, "a? b?")
}

// The state of a run does not reach the next one.
func TestBranchesAreForgottenBetweenRequests(t *testing.T) {
	t.Parallel()
	var j journal
	either := di.AnyOf[bearer](nil, presents(&j, "a"), presents(&j, "b"))
	p := plan(t)(provided(either), seesBearer(&j))
	for i := range 10 {
		values, want := map[string]string{"a": fmt.Sprint(i)}, fmt.Sprintf("a? =%d", i)
		if i%2 == 1 {
			values, want = map[string]string{"b": fmt.Sprint(i)}, fmt.Sprintf("a? b? =%d", i)
		}
		if err := present(t, p, values); err != nil {
			t.Error(err)
		}
		j.expect(t, want)
	}
}

// An alternative that brings what it needs never sees another one.
func TestAlternativesDoNotSeeOneAnother(t *testing.T) {
	t.Parallel()
	var j journal
	base := gives(&j, "base", &user{Name: "base"})
	guard := stricter(&j, "+g")
	either := di.AnyOf[*user](nil, guard, stricter(&j, "+h"))
	serves(t, plan(t)(provided(base, either), sees(&j)), request{})
	j.expect(t, "base +g handler=base+g")
	_ = wantMistake[*di.MissingError](t, mistakes(t, provided(di.AnyOf[*user](nil, base, guard)), sees(&j)))
}

// Whether an error means that nothing was presented.
func TestAbsenceSurvivesWrappingButNotCompany(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		err    error
		passed bool
	}{
		{"absent", absent("x"), true},
		{"wrapped", fmt.Errorf("bearer: %w", absent("x")), true},
		{"joined with another absent one", errors.Join(absent("x"), absent("y")), true},
		{"joined with a wrong one", errors.Join(absent("x"), errWrong), false},
		{"joined behind a wrong one", fmt.Errorf("%w, %w", errWrong, absent("x")), false},
		{"wrong", errWrong, false},
		{"one that says that it was there", there{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var j journal
			fails := turns(&j, "fails", func(di.None) (bearer, error) { return "", tc.err })
			p := plan(t)(provided(di.AnyOf[bearer](nil, fails, gives(&j, "next", bearer("n")))), seesBearer(&j))
			if err := serve(t, p, request{}); (err == nil) != tc.passed {
				t.Errorf("error %v", err)
			}
		})
	}
}

type there struct{ error }

func (there) Error() string { return "there" }
func (there) Absent() bool  { return false }

// A value that a failing function returned beside its error is not shown.
func TestAnAbsentValueIsZero(t *testing.T) {
	t.Parallel()
	var j journal
	p := plan(t)(provided(di.Optionally[bearer](presents(&j, "a"))), di.Depends(func(_ context.Context, o di.Optional[bearer]) (di.None, error) {
		if o.Value != "" {
			t.Errorf("absent, but the value is %q", o.Value)
		}
		return di.None{}, nil
	}))
	if err := present(t, p, nil); err != nil {
		t.Error(err)
	}
}

// Resources that a branch opened are closed, also when it was passed over.
func TestResourcesOfBranchesAreClosed(t *testing.T) {
	t.Parallel()
	var j journal
	conn := di.Depends(func(context.Context, di.None) (di.Resource[*db], error) {
		j.note("open")
		return di.Resource[*db]{Value: &db{}, Close: func(error) error { j.note("close"); return nil }}, nil
	})
	first := di.Depends(func(context.Context, *db) (bearer, error) { return "", absent("first") }, conn)
	p := plan(t)(provided(di.AnyOf[bearer](nil, first, gives(&j, "second", bearer("2")))), seesBearer(&j))
	serves(t, p, request{})
	j.expect(t, "open second =2 close")
}

// credential is presents in the stage where credentials are.
func credential(j *journal, name string) *di.Dependency {
	return presents(j, name).With(di.At(di.Authentication))
}

var errTwo = errors.New("two credentials")

// A76: wrong is never excused, not even behind what was good or absent.
func TestAWrongCredentialIsNeverExcused(t *testing.T) { //nolint:tparallel // the cases share a journal
	t.Parallel()
	var j journal
	a, b, c := credential(&j, "a"), credential(&j, "b"), credential(&j, "c")
	whoami := func(name string, of *di.Dependency) *di.Dependency {
		return turns(&j, name, func(b bearer) (bearer, error) { return b, nil }, of, di.At(di.Authorization))
	}
	pair := di.AllOf[bearer](a, b)
	for _, tc := range []struct {
		name   string
		either *di.Dependency
		values map[string]string
		want   string
		err    error
	}{
		{"behind the one that counts", di.AnyOf[bearer](nil, a, b), map[string]string{"a": "1", "b": "wrong"}, "a? b?", errWrong},
		{"behind an absent half of a pair", di.AnyOf[bearer](nil, pair, c), map[string]string{"b": "wrong", "c": "3"}, "a? b?", errWrong},
		{"in a pair behind the one that counts", di.AnyOf[bearer](nil, c, pair), map[string]string{"b": "wrong", "c": "3"}, "c? a? b?", errWrong},
		{"in a choice behind the one that counts", di.AnyOf[bearer](nil, c, di.AnyOf[bearer](nil, a, b)), map[string]string{"b": "wrong", "c": "3"}, "c? a? b?", errWrong},
		{"in a choice behind an absent half", di.AnyOf[bearer](nil, di.AllOf[bearer](a, di.AnyOf[bearer](nil, b)), c), map[string]string{"b": "wrong", "c": "3"}, "a? b?", errWrong},
		{"below a permission behind the one that counts", di.AnyOf[bearer](nil, a, whoami("may", b)), map[string]string{"a": "1", "b": "wrong"}, "a? b?", errWrong},
		{"the permission itself is not asked", di.AnyOf[bearer](nil, a, whoami("may", b)), map[string]string{"a": "1", "b": "2"}, "a? b? =1", nil},
		{"two good ones: the first counts", di.AnyOf[bearer](nil, a, b), map[string]string{"a": "1", "b": "2"}, "a? b? =1", nil},
		{"two good ones where only one is allowed", di.AnyOf[bearer](nil, a, b).With(di.Exclusive(errTwo)), map[string]string{"a": "1", "b": "2"}, "a? b?", errTwo},
		{"one good one where only one is allowed", di.AnyOf[bearer](nil, a, b).With(di.Exclusive(errTwo)), map[string]string{"b": "2"}, "a? b? =2", nil},
		{"half of a second one", di.AnyOf[bearer](nil, c, pair).With(di.Exclusive(errTwo)), map[string]string{"b": "2", "c": "3"}, "c? a? b? =3", nil},
		{"a value of the application is no credential", di.AnyOf[bearer](nil, a, gives(&j, "guest", bearer("g"), di.Application)).With(di.Exclusive(errTwo)), map[string]string{"a": "1"}, "guest a? =1", nil},
		{"a value of the application serves when nobody is there", di.AnyOf[bearer](nil, a, gives(&j, "guest", bearer("g"), di.Application)), nil, "guest a? =g", nil},
		{"in a choice of permissions behind the one that counts", di.AnyOf[bearer](nil, c, di.AnyOf[bearer](nil, whoami("may-a", a), whoami("may-b", b))), map[string]string{"b": "wrong", "c": "3"}, "c? a? b?", errWrong},
		{"in a choice of permissions that are all fine", di.AnyOf[bearer](nil, c, di.AnyOf[bearer](nil, whoami("may-a", a), whoami("may-b", b))), map[string]string{"b": "2", "c": "3"}, "c? a? b? =3", nil},
		{"a verifier with keys of the application", di.AnyOf[bearer](nil, c, verifies(&j, b)), map[string]string{"b": "2", "c": "3"}, "c? b? verified =3", nil},
		{"what needs two of which one has failed", di.AnyOf[bearer](nil, c, needsBoth(&j, a, b)), map[string]string{"a": "wrong", "b": "2", "c": "3"}, "c? a?", errWrong},
		{"what needs two that are there", di.AnyOf[bearer](nil, c, needsBoth(&j, a, b)), map[string]string{"a": "1", "b": "2", "c": "3"}, "c? a? b? both =3", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			either := tc.either.With(di.At(di.Authentication))
			p := plan(t)(provided(either), seesBearer(&j))
			for range 2 {
				if err := present(t, p, tc.values); !errors.Is(err, tc.err) {
					t.Errorf("error %v, want %v", err, tc.err)
				}
				j.expect(t, tc.want)
				tc.want = withoutGuest(tc.want)
			}
		})
	}
}

// withoutGuest is what happens once the application's value is made.
func withoutGuest(want string) string {
	rest, _ := strings.CutPrefix(want, "guest ")
	return rest
}

// verifies checks a credential with a value of the application.
func verifies(j *journal, of *di.Dependency) *di.Dependency {
	keys := di.Depends(openDB, di.Application)
	return di.Depends(func(_ context.Context, in struct {
		Keys   *db
		Bearer bearer
	}) (bearer, error) {
		j.note("verified")
		return in.Bearer, nil
	}, of, keys)
}

// needsBoth verifies two credentials together.
func needsBoth(j *journal, a, b *di.Dependency) *di.Dependency {
	first := di.Depends(func(_ context.Context, v bearer) (*claims, error) { return &claims{string(v)}, nil }, a)
	second := di.Depends(func(_ context.Context, v bearer) (*user, error) { return &user{Name: string(v)}, nil }, b)
	return di.Depends(func(_ context.Context, in struct {
		Claims *claims
		User   *user
	}) (bearer, error) {
		j.note("both")
		return bearer(in.Claims.Subject + in.User.Name), nil
	}, first, second)
}
