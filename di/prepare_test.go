package di_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
)

func TestAPreparedFunctionResolvesWhatItNeedsForEachCall(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(opens(&j, "tx", &db{"tx"}, fine), gives(&j, "pool", &repo{}, di.Application))
	work, err := di.Prepare(s, di.NewContainer(), func(_ context.Context, in struct {
		DB   *db
		Repo *repo
	}) (string, error) {
		j.note("work")
		return in.DB.name, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := work(t.Context()); got != "tx" || err != nil {
			t.Errorf("work = %q, %v", got, err)
		}
	}
	j.expect(t, "open-tx pool work close-tx(<nil>) open-tx work close-tx(<nil>)")
}

func TestPrepareReturnsAllMistakes(t *testing.T) {
	t.Parallel()
	work, err := di.Prepare(nil, nil, func(context.Context, struct {
		DB   *db
		User *user
	}) (di.None, error) {
		return di.None{}, nil
	})
	if work != nil || err == nil {
		t.Fatalf("Prepare = %v", err)
	}
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 2 {
		t.Errorf("%d mistakes, want 2: %v", n, err)
	}
}

func TestAPreparedFunctionReturnsNothingBesideAnError(t *testing.T) {
	t.Parallel()
	var j journal
	commit := errors.New("commit failed")
	for name, tc := range map[string]struct {
		closing error
		own     error
	}{
		"its own":       {nil, errWrong},
		"that of a tx":  {commit, nil},
		"both of those": {commit, errWrong},
	} {
		s := provided(opens(&j, "tx", &db{}, func(error) error { return tc.closing }))
		work, err := di.Prepare(s, nil, func(context.Context, *db) (int, error) { return 7, tc.own })
		if err != nil {
			t.Fatal(err)
		}
		got, err := work(t.Context())
		if got != 0 || tc.own != nil && !errors.Is(err, tc.own) || tc.closing != nil && !errors.Is(err, tc.closing) {
			t.Errorf("%s: work = %d, %v", name, got, err)
		}
	}
}

// Resources are closed however the function ends.
func TestAPreparedFunctionClosesWhenItPanicsOrExits(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(opens(&j, "tx", &db{}, fine))
	for name, end := range map[string]func(){"panic": func() { panic("end") }, "exit": runtime.Goexit} {
		work, err := di.Prepare(s, nil, func(context.Context, *db) (di.None, error) { end(); return di.None{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() {
				if p := recover(); (p != nil) != (name == "panic") {
					t.Errorf("recovered %v", p)
				}
			}()
			_, _ = work(context.Background())
		})
		wg.Wait()
		want := map[string]string{"panic": "panic: end", "exit": "the goroutine exited"}
		j.expect(t, "open-tx close-tx("+want[name]+")")
	}
}

func TestAPreparedFunctionIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	n := di.Depends(func(ctx context.Context, _ di.None) (page, error) { return page{ctx.Value(identityKey{}).(int)}, nil })
	work, err := di.Prepare(provided(n), nil, func(_ context.Context, p page) (int, error) { runtime.Gosched(); return p.n, nil })
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if got, err := work(context.WithValue(context.Background(), identityKey{}, i)); got != i || err != nil {
				t.Errorf("work = %d, %v, want %d", got, err, i)
			}
		})
	}
	wg.Wait()
}
