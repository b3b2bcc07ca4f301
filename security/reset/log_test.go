package reset_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/reset"
)

func idOf(n int) reset.ID { return sha256.Sum256([]byte(strconv.Itoa(n))) }

// The child that TestAKilledProcessLosesNothing kills finds here which file to
// write.
const crashing = "MORTISE_RESET_LOG"

// TestMain is the child's whole life, too: it stores tickets, takes every other one,
// and says what was confirmed until it is killed.
func TestMain(m *testing.M) {
	path := os.Getenv(crashing)
	if path == "" {
		os.Exit(m.Run())
	}
	l, err := reset.OpenLog(path, nil)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var next atomic.Int64
	for range 32 {
		go func() {
			for {
				n := int(next.Add(1))
				t := reset.Ticket{Purpose: "test", Subject: fmt.Sprint(n), Ends: time.Now().Add(time.Hour)}
				if err := l.Put(context.Background(), idOf(n), t); err != nil {
					continue
				}
				if n%2 == 0 {
					if _, found, err := l.Take(context.Background(), idOf(n)); err != nil || !found {
						continue
					}
				}
				_, _ = os.Stdout.WriteString(strconv.Itoa(n) + "\n") // one write, so that lines stay whole
			}
		}()
	}
	select {}
}

// A child is killed in the middle of its work: what was confirmed as stored is
// there, and what was taken does not come back.
func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resets.log")
	const count = 10_000
	begin := time.Now()
	confirmed := killedAfter(t, path, count)
	cost := time.Since(begin) / time.Duration(len(confirmed))
	l := must(reset.OpenLog(path, nil))(t)
	defer func() { _ = l.Close() }()
	for _, n := range confirmed {
		if ticket, found, _ := l.Look(t.Context(), idOf(n)); found != (n%2 == 1) || found && ticket.Subject != fmt.Sprint(n) {
			t.Errorf("ticket %d is there: %t", n, found)
		}
	}
	if cost > 2*time.Millisecond {
		t.Errorf("each took %v, 32 at once", cost)
	}
	t.Logf("%d confirmed; each took %v, 32 at once", len(confirmed), cost)
}

func killedAfter(t *testing.T, path string, count int) (confirmed []int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashing+"="+path)
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
		if confirmed = append(confirmed, must(strconv.Atoi(strings.TrimSpace(line)))(t)); len(confirmed) == count {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return confirmed
}
