package rules

import "reflect"

// A plan is a compiled struct type. Types that contain themselves share one.
type plan struct {
	typ      reflect.Type
	fields   []field
	level    *level // a struct-level validation, or nil
	parented bool   // a rule looks at the struct itself
	live     bool
}

// field is one field that has something to check.
type field struct {
	index int
	step  Step
	flat  bool // adds no step
	chain *chain
}

func (p *plan) check(r *run, v reflect.Value) {
	if !r.enter() {
		return
	}
	if p.parented {
		outer := r.parent
		r.parent = v
		p.checkFields(r, v)
		r.parent = outer
	} else {
		p.checkFields(r, v)
	}
	if p.level != nil {
		p.level.check(r, v)
	}
	r.leave()
}

func (p *plan) checkFields(r *run, v reflect.Value) {
	n := len(r.out)
	for i := range p.fields {
		f := &p.fields[i]
		value := v.Field(f.index)
		if f.chain.derefs == 0 && f.chain.surely(value) {
			continue
		}
		if f.chain.check(r, value); len(r.out) == n {
			continue
		}
		if f.flat {
			n = len(r.out)
		} else {
			n = r.within(n, f.step)
		}
		if r.over {
			return
		}
	}
}
