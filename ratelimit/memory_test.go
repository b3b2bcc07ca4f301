package ratelimit_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/ratelimit"
)

// A126, S235
func TestOfManyAtOnceExactlyTheQuotaPasses(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 10, Window: time.Hour}}})
	var passed atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 200 {
		wg.Go(func() {
			<-start
			if d := take(t, l, ratelimit.KeyOf("one")); d.Allowed {
				passed.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if got := passed.Load(); got != 10 {
		t.Errorf("%d of 200 passed, want 10", got)
	}
}

// A126: a request of many subjects at once neither loses nor gains any.
func TestSubjectsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 7, Window: time.Hour}}})
	var passed [500]atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for i := range passed {
				if d := take(t, l, ratelimit.KeyOf("subject", strconv.Itoa(i))); d.Allowed {
					passed[i].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for i := range passed {
		if got := passed[i].Load(); got != 7 {
			t.Errorf("subject %d passed %d times, want 7", i, got)
		}
	}
}

// A129, S235: a flood of subjects neither fills the memory nor frees who is blocked.
func TestAFloodIsBoundedAndFreesNobody(t *testing.T) {
	million, capacity := 1_000_000, ratelimit.DefaultCapacity
	if raceEnabled { // a sixteenth of everything, since the detector takes its time
		million, capacity = million/16, capacity/16
	}
	before := heap()
	c := newClock()
	m := ratelimit.NewMemoryAt(capacity, c.now)
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 5, Window: 24 * time.Hour}}, Store: m})
	blocked := make([]ratelimit.Key, 100)
	for i := range blocked {
		blocked[i] = ratelimit.KeyOf("blocked", strconv.Itoa(i))
		passes(t, l, blocked[i], 6)
	}
	still := func(when string) {
		t.Helper()
		for i, k := range blocked {
			if d := take(t, l, k); d.Allowed {
				t.Fatalf("%s, subject %d passes, who was blocked", when, i)
			}
		}
	}
	flood := func(from, to int) {
		for i := from; i < to; i++ {
			take(t, l, ratelimit.KeyOf("flood", strconv.Itoa(i)))
		}
	}
	flood(0, million)
	still("behind a million subjects")
	if got, want := m.Len(), million+len(blocked); got != want {
		t.Errorf("%d debts are kept below the capacity, want all %d", got, want)
	}
	flood(million, 5*million/2)
	still("behind more subjects than there is room for")
	if got := m.Len(); got > capacity+64 {
		t.Errorf("%d debts are kept, want at most %d", got, capacity+64)
	}
	size := heap() - before
	t.Logf("%d debts in %d MiB", m.Len(), size>>20)
	if size > 128<<20 {
		t.Errorf("the memory takes %d MiB, want less than 128", size>>20)
	}
	runtime.KeepAlive(m)
}

func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// A129: below the capacity nothing is forgotten before its time.
func TestBelowItsCapacityAMemoryForgetsNothing(t *testing.T) {
	t.Parallel()
	const capacity = 10_000
	c := newClock()
	m := ratelimit.NewMemoryAt(capacity, c.now)
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Burst: 2, Window: time.Hour}}, Store: m})
	for i := range capacity {
		take(t, l, ratelimit.KeyOf(strconv.Itoa(i)))
	}
	for i := range capacity {
		if d := take(t, l, ratelimit.KeyOf(strconv.Itoa(i))); standing(t, d).Remaining != 0 {
			t.Fatalf("subject %d has %d left, want 0", i, standing(t, d).Remaining)
		}
	}
	if m.Len() != capacity {
		t.Errorf("%d debts are kept, want %d", m.Len(), capacity)
	}
}

func TestAFullMemoryStaysWithinItsCapacity(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{1, 10, 100, 1000} {
		c := newClock()
		m := ratelimit.NewMemoryAt(capacity, c.now)
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 3, Window: time.Hour}}, Store: m})
		for i := range 10 * capacity {
			take(t, l, ratelimit.KeyOf(strconv.Itoa(i)))
		}
		if m.Len() > capacity+64 {
			t.Errorf("of capacity %d, %d debts are kept, want at most %d", capacity, m.Len(), capacity+64)
		}
	}
}

