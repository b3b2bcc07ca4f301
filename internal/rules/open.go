package rules

import (
	"reflect"
	"sync"

	"github.com/go-playground/validator/v10"
)

// open stands where the type of a value is known only when it is checked: in an
// interface, or behind a [validator.Valuer]. Each type that turns up is
// compiled once.
type open struct {
	code     *code
	spot     spot
	rules    Rules
	valuer   bool
	nullable bool
	chains   sync.Map // reflect.Type -> *chain
}

var valuerType = reflect.TypeFor[validator.Valuer]()

func (o *open) check(r *run, c *chain, v reflect.Value) {
	if (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) && v.IsNil() {
		c.checkAbsent(r, v)
		return
	}
	if !r.enter() {
		return
	}
	if inner := o.content(v); inner.IsValid() {
		o.chain(inner.Type()).check(r, inner)
	} else {
		c.checkAbsent(r, v)
	}
	r.leave()
}

func (o *open) content(v reflect.Value) reflect.Value {
	if o.valuer {
		return reflect.ValueOf(v.Interface().(validator.Valuer).ValidatorValue())
	}
	return v.Elem()
}

func (o *open) chain(t reflect.Type) *chain {
	if c, ok := o.chains.Load(t); ok {
		return c.(*chain)
	}
	c, _ := o.chains.LoadOrStore(t, o.code.late(o, t))
	return c.(*chain)
}

// late compiles the rules for a type that turned up in a request. A rule that
// cannot judge the type counts as not kept.
func (k *code) late(o *open, t reflect.Type) *chain {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := &compiler{code: k}
	made := c.chain(o.spot, t, o.rules, o.nullable)
	c.prune()
	return made
}
