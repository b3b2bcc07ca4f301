package reset_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/reset"
)

// clock is a time that tests move.
type clock struct{ unix atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.unix.Store(time.Unix(1_800_000_000, 300e6).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.unix.Load()) }
func (c *clock) advance(d time.Duration) { c.unix.Add(int64(d)) }

// must returns what fails the test on an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// log is a buffer that several write to.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// watch keeps events.
type watch struct {
	mu  sync.Mutex
	all []security.Event
}

func (w *watch) Observe(_ context.Context, e security.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, e)
}

// saw reports whether an event has come, in whatever order: mail is sent, and
// reported, on the side.
func (w *watch) saw(want security.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.all, want)
}

// fixture is an application in which ada and bob may have new passwords.
type fixture struct {
	*testing.T
	clock     *clock
	resets    *reset.Resets
	mail      chan reset.Message
	ended     sync.Map // subject => *atomic.Int32
	endFails  atomic.Bool
	passwords sync.Map
	log       *log
	watch     *watch
	ctx       context.Context
}

func newFixture(t *testing.T, change ...func(*reset.Config)) *fixture {
	t.Helper()
	f := &fixture{T: t, clock: newClock(), mail: make(chan reset.Message, 100), log: &log{}, watch: &watch{}}
	f.ctx = security.WithObserver(t.Context(), f.watch)
	c := reset.Config{
		Store: reset.NewMemory(f.clock.now), Clock: f.clock.now, Link: "https://app.example/reset",
		Find: func(_ context.Context, address string) (string, error) {
			return map[string]string{"ada@example.com": "ada", "bob@example.com": "bob"}[address], nil
		},
		Send:   func(_ context.Context, m reset.Message) error { f.mail <- m; return nil },
		Enders: []reset.Ender{reset.EnderFunc(f.end)},
		Logger: slog.New(slog.NewTextHandler(f.log, nil)),
	}
	for _, ch := range change {
		ch(&c)
	}
	f.resets = must(reset.New(c))(t)
	t.Cleanup(func() { _ = f.resets.Close(context.Background()) })
	return f
}

func (f *fixture) end(_ context.Context, subject string) error {
	if f.endFails.Load() {
		return errors.New("the sessions cannot be ended")
	}
	n, _ := f.ended.LoadOrStore(subject, &atomic.Int32{})
	n.(*atomic.Int32).Add(1)
	return nil
}

func (f *fixture) ends(subject string) int32 {
	n, _ := f.ended.LoadOrStore(subject, &atomic.Int32{})
	return n.(*atomic.Int32).Load()
}

// request asks for a token and returns what was sent.
func (f *fixture) request(address string) reset.Message {
	f.Helper()
	if err := f.resets.Request(f.ctx, address); err != nil {
		f.Fatal(err)
	}
	select {
	case m := <-f.mail:
		return m
	case <-time.After(10 * time.Second):
		f.Fatal("nothing was sent")
		return reset.Message{}
	}
}

// redeem sets a new password and returns the status of the answer.
func (f *fixture) redeem(token reset.Token, password string) int {
	err := f.resets.Redeem(f.ctx, string(token), func(_ context.Context, t reset.Ticket) error {
		f.passwords.Store(t.Subject, password)
		return nil
	})
	return status(err)
}

func (f *fixture) password(subject string) any {
	p, _ := f.passwords.Load(subject)
	return p
}

func status(err error) int {
	if err == nil {
		return 200
	}
	return problem.From(err).StatusCode()
}

func newLog(t *testing.T, now func() time.Time) *reset.Log {
	t.Helper()
	l := must(reset.OpenLog(filepath.Join(t.TempDir(), "resets.log"), now))(t)
	t.Cleanup(func() { _ = l.Close() })
	return l
}
