// Streams shows answers that are sent while they are made, and what comes behind
// an answer: events, lines, exports, other forms than JSON, background work.
//
//	go run ./examples/streams
package main

import (
	"context"
	"encoding/csv"
	"encoding/xml"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

//docs:begin events

// Tick is the data of an event.
type Tick struct {
	Number int `json:"number"`
}

func ticks(ctx context.Context, in struct {
	Last  int           `header:"Last-Event-ID" default:"0" doc:"Where to go on."`
	Every time.Duration `query:"every" default:"1s" validate:"min=1ms,max=1m"`
}) (router.Events[Tick], error) {
	return func(yield func(router.Event[Tick], error) bool) {
		clock := time.NewTicker(in.Every)
		defer clock.Stop()
		for n := in.Last + 1; ; n++ {
			select {
			case <-ctx.Done(): // the client has gone
				return
			case <-clock.C:
			}
			if !yield(router.Event[Tick]{ID: strconv.Itoa(n), Name: "tick", Data: Tick{n}}, nil) {
				return
			}
		}
	}, nil
}

//docs:end events

//docs:begin lines

// Reading is one line.
type Reading struct {
	Sensor string  `json:"sensor" validate:"required"`
	Value  float64 `json:"value" validate:"max=100"`
}

func doubled(_ context.Context, in struct {
	Readings router.Lines[Reading] `body:"jsonl"`
}) (router.Lines[Reading], error) {
	return func(yield func(Reading, error) bool) {
		for r, err := range in.Readings {
			r.Value *= 2
			if !yield(r, err) || err != nil {
				return
			}
		}
	}, nil
}

//docs:end lines

//docs:begin stream
func export(_ context.Context, in struct {
	Rows int `query:"rows" default:"3" validate:"min=0,max=1000000"`
}) (router.Stream, error) {
	return func(w io.Writer) error {
		out := csv.NewWriter(w)
		for i := range in.Rows {
			if err := out.Write([]string{strconv.Itoa(i), strconv.Itoa(i * i)}); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}, nil
}

//docs:end stream

//docs:begin background
func register(_ context.Context, in struct {
	Name  string `query:"name" validate:"max=20"`
	Later router.Background
}) (string, error) {
	in.Later.Add(func(ctx context.Context) error {
		slog.InfoContext(ctx, "a letter is on its way", slog.String("to", in.Name))
		return nil
	})
	return "welcome", nil
}

//docs:end background

//docs:begin conditions

// Note may be changed by those who have seen it.
type Note struct {
	XMLName xml.Name `json:"-" xml:"note"`
	Text    string   `json:"text" xml:"text" validate:"max=200"`
}

var note, noteTag = Note{Text: "hello"}, `"1"`

type taggedNote struct {
	ETag string `header:"ETag"`
	Note Note   `body:"json"`
}

func getNote(context.Context, mortise.None) (taggedNote, error) {
	return taggedNote{noteTag, note}, nil // or 304, or 412
}

func putNote(_ context.Context, in struct {
	If   router.Preconditions `required:"true"` // or 428
	Note Note                 `body:"json"`
}) (taggedNote, error) {
	if err := in.If.Check(noteTag, time.Time{}); err != nil {
		return taggedNote{}, err // 412
	}
	if in.Note.Text == note.Text {
		return taggedNote{}, problem.Conflict("that is what it says already")
	}
	return taggedNote{`"2"`, in.Note}, nil
}

//docs:end conditions

//docs:begin forms
func writeXML(w io.Writer, v any) error { return xml.NewEncoder(w).Encode(v) }
func readXML(r io.Reader, v any) error  { return xml.NewDecoder(r).Decode(v) }

//docs:end forms

//docs:begin routes
func newAPI() *mortise.API {
	api := mortise.New("Streams", "1.0.0", router.Streams(router.StreamConfig{Heartbeat: 10 * time.Second}))
	open := api.Group("", mortise.Public())
	mortise.Get(open, "/ticks", ticks)
	mortise.Post(open, "/doubled", doubled, router.MaxBody(1<<30))
	mortise.Get(open, "/squares", export, router.ContentType("text/csv"))
	mortise.Post(open, "/users", register)
	notes := open.Group("/note", router.Encoder("application/xml", writeXML), router.Decoder("application/xml", readXML))
	mortise.Get(notes, "", getNote)
	mortise.Put(notes, "", putNote)
	return api
}

//docs:end routes

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
