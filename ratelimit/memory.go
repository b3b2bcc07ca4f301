package ratelimit

import (
	"context"
	"crypto/rand"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultCapacity is how many debts a [Memory] keeps unless it is told
// otherwise: 1,048,576, in about 50 MiB when all of them are there.
const DefaultCapacity = 1 << 20

// shards is the number of parts of a memory that have a lock each: as many as
// fit into a set of 64 bits.
const (
	shardBits = 6
	shards    = 1 << shardBits
)

// sweptPerAdd is how many slots are looked at for each new debt. With four, what
// has passed away goes faster than what is new comes in any table that is more
// than a quarter full, and tables grow when they are three quarters full.
const sweptPerAdd = 4

// Memory is a [Store] in the memory of this process. It knows no other process,
// so of three processes with one each, a client gets three times its quota.
//
// Taking claims of a known subject costs no allocation. Time is that of the
// monotonic clock, so that setting the wall clock changes nothing. No goroutine
// and no timer runs; debts that have passed away are swept when new ones come.
//
// A Memory never forgets a debt before its time while it has less debts than its
// capacity. When it is full, a new one takes the place of an old one: of a few
// that are looked at, that of a subject which still has something left, and only
// if there is none, that of a subject which has nothing. So a flood of new
// subjects does not set free those that are blocked.
//
// The zero Memory is of no use; call [NewMemory].
type Memory struct {
	shards [shards]shard // first, so that each has cache lines of its own

	capacity int64
	seed     maphash.Seed
	mask     words        // see addressKey
	now      func() int64 // nanoseconds, above 0

	_     [cacheLine]byte
	count atomic.Int64 // is written to; what stands above is not
}

// cacheLine is the size of what processors keep apart, or a multiple of it.
const cacheLine = 64

// A shard is a part of a memory. What a subject owes to a limit stays in one.
type shard struct {
	mu    sync.Mutex
	table table
	_     [2*cacheLine - 56]byte // two lines, since processors fetch them in pairs
}

// NewMemory makes a store of the given capacity, a number of subjects times
// policies. Less than 1 means [DefaultCapacity].
func NewMemory(capacity int) *Memory {
	if capacity < 1 {
		capacity = DefaultCapacity
	}
	start := time.Now()
	m := &Memory{capacity: int64(capacity), seed: maphash.MakeSeed()}
	m.now = func() int64 { return int64(time.Since(start)) + 1 }
	var mask Key
	_, _ = rand.Read(mask[:]) // never fails
	m.mask = mask.words()
	for i := range m.shards {
		m.shards[i].table.seed = m.seed
	}
	return m
}

// Len returns how many debts are kept, those among them that have passed away
// but were not swept yet.
func (m *Memory) Len() int { return int(m.count.Load()) }

// addressKey makes the key of a client by its address, without the digest that
// another process could make as well. No two clients have one key, and since
// nobody knows the mask, nobody can choose an address that has the key of another
// subject.
func (m *Memory) addressKey(addr netip.Addr, ipv6Bits int) words {
	return client(addr, ipv6Bits).with(m.mask)
}

// Take charges all claims or none. It never fails.
func (m *Memory) Take(_ context.Context, subject Key, claims []Claim) (granted bool, err error) {
	return m.take(subject.words(), claims), nil
}

func (m *Memory) take(subject words, claims []Claim) (granted bool) {
	if len(claims) == 1 {
		return m.takeOne(subject, &claims[0])
	}
	held := m.lock(subject, claims)
	defer m.unlock(held)
	now := m.now()
	granted = true
	for i := range claims {
		s, key, hash := m.place(subject, &claims[i])
		claims[i].owe(s.table.find(key, hash), now)
		granted = granted && claims[i].Fits()
	}
	for i := range claims {
		s, key, hash := m.place(subject, &claims[i])
		m.settle(s, key, s.table.find(key, hash), &claims[i], now, granted)
	}
	return granted
}

// takeOne is Take for one claim, which looks for its slot once.
func (m *Memory) takeOne(subject words, c *Claim) (granted bool) {
	s, key, hash := m.place(subject, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now() // under the lock, so that the clock of a subject runs one way
	found := s.table.find(key, hash)
	c.owe(found, now)
	granted = c.Fits()
	m.settle(s, key, found, c, now, granted)
	return granted
}

// place finds out where a claim is written down.
func (m *Memory) place(subject words, c *Claim) (s *shard, key words, hash uint64) {
	key = subject.with(c.Limit.ID.words())
	hash = maphash.Comparable(m.seed, key)
	return &m.shards[hash>>(64-shardBits)], key, hash
}

// lock locks the shards of all claims, in the order in which everybody does, and
// returns their set.
func (m *Memory) lock(subject words, claims []Claim) (held uint64) {
	for i := range claims {
		_, _, hash := m.place(subject, &claims[i])
		held |= 1 << (hash >> (64 - shardBits))
	}
	for rest := held; rest != 0; rest &= rest - 1 {
		m.shards[bits.TrailingZeros64(rest)].mu.Lock()
	}
	return held
}

func (m *Memory) unlock(held uint64) {
	for ; held != 0; held &= held - 1 {
		m.shards[bits.TrailingZeros64(held)].mu.Unlock()
	}
}

// owe sets the debt of a claim to what its slot says, if it has one.
func (c *Claim) owe(found *slot, now int64) {
	c.Debt = 0
	if found != nil {
		c.Debt = min(max(time.Duration(found.until()-now), 0), c.Limit.Tolerance)
	}
}

// settle writes down what has become of a claim, in its slot if it has one.
func (m *Memory) settle(s *shard, key words, found *slot, c *Claim, now int64, granted bool) {
	debt := c.Debt
	if granted {
		debt += c.price()
	}
	if debt == 0 {
		return
	}
	due := now + int64(debt)
	if debt > c.Limit.Tolerance-c.Limit.Interval {
		due = -due // nothing is left
	}
	if found != nil {
		found.due = due
		return
	}
	m.makeRoom(s, now)
	s.table.add(key, due)
	m.count.Add(1)
}

// makeRoom sweeps, and if the memory is full nevertheless, gives up a debt of
// the shard. All shards share one capacity, and each may exceed it by the one
// debt that it needs to have something to give up.
func (m *Memory) makeRoom(s *shard, now int64) {
	m.count.Add(-int64(s.table.sweep(now, sweptPerAdd)))
	if m.count.Load() >= m.capacity && s.table.evict() {
		m.count.Add(-1)
	}
}
