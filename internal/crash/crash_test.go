package crash_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/mortise-go/mortise/internal/crash"
)

// The log of this test is a folder of files, which a kill does not take away.
func TestMain(m *testing.M) {
	crash.Main(m, func(path string) (crash.Write, error) {
		return func(_ context.Context, n int) bool {
			return n%3 != 0 && os.WriteFile(filepath.Join(path, strconv.Itoa(n)), nil, 0o600) == nil
		}, nil
	})
}

func TestWhatIsConfirmedWasWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const from, count = 100, 500
	confirmed := crash.Confirmed(t, dir, from, count)
	if len(confirmed) < count {
		t.Errorf("%d are confirmed, want %d at least", len(confirmed), count)
	}
	for _, n := range confirmed {
		if _, err := os.Stat(filepath.Join(dir, strconv.Itoa(n))); n <= from || n%3 == 0 || err != nil {
			t.Errorf("%d is confirmed: %v", n, err)
		}
	}
}
