package di_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// The three types of small graphs. A value tells how it was made.
type (
	t0 struct{ made string }
	t1 struct{ made string }
	t2 struct{ made string }

	token interface {
		~struct{ made string }
	}
)

// A recorder notes the calls of one graph.
type recorder struct{ calls []string }

func (r *recorder) record(id int, inputs []string, reads bool, scopes di.Scopes) string {
	v := written(id, inputs, reads, scopes)
	r.calls = append(r.calls, v)
	return v
}

// depend makes the handle that a description asks for.
func (r *recorder) depend(id int, h *handle, brought []*di.Dependency) *di.Dependency {
	opts := []di.Option{di.Named(name(id)), di.Requires(h.requires...)}
	if h.transient {
		opts = append(opts, di.Transient)
	}
	for _, b := range brought {
		opts = append(opts, b)
	}
	var d *di.Dependency
	switch h.out {
	case 0:
		d = giving[t0](r, id, h)
	case 1:
		d = giving[t1](r, id, h)
	default:
		d = giving[t2](r, id, h)
	}
	return d.With(opts...)
}

func giving[Out token](r *recorder, id int, h *handle) *di.Dependency {
	switch {
	case len(h.takes) == 0 && h.reads:
		return di.Depends(func(_ context.Context, s di.Scopes) (Out, error) {
			return Out{r.record(id, nil, true, s)}, nil
		})
	case len(h.takes) == 0:
		return di.Depends(func(context.Context, di.None) (Out, error) {
			return Out{r.record(id, nil, false, nil)}, nil
		})
	}
	switch h.takes[0] {
	case 0:
		return taking[Out, t0](r, id, h)
	case 1:
		return taking[Out, t1](r, id, h)
	}
	return taking[Out, t2](r, id, h)
}

func taking[Out, A token](r *recorder, id int, h *handle) *di.Dependency {
	switch {
	case len(h.takes) == 1 && h.reads:
		return di.Depends(func(_ context.Context, in struct {
			A      A
			Scopes di.Scopes
		}) (Out, error) {
			return Out{r.record(id, []string{made(in.A)}, true, in.Scopes)}, nil
		})
	case len(h.takes) == 1:
		return di.Depends(func(_ context.Context, a A) (Out, error) {
			return Out{r.record(id, []string{made(a)}, false, nil)}, nil
		})
	}
	switch h.takes[1] {
	case 0:
		return takingBoth[Out, A, t0](r, id, h)
	case 1:
		return takingBoth[Out, A, t1](r, id, h)
	}
	return takingBoth[Out, A, t2](r, id, h)
}

func takingBoth[Out, A, B token](r *recorder, id int, h *handle) *di.Dependency {
	if h.reads {
		return di.Depends(func(_ context.Context, in struct {
			A      A
			B      B
			Scopes di.Scopes
		}) (Out, error) {
			return Out{r.record(id, []string{made(in.A), made(in.B)}, true, in.Scopes)}, nil
		})
	}
	return di.Depends(func(_ context.Context, in struct {
		A A
		B B
	}) (Out, error) {
		return Out{r.record(id, []string{made(in.A), made(in.B)}, false, nil)}, nil
	})
}

func made[T token](v T) string { return struct{ made string }(v).made }

// resolve gives a graph to the engine: the kinds of its mistakes, or the calls.
func (r *recorder) resolve(g *graph) (kinds []string, calls []string, err error) {
	handles := make([]*di.Dependency, len(g.handles))
	pick := func(ids []int) (ds []*di.Dependency) {
		for _, id := range ids {
			ds = append(ds, handles[id])
		}
		return ds
	}
	for i := range g.handles {
		handles[i] = r.depend(i, &g.handles[i], pick(g.handles[i].brings))
	}
	var s *di.Scope
	for _, d := range g.scopes {
		s = di.NewScope(s)
		s.Provide(pick(d.provided)...)
		s.Require(pick(d.required)...)
	}
	p, mistakes := di.Compile(s, r.depend(targetID, &g.target, nil), nil, nil)
	if p == nil {
		return kindsOf(mistakes), nil, nil
	}
	f := p.Acquire()
	defer f.Release()
	err = f.Close(f.Run(context.Background()))
	return nil, r.calls, err
}

func kindsOf(mistakes []error) []string {
	kinds := map[string]bool{}
	for _, m := range mistakes {
		kinds[kindOf(m)] = true
	}
	return slices.Sorted(maps.Keys(kinds))
}

func kindOf(err error) string {
	switch err.(type) {
	case *di.MissingError:
		return "missing"
	case *di.CycleError:
		return "cycle"
	case *di.AmbiguousError:
		return "ambiguous"
	case *di.SharedError:
		return "shared"
	case *di.ScopesError:
		return "scopes"
	}
	return fmt.Sprintf("%T", err)
}

// quick is for runs that have no time for all graphs.
func quick() bool { return testing.Short() || raceEnabled }

// compare runs a graph in both ways. Behind one mistake others may hide, or
// follow from it, so where there are several or a circle it is enough, unless
// exact, to tell one of them.
func compare(g *graph, exact bool) error {
	ref := &reference{graph: g}
	ref.run()
	want := slices.Sorted(maps.Keys(ref.mistakes))
	kinds, calls, err := new(recorder).resolve(g)
	switch {
	case err != nil:
		return err
	case !exact && (len(want) > 1 || ref.mistakes["cycle"]) && slices.ContainsFunc(kinds, func(k string) bool { return ref.mistakes[k] }):
	case !slices.Equal(kinds, want):
		return fmt.Errorf("mistakes %v, want %v", kinds, want)
	case !slices.Equal(calls, ref.calls):
		return fmt.Errorf("calls\n\t%s\nwant\n\t%s", strings.Join(calls, "\n\t"), strings.Join(ref.calls, "\n\t"))
	}
	return nil
}

