package token

import (
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// The file of a [Log] is this line and then records. The body of each is 'm' and a
// mark, or 'f' and a family.
const logHeader = "mortise token log 1\n"

const (
	longestText = 255
	longestBody = 1 + len(ID{}) + 3*8 + 2*(2+longestText)
)

// A record is one change: a mark, or a family.
type record struct {
	id     ID
	mark   Mark
	family Family // Version 0: it is a mark
}

func (r record) body() []byte {
	dst := make([]byte, 0, 128)
	if r.family.Version == 0 {
		dst = append(append(dst, 'm'), r.id[:]...)
		dst = journal.AppendInt(dst, r.mark.Before)
		return journal.AppendInt(dst, seconds(r.mark.Until))
	}
	dst = append(append(dst, 'f'), r.id[:]...)
	dst = journal.AppendInt(dst, int64(r.family.Version)) //nolint:gosec // the bits come back as they are
	dst = journal.AppendInt(dst, r.family.Rotated.UnixMilli())
	dst = journal.AppendInt(dst, seconds(r.family.Ends))
	return journal.AppendText(journal.AppendText(dst, r.family.Current), r.family.Previous)
}

// seconds rounds up: nothing is forgotten too soon.
func seconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// fits reports whether the texts of a family have a place in a record.
func (f Family) fits() bool {
	return len(f.Current) <= longestText && len(f.Previous) <= longestText && f.Version > 0
}

func readRecord(body []byte) (record, error) {
	b := journal.ReadBody(body)
	kind := b.Take(1)
	rec := record{id: ID(b.Key())}
	switch {
	case kind == nil:
		return record{}, journal.ErrRecord
	case kind[0] == 'm':
		rec.mark = Mark{ID: rec.id, Before: b.Int(), Until: time.Unix(b.Int(), 0)}
	case kind[0] == 'f':
		rec.family.Version = uint64(b.Int()) //nolint:gosec // the bits as they were
		rec.family.Rotated = time.UnixMilli(b.Int())
		rec.family.Ends = time.Unix(b.Int(), 0)
		rec.family.Current, rec.family.Previous = string(b.Text()), string(b.Text())
	default:
		return record{}, journal.ErrRecord
	}
	if !b.Whole() || kind[0] == 'f' && !rec.family.fits() {
		return record{}, journal.ErrRecord
	}
	return rec, nil
}

// state is the memory to the journal of a [Log].
type state Memory

// Apply repeats a change.
func (m *state) Apply(body []byte) error {
	r, err := readRecord(body)
	if err == nil {
		(*Memory)(m).apply(r)
	}
	return err
}

func (m *Memory) apply(r record) {
	if r.family.Version == 0 {
		m.mark(r.mark)
		return
	}
	s := m.shard(r.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.families[r.id].Version <= r.family.Version {
		s.put(r.id, r.family)
	}
}

// Snapshot adds records of everything that has not expired.
func (m *state) Snapshot(add func([]byte)) {
	now := m.clock()
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.RLock()
		for id, mark := range s.marks {
			if now.Before(mark.Until) {
				add(record{id: id, mark: mark}.body())
			}
		}
		for id, f := range s.families {
			if now.Before(f.Ends) {
				add(record{id: id, family: f}.body())
			}
		}
		s.mu.RUnlock()
	}
}
