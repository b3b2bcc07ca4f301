//go:build unix

package mortiseredis_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/middleware"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // servers end here on purpose
	os.Exit(m.Run())
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// open returns the stores of a fresh server and a client that looks into it.
func open(t testing.TB, server *need.RedisServer) (*mortiseredis.Stores, *redis.Client) {
	t.Helper()
	return openURL(t, server.URL())
}

// patient makes a URL one for hundreds at once on a machine that has other things to
// do.
const patient = "?dial_timeout=10s&read_timeout=10s&write_timeout=10s&pool_timeout=10s"

// openPatient is open for those who can wait.
func openPatient(t testing.TB, server *need.RedisServer) (*mortiseredis.Stores, *redis.Client) {
	t.Helper()
	return openURL(t, server.URL()+patient)
}

func openURL(t testing.TB, url string) (*mortiseredis.Stores, *redis.Client) {
	t.Helper()
	client, err := mortiseredis.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	stores, err := mortiseredis.New(client, mortiseredis.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return stores, client
}

func TestOpenSaysNothingOfThePasswordInAWrongURL(t *testing.T) { // A208
	t.Parallel()
	_, err := mortiseredis.Open("http://ann:hunter2@127.0.0.1:1/0")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Open = %v, want an error without the password", err)
	}
}

func TestNewRefusesWhatWouldHarmLater(t *testing.T) {
	t.Parallel()
	deaf := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = deaf.Close() })
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}})
	t.Cleanup(func() { _ = cluster.Close() })
	prompt, err := mortiseredis.Open("redis://127.0.0.1:1/0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = prompt.Close() })
	for _, tt := range []struct {
		name   string
		client redis.UniversalClient
		config mortiseredis.Config
		want   string
	}{
		{"no client", nil, mortiseredis.Config{}, "the client is nil"},
		{"a client that ignores deadlines", deaf, mortiseredis.Config{}, "ContextTimeoutEnabled"},
		{"a cluster that ignores deadlines", cluster, mortiseredis.Config{}, "ContextTimeoutEnabled"},
		{"braces in the prefix", prompt, mortiseredis.Config{Prefix: "a{b}"}, "braces"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := mortiseredis.New(tt.client, tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

// S155, S156: host, port, database and password are a URL; a wrong password is
// found by the readiness check and fails every call.
func TestReadyTellsWhetherTheServerLetsUsIn(t *testing.T) {
	t.Parallel()
	server := need.Redis(t, "--requirepass", "open-sesame")
	for name, tt := range map[string]struct {
		url  string
		want string
	}{
		"the right password": {"redis://:open-sesame@" + server.Addr + "/3", ""},
		"a wrong one":        {"redis://:guess@" + server.Addr + "/3", "WRONGPASS"},
		"none":               {"redis://" + server.Addr + "/3", "NOAUTH"},
		"nobody there":       {"redis://127.0.0.1:1/0", "redis:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := mortiseredis.Open(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			stores, err := mortiseredis.New(client, mortiseredis.Config{})
			if err != nil {
				t.Fatal(err)
			}
			err = stores.Ready(t.Context())
			if got := err == nil; got != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Ready = %v, want %q", err, tt.want)
			}
		})
	}
}

// S157: a probe that fails says 503, and the log says which server it was, without
// the password.
func TestAProbeTellsTheLogWhichServerIsGone(t *testing.T) {
	t.Parallel()
	server := need.Redis(t, "--requirepass", "open-sesame")
	client, err := mortiseredis.Open("redis://ann:guess-the-password@" + server.Addr + "/3")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stores, err := mortiseredis.New(client, mortiseredis.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	health, err := middleware.NewHealth(middleware.HealthConfig{
		Checks: map[string]func(context.Context) error{"redis": stores.Ready}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	health.Middleware(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "redis") || strings.Contains(w.Body.String(), server.Addr) {
		t.Errorf("the answer is %d %s", w.Code, w.Body)
	}
	if text := log.String(); !strings.Contains(text, server.Addr) || !strings.Contains(text, "database 3") || strings.Contains(text, "guess-the-password") {
		t.Errorf("the log says %s", text)
	}
}

func TestPrefixesKeepProgramsApart(t *testing.T) {
	t.Parallel()
	server := need.Redis(t)
	client, err := mortiseredis.Open(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	one, _ := mortiseredis.New(client, mortiseredis.Config{Prefix: "one:"})
	two, _ := mortiseredis.New(client, mortiseredis.Config{Prefix: "two:"})
	for _, s := range []*mortiseredis.Stores{one, two} {
		if fresh, err := s.Codes().Use(t.Context(), "ann", 7, time.Minute); err != nil || !fresh {
			t.Errorf("Use = %t, %v, want true in each", fresh, err)
		}
	}
}

// cluster starts a cluster of one server, which refuses scripts whose keys would
// not stand together.
func cluster(t *testing.T) redis.UniversalClient {
	t.Helper()
	server := need.Redis(t, "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1")
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer admin.Close()
	if err := admin.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		info, err := admin.ClusterInfo(t.Context()).Result()
		if err == nil && strings.Contains(info, "cluster_state:ok") {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the cluster does not come up: %s, %v", info, err)
		}
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{server.Addr}, ContextTimeoutEnabled: true, MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// counting counts the round trips of a client, but for those of new connections.
type counting struct{ trips atomic.Int64 }

func (c *counting) count(cmd redis.Cmder) {
	if name := cmd.Name(); name != "hello" && name != "client" {
		c.trips.Add(1)
	}
}

func (c *counting) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counting) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.count(cmd)
		return next(ctx, cmd)
	}
}

func (c *counting) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.count(cmds[0])
		return next(ctx, cmds)
	}
}
