package di

import "slices"

// ternary remembers an answer that is costly to find. Only the compiler asks;
// what a plan needs to know later stands in the node when it is arranged.
type ternary int8

const (
	unknown ternary = iota
	no
	yes
)

func (t *ternary) once(find func() bool) bool {
	if *t == unknown {
		*t = no // a circle cannot be here any more; this keeps it finite anyway
		if find() {
			*t = yes
		}
	}
	return *t == yes
}

// anyNeed reports whether something holds for a node that n needs.
func (n *node) anyNeed(holds func(*node) bool) bool {
	return slices.ContainsFunc(n.needs, func(need need) bool { return holds(need.from) })
}

// needsCredential reports whether n is, or needs, a guard that knows or asks
// who is calling.
func (n *node) needsCredential() bool {
	return n.credentialed.once(func() bool {
		return n.at >= Authentication || n.anyNeed((*node).needsCredential)
	})
}

// isGuarded is needsCredential for those that can only be reached with a
// credential, and not through an optional one.
func (n *node) isGuarded() bool {
	return n.staged.once(func() bool {
		if n.dep.kind == optionalOne {
			return false
		}
		return n.at >= Authentication || n.anyNeed((*node).isGuarded)
	})
}

// unlifted is what of a required n stays in an open scope. To require an AllOf
// is to require each of its parts, so each is lifted, or not, by itself.
func (n *node) unlifted() []*node {
	switch {
	case !n.isGuarded():
		return []*node{n}
	case n.dep.kind != allOf:
		return nil
	}
	var stay []*node
	for _, need := range n.needs {
		stay = append(stay, need.from.unlifted()...)
	}
	return stay
}

// isLate reports whether n, or what it needs, has an input that is bound after
// the last guard.
func (n *node) isLate() bool {
	return n.late.once(func() bool { return n.hasLateInput() || n.anyNeed((*node).isLate) })
}

func (n *node) hasLateInput() bool {
	return slices.ContainsFunc(n.inputs, func(s slot) bool {
		_, late := s.input.(LateInput)
		return late
	})
}

// stage is where n runs unless something earlier needs it.
func (n *node) stage() Stage {
	switch {
	case n.at != Unstaged:
		return n.at
	case n.isLate() || !n.needsCredential():
		return plain
	}
	return derived
}

// arrange puts the nodes in the order in which they run.
func (c *compiler) arrange(roots []*node) *Plan {
	p := &Plan{source: c.source}
	target := roots[len(roots)-1]
	always := &postorder{}
	for _, r := range roots {
		r.mark(nil)
		always.visit(r)
		if r.single != nil {
			p.singles = append(p.singles, r)
		}
	}
	for stage := Admission; stage <= plain; stage++ {
		if stage == plain {
			p.guards = len(p.nodes)
		}
		for _, n := range always.list {
			if n != target && n.stage() == stage {
				p.place(n)
			}
		}
	}
	p.place(target)
	p.main = len(p.nodes)
	p.branches()
	for i := range p.nodes {
		n := p.nodes[i].node
		c.checkLate(n)
		c.checkScopes(n)
		c.checkBrought(n)
		n.runs = n.stage()
		n.refuses = n != target && n.isGuarded()
		n.proves = n.proving()
	}
	return p
}

// checkLate reports a guard that needs an input which is bound only after the
// last guard.
func (c *compiler) checkLate(n *node) {
	if n.at == Unstaged || !n.isLate() {
		return
	}
	culprit := n
	for !culprit.hasLateInput() {
		i := slices.IndexFunc(culprit.needs, func(need need) bool { return need.from.isLate() })
		culprit = culprit.needs[i].from
	}
	c.mistake(&LateInputError{Guard: n.dep, Need: culprit.dep})
}

// checkScopes reports scopes that are required of alternatives and that one of
// these never looks at. Those that nothing looks at have been reported before.
func (c *compiler) checkScopes(n *node) {
	if len(n.own) == 0 || len(c.container.overrides) > 0 || n.looks() {
		return
	}
	c.mistake(&ScopesError{Owner: n.dep, Scopes: n.own, Alternative: n.blind().dep})
}

// looks reports whether scopes that are required of n are looked at, whichever
// credential somebody comes with.
func (n *node) looks() bool {
	return n.looking.once(func() bool {
		takes := func(s slot) bool { return s.scopes }
		switch {
		case slices.ContainsFunc(n.inputs, takes):
			return true
		case n.dep.kind == anyOf:
			return !n.anyNeed((*node).isBlind)
		}
		return n.anyNeed((*node).looks)
	})
}

// isBlind reports whether n asks for a credential and looks at no scopes.
func (n *node) isBlind() bool { return n.needsCredential() && !n.looks() }

// blind finds the alternative that keeps n from looking at scopes.
func (n *node) blind() *node {
	for _, need := range n.needs {
		m := need.from
		if n.dep.kind == anyOf && m.isBlind() {
			return m
		}
		if found := m.blind(); found != nil {
			return found
		}
	}
	return nil
}

// checkBrought reports guards that n brings and that nothing takes: nobody would
// notice that they do not run.
func (c *compiler) checkBrought(n *node) {
	if n.dep.brings == nil || len(c.container.overrides) > 0 {
		return
	}
	for _, b := range n.dep.brings.decls {
		if _, met := c.first[b]; b.stage != Unstaged && !met {
			c.mistake(&IdleError{Guard: b, Owner: n.dep})
		}
	}
}

// postorder lists nodes behind what they need, without entering alternatives.
type postorder struct {
	list []*node
	seen map[*node]bool
}

func (p *postorder) visit(n *node) {
	if p.seen == nil {
		p.seen = map[*node]bool{}
	}
	if p.seen[n] || n.single != nil {
		return
	}
	p.seen[n] = true
	if !n.conditional() {
		for _, need := range n.needs {
			p.visit(need.from)
		}
	}
	p.list = append(p.list, n)
}

// conditional reports whether the needs of n run only when it tries them.
func (n *node) conditional() bool { return n.dep.kind == anyOf || n.dep.kind == optionalOne }

// place gives n, and before it what it needs, the next steps.
func (p *Plan) place(n *node) {
	if n.index >= 0 || n.single != nil {
		return
	}
	if !n.conditional() {
		for _, need := range n.needs {
			p.place(need.from)
		}
	}
	n.index = len(p.nodes)
	p.nodes = append(p.nodes, planned{node: n})
}

// branches lists for each alternative the steps that it takes. Steps that are
// not among those that always run come behind these.
func (p *Plan) branches() {
	for i := 0; i < len(p.nodes); i++ {
		n := p.nodes[i].node
		if !n.conditional() {
			continue
		}
		for _, need := range n.needs {
			var way postorder
			way.visit(need.from)
			steps := make(branch, len(way.list))
			for k, m := range way.list {
				p.place(m)
				steps[k] = m.index
			}
			for _, s := range steps {
				p.nodes[s].shared = true
			}
			p.nodes[i].branches = append(p.nodes[i].branches, steps)
		}
	}
}
