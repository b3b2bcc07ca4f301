package bind

import (
	"errors"
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/internal/rules"
)

// violations turns what the rules say into errors of the parameter.
func (p *Param) violations(list []rules.Violation) *Error {
	if len(list) == 0 {
		return nil
	}
	mistakes := make([]*Error, len(list))
	for i, v := range list {
		mistakes[i] = p.error(written(v.Path), v.Rule, v.Detail, false)
	}
	return chain(mistakes)
}

// validation compiles the validate tag, and those within an object.
func (d *draft) validation() {
	tag := d.spec.Tag.Get("validate")
	if tag == "" && d.form != deep || len(d.mistakes) > 0 {
		return
	}
	checker, err := rules.CompileVar(d.judged(), d.presenceAside(tag), d.options.Rules)
	if err != nil {
		d.mistaken(err)
		return
	}
	if !checker.Empty() {
		d.checker = checker
	}
	if d.node != nil && d.node.stands() && d.form == deep && !d.optional && !d.pointer {
		d.Required = d.Required || d.needed()
	}
}

// judged returns the type of what the rules look at: the field, or what is inside an Optional.
func (d *draft) judged() reflect.Type {
	switch {
	case !d.optional:
		return d.Type
	case d.container != nil:
		return d.container
	}
	return d.Elem
}

// presenceAside takes the rule required out of a tag, because presence is known here, and a zero or false that was given
// is there. The rule stays with a string, of which it asks that it be not empty.
func (d *draft) presenceAside(tag string) string {
	if d.form == single && d.leaf.typ.Kind() == reflect.String && !d.optional && !d.pointer {
		return tag
	}
	own, below, diving := strings.Cut(","+tag+",", ",dive,")
	own = strings.ReplaceAll(own+",", ",required,", ",")
	own = strings.Trim(own, ",")
	if diving {
		own = strings.Trim(own+",dive,"+strings.Trim(below, ","), ",")
	}
	return own
}

// mistaken words what is wrong with validate tags.
func (d *draft) mistaken(err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			d.mistaken(e)
		}
		return
	}
	m, ok := errors.AsType[*rules.Mistake](err)
	switch {
	case !ok:
		d.fail("has a validate tag that cannot be used: %w", err)
	case m.Field != "":
		d.fail("holds a field %s%s that has validate:%q on %v: %s", typeName(d.container), m.Field, m.Tag, m.Type, m.Reason)
	default:
		d.fail("has validate:%q on %v: %s", m.Tag, m.Type, m.Reason)
	}
}

func typeName(t reflect.Type) string {
	if t.Name() != "" {
		return t.Name()
	}
	return t.String()
}

// needed reports whether an object cannot be left out, because of what its members ask for.
func (d *draft) needed() bool {
	field := reflect.New(d.Type).Elem()
	b := d.target(field)
	g := grafting{param: d.Param}
	g.node(d.node, b.deep, &branch{}, nil)
	return d.checker != nil && len(d.checker.Check(b.check)) > 0
}
