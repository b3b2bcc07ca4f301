package di

import (
	"context"
	"errors"
	"runtime/debug"
)

// Prepare compiles fn against a scope, outside of any request: for a worker, a
// command, a start-up task. The returned function may be called any number of
// times and concurrently; each call resolves what fn needs anew, runs fn and
// closes the resources before it returns.
//
// The error holds all mistakes, joined. What the scope requires for requests
// runs too, so prepare against a scope that only provides.
func Prepare[In, Out any](scope *Scope, container *Container, fn func(ctx context.Context, in In) (Out, error)) (func(context.Context) (Out, error), error) {
	plan, mistakes := Compile(scope, Depends(fn), nil, container)
	if plan == nil {
		return nil, errors.Join(mistakes...)
	}
	return func(ctx context.Context) (Out, error) { return run[Out](ctx, plan) }, nil
}

// errExited is what closers see when a function ends its goroutine, as
// testing.T.FailNow does.
var errExited = errors.New("the goroutine exited")

func run[Out any](ctx context.Context, plan *Plan) (out Out, err error) {
	f := plan.Acquire()
	returned := false
	defer func() {
		if returned {
			f.Release()
			return
		}
		// The frame is not released: it may have been left half filled.
		p := recover()
		if p == nil {
			_ = f.Close(errExited) // nobody is left to tell
			return
		}
		_ = f.Close(&PanicError{Value: p, Stack: debug.Stack()}) // the panic goes on
		panic(p)
	}()
	out, err = result[Out](ctx, f)
	returned = true
	return out, err
}

func result[Out any](ctx context.Context, f *Frame) (out Out, err error) {
	err = f.Run(ctx)
	if err == nil {
		out = *f.Output().(*Out)
	}
	if err = f.Close(err); err != nil {
		var zero Out
		return zero, err
	}
	return out, nil
}
