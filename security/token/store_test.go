package token_test

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/token"
)

// stores is what both kinds of store are.
type stores interface {
	token.Store
	token.FamilyStore
}

// eachStore runs a test on every store.
func eachStore(t *testing.T, test func(t *testing.T, s stores, c *clock)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		test(t, token.NewMemory(c.now), c)
	})
	t.Run("log", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		test(t, newLog(t, logPath(t), c.now), c)
	})
}

func idOf(n int) token.ID { return sha256.Sum256(strconv.AppendInt(nil, int64(n), 10)) }

func mark(t testing.TB, s token.Store, m token.Mark) bool {
	t.Helper()
	return must(s.Revoke(t.Context(), m))(t)
}

func isRevoked(t testing.TB, s token.Store, stamp token.Stamp) bool {
	t.Helper()
	return must(s.Revoked(t.Context(), stamp))(t)
}

func TestStoresKeepTheirContract(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s stores, c *clock) {
		now := c.now()
		id, until := idOf(1), now.Add(time.Hour)
		stamp := token.Stamp{Token: id, Issued: now}
		if isRevoked(t, s, stamp) || isRevoked(t, s, token.Stamp{}) {
			t.Error("revoked before anything was")
		}
		if !mark(t, s, token.Mark{ID: id, Before: now.Unix(), Until: until}) {
			t.Error("the first mark is not the first")
		}
		for _, tt := range []struct {
			name string
			s    token.Stamp
			want bool
		}{
			{"issued at the mark", stamp, false},
			{"issued before the mark", token.Stamp{Token: id, Issued: now.Add(-time.Second)}, true},
			{"issued nobody knows when", token.Stamp{Token: id}, true},
			{"by its session", token.Stamp{Token: idOf(2), Session: id}, true},
			{"by its subject", token.Stamp{Token: idOf(2), Subject: id}, true},
			{"another token", token.Stamp{Token: idOf(2), Session: idOf(3), Subject: idOf(4)}, false},
		} {
			if got := isRevoked(t, s, tt.s); got != tt.want {
				t.Errorf("%s: revoked %t, want %t", tt.name, got, tt.want)
			}
		}
		if mark(t, s, token.Mark{ID: id, Before: token.Always, Until: now.Add(time.Minute)}) {
			t.Error("the second mark is the first")
		}
		c.advance(2 * time.Minute)
		if !isRevoked(t, s, stamp) {
			t.Error("the marks of one ID were not merged")
		}
		c.advance(time.Hour)
		if isRevoked(t, s, stamp) {
			t.Error("a mark outlives its time")
		}
		if !mark(t, s, token.Mark{ID: id, Before: token.Always, Until: c.now().Add(time.Hour)}) {
			t.Error("an expired mark still counts")
		}
	})
}

func TestFamiliesAreSwappedByVersion(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s stores, c *clock) {
		id := idOf(1)
		first := token.Family{Version: 1, Current: "a", Ends: c.now().Add(time.Hour).Truncate(time.Second)}
		swap := func(was uint64, next token.Family, want bool) {
			t.Helper()
			if got := must(s.SwapFamily(t.Context(), id, was, next))(t); got != want {
				t.Errorf("SwapFamily from %d to %d: %t, want %t", was, next.Version, got, want)
			}
		}
		family := func() token.Family { return must(s.Family(t.Context(), id))(t) }
		if family() != (token.Family{}) {
			t.Error("a family that nobody made")
		}
		swap(1, first, false)
		swap(0, first, true)
		swap(0, first, false)
		second := token.Family{Version: 2, Current: "b", Previous: "a", Rotated: c.now().Truncate(time.Millisecond), Ends: first.Ends}
		swap(1, second, true)
		swap(1, second, false)
		if family() != second {
			t.Errorf("the family is %+v, want %+v", family(), second)
		}
		c.advance(2 * time.Hour)
		if family() != (token.Family{}) {
			t.Error("a family outlives its end")
		}
	})
}

func TestOfManyAtOnceOneIsFirst(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s stores, c *clock) {
		var marked, swapped atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if first, err := s.Revoke(t.Context(), token.Mark{ID: idOf(1), Before: token.Always, Until: c.now().Add(time.Hour)}); err == nil && first {
					marked.Add(1)
				}
				if ok, err := s.SwapFamily(t.Context(), idOf(1), 0, token.Family{Version: 1, Current: "a", Ends: c.now().Add(time.Hour)}); err == nil && ok {
					swapped.Add(1)
				}
			})
		}
		all.Wait()
		if marked.Load() != 1 || swapped.Load() != 1 {
			t.Errorf("%d were the first to mark, %d to swap, want 1 and 1", marked.Load(), swapped.Load())
		}
	})
}

// S144: no cron is needed.
func TestMemoryForgetsWhatHasExpired(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := token.NewMemory(c.now)
	most := 0
	for n := range 50_000 {
		mark(t, m, token.Mark{ID: idOf(n), Before: token.Always, Until: c.now().Add(time.Second)})
		if ok := must(m.SwapFamily(t.Context(), idOf(n), 0, token.Family{Version: 1, Ends: c.now().Add(time.Second)}))(t); !ok {
			t.Fatal("a fresh family was not stored")
		}
		c.advance(time.Millisecond) // a thousand are good at any time
		marks, families := m.Len()
		most = max(most, marks, families)
	}
	if most > 1200 {
		t.Errorf("memory held %d entries, of which 1000 were good", most)
	}
}

// The request path allocates nothing for a store in memory.
func TestLookingUpAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	m := token.NewMemory(nil)
	s := token.Stamp{Token: idOf(1), Session: idOf(2), Subject: idOf(3), Issued: time.Now()}
	var store token.Store = m
	if n := testing.AllocsPerRun(1000, func() { _, _ = store.Revoked(t.Context(), s) }); n != 0 {
		t.Errorf("Revoked allocates %v times", n)
	}
}

func BenchmarkRevoked(b *testing.B) {
	m := token.NewMemory(nil)
	for n := range 100_000 {
		mark(b, m, token.Mark{ID: idOf(n), Before: token.Always, Until: time.Now().Add(time.Hour)})
	}
	s := token.Stamp{Token: idOf(-1), Session: idOf(-2), Subject: idOf(-3), Issued: time.Now()}
	for b.Loop() {
		_, _ = m.Revoked(b.Context(), s)
	}
}

// One caller after the other, and many at once: the second kind shares its fsyncs.
func BenchmarkLogRevoke(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			l := newLog(b, logPath(b), nil)
			var next atomic.Int64
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mark(b, l, token.Mark{ID: idOf(int(next.Add(1))), Before: token.Always, Until: time.Now().Add(time.Hour)})
				}
			})
		})
	}
}
