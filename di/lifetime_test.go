package di_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
)

// L6: one value for the application, however many ask for it first.
func TestAnApplicationValueIsMadeOnceForAHundredFirstRequests(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	pool := di.Depends(func(context.Context, di.None) (*db, error) {
		made.Add(1)
		time.Sleep(time.Millisecond) // so that the others arrive meanwhile
		return &db{"pool"}, nil
	}, di.Application)
	c := di.NewContainer()
	s := provided(pool)
	plans := []*di.Plan{
		planWith(t, s, handles[*db](&journal{}), c),
		planWith(t, required(s, turns(&journal{}, "u", func(*db) (*user, error) { return &user{}, nil })), handles[*user](&journal{}), c),
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if err := serveContext(context.Background(), plans[i%2], request{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("made %d times, want once", n)
	}
}

// FastOpenAPI defect 5: requests that share a dependency do not queue for it.
func TestRequestsDoNotWaitForOneAnothersDependencies(t *testing.T) {
	t.Parallel()
	const requests = 5
	var arrived sync.WaitGroup
	arrived.Add(requests)
	meet := di.Depends(func(context.Context, di.None) (page, error) {
		arrived.Done()
		arrived.Wait() // passes only when all are in here at once
		return page{}, nil
	})
	p := plan(t)(provided(meet), handles[page](&journal{}))
	var wg sync.WaitGroup
	for range requests {
		wg.Go(func() { _ = serveContext(context.Background(), p, request{}) })
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the requests are serialised")
	}
}

// ladder is a chain of application values on resources.
func ladder(j *journal) *di.Scope {
	opens := func(name string, closing error) func() (di.Resource[*db], error) {
		return func() (di.Resource[*db], error) {
			j.note("open-%s", name)
			return di.Resource[*db]{Value: &db{name}, Close: func(err error) error {
				j.note("close-%s(%v)", name, err)
				return closing
			}}, nil
		}
	}
	first := opens("first", errors.New("first fails"))
	second := opens("second", nil)
	return provided(
		di.Depends(func(context.Context, *db) (di.Resource[*repo], error) {
			r, err := second()
			return di.Resource[*repo]{Value: &repo{r.Value}, Close: r.Close}, err
		}, di.Application),
		di.Depends(func(context.Context, di.None) (di.Resource[*db], error) { return first() }, di.Application),
	)
}

// L6
func TestStartMakesNeedsFirstAndCloseClosesLastMadeFirst(t *testing.T) {
	t.Parallel()
	var j journal
	c := di.NewContainer()
	p := planWith(t, ladder(&j), handles[*repo](&j), c)
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	j.expect(t, "open-first open-second")
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	serves(t, p, request{})
	j.expect(t, "handler")
	err := c.Close(errors.New("signal"))
	if err == nil || err.Error() != "first fails" {
		t.Errorf("Close = %v, want what the closers said", err)
	}
	j.expect(t, "close-second(signal) close-first(signal)")
	if err := c.Close(nil); err != nil {
		t.Errorf("closing again: %v", err)
	}
	j.expect(t, "")
}

// L6: nothing that was closed is used.
func TestAfterCloseValuesFailWithErrClosed(t *testing.T) {
	t.Parallel()
	var j journal
	plainValue := gives(&j, "plain", &user{}, di.Application)
	for name, started := range map[string]bool{"made before": true, "never made": false} {
		c := di.NewContainer()
		plans := []*di.Plan{
			planWith(t, ladder(&j), handles[*repo](&j), c),
			planWith(t, provided(plainValue), handles[*user](&j), c),
		}
		for _, p := range plans {
			if started {
				serves(t, p, request{})
			}
		}
		_ = c.Close(nil)
		j.take()
		for _, p := range plans {
			if err := serve(t, p, request{}); !errors.Is(err, di.ErrClosed) {
				t.Errorf("%s: error %v, want ErrClosed", name, err)
			}
			j.expect(t, "")
		}
		if err := c.Start(t.Context()); !errors.Is(err, di.ErrClosed) {
			t.Errorf("%s: Start = %v, want ErrClosed", name, err)
		}
	}
}

// L6: a value that is made while the application closes is closed as well.
func TestAValueMadeDuringCloseIsClosed(t *testing.T) {
	t.Parallel()
	var j journal
	c := di.NewContainer()
	slow := di.Depends(func(context.Context, di.None) (di.Resource[*db], error) {
		_ = c.Close(nil) // as another goroutine would
		return di.Resource[*db]{Close: func(err error) error { j.note("closed(%v)", err); return nil }}, nil
	}, di.Application)
	plain := di.Depends(func(context.Context, *db) (*user, error) { return &user{}, nil })
	p := planWith(t, provided(slow, plain), handles[*user](&j), c)
	if err := serve(t, p, request{}); !errors.Is(err, di.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	j.expect(t, "closed(the application is closed)")

	c2 := di.NewContainer()
	without := di.Depends(func(context.Context, di.None) (*db, error) { return &db{}, c2.Close(nil) }, di.Application)
	if err := serve(t, planWith(t, provided(without), handles[*db](&j), c2), request{}); !errors.Is(err, di.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	j.expect(t, "")
}

// L6: a failure is not remembered.
func TestAFailingApplicationValueIsTriedAgain(t *testing.T) {
	t.Parallel()
	var j journal
	n := 0
	pool := di.Depends(func(context.Context, di.None) (*db, error) {
		if n++; n < 3 {
			return nil, errWrong
		}
		return &db{}, nil
	}, di.Application)
	c := di.NewContainer()
	above := turns(&j, "above", func(*db) (*repo, error) { return &repo{}, nil }, di.Application)
	p := planWith(t, provided(pool, above), handles[*repo](&j), c)
	if err := c.Start(t.Context()); !errors.Is(err, errWrong) {
		t.Errorf("Start = %v", err)
	}
	if err := serve(t, p, request{}); !errors.Is(err, errWrong) {
		t.Errorf("second try: %v", err)
	}
	serves(t, p, request{})
	serves(t, p, request{})
	j.expect(t, "above handler handler")
	if n != 3 {
		t.Errorf("called %d times, want 3", n)
	}
}

// L6: the first request's context does not end what outlives it, and Start's
// context reaches the functions.
func TestApplicationValuesAreMadeWithoutTheRequestsContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	var got []any
	pool := di.Depends(func(ctx context.Context, _ di.None) (*db, error) {
		got = append(got, ctx.Value(key{}))
		return &db{}, nil
	}, di.Application)
	ctx := context.WithValue(t.Context(), key{}, "mine")
	if err := serveContext(ctx, plan(t)(provided(pool), handles[*db](&journal{})), request{}); err != nil {
		t.Error(err)
	}
	c := di.NewContainer()
	planWith(t, provided(pool), handles[*db](&journal{}), c)
	if err := c.Start(ctx); err != nil {
		t.Error(err)
	}
	if len(got) != 2 || got[0] != nil || got[1] != "mine" {
		t.Errorf("contexts carried %v, want nothing and then Start's", got)
	}
}

// L6: what is required is made, even if nobody takes its value.
func TestARequiredApplicationValueIsMadeBeforeTheTargetRuns(t *testing.T) {
	t.Parallel()
	var j journal
	c := di.NewContainer()
	s := required(nil, gives(&j, "warm-up", &db{}, di.Application))
	p := planWith(t, s, handles[di.None](&j), c)
	serves(t, p, request{})
	serves(t, p, request{})
	j.expect(t, "warm-up handler handler")
}

// L6, L8: values belong to a container.
func TestEachContainerHasItsOwnValues(t *testing.T) {
	t.Parallel()
	n := 0
	pool := di.Depends(func(context.Context, di.None) (*page, error) { n++; return &page{n}, nil }, di.Application)
	for range 2 {
		serves(t, planWith(t, provided(pool), handles[*page](&journal{}), di.NewContainer()), request{})
	}
	if n != 2 {
		t.Errorf("made %d times, want once per container", n)
	}
}

// One handle has one value, so two programs that disagree about its needs are
// a mistake even if they are compiled one after the other.
func TestAnApplicationValueCannotHaveTwoFillings(t *testing.T) {
	t.Parallel()
	repos := di.Depends(openRepo, di.Application)
	scope := func(of *di.Dependency) *di.Scope { return provided(of, repos) }
	c := di.NewContainer()
	target := func() *di.Dependency {
		return di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil })
	}
	one, two := di.Depends(openDB, di.Application), di.Depends(openCopy, di.Application)
	planWith(t, scope(one), target(), c)
	planWith(t, scope(one), target(), c)
	err := wantMistake[*di.SharedError](t, mistakes(t, scope(two), target(), c))
	if err.First != one || err.Second != two {
		t.Errorf("shared by %v and %v", err.First, err.Second)
	}
	// Within one program it is found as well.
	inner := di.NewScope(scope(one))
	inner.Provide(two)
	inner.Require(repos)
	_ = wantMistake[*di.SharedError](t, mistakes(t, required(scope(one), func() []*di.Dependency {
		user := di.Depends(func(context.Context, *repo) (*user, error) { return nil, nil }, repos, two)
		return []*di.Dependency{user, di.Depends(func(context.Context, *repo) (page, error) { return page{}, nil })}
	}()...), target()))
}

// L6: a panicking factory leaves nothing locked behind.
func TestAPanickingApplicationValueIsTriedAgain(t *testing.T) {
	t.Parallel()
	n := 0
	pool := di.Depends(func(context.Context, di.None) (*db, error) {
		if n++; n == 1 {
			panic("first")
		}
		return &db{}, nil
	}, di.Application)
	p := plan(t)(provided(pool), handles[*db](&journal{}))
	func() {
		defer func() {
			if p := recover(); p != "first" {
				t.Errorf("panic %v", p)
			}
		}()
		_ = serve(t, p, request{})
	}()
	serves(t, p, request{})
}

// The reading side takes no lock and no memory.
func TestAnApplicationValueCostsARequestNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	p, _ := di.Compile(provided(di.Depends(openDB, di.Application)), di.Depends(countPages), nil, nil)
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { _ = turn(ctx, p) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
