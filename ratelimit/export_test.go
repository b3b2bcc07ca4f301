package ratelimit

// NewMemoryAt makes a memory with a clock of the test's.
func NewMemoryAt(capacity int, now func() int64) *Memory {
	m := NewMemory(capacity)
	m.now = now
	return m
}

// Cooldown is how long a store that has failed is left alone.
const Cooldown = cooldown
