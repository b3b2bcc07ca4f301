//go:build unix

package mortiseredis_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/security/session"
)

func limiter(t testing.TB, c ratelimit.Config) *ratelimit.Limiter {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	l, err := ratelimit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tenPerHour(store ratelimit.Store) ratelimit.Config {
	return ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 10, Window: time.Hour}}, Store: store, Timeout: 10 * time.Second}
}

// crowd lets 200 goroutines ask at once and counts who passes.
func crowd(t testing.TB, l *ratelimit.Limiter, subject ratelimit.Key) int64 {
	t.Helper()
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			d, err := l.Take(context.Background(), subject)
			if err != nil {
				t.Error(err)
			}
			if d.Allowed {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	return passed.Load()
}

func TestExactlyTheQuotaPasses(t *testing.T) { // A126
	t.Parallel()
	stores, _ := openPatient(t, need.Redis(t))
	if passed := crowd(t, limiter(t, tenPerHour(stores.Limits())), ratelimit.KeyOf("ann")); passed != 10 {
		t.Errorf("%d of 200 passed, want 10", passed)
	}
}

// crowdVariable names the server to the processes of the test below.
const crowdVariable = "MORTISE_TEST_CROWD"

func TestExactlyTheQuotaPassesInFourProcesses(t *testing.T) { // A126
	if url := os.Getenv(crowdVariable); url != "" {
		stores, _ := openURL(t, url+patient)
		fmt.Printf("passed=%d\n", crowd(t, limiter(t, tenPerHour(stores.Limits())), ratelimit.KeyOf("ann")))
		return
	}
	t.Parallel()
	server := need.Redis(t)
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			program := exec.Command(os.Args[0], "-test.run=^TestExactlyTheQuotaPassesInFourProcesses$")
			program.Env = append(os.Environ(), crowdVariable+"="+server.URL())
			out, err := program.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
				return
			}
			_, after, _ := strings.Cut(string(out), "passed=")
			number, _, _ := strings.Cut(after, "\n")
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				t.Errorf("%s", out)
			}
			passed.Add(n)
		})
	}
	wg.Wait()
	if passed.Load() != 10 {
		t.Errorf("%d of 800 passed in four processes, want 10", passed.Load())
	}
}

func TestAllPoliciesAreChargedOrNone(t *testing.T) {
	t.Parallel()
	stores, _ := open(t, need.Redis(t))
	l := limiter(t, ratelimit.Config{Store: stores.Limits(), Policies: []ratelimit.Policy{
		{Name: "few", Quota: 2, Window: time.Hour}, {Name: "many", Quota: 100, Window: time.Hour},
	}})
	var last ratelimit.Decision
	for range 5 {
		var err error
		if last, err = l.Take(t.Context(), ratelimit.KeyOf("ann")); err != nil {
			t.Fatal(err)
		}
	}
	if last.Allowed {
		t.Error("the fifth request passed a quota of 2")
	}
	for name, s := range last.All() {
		if want := map[string]int64{"few": 0, "many": 98}[name]; s.Remaining != want || s.Violated != (name == "few") {
			t.Errorf("%s: %+v, want %d remaining", name, s, want)
		}
	}
}

// The memory store is the oracle: with intervals so long that no time passes
// between two calls, both have to say the same.
func TestRedisDecidesAsTheMemoryDoes(t *testing.T) {
	t.Parallel()
	stores, _ := open(t, need.Redis(t))
	policies := []ratelimit.Policy{{Name: "a", Quota: 3, Burst: 5, Window: 24 * time.Hour}, {Name: "b", Quota: 7, Window: 360 * 24 * time.Hour}}
	shared := limiter(t, ratelimit.Config{Policies: policies, Store: stores.Limits()})
	memory := limiter(t, ratelimit.Config{Policies: policies})
	for i := range 60 {
		subject := ratelimit.KeyOf(strconv.Itoa(i % 4))
		costs := []int64{int64(i % 3), int64(i / 3 % 3)}
		got, err := shared.Take(t.Context(), subject, costs...)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := memory.Take(t.Context(), subject, costs...)
		if said(got) != said(want) {
			t.Fatalf("call %d with costs %v: Redis says %s, memory %s", i, costs, said(got), said(want))
		}
	}
}

