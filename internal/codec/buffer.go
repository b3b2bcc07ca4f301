package codec

import (
	"bytes"
	"io"
	"sync"
)

// keep is the capacity above which a buffer is not kept for the next user: one
// large answer must not hold its memory for ever.
const keep = 64 << 10

// Buffer collects encoded values. It belongs to one goroutine; get one from
// [GetBuffer] and give it back with [Buffer.Free].
type Buffer struct{ b bytes.Buffer }

var buffers = sync.Pool{New: func() any {
	b := new(Buffer)
	b.b.Grow(1 << 10)
	return b
}}

// GetBuffer returns an empty buffer.
func GetBuffer() *Buffer { return buffers.Get().(*Buffer) }

// Free gives the buffer back. Neither it nor what [Buffer.Bytes] returned may
// be used afterwards.
func (b *Buffer) Free() {
	if b.b.Cap() > keep {
		return
	}
	b.b.Reset()
	buffers.Put(b)
}

// Bytes returns what has been written, until the next change.
func (b *Buffer) Bytes() []byte { return b.b.Bytes() }

// Len returns the number of bytes written.
func (b *Buffer) Len() int { return b.b.Len() }

// Reset empties the buffer.
func (b *Buffer) Reset() { b.b.Reset() }

// Truncate drops everything behind the first n bytes. It panics if there are
// fewer.
func (b *Buffer) Truncate(n int) { b.b.Truncate(n) }

// Grow makes room for n more bytes.
func (b *Buffer) Grow(n int) { b.b.Grow(n) }

// Write appends p; the error is always nil.
func (b *Buffer) Write(p []byte) (int, error) { return b.b.Write(p) }

// WriteString appends s; the error is always nil.
func (b *Buffer) WriteString(s string) (int, error) { return b.b.WriteString(s) }

// WriteByte appends c; the error is always nil.
func (b *Buffer) WriteByte(c byte) error { return b.b.WriteByte(c) }

// ReadFrom appends everything that r has, up to and without io.EOF.
func (b *Buffer) ReadFrom(r io.Reader) (int64, error) { return b.b.ReadFrom(r) }

// WriteTo writes everything to w and empties the buffer of what was written.
func (b *Buffer) WriteTo(w io.Writer) (int64, error) { return b.b.WriteTo(w) }
