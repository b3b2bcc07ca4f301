package totp_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
	"github.com/mortise-go/mortise/security/totp"
)

// A record that is read is written again, and then read as the same.
func FuzzLogRecord(f *testing.F) {
	const header = "mortise totp log 1\n"
	account := journal.AppendInt(journal.AppendText([]byte{'a'}, "1"), 60_000_000)
	account = journal.AppendInt(journal.AppendTime(account, time.Unix(1_800_000_060, 0)), int64(time.Minute))
	f.Add(journal.AppendTime(account, time.Unix(1_800_000_000, 0)))
	f.Add(journal.AppendText(journal.AppendText([]byte{'r'}, "1"), "digest"))
	f.Add([]byte("a\xff\xff\xff\xff"))
	f.Add([]byte("r\x81\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 || len(body) > 10_000 {
			return
		}
		now := func() time.Time { return time.Unix(1_800_000_000, 0) }
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, append([]byte(header), journal.AppendRecord(nil, body)...), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := totp.OpenLog(path, now)
		if err != nil {
			return
		}
		fresh, useErr := l.Use(t.Context(), "1", 60_000_001, time.Minute)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := totp.OpenLog(path, now)
		if err != nil {
			t.Fatalf("what was read is not read again: %v", err)
		}
		defer func() { _ = again.Close() }()
		if twice, err := again.Use(t.Context(), "1", 60_000_001, time.Minute); fresh && useErr == nil && (twice || err != nil) {
			t.Errorf("a step was used twice: %v", err)
		}
	})
}
