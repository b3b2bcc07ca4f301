package workload

import "fmt"

// Depths are the depths of the chains of W5.
func Depths() []int { return []int{1, 2, 4, 8, 16, 32} }

// Next is what each dependency of W5 does with the value of the one before.
//
//go:noinline
func Next(n int) int { return n + 1 }

// Chained is the business function of W5: it answers as W1 does if the whole
// chain ran.
//
//go:noinline
func Chained(n, depth int) Message {
	if n != depth {
		return Message{fmt.Sprintf("%d of %d links", n, depth)}
	}
	return Hello()
}

// The links are distinct types, for frameworks that find a dependency by its
// type.
type (
	// Link1 is the result of dependency 1.
	Link1 struct{ N int }
	// Link2 is the result of dependency 2.
	Link2 struct{ N int }
	// Link3 is the result of dependency 3.
	Link3 struct{ N int }
	// Link4 is the result of dependency 4.
	Link4 struct{ N int }
	// Link5 is the result of dependency 5.
	Link5 struct{ N int }
	// Link6 is the result of dependency 6.
	Link6 struct{ N int }
	// Link7 is the result of dependency 7.
	Link7 struct{ N int }
	// Link8 is the result of dependency 8.
	Link8 struct{ N int }
	// Link9 is the result of dependency 9.
	Link9 struct{ N int }
	// Link10 is the result of dependency 10.
	Link10 struct{ N int }
	// Link11 is the result of dependency 11.
	Link11 struct{ N int }
	// Link12 is the result of dependency 12.
	Link12 struct{ N int }
	// Link13 is the result of dependency 13.
	Link13 struct{ N int }
	// Link14 is the result of dependency 14.
	Link14 struct{ N int }
	// Link15 is the result of dependency 15.
	Link15 struct{ N int }
	// Link16 is the result of dependency 16.
	Link16 struct{ N int }
	// Link17 is the result of dependency 17.
	Link17 struct{ N int }
	// Link18 is the result of dependency 18.
	Link18 struct{ N int }
	// Link19 is the result of dependency 19.
	Link19 struct{ N int }
	// Link20 is the result of dependency 20.
	Link20 struct{ N int }
	// Link21 is the result of dependency 21.
	Link21 struct{ N int }
	// Link22 is the result of dependency 22.
	Link22 struct{ N int }
	// Link23 is the result of dependency 23.
	Link23 struct{ N int }
	// Link24 is the result of dependency 24.
	Link24 struct{ N int }
	// Link25 is the result of dependency 25.
	Link25 struct{ N int }
	// Link26 is the result of dependency 26.
	Link26 struct{ N int }
	// Link27 is the result of dependency 27.
	Link27 struct{ N int }
	// Link28 is the result of dependency 28.
	Link28 struct{ N int }
	// Link29 is the result of dependency 29.
	Link29 struct{ N int }
	// Link30 is the result of dependency 30.
	Link30 struct{ N int }
	// Link31 is the result of dependency 31.
	Link31 struct{ N int }
	// Link32 is the result of dependency 32.
	Link32 struct{ N int }
)
