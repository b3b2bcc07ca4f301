package di

import (
	"maps"
	"slices"
	"strings"
)

// Compile makes the plan by which target runs inside scope: everything that
// the scope and those around it require, whatever these and target need, and
// target itself. No user function is called.
//
// All mistakes are reported, and the plan is nil when there are any. A nil
// source supplies nothing; a nil container stands for a new one. The target
// stands alone: should scope declare the same handle, that one is resolved
// beside it. Compile is safe for concurrent use as long as the scopes do not
// change.
func Compile(scope *Scope, target *Dependency, source Source, container *Container) (*Plan, []error) {
	if source == nil {
		source = nothing{}
	}
	if container == nil {
		container = NewContainer()
	}
	c := &compiler{
		envs:      envs{},
		source:    source,
		container: container,
		filled:    map[*env]*filling{},
		readers:   map[*env]bool{},
		walked:    map[*env]bool{},
		nodes:     map[nodeKey]*node{},
		first:     map[*Dependency]*env{},
	}
	roots := c.roots(scope, target)
	if len(c.mistakes) > 0 {
		return nil, c.mistakes
	}
	p := c.arrange(roots)
	if len(c.mistakes) > 0 {
		return nil, c.mistakes
	}
	return p, nil
}

type compiler struct {
	envs      envs
	source    Source
	container *Container
	filled    map[*env]*filling
	readers   map[*env]bool
	walked    map[*env]bool
	nodes     map[nodeKey]*node
	first     map[*Dependency]*env // where a handle was met first
	target    *layer               // in which the target stands alone
	stack     []*Dependency        // being visited, outermost first
	mistakes  []error
}

func (c *compiler) mistake(err error) { c.mistakes = append(c.mistakes, err) }

// path is the way from a dependency up to the one that was asked for.
func (c *compiler) path(d *Dependency) []*Dependency {
	p := slices.Compact(append(slices.Clone(c.stack), d))
	slices.Reverse(p)
	return p
}

// A node is a dependency in a plan, together with the scopes that it sees.
type node struct {
	dep    *Dependency
	at     Stage // of dep, or of what it replaces
	needs  []need
	inputs []slot
	scopes Scopes   // that it receives
	own    []string // that it requires
	union  []string // under which it is reached
	single *singleton
	index  int // of its step, or -1

	runs    Stage // where it runs
	refuses bool  // a nil value
	proves  bool  // who is calling, and nothing beyond

	credentialed, permitting, late, staged, looking ternary
}

// A need is an edge of the plan.
type need struct {
	index []int // of the field, or of the alternative
	from  *node
}

// nodeKey is what makes a value within one request: the handle and, where the
// chain below reads scopes, the set of scopes.
type nodeKey struct {
	dep    *Dependency
	scopes string
}

// roots visits what always runs, outermost first, and last the target.
func (c *compiler) roots(scope *Scope, target *Dependency) []*node {
	var chain []*Scope
	for s := scope; s != nil; s = s.parent {
		chain = append(chain, s)
	}
	slices.Reverse(chain)
	var roots []*node
	for _, s := range chain {
		c.checkProvided(s.provided)
		provided := c.envs.ofScope(s).parent
		for i := range s.required.decls {
			n := c.visit(c.envs.at(s.required, i, provided), nil)
			switch {
			case n == nil:
			case scope.open && s != scope:
				roots = append(roots, n.unlifted()...)
			default:
				roots = append(roots, n)
			}
		}
	}
	c.forget(target)
	c.target = newLayer(target)
	at := c.envs.at(c.target, 0, c.envs.ofScope(scope))
	if at := c.replaced(at).self(); at.lifetime == Application {
		c.mistake(&LifetimeError{Owner: at})
	}
	return append(roots, c.visit(at, nil))
}

// checkProvided reports guards that give nothing, which nobody could take.
func (c *compiler) checkProvided(l *layer) {
	for _, d := range l.decls {
		if d.stage != Unstaged && d.out == noneType {
			c.mistake(&IdleError{Guard: d})
		}
	}
}

// forget makes the next visit of a dependency its first.
func (c *compiler) forget(d *Dependency) {
	delete(c.first, d)
	maps.DeleteFunc(c.nodes, func(k nodeKey, _ *node) bool { return k.dep == d })
}

