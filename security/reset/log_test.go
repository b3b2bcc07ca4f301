package reset_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/crash"
	"github.com/mortise-go/mortise/security/reset"
)

func idOf(n int) reset.ID { return sha256.Sum256([]byte(strconv.Itoa(n))) }

// TestMain is the life of a killed process, too: it stores tickets, and takes every
// other one.
func TestMain(m *testing.M) {
	crash.Main(m, func(path string) (crash.Write, error) {
		l, err := reset.OpenLog(path, nil)
		return func(ctx context.Context, n int) bool {
			ticket := reset.Ticket{Purpose: "test", Subject: fmt.Sprint(n), Ends: time.Now().Add(time.Hour)}
			if err := l.Put(ctx, idOf(n), ticket); err != nil || n%2 == 1 {
				return err == nil
			}
			_, found, err := l.Take(ctx, idOf(n))
			return err == nil && found
		}, err
	})
}

// A child is killed in the middle of its work: what was confirmed as stored is
// there, and what was taken does not come back.
func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resets.log")
	const count = 10_000
	begin := time.Now()
	confirmed := crash.Confirmed(t, path, 0, count)
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
