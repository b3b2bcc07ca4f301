package session

import (
	"context"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// defaultSessions is how many sessions a store keeps by default.
const defaultSessions = 1 << 20

// A MemoryConfig bounds a [Memory] or a [Log]. The zero value is ready to use.
type MemoryConfig struct {
	// MaxSessions is how many sessions there may be at a time, expired ones not
	// counted. Further ones are refused with 503 rather than others forgotten. 0 means
	// about a million.
	MaxSessions int

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

func (c MemoryConfig) limit() int {
	if c.MaxSessions > 0 {
		return c.MaxSessions
	}
	return defaultSessions
}

// Memory is a [Store] that lasts as long as the process: a restart logs everybody
// out. Use [Log] where that matters, and a shared store where there is more than
// one process. [NewMemory] makes it.
type Memory struct{ table *journal.Table }

// NewMemory returns an empty store.
func NewMemory(c MemoryConfig) *Memory { return &Memory{journal.NewTable(c.limit(), c.Clock)} }

// Log is a [Memory] that survives a crash: whatever it has confirmed is in a file,
// and on the disk, before. It is for one process; the file is locked on systems
// that know flock. Callers who come at the same time share one fsync, and reading
// never waits for the disk.
type Log struct{ *Memory }

// longestRecord is what a record has room for, besides its data.
const longestRecord = 4 << 10

// OpenLog opens the log at path, or makes a new one, readable to its owner alone;
// the folder must be there. Damage in the middle of it is an error. Close the log
// in the end.
func OpenLog(path string, c MemoryConfig) (*Log, error) {
	table, err := journal.OpenTable(path, journal.Format{
		Name: "session log", Header: "mortise session log 1\n", Longest: longestRecord + maxData,
		Remedy: "restore the file from a copy, or move it away, which logs everybody out",
	}, c.limit(), c.Clock)
	if err != nil {
		return nil, err
	}
	return &Log{&Memory{table}}, nil
}

// Close writes what is pending and closes the file. Whatever is stored later is an
// error; reading goes on. It may be called more than once.
func (l *Log) Close() error { return l.table.Close() }

// Len returns how many sessions there are, together with expired ones that are not
// yet forgotten and with subjects whose sessions were ended.
func (m *Memory) Len() int { return m.table.Len() }

// Load returns a session. It returns no error.
func (m *Memory) Load(_ context.Context, id ID) (Record, bool, error) {
	e, found := m.table.Get(journal.Key(id))
	if !found {
		return Record{}, false, nil
	}
	r, ok := readRecord(e)
	return r, ok, nil
}

// Swap stores a session; see [Store]. The error is that of a store that is full,
// or of a disk.
func (m *Memory) Swap(ctx context.Context, old ID, was uint64, id ID, next Record) (swapped bool, err error) {
	err = m.table.Change(ctx, func(x journal.Tx) error {
		if !m.may(x, old, was, id, next) {
			return nil
		}
		if was != 0 && old != id {
			x.Delete(journal.Key(old))
		}
		swapped = true
		return x.Put(entry(id, next))
	})
	return swapped && err == nil, err
}

func (m *Memory) may(x journal.Tx, old ID, was uint64, id ID, next Record) bool {
	if was != 0 {
		e, found := x.Get(journal.Key(old))
		r, ok := readRecord(e)
		return found && ok && r.Version == was
	}
	if _, taken := x.Get(journal.Key(id)); taken {
		return false
	}
	e, ended := x.Get(endedKey(next.Subject))
	if !ended {
		return true
	}
	b := journal.ReadBody(e.Data)
	return b.Time().Before(next.Started)
}

// Touch notes that a session is in use. It does not wait for the disk, since a
// session that ends too soon does no harm.
func (m *Memory) Touch(_ context.Context, id ID, seen, keep time.Time) error {
	return m.table.ChangeSoon(func(x journal.Tx) error {
		e, found := x.Get(journal.Key(id))
		r, ok := readRecord(e)
		if !found || !ok {
			return nil
		}
		r.Seen, r.Keep = seen, keep
		return x.Put(entry(id, r))
	})
}

// End forgets a session.
func (m *Memory) End(ctx context.Context, id ID) (found bool, err error) {
	err = m.table.Change(ctx, func(x journal.Tx) error {
		_, found = x.Get(journal.Key(id))
		x.Delete(journal.Key(id))
		return nil
	})
	return found, err
}

// EndSubject forgets the sessions of a subject but one.
func (m *Memory) EndSubject(ctx context.Context, subject string, except ID, at, until time.Time) (ended int, err error) {
	err = m.table.Change(ctx, func(x journal.Tx) error {
		for _, e := range x.Owned(subjectKey(subject)) {
			if ID(e.Key) != except {
				x.Delete(e.Key)
				ended++
			}
		}
		return x.Put(endedEntry(x, subject, at, until))
	})
	return ended, err
}

// endedEntry remembers when the sessions of a subject were ended last. Of two who end
// them at once either may come first, and the later time counts.
func endedEntry(x journal.Tx, subject string, at, until time.Time) journal.Entry {
	e := journal.Entry{Key: endedKey(subject), Ends: until, Data: journal.AppendTime(nil, at)}
	if was, found := x.Get(e.Key); found {
		if b := journal.ReadBody(was.Data); b.Time().After(at) {
			e.Data = was.Data
		}
		if was.Ends.After(until) {
			e.Ends = was.Ends
		}
	}
	return e
}

// Subject returns the sessions of a subject. It returns no error.
func (m *Memory) Subject(_ context.Context, subject string) (map[ID]Record, error) {
	all := map[ID]Record{}
	for _, e := range m.table.Owned(subjectKey(subject)) {
		if r, ok := readRecord(e); ok {
			all[ID(e.Key)] = r
		}
	}
	return all, nil
}

// entry is a session in the table.
func entry(id ID, r Record) journal.Entry {
	data := make([]byte, 0, 4*8+4+len(r.Subject)+len(r.Data))
	data = journal.AppendInt(data, int64(r.Version)) //nolint:gosec // the bits come back as they are
	data = journal.AppendTime(data, r.Started)
	data = journal.AppendTime(data, r.Seen)
	data = journal.AppendTime(data, r.Ends)
	data = append(journal.AppendText(data, r.Subject), r.Data...)
	e := journal.Entry{Key: journal.Key(id), Ends: r.Keep, Data: data}
	if r.Subject != "" {
		e.Owner = subjectKey(r.Subject)
	}
	return e
}

// readRecord reads an entry.
func readRecord(e journal.Entry) (r Record, ok bool) {
	b := journal.ReadBody(e.Data)
	r.Version = uint64(b.Int()) //nolint:gosec // the bits as they were
	r.Started, r.Seen, r.Ends = b.Time(), b.Time(), b.Time()
	r.Subject = string(b.Text())
	r.Data, r.Keep = b.Rest(), e.Ends
	return r, b.Whole() && r.Version > 0
}
