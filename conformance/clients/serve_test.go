// Package clients_test generates clients from the documents, compiles them and
// lets them make every call of the guide, with and without a proxy that watches
// both sides for violations of the document.
package clients_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/conformance/tricky"
	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
)

// newBlog makes a blog whose passwords tests need not wait for.
func newBlog(t testing.TB, mail func(context.Context, reset.Message) error) *blog.Blog {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	app, err := blog.New(blog.Config{
		Secret: []byte("a secret for the tests of the guide, long enough"),
		Hasher: hasher,
		Mail:   mail,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// serve serves a new blog, and tokens of the mails that it sends, each once, until
// the test ends.
func serve(t testing.TB) (address, mailbox string) {
	t.Helper()
	mails := make(chan reset.Message, 10)
	app := httptest.NewServer(newBlog(t, func(_ context.Context, m reset.Message) error {
		mails <- m
		return nil
	}))
	t.Cleanup(app.Close)
	post := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case m := <-mails:
			_, _ = io.WriteString(w, string(m.Token))
		case <-time.After(10 * time.Second):
			w.WriteHeader(http.StatusGatewayTimeout)
		}
	}))
	t.Cleanup(post.Close)
	return app.URL, post.URL
}

// document returns the document of an API.
func document(t testing.TB, name string, version openapi.Version) []byte {
	t.Helper()
	api := tricky.New()
	if name == "guide" {
		api = newBlog(t, nil).API
	}
	text, err := api.Document().Encode(openapi.Format{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// write writes a file of the test.
func write(t testing.TB, content []byte, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// operations are the ids in the guide's document.
func operations(t testing.TB) map[string]bool {
	t.Helper()
	var described struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document(t, "guide", openapi.Version31), &described); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, methods := range described.Paths {
		for _, operation := range methods {
			ids[operation.OperationID] = true
		}
	}
	return ids
}

// proxy starts Prism between clients and upstream until the test ends. Where
// either breaks the document it answers itself, with an error.
func proxy(t testing.TB, upstream string) (address string) {
	t.Helper()
	file := write(t, document(t, "guide", openapi.Version31), t.TempDir(), "openapi.json")
	ctx, stop := context.WithCancel(context.Background())
	run := judge.Command(t, ctx, "node_modules/@stoplight/prism-cli/dist/index.js",
		"proxy", "--errors", "--multiprocess=false", "--host=127.0.0.1", "--port=0", file, upstream)
	run.WaitDelay = 10 * time.Second
	said, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = run.Wait() // it was killed
	})
	var log strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if _, found, ok := strings.Cut(lines.Text(), "listening on "); ok {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return strings.TrimSpace(found)
		}
		log.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("Prism did not start:\n%s", &log)
	return ""
}
