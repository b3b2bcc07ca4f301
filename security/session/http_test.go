package session_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/session"
)

// A156, S245: the cookie of a login.
func TestTheCookieIsForThisHostAndNoScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	line := f.do("POST", "/login?user=ada").Header()["Set-Cookie"]
	form := regexp.MustCompile(`^__Host-session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax$`)
	if len(line) != 1 || !form.MatchString(line[0]) || len(line[0]) > 4096 {
		t.Errorf("Set-Cookie: %q", line)
	}
	strict := newFixture(t, func(c *session.Config) { c.SameSite = http.SameSiteStrictMode })
	if got := strict.do("POST", "/login?user=ada").Header().Get("Set-Cookie"); !strings.HasSuffix(got, "; SameSite=Strict") {
		t.Errorf("strict: %q", got)
	}
}

func TestASessionLetsItsSubjectIn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *session.Config)
	}{
		{"the sessions are in memory", func(*testing.T, *session.Config) {}},
		{"the sessions are in a file", onDisk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *session.Config) { tt.change(t, c) })
			ada, bob := f.login("ada"), f.login("bob")
			f.want(200, `"ada"`, "GET", "/profile", ada)
			f.want(200, `"bob"`, "GET", "/profile", bob)
			f.want(200, `2`, "POST", "/visit", ada)
			f.want(200, `3`, "POST", "/visit", ada)
			f.want(200, `2`, "POST", "/visit", bob)
			w := f.want(204, ``, "POST", "/logout", ada)
			if got := w.Header().Get("Set-Cookie"); got != "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax" {
				t.Errorf("the cookie is cleared by %q", got)
			}
			if got := w.Header().Get("Clear-Site-Data"); got != `"cache", "cookies", "storage"` {
				t.Errorf("Clear-Site-Data: %s", got)
			}
			f.want(401, `Invalid session`, "GET", "/profile", ada)
			f.want(200, `"bob"`, "GET", "/profile", bob)
		})
	}
}

func TestWithoutASessionTheAnswerAsksForOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.want(401, `No session provided`, "GET", "/profile")
	if got := w.Header().Get("WWW-Authenticate"); got != `Cookie realm="api", cookie-name="__Host-session"` {
		t.Errorf("the challenge is %s", got)
	}
	if len(w.Header()["Set-Cookie"]) > 0 {
		t.Errorf("a cookie is cleared that was never sent")
	}
}

// A157: cookies that somebody else may have set.
func TestACookieThatWasTossedIsNoSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good := f.login("ada")
	value := strings.TrimPrefix(good, "Cookie: "+cookieName+"=")
	for _, tt := range []struct {
		name   string
		fields []string
		status int
	}{
		{"the cookie is there twice", []string{good + "; " + cookieName + "=" + value}, 400},
		{"the cookie is there in two lines", []string{good, good}, 400},
		{"a second one is empty", []string{good + "; " + cookieName + "="}, 400},
		{"its prefix is in lower case", []string{"Cookie: __host-session=" + value}, 401},
		{"it is quoted", []string{"Cookie: " + cookieName + `="` + value + `"`}, 401},
		{"it is empty", []string{"Cookie: " + cookieName + "="}, 401},
		{"it is cut", []string{strings.TrimSuffix(good, value[42:])}, 401},
		{"it is longer", []string{good + "A"}, 401},
		{"its last character has another spelling", []string{good[:len(good)-1] + other(good[len(good)-1])}, 401},
		{"it stands among 3000 others", []string{"Cookie: " + strings.Repeat("a=b; ", 3000) + cookieName + "=" + value}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if w := f.do("GET", "/profile", tt.fields...); w.Code != tt.status {
				t.Errorf("%d %s, want %d", w.Code, w.Body, tt.status)
			}
		})
	}
}

// other returns another character with the same upper four of its six bits: the
// last character of 32 octets has only those.
func other(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)^1])
}

