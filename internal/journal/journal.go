package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// ErrClosed is the error of changing something in a journal that was closed.
var ErrClosed = errors.New("the log is closed")

// A State is what a journal makes last. The two methods are called one at a time.
type State interface {
	// Apply repeats a change, while the journal is opened. An error is damage.
	// The body may not be kept.
	Apply(body []byte) error
	// Snapshot adds records that make up everything that still counts. It is called
	// while changes go on; each of them may be in the snapshot or not.
	Snapshot(add func(body []byte))
}

// A Format says what a file looks like.
type Format struct {
	// Name is what errors call the file, such as "token log".
	Name string
	// Header is the first line of the file, its end included.
	Header string
	// Longest is how many octets a body has at most.
	Longest int
	// Remedy says what helps when a file is damaged.
	Remedy string
	// Sync brings a file to the disk; nil means (*os.File).Sync.
	Sync func(*os.File) error
}

// A Journal is an open file. It is safe for concurrent use.
type Journal struct {
	format Format
	path   string
	state  State
	lock   *os.File
	wake   chan struct{} // there is something to write, or the journal is closed
	done   chan struct{} // the writer has ended

	mu      sync.Mutex
	pending *Pending
	closed  bool

	// The writer's own.
	file    *os.File // nil after a failure
	size    int64
	compact int64 // the size at which the file is written anew
}

// Pending is what is written with one fsync. Nil means that there is nothing to
// wait for.
type Pending struct {
	records []byte
	done    chan struct{}
	err     error // set before done is closed
}

// leastCompact is a size below which a file is not worth writing anew.
const leastCompact = 1 << 20

// Open opens the journal at path and applies it to the state, or makes a new one,
// readable to its owner alone; the folder must be there. What a crash has left
// half-written at its end is cut off; any other damage is an error. The file is
// locked on systems that know flock, so that a second process fails to open it.
func Open(path string, f Format, s State) (*Journal, error) {
	if f.Sync == nil {
		f.Sync = (*os.File).Sync
	}
	j := &Journal{
		format: f, path: path, state: s,
		wake: make(chan struct{}, 1), done: make(chan struct{}), pending: newPending(),
	}
	var err error
	if j.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, fmt.Errorf("%s %s: another process has it open, or its lock cannot be taken: %w", f.Name, path, err)
	}
	if err := j.load(); err != nil {
		_ = j.lock.Close()
		return nil, fmt.Errorf("%s %s: %w", f.Name, path, err)
	}
	go j.write()
	return j, nil
}

func newPending() *Pending { return &Pending{done: make(chan struct{})} }

// load reads the file and opens it for what comes next.
func (j *Journal) load() error {
	text, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return j.rewrite()
	}
	if err != nil {
		return err
	}
	good, err := j.format.replay(text, j.state)
	if err != nil {
		return fmt.Errorf("at octet %d: %w; %s", good, err, j.format.Remedy)
	}
	if j.file, err = os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return err
	}
	j.size, j.compact = int64(good), leastCompact
	if good == len(text) {
		return nil
	}
	return errors.Join(j.file.Truncate(j.size), j.format.Sync(j.file))
}

// Change calls f, which changes the state and adds a record for each change; no
// other change runs meanwhile, so that the order in the file is that in memory.
// Nothing needs to be waited for if no record was added. The error is [ErrClosed],
// in which case f was not called.
func (j *Journal) Change(f func(add func(body []byte))) (*Pending, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	before := len(j.pending.records)
	f(func(body []byte) { j.pending.records = AppendRecord(j.pending.records, body) })
	if len(j.pending.records) == before {
		return nil, nil
	}
	j.poke()
	return j.pending, nil
}

func (j *Journal) poke() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Wait returns when the change is on the disk, or when ctx is done, which leaves
// open whether it is.
func (p *Pending) Wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// write is the writer: while one batch is on its way to the disk the next one
// fills.
func (j *Journal) write() {
	defer close(j.done)
	for range j.wake {
		j.mu.Lock()
		p, closed := j.pending, j.closed
		j.pending = newPending()
		j.mu.Unlock()
		if len(p.records) > 0 {
			p.err = j.commit(p.records)
			close(p.done)
		}
		if closed {
			return
		}
	}
}

// commit brings records to the disk.
func (j *Journal) commit(records []byte) error {
	if j.file == nil || j.size > j.compact {
		err := j.rewrite() // memory holds the records already
		if err == nil || j.file == nil {
			return err
		}
		j.compact *= 2 // there may be room for these records, if not for a second file
	}
	n, err := j.file.Write(records)
	j.size += int64(n)
	if err == nil {
		err = j.format.Sync(j.file)
	}
	if err != nil {
		// What an fsync that failed has left on the disk is anybody's guess.
		_ = j.file.Close()
		j.file = nil
	}
	return err
}

// rewrite replaces the file by a snapshot. A crash leaves the old one or the new
// one.
func (j *Journal) rewrite() error {
	text := []byte(j.format.Header)
	j.state.Snapshot(func(body []byte) { text = AppendRecord(text, body) })
	file, err := os.OpenFile(j.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = j.format.Sync(file)
	}
	if err == nil {
		err = os.Rename(j.path+".new", j.path)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if j.file != nil {
		_ = j.file.Close() // everything in it is in the new one
		j.file = nil
	}
	if err := j.syncFolder(); err != nil {
		return errors.Join(err, file.Close())
	}
	j.file, j.size = file, int64(len(text))
	j.compact = max(leastCompact, 2*j.size)
	return nil
}

// syncFolder makes the new name last.
func (j *Journal) syncFolder() error {
	dir, err := os.Open(filepath.Dir(j.path))
	if err != nil {
		return err
	}
	return errors.Join(j.format.Sync(dir), dir.Close())
}

// Close writes what is pending and closes the file. Whoever changes something
// later gets [ErrClosed]. It may be called more than once.
func (j *Journal) Close() error {
	j.mu.Lock()
	first := !j.closed
	j.closed = true
	j.mu.Unlock()
	j.poke()
	<-j.done
	if !first {
		return nil
	}
	var err error
	if j.file != nil {
		err = j.file.Close()
	}
	return errors.Join(err, j.lock.Close())
}
