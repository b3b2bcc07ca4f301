package di_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// opens makes a dependency whose value must be closed; closing answers with
// what closed returns.
func opens[T any](j *journal, name string, v T, closed func(error) error, opts ...di.Option) *di.Dependency {
	return di.Depends(func(context.Context, di.None) (di.Resource[T], error) {
		j.note("open-%s", name)
		return di.Resource[T]{Value: v, Close: func(err error) error {
			j.note("close-%s(%v)", name, err)
			return closed(err)
		}}, nil
	}, append(opts, di.Named(name))...)
}

func fine(error) error { return nil }

// FastOpenAPI defect 3, L6: the handler sees an open resource; closing comes
// after it, last made first.
func TestResourcesCloseAfterTheTargetLastMadeFirst(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(nil,
		opens(&j, "a", &db{}, fine),
		opens(&j, "b", &user{}, fine, di.Transient),
		opens(&j, "c", page{}, fine, di.At(di.Admission)),
	)
	serves(t, plan(t)(s, handles[*db](&j)), request{})
	j.expect(t, "open-c open-a open-b handler close-b(<nil>) close-a(<nil>) close-c(<nil>)")
}

// L6: consumers receive what the resource holds.
func TestConsumersReceiveTheValueOfAResource(t *testing.T) {
	t.Parallel()
	var j journal
	tx := &db{"tx"}
	see := func(d *db) (di.None, error) { j.note("%s", d.name); return di.None{}, nil }
	s := required(provided(opens(&j, "tx", tx, fine)), turns(&j, "a", see), turns(&j, "b", see))
	serves(t, plan(t)(s, turns(&j, "handler", see)), request{})
	j.expect(t, "open-tx a tx b tx handler tx close-tx(<nil>)")
}

// L6: commit or roll back.
func TestClosersSeeTheErrorOfTheRequest(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(opens(&j, "tx", &db{}, fine))
	fails := turns(&j, "handler", func(*db) (di.None, error) { return di.None{}, errWrong })
	if err := serve(t, plan(t)(s, fails), request{}); err != errWrong {
		t.Errorf("error %v, want the handler's own", err)
	}
	j.expect(t, "open-tx handler close-tx(wrong credential)")
}

// L6: also the error of a dependency that runs behind it.
func TestResourcesCloseWhenALaterDependencyFails(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(nil, opens(&j, "tx", &db{}, fine), turns(&j, "guard", func(*db) (page, error) { return page{}, errWrong }))
	if err := serve(t, plan(t)(s, handles[di.None](&j)), request{}); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "open-tx guard close-tx(wrong credential)")
}

// L6: a success whose commit fails is a failure, and those that close later
// see it.
func TestTheErrorOfACloserMakesAFailure(t *testing.T) {
	t.Parallel()
	var j journal
	commit := errors.New("commit failed")
	s := required(nil, opens(&j, "outer", page{}, fine), opens(&j, "tx", &db{}, func(error) error { return commit }))
	if err := serve(t, plan(t)(s, handles[di.None](&j)), request{}); err != commit {
		t.Errorf("error %v, want that of the closer", err)
	}
	j.expect(t, "open-outer open-tx handler close-tx(<nil>) close-outer(commit failed)")
}

// The request's own error stays in front, and the other one is not lost.
func TestWhenBothFailBothAreTold(t *testing.T) {
	t.Parallel()
	var j journal
	rollback := errors.New("rollback failed")
	s := provided(opens(&j, "tx", &db{}, func(error) error { return rollback }))
	fails := turns(&j, "handler", func(*db) (di.None, error) { return di.None{}, errWrong })
	err := serve(t, plan(t)(s, fails), request{})
	if !errors.Is(err, errWrong) || !errors.Is(err, rollback) || err.Error() != "wrong credential; then rollback failed" {
		t.Errorf("error %v, want both", err)
	}
}

// incomparable is an error that may not be compared with ==.
type incomparable []string

func (e incomparable) Error() string { return fmt.Sprint([]string(e)) }

