package ratelimit

import "hash/maphash"

// A slot keeps one debt: the time, by the store's clock, at which it will have
// passed away. Zero means that the slot is free, and a negative time stands for
// a subject that has used up its limit.
type slot struct {
	key words
	due int64
}

// until is the time at which the debt has passed away.
func (s *slot) until() int64 { return max(s.due, -s.due) }

// minSlots is the size of the smallest table. Sizes are powers of two.
const minSlots = 16

// A table is a hash table with linear probing that holds no pointers, so that
// the garbage collector need not look at it. It uses the low bits of hashes; the
// high ones choose among tables.
type table struct {
	seed  maphash.Seed
	slots []slot
	used  int
	hand  int // the next slot to be swept
}

func (t *table) home(k words) int { return t.start(maphash.Comparable(t.seed, k)) }

// start is where the search for a hash starts.
func (t *table) start(hash uint64) int {
	return int(hash & uint64(len(t.slots)-1)) //nolint:gosec // the mask makes it small
}

func (t *table) next(i int) int { return (i + 1) & (len(t.slots) - 1) }

// find returns the slot of a key, whose hash is known, or nil.
func (t *table) find(k words, hash uint64) *slot {
	if t.used == 0 {
		return nil
	}
	for i := t.start(hash); t.slots[i].due != 0; i = t.next(i) {
		if t.slots[i].key == k {
			return &t.slots[i]
		}
	}
	return nil
}

// add keeps a key that is not there yet.
func (t *table) add(k words, due int64) {
	if 4*(t.used+1) > 3*len(t.slots) {
		t.grow()
	}
	t.place(k, due)
	t.used++
}

func (t *table) place(k words, due int64) {
	i := t.home(k)
	for t.slots[i].due != 0 {
		i = t.next(i)
	}
	t.slots[i] = slot{k, due}
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(2*len(old), minSlots))
	t.hand = 0
	for i := range old {
		if old[i].due != 0 {
			t.place(old[i].key, old[i].due)
		}
	}
}

// remove frees a slot and moves up what was put behind it for want of room, so
// that no search ends too early.
func (t *table) remove(i int) {
	t.used--
	for j := t.next(i); t.slots[j].due != 0; j = t.next(j) {
		home := t.home(t.slots[j].key)
		mask := len(t.slots) - 1
		if (j-home)&mask >= (j-i)&mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = slot{}
}

// sweep looks at the next few slots and frees those whose debts have passed
// away. It returns their number.
func (t *table) sweep(now int64, slots int) (freed int) {
	for range min(slots, len(t.slots)) {
		s := &t.slots[t.hand]
		if s.due == 0 || s.until() > now {
			t.hand = t.next(t.hand)
			continue
		}
		t.remove(t.hand) // and look at what has moved here
		freed++
	}
	return freed
}

// The search for a victim ends when it has seen this many debts, or this many
// slots and one debt at least.
const (
	enoughDebts = 16
	enoughSlots = 256
)

// evict gives up one debt and reports whether there was one: that which is
// least of a loss among the next few. It starts where the last search ended.
func (t *table) evict() bool {
	if t.used == 0 {
		return false
	}
	victim, debts := -1, 0
	for seen := 0; seen < len(t.slots) && debts < enoughDebts && (seen < enoughSlots || debts == 0); seen++ {
		if t.slots[t.hand].due != 0 {
			debts++
			if victim < 0 || t.slots[t.hand].before(&t.slots[victim]) {
				victim = t.hand
			}
		}
		t.hand = t.next(t.hand)
	}
	t.remove(victim)
	return true
}

// before reports whether s is given up before other: who still has something
// left before those who have nothing, and among equals whoever is due first.
func (s *slot) before(other *slot) bool {
	if (s.due < 0) != (other.due < 0) {
		return s.due > 0
	}
	return s.until() < other.until()
}
