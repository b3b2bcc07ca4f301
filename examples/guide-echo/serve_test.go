package main

import (
	"bufio"
	"bytes"
	"context"
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
	line, err := bufio.NewReader(said).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "listens at ")
	if err != nil || !found {
		t.Fatalf("it says %q, %v", line, err)
	}
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
