package router_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

// sized is a JSON string of n bytes.
func sized(n int) string { return `"` + strings.Repeat("a", n-2) + `"` }

func limitedAPI(t testing.TB, opts ...router.Option) *mortise.API {
	api := mortise.New("Limited", "1", opts...)
	takes[string](api, "/")
	return built(t, api)
}

func TestABodyOfExactlyTheLimitIsAccepted(t *testing.T) {
	t.Parallel()
	api := limitedAPI(t, router.MaxBody(12))
	do(t, api, "POST /", sized(12)).is(200).says(sized(12))
	do(t, api, "POST /", sized(13)).is(413).code("content-too-large").has("Connection", "close")
}

func TestTheInnermostLimitCounts(t *testing.T) {
	t.Parallel()
	api := mortise.New("Limits", "1", router.MaxBody(10))
	takes[string](api, "/outer")
	group := api.Group("/group", router.MaxBody(20))
	mortise.Post(group, "/", func(_ context.Context, in struct {
		Body string `body:"json"`
	}) (none, error) {
		return none{}, nil
	}, router.MaxBody(30))
	built(t, api)
	do(t, api, "POST /outer", sized(11)).is(413)
	do(t, api, "POST /group/", sized(30)).is(204)
	do(t, api, "POST /group/", sized(31)).is(413)
}

func TestNoBodyFitsALimitOfZero(t *testing.T) {
	t.Parallel()
	do(t, limitedAPI(t, router.MaxBody(0)), "POST /", "1").is(413)
}

func TestTheLimitIsOneMebibyteByDefault(t *testing.T) { // A175, A176
	t.Parallel()
	api := limitedAPI(t)
	do(t, api, "POST /", sized(1<<20)).is(200)
	do(t, api, "POST /", sized(1<<20+1)).is(413)
}

func TestAnAnnouncedBodyOverTheLimitIsNotRead(t *testing.T) { // A175
	t.Parallel()
	r := newRequest("POST /", "")
	r.Body, r.ContentLength = unreadBody{t}, 13
	r.Header.Set("Content-Type", "application/json")
	send(t, limitedAPI(t, router.MaxBody(12)), r).is(413)
}

// endless is a body that never ends; it counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '"'
	}
	e.read += len(b)
	return len(b), nil
}
func (*endless) Close() error { return nil }

func TestABodyWithoutALengthIsReadUpToTheLimit(t *testing.T) { // A175
	t.Parallel()
	body := &endless{}
	r := newRequest("POST /", "")
	r.Body, r.ContentLength = body, -1
	r.Header.Set("Content-Type", "application/json")
	send(t, limitedAPI(t, router.MaxBody(4096)), r).is(413)
	if body.read > 4097 {
		t.Errorf("%d bytes were read, want at most 4097", body.read)
	}
}

func TestAnAnnouncedLengthReservesNoMemory(t *testing.T) {
	t.Parallel()
	api := limitedAPI(t, router.MaxBody(1<<40))
	r := newRequest("POST /", `"short"`)
	r.ContentLength = 1 << 39 // half a terabyte would not fit
	send(t, api, r).is(200).says(`"short"`)
}

// onWire sends raw bytes over a connection and returns what comes back until the
// server is silent or hangs up, and whether it hung up.
func onWire(t *testing.T, url string, parts ...string) (text string, closed bool) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, p := range parts {
		if _, err := io.WriteString(conn, p); err != nil {
			break // the server may hang up before it has seen everything
		}
	}
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	var b bytes.Buffer
	_, err = b.ReadFrom(conn)
	timeout, ok := errors.AsType[net.Error](err)
	return b.String(), !(ok && timeout.Timeout())
}

func TestTheConnectionIsClosedAfterABodyOverTheLimit(t *testing.T) { // A175
	t.Parallel()
	server := httptest.NewServer(limitedAPI(t, router.MaxBody(16)))
	t.Cleanup(server.Close)
	for _, tt := range []struct{ name, header, body string }{
		{"announced", "Content-Length: 1048576", ""},
		{"announced and sent", "Content-Length: 17", sized(17)},
		{"in chunks", "Transfer-Encoding: chunked", "8\r\n\"aaaaaaa\r\n9\r\naaaaaaaa\"\r\n0\r\n\r\n"},
		{"byte by byte, without an end", "Transfer-Encoding: chunked", strings.Repeat("1\r\na\r\n", 17)},
		{"announced, and never sent to the end", "Content-Length: 1000", sized(17)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			head := "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + tt.header + "\r\n\r\n"
			got, closed := onWire(t, server.URL, head, tt.body)
			if !strings.HasPrefix(got, "HTTP/1.1 413 ") || !closed {
				t.Errorf("closed = %t after\n%s\nwant a 413 and the end", closed, got)
			}
		})
	}
}

