package session_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/crash"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/session"
)

func idOf(n int) session.ID { return sha256.Sum256([]byte(strconv.Itoa(n))) }

func record(subject string, now time.Time) session.Record {
	return session.Record{Version: 1, Subject: subject, Started: now, Seen: now, Ends: now.Add(time.Hour), Keep: now.Add(time.Hour), Data: []byte(`{"visits":1}`)}
}

// stores are the stores there are; again opens what was kept of one.
func stores(t *testing.T, now func() time.Time) map[string]session.Store {
	t.Helper()
	l := must(session.OpenLog(filepath.Join(t.TempDir(), "log"), session.MemoryConfig{Clock: now}))(t)
	t.Cleanup(func() { _ = l.Close() })
	return map[string]session.Store{"memory": session.NewMemory(session.MemoryConfig{Clock: now}), "log": l}
}

func TestAStoreSwapsWhatIsThereInThatVersion(t *testing.T) {
	t.Parallel()
	c := newClock()
	for name, store := range stores(t, c.now) {
		r := record("ada", c.now())
		swap := func(old int, was uint64, id int, next session.Record, want bool) {
			t.Helper()
			if got := must(store.Swap(t.Context(), idOf(old), was, idOf(id), next))(t); got != want {
				t.Errorf("%s: Swap(%d, %d, %d) = %t, want %t", name, old, was, id, got, want)
			}
		}
		next := func(v uint64) session.Record { n := r; n.Version = v; return n }
		swap(0, 0, 1, r, true)
		swap(0, 0, 1, r, false)       // an id is new or it is not
		swap(2, 1, 2, next(2), false) // not there
		swap(1, 7, 1, next(8), false) // another version
		swap(1, 1, 1, next(2), true)  // a change
		swap(1, 2, 3, next(3), true)  // a new id
		swap(1, 3, 4, next(4), false) // the old one is gone
		seen, keep := c.now().Add(time.Minute), c.now().Add(2*time.Hour)
		if err := errors.Join(store.Touch(t.Context(), idOf(3), seen, keep), store.Touch(t.Context(), idOf(9), seen, keep)); err != nil {
			t.Error(err)
		}
		got, found, err := store.Load(t.Context(), idOf(3))
		if !found || err != nil || got.Version != 3 || !got.Seen.Equal(seen) || !got.Keep.Equal(keep) || !got.Started.Equal(r.Started) || got.Subject != "ada" || string(got.Data) != string(r.Data) {
			t.Errorf("%s: %+v %t %v", name, got, found, err)
		}
		if _, found, _ := store.Load(t.Context(), idOf(9)); found {
			t.Errorf("%s: touching made a session", name)
		}
		if all := must(store.Subject(t.Context(), "ada"))(t); len(all) != 1 || all[idOf(3)].Version != 3 {
			t.Errorf("%s: the subject has %v", name, all)
		}
		if !must(store.End(t.Context(), idOf(3)))(t) || must(store.End(t.Context(), idOf(3)))(t) {
			t.Errorf("%s: a session does not end once", name)
		}
	}
}

// A160: who ends all sessions first may be heard last.
func TestALogoutEverywhereIsNotTakenBackByAnEarlierOne(t *testing.T) {
	t.Parallel()
	c := newClock()
	for name, store := range stores(t, c.now) {
		for _, after := range []time.Duration{2 * time.Second, time.Second} {
			at := c.now().Add(after)
			must(store.EndSubject(t.Context(), "ada", session.ID{}, at, at.Add(time.Hour)))(t)
		}
		for id, began := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
			stored := must(store.Swap(t.Context(), session.ID{}, 0, idOf(id), record("ada", c.now().Add(began))))(t)
			if stored != (id == 2) {
				t.Errorf("%s: a login that began after %v was let in: %t", name, began, stored)
			}
		}
	}
}

