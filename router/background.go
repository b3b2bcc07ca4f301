package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"time"

	"github.com/mortise-go/mortise/di"
)

// Background takes work that is done after the answer has been sent: take it in a
// field or as the whole input, in handlers and dependencies.
//
//	func register(ctx context.Context, in struct {
//		Later router.Background
//		User  NewUser `body:"json"`
//	}) (User, error) {
//		…
//		in.Later.Add(func(ctx context.Context) error { return mail.Welcome(ctx, user) })
//		return user, nil
//	}
//
// The functions run one after another, in the order in which they were added, after
// the resources of the request have been closed; so they must not use these, nor an
// [Upload]. Their context has the values of the request's and does not end with it;
// it ends after the time of [BackgroundTimeout], which is for all functions of one
// request together. Errors and panics are logged, and do not keep the next from
// running. Nothing runs when the request fails. [Router.Close] waits for what is
// running.
//
// The work is lost when the process is. What must happen belongs into a queue.
type Background struct {
	tasks *[]func(context.Context) error
}

// Add adds a function. It serves until the handler has returned. It panics if the
// Background does not come from a request.
func (b Background) Add(task func(ctx context.Context) error) {
	if b.tasks == nil {
		panic("router: Add to a Background that does not come from a request")
	}
	*b.tasks = append(*b.tasks, task)
}

// DefaultBackgroundTimeout is the time for the background work of one request
// where [BackgroundTimeout] says nothing.
const DefaultBackgroundTimeout = time.Minute

// BackgroundTimeout is how long the background work of one request may take. The
// default is [DefaultBackgroundTimeout]. Fits the API.
func BackgroundTimeout(d time.Duration) Option {
	return &option{fmt.Sprintf("BackgroundTimeout(%v)", d), onRouter, func(s *settings) {
		if s.api.backgroundTimeout = d; d <= 0 {
			s.wrong = errors.New("not a positive duration")
		}
	}}
}

var backgroundType = reflect.TypeFor[Background]()

type backgroundInput struct{}

func (backgroundInput) Binder(of, ptr any) di.Binder {
	return &backgroundBinder{of.(*session), ptr.(*Background)}
}

type backgroundBinder struct {
	session *session
	to      *Background
}

func (b *backgroundBinder) Bind() error {
	if b.session.tasks == nil {
		b.session.tasks = new([]func(context.Context) error)
	}
	b.to.tasks = b.session.tasks
	return nil
}

// later runs what was added, in a goroutine of its own, because the server only
// completes an answer when its handler has returned.
func (s *serving) later(w http.ResponseWriter, r *http.Request, tasks []func(context.Context) error) {
	if len(tasks) == 0 {
		return
	}
	id := requestID(w, r)
	ctx := context.WithoutCancel(r.Context())
	_ = http.NewResponseController(w).Flush() // not every writer can, and the handler is about to return anyway
	request := r.WithContext(ctx)             // the server may change its own
	tasks = slices.Clone(tasks)
	s.router.background.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, orDefault(s.router.global.backgroundTimeout, DefaultBackgroundTimeout))
		defer cancel()
		for _, task := range tasks {
			if err := guarded(ctx, task); err != nil {
				s.log(request, slog.LevelError, "background work failed", id, 0, err)
			}
		}
	})
}

// guarded turns a panic into an error.
func guarded(ctx context.Context, task func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &di.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return task(ctx)
}

// waitForBackground waits until background work has ended, or had its time and a
// little more.
func (r *Router) waitForBackground() error {
	done := make(chan struct{})
	go func() {
		r.background.Wait()
		close(done)
	}()
	limit := orDefault(r.global.backgroundTimeout, DefaultBackgroundTimeout) + time.Second
	select {
	case <-done:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("background work is still running %v after the last request", limit)
	}
}
