package totp

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxAccounts is how many a store keeps in memory by default.
const maxAccounts = 1 << 20

// A MemoryStore is a [Store] and a [RecoveryStore] in memory, for one process:
// a restart forgets which codes were used, for a minute's worth of them, how
// often somebody has tried, and all recovery codes; [Log] does not. The zero value is ready to
// use; do not copy it afterwards. It is safe for concurrent use.
//
// Accounts without anything to remember are forgotten. When there are too many
// with something, others are refused rather than any of it forgotten.
type MemoryStore struct {
	// MaxAccounts is how many accounts are remembered at a time. 0 means about a
	// million, some 200 MB.
	MaxAccounts int

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time

	mu       sync.Mutex
	accounts map[string]*memory
	recovery map[string]map[string]struct{}
	sweepAt  int       // the number of accounts at which the old ones are looked for
	sweptAt  time.Time // when that was done last
}

// memory is what is remembered of an account.
type memory struct {
	used  bool
	step  int64
	until time.Time     // when step may be forgotten
	tries []time.Time   // oldest first
	span  time.Duration // over which tries are counted
}

var errFull = errors.New("totp: the memory store is full")

// Try counts a try; see [Store].
func (s *MemoryStore) Try(_ context.Context, account string, tries int, window time.Duration) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	m, err := s.remember(account, now)
	if err != nil {
		return 0, err
	}
	m.span = window
	m.forget(now)
	if len(m.tries) >= tries {
		return m.tries[len(m.tries)-tries].Add(window).Sub(now), nil
	}
	m.tries = append(m.tries, now)
	return 0, nil
}

// Use uses a step; see [Store].
func (s *MemoryStore) Use(_ context.Context, account string, step int64, keep time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	m, err := s.remember(account, now)
	if err != nil {
		return false, err
	}
	if m.used && step <= m.step {
		return false, nil
	}
	m.used, m.step, m.until = true, step, now.Add(keep)
	if n := len(m.tries); n > 0 {
		m.tries = m.tries[:n-1]
	}
	return true, nil
}

// SetRecovery replaces the digests of an account; see [RecoveryStore].
func (s *MemoryStore) SetRecovery(_ context.Context, account string, digests []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recovery == nil {
		s.recovery = map[string]map[string]struct{}{}
	}
	if _, known := s.recovery[account]; !known && len(s.recovery) >= s.limit() {
		return errFull
	}
	set := make(map[string]struct{}, len(digests))
	for _, d := range digests {
		set[d] = struct{}{}
	}
	s.recovery[account] = set
	return nil
}

// TakeRecovery takes a digest away; see [RecoveryStore].
func (s *MemoryStore) TakeRecovery(_ context.Context, account, digest string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.recovery[account][digest]
	delete(s.recovery[account], digest)
	return found, nil
}

func (s *MemoryStore) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

func (s *MemoryStore) limit() int { return or(s.MaxAccounts, maxAccounts) }

// remember returns what is remembered of an account.
func (s *MemoryStore) remember(account string, now time.Time) (*memory, error) {
	if m := s.accounts[account]; m != nil {
		return m, nil
	}
	if s.accounts == nil {
		s.accounts = map[string]*memory{}
	}
	if s.crowded(now) {
		s.sweep(now)
	}
	if len(s.accounts) >= s.limit() {
		return nil, errFull
	}
	m := &memory{}
	s.accounts[account] = m
	return m, nil
}

// crowded reports whether it is time to look at all accounts: there are twice as
// many as were left the last time, or the store is full and has been for a while.
func (s *MemoryStore) crowded(now time.Time) bool {
	const few, while = 64, time.Second
	n := len(s.accounts)
	return n >= max(s.sweepAt, few) || n >= s.limit() && now.Sub(s.sweptAt) >= while
}

// sweep forgets the accounts of which nothing counts any more.
func (s *MemoryStore) sweep(now time.Time) {
	s.sweptAt = now
	maps.DeleteFunc(s.accounts, func(_ string, m *memory) bool { return m.forget(now) })
	s.sweepAt = 2 * len(s.accounts)
}

// forget drops what no longer counts and reports whether nothing is left.
func (m *memory) forget(now time.Time) (empty bool) {
	current := slices.IndexFunc(m.tries, func(t time.Time) bool { return now.Sub(t) < m.span })
	if current < 0 {
		current = len(m.tries)
	}
	m.tries = slices.Delete(m.tries, 0, current)
	m.used = m.used && now.Before(m.until)
	return len(m.tries) == 0 && !m.used
}