func said(d ratelimit.Decision) string {
	text := fmt.Sprint(d.Allowed)
	for name, s := range d.All() {
		text += fmt.Sprintf(" %s:%d,%t", name, s.Remaining, s.Violated)
	}
	return text
}

func TestUnitsComeBackOneByOne(t *testing.T) { // A130
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	l := limiter(t, ratelimit.Config{Store: stores.Limits(), Policies: []ratelimit.Policy{{Quota: 20, Window: 2 * time.Second, Burst: 5}}})
	begin, passed := time.Now(), 0
	for time.Since(begin) < 900*time.Millisecond {
		d, err := l.Take(t.Context(), ratelimit.KeyOf("ann"))
		if err != nil {
			t.Fatal(err)
		}
		if d.Allowed {
			passed++
		}
		time.Sleep(5 * time.Millisecond)
	}
	if most := 5 + int(time.Since(begin)/(100*time.Millisecond)); passed > most || passed < 8 {
		t.Errorf("%d passed in %v, want 8 to %d", passed, time.Since(begin), most)
	}
	empties(t, client)
}

func TestAClockThatJumpsBackBlocksNobodyForLong(t *testing.T) { // A131
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	l := limiter(t, ratelimit.Config{Store: stores.Limits(), Policies: []ratelimit.Policy{{Quota: 10, Window: time.Second}}})
	subject := ratelimit.KeyOf("ann")
	if _, err := l.Take(t.Context(), subject, 10); err != nil {
		t.Fatal(err)
	}
	wroteAt(t, client, time.Now().Add(time.Hour))
	if d, _ := l.Take(t.Context(), subject); d.Allowed {
		t.Error("the jump gave units back")
	}
	time.Sleep(300 * time.Millisecond)
	if d, err := l.Take(t.Context(), subject); err != nil || !d.Allowed {
		t.Errorf("after the interval = %v, %v, want it allowed", d.Allowed, err)
	}
}

func TestAClockThatJumpsForwardsGivesNoMoreThanTheBurst(t *testing.T) { // A131
	t.Parallel()
	stores, client := openPatient(t, need.Redis(t))
	l := limiter(t, tenPerHour(stores.Limits()))
	subject := ratelimit.KeyOf("ann")
	if _, err := l.Take(t.Context(), subject, 10); err != nil {
		t.Fatal(err)
	}
	wroteAt(t, client, time.Now().AddDate(-1, 0, 0))
	if passed := crowd(t, l, subject); passed != 10 {
		t.Errorf("%d passed after the jump, want the burst of 10", passed)
	}
}

// wroteAt makes the only debts on the server those of another time by its clock.
func wroteAt(t testing.TB, client *redis.Client, at time.Time) {
	t.Helper()
	key := client.Keys(t.Context(), "mortise:limit:*").Val()[0]
	for field, value := range client.HGetAll(t.Context(), key).Val() {
		debt, _, _ := strings.Cut(value, " ")
		client.HSet(t.Context(), key, field, fmt.Sprintf("%s %d", debt, at.UnixMicro()))
	}
}

