package journal

import (
	"encoding/binary"
	"time"
)

// AppendInt appends a number to a body, for [Body.Int].
func AppendInt(dst []byte, n int64) []byte {
	return binary.LittleEndian.AppendUint64(dst, uint64(n)) //nolint:gosec // the bits come back as they are
}

// AppendTime appends a time to a body, in nanoseconds, for [Body.Time]. Years from
// 1678 to 2262 fit; the zero time does, too.
func AppendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return AppendInt(dst, 0)
	}
	return AppendInt(dst, t.UnixNano())
}

// AppendText appends a text to a body, for [Body.Text].
func AppendText[T ~string | ~[]byte](dst []byte, text T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// A Body takes the parts off the body of a record, in the order in which they were
// appended. What is not there reads as zero.
type Body struct {
	rest []byte
	bad  bool
}

// ReadBody begins to read a body.
func ReadBody(body []byte) Body { return Body{rest: body} }

// Whole reports whether everything that was asked for was there, and nothing else.
func (b *Body) Whole() bool { return !b.bad && len(b.rest) == 0 }

// Take returns the next n octets, which are part of the body.
func (b *Body) Take(n int) []byte {
	if n < 0 || n > len(b.rest) {
		b.bad, b.rest = true, nil
		return nil
	}
	taken := b.rest[:n:n]
	b.rest = b.rest[n:]
	return taken
}

// Key returns a key.
func (b *Body) Key() (k Key) {
	copy(k[:], b.Take(len(k)))
	return k
}

// Int returns a number.
func (b *Body) Int() int64 {
	if taken := b.Take(8); taken != nil {
		return int64(binary.LittleEndian.Uint64(taken)) //nolint:gosec // the bits as AppendInt wrote them
	}
	return 0
}

// Time returns a time.
func (b *Body) Time() time.Time {
	if n := b.Int(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// Text returns a text, which is part of the body.
func (b *Body) Text() []byte {
	length, n := binary.Uvarint(b.rest)
	padded := n > 1 && b.rest[n-1] == 0 // a second spelling of the length
	if n <= 0 || padded || length > uint64(len(b.rest)) {
		b.bad, b.rest = true, nil
		return nil
	}
	b.rest = b.rest[n:]
	return b.Take(int(length)) //nolint:gosec // it was compared
}

// Rest returns everything that is left, which is part of the body.
func (b *Body) Rest() []byte { return b.Take(len(b.rest)) }

// More reports whether anything is left.
func (b *Body) More() bool { return len(b.rest) > 0 }