// subsets are what a handle of small graphs may take.
var subsets = [][]int{nil, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}}

// places are where it may be declared: the scope, and whether it is required.
const places = 4

func (g *graph) declare(id, place int) {
	s := &g.scopes[place/2]
	into := &s.provided
	if place%2 == 1 {
		into = &s.required
	}
	if !slices.Contains(*into, id) { // the second time is none
		*into = append(*into, id)
	}
}

// mode makes a handle read scopes, require some, or both.
func (h *handle) mode(m int, scope string) {
	h.reads = m&1 != 0
	if m&2 != 0 {
		h.requires = []string{scope}
	}
}

func report(t *testing.T, g *graph, err error, failures *int) {
	t.Helper()
	if err == nil {
		return
	}
	t.Errorf("%+v\n%v", *g, err)
	if *failures++; *failures == 5 {
		t.Fatal("and so on")
	}
}

// What a target may take is the same for all names of the types, so these
// stand for all.
var targets = [][]int{nil, {0}, {0, 1}}

func TestEveryGraphOfTwoHandlesResolvesLikeTheReference(t *testing.T) {
	t.Parallel()
	failures, graphs := 0, 0
	each := func(yield func(handle, int)) {
		for out := range 3 {
			for _, takes := range subsets {
				for mode := range 4 {
					for place := range places {
						h := handle{out: out, takes: takes}
						h.mode(mode, "own")
						yield(h, place)
					}
				}
			}
		}
	}
	run := func(g *graph) {
		graphs++
		report(t, g, compare(g, true), &failures)
	}
	for _, takes := range targets {
		target := handle{takes: takes, requires: []string{"route"}, reads: true}
		run(&graph{target: target})
		each(func(a handle, at int) {
			g := &graph{handles: []handle{a}, scopes: make([]declared, 2), target: target}
			g.declare(0, at)
			run(g)
			if quick() && (a.reads || at > 0) {
				return
			}
			each(func(b handle, bt int) {
				if len(b.requires) > 0 {
					return
				}
				g := &graph{handles: []handle{a, b}, scopes: make([]declared, 2), target: target}
				g.declare(0, at)
				g.declare(1, bt)
				run(g)
			})
		})
	}
	t.Logf("%d graphs", graphs)
}

func TestEveryGraphOfThreeHandlesInOneScopeResolvesLikeTheReference(t *testing.T) {
	t.Parallel()
	failures, graphs := 0, 0
	const one = 3 * 7 * 2 // handles that take no scopes, provided or required
	nth := func(i int) (handle, int) {
		return handle{out: i % 3, takes: subsets[i/3%7]}, i / 21
	}
	for i := range one * one * one {
		g := &graph{scopes: make([]declared, 1), target: handle{takes: []int{0}}}
		for id, n := range []int{i % one, i / one % one, i / one / one} {
			h, at := nth(n)
			g.handles = append(g.handles, h)
			g.declare(id, at)
		}
		graphs++
		report(t, g, compare(g, true), &failures)
		if quick() && graphs == 5000 {
			break
		}
	}
	t.Logf("%d graphs", graphs)
}

// Larger graphs are too many; these are drawn with everything in them: scopes,
// transient values, handles that bring others and handles that are declared
// twice.
func TestDrawnGraphsResolveLikeTheReference(t *testing.T) {
	t.Parallel()
	failures, valid := 0, 0
	random := rand.New(rand.NewPCG(7, 11))
	draws := 60_000
	if quick() {
		draws = 6_000
	}
	for range draws {
		g := draw(random)
		report(t, g, compare(g, false), &failures)
		if kinds, _, _ := new(recorder).resolve(g); len(kinds) == 0 {
			valid++
		}
	}
	t.Logf("%d graphs, of which %d are valid", draws, valid)
	if valid < draws/10 {
		t.Errorf("only %d of the graphs are valid, so little was compared", valid)
	}
}

func draw(random *rand.Rand) *graph {
	g := &graph{scopes: make([]declared, 2), target: handle{takes: subsets[random.IntN(7)]}}
	g.target.mode(random.IntN(4), "route")
	for id := range 2 + random.IntN(3) {
		h := handle{out: random.IntN(3), takes: subsets[max(0, random.IntN(14)-7)], transient: random.IntN(6) == 0}
		h.mode(random.IntN(4), []string{"x", "y"}[random.IntN(2)])
		for b := range id {
			if random.IntN(4) == 0 {
				h.brings = append(h.brings, b)
			}
		}
		g.handles = append(g.handles, h)
		if random.IntN(3) > 0 || id == 0 {
			g.declare(id, random.IntN(places))
		}
		if random.IntN(8) == 0 {
			g.declare(id, random.IntN(places))
		}
	}
	return g
}

// The same, for as long as one likes.
func FuzzGraph(f *testing.F) {
	f.Add(uint64(7), uint64(11))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		g := draw(rand.New(rand.NewPCG(a, b)))
		if err := compare(g, false); err != nil {
			t.Errorf("%+v\n%v", *g, err)
		}
	})
}
