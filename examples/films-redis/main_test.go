package main

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/examples/films/films"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/security/token"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{})
	flag.Parse()
	os.Exit(m.Run())
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// TestTheLogTellsWhetherTheServerIsThere, and nothing secret of its URL.
func TestTheLogTellsWhetherTheServerIsThere(t *testing.T) { // S155, S156, S157
	t.Parallel()
	const password = "open-sesame"
	running := need.Redis(t, "--requirepass", password)
	for name, tt := range map[string]struct{ url, says string }{
		"there":            {"redis://:" + password + "@" + running.Addr + "/3", "connected to Redis"},
		"a wrong password": {"redis://:guess-" + password + "@" + running.Addr + "/3", "cannot use Redis"},
		"gone":             {"redis://:" + password + "@127.0.0.1:1/3", "cannot use Redis"},
	} {
		var said bytes.Buffer
		server, err := open(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), tt.url)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, after, _ := strings.Cut(tt.url, "@")
		host, _, _ := strings.Cut(after, "/")
		for _, want := range []string{tt.says, "redis.host=" + host, "redis.db=3"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%s: the log says %s, and not %s", name, said.String(), want)
			}
		}
		if strings.Contains(said.String(), password) {
			t.Errorf("%s: the log says the password: %s", name, said.String())
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := open(t.Context(), slog.New(slog.DiscardHandler), "redis://:"+password+"@127.0.0.1:x"); err == nil || strings.Contains(err.Error(), password) {
		t.Errorf("a wrong URL: %v", err)
	}
}

// clients counts the connections of others to a server.
func clients(t *testing.T, watcher *redis.Client) int {
	t.Helper()
	list, err := watcher.ClientList(context.WithoutCancel(t.Context())).Result()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(list, "addr=") - strings.Count(list, "laddr=") - 1
}

// TestOnePoolServesTheProgramAndIsClosedWithIt also asks the server, and not only
// the program, whether it is in use.
func TestOnePoolServesTheProgramAndIsClosedWithIt(t *testing.T) { // S156, S162
	t.Parallel()
	running := need.Redis(t)
	watcher := redis.NewClient(&redis.Options{Addr: running.Addr, PoolSize: 1})
	defer func() { _ = watcher.Close() }()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listening, ended := make(chan string, 1), make(chan error, 1)
	opened := 0
	go func() {
		ended <- films.Run(ctx, &films.Options{Addr: "127.0.0.1:0", Redis: running.URL()},
			func(url string) (films.Redis, error) { opened++; return open(ctx, slog.New(slog.DiscardHandler), url) },
			mortise.OnListen(func(at net.Addr) { listening <- "http://" + at.String() }))
	}()
	base := <-listening
	if status := get(t, base+"/readyz"); status != 200 {
		t.Errorf("ready: %d", status)
	}
	if clients(t, watcher) == 0 {
		t.Error("the program has no connection")
	}
	running.Stop(t)
	time.Sleep(1100 * time.Millisecond) // an answer is fresh for a second
	if status := get(t, base+"/readyz"); status != 503 {
		t.Errorf("ready without Redis: %d", status)
	}
	running.Start(t)
	time.Sleep(1100 * time.Millisecond)
	if status := get(t, base+"/readyz"); status != 200 {
		t.Errorf("ready again: %d", status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if left := clients(t, watcher); left != 0 || opened != 1 {
		t.Errorf("%d connections of %d pools are left", left, opened)
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode
}

// TestRevocationIsShared goes through the store that the API is
// given.
func TestRevocationIsShared(t *testing.T) { // S143, S159
	t.Parallel()
	running := need.Redis(t)
	stores := [2]films.Redis{}
	for i := range stores {
		server, err := open(t.Context(), slog.New(slog.DiscardHandler), running.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		stores[i] = server
	}
	now := time.Now()
	stamp := token.NewStamp("a.b.c", "https://films.example", "id", "luke", now, now.Add(time.Minute))
	if first, err := stores[0].Tokens().Revoke(t.Context(), token.Mark{ID: stamp.Token, Before: token.Always, Until: now.Add(time.Minute)}); err != nil || !first {
		t.Fatal(first, err)
	}
	if revoked, err := stores[1].Tokens().Revoked(t.Context(), stamp); err != nil || !revoked {
		t.Errorf("the other process: %t, %v", revoked, err)
	}
	running.Stop(t)
	if _, err := stores[0].Tokens().Revoke(t.Context(), token.Mark{ID: stamp.Session, Before: token.Always, Until: now.Add(time.Minute)}); err == nil {
		t.Error("a revocation without a server succeeded")
	}
}
