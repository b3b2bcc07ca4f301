package di

// Exclusive makes an [AnyOf] fail with err when the credentials of more than
// one alternative are there and none of them is wrong. Without it the first
// one counts.
func Exclusive(err error) Option { return optionFunc(func(d *Dependency) { d.exclusive = err }) }

// Lenient makes a combination pass over alternatives whose errors excused
// accepts, as it passes over those that are absent: of an [AnyOf] the first that
// is good counts, whatever else is wrong. Without it what was presented and is
// wrong is the answer.
func Lenient(excused func(err error) bool) Option {
	return optionFunc(func(d *Dependency) { d.lenient = excused })
}

// passes reports whether a combination passes over an alternative that failed.
func (d *Dependency) passes(err error) bool {
	return isAbsent(err) || d.lenient != nil && d.lenient(err)
}

// A branch is an alternative: the steps that it takes, in order.
type branch []int

// proving reports whether n establishes who is calling and nothing beyond: it
// asks for a credential, or verifies one, and needs no guard of a later kind.
func (n *node) proving() bool { return n.needsCredential() && !n.permits() }

// permits reports whether n is, or needs, a guard that decides what somebody
// may do who is known already.
func (n *node) permits() bool {
	return n.permitting.once(func() bool { return n.at > Revocation || n.anyNeed((*node).permits) })
}

// wrong looks for a credential that was presented in a branch and is not good,
// although the branch is not the one that counts: it is never excused by
// another one. It returns the error that tells so; else one that is absent, or
// nil if all that the branch asks for is there and good. Of the branch only
// what proves who is calling runs.
func (f *Frame) wrong(b branch) (absent error) {
	for _, i := range b {
		err := f.prove(&f.steps[i])
		switch {
		case err == nil:
		case !isAbsent(err):
			return err
		case absent == nil:
			absent = err
		}
	}
	return absent
}

// proved reports whether a branch that found nothing wrong has a credential at
// all. That of an application value is empty.
func (f *Frame) proved(b branch) bool {
	return len(b) > 0 && f.steps[b[len(b)-1]].node.proves
}

func (f *Frame) prove(s *step) error {
	switch {
	case s.node.proves:
		return f.reach(s.node.node)
	case s.node.branches != nil && !f.done[s.node.index].ran:
		return f.proveAny(s.node.branches)
	}
	return nil
}

// proveAny looks into the branches of a combination that does not run itself.
func (f *Frame) proveAny(branches []branch) (absent error) {
	for _, b := range branches {
		if err := f.wrong(b); err != nil && !isAbsent(err) {
			return err
		}
	}
	return nil
}

// reach runs a step and whatever it needs that has not run, unless something
// that it needs has failed.
func (f *Frame) reach(n *node) error {
	if n.single != nil {
		return nil
	}
	o := &f.done[n.index]
	if o.ran {
		return o.err
	}
	if !n.conditional() {
		if err := f.reachNeeds(n); err != nil {
			*o = outcome{true, err}
			return err
		}
	}
	return f.once(&f.steps[n.index])
}

// reachNeeds looks at what has failed before it runs anything.
func (f *Frame) reachNeeds(n *node) error {
	for _, need := range n.needs {
		if m := need.from; m.single == nil && f.done[m.index].err != nil {
			return f.done[m.index].err
		}
	}
	for _, need := range n.needs {
		if err := f.reach(need.from); err != nil {
			return err
		}
	}
	return nil
}
