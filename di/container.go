package di

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// A Container keeps the values that live as long as the application. It is
// safe for concurrent use.
//
// A value is made when it is first needed, or by [Container.Start]. One whose
// function fails is tried again by the next who needs it; meanwhile everybody
// else who needs it waits, and no lock is held for anything but the first
// making of a value.
type Container struct {
	overrides []Override
	closed    atomic.Bool

	mu      sync.Mutex
	singles map[*Dependency]*singleton
	order   []*singleton // needs before those who need them
	closers []func(error) error
}

// NewContainer makes a container. Overrides replace dependencies in every plan
// that is compiled with it, the first that fits; see [Replace] and
// [ReplaceType].
func NewContainer(overrides ...Override) *Container {
	return &Container{overrides: overrides, singles: map[*Dependency]*singleton{}}
}

// ErrClosed is the error of a value that was needed after [Container.Close].
var ErrClosed = errors.New("the application is closed")

// Start makes every application value that a compiled plan needs, in the order
// of their needs, and returns the first error. The functions receive ctx.
func (c *Container) Start(ctx context.Context) error {
	for _, s := range c.met() {
		if err := s.ensure(ctx); err != nil {
			return fmt.Errorf("%v: %w", s.dep, err)
		}
	}
	return nil
}

func (c *Container) met() []*singleton {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.order)
}

// Close closes the application's resources, last made first, and returns their
// errors joined. The closers receive err, which tells why the application ends
// and may be nil. Values that are needed later fail with [ErrClosed]; closing
// again does nothing.
func (c *Container) Close(err error) error {
	c.closed.Store(true)
	for _, s := range c.met() {
		s.ready.Store(false)
	}
	c.mu.Lock()
	closers := c.closers
	c.closers = nil
	c.mu.Unlock()
	var errs []error
	for _, closer := range slices.Backward(closers) {
		errs = append(errs, closeOne(closer, err))
	}
	return errors.Join(errs...)
}

// onClose keeps a closer, unless it is too late.
func (c *Container) onClose(closer func(error) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.Load() {
		return ErrClosed
	}
	c.closers = append(c.closers, closer)
	return nil
}

// singleton returns the one value of an application dependency.
func (c *Container) singleton(d *Dependency, needs []need) *singleton {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.singles[d]; s != nil {
		return s
	}
	s := newSingleton(c, d, needs)
	c.singles[d] = s
	c.order = append(c.order, s)
	return s
}
