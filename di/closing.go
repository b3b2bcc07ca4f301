package di

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
)

// Close closes the resources of the run, last made first, and returns the
// error of the request: err, or what closing made of it. It must be called
// after each Run, also after one that panicked.
func (f *Frame) Close(err error) error {
	for _, closer := range slices.Backward(f.closers) {
		err = joined(err, closeOne(closer, err))
	}
	clear(f.closers)
	f.closers = f.closers[:0]
	return err
}

// joined keeps the request's own error in front.
func joined(err, closing error) error {
	switch {
	case closing == nil, same(err, closing):
		return err
	case err == nil:
		return closing
	}
	return &closeError{err, closing}
}

// same reports whether a closer returned the error that it was given.
func same(err, closing error) bool {
	v := reflect.ValueOf(err)
	return v.IsValid() && v.Comparable() && err == closing //nolint:errorlint // the same error, not one like it
}

// closeError is a failure whose clean-up failed too.
type closeError struct{ request, closing error }

func (e *closeError) Error() string   { return e.request.Error() + "; then " + e.closing.Error() }
func (e *closeError) Unwrap() []error { return []error{e.request, e.closing} }

// closeOne calls a closer; one that panics must not keep the others from
// closing.
func closeOne(c func(error) error, err error) (failed error) {
	defer func() {
		if p := recover(); p != nil {
			failed = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return c(err)
}

// A PanicError is a panic that was turned into an error.
type PanicError struct {
	Value any
	Stack []byte
}

// Error tells the value, not the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
