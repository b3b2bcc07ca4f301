package token

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ErrClosed is the error of writing to a [Log] that was closed.
var ErrClosed = errors.New("the token log is closed")

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

	path string
	lock *os.File
	wake chan struct{} // there is something to write, or the log is closed
	done chan struct{} // the writer has ended
	sync func(*os.File) error

	mu      sync.Mutex
	pending *batch
	closed  bool

	// The writer's own.
	file    *os.File // nil after a failure
	size    int64
	compact int64 // the size at which the file is written anew
}

// batch is what is written with one fsync.
type batch struct {
	records []byte
	done    chan struct{}
	err     error // set before done is closed
}

// leastCompact is a size below which a file is not worth writing anew.
const leastCompact = 1 << 20

// OpenLog opens the log at path, or makes a new one, readable to its owner alone;
// the folder must be there. What a crash has left half-written at its end was never
// acknowledged and is cut off; any other damage is an error, because revoked tokens
// might be good again. A nil clock means time.Now. Close the log in the end.
func OpenLog(path string, clock func() time.Time) (*Log, error) {
	l := &Log{
		Memory: NewMemory(clock), path: path, sync: (*os.File).Sync,
		wake: make(chan struct{}, 1), done: make(chan struct{}), pending: newBatch(),
	}
	var err error
	if l.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, fmt.Errorf("token log %s: another process has it open, or its lock cannot be taken: %w", path, err)
	}
	if err := l.load(); err != nil {
		_ = l.lock.Close()
		return nil, fmt.Errorf("token log %s: %w", path, err)
	}
	go l.write()
	return l, nil
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// load reads the file and opens it for what comes next.
func (l *Log) load() error {
	text, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l.rewrite()
	}
	if err != nil {
		return err
	}
	good, err := l.replay(text)
	if err != nil {
		return fmt.Errorf("at octet %d: %w; restore the file from a copy, or move it away and change the signing keys", good, err)
	}
	if l.file, err = os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return err
	}
	l.size, l.compact = int64(good), leastCompact
	if good == len(text) {
		return nil
	}
	return errors.Join(l.file.Truncate(l.size), l.sync(l.file))
}

// Revoke remembers a mark. It returns when that is on the disk, or when ctx is
// done, which leaves open whether it is.
func (l *Log) Revoke(ctx context.Context, m Mark) (first bool, err error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return false, ErrClosed
	}
	first = l.mark(m)
	b := l.add(record{id: m.ID, mark: m})
	l.mu.Unlock()
	return first, b.wait(ctx)
}

// SwapFamily stores a family. It returns when that is on the disk, or when ctx is
// done, which leaves open whether it is.
func (l *Log) SwapFamily(ctx context.Context, id ID, was uint64, next Family) (bool, error) {
	if !next.fits() {
		return false, errors.New("the family has no version, or a name that is too long")
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return false, ErrClosed
	}
	if !l.swap(id, was, next) {
		l.mu.Unlock()
		return false, nil
	}
	b := l.add(record{id: id, family: next})
	l.mu.Unlock()
	err := b.wait(ctx)
	return err == nil, err
}

// add puts a record into the next batch. The caller holds the lock, so that the
// order in the file is that in memory.
func (l *Log) add(r record) *batch {
	l.pending.records = r.append(l.pending.records)
	l.poke()
	return l.pending
}

func (l *Log) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// write is the writer: while one batch is on its way to the disk the next one
// fills.
func (l *Log) write() {
	defer close(l.done)
	for range l.wake {
		l.mu.Lock()
		b, closed := l.pending, l.closed
		l.pending = newBatch()
		l.mu.Unlock()
		if len(b.records) > 0 {
			b.err = l.commit(b.records)
			close(b.done)
		}
		if closed {
			return
		}
	}
}

// commit brings records to the disk.
func (l *Log) commit(records []byte) error {
	if l.file == nil || l.size > l.compact {
		err := l.rewrite() // memory holds the records already
		if err == nil || l.file == nil {
			return err
		}
		l.compact *= 2 // there may be room for these records, if not for a second file
	}
	n, err := l.file.Write(records)
	l.size += int64(n)
	if err == nil {
		err = l.sync(l.file)
	}
	if err != nil {
		// What an fsync that failed has left on the disk is anybody's guess.
		_ = l.file.Close()
		l.file = nil
	}
	return err
}

// rewrite replaces the file by one of everything that has not expired. A crash
// leaves the old one or the new one.
func (l *Log) rewrite() error {
	text := l.snapshot([]byte(logHeader))
	file, err := os.OpenFile(l.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = l.sync(file)
	}
	if err == nil {
		err = os.Rename(l.path+".new", l.path)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if l.file != nil {
		_ = l.file.Close() // everything in it is in the new one
		l.file = nil
	}
	if err := l.syncFolder(); err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size = file, int64(len(text))
	l.compact = max(leastCompact, 2*l.size)
	return nil
}

// syncFolder makes the new name last.
func (l *Log) syncFolder() error {
	dir, err := os.Open(filepath.Dir(l.path))
	if err != nil {
		return err
	}
	return errors.Join(l.sync(dir), dir.Close())
}

// Close writes what is pending and closes the file. Whoever writes later gets
// [ErrClosed]; reading goes on. It may be called more than once.
func (l *Log) Close() error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	l.poke()
	<-l.done
	if !first {
		return nil
	}
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.lock.Close())
}
