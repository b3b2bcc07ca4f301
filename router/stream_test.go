package router_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

// serves starts a server on the loopback interface, and stops it with the test.
func serves(t testing.TB, api *mortise.API) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	return server
}

// fetch gets a URL.
func fetch(ctx context.Context, t testing.TB, url string, fields ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// source is a reader that notes when it is closed.
type source struct {
	io.Reader
	journal *journal
	err     error
}

func (s *source) Close() error {
	s.journal.note("close reader")
	return s.err
}

func opened(j *journal, text string) *source { return &source{strings.NewReader(text), j, nil} }

// noting is a dependency whose resource notes when it is closed, and why.
func noting(j *journal) *mortise.Dependency {
	return mortise.Depends(func(context.Context, none) (di.Resource[*link1], error) {
		return di.Resource[*link1]{Value: &link1{}, Close: func(err error) error {
			j.note(fmt.Sprintf("close resource: %v", err))
			return nil
		}}, nil
	})
}

func TestTextsAndBytesAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	type page struct {
		Status int    `status:"201"`
		Tag    string `header:"X-Tag"`
		HTML   string `body:"text/html; charset=utf-8"`
	}
	api := mortise.New("Plain", "1")
	mortise.Get(api, "/text", gives("a, b"), router.ContentType("text/plain; charset=utf-8"))
	mortise.Get(api, "/bytes", gives([]byte{1, 2}), router.ContentType("image/png"))
	mortise.Get(api, "/page", gives(page{Tag: "t", HTML: "<p>"}))
	mortise.Get(api, "/hal", gives(greeting{"x"}), router.ContentType("application/hal+json"))
	built(t, api)
	do(t, api, "GET /text", "").is(200).says("a, b").has("Content-Type", "text/plain; charset=utf-8")
	do(t, api, "GET /bytes", "").is(200).says("\x01\x02").has("Content-Type", "image/png")
	do(t, api, "GET /page", "").is(201).says("<p>").has("Content-Type", "text/html; charset=utf-8").has("X-Tag", "t")
	do(t, api, "GET /hal", "").is(200).says(`{"message":"x"}`).has("Content-Type", "application/hal+json")
	do(t, api, "HEAD /page", "").is(201).says("").has("Content-Length", "3")
	if got := text(member(documented(t, api, "GET /text"), "responses", "200", "content")); got != `{"text/plain; charset=utf-8":{"schema":{"type":"string"}}}` {
		t.Errorf("documented as %s", got)
	}
}

