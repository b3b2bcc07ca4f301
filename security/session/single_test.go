package session_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/session"
)

// S119: a login while the account is logged in elsewhere is let in beside the other
// session, in its place, or not at all.
func TestAnAccountHasAsManySessionsAsTheModeAllows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mode          session.SingleSession
		login, before int // the second login, and the first session behind it
	}{
		"allow many":  {session.AllowMany, 200, 200},
		"replace old": {session.ReplaceOld, 200, 401},
		"reject new":  {session.RejectNew, 409, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *session.Config) { c.SingleSession = tt.mode; onDisk(t, c) })
			first, other := f.login("ada"), f.login("bob")
			w := f.want(tt.login, "", "POST", "/login?user=ada")
			if set := w.Header().Get("Set-Cookie"); (set == "") != (tt.login == 409) {
				t.Errorf("the cookie of the second login is %q", set)
			}
			f.want(tt.before, "", "GET", "/profile", first)
			f.want(200, "", "GET", "/profile", other)
		})
	}
}

// S119: nobody is locked out by a session that is their own, or over.
func TestRejectNewLocksNobodyOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *session.Config) { c.SingleSession = session.RejectNew })
	first := f.login("ada")
	f.want(409, "Already logged in elsewhere", "POST", "/login?user=ada")
	second := f.login("ada", first) // the same browser
	f.want(204, "", "POST", "/logout", second)
	f.login("ada")
	f.clock.advance(2 * time.Hour)
	f.login("ada")
	f.want(200, "", "POST", "/basket") // who has not logged in is not counted
	f.want(200, "", "POST", "/basket")
}

// S119: of many logins at once no two sessions remain.
func TestLoginsAtOnceLeaveOneSessionAtMost(t *testing.T) {
	t.Parallel()
	for _, mode := range []session.SingleSession{session.ReplaceOld, session.RejectNew} {
		f := newFixture(t, func(c *session.Config) { c.SingleSession = mode })
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if w := f.do("POST", "/login?user=ada"); w.Code != 200 && w.Code != 409 {
					t.Errorf("%d: a login is %d %s", mode, w.Code, w.Body)
				}
			})
		}
		all.Wait()
		if list := must(f.sessions.List(t.Context(), "ada"))(t); len(list) > 1 {
			t.Errorf("mode %d: %d sessions remain", mode, len(list))
		}
	}
}

func TestALoginThatMayBeRefusedSaysSo(t *testing.T) {
	t.Parallel()
	for mode, want := range map[session.SingleSession]bool{session.AllowMany: false, session.RejectNew: true} {
		f := newFixture(t, func(c *session.Config) { c.SingleSession = mode })
		text := f.do(http.MethodGet, "/openapi.json").Body.String()
		if got := strings.Contains(text, `"409"`); got != want {
			t.Errorf("mode %d: the document tells of 409: %t, want %t", mode, got, want)
		}
	}
}
