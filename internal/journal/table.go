package journal

import (
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"time"
)

// ErrFull says that a table has as many entries as it may have, and that none of
// them has expired.
var ErrFull = errors.New("the store is full")

// A Key names an entry, or an owner. The zero Key names nobody.
type Key [sha256.Size]byte

// KeyOf returns a digest of the parts, each with its length, so that none runs into
// the next one.
func KeyOf(parts ...string) Key {
	text := make([]byte, 0, 256) // enough for most, and not on the heap
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// An Entry is what a table knows of a key.
type Entry struct {
	Key   Key
	Owner Key       // the zero Key: nobody
	Ends  time.Time // from then on it is as if it were not there
	Data  []byte    // nobody may change it
}

// A Table is entries that expire, in memory, and in a [Journal] if it was opened
// with one. Expired entries are forgotten as others are written, a few at a time.
// It is safe for concurrent use; reading waits for nobody's disk.
type Table struct {
	clock   func() time.Time
	limit   int
	journal *Journal // nil: memory is all there is

	mu     sync.Mutex // for whoever writes, and for what follows
	owners map[Key]map[Key]struct{}
	ends   ends

	shards [shards]shard
}

const (
	shards = 64 // so that readers seldom wait for a writer
	sweep  = 8  // entries that a change forgets at most
)

type shard struct {
	mu    sync.RWMutex
	items map[Key]*item
}

type item struct {
	Entry     // guarded by the shard
	end   int // the index in ends, guarded by the table
}

// NewTable returns an empty table for so many entries. A nil clock means time.Now.
func NewTable(limit int, clock func() time.Time) *Table {
	if clock == nil {
		clock = time.Now
	}
	t := &Table{clock: clock, limit: limit, owners: map[Key]map[Key]struct{}{}}
	for i := range t.shards {
		t.shards[i].items = map[Key]*item{}
	}
	return t
}

// OpenTable returns the table of a file; see [Open].
func OpenTable(path string, f Format, limit int, clock func() time.Time) (*Table, error) {
	t := NewTable(limit, clock)
	j, err := Open(path, f, (*tableState)(t))
	t.journal = j
	return t, err
}

// Close closes the file, if there is one.
func (t *Table) Close() error {
	if t.journal == nil {
		return nil
	}
	return t.journal.Close()
}

// Len returns how many entries there are, expired ones that are not yet forgotten
// included.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ends)
}

// Get returns an entry that has not expired. It does not allocate.
func (t *Table) Get(key Key) (Entry, bool) {
	s := t.shard(key)
	s.mu.RLock()
	var e Entry
	i, found := s.items[key]
	if found {
		e = i.Entry
	}
	s.mu.RUnlock()
	if !found || !t.clock().Before(e.Ends) {
		return Entry{}, false
	}
	return e, true
}

// Owned returns the entries of an owner that have not expired, in no order.
func (t *Table) Owned(owner Key) []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owned(owner)
}

func (t *Table) owned(owner Key) (all []Entry) {
	for key := range t.owners[owner] {
		if e, found := t.Get(key); found {
			all = append(all, e)
		}
	}
	return all
}

// A Tx is the table to somebody who changes it.
type Tx struct {
	table *Table
	add   func(body []byte)
}

// Change calls f, which looks and changes while nobody else does. It returns when
// the changes last, or when ctx is done, which leaves open whether they do; an
// error of f is returned once what f did before is on its way.
func (t *Table) Change(ctx context.Context, f func(Tx) error) error {
	pending, err := t.change(f)
	if err != nil {
		return err
	}
	return pending.Wait(ctx)
}

// ChangeSoon is Change for what may be lost in a crash: it does not wait.
func (t *Table) ChangeSoon(f func(Tx) error) error {
	_, err := t.change(f)
	return err
}

func (t *Table) change(f func(Tx) error) (pending *Pending, err error) {
	run := func(add func([]byte)) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.sweep(sweep)
		err = f(Tx{t, add})
	}
	if t.journal == nil {
		run(func([]byte) {})
		return nil, err
	}
	pending, closed := t.journal.Change(run)
	return pending, errors.Join(closed, err)
}

// Get returns an entry that has not expired.
func (x Tx) Get(key Key) (Entry, bool) { return x.table.Get(key) }

// Owned returns the entries of an owner that have not expired, in no order.
func (x Tx) Owned(owner Key) []Entry { return x.table.owned(owner) }

