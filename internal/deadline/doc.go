// Package deadline calls stores that may hang: each call ends in time, and only so
// many of them can wait at once.
//
//	gate := deadline.NewGate(deadline.Limit)
//	value, err := deadline.Call(ctx, gate, func(ctx context.Context) (int, error) { return store.Get(ctx) })
package deadline
