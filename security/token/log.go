package token

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// ErrClosed is the error of writing to a [Log] that was closed.
var ErrClosed = journal.ErrClosed

// Log is a [Memory] that survives a crash: whatever it has acknowledged is in a
// file, and on the disk, before. It is a [Store] and a [FamilyStore] for one
// process; the file is locked on systems that know flock, so that a second one
// fails to open it.
//
// Writers who come at the same time share one fsync. Reading never waits for the
// disk. A write that fails is an error for its callers, and the next one begins by
// writing the whole file anew.
type Log struct {
	*Memory
	journal *journal.Journal
}

// OpenLog opens the log at path, or makes a new one, readable to its owner alone;
// the folder must be there. What a crash has left half-written at its end was never
// acknowledged and is cut off; any other damage is an error, because revoked tokens
// might be good again. A nil clock means time.Now. Close the log in the end.
func OpenLog(path string, clock func() time.Time) (*Log, error) { return openLog(path, clock, nil) }

func openLog(path string, clock func() time.Time, sync func(*os.File) error) (*Log, error) {
	m := NewMemory(clock)
	j, err := journal.Open(path, journal.Format{
		Name: "token log", Header: logHeader, Longest: longestBody, Sync: sync,
		Remedy: "restore the file from a copy, or move it away and change the signing keys",
	}, (*state)(m))
	if err != nil {
		return nil, err
	}
	return &Log{m, j}, nil
}

// Revoke remembers a mark. It returns when that is on the disk, or when ctx is
// done, which leaves open whether it is.
func (l *Log) Revoke(ctx context.Context, m Mark) (first bool, err error) {
	pending, err := l.journal.Change(func(add func([]byte)) {
		first = l.mark(m)
		add(record{id: m.ID, mark: m}.body())
	})
	if err != nil {
		return false, err
	}
	return first, pending.Wait(ctx)
}

// SwapFamily stores a family. It returns when that is on the disk, or when ctx is
// done, which leaves open whether it is.
func (l *Log) SwapFamily(ctx context.Context, id ID, was uint64, next Family) (swapped bool, err error) {
	if !next.fits() {
		return false, errors.New("the family has no version, or a name that is too long")
	}
	pending, err := l.journal.Change(func(add func([]byte)) {
		if swapped = l.swap(id, was, next); swapped {
			add(record{id: id, family: next}.body())
		}
	})
	if err == nil {
		err = pending.Wait(ctx)
	}
	return swapped && err == nil, err
}

// Close writes what is pending and closes the file. Whoever writes later gets
// [ErrClosed]; reading goes on. It may be called more than once.
func (l *Log) Close() error { return l.journal.Close() }