// Put stores an entry in the place of the one with its key. The error is [ErrFull].
func (x Tx) Put(e Entry) error {
	if err := x.table.put(e); err != nil {
		return err
	}
	x.add(putBody(e))
	return nil
}

// Delete removes an entry.
func (x Tx) Delete(key Key) {
	if x.table.remove(key) {
		x.add(append([]byte{'d'}, key[:]...))
	}
}

func (t *Table) shard(key Key) *shard { return &t.shards[key[0]%shards] }

// put stores an entry. The caller holds the lock.
func (t *Table) put(e Entry) error {
	s := t.shard(e.Key)
	i := s.items[e.Key] // only who holds the lock writes
	if i == nil {
		if len(t.ends) >= t.limit {
			t.sweep(t.limit)
		}
		if len(t.ends) >= t.limit {
			return ErrFull
		}
		i = &item{}
		i.Key = e.Key
	} else {
		t.disown(i.Owner, i.Key)
	}
	if e.Owner != (Key{}) {
		if t.owners[e.Owner] == nil {
			t.owners[e.Owner] = map[Key]struct{}{}
		}
		t.owners[e.Owner][e.Key] = struct{}{}
	}
	s.mu.Lock()
	_, known := s.items[e.Key]
	i.Entry, s.items[e.Key] = e, i
	s.mu.Unlock()
	if known {
		heap.Fix(&t.ends, i.end)
	} else {
		heap.Push(&t.ends, i)
	}
	return nil
}

// remove forgets an entry and reports whether it was there. The caller holds the
// lock.
func (t *Table) remove(key Key) bool {
	s := t.shard(key)
	i := s.items[key]
	if i == nil {
		return false
	}
	t.disown(i.Owner, key)
	heap.Remove(&t.ends, i.end)
	s.mu.Lock()
	delete(s.items, key)
	s.mu.Unlock()
	return true
}

func (t *Table) disown(owner, key Key) {
	if keys := t.owners[owner]; keys != nil {
		if delete(keys, key); len(keys) == 0 {
			delete(t.owners, owner)
		}
	}
}

// sweep forgets up to n of the entries that have expired. The caller holds the
// lock.
func (t *Table) sweep(n int) {
	now := t.clock()
	for range n {
		if len(t.ends) == 0 || now.Before(t.ends[0].Ends) {
			return
		}
		t.remove(t.ends[0].Key)
	}
}

// ends is a heap, the next end first.
type ends []*item

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].Ends.Before(e[j].Ends) }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i]; e[i].end, e[j].end = i, j }
func (e *ends) Push(x any) {
	i := x.(*item)
	i.end = len(*e)
	*e = append(*e, i)
}

func (e *ends) Pop() any {
	last := len(*e) - 1
	i := (*e)[last]
	(*e)[last] = nil
	*e = (*e)[:last]
	return i
}

// tableState is the table to its journal.
type tableState Table

// Apply repeats a change.
func (s *tableState) Apply(body []byte) error {
	t := (*Table)(s)
	e, deleted, err := readChange(body)
	switch {
	case err != nil:
		return err
	case deleted || !t.clock().Before(e.Ends):
		t.remove(e.Key)
		return nil
	}
	return t.put(e)
}

// Snapshot adds everything that has not expired.
func (s *tableState) Snapshot(add func([]byte)) {
	t := (*Table)(s)
	now := t.clock()
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.RLock()
		for _, i := range s.items {
			if now.Before(i.Ends) {
				add(putBody(i.Entry))
			}
		}
		s.mu.RUnlock()
	}
}

// putBody is the record of an entry.
func putBody(e Entry) []byte {
	body := make([]byte, 0, 1+2*len(e.Key)+8+len(e.Data))
	body = append(append(append(body, 'p'), e.Key[:]...), e.Owner[:]...)
	body = AppendTime(body, e.Ends)
	return append(body, e.Data...)
}

func readChange(body []byte) (e Entry, deleted bool, err error) {
	b := ReadBody(body)
	kind := b.Take(1)
	e.Key = b.Key()
	switch {
	case kind == nil:
		return Entry{}, false, ErrRecord
	case kind[0] == 'p':
		e.Owner, e.Ends = b.Key(), b.Time()
		e.Data = slices.Clone(b.Rest())
	case kind[0] != 'd':
		return Entry{}, false, ErrRecord
	}
	if !b.Whole() {
		return Entry{}, false, ErrRecord
	}
	return e, kind[0] == 'd', nil
}
