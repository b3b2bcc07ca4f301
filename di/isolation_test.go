package di_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
)

type identityKey struct{}

// identity is a chain in which everything is derived from the request, by
// copies, pointers, slices, resources, alternatives and scopes.
func identity() (*di.Scope, *di.Dependency) {
	who := func(ctx context.Context) string { return ctx.Value(identityKey{}).(string) }
	token := di.Depends(func(ctx context.Context, _ di.None) (bearer, error) {
		if who(ctx)[0] == 'x' {
			return bearer(who(ctx)), absent("bearer")
		}
		return bearer(who(ctx)), nil
	}, di.At(di.Authentication))
	key := di.Depends(func(ctx context.Context, _ di.None) (bearer, error) {
		return bearer(who(ctx)), nil
	}, di.At(di.Authentication))
	tx := di.Depends(func(ctx context.Context, _ di.None) (di.Resource[*db], error) {
		me := who(ctx)
		return di.Resource[*db]{Value: &db{me}, Close: func(err error) error {
			if me != who(ctx) || err != nil && err.Error() != me {
				return errors.New("a foreign closer")
			}
			return nil
		}}, nil
	})
	s := provided(
		di.AnyOf[bearer](nil, token, key).With(di.At(di.Authentication)),
		di.Depends(func(_ context.Context, in struct {
			Bearer bearer
			Scopes di.Scopes
			DB     *db
		}) (*claims, error) {
			return &claims{string(in.Bearer) + "/" + in.DB.name}, nil
		}, tx, di.Transient),
		di.Depends(func(_ context.Context, c *claims) (user, error) { return user{Name: c.Subject}, nil }),
	)
	return s, di.Depends(func(ctx context.Context, in struct {
		User   user
		Claims *claims
		Bearer bearer
		ID     string `query:"id"`
	}) (string, error) {
		runtime.Gosched()
		echo := fmt.Sprint(in.Bearer, " ", in.Claims.Subject, " ", in.User.Name, " ", in.ID)
		if who(ctx)[0] == 'e' {
			return "", errors.New(in.ID)
		}
		return echo, nil
	}, di.Requires("read"))
}

// A90, L7: a thousand users at once, each of whom sees only itself.
func TestNoValueOfARequestIsEverVisibleToAnother(t *testing.T) {
	t.Parallel()
	p := plan(t)(identity())
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			for turn := range 3 {
				me := fmt.Sprintf("%c-%d-%d", "axe"[i%3], i, turn)
				f := p.Acquire()
				f.Session.(*session).request = request{values: map[string]string{"id": me}}
				err := f.Run(context.WithValue(context.Background(), identityKey{}, me))
				if got, want := *f.Output().(*string), me+" "+me+"/"+me+" "+me+"/"+me+" "+me; err == nil && got != want {
					t.Errorf("received %s, want %s", got, want)
				}
				if err := f.Close(err); err != nil && err.Error() != me {
					t.Errorf("error %v, want none or %s", err, me)
				}
				f.Release()
			}
		})
	}
	wg.Wait()
}

// A90, L7: what a run left behind is gone when the frame is used again, also
// when the run ended early.
func TestAReleasedFrameHoldsNothing(t *testing.T) {
	t.Parallel()
	type secret struct{ text string }
	keep := di.Depends(func(context.Context, di.None) (*secret, error) { return &secret{"kept"}, nil })
	for name, fails := range map[string]bool{"after a success": false, "after a failure": true} {
		collected := make(chan struct{})
		big := di.Depends(func(context.Context, *secret) (*[1 << 16]byte, error) {
			b := new([1 << 16]byte)
			runtime.AddCleanup(b, func(done chan struct{}) { close(done) }, collected)
			return b, nil
		})
		guard := di.Depends(func(context.Context, *[1 << 16]byte) (page, error) {
			if fails {
				return page{}, errWrong
			}
			return page{}, nil
		})
		s := required(provided(keep, big), guard)
		p := plan(t)(s, di.Depends(func(_ context.Context, b *[1 << 16]byte) (*[1 << 16]byte, error) { return b, nil }))
		f := p.Acquire()
		if err := f.Close(f.Run(t.Context())); (err != nil) != fails {
			t.Fatal(err)
		}
		f.Release()
		if !gone(collected) {
			t.Errorf("%s the released frame still holds a value", name)
		}
		runtime.KeepAlive(f)
	}
}

// gone waits for the garbage collector.
func gone(collected <-chan struct{}) bool {
	for range 50 {
		runtime.GC()
		runtime.Gosched()
		select {
		case <-collected:
			return true
		default:
		}
	}
	return false
}

// L7: an input that was bound for one request is not seen by the next, even if
// that binds nothing.
func TestInputsAreClearedBetweenRequests(t *testing.T) {
	t.Parallel()
	var j journal
	stingy := di.Depends(func(_ context.Context, in struct {
		Once onceBound
		Page page
	}) (*user, error) {
		j.note("%q", in.Once)
		return &user{}, nil
	})
	p, errs := di.Compile(provided(gives(&j, "page", page{}), stingy), handles[*user](&j), &onceSource{}, nil)
	if p == nil {
		t.Fatal(errs)
	}
	f := p.Acquire()
	for range 2 {
		if err := f.Close(f.Run(t.Context())); err != nil {
			t.Fatal(err)
		}
		f.Release()
		f = p.Acquire()
	}
	j.expect(t, `page "secret" handler page "" handler`)
}

// onceBound is an input that is bound in the first request of a program only.
type onceBound string

type onceSource struct {
	source
	bound bool
}

func (s *onceSource) Type(t reflect.Type) di.Input {
	if t.Name() == "onceBound" {
		return onceInput{s}
	}
	return nil
}

type onceInput struct{ *onceSource }

func (in onceInput) Binder(_, ptr any) di.Binder { return onceBinder{in.onceSource, ptr.(*onceBound)} }

type onceBinder struct {
	source *onceSource
	to     *onceBound
}

func (b onceBinder) Bind() error {
	if !b.source.bound {
		b.source.bound, *b.to = true, "secret"
	}
	return nil
}

// Compiling is safe while others compile and serve.
func TestCompilingIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s := provided(
		di.Depends(openDB, di.Application),
		di.Depends(openRepo, di.Application),
		di.Depends(countPages),
	)
	c := di.NewContainer()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			p, errs := di.Compile(di.NewScope(s), di.Depends(func(context.Context, struct {
				Repo *repo
				Page page
			}) (di.None, error) {
				return di.None{}, nil
			}), nil, c)
			if p == nil {
				t.Error(errs)
				return
			}
			if err := turn(context.Background(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
