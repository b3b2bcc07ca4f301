package di_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// L9: stages run in their order, whatever the order of declaration.
func TestStagesRunInTheirOrder(t *testing.T) {
	t.Parallel()
	var j journal
	stages := []di.Stage{di.Ownership, di.Quota, di.Authorization, di.ScopeCheck, di.SecondFactor, di.Revocation, di.Authentication, di.Admission}
	s := di.NewScope(nil)
	for _, stage := range stages {
		s.Require(gives(&j, strings.ReplaceAll(stage.String(), " ", "-"), page{}, di.At(stage)))
	}
	serves(t, plan(t)(s, handles[di.None](&j)), request{})
	j.expect(t, "admission authentication revocation second-factor scopes authorization quota ownership handler")
}

// L9: within a stage the order of declaration counts, outer scopes first.
func TestWithinAStageDeclarationOrderCounts(t *testing.T) {
	t.Parallel()
	var j journal
	guard := func(name string) *di.Dependency { return gives(&j, name, page{}, di.At(di.Authorization)) }
	api := required(nil, guard("a"), guard("b"))
	route := required(required(api, guard("c")), guard("d"), guard("e"))
	serves(t, plan(t)(route, handles[di.None](&j)), request{})
	j.expect(t, "a b c d e handler")
}

// L9: what a dependency needs comes before it, also when it is unstaged or of
// a later stage.
func TestAGuardPullsForwardWhatItNeeds(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(
		gives(&j, "db", &db{}),
		turns(&j, "claims", func(bearer) (*claims, error) { return &claims{}, nil }, di.At(di.Revocation)),
		gives(&j, "bearer", bearer("t"), di.At(di.Authentication)),
	)
	s.Require(
		gives(&j, "role", page{}, di.At(di.Authorization)),
		di.Depends(func(context.Context, struct {
			Claims *claims
			DB     *db
		}) (*user, error) {
			j.note("user")
			return &user{}, nil
		}, di.At(di.Authentication)),
	)
	serves(t, plan(t)(s, handles[*user](&j)), request{})
	j.expect(t, "bearer claims db user role handler")
}

type text struct {
	Text string `body:"text"`
}

type paged struct {
	Page string `query:"page"`
}

// L9: guards first, each with its own parameters; then what needs a
// credential; then the remaining parameters, the body last; then the rest.
func TestGuardsThenDerivedThenInputsThenTheRest(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(
		turns(&j, "plain", func(paged) (page, error) { return page{}, nil }),
		turns(&j, "user", func(c *claims) (*user, error) { return &user{}, nil }),
		di.Depends(func(context.Context, struct {
			Key string `query:"key"`
		}) (*claims, error) {
			j.note("claims")
			return &claims{}, nil
		}, di.At(di.Authentication)),
	)
	s.Require(di.Depends(func(context.Context, struct {
		Owner string `query:"owner"`
	}) (*repo, error) {
		j.note("owner")
		return &repo{}, nil
	}, di.At(di.Ownership)))
	p := plan(t)(s, di.Depends(func(context.Context, struct {
		text
		User *user
		Page page
		ID   string `query:"id"`
	}) (di.None, error) {
		j.note("handler")
		return di.None{}, nil
	}))
	serves(t, p, request{bound: &j})
	j.expect(t, "<key claims <owner owner user <page <id <text plain handler")
}

// L9: a body is never read for somebody unknown.
func TestTheBodyIsNotReadWhenAGuardRefuses(t *testing.T) {
	t.Parallel()
	var j journal
	for _, stage := range []di.Stage{di.Admission, di.Authentication, di.Revocation, di.SecondFactor, di.ScopeCheck, di.Authorization, di.Quota, di.Ownership} {
		refuse := turns(&j, "refuse", func(di.None) (page, error) { return page{}, errWrong }, di.At(stage))
		// The handler reads the body before it needs the guarded value, and a
		// dependency of it does too.
		upload := turns(&j, "upload", func(text) (*repo, error) { return &repo{}, nil })
		s := required(provided(upload), refuse)
		err := serve(t, plan(t)(s, handles[struct {
			text
			Repo *repo
		}](&j)), request{bound: &j})
		if !errors.Is(err, errWrong) {
			t.Errorf("%v: error %v", stage, err)
		}
		j.expect(t, "refuse")
	}
}

// L9: the same for a value that is only derived from a credential.
func TestTheBodyIsNotReadWhenWhatNeedsACredentialRefuses(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(
		gives(&j, "bearer", bearer("t"), di.At(di.Authentication)),
		turns(&j, "user", func(bearer) (*user, error) { return nil, errWrong }),
	)
	p := plan(t)(s, handles[struct {
		text
		User *user
	}](&j))
	if err := serve(t, p, request{bound: &j}); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "bearer user")
}

