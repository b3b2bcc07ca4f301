// Package journal keeps the state of a lock on the disk: what was revoked, who is
// logged in, which codes were used. It is a file that only grows, with a checksum
// for each record, and is written anew when most of it no longer counts.
//
//	j, err := journal.Open(path, format, state)
//	...
//	pending, err := j.Change(func(add func(body []byte)) {
//		state.set(key, value)     // in memory, at once
//		add(record(key, value))   // in the file, soon
//	})
//	...
//	err = pending.Wait(ctx) // now it is on the disk
//
// Those who wait at the same time share one fsync, so that a change among many
// costs a small part of one. What Wait has confirmed survives the process and the
// machine; what a crash cut off was never confirmed.
//
// A [Table] is such a state for most purposes: entries by key that expire, and
// that may belong to an owner. It does without a file, too.
package journal
