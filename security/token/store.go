package token

import (
	"context"
	"time"
)

// A Store remembers what is revoked. [Memory] and [Log] are stores.
//
//   - It is safe for concurrent use.
//   - Revoke returns nil only when the mark will be there after a crash, as far as
//     the store promises that at all.
//   - Two marks of one ID become one that covers what either does and ends with the
//     later one. Of several callers who are the first to mark an ID, one is told so.
//   - Revoked looks at all IDs of the stamp that are not zero, in one round trip.
//   - Both return soon after ctx is done. They are given 250 ms.
type Store interface {
	// Revoke remembers a mark until m.Until. It reports whether the ID had none.
	Revoke(ctx context.Context, m Mark) (first bool, err error)
	// Revoked reports whether a mark of one of the IDs of s covers s.Issued.
	Revoked(ctx context.Context, s Stamp) (bool, error)
}

// A FamilyStore remembers families of refresh tokens. [Memory] and [Log] are such
// stores. The rules of a [Store] hold for it, too.
type FamilyStore interface {
	// Family returns a family, the zero Family if there is none.
	Family(ctx context.Context, id ID) (Family, error)
	// SwapFamily stores next if the stored family has version was, 0 for none, and
	// reports whether it did. Of several callers at once one succeeds.
	SwapFamily(ctx context.Context, id ID, was uint64, next Family) (bool, error)
}

// A Family is the state of the refresh tokens that descend from one login. It
// holds no token, and nothing that one can be made of.
type Family struct {
	// Version is 1 for a new family and grows by 1 with each change.
	Version uint64
	// Current is the jti of the one token that may be used; empty: the family has
	// been revoked.
	Current string
	// Previous is the jti of the token that was used last.
	Previous string
	// Rotated is when that was.
	Rotated time.Time
	// Ends is when the family ends, whatever its use. The store may forget it then.
	Ends time.Time
}