// L9: guards cannot wait for a body, wherever they stand.
func TestAGuardThatNeedsTheBodyIsAMistake(t *testing.T) {
	t.Parallel()
	var j journal
	upload := turns(&j, "upload", func(text) (page, error) { return page{}, nil })
	needs := func(stage di.Stage) *di.Dependency {
		return turns(&j, "guard", func(page) (*user, error) { return &user{}, nil }, di.At(stage), upload)
	}
	reads := turns(&j, "guard", func(text) (*user, error) { return &user{}, nil }, di.At(di.Authentication))
	for name, s := range map[string]*di.Scope{
		"required":               required(nil, needs(di.Admission)),
		"that reads it itself":   required(nil, reads),
		"needed by the target":   provided(needs(di.Quota)),
		"within an alternative":  provided(di.AnyOf[*user](nil, needs(di.Authentication))),
		"within an optional one": required(provided(reads), di.Optionally[*user](reads)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_ = wantMistake[*di.LateInputError](t, mistakes(t, s, handles[*user](&j)))
		})
	}
	err := wantMistake[*di.LateInputError](t, mistakes(t, required(nil, needs(di.Quota)), handles[di.None](&j)))
	if err.Guard.Name() != "guard" || err.Need.Name() != "upload" {
		t.Errorf("the guard is %v and its need %v", err.Guard, err.Need)
	}
}

// L9: all remaining inputs are bound, and their mistakes told together.
func TestMistakesOfTheRemainingInputsAreToldTogether(t *testing.T) {
	t.Parallel()
	var j journal
	one, two := errors.New("page is wrong"), errors.New("text is wrong")
	s := required(nil, turns(&j, "plain", func(paged) (page, error) { return page{}, nil }))
	p := plan(t)(s, handles[struct {
		text
		ID string `query:"id"`
	}](&j))
	err := serve(t, p, request{bound: &j, wrong: map[string]error{"page": one, "text": two}})
	if !errors.Is(err, one) || !errors.Is(err, two) {
		t.Errorf("error %v, want both", err)
	}
	j.expect(t, "<page <id <text")
}

// L9, FastAPI parity: a refusal beats a bad parameter.
func TestARefusalComesBeforeMistakesOfParameters(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(nil, turns(&j, "guard", func(di.None) (page, error) { return page{}, errWrong }, di.At(di.Authentication)))
	err := serve(t, plan(t)(s, handles[paged](&j)), request{wrong: map[string]error{"page": errors.New("page is wrong")}})
	if err != errWrong {
		t.Errorf("error %v, want the refusal alone", err)
	}
}

// plainSource is a source whose sessions do not join.
type plainSource struct{ source }

func (plainSource) NewSession() any { return &plainSession{} }

type plainSession struct{}

func (plainSource) Field(f di.Field) (di.Input, error) {
	if name, ok := f.Tag.Lookup("query"); ok {
		return failing{name}, nil
	}
	return nil, nil
}

type failing struct{ name string }

func (f failing) Binder(any, any) di.Binder { return f }
func (f failing) Bind() error               { return errors.New(f.name + " is wrong") }

func TestWithoutAJoinerTheFirstMistakeIsTheAnswer(t *testing.T) {
	t.Parallel()
	p, _ := di.Compile(nil, handles[struct {
		A string `query:"a"`
		B string `query:"b"`
	}](&journal{}), plainSource{}, nil)
	f := p.Acquire()
	defer f.Release()
	if err := f.Close(f.Run(t.Context())); err == nil || err.Error() != "a is wrong" {
		t.Errorf("error %v, want that of a", err)
	}
}

// A91: whoever gave up is not served.
func TestTheTargetDoesNotRunOnceTheRequestIsCancelled(t *testing.T) {
	t.Parallel()
	var j journal
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the client is gone")
	s := required(nil, turns(&j, "guard", func(di.None) (page, error) { cancel(gone); return page{}, nil }))
	if err := serveContext(ctx, plan(t)(s, handles[di.None](&j)), request{}); !errors.Is(err, gone) {
		t.Errorf("error %v, want the cause of the cancellation", err)
	}
	j.expect(t, "guard")
}