func TestALimitIsOneRoundTripAndOneKey(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	l := limiter(t, ratelimit.Config{Store: stores.Limits(), Policies: []ratelimit.Policy{
		{Name: "a", Quota: 9, Window: time.Hour}, {Name: "b", Quota: 9, Window: time.Hour}, {Name: "c", Quota: 9, Window: time.Hour},
	}})
	if _, err := l.Take(t.Context(), ratelimit.KeyOf("ann")); err != nil { // the server learns the script
		t.Fatal(err)
	}
	hook := &counting{}
	client.AddHook(hook)
	if _, err := l.Take(t.Context(), ratelimit.KeyOf("ann")); err != nil {
		t.Fatal(err)
	}
	if trips := hook.trips.Load(); trips != 1 {
		t.Errorf("%d round trips, want 1", trips)
	}
	if n := client.DBSize(t.Context()).Val(); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

func TestEveryStoreServesACluster(t *testing.T) {
	t.Parallel()
	stores, err := mortiseredis.New(cluster(t), mortiseredis.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if passed := crowd(t, limiter(t, tenPerHour(stores.Limits())), ratelimit.KeyOf("ann")); passed != 10 {
		t.Errorf("%d of 200 passed, want 10", passed)
	}
	exerciseTokens(t, stores.Tokens())
	exerciseCodes(t, stores.Codes())
	exerciseSessions(t, stores.Sessions())
	exerciseResets(t, stores.Resets())
}

func TestKeysTellNothing(t *testing.T) { // A128, S143
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	_, _ = stores.Codes().Try(t.Context(), "ann@example.org", 3, time.Minute)
	_, _ = limiter(t, tenPerHour(stores.Limits())).Take(t.Context(), ratelimit.KeyOf("ann@example.org"))
	_, _ = stores.Sessions().Swap(t.Context(), session.ID{}, 0, sid("x"), aSession("ann@example.org"))
	_, _ = stores.Sessions().EndSubject(t.Context(), "ann@example.com", session.ID{}, time.Now(), time.Now().Add(time.Hour))
	_ = stores.Resets().Put(t.Context(), rid("x"), ticket("mail", "ann@example.org"))
	keys := client.Keys(t.Context(), "*").Val()
	if len(keys) != 7 { // a session and a ticket are found by their owner, too
		t.Errorf("keys = %q, want seven", keys)
	}
	for _, key := range keys {
		if strings.Contains(key, "ann") {
			t.Errorf("the key %q tells whose it is", key)
		}
	}
}

//nolint:tparallel // one outage after the other
func TestOutagesDoWhatThePolicySays(t *testing.T) { // A132, A215
	t.Parallel()
	server := need.Redis(t)
	stores, _ := open(t, server)
	for _, outage := range []struct {
		name       string
		begin, end func(testing.TB)
	}{
		{"a server that hangs", server.Hang, server.Continue},
		{"a server that is gone", server.Stop, server.Start},
	} {
		t.Run(outage.name, func(t *testing.T) {
			limiters := map[ratelimit.Failure]*ratelimit.Limiter{}
			for _, failure := range []ratelimit.Failure{ratelimit.FailClosed, ratelimit.FailLocal, ratelimit.DangerouslyFailOpen} {
				limiters[failure] = limiter(t, ratelimit.Config{Store: stores.Limits(), OnFailure: failure, Policies: []ratelimit.Policy{{Quota: 2, Window: time.Hour}}})
				if _, err := limiters[failure].Take(t.Context(), ratelimit.KeyOf(outage.name, failure.String())); err != nil {
					t.Fatal(err)
				}
			}
			outage.begin(t)
			for failure, l := range limiters {
				duringOutage(t, failure, l)
			}
			outage.end(t)
			back := time.Now()
			for failure, l := range limiters {
				recovers(t, failure, l, back)
			}
		})
	}
}

func duringOutage(t *testing.T, failure ratelimit.Failure, l *ratelimit.Limiter) {
	t.Helper()
	var passed, unavailable int
	for range 10 {
		begin := time.Now()
		d, err := l.Take(t.Context(), ratelimit.KeyOf("eve", failure.String()))
		if took := time.Since(begin); took > 300*time.Millisecond {
			t.Errorf("%v: a request waited for %v, want 300 ms at most", failure, took)
		}
		switch {
		case err != nil && problem.From(err).Status == http.StatusServiceUnavailable:
			unavailable++
		case d.Allowed:
			passed++
		}
	}
	want := map[ratelimit.Failure][2]int{ratelimit.FailClosed: {0, 10}, ratelimit.FailLocal: {2, 0}, ratelimit.DangerouslyFailOpen: {10, 0}}[failure]
	if got := [2]int{passed, unavailable}; got != want {
		t.Errorf("%v: %d passed and %d were told 503, want %v", failure, passed, unavailable, want)
	}
}

// recovers waits until the server decides again, which it remembers.
func recovers(t *testing.T, failure ratelimit.Failure, l *ratelimit.Limiter, back time.Time) {
	t.Helper()
	for {
		d, err := l.Take(t.Context(), ratelimit.KeyOf("back", failure.String()), 0)
		if _, known := standing(d); err == nil && known && d.Allowed {
			return
		}
		if time.Since(back) > 2*time.Second {
			t.Errorf("%v: the limit is not back 2 s after its server: %v", failure, err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func standing(d ratelimit.Decision) (ratelimit.Standing, bool) {
	for _, s := range d.All() {
		return s, true
	}
	return ratelimit.Standing{}, false
}
