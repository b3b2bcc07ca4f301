package di

import "context"

// A Frame holds everything that one run of a plan needs. It is taken from the
// plan with [Plan.Acquire], run, closed and released by one goroutine.
type Frame struct {
	// Session is the state that the source made for this frame.
	Session any

	plan     *Plan
	ctx      context.Context
	steps    []step
	rest     []Binder // what is bound behind the guards
	keepers  []caller // those whose output stays behind
	closers  []func(error) error
	done     []outcome // of shared steps; nil when there are none
	complete bool      // every step has run
}

// A step is a node in a frame.
type step struct {
	caller   caller
	bare     bool     // nothing to do but to call
	binders  []Binder // bound just before the call
	links    linker
	resource resource
	isNil    func() bool
	node     *planned
}

// outcome remembers a step that may be reached twice.
type outcome struct {
	ran bool
	err error
}

// Acquire takes a frame from the pool or makes one.
func (p *Plan) Acquire() *Frame {
	if f, ok := p.frames.Get().(*Frame); ok {
		return f
	}
	return p.newFrame()
}

// Release forgets everything that the run left behind and returns the frame to
// the pool. A frame that panicked is not released.
func (f *Frame) Release() {
	f.forget()
	clear(f.done)
	clear(f.closers)
	f.closers = f.closers[:0]
	f.ctx = nil
	f.plan.frames.Put(f)
}

// forget clears the values. A step clears its input when it has run, so after
// a complete run only outputs are left that nobody took.
func (f *Frame) forget() {
	if f.complete {
		f.complete = false
		for _, c := range f.keepers {
			c.reset()
		}
		return
	}
	for i := range f.steps {
		f.steps[i].caller.reset()
	}
}

// Output is a pointer to the result of the target, a *Out, valid until the
// frame is released.
func (f *Frame) Output() any { return f.steps[f.plan.main-1].caller.output() }

// Run runs the plan, once, and returns the first error, or the joined mistakes
// of the remaining inputs. The target does not run when ctx is done by then;
// the error is the cause.
func (f *Frame) Run(ctx context.Context) error {
	f.ctx = ctx
	guards, last := f.plan.guards, f.plan.main-1
	if err := f.runAll(f.steps[:guards]); err != nil {
		return err
	}
	if len(f.rest) > 0 {
		if err := f.bindRest(); err != nil {
			return err
		}
	}
	if err := f.runAll(f.steps[guards:last]); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := f.runAll(f.steps[last : last+1]); err != nil {
		return err
	}
	f.complete = f.done == nil
	return nil
}

// runAll runs steps of the main sequence.
func (f *Frame) runAll(steps []step) (err error) {
	for i := range steps {
		switch s := &steps[i]; {
		case s.bare:
			err = s.caller.call(f.ctx)
		case s.node.shared:
			err = f.once(s)
		default:
			err = f.call(s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// call binds what the step takes, calls it and hands its value on.
func (f *Frame) call(s *step) error {
	for _, b := range s.binders {
		if err := b.Bind(); err != nil {
			return err
		}
	}
	if s.node.dep.kind == function {
		if err := s.caller.call(f.ctx); err != nil {
			return err
		}
	} else if err := f.combine(s); err != nil {
		return err
	}
	if s.resource != nil {
		if c := s.resource.closer(); c != nil {
			f.closers = append(f.closers, c)
		}
	}
	if s.isNil != nil && s.isNil() {
		return &NilError{s.node.dep}
	}
	if s.links != nil {
		s.links.copy()
	}
	return nil
}

// once runs a step unless an alternative has run it already.
func (f *Frame) once(s *step) error {
	o := &f.done[s.node.index]
	if !o.ran {
		o.ran = true
		o.err = f.call(s)
	}
	return o.err
}

// combine comes by the value of a combination: of all, which have run, or of
// the first alternative whose credentials are there.
func (f *Frame) combine(s *step) error {
	if s.node.dep.kind == allOf {
		s.caller.(chooser).choose(0)
		return nil
	}
	for i, b := range s.node.branches {
		err := f.try(b)
		if err == nil {
			s.caller.(chooser).choose(i)
			return f.alone(s, i+1)
		}
		if !s.node.dep.passes(err) {
			return err
		}
	}
	if s.node.dep.kind == optionalOne {
		s.caller.reset() // a function may return a value beside its error
		return nil
	}
	return s.node.dep.merge(f.absences(s.node.branches))
}

// absences collects the errors of branches that have all been tried in vain.
func (f *Frame) absences(branches []branch) []error {
	list := make([]error, len(branches))
	for i, b := range branches {
		list[i] = f.try(b) // which remembers
	}
	return list
}

// alone looks at the credentials of the alternatives from one on, behind the
// one that was chosen.
func (f *Frame) alone(s *step, from int) error {
	for _, b := range s.node.branches[from:] {
		switch err := f.wrong(b); {
		case err != nil && !s.node.dep.passes(err):
			return err
		case err == nil && s.node.dep.exclusive != nil && f.proved(b):
			return s.node.dep.exclusive
		}
	}
	return nil
}

func (f *Frame) try(b branch) error {
	for k, i := range b {
		err := f.once(&f.steps[i])
		if err == nil {
			continue
		}
		if isAbsent(err) {
			if wrong := f.wrong(b[k+1:]); wrong != nil && !isAbsent(wrong) {
				return wrong
			}
		}
		return err
	}
	return nil
}

// bindRest binds what the guards left, so that all mistakes are told together.
func (f *Frame) bindRest() error {
	var errs []error
	for _, b := range f.rest {
		if err := b.Bind(); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	if j, ok := f.Session.(Joiner); ok {
		return j.Join(errs)
	}
	return errs[0]
}