// visit returns the node of the dependency at e, which is nil after a mistake.
func (c *compiler) visit(e *env, scopes []string) *node {
	declared := e.self()
	e = c.replaced(e)
	d := e.self()
	if c.circular(d) {
		return nil
	}
	scopes = appendNew(appendNew(scopes, declared.scopes), d.scopes)
	c.stack = append(c.stack, d)
	defer func() { c.stack = c.stack[:len(c.stack)-1] }()

	c.agree(e)
	if d.lifetime == Application {
		return c.applicationNode(e)
	}
	n := c.requestNode(e, scopes)
	n.stand(declared)
	return n
}

// requestNode returns the node of a dependency that lives for a request or
// shorter, connected.
func (c *compiler) requestNode(e *env, scopes []string) *node {
	d := e.self()
	key := nodeKey{dep: d}
	reads := c.reads(e)
	if reads {
		key.scopes = scopeSet(scopes)
	}
	n := c.nodes[key]
	if n != nil && d.lifetime != Transient {
		c.revisit(e, scopes)
		return n
	}
	if n == nil && !reads && len(d.scopes) > 0 {
		c.mistake(&ScopesError{Owner: d, Scopes: d.scopes})
	}
	n = &node{dep: d, at: d.stage, scopes: scopes, index: -1}
	c.nodes[key] = n
	c.fill(n, e)
	return n
}

// fill connects a new node.
func (c *compiler) fill(n *node, e *env) {
	c.walked[e] = true
	for _, s := range c.slots(e) {
		if s.provider == nil {
			n.inputs = append(n.inputs, s)
			continue
		}
		if from := c.visit(s.provider, n.scopes); from != nil {
			n.needs = append(n.needs, need{s.index, from})
		}
	}
}

// revisit walks the needs of a node that stands in another place as well, so
// that mistakes which only show from there are found.
func (c *compiler) revisit(e *env, scopes []string) {
	if c.walked[e] {
		return
	}
	c.walked[e] = true
	for _, s := range c.slots(e) {
		if s.provider != nil {
			c.visit(s.provider, scopes)
		}
	}
}

// stand takes over from what was declared, which differs from n's dependency
// when that replaces it: the scopes, and for a dependency without a stage of
// its own the earliest stage.
func (n *node) stand(declared *Dependency) {
	n.own = appendNew(appendNew(n.own, declared.scopes), n.dep.scopes)
	at := declared.stage
	if n.dep.stage == Unstaged && at != Unstaged && (n.at == Unstaged || at < n.at) {
		n.at = at
	}
}

// mark records for the documentation under which scopes a node is reached.
func (n *node) mark(scopes []string) {
	union := appendNew(appendNew(n.union, scopes), n.own)
	if n.union != nil && len(union) == len(n.union) {
		return
	}
	n.union = append([]string{}, union...)
	for _, need := range n.needs {
		need.from.mark(n.union)
	}
}

// circular reports a dependency that is being visited already.
func (c *compiler) circular(d *Dependency) bool {
	i := slices.Index(c.stack, d)
	if i < 0 {
		return false
	}
	c.mistake(&CycleError{Circle: slices.Clone(c.stack[i:])})
	return true
}

// reads reports whether the dependency at e or one that it needs takes scopes.
func (c *compiler) reads(e *env) bool {
	if r, known := c.readers[e]; known {
		return r
	}
	seen := map[*env]bool{}
	if c.reaches(e, seen) {
		return true
	}
	for e := range seen {
		c.readers[e] = false
	}
	return false
}

// reaches looks for scopes in and below e. Circles, which visit reports, are
// entered once. That nothing was found is certain only when the search is over.
func (c *compiler) reaches(e *env, seen map[*env]bool) bool {
	e = c.replaced(e)
	if r, known := c.readers[e]; known || seen[e] {
		return r
	}
	seen[e] = true
	c.stack = append(c.stack, e.self())
	defer func() { c.stack = c.stack[:len(c.stack)-1] }()
	found := slices.ContainsFunc(c.slots(e), func(s slot) bool {
		return s.scopes || s.provider != nil && c.reaches(s.provider, seen)
	})
	if found {
		c.readers[e] = true
	}
	return found
}

// scopeSet writes scopes in an order of its own and without ambiguity.
func scopeSet(scopes []string) string {
	sorted := slices.Sorted(slices.Values(scopes))
	var b strings.Builder
	for _, s := range sorted {
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "\n", `\n`))
		b.WriteByte('\n')
	}
	return b.String()
}
