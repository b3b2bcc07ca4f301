//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/blogtest"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/totp"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // servers end here on purpose
	os.Exit(m.Run())
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// The whole suite of the guide, each blog with a prefix of its own, which it keeps
// when it is started again.
func TestTheGuideServesOnRedis(t *testing.T) {
	t.Parallel()
	server := need.Redis(t)
	blogtest.Run(t, func(t testing.TB, app *blog.Blog) string {
		s := httptest.NewServer(app)
		t.Cleanup(s.Close)
		return s.URL
	}, func(t testing.TB, c *blog.Config) {
		t.Helper()
		name := sha256.Sum256([]byte(c.Directory))
		var err error
		if _, c.Stores, err = open(server.URL(), hex.EncodeToString(name[:])+":"); err != nil {
			t.Fatal(err)
		}
	})
}

// newBlog is a process of the guide.
func newBlog(t *testing.T, url string) *blog.Blog {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	_, stores, err := open(url, "guide:")
	if err != nil {
		t.Fatal(err)
	}
	app, err := blog.New(blog.Config{
		Secret: []byte("a secret for the tests of the guide, long enough"), Hasher: hasher,
		Logger: slog.New(slog.DiscardHandler), Stores: stores,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	return app
}

// do sends a request from a client; fields are like "Cookie: a=b".
func do(app http.Handler, line, body string, fields ...string) *httptest.ResponseRecorder {
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	return w
}

const (
	alicesLogin = `{"username":"alice","password":"wonderland-1"}`
	bobsLogin   = `{"username":"bob","password":"builder-22"}`
)

// member returns a text of an answer.
func member(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	var all map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &all)
	text, ok := all[name].(string)
	if !ok {
		t.Fatalf("no %s: %d %s", name, w.Code, w.Body)
	}
	return text
}

func cookieOf(w *httptest.ResponseRecorder) string {
	field, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return "Cookie: " + field
}

// S159, A138: two processes share revoked tokens, sessions, used codes and limits.
func TestTwoProcessesShareTheirState(t *testing.T) {
	t.Parallel()
	url := need.Redis(t).URL()
	one, two := newBlog(t, url), newBlog(t, url)
	login := do(one, "POST /login", alicesLogin)
	alice := "Authorization: Bearer " + member(t, login, "access_token")
	cookie := cookieOf(do(one, "POST /session/login", bobsLogin))
	want := func(status int, app *blog.Blog, line, body string, fields ...string) {
		t.Helper()
		if w := do(app, line, body, fields...); w.Code != status {
			t.Errorf("%s: %d %s, want %d", line, w.Code, w.Body, status)
		}
	}
	want(200, two, "GET /profile", "", alice)
	want(200, two, "GET /session/profile", "", cookie)
	code := "X-TOTP-Code: " + alicesCode(t)
	want(200, one, "GET /sensitive-data", "", alice, code)
	want(401, two, "GET /sensitive-data", "", alice, code)
	for i := range 10 {
		want(200, []*blog.Blog{one, two}[i%2], "GET /expensive-operation", "", alice)
	}
	want(429, one, "GET /expensive-operation", "", alice)
	want(429, two, "GET /expensive-operation", "", alice)
	want(204, two, "POST /session/logout", "", cookie)
	want(401, one, "GET /session/profile", "", cookie)
	want(204, two, "POST /logout", "", alice)
	want(401, one, "GET /profile", "", alice)
	want(401, one, "POST /refresh", `{"refresh_token":"`+member(t, login, "refresh_token")+`"}`)
	for range 6 { // two of the ten logins of this address a minute were spent above
		do(one, "GET /basic", "", "Authorization: Basic YWxpY2U6bm9wZQ==")
		do(two, "GET /basic", "", "Authorization: Basic YWxpY2U6bm9wZQ==")
	}
	want(429, one, "GET /basic", "", "Authorization: Basic YWxpY2U6bm9wZQ==")
	want(429, two, "GET /basic", "", "Authorization: Basic YWxpY2U6bm9wZQ==")
}

// crowd sends each request from another address.
func crowd(app http.Handler) http.Handler {
	var n atomic.Uint32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := n.Add(1)
		r.RemoteAddr = fmt.Sprintf("198.18.%d.%d:1", at>>8, at&255)
		app.ServeHTTP(w, r)
	})
}

