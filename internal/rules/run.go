package rules

import (
	"reflect"
	"slices"
	"sync"
)

// maxDepth bounds how deep nested data is followed.
const maxDepth = 1000

// run is the state of one check. Paths are written backwards: who reports a
// violation gives it no path, and each level above adds its own step, so that a
// valid value costs nothing for paths.
type run struct {
	out    []Violation
	parent reflect.Value // the struct around the value, where a rule needs it
	depth  int
	limit  int
	over   bool // stop looking
}

var runs = sync.Pool{New: func() any { return new(run) }}

func (r *run) report(f *finding) {
	if r.over {
		return
	}
	r.out = append(r.out, Violation{Rule: f.rule, Param: f.param, Detail: f.detail})
	r.over = len(r.out) >= r.limit
}

// within adds a step to the violations that came since the first n, and
// returns their number now.
func (r *run) within(n int, step Step) int {
	for i := n; i < len(r.out); i++ {
		if r.out[i].Path == nil {
			r.out[i].Path = make(Path, 0, 4)
		}
		r.out[i].Path = append(r.out[i].Path, step)
	}
	return len(r.out)
}

// enter counts a level; it reports false, once, where data goes too deep.
func (r *run) enter() bool {
	if r.depth++; r.depth <= maxDepth {
		return true
	}
	r.report(&finding{rule: "depth", detail: "is nested too deeply"})
	r.over = true
	return false
}

func (r *run) leave() { r.depth-- }

// finish turns the paths round.
func (r *run) finish() []Violation {
	for i := range r.out {
		slices.Reverse(r.out[i].Path)
	}
	return r.out
}

// finding is what is said when a rule is not kept.
type finding struct{ rule, param, detail string }