// A155: what an attacker sets before the login is worth nothing after it.
func TestALoginGivesANewIDAndEndsTheOldOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	planted := cookieOf(t, f.do("POST", "/basket"))
	f.want(401, `No session provided`, "GET", "/profile", planted)
	f.want(200, `2`, "POST", "/basket", planted)

	ada := f.login("ada", planted)
	if ada == planted {
		t.Error("the login kept the id")
	}
	f.want(200, `"ada"`, "GET", "/profile", ada)
	f.want(401, `Invalid session`, "GET", "/profile", planted)

	again := f.login("ada", ada)
	f.want(401, `Invalid session`, "GET", "/profile", ada)

	promoted := cookieOf(t, f.do("POST", "/promote", again))
	f.want(200, `"ada"`, "GET", "/profile", promoted)
	f.want(401, `Invalid session`, "GET", "/profile", again)

	// An id that nobody gave out is never taken over.
	unknown := "Cookie: " + cookieName + "=" + strings.Repeat("A", 43)
	f.want(200, `1`, "POST", "/basket", unknown)
	f.want(401, `Invalid session`, "GET", "/profile", unknown)
	if c := f.login("ada", unknown); c == unknown {
		t.Error("the login took over an unknown id")
	}
}

// A159, S245: a session ends when it is not used, and at the latest when it is old.
func TestASessionEndsByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *session.Config) { c.Idle, c.Absolute = 30*time.Minute, 2*time.Hour })
	idle, busy := f.login("ada"), f.login("ada")
	for range 5 {
		f.clock.advance(20 * time.Minute)
		f.want(200, `"ada"`, "GET", "/profile", busy)
	}
	w := f.want(401, `Invalid session`, "GET", "/profile", idle) // long forgotten
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("the cookie is not cleared: %q", got)
	}
	f.clock.advance(20 * time.Minute)
	w = f.want(401, `Session expired`, "GET", "/profile", busy)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("the cookie is not cleared: %q", got)
	}
	f.want(401, `Invalid session`, "GET", "/profile", busy) // it was forgotten

	fresh := f.login("ada")
	f.clock.advance(30 * time.Minute)
	f.want(401, `Session expired`, "GET", "/profile", fresh)
}

// A159: a session in use is not written for every request.
func TestASessionInUseIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	store := &broken{}
	f := newFixture(t, func(c *session.Config) { store.Store, c.Store = c.Store, store })
	ada := f.login("ada")
	for range 1000 { // of 10 minutes
		f.clock.advance(600 * time.Millisecond)
		f.want(200, `"ada"`, "GET", "/profile", ada)
	}
	if n := store.touched.Load(); n < 9 || n > 10 {
		t.Errorf("it was noted %d times", n)
	}
}

// A171: another site can make a browser send the cookie, and gains nothing.
func TestOtherSitesCannotUseTheCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *session.Config) { c.TrustedOrigins = []string{"https://app.example"} })
	ada := f.login("ada")
	for _, tt := range []struct {
		name, method, target, field string
		status                      int
	}{
		{"a page of this site", "POST", "/visit", "Sec-Fetch-Site: same-origin", 200},
		{"a program", "POST", "/visit", "X-Nothing: 1", 200},
		{"a trusted page", "POST", "/visit", "Origin: https://app.example", 200},
		{"another site", "POST", "/visit", "Sec-Fetch-Site: cross-site", 403},
		{"another host of this site", "POST", "/visit", "Sec-Fetch-Site: same-site", 403},
		{"another site in an old browser", "POST", "/visit", "Origin: https://evil.example", 403},
		{"another site logs the user out", "POST", "/logout", "Sec-Fetch-Site: cross-site", 403},
		{"another site logs the user in", "POST", "/login?user=eve", "Sec-Fetch-Site: cross-site", 403},
		{"another site reads", "GET", "/profile", "Sec-Fetch-Site: cross-site", 200},
	} {
		w := f.do(tt.method, tt.target, ada, tt.field)
		if w.Code != tt.status || tt.status == 403 && !strings.Contains(w.Body.String(), `"cross-origin"`) {
			t.Errorf("%s: %d %s, want %d", tt.name, w.Code, w.Body, tt.status)
		}
	}
	f.want(200, `"ada"`, "GET", "/profile", ada)
}

