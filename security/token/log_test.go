package token_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/crash"
	"github.com/mortise-go/mortise/security/token"
)

func forever(n int) token.Mark {
	return token.Mark{ID: idOf(n), Before: token.Always, Until: time.Now().Add(24 * time.Hour)}
}

func TestTheLogSurvivesClosing(t *testing.T) {
	t.Parallel()
	path := logPath(t)
	l := newLog(t, path, nil)
	mark(t, l, forever(1))
	family := token.Family{Version: 1, Current: "a", Ends: time.Now().Add(time.Hour).Truncate(time.Second)}
	if !must(l.SwapFamily(t.Context(), idOf(2), 0, family))(t) {
		t.Error("the family was not stored")
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Revoke(t.Context(), forever(3)); !errors.Is(err, token.ErrClosed) {
		t.Errorf("writing to a closed log: %v", err)
	}
	if _, err := l.SwapFamily(t.Context(), idOf(4), 0, family); !errors.Is(err, token.ErrClosed) {
		t.Errorf("swapping in a closed log: %v", err)
	}
	again := newLog(t, path, nil)
	if !isRevoked(t, again, token.Stamp{Token: idOf(1)}) || isRevoked(t, again, token.Stamp{Token: idOf(3)}) {
		t.Error("the log does not hold what was acknowledged and nothing else")
	}
	got := must(again.Family(t.Context(), idOf(2)))(t)
	if got.Version != 1 || got.Current != "a" || !got.Ends.Equal(family.Ends) {
		t.Errorf("the family is %+v", got)
	}
	if info := must(os.Stat(path))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("the file may be read by others: %v", info.Mode())
	}
}

func TestOneLogIsOpenOnce(t *testing.T) {
	t.Parallel()
	path := logPath(t)
	l := newLog(t, path, nil)
	if second, err := token.OpenLog(path, nil); err == nil {
		_ = second.Close()
		t.Error("the log was opened twice")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	newLog(t, path, nil)
}

func TestALogWithoutAFolderIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := token.OpenLog(logPath(t)+"/none/tokens.log", nil); err == nil {
		t.Error("a log was opened nowhere")
	}
}

func TestDamageIsToldFromAWriteThatACrashCutOff(t *testing.T) {
	t.Parallel()
	record := token.MarkRecord(forever(1))
	whole := token.LogHeader + string(record) + string(token.MarkRecord(forever(2)))
	flip := func(at int) string {
		b := []byte(whole)
		b[at] ^= 1
		return string(b)
	}
	for _, tt := range []struct {
		name, text string
		ok         bool
		marks      int
	}{
		{"nothing is wrong", whole, true, 2},
		{"the last record is cut off", whole[:len(whole)-1], true, 1},
		{"only the frame of the last record is there", whole[:len(token.LogHeader)+len(record)+8], true, 1},
		{"the last record is damaged", flip(len(whole) - 1), true, 1},
		{"zeroes follow", whole + string(make([]byte, 5000)), true, 2},
		{"the first record is damaged", flip(len(token.LogHeader) + 20), false, 0},
		{"the length of the first record is damaged", flip(len(token.LogHeader)), false, 0},
		{"the first record seems to be longer than the file", flip(len(token.LogHeader) + 2), false, 0},
		{"the first record is full of zeroes", token.LogHeader + string(make([]byte, len(record))) + string(record), false, 0},
		{"the length of the last record is damaged", flip(len(token.LogHeader) + len(record)), true, 1},
		{"it is another file", "posts.json", false, 0},
		{"it is empty", "", false, 0},
	} {
		path := logPath(t)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := token.OpenLog(path, nil)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil {
			continue
		}
		if marks, _ := l.Len(); marks != tt.marks {
			t.Errorf("%s: %d marks, want %d", tt.name, marks, tt.marks)
		}
		mark(t, l, forever(3)) // lands where the good part ends
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		again := newLog(t, path, nil)
		if marks, _ := again.Len(); marks != tt.marks+1 {
			t.Errorf("%s: %d marks after one more, want %d", tt.name, marks, tt.marks+1)
		}
	}
}

