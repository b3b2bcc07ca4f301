package crash

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// A child finds here which file to write, and which number to begin behind.
const (
	envPath = "MORTISE_CRASH_PATH"
	envFrom = "MORTISE_CRASH_FROM"
)

// writers is how many write at once.
const writers = 32

// A Write writes the entry of a number, which no other call has, and reports whether
// that was confirmed. Several are called at once.
type Write func(ctx context.Context, n int) bool

// Main runs the tests of a package; in a child it opens a log and writes until it is
// killed. It does not return.
func Main(m *testing.M, open func(path string) (Write, error)) {
	path := os.Getenv(envPath)
	if path == "" {
		os.Exit(m.Run())
	}
	write, err := open(path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	from, _ := strconv.Atoi(os.Getenv(envFrom))
	var next atomic.Int64
	next.Store(int64(from))
	for range writers {
		go func() {
			for {
				if n := int(next.Add(1)); write(context.Background(), n) {
					_, _ = os.Stdout.WriteString(strconv.Itoa(n) + "\n") // one write, so that lines stay whole
				}
			}
		}()
	}
	select {}
}

// Confirmed runs a child that writes numbers greater than from, kills it once it has
// confirmed count of them, and returns all that it has confirmed. The test fails if
// the child ends by itself.
func Confirmed(t *testing.T, path string, from, count int) (confirmed []int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), envPath+"="+path, envFrom+"="+strconv.Itoa(from))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line without its end was cut off
		}
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("the child says %s", line)
		}
		if confirmed = append(confirmed, n); len(confirmed) == count {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(confirmed) < count {
		t.Fatalf("the child ended by itself, with %d confirmed", len(confirmed))
	}
	return confirmed
}