func TestAFullStoreRefusesRatherThanForgets(t *testing.T) {
	t.Parallel()
	c := newClock()
	f := newFixture(t, func(cfg *session.Config) {
		cfg.Clock = c.now
		cfg.Store = session.NewMemory(session.MemoryConfig{MaxSessions: 3, Clock: c.now})
	})
	ada := f.login("ada")
	f.login("bob")
	f.login("eve")
	f.want(503, `service-unavailable`, "POST", "/login?user=zoe")
	f.want(200, `"ada"`, "GET", "/profile", ada)
	c.advance(3 * time.Hour)
	f.want(200, ``, "POST", "/login?user=zoe")
}

// A158: what a store holds opens nothing.
func TestTheStoreHoldsNoIDThatACookieCould(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.log")
	l := must(session.OpenLog(path, session.MemoryConfig{}))(t)
	f := newFixture(t, func(c *session.Config) { c.Store, c.Clock = l, time.Now })
	values := map[string]bool{}
	for range 20 {
		values[strings.TrimPrefix(f.login("ada"), "Cookie: "+cookieName+"=")] = true
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	text := string(must(os.ReadFile(path))(t))
	if len(values) != 20 || !strings.Contains(text, "ada") {
		t.Errorf("%d ids; %d octets", len(values), len(text))
	}
	for v := range values {
		if len(v) != 43 || strings.Contains(text, v) {
			t.Errorf("an id of %d characters is in the file", len(v))
		}
	}
}

func TestMistakesOfAConfigAreToldAtOnce(t *testing.T) {
	t.Parallel()
	good := func() session.Config { return session.Config{Store: session.NewMemory(session.MemoryConfig{})} }
	for _, tt := range []struct {
		name   string
		change func(*session.Config)
		says   []string
	}{
		{"nothing is wrong", func(*session.Config) {}, nil},
		{"another name of a cookie", func(c *session.Config) { c.Cookie = "sid" }, nil},
		{"no store, and times that make no sense", func(c *session.Config) { *c = session.Config{Idle: time.Hour, Absolute: time.Minute} }, []string{"Store is nil", "Idle is 1h0m0s"}},
		{"a cookie that browsers forget", func(c *session.Config) { c.Absolute = 401 * 24 * time.Hour }, []string{"Absolute is"}},
		{"a cookie for all sites", func(c *session.Config) { c.SameSite = http.SameSiteNoneMode }, []string{"SameSite is none of"}},
		{"no name of a cookie", func(c *session.Config) { c.Cookie = "a b" }, []string{"no name of a cookie"}},
		{"a prefix in another case", func(c *session.Config) { c.Cookie = "__host-sid" }, []string{`write its prefix as "__Host-"`}},
		{"a prefix alone", func(c *session.Config) { c.Cookie = "__Secure-" }, []string{"prefix without a name"}},
		{"a prefix without Secure", func(c *session.Config) { c.Cookie, c.DangerouslyAllowHTTP = "__Host-sid", true }, []string{"that is not Secure"}},
		{"a mode that is none", func(c *session.Config) { c.SingleSession = 7 }, []string{"SingleSession is 7"}},
		{"an origin with a path", func(c *session.Config) { c.TrustedOrigins = []string{"https://a.example/b"} }, []string{"TrustedOrigins"}},
	} {
		c := good()
		tt.change(&c)
		_, err := session.New[Data](c)
		if (err == nil) != (tt.says == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
		for _, text := range tt.says {
			if err != nil && !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v, want %q in it", tt.name, err, text)
			}
		}
	}
	if _, err := session.New[func()](good()); err == nil {
		t.Error("functions can be kept")
	}
}

func TestDataThatCannotBeKeptIsTheProgramsMistake(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.do("POST", "/login?user="+strings.Repeat("a", 1025))
	if w.Code != 500 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a long subject: %d", w.Code)
	}
	if err := f.sessions.EndSubject(t.Context(), ""); err == nil || problem.From(err).StatusCode() != 500 {
		t.Errorf("ending the sessions of nobody: %v", err)
	}
}

