package router

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

// A pacer lets a timer write to an answer beside the handler. While it waits it
// costs no goroutine.
type pacer struct {
	t     *transmission
	every time.Duration
	buf   *codec.Buffer

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	waiting bool  // something is written and not flushed
	err     error // of the last write
}

// newPacer starts the timer. on is called with the lock held.
func newPacer(t *transmission, every time.Duration, on func(*pacer)) *pacer {
	p := &pacer{t: t, every: every, buf: codec.GetBuffer()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(every, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.stopped && p.err == nil {
			on(p)
		}
	})
	return p
}

// write sends what fill has put into the buffer, at once or when the timer fires.
func (p *pacer) write(now bool, fill func(*codec.Buffer) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	p.buf.Reset()
	if err := fill(p.buf); err != nil {
		return err
	}
	if _, p.err = p.t.Write(p.buf.Bytes()); p.err != nil {
		return p.err
	}
	switch {
	case now:
		p.err = p.t.FlushError()
		p.timer.Reset(p.every)
	case !p.waiting:
		p.waiting = true
		p.timer.Reset(p.every)
	}
	return p.err
}

// flush sends what waits.
func (p *pacer) flush() {
	if p.waiting {
		p.waiting = false
		p.err = p.t.FlushError()
	}
}

// stop waits for a write of the timer, and lets no other begin.
func (p *pacer) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.timer.Stop()
	p.buf.Free()
}

// failure is the error of the last write.
func (p *pacer) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// encodeLine encodes a value without line ends, which a type's own MarshalJSON
// may put between tokens.
func encodeLine(buf *codec.Buffer, c *codec.Codec, value any) error {
	n := buf.Len()
	if err := c.Encode(buf, value); err != nil {
		return err
	}
	written := bytes.TrimSpace(buf.Bytes()[n:])
	if bytes.IndexByte(written, '\n') < 0 && bytes.IndexByte(written, '\r') < 0 {
		return nil
	}
	var line bytes.Buffer
	if err := json.Compact(&line, written); err != nil {
		return err
	}
	buf.Truncate(n)
	_, _ = buf.Write(line.Bytes())
	return nil
}
