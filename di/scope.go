package di

import (
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/callsite"
)

// A Scope declares dependencies for everything below it: an application, a
// group of routes, a route. What it provides is available by type; what it
// requires always runs, in the order of declaration, and is available by type
// too, in front of what is provided.
//
// A Scope is built by one goroutine and not changed once something has been
// compiled against it.
type Scope struct {
	parent   *Scope
	provided *layer
	required *layer
	open     bool
}

// NewScope makes a scope inside parent, which is nil for the outermost.
func NewScope(parent *Scope) *Scope {
	return &Scope{parent: parent, provided: &layer{}, required: &layer{}}
}

// Provide makes dependencies available by type.
//
// Panics if one of them is nil.
func (s *Scope) Provide(ds ...*Dependency) { s.provided.add(ds) }

// Require makes dependencies run for everything in the scope.
//
// Panics if one of them is nil: a guard that is not there must not look like
// one that is.
func (s *Scope) Require(ds ...*Dependency) { s.required.add(ds) }

// Open lifts the guards that outer scopes require: those that cannot pass
// without a credential do not run for what is compiled in this very scope (not
// in one inside it). Of an [AllOf] each part counts by itself. Whatever the scope
// itself requires, and what the target needs, runs as ever.
func (s *Scope) Open() { s.open = true }

// Provided is a scope that provides what s and the scopes around it provide,
// also what is added to them later, and requires nothing: for resolving
// outside of requests, with [Prepare].
func (s *Scope) Provided() *Scope {
	if s == nil {
		return nil
	}
	return &Scope{parent: s.parent.Provided(), provided: s.provided, required: &layer{}}
}

// Required lists what the scope itself requires, in order.
func (s *Scope) Required() []*Dependency { return slices.Clone(s.required.decls) }

// A layer is a list of declarations that see one another by the rule of
// [envs.providers].
type layer struct {
	decls  []*Dependency
	byType map[reflect.Type][]int // positions of those that give a type
}

func newLayer(ds ...*Dependency) *layer {
	l := &layer{}
	l.add(ds)
	return l
}

func (l *layer) add(ds []*Dependency) {
	for _, d := range ds {
		if d == nil {
			panic("di: a dependency is nil (" + callsite.User().String() + ")")
		}
		if !slices.Contains(l.decls, d) {
			l.declare(d)
		}
	}
}

func (l *layer) declare(d *Dependency) {
	if l.byType == nil {
		l.byType = map[reflect.Type][]int{}
	}
	if d.out != noneType {
		l.byType[d.out] = append(l.byType[d.out], len(l.decls))
	}
	l.decls = append(l.decls, d)
}

// An env is where a dependency stands: its layer and position, and what lies
// outside. Needs are looked up from there, so what a dependency gets depends
// on where it was declared and not on who needs it.
type env struct {
	layer  *layer
	at     int // position of the dependency in the layer, or len(decls)
	parent *env
}

// self is the dependency that stands here, or nil.
func (e *env) self() *Dependency {
	if e.at < len(e.layer.decls) {
		return e.layer.decls[e.at]
	}
	return nil
}

// position identifies an env within one compilation.
type position struct {
	layer  *layer
	at     int
	parent *env
}

// envs hands out one *env per position, so that they can be compared.
type envs map[position]*env

func (es envs) at(l *layer, at int, parent *env) *env {
	p := position{l, at, parent}
	if e := es[p]; e != nil {
		return e
	}
	e := &env{l, at, parent}
	es[p] = e
	return e
}

// within reports whether e stands in a layer, or inside what is declared there.
func (e *env) within(l *layer) bool {
	for ; e != nil; e = e.parent {
		if e.layer == l {
			return true
		}
	}
	return false
}

// inner is where a dependency looks for its needs: first among what it
// brings.
func (es envs) inner(e *env) *env {
	d := e.self()
	if d == nil || d.brings == nil {
		return e
	}
	return es.at(d.brings, len(d.brings.decls), e)
}

// ofScope is the position behind everything that a scope declares.
func (es envs) ofScope(s *Scope) *env {
	if s == nil {
		return nil
	}
	provided := es.at(s.provided, len(s.provided.decls), es.ofScope(s.parent))
	return es.at(s.required, len(s.required.decls), provided)
}
