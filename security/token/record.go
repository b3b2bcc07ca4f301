package token

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// The file of a [Log] is this line and then records, each
//
//	length of the body   4 octets, little endian
//	CRC-32C of the body  4 octets
//	body                 'm' and a mark, or 'f' and a family
const logHeader = "mortise token log 1\n"

const (
	frameBytes  = 8
	longestBody = 1 + len(ID{}) + 3*8 + 2*(1+255)
)

var (
	errTorn    = errors.New("the last record is incomplete")
	errCorrupt = errors.New("a record in the middle is damaged")
	errRecord  = errors.New("a record has no meaning")
)

// A record is one change: a mark, or a family.
type record struct {
	id     ID
	mark   Mark
	family Family // Version 0: it is a mark
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli) // never changed

// append adds the record to a file's text.
func (r record) append(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, frameBytes)...)
	dst = r.appendBody(dst)
	body := dst[at+frameBytes:]
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(body))) //nolint:gosec // longestBody bounds it
	binary.LittleEndian.PutUint32(dst[at+4:], crc32.Checksum(body, castagnoli))
	return dst
}

func (r record) appendBody(dst []byte) []byte {
	if r.family.Version == 0 {
		dst = append(append(dst, 'm'), r.id[:]...)
		dst = appendInt(dst, r.mark.Before)
		return appendInt(dst, seconds(r.mark.Until))
	}
	dst = append(append(dst, 'f'), r.id[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, r.family.Version)
	dst = appendInt(dst, r.family.Rotated.UnixMilli())
	dst = appendInt(dst, seconds(r.family.Ends))
	return appendText(appendText(dst, r.family.Current), r.family.Previous)
}

// seconds rounds up: nothing is forgotten too soon.
func seconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

func appendInt(dst []byte, n int64) []byte {
	return binary.LittleEndian.AppendUint64(dst, uint64(n)) //nolint:gosec // the bits come back as they are
}

func appendText(dst []byte, text string) []byte {
	return append(append(dst, byte(len(text))), text...) //nolint:gosec // Family.fits bounds it
}

// fits reports whether the texts of a family have a place in a record.
func (f Family) fits() bool { return len(f.Current) <= 255 && len(f.Previous) <= 255 && f.Version > 0 }

// nextRecord reads the record that data begins with and returns its length. The
// error is errTorn if nothing but a crash while it was written may have happened,
// and errCorrupt if what follows was written later.
func nextRecord(data []byte) (r record, length int, err error) {
	body, ok := frame(data)
	if ok {
		r, err = readBody(body)
		return r, frameBytes + len(body), err
	}
	if len(data) >= frameBytes {
		if end := frameBytes + int64(binary.LittleEndian.Uint32(data)); end < int64(len(data)) {
			if _, follows := frame(data[end:]); follows {
				return record{}, 0, errCorrupt
			}
		}
	}
	return record{}, 0, errTorn
}

// frame returns the body of a record that is complete and undamaged.
func frame(data []byte) (body []byte, ok bool) {
	if len(data) < frameBytes {
		return nil, false
	}
	length := binary.LittleEndian.Uint32(data)
	if length == 0 || int64(length) > int64(longestBody) || int64(len(data)) < frameBytes+int64(length) {
		return nil, false
	}
	body = data[frameBytes : frameBytes+length]
	return body, crc32.Checksum(body, castagnoli) == binary.LittleEndian.Uint32(data[4:])
}

// reader takes numbers and texts off a body.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) int() int64 {
	return int64(binary.LittleEndian.Uint64(r.take(8))) //nolint:gosec // the bits as appendInt wrote them
}

func (r *reader) text() string { return string(r.take(int(r.take(1)[0]))) }

func readBody(body []byte) (record, error) {
	b := reader{rest: body[1:]}
	rec := record{id: ID(b.take(len(ID{})))}
	switch body[0] {
	case 'm':
		rec.mark = Mark{ID: rec.id, Before: b.int(), Until: time.Unix(b.int(), 0)}
	case 'f':
		rec.family.Version = uint64(b.int()) //nolint:gosec // the bits as they were
		rec.family.Rotated = time.UnixMilli(b.int())
		rec.family.Ends = time.Unix(b.int(), 0)
		rec.family.Current, rec.family.Previous = b.text(), b.text()
		b.bad = b.bad || rec.family.Version == 0
	default:
		return record{}, errRecord
	}
	if b.bad || len(b.rest) > 0 {
		return record{}, errRecord
	}
	return rec, nil
}

// replay applies all records of a file's text and returns the length of what is
// good. A torn record at the end was never acknowledged and is left out.
func (m *Memory) replay(text []byte) (good int, err error) {
	if !bytes.HasPrefix(text, []byte(logHeader)) {
		return 0, errors.New("it does not begin as a token log does")
	}
	for good = len(logHeader); good < len(text); {
		r, length, err := nextRecord(text[good:])
		switch {
		case errors.Is(err, errTorn):
			return good, nil
		case err != nil:
			return good, err
		}
		m.apply(r)
		good += length
	}
	return good, nil
}

// apply repeats a change.
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

// snapshot appends records of everything that has not expired.
func (m *Memory) snapshot(dst []byte) []byte {
	now := m.clock()
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.RLock()
		for id, mark := range s.marks {
			if now.Before(mark.Until) {
				dst = record{id: id, mark: mark}.append(dst)
			}
		}
		for id, f := range s.families {
			if now.Before(f.Ends) {
				dst = record{id: id, family: f}.append(dst)
			}
		}
		s.mu.RUnlock()
	}
	return dst
}
