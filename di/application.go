package di

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// A singleton is an application value and how it is made.
type singleton struct {
	dep       *Dependency
	container *Container
	caller    caller
	needs     []need
	binders   []Binder
	resource  resource

	ready atomic.Bool
	mu    sync.Mutex // held while the value is made
}

func newSingleton(c *Container, d *Dependency, needs []need) *singleton {
	s := &singleton{dep: d, container: c, caller: d.newCall(), needs: needs}
	s.resource, _ = s.caller.output().(resource)
	for _, n := range needs {
		s.binders = append(s.binders, n.from.single.binder(field(s.caller, n.index)))
	}
	return s
}

// ensure makes the value if nobody has. The fast path takes no lock.
func (s *singleton) ensure(ctx context.Context) error {
	if s.ready.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.container.closed.Load():
		return ErrClosed
	case s.ready.Load():
		return nil
	}
	return s.make(ctx)
}

// make calls the function; the caller holds the lock.
func (s *singleton) make(ctx context.Context) error {
	for _, b := range s.binders {
		if err := b.Bind(); err != nil {
			return err
		}
	}
	if err := s.caller.call(ctx); err != nil {
		return err
	}
	if err := s.keep(); err != nil {
		return err
	}
	s.ready.Store(true)
	if s.container.closed.Load() { // while the value was made
		s.ready.Store(false)
		return ErrClosed
	}
	return nil
}

// keep hands the closer to the container.
func (s *singleton) keep() error {
	if s.resource == nil || s.resource.closer() == nil {
		return nil
	}
	closer := s.resource.closer()
	if err := s.container.onClose(closer); err != nil {
		return errors.Join(err, closeOne(closer, err))
	}
	return nil
}

// binder makes what copies the value to a *T; nil only makes the value.
func (s *singleton) binder(to any) Binder {
	b := &singletonBinder{single: s, link: s.caller.link()}
	if to != nil {
		b.link.add(to)
	}
	return b
}

// singletonBinder copies an application value into a frame.
type singletonBinder struct {
	single *singleton
	link   linker
}

// Bind makes the value if nobody has, and copies it. The context of a request
// must not end what outlives it, so the value is made without one.
func (b *singletonBinder) Bind() error {
	if err := b.single.ensure(context.Background()); err != nil {
		return err
	}
	b.link.copy()
	return nil
}

// applicationNode returns the node of an application dependency. Everything
// below it must live as long.
func (c *compiler) applicationNode(e *env) *node {
	d := e.self()
	key := nodeKey{dep: d}
	n := c.nodes[key]
	if n != nil {
		c.revisit(e, nil)
		return n
	}
	n = &node{dep: d, index: -1, runs: plain}
	c.nodes[key] = n
	before := len(c.mistakes)
	c.checkApplication(d)
	c.walked[e] = true
	for _, s := range c.slots(e) {
		if from := c.applicationNeed(d, s); from != nil {
			n.needs = append(n.needs, need{s.index, from})
		}
	}
	if len(c.mistakes) == before && !c.filling(e).mistaken {
		c.single(n)
	}
	return n
}

// single gives a node its value, which other plans may have met already.
func (c *compiler) single(n *node) {
	s := c.container.singleton(n.dep, n.needs)
	for i, need := range n.needs {
		// Of two fillings of one input that differ, the first need differs or
		// they are of the same length.
		if known := s.needs[i].from; known.single != need.from.single {
			c.mistake(&SharedError{Dependency: n.dep, Type: typeOf(n.dep.in, need.index), First: known.dep, Second: need.from.dep})
			return
		}
	}
	n.single = s
}

// checkApplication reports what cannot be made once and for all.
func (c *compiler) checkApplication(d *Dependency) {
	if d.kind != function || d.stage != Unstaged {
		c.mistake(&LifetimeError{Owner: d})
	}
	if len(d.scopes) > 0 {
		c.mistake(&ScopesError{Owner: d, Scopes: d.scopes})
	}
}

func (c *compiler) applicationNeed(owner *Dependency, s slot) *node {
	switch {
	case owner.kind != function: // reported already
		return nil
	case s.provider == nil:
		c.mistake(&LifetimeError{Owner: owner, Type: typeOf(owner.in, s.index)})
		return nil
	}
	if d := c.giver(s); d.lifetime != Application {
		c.mistake(&LifetimeError{Owner: owner, Need: d, Type: d.out})
		return nil
	}
	return c.visit(s.provider, nil)
}
