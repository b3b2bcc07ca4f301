package token

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Memory is a store that lasts as long as the process. Tokens that it has revoked
// are good again after a restart; use [Log] where that matters, and a shared
// store where there is more than one process.
//
// Memory grows with what is revoked and not yet expired. Each write forgets a few
// of the entries whose time has come, more than it adds.
type Memory struct {
	clock  func() time.Time
	shards [shards]shard
}

const (
	shards = 64 // so that writers seldom wait for one another
	sweep  = 8  // entries that a write forgets at most
)

type shard struct {
	mu       sync.RWMutex
	marks    map[ID]Mark
	families map[ID]Family
	ends     ends // one for each entry
}

// NewMemory returns an empty store. A nil clock means time.Now.
func NewMemory(clock func() time.Time) *Memory {
	if clock == nil {
		clock = time.Now
	}
	m := &Memory{clock: clock}
	for i := range m.shards {
		m.shards[i].marks = make(map[ID]Mark)
		m.shards[i].families = make(map[ID]Family)
	}
	return m
}

func (m *Memory) shard(id ID) *shard { return &m.shards[id[0]%shards] }

// Revoke remembers a mark. It returns no error.
func (m *Memory) Revoke(_ context.Context, mark Mark) (first bool, err error) {
	return m.mark(mark), nil
}

// mark adds a mark and reports whether the ID had none.
func (m *Memory) mark(mark Mark) (first bool) {
	s, now := m.shard(mark.ID), m.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	old, found := s.marks[mark.ID]
	if !found {
		heap.Push(&s.ends, end{at: mark.Until, id: mark.ID})
	}
	first = !found || !now.Before(old.Until)
	if !first {
		mark = old.merge(mark)
	}
	s.marks[mark.ID] = mark
	return first
}

// Revoked reports whether a mark covers the stamp. It returns no error and
// allocates nothing.
func (m *Memory) Revoked(_ context.Context, s Stamp) (bool, error) {
	return m.covers(s.Token, s.Issued) || m.covers(s.Session, s.Issued) || m.covers(s.Subject, s.Issued), nil
}

func (m *Memory) covers(id ID, issued time.Time) bool {
	if id.IsZero() {
		return false
	}
	s := m.shard(id)
	s.mu.RLock()
	mark, found := s.marks[id]
	s.mu.RUnlock()
	return found && mark.Covers(issued) && m.clock().Before(mark.Until)
}

// Family returns a family. It returns no error.
func (m *Memory) Family(_ context.Context, id ID) (Family, error) {
	s := m.shard(id)
	s.mu.RLock()
	f, found := s.families[id]
	s.mu.RUnlock()
	if !found || !m.clock().Before(f.Ends) {
		return Family{}, nil
	}
	return f, nil
}

// SwapFamily stores a family. It returns no error.
func (m *Memory) SwapFamily(_ context.Context, id ID, was uint64, next Family) (bool, error) {
	return m.swap(id, was, next), nil
}

func (m *Memory) swap(id ID, was uint64, next Family) bool {
	s, now := m.shard(id), m.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	version := uint64(0)
	if f, found := s.families[id]; found && now.Before(f.Ends) {
		version = f.Version
	}
	if version != was {
		return false
	}
	s.put(id, next)
	return true
}

// put stores a family. The caller holds the lock.
func (s *shard) put(id ID, f Family) {
	if _, found := s.families[id]; !found {
		heap.Push(&s.ends, end{at: f.Ends, id: id, family: true})
	}
	s.families[id] = f
}

// sweep forgets some of what has expired. The caller holds the lock.
func (s *shard) sweep(now time.Time) {
	for range sweep {
		if len(s.ends) == 0 || now.Before(s.ends[0].at) {
			return
		}
		e := s.ends[0]
		if e.at = s.end(e); now.Before(e.at) { // it has been prolonged
			s.ends[0] = e
			heap.Fix(&s.ends, 0)
			continue
		}
		heap.Pop(&s.ends)
		if e.family {
			delete(s.families, e.id)
		} else {
			delete(s.marks, e.id)
		}
	}
}

// end returns when an entry ends as things stand.
func (s *shard) end(e end) time.Time {
	if e.family {
		return s.families[e.id].Ends
	}
	return s.marks[e.id].Until
}

// end says when an entry may be forgotten, at the earliest.
type end struct {
	at     time.Time
	id     ID
	family bool
}

// ends is a heap, the next end first.
type ends []end

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(end)) }
func (e *ends) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// Len returns how many marks and families there are, expired ones that are not
// yet forgotten included.
func (m *Memory) Len() (marks, families int) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.RLock()
		marks, families = marks+len(s.marks), families+len(s.families)
		s.mu.RUnlock()
	}
	return marks, families
}
