package ratelimit

import (
	"sync"
	"time"
)

const (
	// maxFailures in a row make a breaker open.
	maxFailures = 5
	// cooldown is how long it stays open before one call may try again.
	cooldown = time.Second
)

// A breaker keeps requests from waiting for what has just failed others. The
// zero breaker is closed: everybody may call.
type breaker struct {
	mu       sync.Mutex
	failures int // in a row
	until    time.Time
	trying   bool // one call tries whether things are well again
}

// enter reports whether a call may be made. Each has to end in one of succeeded,
// failed and abandoned.
func (b *breaker) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures < maxFailures:
		return true
	case b.trying || time.Now().Before(b.until):
		return false
	}
	b.trying = true
	return true
}

func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.trying = 0, false
}

func (b *breaker) failed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.trying = false
	b.until = time.Now().Add(cooldown)
}

// abandoned ends a call that has shown nothing.
func (b *breaker) abandoned() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}