// A160: the sessions of an account end at once, and nobody else's do.
func TestAllSessionsOfASubjectEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *session.Config)
	}{
		{"they are in memory", func(*testing.T, *session.Config) {}},
		{"they are in a file", onDisk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *session.Config) { tt.change(t, c) })
			one, two, bob := f.login("ada"), f.login("ada"), f.login("bob")
			f.clock.advance(time.Millisecond)
			f.want(204, ``, "POST", "/password", one)
			f.want(200, `"ada"`, "GET", "/profile", one)
			f.want(401, `Invalid session`, "GET", "/profile", two)
			promoted := cookieOf(t, f.do("POST", "/promote", one)) // what was spared lives on
			f.clock.advance(time.Millisecond)
			three := f.login("ada")
			f.clock.advance(time.Millisecond)
			w := f.want(204, ``, "POST", "/logout-all", three)
			if w.Header().Get("Clear-Site-Data") == "" {
				t.Error("the browser is not told")
			}
			f.want(401, `Invalid session`, "GET", "/profile", promoted)
			f.want(401, `Invalid session`, "GET", "/profile", three)
			f.want(200, `"bob"`, "GET", "/profile", bob)
		})
	}
}

func TestALoginThatIsOvertakenByALogoutEverywhereIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.clock.now()
	if err := f.sessions.EndSubject(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	f.want(401, `Invalid credentials`, "POST", "/login?user=ada") // it began in that moment
	f.want(200, ``, "POST", "/login?user=bob")
	f.clock.advance(time.Nanosecond)
	f.want(200, ``, "POST", "/login?user=ada")
	if before.Equal(f.clock.now()) {
		t.Error("the clock stands still")
	}
}

func TestSessionsAreListedAndEndedByHandle(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *session.Config) { c.Idle = time.Hour })
	old := f.login("ada")
	f.clock.advance(40 * time.Minute)
	one := f.login("ada")
	f.clock.advance(time.Minute)
	two := f.login("ada")
	bob := f.login("bob")
	f.clock.advance(20 * time.Minute)
	_ = old // has expired
	list := must(f.sessions.List(t.Context(), "ada"))(t)
	if len(list) != 2 || !list[0].Started.After(list[1].Started) || list[0].Ends.Sub(list[0].Started) != 24*time.Hour {
		t.Fatalf("the list is %+v", list)
	}
	if found := must(f.sessions.EndOne(t.Context(), "bob", list[0].Handle))(t); found {
		t.Error("bob has ended a session of ada")
	}
	if found := must(f.sessions.EndOne(t.Context(), "ada", list[0].Handle))(t); !found {
		t.Error("the session was not found")
	}
	f.want(401, ``, "GET", "/profile", two)
	f.want(200, ``, "GET", "/profile", one)
	f.want(200, ``, "GET", "/profile", bob)
	if _, err := f.sessions.List(t.Context(), ""); err == nil {
		t.Error("the sessions of nobody were listed")
	}
}

// A215, S159: a store that is down lets nobody in, and the answer says so.
func TestAStoreThatFailsIsA503(t *testing.T) {
	t.Parallel()
	store := &broken{}
	f := newFixture(t, func(c *session.Config) { store.Store, c.Store = c.Store, store })
	ada := f.login("ada")
	for _, hang := range []bool{false, true} {
		store.fails.Store(true)
		store.hangs.Store(hang)
		for _, line := range []string{"GET /profile", "POST /login?user=bob", "POST /visit", "POST /logout", "POST /logout-all"} {
			method, target, _ := strings.Cut(line, " ")
			begin := time.Now()
			w := f.want(503, `service-unavailable`, method, target, ada)
			if w.Header().Get("Retry-After") != "1" || len(w.Header()["Set-Cookie"]) > 0 {
				t.Errorf("%s: %v", line, w.Header())
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("%s took %v", line, took)
			}
		}
		store.fails.Store(false)
		store.hangs.Store(false)
		f.want(200, `"ada"`, "GET", "/profile", ada)
	}
}

