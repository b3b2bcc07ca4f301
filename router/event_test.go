package router_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

type tick struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

// received is an event as a client sees it.
type received struct{ id, name, data, retry string }

// readEvents is the parser of the HTML standard, section 9.2.6.
func readEvents(stream string) []received {
	var events []received
	var data []string
	var next received
	stream = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(stream, "\ufeff"))
	lines := strings.Split(stream, "\n")
	for _, line := range lines[:len(lines)-1] { // what has no line end is discarded
		if line == "" {
			if data != nil {
				next.data = strings.Join(data, "\n")
				events = append(events, next)
			}
			data, next.name, next.retry = nil, "", ""
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			next.name = value
		case "data":
			data = append(data, value)
		case "id":
			if !strings.Contains(value, "\x00") {
				next.id = value
			}
		case "retry":
			next.retry = value
		}
	}
	return events
}

func eventsOf[T any](list ...router.Event[T]) func(context.Context, none) (router.Events[T], error) {
	return func(context.Context, none) (router.Events[T], error) {
		return func(yield func(router.Event[T], error) bool) {
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
		}, nil
	}
}

func TestEventsArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	api := mortise.New("Events", "1")
	mortise.Get(api, "/", eventsOf(
		router.Event[tick]{Data: tick{1, "a\nb\r: c"}},
		router.Event[tick]{ID: " 7:ü", Name: "tick", Retry: 1500 * time.Millisecond, Data: tick{2, ""}},
		router.Event[tick]{Name: "data: x", Data: tick{3, "\u2028"}},
	))
	a := do(t, built(t, api), "GET /", "").is(200).has("Content-Type", "text/event-stream").
		has("Cache-Control", "no-cache").has("X-Accel-Buffering", "no")
	want := []received{
		{data: `{"n":1,"text":"a\nb\r: c"}`},
		{id: " 7:ü", name: "tick", retry: "1500", data: `{"n":2,"text":""}`},
		{id: " 7:ü", name: "data: x", data: "{\"n\":3,\"text\":\"\u2028\"}"},
	}
	if got := readEvents(a.body); !slices.Equal(got, want) {
		t.Errorf("received %q, want %q", got, want)
	}
}

// indented has an encoding of several lines.
type indented struct{}

func (indented) MarshalJSON() ([]byte, error) { return []byte("{\n  \"a\": [\r\n1]\n}"), nil }

func TestDataStaysOnOneLine(t *testing.T) {
	t.Parallel()
	api := mortise.New("One line", "1")
	mortise.Get(api, "/raw", eventsOf(router.Event[json.RawMessage]{Data: json.RawMessage("{\n\"a\":\r\n1}")}))
	mortise.Get(api, "/own", eventsOf(router.Event[indented]{}))
	mortise.Get(api, "/lines", linesOf(indented{}, indented{}))
	built(t, api)
	do(t, api, "GET /raw", "").is(200).says(`data: {"a":1}`)
	do(t, api, "GET /own", "").is(200).says(`data: {"a":[1]}`)
	do(t, api, "GET /lines", "").is(200).says("{\"a\":[1]}\n{\"a\":[1]}")
}

func TestEventsThatWouldForgeOthersBreakOff(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]router.Event[int]{
		"an id with a line feed":        {ID: "1\ndata: 2"},
		"an id with a carriage return":  {ID: "1\rdata: 2"},
		"an id with NUL":                {ID: "1\x00"},
		"a name with a line feed":       {Name: "a\n\ndata: 2"},
		"a name with a carriage return": {Name: "a\r"},
		"a negative retry":              {Retry: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := mortise.New("Forged", "1", quiet())
			mortise.Get(api, "/", eventsOf(event))
			w := httptest.NewRecorder()
			aborted(t, func() { built(t, api).ServeHTTP(w, newRequest("GET /", "")) })
			if strings.Contains(w.Body.String(), "data") {
				t.Errorf("sent %q", w.Body)
			}
		})
	}
}