// L14: a session prints without what is in it.
func TestASessionPrintsWithoutItsData(t *testing.T) {
	t.Parallel()
	s := &session.Session[Data]{Subject: "ada", Data: Data{Roles: []string{"marker"}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(verb, s); strings.Contains(text, "marker") || !strings.Contains(text, `"ada"`) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestReadingASessionCostsWhatItsDataCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	store := session.NewMemory(session.MemoryConfig{})
	if !must(store.Swap(t.Context(), session.ID{}, 0, idOf(1), record("ada", time.Now())))(t) {
		t.Fatal("the session was not stored")
	}
	if n := testing.AllocsPerRun(1000, func() { _, _, _ = store.Load(t.Context(), idOf(1)) }); n > 1 { // the subject's text
		t.Errorf("Load allocates %v times", n)
	}
	f := newFixture(&testing.T{}, func(c *session.Config) { c.Store, c.Clock = store, time.Now })
	r := httptest.NewRequest("GET", "/profile", nil)
	name, value, _ := strings.Cut(f.login("ada"), ": ")
	r.Header.Set(name, value)
	w := &discard{header: http.Header{}}
	if n := testing.AllocsPerRun(1000, func() { clear(w.header); f.api.ServeHTTP(w, r) }); n > 4 || w.failed { // the subject, the session and what JSON needs
		t.Errorf("a request with a session allocates %v times; it failed: %t", n, w.failed)
	}
}

// TestMain is the life of a killed process, too: it starts sessions, and ends every
// other one.
func TestMain(m *testing.M) {
	crash.Main(m, func(path string) (crash.Write, error) {
		l, err := session.OpenLog(path, session.MemoryConfig{})
		return func(ctx context.Context, n int) bool {
			stored, err := l.Swap(ctx, session.ID{}, 0, idOf(n), record(fmt.Sprint(n), time.Now()))
			if err != nil || !stored || n%2 == 1 {
				return err == nil && stored
			}
			found, err := l.End(ctx, idOf(n))
			return err == nil && found
		}, err
	})
}

// Twice a child is killed in the middle of its work: what was confirmed as started
// is there, and what was confirmed as ended is not.
func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.log")
	const each = 10_000
	last := 0
	var confirmed []int
	for range 2 {
		begin := time.Now()
		fresh := crash.Confirmed(t, path, last, each)
		cost := time.Since(begin) / time.Duration(len(fresh))
		confirmed = append(confirmed, fresh...)
		l := must(session.OpenLog(path, session.MemoryConfig{}))(t)
		for _, n := range confirmed {
			last = max(last, n)
			if _, found, _ := l.Load(t.Context(), idOf(n)); found != (n%2 == 1) {
				t.Errorf("session %d is there: %t", n, found)
			}
		}
		last += 100 // beyond what was on its way
		if cost > 2*time.Millisecond {
			t.Errorf("each took %v, 32 at once", cost)
		}
		t.Logf("%d confirmed; each took %v, 32 at once", len(fresh), cost)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A204: what was begun before Close is on the disk after it.
func TestClosingDrains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sessions.log")
	l := must(session.OpenLog(path, session.MemoryConfig{}))(t)
	var confirmed sync.Map
	var all sync.WaitGroup
	for n := range 300 {
		all.Go(func() {
			if stored, err := l.Swap(context.Background(), session.ID{}, 0, idOf(n), record("ada", time.Now())); err == nil && stored {
				confirmed.Store(n, true)
			}
		})
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	again := must(session.OpenLog(path, session.MemoryConfig{}))(t)
	defer func() { _ = again.Close() }()
	confirmed.Range(func(n, _ any) bool {
		if _, found, _ := again.Load(t.Context(), idOf(n.(int))); !found {
			t.Errorf("session %d was confirmed and lost", n)
		}
		return true
	})
}