func TestTheLogIsWrittenAnewWithoutWhatHasExpired(t *testing.T) {
	t.Parallel()
	c := newClock()
	path := logPath(t)
	l := newLog(t, path, c.now)
	var all sync.WaitGroup
	for worker := range 20 {
		all.Go(func() {
			for n := range 2000 {
				m := token.Mark{ID: idOf(worker*2000 + n), Before: token.Always, Until: c.now().Add(time.Second)}
				if n%100 == 0 {
					m.Until = c.now().Add(1000 * time.Hour)
				}
				if _, err := l.Revoke(t.Context(), m); err != nil {
					t.Error(err)
				}
				c.advance(time.Millisecond)
			}
		})
	}
	all.Wait()
	size := must(os.Stat(path))(t).Size()
	if size > 2<<20 {
		t.Errorf("the file has %d octets for 400 marks that are good", size)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := newLog(t, path, c.now)
	for n := 0; n < 40_000; n += 100 {
		if !isRevoked(t, again, token.Stamp{Token: idOf(n)}) {
			t.Fatalf("mark %d was lost", n)
		}
	}
}

// S159: what is not on the disk is not acknowledged, and the log recovers.
func TestAFailureOfTheDiskIsToldAndOvercome(t *testing.T) {
	t.Parallel()
	path := logPath(t)
	var broken atomic.Bool
	l := must(token.OpenLogWithSync(path, nil, func(f *os.File) error {
		if broken.Load() {
			return errors.New("the disk is gone")
		}
		return f.Sync()
	}))(t)
	mark(t, l, forever(1))
	broken.Store(true)
	for range 3 {
		if _, err := l.Revoke(t.Context(), forever(2)); err == nil {
			t.Error("a mark that is not on the disk was acknowledged")
		}
	}
	if !isRevoked(t, l, token.Stamp{Token: idOf(1)}) {
		t.Error("reading stopped with writing")
	}
	broken.Store(false)
	mark(t, l, forever(3))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := newLog(t, path, nil)
	for _, n := range []int{1, 3} {
		if !isRevoked(t, again, token.Stamp{Token: idOf(n)}) {
			t.Errorf("mark %d was lost", n)
		}
	}
}

func TestAWriterDoesNotWaitBeyondItsContext(t *testing.T) {
	t.Parallel()
	release, hangs := make(chan struct{}), atomic.Bool{}
	l := must(token.OpenLogWithSync(logPath(t), nil, func(*os.File) error {
		if hangs.Load() {
			<-release
		}
		return nil
	}))(t)
	t.Cleanup(func() { _ = l.Close() })
	hangs.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := l.Revoke(ctx, forever(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Revoke: %v", err)
	}
	close(release)
}

// A204: what was begun before Close is on the disk after it.
func TestClosingDrains(t *testing.T) {
	t.Parallel()
	path := logPath(t)
	l := newLog(t, path, nil)
	var acknowledged sync.Map
	var all sync.WaitGroup
	for n := range 500 {
		all.Go(func() {
			if _, err := l.Revoke(context.Background(), forever(n)); err == nil {
				acknowledged.Store(n, true)
			}
		})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	again := newLog(t, path, nil)
	acknowledged.Range(func(n, _ any) bool {
		if !isRevoked(t, again, token.Stamp{Token: idOf(n.(int))}) {
			t.Errorf("mark %d was acknowledged and lost", n)
		}
		return true
	})
}

// TestMain is the life of a killed process, too.
func TestMain(m *testing.M) {
	crash.Main(m, func(path string) (crash.Write, error) {
		l, err := token.OpenLog(path, nil)
		return func(ctx context.Context, n int) bool {
			_, err := l.Revoke(ctx, forever(n))
			return err == nil
		}, err
	})
}

// Three times a child is killed in the middle of its work; whatever any of them
// has acknowledged is there in the end.
func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := logPath(t)
	const each = 10_000
	var acknowledged []int
	for range 3 {
		begin := time.Now()
		from := slices.Max(append(acknowledged, 0))
		fresh := crash.Confirmed(t, path, from, each)
		cost := time.Since(begin) / time.Duration(len(fresh))
		acknowledged = append(acknowledged, fresh...)
		l := must(token.OpenLog(path, nil))(t)
		for _, n := range acknowledged {
			if !isRevoked(t, l, token.Stamp{Token: idOf(n)}) {
				t.Errorf("revocation %d was acknowledged and lost", n)
			}
		}
		marks, _ := l.Len()
		if cost > 2*time.Millisecond {
			t.Errorf("each took %v, 32 at once", cost)
		}
		t.Logf("%d acknowledged in all, %d kept; each took %v, 32 at once", len(acknowledged), marks, cost)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) < 3*each {
		t.Errorf("only %d revocations were acknowledged", len(acknowledged))
	}
}