func TestOfTwoRequestsThatChangeASessionOneIsToldToTryAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.login("ada")
	var statuses sync.Map
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			w := f.do("POST", "/visit", ada)
			statuses.Store(w.Code, true)
			if w.Code != 200 && w.Code != 409 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if _, some := statuses.Load(200); !some {
		t.Error("no request succeeded")
	}
	f.want(200, ``, "POST", "/visit", ada)
}

func TestAPlainCookieIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *session.Config) { c.DangerouslyAllowHTTP = true })
	for host, status := range map[string]int{"localhost:8080": 200, "127.0.0.1": 200, "[::1]:80": 200, "example.com": 500, "localhost.evil.example": 500} {
		for _, peer := range []string{"127.0.0.1:4711", "203.0.113.9:4711"} {
			want := status
			if peer == "203.0.113.9:4711" {
				want = 500 // whatever Host says
			}
			r := httptest.NewRequest("POST", "/login?user=ada", nil)
			r.Host, r.RemoteAddr = host, peer
			w := httptest.NewRecorder()
			f.api.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s from %s: %d, want %d", host, peer, w.Code, want)
			}
			if got := w.Header().Get("Set-Cookie"); (got != "") != (want == 200) || strings.Contains(got, "Secure") {
				t.Errorf("%s from %s: %q", host, peer, got)
			}
		}
	}
}

func TestTheDocumentShowsTheLock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var document struct {
		Components struct {
			SecuritySchemes map[string]struct{ Type, In, Name string } `json:"securitySchemes"`
		} `json:"components"`
		Paths map[string]map[string]struct {
			Security  []map[string][]string `json:"security"`
			Responses map[string]any        `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(f.do("GET", "/openapi.json").Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	scheme := document.Components.SecuritySchemes["SessionCookie"]
	if scheme.Type != "apiKey" || scheme.In != "cookie" || scheme.Name != cookieName {
		t.Errorf("the scheme is %+v", scheme)
	}
	for path, method := range map[string]string{"/profile": "get", "/visit": "post", "/logout": "post", "/login": "post"} {
		op := document.Paths[path][method]
		if locked := len(op.Security) == 1 && len(op.Security[0]) == 1; locked != (path != "/login") {
			t.Errorf("%s: security is %v", path, op.Security)
		}
		if _, told := op.Responses["403"]; told != (method == "post") {
			t.Errorf("%s: 403 is told: %t", path, told)
		}
		if _, told := op.Responses["503"]; !told {
			t.Errorf("%s: 503 is not told", path)
		}
	}
}

// A209: what depends on a session is for nobody else's cache, on public operations
// too.
func TestAnswersThatDependOnASessionAreNotCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.login("ada")
	basket := cookieOf(t, f.do("POST", "/basket"))
	for _, w := range []*httptest.ResponseRecorder{
		f.do("GET", "/profile", ada), f.do("GET", "/profile"), f.do("POST", "/login?user=ada"),
		f.do("POST", "/basket"), f.do("POST", "/basket", basket), f.do("POST", "/logout", ada),
	} {
		varies := w.Code != 200 || strings.Contains(strings.Join(w.Header()["Vary"], ", "), "Cookie")
		if h := w.Header(); h.Get("Cache-Control") != "no-store" || !varies {
			t.Errorf("%d: Cache-Control %q, Vary %q", w.Code, h["Cache-Control"], h["Vary"])
		}
	}
}