// A closer may pass on what it was given.
func TestACloserThatReturnsWhatItWasGivenAddsNothing(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"an error": errWrong, "one that cannot be compared": incomparable{"a"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var j journal
			s := provided(opens(&j, "tx", &db{}, func(err error) error { return err }))
			fails := turns(&j, "handler", func(*db) (di.None, error) { return di.None{}, failure })
			err := serve(t, plan(t)(s, fails), request{})
			if name == "an error" && err != failure {
				t.Errorf("error %v, want the handler's alone", err)
			}
			if _, ok := errors.AsType[incomparable](err); name != "an error" && !ok {
				t.Errorf("error %v lost the handler's", err)
			}
		})
	}
}

// A93, L6: closers run after a panic too.
func TestResourcesCloseAfterAPanic(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(opens(&j, "tx", &db{}, fine))
	p := plan(t)(s, turns(&j, "handler", func(*db) (di.None, error) { panic(errWrong) }))
	f := p.Acquire()
	func() {
		defer func() {
			err := f.Close(&di.PanicError{Value: recover()})
			if !errors.Is(err, errWrong) || err.Error() != "panic: wrong credential" {
				t.Errorf("error %v, want the panic", err)
			}
		}()
		_ = f.Run(t.Context())
	}()
	j.expect(t, "open-tx handler close-tx(panic: wrong credential)")
}

// L6: closers run when nobody waits for the answer any more.
func TestResourcesCloseAfterCancellation(t *testing.T) {
	t.Parallel()
	var j journal
	ctx, cancel := context.WithCancel(t.Context())
	s := required(nil, opens(&j, "tx", &db{}, fine), turns(&j, "gone", func(*db) (page, error) { cancel(); return page{}, nil }))
	if err := serveContext(ctx, plan(t)(s, handles[di.None](&j)), request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "open-tx gone close-tx(context canceled)")
}

// L6: one bad closer does not keep the others from closing.
func TestAPanickingCloserDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	var j journal
	bad := func(error) error { panic("bad closer") }
	s := required(nil, opens(&j, "a", &db{}, fine), opens(&j, "b", &user{}, bad), opens(&j, "c", page{}, fine))
	err := serve(t, plan(t)(s, handles[di.None](&j)), request{})
	p, ok := errors.AsType[*di.PanicError](err)
	if !ok || p.Value != "bad closer" || len(p.Stack) == 0 || p.Unwrap() != nil {
		t.Errorf("error %#v, want the panic with its stack", err)
	}
	j.expect(t, "open-a open-b open-c handler close-c(<nil>) close-b(<nil>) close-a(panic: bad closer)")
}

// L6
func TestAResourceWhoseFunctionFailedIsNotClosed(t *testing.T) {
	t.Parallel()
	var j journal
	begin := di.Depends(func(context.Context, di.None) (di.Resource[*db], error) {
		return di.Resource[*db]{Close: func(error) error { j.note("closed"); return nil }}, errWrong
	})
	if err := serve(t, plan(t)(provided(begin), handles[*db](&j)), request{}); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
	j.expect(t, "")
}

func TestAResourceWithNothingToCloseIsAValue(t *testing.T) {
	t.Parallel()
	var j journal
	conn := di.Depends(func(context.Context, di.None) (di.Resource[*db], error) { return di.Resource[*db]{}, nil })
	serves(t, plan(t)(provided(conn), handles[*db](&j)), request{})
	j.expect(t, "handler")
}

// L7: closers of one request are not called for the next.
func TestClosersAreForgottenBetweenRequests(t *testing.T) {
	t.Parallel()
	var j journal
	n := 0
	sometimes := di.Depends(func(context.Context, di.None) (di.Resource[*db], error) {
		if n++; n%2 == 0 {
			return di.Resource[*db]{}, nil
		}
		return di.Resource[*db]{Close: func(error) error { j.note("close"); return nil }}, nil
	})
	p := plan(t)(provided(sometimes), handles[*db](&j))
	for range 4 {
		serves(t, p, request{})
	}
	j.expect(t, "handler close handler handler close handler")
}

func TestClosingTwiceClosesOnce(t *testing.T) {
	t.Parallel()
	var j journal
	f := plan(t)(provided(opens(&j, "tx", &db{}, fine)), handles[*db](&j)).Acquire()
	err := f.Run(t.Context())
	for range 2 {
		if err = f.Close(err); err != nil {
			t.Error(err)
		}
	}
	j.expect(t, "open-tx handler close-tx(<nil>)")
}
