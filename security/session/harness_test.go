package session_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/session"
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

// Data is what the sessions of the tests keep.
type Data struct {
	Visits int      `json:"visits"`
	Roles  []string `json:"roles"`
}

// fixture is an application with sessions.
type fixture struct {
	*testing.T
	clock    *clock
	store    session.Store
	sessions *session.Sessions[Data]
	api      http.Handler
}

func newFixture(t *testing.T, change ...func(*session.Config)) *fixture {
	t.Helper()
	f := &fixture{T: t, clock: newClock()}
	c := session.Config{Store: session.NewMemory(session.MemoryConfig{Clock: f.clock.now}), Clock: f.clock.now}
	for _, ch := range change {
		ch(&c)
	}
	f.store = c.Store
	f.sessions = must(session.New[Data](c))(t)
	f.api = f.serve()
	return f
}

// onDisk keeps the sessions in a file.
func onDisk(t *testing.T, c *session.Config) {
	t.Helper()
	l := must(session.OpenLog(filepath.Join(t.TempDir(), "sessions.log"), session.MemoryConfig{Clock: c.Clock}))(t)
	t.Cleanup(func() { _ = l.Close() })
	c.Store = l
}

type login struct {
	Starter *session.Starter[Data]
	User    string `query:"user"`
}

func (f *fixture) serve() http.Handler {
	f.Helper()
	api := router.New("Films", "1", router.Strict(), router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(f.sessions.Dependency(), f.sessions.Starter())
	api.Handle("POST", "/login", di.Depends(func(ctx context.Context, in login) (string, error) {
		s, err := in.Starter.Start(ctx, in.User, Data{Visits: 1})
		if err != nil {
			return "", err
		}
		return s.Handle(), nil
	}), router.Public())
	api.Handle("POST", "/basket", di.Depends(func(ctx context.Context, starter *session.Starter[Data]) (int, error) {
		s, err := starter.Current(ctx)
		switch {
		case err != nil:
			return 0, err
		case s == nil:
			_, err = starter.StartAnonymous(ctx, Data{Visits: 1})
			return 1, err
		}
		s.Data.Visits++
		return s.Data.Visits, s.Save(ctx)
	}), router.Public())
	type current = *session.Session[Data]
	api.Handle("GET", "/profile", di.Depends(func(_ context.Context, s current) (string, error) { return s.Subject, nil }))
	api.Handle("POST", "/visit", di.Depends(func(ctx context.Context, s current) (int, error) {
		s.Data.Visits++
		return s.Data.Visits, s.Save(ctx)
	}))
	api.Handle("POST", "/promote", di.Depends(func(ctx context.Context, s current) (string, error) {
		s.Data.Roles = append(s.Data.Roles, "admin")
		return s.Handle(), s.Renew(ctx)
	}))
	api.Handle("POST", "/password", di.Depends(func(ctx context.Context, s current) (di.None, error) { return di.None{}, s.EndOthers(ctx) }))
	api.Handle("POST", "/logout", di.Depends(session.Logout[Data]), router.OperationID("logout"))
	api.Handle("POST", "/logout-all", di.Depends(session.LogoutAll[Data]), router.OperationID("logoutAll"))
	if err := api.Build(); err != nil {
		f.Fatal(err)
	}
	return api
}

// do sends a request with header fields such as "Cookie: a=b".
func (f *fixture) do(method, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	f.api.ServeHTTP(w, r)
	return w
}

const cookieName = "__Host-session"

// cookieOf returns the Cookie field of a browser that got an answer.
func cookieOf(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	for _, c := range w.Result().Cookies() {
		if c.Value != "" {
			return "Cookie: " + c.Name + "=" + c.Value
		}
	}
	t.Fatalf("no cookie: %d %s", w.Code, w.Body)
	return ""
}

// login logs somebody in and returns the Cookie field.
func (f *fixture) login(user string, fields ...string) string {
	f.Helper()
	w := f.do("POST", "/login?user="+user, fields...)
	if w.Code != 200 {
		f.Fatalf("login: %d %s", w.Code, w.Body)
	}
	return cookieOf(f, w)
}

// want checks the status of a request, and that the answer has a text.
func (f *fixture) want(status int, text, method, target string, fields ...string) *httptest.ResponseRecorder {
	f.Helper()
	w := f.do(method, target, fields...)
	if w.Code != status || !strings.Contains(w.Body.String(), text) {
		f.Errorf("%s %s: %d %s, want %d with %q", method, target, w.Code, w.Body, status, text)
	}
	return w
}

// broken is a store that does not answer.
type broken struct {
	session.Store
	fails atomic.Bool
	hangs atomic.Bool

	touched atomic.Int64
}

var errDown = errors.New("the store is down")

func (b *broken) state(ctx context.Context) error {
	if b.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if b.fails.Load() {
		return errDown
	}
	return nil
}

func (b *broken) Load(ctx context.Context, id session.ID) (session.Record, bool, error) {
	if err := b.state(ctx); err != nil {
		return session.Record{}, false, err
	}
	return b.Store.Load(ctx, id)
}

func (b *broken) Swap(ctx context.Context, old session.ID, was uint64, id session.ID, next session.Record) (bool, error) {
	if err := b.state(ctx); err != nil {
		return false, err
	}
	return b.Store.Swap(ctx, old, was, id, next)
}

func (b *broken) Touch(ctx context.Context, id session.ID, seen, keep time.Time) error {
	b.touched.Add(1)
	if err := b.state(ctx); err != nil {
		return err
	}
	return b.Store.Touch(ctx, id, seen, keep)
}

func (b *broken) End(ctx context.Context, id session.ID) (bool, error) {
	if err := b.state(ctx); err != nil {
		return false, err
	}
	return b.Store.End(ctx, id)
}

func (b *broken) EndSubject(ctx context.Context, subject string, except session.ID, at, until time.Time) (int, error) {
	if err := b.state(ctx); err != nil {
		return 0, err
	}
	return b.Store.EndSubject(ctx, subject, except, at, until)
}