// A91: nobody is let in as nil.
func TestAGuardThatReturnsNilAndNoErrorRefuses(t *testing.T) { //nolint:tparallel // the cases share a journal
	t.Parallel()
	var j journal
	noUser := func(opts ...di.Option) *di.Dependency {
		return turns(&j, "nil", func(di.None) (*user, error) { return nil, nil }, opts...)
	}
	credential := gives(&j, "bearer", bearer("t"), di.At(di.Authentication))
	derived := turns(&j, "nil", func(bearer) (*user, error) { return nil, nil }, credential)
	held := di.Depends(func(context.Context, bearer) (di.Resource[*user], error) {
		return di.Resource[*user]{Close: func(error) error { j.note("closed"); return nil }}, nil
	}, credential)
	for _, tc := range []struct {
		name string
		user *di.Dependency
		want string // what happened; the handler runs only when allowed
	}{
		{"a guard", noUser(di.At(di.Authentication)), "nil"},
		{"an owner check", noUser(di.At(di.Ownership)), "nil"},
		{"what is derived from a credential", derived, "bearer nil"},
		{"a resource that is derived from a credential", held, "bearer closed"},
		{"an alternative", di.AnyOf[*user](nil, noUser(di.At(di.Authentication))), "nil"},
		{"an admission check, which knows nobody", noUser(di.At(di.Admission)), "nil handler"},
		{"what needs no credential", noUser(), "nil handler"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := serve(t, plan(t)(provided(tc.user), handles[*user](&j)), request{})
			_, refused := errors.AsType[*di.NilError](err)
			if allowed := strings.HasSuffix(tc.want, "handler"); refused == allowed {
				t.Errorf("error %v", err)
			}
			j.expect(t, tc.want)
		})
	}
}

type person interface{ name() string }

func (u *user) name() string { return u.Name }

// A91: nor as a nil pointer within an interface, which is not nil itself.
func TestANilPointerWithinAnInterfaceIsNobody(t *testing.T) {
	t.Parallel()
	var j journal
	whoever := func(p person) *di.Dependency {
		return gives(&j, "user", p, di.At(di.Authentication))
	}
	held := di.Depends(func(context.Context, di.None) (di.Resource[person], error) {
		return di.Resource[person]{Value: (*user)(nil)}, nil
	}, di.At(di.Authentication))
	for name, nobody := range map[string]*di.Dependency{
		"nil":                         whoever(nil),
		"a nil pointer":               whoever((*user)(nil)),
		"a nil pointer in a resource": held,
		"an alternative":              di.AnyOf[person](nil, whoever((*user)(nil))),
		"all of one":                  di.AllOf[person](whoever((*user)(nil))),
	} {
		err := serve(t, plan(t)(provided(nobody), handles[person](&j)), request{})
		if _, refused := errors.AsType[*di.NilError](err); !refused {
			t.Errorf("%s: error %v, want a NilError", name, err)
		}
	}
	serves(t, plan(t)(provided(whoever(&user{})), handles[person](&j)), request{})
}

// A93: a handler starts only when everything before it has succeeded.
func TestNothingRunsBehindAnError(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(nil,
		gives(&j, "a", page{}),
		turns(&j, "b", func(di.None) (*db, error) { return nil, errWrong }),
		gives(&j, "c", &user{}),
	)
	if err := serve(t, plan(t)(s, handles[page](&j)), request{}); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "a b")
}

func TestStagesAndLifetimesHaveNames(t *testing.T) {
	t.Parallel()
	if got := di.Unstaged.String() + ", " + di.Stage(99).String(); got != "unstaged, unknown stage" {
		t.Errorf("stages %s", got)
	}
	if got := di.Request.String() + " " + di.Application.String() + " " + di.Transient.String(); got != "request application transient" {
		t.Errorf("lifetimes %s", got)
	}
}

// L11: the plan tells what documents need.
func TestNodesTellTheirInputsNeedsAndStages(t *testing.T) {
	t.Parallel()
	var j journal
	token := gives(&j, "bearer", bearer(""), di.At(di.Authentication))
	either := di.AnyOf[bearer](nil, token).With(di.At(di.Authentication), di.Named("either"))
	maybe := di.Optionally[bearer](token).With(di.Named("maybe"))
	p := plan(t)(required(nil, either, maybe), handles[struct {
		text
		paged
		Bearer bearer
	}](&j))
	nodes := map[string]di.Node{}
	for _, n := range p.All() {
		nodes[n.Dependency().Name()] = n
	}
	if got := names(p.Always()) + " | " + names(p.All()[len(p.Always()):]); got != "either maybe handler | bearer" {
		t.Errorf("the plan is %s", got)
	}
	if !nodes["either"].Alternatives() || nodes["either"].Optional() || nodes["maybe"].Alternatives() || !nodes["maybe"].Optional() {
		t.Error("combinations are told apart wrongly")
	}
	if s := nodes["bearer"].Stage(); s != di.Authentication {
		t.Errorf("stage %v", s)
	}
	for n := range nodes["handler"].Needs() {
		if n.Dependency() != either {
			t.Errorf("the handler needs %v", n.Dependency())
		}
	}
	var inputs []string
	for in := range nodes["handler"].Inputs() {
		switch in := in.(type) {
		case input:
			inputs = append(inputs, in.name)
		case lateInput:
			inputs = append(inputs, in.name+" late")
		}
	}
	equal(t, "inputs", inputs, []string{"text late", "page"})
	for range nodes["handler"].Inputs() {
		break // the iterators may be left early
	}
	for range nodes["handler"].Needs() {
		break
	}
}
