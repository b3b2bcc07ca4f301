package session

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// An ID names a session in a [Store]: the SHA-256 digest of what its cookie holds.
// The cookie cannot be made of it.
type ID [32]byte

// String returns the first 32 hexadecimal digits, enough to tell sessions apart in
// lists and logs. Nobody can do anything with them but end that session.
func (id ID) String() string { return hex.EncodeToString(id[:16]) }

// A Record is what a [Store] keeps of a session.
type Record struct {
	// Version is 1 for a new session and grows with each change, but not with
	// [Store.Touch].
	Version uint64
	// Subject is the account; empty for somebody who has not logged in.
	Subject string
	// Started is when the subject logged in.
	Started time.Time
	// Seen is when the session was used last, give or take the interval between two
	// calls of [Store.Touch].
	Seen time.Time
	// Ends is when the session ends, however much it is used.
	Ends time.Time
	// Keep is when the store may forget it, the latest.
	Keep time.Time
	// Data is the program's own, as JSON. It must not be changed.
	Data []byte
}

// A Store keeps sessions. [Memory] and [Log] are stores.
//
//   - It is safe for concurrent use.
//   - What it has confirmed is there after a crash, as far as the store promises
//     that at all; a Touch may get lost.
//   - Each method returns soon after ctx is done. It is given 250 ms.
//   - Records are forgotten at Keep, not before.
type Store interface {
	// Load returns a session and whether it is there.
	Load(ctx context.Context, id ID) (Record, bool, error)

	// Swap stores next under id, and forgets what was stored under old, which may be
	// the same. It does so only if the record of old has version was, and reports
	// whether it did; of several callers at once one succeeds. With version 0 there is
	// nothing to forget: id must be new, and next is refused if its subject's sessions
	// were ended at next.Started or later.
	Swap(ctx context.Context, old ID, was uint64, id ID, next Record) (bool, error)

	// Touch sets Seen and Keep of a session, if it is there.
	Touch(ctx context.Context, id ID, seen, keep time.Time) error

	// End forgets a session and reports whether it was there.
	End(ctx context.Context, id ID) (bool, error)

	// EndSubject forgets all sessions of a subject but one; the zero ID spares none. It
	// remembers until a time that they were ended at a time, for the sake of logins
	// that have begun and are not stored yet.
	EndSubject(ctx context.Context, subject string, except ID, at, until time.Time) (ended int, err error)

	// Subject returns the sessions of a subject, in no order.
	Subject(ctx context.Context, subject string) (map[ID]Record, error)
}

// subjectKey is how a table knows the sessions of a subject, endedKey when they
// were ended last.
func subjectKey(subject string) journal.Key { return journal.KeyOf("subject", subject) }
func endedKey(subject string) journal.Key   { return journal.KeyOf("ended", subject) }
