//go:build unix

package limits_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/ratelimit"
)

// plenty refuses nobody in a test, and is what both limiters are told.
const plenty = 1_000_000

// windows are those of one policy each.
var windows = []time.Duration{time.Second, time.Minute, time.Hour}

// wire counts what a client sends: a round trip is one write.
type wire struct {
	net.Conn
	writes *atomic.Int64
}

func (w wire) Write(b []byte) (int, error) {
	w.writes.Add(1)
	return w.Conn.Write(b)
}

// client is one for a server, with the count of its round trips.
func client(t testing.TB, server *need.RedisServer) (*redis.Client, *atomic.Int64) {
	t.Helper()
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	var writes atomic.Int64
	options.ContextTimeoutEnabled = true
	options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return wire{conn, &writes}, err
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c, &writes
}

// A decision asks whether one more request may pass.
type decision func(context.Context) (allowed bool, err error)

// theirs asks redis_rate once for each policy, which is what its documentation
// offers.
func theirs(c *redis.Client, policies int) decision {
	limiter := redis_rate.NewLimiter(c)
	return func(ctx context.Context) (bool, error) {
		for _, window := range windows[:policies] {
			limit := redis_rate.Limit{Rate: plenty, Burst: plenty, Period: window}
			result, err := limiter.Allow(ctx, "ann "+window.String(), limit)
			if err != nil || result.Allowed == 0 {
				return false, err
			}
		}
		return true, nil
	}
}

func ours(t testing.TB, c *redis.Client, policies int) decision {
	t.Helper()
	stores, err := mortiseredis.New(c, mortiseredis.Config{})
	if err != nil {
		t.Fatal(err)
	}
	config := ratelimit.Config{Store: stores.Limits(), Timeout: 5 * time.Second}
	for _, window := range windows[:policies] {
		config.Policies = append(config.Policies, ratelimit.Policy{Name: window.String(), Quota: plenty, Window: window})
	}
	limiter, err := ratelimit.New(config)
	if err != nil {
		t.Fatal(err)
	}
	ann := ratelimit.KeyOf("ann")
	return func(ctx context.Context) (bool, error) {
		d, err := limiter.Take(ctx, ann)
		return d.Allowed, err
	}
}

// trips returns the round trips of a hundred decisions, once the connection and
// the scripts are there.
func trips(t *testing.T, decide decision, writes *atomic.Int64) int64 {
	t.Helper()
	var before int64
	for i := range 101 {
		if i == 1 {
			before = writes.Load()
		}
		if allowed, err := decide(t.Context()); !allowed || err != nil {
			t.Fatalf("a decision: %t, %v", allowed, err)
		}
	}
	return writes.Load() - before
}

// However many policies a request has to meet, we ask once.
func TestADecisionIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	server := need.Redis(t)
	for _, policies := range []int{1, 3} {
		c, writes := client(t, server)
		their := trips(t, theirs(c, policies), writes)
		our := trips(t, ours(t, c, policies), writes)
		if our != 100 || our > their {
			t.Errorf("%d policies: %d round trips for 100 decisions, want 100 and no more than the %d of redis_rate", policies, our, their)
		}
	}
}

// BenchmarkRedis asks a real server for decisions; most of the time is the
// journey.
func BenchmarkRedis(b *testing.B) {
	server := need.Redis(b)
	c, _ := client(b, server)
	for _, tt := range []struct {
		name   string
		decide decision
	}{
		{"redis_rate 1 policy", theirs(c, 1)},
		{"mortise 1 policy", ours(b, c, 1)},
		{"redis_rate 3 policies", theirs(c, 3)},
		{"mortise 3 policies", ours(b, c, 3)},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if allowed, err := tt.decide(b.Context()); !allowed || err != nil {
					b.Fatalf("a decision: %t, %v", allowed, err)
				}
			}
		})
	}
}
