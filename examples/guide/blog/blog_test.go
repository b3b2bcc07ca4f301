package blog_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
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
