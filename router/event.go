package router

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/openapi"
)

// An Event is a server-sent event, as the HTML standard describes them in section
// 9.2.
type Event[T any] struct {
	// ID is what a client that reconnects sends as Last-Event-ID. Empty leaves
	// the last one as it is. It must not hold line ends or NUL.
	ID string `json:"id,omitempty" doc:"What a client that reconnects sends as Last-Event-ID."`
	// Name is the event's type. Empty means "message". It must not hold line ends.
	Name string `json:"event,omitempty" doc:"The type of the event; message unless it is given."`
	// Retry tells the client how long to wait before it reconnects; 0 says
	// nothing. It is sent in milliseconds.
	Retry time.Duration `json:"-"`
	// Data is sent as JSON.
	Data T `json:"data"`
}

// Events is an output of server-sent events. The function yields them, one after
// another, until the context of the handler ends:
//
//	func ticks(ctx context.Context, in struct {
//		Last string `header:"Last-Event-ID" default:""`
//	}) (router.Events[Tick], error) {
//		return func(yield func(router.Event[Tick], error) bool) {
//			for tick := range subscribe(ctx, in.Last) { // which ends with ctx
//				if !yield(router.Event[Tick]{ID: tick.ID, Data: tick}, nil) {
//					return
//				}
//			}
//		}, nil
//	}
//
// The stream opens at once, and every event is sent when it is yielded. When there
// is none for a while a comment is, see [StreamConfig], so that the client's end
// shows. Answers have Cache-Control: no-cache (or no-store behind a lock) and
// X-Accel-Buffering: no. An error that is yielded cuts the connection; errors of
// the handler itself are answered as always. A nil Events ends at once. HEAD does
// not run it.
type Events[T any] func(yield func(Event[T], error) bool)

func (*Events[T]) defaultType() string { return "text/event-stream" }
func (*Events[T]) close() error        { return nil }

func (*Events[T]) describe(_ *openapi.Operation, success *openapi.Response) {
	success.Type = reflect.TypeFor[[]Event[T]]()
	success.Description = "A stream of server-sent events."
}

func (e *Events[T]) send(t *transmission) error {
	h := t.header()
	if h["Cache-Control"] == nil && t.session.route.vary == nil {
		h["Cache-Control"] = []string{"no-cache"}
	}
	h["X-Accel-Buffering"] = []string{"no"} // nginx would wait for more
	if err := t.FlushError(); err != nil || *e == nil {
		return err
	}
	forget := context.AfterFunc(t.shared.events, func() { t.cancel(errEnded) })
	defer forget()
	p := newPacer(t, t.session.route.settings.streams.heartbeat(), (*pacer).beat)
	defer p.stop()
	data := codec.For(reflect.TypeFor[T]())
	for event, err := range *e {
		if err == nil {
			err = p.event(event.ID, event.Name, event.Retry, data, &event.Data)
		}
		if err != nil {
			return err
		}
	}
	return p.failure()
}

// errEnded is the cause of a stream's end when the server shuts down.
var errEnded = errors.New("the server ends its streams of events")

// event writes one event.
func (p *pacer) event(id, name string, retry time.Duration, data *codec.Codec, value any) error {
	switch {
	case strings.ContainsAny(id, "\r\n\x00"):
		return errors.New("the ID of an event holds a line end or NUL")
	case strings.ContainsAny(name, "\r\n"):
		return errors.New("the Name of an event holds a line end")
	case retry < 0:
		return fmt.Errorf("the Retry of an event is %v; give a positive duration", retry)
	}
	return p.write(true, func(buf *codec.Buffer) error {
		field(buf, "event: ", name)
		field(buf, "id: ", id)
		if retry > 0 {
			field(buf, "retry: ", strconv.FormatInt(retry.Milliseconds(), 10))
		}
		_, _ = buf.WriteString("data: ")
		if err := encodeLine(buf, data, value); err != nil {
			return err
		}
		_, _ = buf.WriteString("\n\n")
		return nil
	})
}

// field writes a field of an event, unless it is empty. Writing to the buffer
// never fails.
func field(buf *codec.Buffer, name, value string) {
	if value == "" {
		return
	}
	_, _ = buf.WriteString(name)
	_, _ = buf.WriteString(value)
	_ = buf.WriteByte('\n')
}

// beat sends a comment, which clients pass over.
func (p *pacer) beat() {
	_, p.err = p.t.Write([]byte(":\n\n"))
	if p.err == nil {
		p.err = p.t.FlushError()
	}
	p.timer.Reset(p.every)
}