// Whoever sends a body bit by bit is refused before its end.
func TestARefusalDoesNotWaitForTheBody(t *testing.T) { // A175, A201
	t.Parallel()
	api := newGuarded()
	mortise.Post(api, "/locked", func(_ context.Context, in struct {
		Account *account
		Lines   router.Lines[order] `body:"jsonl"`
	}) (int, error) {
		return 0, nil
	})
	takes[order](api, "/open")
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	const chunked, announced = "Transfer-Encoding: chunked", "Content-Length: 1000"
	for _, tt := range []struct{ name, line, framing, sent, want string }{
		{"a locked operation and no chunk yet", "POST /locked", chunked, "", "401 "},
		{"a locked operation and the first chunk", "POST /locked", chunked, "2\r\n{}\r\n", "401 "},
		{"a path that is not there", "POST /nowhere", chunked, "2\r\n{}\r\n", "404 "},
		{"another method", "PUT /locked", chunked, "2\r\n{}\r\n", "405 "},
		{"a locked operation and a body that does not come", "POST /locked", announced, "", "401 "},
		{"a path that is not there and a body that does not end", "POST /nowhere", announced, "{", "404 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, closed := onWire(t, server.URL, tt.line+" HTTP/1.1\r\nHost: a\r\nContent-Type: application/jsonl\r\n"+tt.framing+"\r\n\r\n"+tt.sent)
			if !strings.HasPrefix(got, "HTTP/1.1 "+tt.want) || !closed {
				t.Errorf("closed = %t after\n%s\nwant a %sand the end", closed, got, tt.want)
			}
		})
	}
	// One that comes to its end leaves the connection to the next request.
	const head = " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	for _, request := range []string{
		"POST /open" + head + chunked + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "POST /locked" + head + "Content-Length: 2\r\n\r\n{}", "POST /locked" + head + "\r\n",
	} {
		if got, closed := onWire(t, server.URL, request, request); strings.Count(got, "HTTP/1.1 4") != 2 || closed {
			t.Errorf("closed = %t after\n%s\nwant two answers on one connection", closed, got)
		}
	}
}

func TestChunksWithinTheLimitAreAccepted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(limitedAPI(t, router.MaxBody(16)))
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL, io.MultiReader(strings.NewReader(sized(16))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	text, _ := io.ReadAll(w.Body)
	if w.StatusCode != 200 || string(text) != sized(16) {
		t.Errorf("%d %s, want 200 and the body", w.StatusCode, text)
	}
}

func TestABodyThatBreaksOffOrIsBadlyFramedIs400(t *testing.T) { // A63
	t.Parallel()
	server := httptest.NewServer(limitedAPI(t))
	t.Cleanup(server.Close)
	head := "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	got, _ := onWire(t, server.URL, head+"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 400 ") {
		t.Errorf("a bad chunk gets\n%s\nwant a 400", got)
	}
	r := newRequest("POST /", "")
	r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(`"ab`), broken{})), 100
	r.Header.Set("Content-Type", "application/json")
	send(t, limitedAPI(t, quiet()), r).is(400).lacks("connection lost")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

func TestALimitOfAMiddlewareIsA413Too(t *testing.T) {
	t.Parallel()
	limited := http.MaxBytesHandler(limitedAPI(t), 8)
	do(t, limited, "POST /", sized(9)).is(413)
	do(t, limited, "POST /", sized(8)).is(200)
}

func TestManyElementsCostNoMoreThanTheyAre(t *testing.T) { // A176
	t.Parallel()
	api := mortise.New("Many", "1")
	takes[[]int](api, "/")
	built(t, api)
	var b strings.Builder
	b.WriteByte('[')
	for i := range 10_000 {
		b.WriteString(strconv.Itoa(i) + ",")
	}
	do(t, api, "POST /", b.String()+"0]").is(200)
	wrong := strings.Repeat(`"x",`, 10_000)
	if n := len(do(t, api, "POST /", "["+wrong+`"x"]`).is(422).problem().Errors); n > 100 {
		t.Errorf("%d mistakes are told, want at most 100", n)
	}
}