// A129: who has nothing left stays, however soon that changes, and of the others
// who has used most.
func TestAFullMemoryGivesUpWhoLosesLeast(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := ratelimit.NewMemoryAt(5000, c.now)
	short := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 5, Window: time.Second}}, Store: m})
	long := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 5, Window: 24 * time.Hour}}, Store: m})
	var blocked, busy []ratelimit.Key
	for i := range 10 {
		blocked = append(blocked, ratelimit.KeyOf("blocked", strconv.Itoa(i)))
		passes(t, short, blocked[i], 5)
		busy = append(busy, ratelimit.KeyOf("busy", strconv.Itoa(i)))
		passes(t, long, busy[i], 4)
	}
	for i := range 50_000 {
		take(t, long, ratelimit.KeyOf("flood", strconv.Itoa(i)))
	}
	for i := range blocked {
		if d := take(t, short, blocked[i], 0); standing(t, d).Remaining != 0 {
			t.Errorf("subject %d, who was blocked for a second, has %d left", i, standing(t, d).Remaining)
		}
		if d := take(t, long, busy[i], 0); standing(t, d).Remaining != 1 {
			t.Errorf("subject %d, who had 1 left, has %d", i, standing(t, d).Remaining)
		}
	}
}

// What has passed away makes room without anybody looking for it.
func TestWhatHasPassedAwayIsSwept(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := ratelimit.NewMemoryAt(0, c.now)
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 60, Window: time.Minute}}, Store: m})
	most := 0
	for i := range 200_000 { // a thousand new subjects a second, each due in one
		take(t, l, ratelimit.KeyOf(strconv.Itoa(i)))
		c.advance(time.Millisecond)
		most = max(most, m.Len())
	}
	if most > 8000 {
		t.Errorf("up to %d debts were kept, of which 1000 had not passed away", most)
	}
}

// A traffic is what the property test and the fuzz test let happen.
type traffic struct {
	limit   *ratelimit.Limiter
	clock   *clock
	policy  ratelimit.Policy
	elapsed time.Duration   // by the clock, forwards only
	passed  []time.Duration // when each unit passed
}

func newTraffic(t testing.TB, p ratelimit.Policy) *traffic {
	l, c := clocked(t, p)
	return &traffic{limit: l, clock: c, policy: p}
}

// jump moves the clock. Going back, it gives nobody time.
func (tr *traffic) jump(d time.Duration) {
	tr.clock.advance(d)
	tr.elapsed += max(d, 0)
}

func (tr *traffic) ask(t testing.TB, cost int64) ratelimit.Decision {
	d := take(t, tr.limit, ratelimit.KeyOf("a"), cost)
	if d.Allowed {
		for range cost {
			tr.passed = append(tr.passed, tr.elapsed)
		}
	}
	return d
}

// check looks at every span that begins and ends with a unit: however short it is,
// and wherever it lies, no more than the burst and what came back in it passes. So a
// span of a window has less than the quota and the burst.
func (tr *traffic) check(t testing.TB) {
	t.Helper()
	tr.checkSpans(t)
	end := 0
	for begin, at := range tr.passed {
		for end < len(tr.passed) && tr.passed[end] < at+tr.policy.Window {
			end++
		}
		if n := end - begin; n >= tr.policy.Quota+tr.policy.Burst {
			t.Fatalf("%+v: %d units passed within a window from %v on, want less than %d", tr.policy, n, at, tr.policy.Quota+tr.policy.Burst)
		}
	}
}

// checkSpans looks, for each unit, at the span from that earlier one on from which
// there is least room. The longer spans and the shorter ones then have enough.
func (tr *traffic) checkSpans(t testing.TB) {
	t.Helper()
	interval := (tr.policy.Window-1)/time.Duration(tr.policy.Quota) + 1
	begin, least := 0, time.Duration(0)
	for i, at := range tr.passed {
		used := time.Duration(i)*interval - at
		if i == 0 || used < least {
			begin, least = i, used
		}
		if span := at - tr.passed[begin]; time.Duration(i-begin+1) > time.Duration(tr.policy.Burst)+span/interval {
			t.Fatalf("%+v: %d units passed in %v from %v on", tr.policy, i-begin+1, span, tr.passed[begin])
		}
	}
}

