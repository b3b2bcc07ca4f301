package di

import (
	"iter"
	"reflect"
	"sync"
)

// A Plan is a compiled chain. It is immutable and safe for concurrent use.
type Plan struct {
	nodes   []planned
	guards  int     // steps before the remaining inputs are bound
	main    int     // steps that always run; the last of them is the target
	singles []*node // application values that are required, whether or not anybody takes them
	source  Source
	frames  sync.Pool
}

// planned is a node and how it is run.
type planned struct {
	*node
	branches []branch // of a combination, one for each alternative
	shared   bool     // may have run within an alternative
}

// A Node is a dependency of a plan, for those who document it.
type Node struct {
	n *node
}

// Dependency is the handle.
func (n Node) Dependency() *Dependency { return n.n.dep }

// Scopes are all scopes under which the dependency is reached.
func (n Node) Scopes() []string { return n.n.union }

// Inputs are the inputs that the dependency itself takes, in the order of its
// fields.
func (n Node) Inputs() iter.Seq[Input] {
	return func(yield func(Input) bool) {
		for _, s := range n.n.inputs {
			if s.input != nil && !yield(s.input) {
				return
			}
		}
	}
}

// Needs are what the dependency needs, in the order of its fields; for a
// combination these are its alternatives.
func (n Node) Needs() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, need := range n.n.needs {
			if !yield(Node{need.from}) {
				return
			}
		}
	}
}

// Alternatives reports whether the dependency needs only one of its needs.
func (n Node) Alternatives() bool { return n.n.dep.kind == anyOf }

// Optional reports whether the dependency can do without its only need.
func (n Node) Optional() bool { return n.n.dep.kind == optionalOne }

// Stage is where the node runs.
func (n Node) Stage() Stage { return n.n.runs }

// Always lists what runs for every request, in order; the last is the target.
func (p *Plan) Always() []Node { return p.list(p.nodes[:p.main]) }

// All lists every node: first those of [Plan.Always], then those that run
// only within alternatives.
func (p *Plan) All() []Node { return p.list(p.nodes) }

// Application lists the application values that the plan takes or requires, each
// behind those that it needs.
func (p *Plan) Application() []Node {
	var list []Node
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, need := range n.needs {
			walk(need.from)
		}
		if n.dep.lifetime == Application {
			list = append(list, Node{n})
		}
	}
	for _, n := range p.singles {
		walk(n)
	}
	for i := range p.nodes {
		walk(p.nodes[i].node)
	}
	return list
}

func (p *Plan) list(of []planned) []Node {
	nodes := make([]Node, len(of))
	for i := range of {
		nodes[i] = Node{of[i].node}
	}
	return nodes
}

// nothing is the source of plans that take no input.
type nothing struct{}

func (nothing) Field(Field) (Input, error) { return nil, nil }
func (nothing) Type(reflect.Type) Input    { return nil }
func (nothing) NewSession() any            { return nil }
