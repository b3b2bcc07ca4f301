// Package guide_test meets the guide as a stranger does: it starts the program,
// has its document judged and uses its pages in a browser.
package guide_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/conformance/swaggerui"
)

// start builds the guide and runs it until the test ends.
func start(t *testing.T) (address string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "guide")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/guide")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-data", t.TempDir())
	run.Env = append(os.Environ(), "JWT_SECRET_KEY=a secret for the tests of the guide, long enough")
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 20 * time.Second
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := run.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("the guide ended with %v", err)
		}
	})
	return listening(t, said)
}

// listening reads the banner up to the address.
func listening(t *testing.T, said io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "listens at "); found {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return address
		}
	}
	t.Fatal("the guide did not say where it listens")
	return ""
}

// login returns a token of alice's.
func login(t *testing.T, address string) string {
	t.Helper()
	body := bytes.NewBufferString(`{"username":"alice","password":"wonderland-1"}`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/login", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil || token.AccessToken == "" {
		t.Fatalf("login: status %d, %v", res.StatusCode, err)
	}
	return token.AccessToken
}

func document(t *testing.T, address string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheGuidesDocumentSatisfiesEveryJudge(t *testing.T) {
	t.Parallel()
	judge.Document(t, document(t, start(t)))
}

// Package browser fails the test for a violation of the policy or a request
// that leaves the machine.
func TestTheGuidesPadlocksTellTheTruth(t *testing.T) {
	t.Parallel()
	address := start(t)
	var described struct {
		Paths map[string]map[string]struct {
			Security []map[string][]string `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document(t, address), &described); err != nil {
		t.Fatal(err)
	}
	page := swaggerui.Open(t, address+"/docs")
	locked := 0
	for path, operations := range described.Paths {
		for method, operation := range operations {
			want := swaggerui.NoLock
			if len(operation.Security) > 0 {
				want = swaggerui.Unlocked
				locked++
			}
			if got := page.Operation(strings.ToUpper(method), path).Lock(); got != want {
				t.Errorf("%s %s: the padlock is %s, want %s", method, path, got, want)
			}
		}
	}
	if locked != 24 || len(page.Operations()) != 35 {
		t.Errorf("%d of %d operations are locked, want 24 of 35", locked, len(page.Operations()))
	}
	words := page.Operation("GET", "/admin/stats").Description()
	if !strings.Contains(words, "admin:read") || !strings.Contains(words, "stats:read") {
		t.Errorf("the page does not tell the scopes of /admin/stats: %q", words)
	}
}

func TestAStrangerLogsInAndTriesTheGuide(t *testing.T) {
	t.Parallel()
	address := start(t)
	page := swaggerui.Open(t, address+"/docs")
	profile := page.Operation("GET", "/profile")
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("before login: status %d, want 401", got)
	}
	page.AuthorizeWith("BearerAuth", login(t, address))
	if got := profile.Try(); got != http.StatusOK {
		t.Errorf("after login: status %d, want 200", got)
	}
	if got := profile.Answer(); !strings.Contains(got, "alice@example.com") {
		t.Errorf("the page shows %q, want alice's profile", got)
	}
	page.AuthorizeWith("ApiKeyAuth", "key123")
	if got := page.Operation("GET", "/data").Try(); got != http.StatusOK {
		t.Errorf("with a key: status %d, want 200", got)
	}
	page.AuthorizeAs("BasicAuth", "alice", "wonderland-1")
	if got := page.Operation("GET", "/basic").Try(); got != http.StatusOK {
		t.Errorf("with a password: status %d, want 200", got)
	}
}

// The page suggests alice's password. It gets the cookie that the login sets, and
// nothing is entered in the dialog.
func TestAStrangerHasASessionInThePage(t *testing.T) {
	t.Parallel()
	page := swaggerui.Open(t, start(t)+"/docs")
	profile, logout := page.Operation("GET", "/session/profile"), page.Operation("POST", "/session/logout")
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("before login: status %d, want 401", got)
	}
	login := page.Operation("POST", "/session/login")
	if got := login.Try(); got != http.StatusOK {
		t.Fatalf("login: status %d, want 200: %s", got, login.Answer())
	}
	if got := profile.Try(); got != http.StatusOK || !strings.Contains(profile.Answer(), "alice@example.com") {
		t.Errorf("after login: status %d and %q, want alice's profile", got, profile.Answer())
	}
	if got := logout.Try(); got != http.StatusNoContent {
		t.Errorf("logout: status %d, want 204", got)
	}
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("after logout: status %d, want 401", got)
	}
}