func randomPolicy(r *rand.Rand) ratelimit.Policy {
	quota := 1 + r.IntN(50)
	return ratelimit.Policy{Quota: quota, Burst: 1 + r.IntN(2*quota), Window: time.Duration(1+r.IntN(100)) * time.Second}
}

// Debts come, pass away, are swept and come again; each is what it should be.
func TestAMemoryAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := ratelimit.NewMemoryAt(0, c.now)
	r := rand.New(rand.NewPCG(4, 4))
	limits := []ratelimit.Limit{
		{ID: ratelimit.KeyOf("short"), Interval: time.Second, Tolerance: 3 * time.Second},
		{ID: ratelimit.KeyOf("long"), Interval: 10 * time.Minute, Tolerance: time.Hour},
	}
	subjects := make([]ratelimit.Key, 20_000)
	for i := range subjects {
		subjects[i] = ratelimit.KeyOf(strconv.Itoa(i))
	}
	due := map[[2]int]int64{} // when the debt of a subject with a limit has passed away
	for range 400_000 {
		who, limit := r.IntN(len(subjects)), r.IntN(2)
		claims := []ratelimit.Claim{{Limit: limits[limit], Cost: r.Int64N(3)}}
		granted, err := m.Take(t.Context(), subjects[who], claims)
		debt := max(time.Duration(due[[2]int{who, limit}]-c.now()), 0)
		after := debt + limits[limit].Interval*time.Duration(claims[0].Cost)
		if fits := after <= limits[limit].Tolerance; err != nil || granted != fits || claims[0].Debt != debt {
			t.Fatalf("subject %d, limit %d: granted %v, debt %v, %v, want %v, %v", who, limit, granted, claims[0].Debt, err, fits, debt)
		}
		if granted {
			due[[2]int{who, limit}] = c.now() + int64(after)
		}
		c.advance(time.Duration(r.IntN(int(40 * time.Millisecond))))
	}
}

// A130, A131
func TestNoWindowLetsMoreThanQuotaAndBurstThrough(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		tr := newTraffic(t, randomPolicy(r))
		for range 400 {
			switch n := r.IntN(100); {
			case n < 60:
			case n < 90:
				tr.jump(time.Duration(r.Int64N(int64(tr.policy.Window) / int64(tr.policy.Quota))))
			case n < 96:
				tr.jump(time.Duration(r.Int64N(int64(2 * tr.policy.Window))))
			case n < 98:
				tr.jump(24 * time.Hour)
			default:
				tr.jump(-min(time.Duration(r.Int64N(int64(3*tr.policy.Window))), time.Duration(tr.clock.now()-1)))
			}
			tr.ask(t, r.Int64N(int64(tr.policy.Burst)+1))
		}
		tr.check(t)
	}
}

// A130: what comes back in the long run is the quota, whenever somebody asks.
func TestWhoWaitsAsToldPasses(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		tr := newTraffic(t, randomPolicy(r))
		for range 200 {
			cost := 1 + r.Int64N(int64(tr.policy.Burst))
			d := tr.ask(t, cost)
			if d.Allowed {
				continue
			}
			tr.jump(d.RetryAfter - 1)
			if again := tr.ask(t, cost); again.Allowed {
				t.Fatalf("%+v: passes a nanosecond before RetryAfter, %v", tr.policy, d.RetryAfter)
			}
			tr.jump(1)
			if again := tr.ask(t, cost); !again.Allowed {
				t.Fatalf("%+v: does not pass after RetryAfter, %v, but has to wait for %v", tr.policy, d.RetryAfter, again.RetryAfter)
			}
		}
		tr.check(t)
	}
}

// A131
func TestAClockThatJumpsBackBlocksNoLongerThanABurstTakes(t *testing.T) {
	t.Parallel()
	l, c := clocked(t, login())
	c.advance(1000 * time.Hour)
	passes(t, l, ratelimit.KeyOf("a"), 3)
	c.advance(-1000 * time.Hour)
	if d := take(t, l, ratelimit.KeyOf("a")); d.Allowed || d.RetryAfter != 12*time.Second {
		t.Errorf("after the clock has jumped back: %v, %v, want a wait of 12s", d.Allowed, d.RetryAfter)
	}
	c.advance(time.Minute)
	if got := passes(t, l, ratelimit.KeyOf("a"), 6); got != 5 {
		t.Errorf("%d pass a window later, want 5", got)
	}
}

func TestStandingsAddUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		tr := newTraffic(t, randomPolicy(r))
		for range 200 {
			tr.jump(time.Duration(r.Int64N(int64(tr.policy.Window) / 4)))
			tr.ask(t, r.Int64N(int64(tr.policy.Burst)+1))
			s := standing(t, tr.ask(t, 0))
			if d := tr.ask(t, s.Remaining); !d.Allowed {
				t.Fatalf("%+v: %+v, but they do not pass", tr.policy, s)
			}
			if d := tr.ask(t, 1); d.Allowed {
				t.Fatalf("%+v: %+v, but one more passes", tr.policy, s)
			}
			if s.Next == 0 && s.Remaining != int64(tr.policy.Burst) {
				t.Fatalf("%+v: %+v, but not all are there", tr.policy, s)
			}
		}
	}
}

// standing is that with the only policy.
func standing(t testing.TB, d ratelimit.Decision) ratelimit.Standing {
	t.Helper()
	for _, s := range d.All() {
		return s
	}
	t.Fatal("nobody knows how things stand")
	return ratelimit.Standing{}
}

func TestOfSeveralPoliciesAllGrantOrNoneIsCharged(t *testing.T) {
	t.Parallel()
	l, c := clocked(t,
		ratelimit.Policy{Name: "burst", Quota: 3, Window: time.Second},
		ratelimit.Policy{Name: "daily", Quota: 10, Window: 24 * time.Hour},
	)
	remaining := func(d ratelimit.Decision) (list []int64) {
		for _, s := range d.All() {
			list = append(list, s.Remaining)
		}
		return list
	}
	who := ratelimit.KeyOf("a")
	if got := passes(t, l, who, 50); got != 3 {
		t.Errorf("%d pass at once, want 3", got)
	}
	if got := remaining(take(t, l, who, 0, 0)); got[0] != 0 || got[1] != 7 {
		t.Errorf("behind 47 refusals, %v remain, want [0 7]", got)
	}
	for range 100 {
		c.advance(time.Second)
		passes(t, l, who, 5)
	}
	if got := remaining(take(t, l, who, 0, 0)); got[0] != 3 || got[1] != 0 {
		t.Errorf("when the day is used up, %v remain, want [3 0]", got)
	}
	d := take(t, l, who)
	for name, s := range d.All() {
		if s.Violated != (name == "daily") {
			t.Errorf("policy %s: %+v", name, s)
		}
	}
}

func TestCosts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		cost          int64
		allowed       bool
		remaining     int64
		wait          time.Duration
		before, after int64
	}{
		{name: "one by default", cost: 1, allowed: true, remaining: 4},
		{name: "all at once", cost: 5, allowed: true, remaining: 0},
		{name: "nothing", cost: 0, allowed: true, remaining: 5},
		{name: "what nobody knows costs all", cost: -1, allowed: true, remaining: 0},
		{name: "what nobody knows has to wait for all", cost: -1, before: 1, remaining: 4, wait: 12 * time.Second},
		{name: "too much at the moment", cost: 3, before: 4, remaining: 1, wait: 24 * time.Second},
		{name: "too much for ever", cost: 6, remaining: 5},
		{name: "too much for ever, though some is used", cost: 1 << 62, before: 2, remaining: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _ := clocked(t, login())
			who := ratelimit.KeyOf("a")
			take(t, l, who, tt.before)
			d := take(t, l, who, tt.cost)
			s := standing(t, d)
			if d.Allowed != tt.allowed || d.RetryAfter != tt.wait || s.Remaining != tt.remaining || s.Violated == tt.allowed {
				t.Errorf("cost %d: allowed %v, wait %v, %+v", tt.cost, d.Allowed, d.RetryAfter, s)
			}
			if now := standing(t, take(t, l, who, 0)); now.Remaining != tt.remaining {
				t.Errorf("then %d remain, want %d", now.Remaining, tt.remaining)
			}
		})
	}
}

