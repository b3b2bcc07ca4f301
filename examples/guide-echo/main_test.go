package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/blogtest"
	"github.com/mortise-go/mortise/mortisetest"
)

const secret = "a secret for the tests of the guide on Echo, long enough"

// mounts are the ways in which the guide stands on Echo.
var mounts = []struct {
	name, prefix string
	mount        func(*blog.Blog) (*echo.Echo, error)
}{
	{"at the root", "", newEcho},
	{"on a group", "/blog/v1", newGroup},
}

// The suite is that of the guide alone, and it asks the same of Echo.
func TestTheGuideIsTheSameOnEcho(t *testing.T) {
	t.Parallel()
	for _, m := range mounts {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			blogtest.Run(t, func(t testing.TB, app *blog.Blog) string {
				e, err := m.mount(app)
				if err != nil {
					t.Fatal(err)
				}
				server := httptest.NewServer(e)
				t.Cleanup(server.Close)
				return server.URL + m.prefix
			})
		})
	}
}

func newBlog(t *testing.T) *blog.Blog {
	t.Helper()
	app, err := blog.New(blog.Config{Secret: []byte(secret), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	return app
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestTheRouteOfEchoStays(t *testing.T) {
	t.Parallel()
	for _, m := range mounts {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			e, err := m.mount(newBlog(t))
			if err != nil {
				t.Fatal(err)
			}
			if w := get(e, "/about"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), echo.Version) {
				t.Errorf("Echo's own route: %d %s", w.Code, w.Body)
			}
			if w := get(e, m.prefix+"/posts"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "title") {
				t.Errorf("the API's: %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestARouteThatWouldStandBeforeALockIsRefused(t *testing.T) {
	t.Parallel()
	e, err := newEcho(newBlog(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.AddRoute(echo.Route{Method: http.MethodGet, Path: "/posts/:id", Handler: about})
	if err == nil || !strings.Contains(err.Error(), "would take requests from the API") {
		t.Errorf("the route was added: %v", err)
	}
}

func TestNobodyGetsInThroughEcho(t *testing.T) { // A80, A214
	t.Parallel()
	for _, m := range mounts {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			app := newBlog(t)
			e, err := m.mount(app)
			if err != nil {
				t.Fatal(err)
			}
			mona := login(t, e, m.prefix, `{"username":"mona","password":"moderator-3"}`)
			mortisetest.Deny(t, app.API, mortisetest.Matrix{
				Handler: below(m.prefix, e),
				Values:  map[string]string{"post_id": "2", "user_id": "1", "id": "1"},
				Spare:   []string{"POST /logout", "POST /logout-all", "POST /session/logout"},
				Body:    `{"title":"Taken over","content":"by somebody else"}`,
				Intruders: []mortisetest.Intruder{{
					Name: "mona, who moderates", Present: mortisetest.Bearer(mona),
					May: []string{"GET /protected", "GET /profile", "GET /expensive-operation", "POST /posts", "GET /moderator/reports"},
				}},
			})
		})
	}
}

// below asks h for what lies below a prefix.
func below(prefix string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.URL.Path = prefix + r.URL.Path
		if r.URL.RawPath != "" {
			r.URL.RawPath = prefix + r.URL.RawPath
		}
		h.ServeHTTP(w, r)
	})
}

// login returns the access token of somebody.
func login(t *testing.T, h http.Handler, prefix, body string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, prefix+"/login", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	_, text, _ := strings.Cut(w.Body.String(), `"access_token":"`)
	token, _, found := strings.Cut(text, `"`)
	if !found {
		t.Fatalf("login: %d %s", w.Code, w.Body)
	}
	return token
}