func TestTheLastEventIDIsAnInput(t *testing.T) {
	t.Parallel()
	api := mortise.New("Resumed", "1")
	mortise.Get(api, "/", func(_ context.Context, in struct {
		Last int `header:"Last-Event-ID" default:"0"`
	}) (router.Events[int], error) {
		return func(yield func(router.Event[int], error) bool) { yield(router.Event[int]{Data: in.Last + 1}, nil) }, nil
	})
	built(t, api)
	do(t, api, "GET /", "", "Last-Event-ID: 41").is(200).says("data: 42")
	do(t, api, "GET /", "", "Last-Event-ID: x").is(422).places("header.Last-Event-ID type")
}

func TestLockedEventsAreNotStored(t *testing.T) { // A209
	t.Parallel()
	api := mortise.New("Locked", "1")
	mortise.Get(api, "/", eventsOf(router.Event[int]{}), mortise.Security(takesToken))
	do(t, built(t, api), "GET /", "", as("ada")).is(200).has("Cache-Control", "no-store").has("Vary", "Authorization")
	do(t, api, "GET /", "").is(401)
}

func TestEventsAreDocumented(t *testing.T) {
	t.Parallel()
	api := mortise.New("Documented", "1")
	mortise.Get(api, "/events", eventsOf(router.Event[tick]{}))
	mortise.Get(api, "/lines", linesOf(tick{}))
	content := member(documented(t, api, "GET /events"), "responses", "200", "content", "text/event-stream", "schema")
	if member(content, "type") != "array" || !strings.Contains(text(content), "$ref") {
		t.Errorf("events are documented as %s", text(content))
	}
	doc := text(document(t, api))
	for _, want := range []string{`"data":{"$ref":"#/components/schemas/Tick"}`, `"event":`, `"application/jsonl":{"schema":{"items":{"$ref":"#/components/schemas/Tick"},"type":"array"}}`} {
		if !strings.Contains(doc, want) {
			t.Errorf("the document lacks %s:\n%s", want, doc)
		}
	}
}

// TestAThousandStreamsBeatAndEnd is not parallel, because it counts goroutines.
func TestAThousandStreamsBeatAndEnd(t *testing.T) { // A203
	streams := 1000
	if raceEnabled {
		streams = 100
	}
	var open atomic.Int64
	api := mortise.New("Thousand", "1", quiet(), router.Streams(router.StreamConfig{Heartbeat: 300 * time.Millisecond}))
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Events[tick], error) {
		return func(yield func(router.Event[tick], error) bool) {
			open.Add(1)
			defer open.Add(-1)
			if yield(router.Event[tick]{Data: tick{1, "hello"}}, nil) {
				<-ctx.Done()
			}
		}, nil
	})
	server := serves(t, api)
	before := runtime.NumGoroutine()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: -1}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	var beaten atomic.Int64
	for range streams {
		all.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = answer.Body.Close() }()
			beats := 0
			for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
				if scan.Text() == ":" {
					if beats++; beats == 2 {
						beaten.Add(1)
					}
				}
			}
		})
	}
	eventually(t, 20*time.Second, "every stream beats", func() bool { return beaten.Load() == int64(streams) })
	if n := open.Load(); n != int64(streams) {
		t.Errorf("%d streams are open, want %d", n, streams)
	}
	start := time.Now()
	cancel()
	eventually(t, 5*time.Second, "every stream ends", func() bool { return open.Load() == 0 })
	took := time.Since(start)
	if t.Logf("%d streams ended in %v", streams, took); took > time.Second {
		t.Errorf("the streams took %v to end, want at most a second", took)
	}
	all.Wait()
	client.CloseIdleConnections()
	eventually(t, 5*time.Second, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// eventually waits for a condition.
func eventually(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v it does not hold that %s", limit, what)
		}
	}
}

