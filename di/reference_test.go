package di_test

import (
	"slices"
	"strings"
)

// A graph is a small program: handles, and where they are declared. It is
// plain data, so that both the engine and the reference can run it.
type graph struct {
	handles []handle
	scopes  []declared
	target  handle
}

type handle struct {
	out       int   // which of the types it gives
	takes     []int // which it takes
	reads     bool  // takes scopes
	requires  []string
	transient bool
	brings    []int
}

type declared struct{ provided, required []int }

// targetID is the target's place in the list of handles.
const targetID = -1

func (g *graph) handle(id int) *handle {
	if id == targetID {
		return &g.target
	}
	return &g.handles[id]
}

// The reference resolves a graph as the documentation tells it, without regard
// to time: everything is looked up again for each path, and nothing is kept
// but the values.
type reference struct {
	*graph
	stack    []int
	mistakes map[string]bool
	given    map[int]map[int]int // handle, type: who gave it where it was met first
	values   map[string]string
	calls    []string
	depth    int
}

// A spot is what a declaration sees: its own layer first, then outwards.
type spot []standing

type standing struct {
	decls []int
	at    int
}

func (r *reference) run() {
	r.mistakes, r.given, r.values = map[string]bool{}, map[int]map[int]int{}, map[string]string{}
	var outside spot
	var roots []spot
	for _, s := range r.scopes {
		provided := append(spot{{s.provided, len(s.provided)}}, outside...)
		for i := range s.required {
			roots = append(roots, append(spot{{s.required, i}}, provided...))
		}
		outside = append(spot{{s.required, len(s.required)}}, provided...)
	}
	roots = append(roots, append(spot{{[]int{targetID}, 0}}, outside...))
	for _, root := range roots {
		r.check(root)
	}
	if len(r.mistakes) > 0 {
		return
	}
	for _, root := range roots {
		r.value(root, nil)
	}
}

func (s spot) self() int { return s[0].decls[s[0].at] }

// lookup finds who gives owner a type, as seen from where it stands.
func (r *reference) lookup(from spot, t int) (found spot, ambiguous bool) {
	owner := from.self()
	if b := r.handle(owner).brings; len(b) > 0 {
		from = append(spot{{b, len(b)}}, from...)
	}
	for depth, layer := range from {
		limit := len(layer.decls)
		if layer.at < limit && layer.decls[layer.at] != targetID && r.handle(layer.decls[layer.at]).out == t {
			limit = layer.at
		}
		for i := limit - 1; i >= 0; i-- {
			id := layer.decls[i]
			switch {
			case id == targetID, id == owner, r.handle(id).out != t:
			case found != nil:
				return found, !slices.Contains(r.handle(found.self()).takes, t)
			default:
				found = append(spot{{layer.decls, i}}, from[depth+1:]...)
			}
		}
		if found != nil {
			return found, false
		}
	}
	return nil, false
}

// check walks every path and collects the kinds of mistakes.
func (r *reference) check(at spot) {
	id := at.self()
	if slices.Contains(r.stack, id) {
		r.mistakes["cycle"] = true
		return
	}
	r.stack = append(r.stack, id)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	h := r.handle(id)
	if len(h.requires) > 0 && !r.reading(at) {
		r.mistakes["scopes"] = true
	}
	givers := map[int]int{}
	for _, t := range h.takes {
		from, ambiguous := r.lookup(at, t)
		if from == nil {
			r.mistakes["missing"] = true
			continue
		}
		if ambiguous {
			r.mistakes["ambiguous"] = true
		}
		givers[t] = from.self()
		r.check(from)
	}
	r.compare(id, givers)
}

// compare checks that a handle gets the same wherever it is declared. Where
// something is missing, that is mistake enough.
func (r *reference) compare(id int, givers map[int]int) {
	first, met := r.given[id]
	if !met {
		r.given[id] = givers
		return
	}
	if len(first) < len(r.handle(id).takes) || len(givers) < len(r.handle(id).takes) {
		return
	}
	for t, giver := range givers {
		if first[t] != giver {
			r.mistakes["shared"] = true
		}
	}
}

// reading reports whether a handle or anything below it takes scopes.
func (r *reference) reading(at spot) bool {
	if r.depth > 8 { // a circle, which check reports
		return false
	}
	r.depth++
	defer func() { r.depth-- }()
	h := r.handle(at.self())
	return h.reads || slices.ContainsFunc(h.takes, func(t int) bool {
		from, _ := r.lookup(at, t)
		return from != nil && r.reading(from)
	})
}

// value resolves a handle under scopes, and what it needs before it.
func (r *reference) value(at spot, scopes []string) string {
	id := at.self()
	h := r.handle(id)
	scopes = slices.Clone(scopes)
	for _, s := range h.requires {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	key := name(id)
	if r.reading(at) {
		key += strings.Join(slices.Sorted(slices.Values(scopes)), "+")
	}
	if v, done := r.values[key]; done && !h.transient {
		return v
	}
	var inputs []string
	for _, t := range h.takes {
		from, _ := r.lookup(at, t)
		inputs = append(inputs, r.value(from, scopes))
	}
	if !h.reads {
		scopes = nil
	}
	v := written(id, inputs, h.reads, scopes)
	r.calls = append(r.calls, v)
	r.values[key] = v
	return v
}

// written is a value that tells how it was made.
func written(id int, inputs []string, reads bool, scopes []string) string {
	v := name(id) + "(" + strings.Join(inputs, " ") + ")"
	if reads {
		v += "[" + strings.Join(scopes, " ") + "]"
	}
	return v
}

func name(id int) string {
	if id == targetID {
		return "target"
	}
	return string(rune('a' + id))
}
