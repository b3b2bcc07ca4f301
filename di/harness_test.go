package di_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// The domain of the tests.
type (
	bearer string // a credential as it was presented
	claims struct{ Subject string }
	user   struct{ Name, Role string }
	db     struct{ name string }
	page   struct{ n int }
)

// A journal notes what happened, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, fmt.Sprintf(format, args...))
}

// take returns the entries so far and forgets them.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries
	j.entries = nil
	return e
}

// expect compares the entries since the last time, written with spaces between.
func (j *journal) expect(t testing.TB, want string) {
	t.Helper()
	if got := strings.Join(j.take(), " "); got != want {
		t.Errorf("happened:\n\t%s\nwant:\n\t%s", got, want)
	}
}

// gives makes a dependency that needs nothing and notes that it ran.
func gives[T any](j *journal, name string, v T, opts ...di.Option) *di.Dependency {
	return di.Depends(func(context.Context, di.None) (T, error) {
		j.note("%s", name)
		return v, nil
	}, append(opts, di.Named(name))...)
}

// turns makes a dependency that takes one value and gives another.
func turns[In, Out any](j *journal, name string, f func(In) (Out, error), opts ...di.Option) *di.Dependency {
	return di.Depends(func(_ context.Context, in In) (Out, error) {
		j.note("%s", name)
		return f(in)
	}, append(opts, di.Named(name))...)
}

// handles makes a target that takes one value and notes that it ran.
func handles[In any](j *journal) *di.Dependency {
	return di.Depends(func(context.Context, In) (di.None, error) {
		j.note("handler")
		return di.None{}, nil
	}, di.Named("handler"))
}

// provided and required make a scope.
func provided(ds ...*di.Dependency) *di.Scope {
	s := di.NewScope(nil)
	s.Provide(ds...)
	return s
}

func required(parent *di.Scope, ds ...*di.Dependency) *di.Scope {
	s := di.NewScope(parent)
	s.Require(ds...)
	return s
}

// plan compiles what must compile.
func plan(t testing.TB) func(*di.Scope, *di.Dependency) *di.Plan {
	return func(s *di.Scope, target *di.Dependency) *di.Plan {
		t.Helper()
		return planWith(t, s, target, nil)
	}
}

func planWith(t testing.TB, s *di.Scope, target *di.Dependency, c *di.Container) *di.Plan {
	t.Helper()
	p, mistakes := di.Compile(s, target, source{}, c)
	for _, m := range mistakes {
		t.Error(m)
	}
	if p == nil {
		t.FailNow()
	}
	return p
}

// mistakes compiles what must not compile.
func mistakes(t testing.TB, s *di.Scope, target *di.Dependency, c ...*di.Container) error {
	t.Helper()
	p, mistakes := di.Compile(s, target, source{}, append(c, nil)[0])
	if p != nil || len(mistakes) == 0 {
		t.Fatal("there is a plan, want mistakes")
	}
	return errors.Join(mistakes...)
}

// serve runs a plan as a router would.
func serve(t testing.TB, p *di.Plan, r request) error {
	t.Helper()
	return serveContext(t.Context(), p, r)
}

func serveContext(ctx context.Context, p *di.Plan, r request) error {
	f := p.Acquire()
	f.Session.(*session).request = r
	err := f.Close(f.Run(ctx))
	f.Release()
	return err
}

// serves runs a plan that must succeed.
func serves(t testing.TB, p *di.Plan, r request) {
	t.Helper()
	if err := serve(t, p, r); err != nil {
		t.Error(err)
	}
}

// A request is what the source of the tests reads.
type request struct {
	values map[string]string
	wrong  map[string]error // what to answer for a name
	bound  *journal         // notes what is bound, when set
}

type session struct{ request }

func (s *session) Join(errs []error) error { return errors.Join(errs...) }

// source reads fields tagged query from the request, and such tagged body late.
type source struct{}

func (source) Field(f di.Field) (di.Input, error) {
	if name, ok := f.Tag.Lookup("query"); ok {
		if f.Type.Kind() != reflect.String {
			return nil, fmt.Errorf("%s: field %s is not a string", f.Owner.Name(), f.Path)
		}
		return input{name}, nil
	}
	if name, ok := f.Tag.Lookup("body"); ok {
		return lateInput{input{name}}, nil
	}
	return nil, nil
}

// agent is a type that the source knows.
type agent string

func (source) Type(t reflect.Type) di.Input {
	if t == reflect.TypeFor[agent]() {
		return input{"agent"}
	}
	return nil
}

func (source) NewSession() any { return &session{} }

type input struct{ name string }

func (in input) Binder(of, ptr any) di.Binder {
	return &binder{of.(*session), in.name, reflect.ValueOf(ptr).Elem()}
}

type lateInput struct{ input }

func (lateInput) Late() {}

type binder struct {
	session *session
	name    string
	to      reflect.Value
}

func (b *binder) Bind() error {
	if b.session.bound != nil {
		b.session.bound.note("<%s", b.name)
	}
	if err := b.session.wrong[b.name]; err != nil {
		return err
	}
	b.to.SetString(b.session.values[b.name])
	return nil
}

// names lists nodes by the names of their dependencies.
func names(nodes []di.Node) string {
	list := make([]string, len(nodes))
	for i, n := range nodes {
		list[i] = n.Dependency().Name()
	}
	return strings.Join(list, " ")
}

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

// absent is an error that says that nothing was presented.
type absent string

func (a absent) Error() string { return "no " + string(a) }
func (absent) Absent() bool    { return true }

var errWrong = errors.New("wrong credential")
