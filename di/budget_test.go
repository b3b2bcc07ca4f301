package di_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
)

// A stop is a value along a chain; P tells the stops apart.
type stop[P any] struct{ n *int }

// hop is a dependency that leads from one stop to the next.
func hop[A, B any]() *di.Dependency {
	return di.Depends(func(_ context.Context, a stop[A]) (stop[B], error) { return stop[B](a), nil })
}

// end makes the target of a chain.
func end[A any]() *di.Dependency {
	return di.Depends(func(_ context.Context, a stop[A]) (int, error) { return *a.n, nil })
}

var hops = []*di.Dependency{
	hop[[0]int, [1]int](), hop[[1]int, [2]int](), hop[[2]int, [3]int](), hop[[3]int, [4]int](),
	hop[[4]int, [5]int](), hop[[5]int, [6]int](), hop[[6]int, [7]int](), hop[[7]int, [8]int](),
	hop[[8]int, [9]int](), hop[[9]int, [10]int](), hop[[10]int, [11]int](), hop[[11]int, [12]int](),
	hop[[12]int, [13]int](), hop[[13]int, [14]int](), hop[[14]int, [15]int](), hop[[15]int, [16]int](),
	hop[[16]int, [17]int](), hop[[17]int, [18]int](), hop[[18]int, [19]int](), hop[[19]int, [20]int](),
	hop[[20]int, [21]int](), hop[[21]int, [22]int](), hop[[22]int, [23]int](), hop[[23]int, [24]int](),
	hop[[24]int, [25]int](), hop[[25]int, [26]int](), hop[[26]int, [27]int](), hop[[27]int, [28]int](),
	hop[[28]int, [29]int](), hop[[29]int, [30]int](), hop[[30]int, [31]int](),
}

// chain is a scope and a target that stands at the end of so many
// dependencies.
func chain(depth int) (*di.Scope, *di.Dependency) {
	n := depth
	start := di.Depends(func(context.Context, di.None) (stop[[0]int], error) { return stop[[0]int]{&n}, nil })
	s := di.NewScope(nil)
	if depth > 0 {
		s.Provide(start)
		s.Provide(hops[:depth-1]...)
	}
	switch depth {
	case 0:
		return s, di.Depends(func(context.Context, di.None) (int, error) { return 0, nil })
	case 1:
		return s, end[[0]int]()
	case 4:
		return s, end[[3]int]()
	case 8:
		return s, end[[7]int]()
	}
	return s, end[[31]int]()
}

// diamond is a target that reaches one dependency on two ways.
func diamond() (*di.Scope, *di.Dependency) {
	n := 1
	s := di.NewScope(nil)
	s.Provide(
		di.Depends(func(context.Context, di.None) (stop[[0]int], error) { return stop[[0]int]{&n}, nil }),
		hop[[0]int, [1]int](),
		hop[[0]int, [2]int](),
	)
	return s, di.Depends(func(_ context.Context, in struct {
		Left  stop[[1]int]
		Right stop[[2]int]
	}) (int, error) {
		return *in.Left.n + *in.Right.n, nil
	})
}

// turn runs a plan once.
func turn(ctx context.Context, p *di.Plan) error {
	f := p.Acquire()
	err := f.Close(f.Run(ctx))
	f.Release()
	return err
}

var depths = []int{0, 1, 4, 8, 32}

func TestARunDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	plans := map[string]*di.Plan{"diamond": plan(t)(diamond())}
	for _, d := range depths {
		plans["chain of "+strconv.Itoa(d)] = plan(t)(chain(d))
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			got := testing.AllocsPerRun(1000, func() {
				if err := turn(ctx, p); err != nil {
					t.Fatal(err)
				}
			})
			if got != 0 {
				t.Errorf("%v allocations a run, want none", got)
			}
		})
	}
}

// Compiling is done once per route, but a program may have many of them. A quiet
// machine takes a tenth of the bar.
func TestAThousandTargetsCompileInAMoment(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector slows everything down")
	}
	const bar = 200 * time.Millisecond
	best := time.Hour
	for range 5 {
		begin := time.Now()
		compileThousand(t)
		best = min(best, time.Since(begin))
	}
	if best > bar {
		t.Errorf("1,000 targets behind chains of 4 took %v, want at most %v", best, bar)
	}
}

func compileThousand(t testing.TB) {
	s, _ := chain(4)
	c := di.NewContainer()
	for range 1000 {
		if p, mistakes := di.Compile(di.NewScope(s), end[[3]int](), nil, c); p == nil {
			t.Fatal(mistakes)
		}
	}
}

func BenchmarkChain(b *testing.B) {
	for _, d := range depths {
		b.Run(strconv.Itoa(d), func(b *testing.B) {
			p := plan(b)(chain(d))
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if err := turn(ctx, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDiamond(b *testing.B) {
	p := plan(b)(diamond())
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := turn(ctx, p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileThousand(b *testing.B) {
	for b.Loop() {
		compileThousand(b)
	}
}
