package session_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
	"github.com/mortise-go/mortise/security/session"
)

// Whatever an entry of the file holds, it is a whole session or none.
func FuzzLogRecord(f *testing.F) {
	data := journal.AppendInt(nil, 3)
	for range 3 {
		data = journal.AppendTime(data, time.Unix(1_800_000_000, 0))
	}
	f.Add(append(journal.AppendText(data, "ada"), `{"visits":1}`...))
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 10_000 {
			return
		}
		id := idOf(1)
		body := append([]byte{'p'}, id[:]...)
		body = append(body, make([]byte, 32)...)
		body = append(journal.AppendTime(body, time.Unix(1_900_000_000, 0)), data...)
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, append([]byte("mortise session log 1\n"), journal.AppendRecord(nil, body)...), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := session.OpenLog(path, session.MemoryConfig{Clock: func() time.Time { return time.Unix(1_800_000_000, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		r, found, _ := l.Load(t.Context(), id)
		if !found {
			return
		}
		if swapped, err := l.Swap(t.Context(), id, r.Version, idOf(2), r); err != nil || !swapped {
			t.Fatalf("a session that is there cannot be changed: %v", err)
		}
		if again, found, _ := l.Load(t.Context(), idOf(2)); !found || again.Subject != r.Subject || !again.Started.Equal(r.Started) || string(again.Data) != string(r.Data) {
			t.Errorf("%+v became %+v", r, again)
		}
	})
}
