package di

import (
	"reflect"
	"slices"
)

// newFrame makes the steps and connects them. It is the only place where
// reflection meets the values of a frame.
func (p *Plan) newFrame() *Frame {
	f := &Frame{plan: p, Session: p.source.NewSession(), steps: make([]step, len(p.nodes))}
	for i := range p.nodes {
		f.steps[i] = step{caller: p.nodes[i].dep.newCall(), node: &p.nodes[i]}
		if p.nodes[i].shared && f.done == nil {
			f.done = make([]outcome, len(p.nodes))
		}
	}
	var late []Binder
	for i := range p.nodes {
		late = append(late, f.connect(i)...)
	}
	target := &f.steps[p.main-1]
	for _, s := range p.singles {
		target.binders = append(target.binders, s.single.binder(nil))
	}
	f.rest = append(f.rest, late...)
	for i := range f.steps {
		f.finish(&f.steps[i])
	}
	return f
}

// connect makes the binders of a step and points those that it needs at the
// fields of its input.
func (f *Frame) connect(i int) (late []Binder) {
	s := &f.steps[i]
	n := s.node
	for _, need := range n.needs {
		to := s.field(need.index)
		switch {
		case to == nil:
		case need.from.single != nil:
			s.binders = append(s.binders, need.from.single.binder(to))
		default:
			f.steps[need.from.index].caller.connect(to)
		}
	}
	deferred := i >= f.plan.guards && i < f.plan.main && !n.shared
	for _, in := range n.inputs {
		b := f.binder(n, in, s.field(in.index))
		_, isLate := in.input.(LateInput)
		switch {
		case deferred && isLate:
			late = append(late, b)
		case deferred && in.input != nil:
			f.rest = append(f.rest, b)
		default:
			s.binders = append(s.binders, b)
		}
	}
	return late
}

func (f *Frame) binder(n *planned, in slot, to any) Binder {
	if in.scopes {
		return &scopesBinder{to: to.(*Scopes), scopes: n.scopes}
	}
	return in.input.Binder(f.Session, to)
}

// field is a pointer to a field of the step's input, or to the slot of an
// alternative; nil when the value is not handed on.
func (s *step) field(index []int) any {
	if c, ok := s.caller.(chooser); ok {
		if s.node.dep.kind == allOf && index[0] > 0 {
			return nil
		}
		return c.slot(index[0])
	}
	return field(s.caller, index)
}

// field is a pointer to a field of an input, or to the whole.
func field(c caller, index []int) any {
	if len(index) == 0 {
		return c.input()
	}
	return reflect.ValueOf(c.input()).Elem().FieldByIndex(index).Addr().Interface()
}

// finish looks at a step once everybody is connected.
func (f *Frame) finish(s *step) {
	s.links = s.caller.links()
	s.resource, _ = s.caller.output().(resource)
	if s.node.refuses {
		s.isNil = isNil(s.caller.output())
	}
	if s.caller.keeps() {
		f.keepers = append(f.keepers, s.caller)
	}
	s.bare = s.node.dep.kind == function && !s.node.shared && s.binders == nil &&
		s.resource == nil && s.isNil == nil && s.links == nil
}

// A scopesBinder hands out a copy that it keeps, so that a function which
// sorts its scopes or appends to them changes them for nobody else.
type scopesBinder struct {
	to     *Scopes
	scopes Scopes // of the plan
	own    Scopes
}

func (b *scopesBinder) Bind() error {
	if !slices.Equal(b.own, b.scopes) {
		b.own = slices.Clip(slices.Clone(b.scopes))
	}
	*b.to = b.own
	return nil
}