// S236
func TestLimitersOfOneStoreShareWhatHasTheSameNameAndNumbers(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(0)
	of := func(p ratelimit.Policy) *ratelimit.Limiter {
		return limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{p}, Store: m})
	}
	who := ratelimit.KeyOf("a")
	passes(t, of(login()), who, 5)
	for _, tt := range []struct {
		name   string
		policy ratelimit.Policy
		want   int
	}{
		{"the same", login(), 0},
		{"another name", ratelimit.Policy{Name: "reset", Quota: 5, Window: time.Minute}, 5},
		{"another quota", ratelimit.Policy{Name: "login", Quota: 6, Burst: 5, Window: time.Minute}, 5},
		{"another window", ratelimit.Policy{Name: "login", Quota: 5, Window: time.Hour}, 5},
		{"another burst", ratelimit.Policy{Name: "login", Quota: 5, Burst: 4, Window: time.Minute}, 4},
		{"another unit", ratelimit.Policy{Name: "login", Quota: 5, Window: time.Minute, Unit: "content-bytes"}, 5},
	} {
		if got := passes(t, of(tt.policy), who, 10); got != tt.want {
			t.Errorf("%s: %d pass, want %d", tt.name, got, tt.want)
		}
	}
}

func TestTakingFromMemoryDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{
		{Quota: 1_000_000, Window: time.Second}, {Quota: 100, Window: time.Hour},
	}})
	who := ratelimit.KeyOf("a")
	ctx := context.Background()
	for _, tt := range []struct {
		name string
		call func()
	}{
		{"a hit, granted and refused", func() { _, _ = l.Take(ctx, who) }},
		{"a hit with costs", func() { _, _ = l.Take(ctx, who, 0, 0) }},
		{"a key of parts", func() { who = ratelimit.KeyOf("tenant", "user") }},
	} {
		tt.call()
		if n := testing.AllocsPerRun(1000, tt.call); n != 0 {
			t.Errorf("%s: %v allocations, want none", tt.name, n)
		}
	}
}

// Whatever happens, no window lets too much through.
func FuzzTraffic(f *testing.F) {
	f.Add(uint8(5), uint8(5), uint8(60), []byte{1, 1, 1, 1, 1, 1, 1, 200, 1, 255, 1})
	f.Add(uint8(1), uint8(1), uint8(1), []byte{0, 1, 128, 1, 64, 1, 192, 1})
	f.Fuzz(func(t *testing.T, quota, burst, window uint8, steps []byte) {
		tr := newTraffic(t, ratelimit.Policy{Quota: 1 + int(quota), Burst: 1 + int(burst), Window: time.Second * (1 + time.Duration(window))})
		unit := tr.policy.Window / 64
		for _, step := range steps {
			switch {
			case step < 128:
				tr.ask(t, int64(step)%(int64(tr.policy.Burst)+2))
			case step < 224:
				tr.jump(unit * time.Duration(step-128))
			default:
				tr.jump(-min(unit*time.Duration(step-224), time.Duration(tr.clock.now()-1)))
			}
		}
		tr.check(t)
	})
}

func BenchmarkTake(b *testing.B) {
	l := limiter(b, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1_000_000, Window: time.Second}}})
	keys := make([]ratelimit.Key, 1<<14)
	for i := range keys {
		keys[i] = ratelimit.KeyOf(strconv.Itoa(i))
	}
	ctx := context.Background()
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, _ = l.Take(ctx, keys[i%len(keys)])
		}
	})
	b.Run("hit in parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := rand.IntN(len(keys)); pb.Next(); i++ {
				_, _ = l.Take(ctx, keys[i%len(keys)])
			}
		})
	})
	b.Run("new subjects in a full memory", func(b *testing.B) {
		full := limiter(b, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 5, Window: time.Hour}}, Store: ratelimit.NewMemory(1 << 16)})
		b.ReportAllocs()
		var k ratelimit.Key
		for i := 0; b.Loop(); i++ {
			k[0], k[1], k[2], k[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
			_, _ = full.Take(ctx, k)
		}
	})
	b.Run("key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = ratelimit.KeyOf("tenant", "user")
		}
	})
}
