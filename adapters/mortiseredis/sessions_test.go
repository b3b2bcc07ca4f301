//go:build unix

package mortiseredis_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/session"
)

func sid(name string) session.ID { return sha256.Sum256([]byte(name)) }

func aSession(subject string) session.Record {
	now := time.Now()
	return session.Record{Version: 1, Subject: subject, Started: now, Seen: now, Ends: now.Add(time.Hour), Keep: now.Add(time.Hour), Data: []byte("{\"a\":\"\u00e4 \\n\"}")}
}

// The memory store is held to the same contract.
func TestSessionsKeepTheContract(t *testing.T) {
	t.Parallel()
	stores, _ := openPatient(t, need.Redis(t))
	for name, store := range map[string]session.Store{"redis": stores.Sessions(), "memory": session.NewMemory(session.MemoryConfig{})} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exerciseSessions(t, store)
		})
	}
}

// exerciseSessions says of a store what session.Store demands.
func exerciseSessions(t *testing.T, store session.Store) {
	t.Helper()
	swap := func(t *testing.T, old session.ID, was uint64, id session.ID, next session.Record, want bool) {
		t.Helper()
		if got, err := store.Swap(t.Context(), old, was, id, next); err != nil || got != want {
			t.Errorf("Swap(%v, %d, %v) = %t, %v, want %t", old, was, id, got, err, want)
		}
	}
	begin := func(t *testing.T, name, subject string) {
		t.Helper()
		swap(t, session.ID{}, 0, sid(name), aSession(subject), true)
	}
	there := func(t *testing.T, want bool, names ...string) {
		t.Helper()
		for _, name := range names {
			if _, found, err := store.Load(t.Context(), sid(name)); err != nil || found != want {
				t.Errorf("%s is there: %t, %v, want %t", name, found, err, want)
			}
		}
	}
	t.Run("swaps what is there in that version", func(t *testing.T) {
		t.Parallel()
		r := aSession("{swap} \x00")
		next := func(v uint64) session.Record { n := r; n.Version = v; return n }
		swap(t, session.ID{}, 0, sid("s1"), r, true)
		swap(t, session.ID{}, 0, sid("s1"), r, false)
		swap(t, sid("s2"), 1, sid("s2"), next(2), false)
		swap(t, sid("s1"), 7, sid("s1"), next(8), false)
		swap(t, sid("s1"), 1, sid("s1"), next(math.MaxUint64-1), true)
		swap(t, sid("s1"), math.MaxUint64, sid("s3"), next(9), false)
		swap(t, sid("s1"), math.MaxUint64-1, sid("s3"), next(3), true)
		swap(t, sid("s1"), 3, sid("s4"), next(4), false)
		seen, keep := r.Seen.Add(time.Minute), r.Keep.Add(time.Hour)
		if err := errors.Join(store.Touch(t.Context(), sid("s3"), seen, keep), store.Touch(t.Context(), sid("s9"), seen, keep)); err != nil {
			t.Error(err)
		}
		got, found, err := store.Load(t.Context(), sid("s3"))
		if !found || err != nil || got.Version != 3 || !got.Seen.Equal(seen) || !got.Keep.Equal(keep) || !got.Started.Equal(r.Started) || !got.Ends.Equal(r.Ends) || got.Subject != r.Subject || string(got.Data) != string(r.Data) {
			t.Errorf("%+v %t %v, want %+v", got, found, err, r)
		}
		there(t, false, "s1", "s9")
		if all, err := store.Subject(t.Context(), r.Subject); err != nil || len(all) != 1 || all[sid("s3")].Version != 3 {
			t.Errorf("the subject has %v, %v", all, err)
		}
		for _, want := range []bool{true, false} {
			if found, err := store.End(t.Context(), sid("s3")); err != nil || found != want {
				t.Errorf("End = %t, %v, want %t", found, err, want)
			}
		}
		if all, err := store.Subject(t.Context(), r.Subject); err != nil || len(all) != 0 {
			t.Errorf("the subject has %v, %v", all, err)
		}
	})
	t.Run("all of a subject end but one", func(t *testing.T) { // A160
		t.Parallel()
		begin(t, "e1", "eve")
		begin(t, "e2", "eve")
		begin(t, "e3", "eve")
		begin(t, "other", "evelyn")
		begin(t, "nobody", "")
		now := time.Now()
		if n, err := store.EndSubject(t.Context(), "eve", sid("e2"), now, now.Add(time.Hour)); err != nil || n != 2 {
			t.Errorf("EndSubject = %d, %v, want 2", n, err)
		}
		there(t, true, "e2", "other", "nobody")
		there(t, false, "e1", "e3")
		if n, err := store.EndSubject(t.Context(), "eve", session.ID{}, now, now.Add(time.Hour)); err != nil || n != 1 {
			t.Errorf("EndSubject again = %d, %v, want 1", n, err)
		}
		there(t, false, "e2")
	})
	t.Run("a login that began before all were ended is refused", func(t *testing.T) { // A160
		t.Parallel()
		at := time.Now()
		if _, err := store.EndSubject(t.Context(), "late", session.ID{}, at, at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := store.EndSubject(t.Context(), "late", session.ID{}, at.Add(-time.Second), at); err != nil { // heard last
			t.Fatal(err)
		}
		for began, want := range map[time.Duration]bool{-time.Minute: false, 0: false, 1: true, time.Minute: true} {
			r := aSession("late")
			r.Started = at.Add(began)
			swap(t, session.ID{}, 0, sid("late"+began.String()), r, want)
		}
		swap(t, session.ID{}, 0, sid("early"), aSession("another"), true)
	})
	t.Run("of a hundred one changes a session", func(t *testing.T) {
		t.Parallel()
		begin(t, "race", "race")
		next := aSession("race")
		next.Version = 2
		if n := firsts(t, func() (bool, error) { return store.Swap(t.Context(), sid("race"), 1, sid("race"), next) }); n != 1 {
			t.Errorf("%d callers have swapped, want 1", n)
		}
		if n := firsts(t, func() (bool, error) {
			return store.Swap(t.Context(), session.ID{}, 0, sid("race for an id"), aSession("race"))
		}); n != 1 {
			t.Errorf("%d callers have got an id, want 1", n)
		}
		if n := firsts(t, func() (bool, error) { return store.End(t.Context(), sid("race")) }); n != 1 {
			t.Errorf("%d callers have ended it, want 1", n)
		}
	})
	t.Run("a session is forgotten at Keep", func(t *testing.T) {
		t.Parallel()
		brief := aSession("brief")
		brief.Keep = time.Now().Add(50 * time.Millisecond)
		swap(t, session.ID{}, 0, sid("brief"), brief, true)
		swap(t, session.ID{}, 0, sid("kept"), brief, true)
		if err := store.Touch(t.Context(), sid("kept"), time.Now(), time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
		time.Sleep(100 * time.Millisecond)
		there(t, false, "brief")
		there(t, true, "kept")
		if all, err := store.Subject(t.Context(), "brief"); err != nil || len(all) != 1 {
			t.Errorf("the subject has %v, %v", all, err)
		}
	})
}

func TestTheServerForgetsSessions(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	brief := aSession("ann")
	brief.Keep = time.Now().Add(40 * time.Millisecond)
	if ok, err := stores.Sessions().Swap(t.Context(), session.ID{}, 0, sid("x"), brief); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := stores.Sessions().EndSubject(t.Context(), "bob", session.ID{}, time.Now(), brief.Keep); err != nil {
		t.Fatal(err)
	}
	empties(t, client)
}

func TestTheIndexOfABusySubjectDoesNotGrow(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	for n := range 20 {
		r := aSession("ann")
		if n > 0 {
			r.Keep = time.Now().Add(20 * time.Millisecond)
		}
		if ok, err := stores.Sessions().Swap(t.Context(), session.ID{}, 0, sid(string(rune('a'+n))), r); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	time.Sleep(50 * time.Millisecond)
	if ok, err := stores.Sessions().Swap(t.Context(), session.ID{}, 0, sid("last"), aSession("ann")); err != nil || !ok {
		t.Fatal(ok, err)
	}
	index := client.Keys(t.Context(), "*subject*").Val()
	if len(index) != 1 || client.ZCard(t.Context(), index[0]).Val() != 2 {
		t.Errorf("the indexes %q name %d sessions, want 2", index, client.ZCard(t.Context(), index[0]).Val())
	}
}

func TestADamagedSessionFailsClosed(t *testing.T) {
	t.Parallel()
	stores, client := open(t, need.Redis(t))
	if ok, err := stores.Sessions().Swap(t.Context(), session.ID{}, 0, sid("x"), aSession("ann")); err != nil || !ok {
		t.Fatal(ok, err)
	}
	key := client.Keys(t.Context(), "*}:id:*").Val()[0]
	client.HSet(t.Context(), key, "ends", "some day")
	if _, found, err := stores.Sessions().Load(t.Context(), sid("x")); err == nil || found {
		t.Errorf("Load = %t, %v", found, err)
	}
	if _, err := stores.Sessions().Subject(t.Context(), "ann"); err == nil {
		t.Error("Subject says nothing")
	}
}

// A215: without its server a session is a 503, at once, and serves again afterwards.
func TestSessionsWaitForTheServer(t *testing.T) {
	t.Parallel()
	server := need.Redis(t)
	stores, _ := open(t, server)
	sessions, err := session.New[struct{}](session.Config{Store: stores.Sessions()})
	if err != nil {
		t.Fatal(err)
	}
	api := mortise.New("Sessions", "1", router.Strict())
	api.Provide(sessions.Dependency(), sessions.Starter())
	mortise.Post(api, "/login", func(ctx context.Context, s *session.Starter[struct{}]) (mortise.None, error) {
		_, err := s.Start(ctx, "ann", struct{}{})
		return mortise.None{}, err
	}, mortise.Public())
	mortise.Get(api, "/profile", func(_ context.Context, s *session.Session[struct{}]) (string, error) { return s.Subject, nil })
	mortise.Post(api, "/logout", session.Logout[struct{}], router.OperationID("logout"))
	do := func(method, path, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	cookie, _, _ := strings.Cut(do(http.MethodPost, "/login", "").Header().Get("Set-Cookie"), ";")
	if w := do(http.MethodGet, "/profile", cookie); w.Code != http.StatusOK {
		t.Fatalf("profile: %d %s", w.Code, w.Body)
	}
	for name, outage := range map[string][2]func(testing.TB){"a server that hangs": {server.Hang, server.Continue}, "a server that is gone": {server.Stop, server.Start}} {
		outage[0](t)
		for method, path := range map[string]string{http.MethodGet: "/profile", http.MethodPost: "/logout"} {
			begin := time.Now()
			if w := do(method, path, cookie); w.Code != http.StatusServiceUnavailable || time.Since(begin) > 300*time.Millisecond {
				t.Errorf("%s: %s is %d after %v, want 503 within 300 ms", name, path, w.Code, time.Since(begin))
			}
		}
		outage[1](t)
		back := time.Now()
		for do(http.MethodPost, "/login", "").Code != http.StatusNoContent {
			if time.Since(back) > 2*time.Second {
				t.Fatalf("%s: sessions are not back after 2 s", name)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
