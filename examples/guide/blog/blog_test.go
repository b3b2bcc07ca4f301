package blog_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/mortisetest"
)

const secret = "a secret for the tests of the blog, long enough"

// S237, A109
func TestNobodyIsAProxyUnlessItIsSaid(t *testing.T) {
	t.Parallel()
	app, err := blog.New(blog.Config{Secret: []byte(secret), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close() }()
	for _, tc := range []struct {
		name, peer, says string
		status           int
	}{
		{"ourselves", "127.0.0.1:1", "203.0.113.9", 200},
		{"a listed machine", "192.168.1.1:1", "203.0.113.9", 200},
		{"a stranger who names a listed machine", "203.0.113.9:1", "192.168.1.1", 403},
	} {
		r := httptest.NewRequest(http.MethodGet, "/internal/status", nil)
		r.RemoteAddr = tc.peer
		r.Header.Set("X-Forwarded-For", tc.says)
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		if w.Code != tc.status {
			t.Errorf("%s: %d %s", tc.name, w.Code, w.Body)
		}
	}
}

func TestABlogSaysWhatIsWrongWithItsProxies(t *testing.T) {
	t.Parallel()
	if _, err := blog.New(blog.Config{Secret: []byte(secret), TrustedProxies: []string{"everybody"}}); err == nil {
		t.Error("a network that is none was accepted")
	}
}

// login returns the two tokens of somebody.
func login(t *testing.T, app http.Handler, name, password string) (access, refresh string) {
	t.Helper()
	a := post(t, app, "/login", name, password)
	return a.member(t, "access_token"), a.member(t, "refresh_token")
}

type answer struct{ *httptest.ResponseRecorder }

// post sends credentials.
func post(t *testing.T, app http.Handler, path, name, password string) answer {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"username": name, "password": password})
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	return answer{w}
}

// member returns a text of the body.
func (a answer) member(t *testing.T, name string) string {
	t.Helper()
	var all map[string]any
	text, ok := "", false
	if err := json.Unmarshal(a.Body.Bytes(), &all); err == nil {
		text, ok = all[name].(string)
	}
	if !ok {
		t.Fatalf("the answer has no %s: %d %s", name, a.Code, a.Body)
	}
	return text
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	app, err := blog.New(blog.Config{Secret: []byte(secret), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close() }()
	bob, refresh := login(t, app, "bob", "builder-22")
	mona, _ := login(t, app, "mona", "moderator-3")
	half := post(t, app, "/mfa/login", "bob", "builder-22").member(t, "mfa_token")
	cookie, _, _ := strings.Cut(post(t, app, "/session/login", "bob", "builder-22").Header().Get("Set-Cookie"), ";")
	own := []string{"GET /protected", "GET /profile", "GET /expensive-operation"}
	mortisetest.Deny(t, app.API, mortisetest.Matrix{
		Values: map[string]string{"post_id": "2", "user_id": "1", "id": "1"},
		Spare:  []string{"POST /logout", "POST /logout-all", "POST /session/logout"},
		Body:   `{"title":"Taken over","content":"by somebody else"}`,
		Intruders: []mortisetest.Intruder{
			{Name: "bob with a refresh token", Present: mortisetest.Bearer(refresh)},
			{Name: "bob, who has no role and whose post is another", Present: mortisetest.Bearer(bob), May: append(own, "POST /posts")},
			{Name: "mona, who moderates", Present: mortisetest.Bearer(mona), May: append(own, "POST /posts", "GET /moderator/reports")},
			{Name: "bob with half a login", Present: mortisetest.Bearer(half)}, // A144
			{Name: "bob's browser", Present: func(r *http.Request) { r.Header.Set("Cookie", cookie) }, May: []string{"GET /session/profile"}},
		},
	})
}
