package pattern

// Tree is a set of patterns without conflicts. The zero value is an empty tree.
// [Tree.Add] must not run at the same time as another method; the other methods
// may run at the same time as each other, and take no lock.
type Tree struct {
	named     map[string]*site // patterns with a host, by that host
	anywhere  site             // patterns without one
	endpoints []*endpoint
}

// A site is the patterns of one host, by method.
type site []branch

type branch struct {
	method string
	root   *node
}

// An endpoint is a pattern in its tree.
type endpoint struct {
	index   int
	pattern *Pattern
	place   string
}

// A node is a position in the paths of the patterns that begin alike.
type node struct {
	end      *endpoint // the pattern that ends here
	rest     *endpoint // the pattern that goes on with a rest wildcard
	wild     *node     // the patterns that go on with a single wildcard
	literals literals  // the patterns that go on with a literal
}

// Add adds p, registered at place, such as "api.go:30", and returns its index:
// the number of patterns that were added before it. The index names p in a
// [Result].
//
// If p conflicts with patterns of the tree, Add returns an error that joins one
// [*ConflictError] for each of them, in the order of their indices. The tree then
// remains as it was, and the next pattern that is added gets the index.
func (t *Tree) Add(p *Pattern, place string) (index int, err error) {
	if err := t.conflicts(p, place); err != nil {
		return -1, err
	}
	e := &endpoint{index: len(t.endpoints), pattern: p, place: place}
	t.endpoints = append(t.endpoints, e)
	t.site(p.host).grow(p.method).add(p.segments, e)
	return e.index, nil
}

// Len returns the number of patterns in the tree.
func (t *Tree) Len() int { return len(t.endpoints) }

// Pattern returns the pattern with an index that [Tree.Add] returned. It panics
// for other numbers.
func (t *Tree) Pattern(index int) *Pattern { return t.endpoints[index].pattern }

// site returns the site of a pattern's host. It makes one that is missing.
func (t *Tree) site(host string) *site {
	if host == "" {
		return &t.anywhere
	}
	s := t.named[host]
	if s == nil {
		if t.named == nil {
			t.named = map[string]*site{}
		}
		s = new(site)
		t.named[host] = s
	}
	return s
}

// root returns the patterns of exactly this method, or nil.
func (s site) root(method string) *node {
	for i := range s {
		if s[i].method == method {
			return s[i].root
		}
	}
	return nil
}

func (s *site) grow(method string) *node {
	if root := s.root(method); root != nil {
		return root
	}
	root := new(node)
	*s = append(*s, branch{method, root})
	return root
}

// add puts e where the segments lead. The place is free, because two patterns
// that lead to it match the same requests and conflict.
func (n *node) add(segments []segment, e *endpoint) {
	for _, s := range segments {
		switch s.kind {
		case literal:
			n = n.literals.grow(s.text)
		case single:
			if n.wild == nil {
				n.wild = new(node)
			}
			n = n.wild
		case rest:
			n.rest = e
			return
		}
	}
	n.end = e
}

// few is the number of literals up to which comparing them one by one is faster
// than hashing.
const few = 8

// literals are the nodes that follow a node by a literal segment.
type literals struct {
	all    []child
	byText map[string]*node // the same if there are more than a few, or nil
}

type child struct {
	text string
	node *node
}

// find returns the node that follows by text, or nil.
func (l *literals) find(text string) *node {
	if l.byText != nil {
		return l.byText[text]
	}
	for i := range l.all {
		if l.all[i].text == text {
			return l.all[i].node
		}
	}
	return nil
}

func (l *literals) grow(text string) *node {
	if n := l.find(text); n != nil {
		return n
	}
	n := new(node)
	l.all = append(l.all, child{text, n})
	switch {
	case l.byText != nil:
		l.byText[text] = n
	case len(l.all) > few:
		l.byText = make(map[string]*node, 2*few)
		for _, c := range l.all {
			l.byText[c.text] = c.node
		}
	}
	return n
}
