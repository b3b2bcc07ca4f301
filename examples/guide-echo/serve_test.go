package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program builds the example.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "guide-echo")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return file
}

// listens reads what a program says until it tells its address, and the rest to
// nobody.
func listens(t *testing.T, said io.Reader) (address string) {
	t.Helper()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "listens at "); found {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return at
		}
	}
	t.Fatalf("it ends without telling its address: %v", lines.Err())
	return ""
}

func TestTheProgramServesUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	file := program(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	run := exec.CommandContext(ctx, file, "-addr", "127.0.0.1:0", "-data", t.TempDir())
	run.Env = append(os.Environ(), "JWT_SECRET_KEY="+secret)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 20 * time.Second
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	address := listens(t, said)
	for _, path := range []string{"/about", "/posts", "/livez", "/docs"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	stop()
	_ = run.Wait() // the error is that of the context
	if code := run.ProcessState.ExitCode(); code != 0 {
		t.Errorf("an interrupt ends it with %d", code)
	}
}

func TestTheProgramHasTheCommandsOfEveryAPI(t *testing.T) {
	t.Parallel()
	run := exec.CommandContext(t.Context(), program(t), "audit")
	run.Env = append(os.Environ(), "JWT_SECRET_KEY="+secret)
	out, err := run.Output()
	if err != nil || !bytes.Contains(out, []byte("GET /profile")) {
		t.Errorf("audit: %v\n%s", err, out)
	}
}