func TestReadersAreSentAndAlwaysClosed(t *testing.T) { // A203
	t.Parallel()
	j := new(journal)
	type envelope struct {
		Length string    `header:"Content-Length"`
		File   io.Reader `body:"text/csv"`
	}
	api := mortise.New("Readers", "1", quiet())
	api.Require(noting(j))
	mortise.Get(api, "/reader", func(context.Context, none) (io.Reader, error) { return opened(j, "a,b"), nil }, router.ContentType("text/csv"))
	mortise.Get(api, "/concrete", func(context.Context, none) (*source, error) { return opened(j, "a,b"), nil })
	mortise.Get(api, "/envelope", func(context.Context, none) (envelope, error) { return envelope{"3", opened(j, "a,b")}, nil })
	mortise.Get(api, "/nil", func(context.Context, none) (io.ReadCloser, error) { return nil, nil })
	mortise.Get(api, "/failed", func(context.Context, none) (io.ReadCloser, error) {
		return opened(j, "a"), problem.NotFound("gone")
	})
	mortise.Get(api, "/broken", func(context.Context, none) (io.ReadCloser, error) {
		return &source{io.MultiReader(), j, errors.New("lost")}, nil
	})
	mortise.Get(api, "/panics", func(context.Context, none) (io.ReadCloser, error) {
		return &source{readerFunc(func([]byte) (int, error) { panic("at the disco") }), j, nil}, nil
	})
	built(t, api)
	do(t, api, "GET /reader", "").is(200).says("a,b").has("Content-Type", "text/csv")
	j.expect(t, "close reader", "close resource: <nil>")
	do(t, api, "GET /concrete", "").is(200).says("a,b").has("Content-Type", "application/octet-stream")
	j.expect(t, "close reader", "close resource: <nil>")
	do(t, api, "GET /envelope", "").is(200).says("a,b").has("Content-Type", "text/csv").has("Content-Length", "3")
	j.expect(t, "close reader", "close resource: <nil>")
	do(t, api, "HEAD /envelope", "").is(200).says("").has("Content-Type", "text/csv").has("Content-Length", "3")
	j.expect(t, "close reader", "close resource: <nil>")
	do(t, api, "GET /nil", "").is(200).says("")
	j.expect(t, "close resource: <nil>")
	do(t, api, "GET /failed", "").is(404).detail("gone")
	j.expect(t, "close reader", "close resource: 404 not-found: gone")
	do(t, api, "GET /panics", "").is(500)
	j.expect(t, "close reader", "close resource: panic: at the disco")
	aborted(t, func() { do(t, api, "GET /broken", "") })
	j.expect(t, "close reader", "close resource: closing io.ReadCloser: lost")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// aborted checks that a function ends as net/http wants broken answers to end.
func aborted(t testing.TB, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want http.ErrAbortHandler", err)
		}
	}()
	f()
}

func TestAnErrorBeforeTheFirstByteIsAnAnswer(t *testing.T) {
	t.Parallel()
	api := mortise.New("Early", "1", quiet())
	mortise.Get(api, "/stream", func(context.Context, none) (router.Stream, error) {
		return func(io.Writer) error { return problem.Conflict("not now") }, nil
	})
	mortise.Get(api, "/lines", func(context.Context, none) (router.Lines[int], error) {
		return func(yield func(int, error) bool) { yield(0, problem.Conflict("not now")) }, nil
	})
	built(t, api)
	do(t, api, "GET /stream", "").is(409).detail("not now")
	do(t, api, "GET /lines", "").is(409).detail("not now")
}

func TestAnErrorInTheMiddleTruncatesTheAnswer(t *testing.T) {
	t.Parallel()
	book := new(logbook)
	api := mortise.New("Late", "1", book.option())
	mortise.Get(api, "/stream", func(context.Context, none) (router.Stream, error) {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			return errors.New("the other half is lost")
		}, nil
	})
	mortise.Get(api, "/panic", func(context.Context, none) (router.Stream, error) {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic("the other half is lost")
		}, nil
	})
	server := serves(t, api)
	for _, path := range []string{"/stream", "/panic"} {
		body, err := io.ReadAll(fetch(t.Context(), t, server.URL+path).Body)
		if string(body) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: read %q, %v; want half of it and an unexpected end", path, body, err)
		}
		lines := book.take(t)
		if len(lines) != 1 || lines[0]["msg"] != "answer broke off" || !strings.Contains(fmt.Sprint(lines[0]["error"]), "the other half is lost") {
			t.Errorf("%s: logged %v", path, lines)
		}
	}
}

func TestAStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	api := mortise.New("Endless", "1", quiet())
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Stream, error) {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, "go")
			w.(http.Flusher).Flush()
			<-ctx.Done()
			ended <- context.Cause(ctx)
			return ctx.Err()
		}, nil
	})
	server := serves(t, api)
	ctx, cancel := context.WithCancel(t.Context())
	answer := fetch(ctx, t, server.URL)
	if _, err := io.ReadFull(answer.Body, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the context has no cause")
		}
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on without its client")
	}
}

