package oauth

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"
)

// key is the digest of a token and of the server that was asked: whoever reads the
// memory gets no token.
type key = [sha256.Size]byte

// memory holds what is known of tokens and what is being asked. The good ones and
// the others have each their room, so that nobody displaces good ones by making up
// tokens.
type memory struct {
	mu        sync.Mutex
	good, bad shelf
	inquiries map[key]*inquiry
}

// inquiry is a question that is under way.
type inquiry struct {
	key     key
	done    chan struct{} // closed at the end
	verdict verdict       // set before, as is err
	err     error
}

func (m *memory) init(size int) {
	m.good.init(size)
	m.bad.init(min(size, maxNegative))
	m.inquiries = make(map[key]*inquiry)
}

// find returns what is known of a token, or else the inquiry about it, if there is
// one.
func (m *memory) find(k key, now time.Time) (*inquiry, verdict, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, known := m.known(k, now)
	return m.inquiries[k], v, known
}

func (m *memory) known(k key, now time.Time) (verdict, bool) {
	if v, ok := m.good.find(k, now); ok {
		return v, true
	}
	return m.bad.find(k, now)
}

// begin returns the inquiry about a token, and whether it is the caller's to end. It
// may have ended since the caller looked.
func (m *memory) begin(k key, now time.Time) (f *inquiry, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, ok := m.inquiries[k]; ok {
		return f, false
	}
	f = &inquiry{key: k, done: make(chan struct{})}
	if v, known := m.known(k, now); known {
		f.verdict = v
		close(f.done)
		return f, false
	}
	m.inquiries[k] = f
	return f, true
}

// end answers an inquiry and remembers the answer, unless the token has been
// forgotten meanwhile.
func (m *memory) end(f *inquiry, v verdict, err error, ttl time.Duration, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.verdict, f.err = v, err
	close(f.done)
	if m.inquiries[f.key] != f {
		return
	}
	delete(m.inquiries, f.key)
	if err != nil || ttl <= 0 {
		return
	}
	if v.info != nil {
		m.good.put(f.key, v, now.Add(ttl))
	} else {
		m.bad.put(f.key, v, now.Add(ttl))
	}
}

func (m *memory) forget(k key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.good.remove(k)
	m.bad.remove(k)
	delete(m.inquiries, k)
}

// shelf holds a bounded number of verdicts; the one that was not asked for the
// longest makes room for a new one.
type shelf struct {
	size  int
	byKey map[key]*list.Element
	order *list.List // of *remembered, the latest in front
}

type remembered struct {
	key     key
	verdict verdict
	until   time.Time
}

func (s *shelf) init(size int) {
	s.size, s.byKey, s.order = size, make(map[key]*list.Element), list.New()
}

func (s *shelf) find(k key, now time.Time) (verdict, bool) {
	e, ok := s.byKey[k]
	if !ok {
		return verdict{}, false
	}
	r := e.Value.(*remembered)
	if !now.Before(r.until) {
		s.remove(k)
		return verdict{}, false
	}
	s.order.MoveToFront(e)
	return r.verdict, true
}

func (s *shelf) put(k key, v verdict, until time.Time) {
	s.remove(k)
	s.byKey[k] = s.order.PushFront(&remembered{k, v, until})
	if len(s.byKey) > s.size {
		s.remove(s.order.Back().Value.(*remembered).key)
	}
}

func (s *shelf) remove(k key) {
	if e, ok := s.byKey[k]; ok {
		s.order.Remove(e)
		delete(s.byKey, k)
	}
}
