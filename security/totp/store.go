package totp

import (
	"context"
	"time"
)

// A Store remembers, for each account, the last code that was used and the tries
// that failed.
//
//   - An account is any text; it is not to be joined with others by a delimiter.
//   - Each method is atomic, also between processes that share the store.
//   - Each method obeys the context, which has a deadline. Nobody waits longer than
//     that in any case.
//   - An error means that nobody gets in: the answer is 503.
type Store interface {
	// Try counts a try, unless there were that many within the window before it. In
	// that case nothing is counted, and wait is how long it takes until the oldest of
	// them is no longer within the window; otherwise wait is 0.
	Try(ctx context.Context, account string, tries int, window time.Duration) (wait time.Duration, err error)

	// Use reports whether step is later than every step that was used before; then
	// it is used now, and the latest try that was counted is taken back. Steps may
	// be forgotten when keep has passed.
	Use(ctx context.Context, account string, step int64, keep time.Duration) (fresh bool, err error)
}

// A RecoveryStore keeps the digests of recovery codes, for as long as the
// account lives. The contract is otherwise that of [Store].
type RecoveryStore interface {
	// SetRecovery puts the digests in the place of all that the account had.
	SetRecovery(ctx context.Context, account string, digests []string) error

	// TakeRecovery removes a digest and reports whether it was there. Of several who
	// take the same one at a time, one succeeds.
	TakeRecovery(ctx context.Context, account, digest string) (found bool, err error)
}