func TestEventsEndWhenTheServerShutsDown(t *testing.T) { // A204
	t.Parallel()
	book := new(logbook)
	api := mortise.New("Shutdown", "1", book.option())
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Events[int], error) {
		return func(yield func(router.Event[int], error) bool) {
			if yield(router.Event[int]{Data: 1}, nil) {
				<-ctx.Done()
			}
		}, nil
	})
	server := serves(t, api)
	server.Config.RegisterOnShutdown(api.EndEvents)
	answer := fetch(t.Context(), t, server.URL)
	if _, err := io.ReadFull(answer.Body, make([]byte, len("data: 1\n\n"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := server.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server waits for a stream without an end: %v", err)
	}
	if rest, err := io.ReadAll(answer.Body); len(rest) > 0 || err != nil {
		t.Errorf("then came %q, %v; want a proper end", rest, err)
	}
	if lines := book.take(t); len(lines) > 0 {
		t.Errorf("logged %v", lines)
	}
}

func TestAHeartbeatNeverStandsInsideAnEvent(t *testing.T) {
	t.Parallel()
	api := mortise.New("Beats", "1", router.Streams(router.StreamConfig{Heartbeat: time.Microsecond}))
	const count = 2000
	mortise.Get(api, "/", func(context.Context, none) (router.Events[tick], error) {
		return func(yield func(router.Event[tick], error) bool) {
			for i := range count {
				if !yield(router.Event[tick]{Data: tick{i, strings.Repeat("x", i%50)}}, nil) {
					return
				}
			}
		}, nil
	})
	body, err := io.ReadAll(fetch(t.Context(), t, serves(t, api).URL).Body)
	if err != nil {
		t.Fatal(err)
	}
	events := readEvents(string(body))
	if len(events) != count {
		t.Fatalf("%d events, want %d", len(events), count)
	}
	for i, e := range events {
		var got tick
		if err := json.Unmarshal([]byte(e.data), &got); err != nil || got != (tick{i, strings.Repeat("x", i%50)}) {
			t.Fatalf("event %d is %q", i, e.data)
		}
	}
}

func TestAnErrorOfAnEventEndsTheStream(t *testing.T) {
	t.Parallel()
	api := mortise.New("Broken", "1", quiet())
	mortise.Get(api, "/", func(context.Context, none) (router.Events[int], error) {
		return func(yield func(router.Event[int], error) bool) {
			if yield(router.Event[int]{Data: 1}, nil) && yield(router.Event[int]{}, errors.New("lost")) {
				t.Error("the stream went on behind an error")
			}
		}, nil
	})
	body, err := io.ReadAll(fetch(t.Context(), t, serves(t, api).URL).Body)
	if string(body) != "data: 1\n\n" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v", body, err)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("1", "tick", "text", 1)
	f.Add("", "", "data: x\n\nid: 2", 0)
	f.Add(" ", ":", "\r\u2028\x00", -1)
	f.Add("\ufeff", "id", "\xff", 3)
	var current router.Event[string] // one call at a time
	api := mortise.New("Fuzzed", "1", quiet())
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Events[string], error) {
		return eventsOf(current, router.Event[string]{Data: "end"})(ctx, none{})
	})
	built(f, api)
	f.Fuzz(func(t *testing.T, id, name, data string, retry int) {
		wait := time.Duration(retry) * time.Millisecond
		current = router.Event[string]{ID: id, Name: name, Retry: wait, Data: data}
		bad := strings.ContainsAny(id, "\r\n\x00") || strings.ContainsAny(name, "\r\n") || wait < 0
		w := httptest.NewRecorder()
		serve := func() { api.ServeHTTP(w, newRequest("GET /", "")) }
		if bad {
			aborted(t, serve)
			if strings.Contains(w.Body.String(), "data") {
				t.Errorf("sent %q", w.Body)
			}
			return
		}
		serve()
		events := readEvents(w.Body.String())
		if len(events) != 2 || events[0].id != id || events[0].name != name || events[1].data != `"end"` {
			t.Fatalf("%q %q %q became %q", id, name, data, events)
		}
		var got string
		if err := json.Unmarshal([]byte(events[0].data), &got); err != nil || got != strings.ToValidUTF8(data, "\ufffd") && !sameText(got, data) {
			t.Errorf("data %q became %q, %v", data, got, err)
		}
	})
}

// sameText compares texts whose bytes that are not UTF-8 are replaced one by one.
func sameText(got, sent string) bool { return got == string([]rune(sent)) }