func TestAStreamOutlivesTheTimeLimitsOfTheServer(t *testing.T) { // A199
	t.Parallel()
	api := mortise.New("Slow", "1", quiet())
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Stream, error) {
		return func(w io.Writer) error {
			for range 8 {
				time.Sleep(50 * time.Millisecond)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if _, err := io.WriteString(w, "x"); err != nil {
					return err
				}
				w.(http.Flusher).Flush()
			}
			return nil
		}, nil
	})
	server := httptest.NewUnstartedServer(built(t, api))
	server.Config.ReadTimeout, server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	server.Start()
	defer server.Close()
	body, err := io.ReadAll(fetch(t.Context(), t, server.URL).Body)
	if string(body) != "xxxxxxxx" || err != nil {
		t.Errorf("read %q, %v", body, err)
	}
}

func TestAClientThatDoesNotReadIsGivenUp(t *testing.T) { // A199
	t.Parallel()
	ended := make(chan error, 1)
	api := mortise.New("Deaf", "1", quiet(), router.Streams(router.StreamConfig{WriteTimeout: 100 * time.Millisecond}))
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Stream, error) {
		return func(w io.Writer) error {
			for ctx.Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					break
				}
			}
			ended <- context.Cause(ctx)
			return ctx.Err()
		}, nil
	})
	server := serves(t, api)
	fetch(t.Context(), t, server.URL)
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the context has no cause")
		}
	case <-time.After(10 * time.Second):
		t.Error("the server waits for ever")
	}
}

func TestHEADRunsNoStream(t *testing.T) {
	t.Parallel()
	var ran atomic.Bool
	api := mortise.New("Heads", "1")
	mortise.Get(api, "/stream", func(context.Context, none) (router.Stream, error) {
		return func(io.Writer) error { ran.Store(true); return nil }, nil
	}, router.ContentType("text/csv"))
	mortise.Get(api, "/lines", func(context.Context, none) (router.Lines[int], error) {
		return func(func(int, error) bool) { ran.Store(true) }, nil
	})
	mortise.Get(api, "/events", func(context.Context, none) (router.Events[int], error) {
		return func(func(router.Event[int], error) bool) { ran.Store(true) }, nil
	})
	mortise.Get(api, "/reader", func(context.Context, none) (io.Reader, error) {
		return readerFunc(func([]byte) (int, error) { ran.Store(true); return 0, io.EOF }), nil
	})
	built(t, api)
	for path, mediaType := range map[string]string{
		"/stream": "text/csv", "/lines": "application/jsonl", "/events": "text/event-stream", "/reader": "application/octet-stream",
	} {
		do(t, api, "HEAD "+path, "").is(200).says("").has("Content-Type", mediaType)
	}
	if ran.Load() {
		t.Error("something ran")
	}
}

// zeros is a body of so many bytes.
func zeros(n int64) io.Reader {
	return io.LimitReader(readerFunc(func(p []byte) (int, error) { clear(p); return len(p), nil }), n)
}

// TestAGigabyteStreamsThrough is not parallel, because it measures the heap.
func TestAGigabyteStreamsThrough(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("a gigabyte takes its time under the race detector")
	}
	const size = 1 << 30
	api := mortise.New("Gigabyte", "1", router.MaxBody(size))
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Body io.Reader `body:"application/octet-stream"`
	}) (int64, error) {
		return io.Copy(io.Discard, in.Body)
	})
	server := serves(t, api)
	runtime.GC() // what other tests have left
	peak := make(chan uint64)
	stop := make(chan struct{})
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	start := time.Now()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, zeros(size))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	took := time.Since(start)
	close(stop)
	most := <-peak
	t.Logf("%d bytes in %v, at most %d KiB of heap", size, took, most>>10)
	if got := string(bytes.TrimSpace(body)); got != fmt.Sprint(size) || answer.StatusCode != 200 {
		t.Errorf("answered %d %s", answer.StatusCode, got)
	}
	if most > 32<<20 || took > 10*time.Second {
		t.Errorf("took %d KiB of heap and %v, want less than 32 MiB and 10s", most>>10, took)
	}
}