// alicesCode is what alice's authenticator shows.
func alicesCode(t *testing.T) string {
	t.Helper()
	v, err := totp.New(totp.Config{Issuer: "Test", Store: &totp.MemoryStore{}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := v.Code("JBSWY3DPEHPK3PXP", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A215, A132: whatever needs the server says 503 within 300 ms, limits do what
// their policy says, and all is back within 2 s.
//
//nolint:paralleltest // it measures time, one outage after the other
func TestNobodyWaitsForAServerThatIsGone(t *testing.T) {
	server := need.Redis(t)
	app := crowd(newBlog(t, server.URL()))
	for _, outage := range []struct {
		name       string
		begin, end func(testing.TB)
	}{
		{"a server that hangs", server.Hang, server.Continue},
		{"a server that is gone", server.Stop, server.Start},
	} {
		t.Run(outage.name, func(t *testing.T) {
			login := do(app, "POST /login", alicesLogin)
			alice := "Authorization: Bearer " + member(t, login, "access_token")
			cookie := cookieOf(do(app, "POST /session/login", bobsLogin))
			half := "Authorization: Bearer " + member(t, do(app, "POST /mfa/login", alicesLogin), "mfa_token")
			closed := map[string]func() *httptest.ResponseRecorder{
				"a token":         func() *httptest.ResponseRecorder { return do(app, "GET /profile", "", alice) },
				"a logout":        func() *httptest.ResponseRecorder { return do(app, "POST /logout", "", alice) },
				"a logout of all": func() *httptest.ResponseRecorder { return do(app, "POST /logout-all", "", alice) },
				"a limit, closed": func() *httptest.ResponseRecorder { return do(app, "GET /expensive-operation", "", alice) },
				"a second factor": func() *httptest.ResponseRecorder {
					return do(app, "GET /sensitive-data", "", alice, "X-TOTP-Code: 123456")
				},
				"a second step":   func() *httptest.ResponseRecorder { return do(app, "POST /mfa/verify", `{"code":"123456"}`, half) },
				"a session":       func() *httptest.ResponseRecorder { return do(app, "GET /session/profile", "", cookie) },
				"a session's end": func() *httptest.ResponseRecorder { return do(app, "POST /session/logout", "", cookie) },
				"a refresh": func() *httptest.ResponseRecorder {
					return do(app, "POST /refresh", `{"refresh_token":"`+member(t, login, "refresh_token")+`"}`)
				},
				"a login":               func() *httptest.ResponseRecorder { return do(app, "POST /login", bobsLogin) },
				"a login with a cookie": func() *httptest.ResponseRecorder { return do(app, "POST /session/login", bobsLogin) },
				"a token by mail": func() *httptest.ResponseRecorder {
					return do(app, "POST /password-reset", `{"token":"`+strings.Repeat("A", 43)+`","new_password":"a-better-bridge-than-before"}`)
				},
			}
			outage.begin(t)
			for name, ask := range closed {
				begin := time.Now()
				if w := ask(); w.Code != 503 || time.Since(begin) > 300*time.Millisecond {
					t.Errorf("%s: %d %s after %v, want 503 within 300 ms", name, w.Code, w.Body, time.Since(begin))
				}
			}
			for name, line := range map[string]string{"what needs no store": "GET /posts", "a limit that counts here": "GET /api/data"} {
				begin := time.Now()
				if w := do(app, line, "", "X-API-Key: key123"); w.Code != 200 || time.Since(begin) > 300*time.Millisecond {
					t.Errorf("%s: %d %s after %v", name, w.Code, w.Body, time.Since(begin))
				}
			}
			outage.end(t)
			back := time.Now()
			waiting := maps.Clone(closed)
			delete(waiting, "a logout") // each would end what the others are tried with
			delete(waiting, "a logout of all")
			delete(waiting, "a session's end")
			for len(waiting) > 0 && time.Since(back) < 2*time.Second {
				maps.DeleteFunc(waiting, func(_ string, ask func() *httptest.ResponseRecorder) bool { return ask().Code != 503 })
				time.Sleep(20 * time.Millisecond)
			}
			for name := range waiting {
				t.Errorf("%s is not back 2 s after its server", name)
			}
			if w := do(app, "POST /session/login", bobsLogin); w.Code != 200 {
				t.Errorf("a login afterwards: %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	app := newBlog(t, need.Redis(t).URL())
	bob := member(t, do(app, "POST /login", bobsLogin), "access_token")
	mortisetest.Deny(t, app.API, mortisetest.Matrix{
		Values: map[string]string{"post_id": "2", "user_id": "1", "id": "1"},
		Spare:  []string{"POST /logout", "POST /logout-all"},
		Body:   `{"title":"Taken over","content":"by somebody else"}`,
		Intruders: []mortisetest.Intruder{{
			Name: "bob", Present: mortisetest.Bearer(bob),
			May: []string{"GET /protected", "GET /profile", "GET /expensive-operation", "POST /posts"},
		}},
	})
}

func TestTheProgramNeedsAServer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ url, says string }{
		"no server":    {"", "examples/guide"},
		"another kind": {"http://:hunter2@127.0.0.1/", "not one of Redis"},
	} {
		flags := flag.NewFlagSet("guide-redis", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		err := run(t.Context(), flags, []string{"-redis", tt.url})
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, flag.NewFlagSet("guide-redis", flag.ContinueOnError), []string{"-addr", "127.0.0.1:0", "-redis", need.Redis(t).URL()}); err != nil {
		t.Error(err)
	}
}
