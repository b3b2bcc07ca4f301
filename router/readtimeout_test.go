package router_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

// impatient is an API with a route for each way of reading a body.
func impatient(t *testing.T, opts ...router.Option) *mortise.API {
	t.Helper()
	api := mortise.New("Impatient", "1", opts...)
	mortise.Post(api, "/json", func(_ context.Context, in struct {
		Text string `body:"json"`
	}) (string, error) {
		return in.Text, nil
	})
	mortise.Post(api, "/form", func(_ context.Context, in struct {
		Name string `form:"name"`
	}) (string, error) {
		return in.Name, nil
	})
	mortise.Post(api, "/parts", func(_ context.Context, in struct {
		Parts router.Parts `body:"multipart"`
	}) (string, error) {
		var all strings.Builder
		for part, err := range in.Parts {
			if err != nil {
				return "", err
			}
			if _, err := io.Copy(&all, part); err != nil {
				return "", err
			}
		}
		return all.String(), nil
	})
	mortise.Post(api, "/reader", func(_ context.Context, in struct {
		Body io.Reader `body:"text/plain"`
	}) (string, error) {
		all, err := io.ReadAll(in.Body)
		return string(all), err
	})
	mortise.Post(api, "/lines", func(_ context.Context, in struct {
		Lines router.Lines[string] `body:"jsonl"`
	}) (string, error) {
		var all strings.Builder
		for line, err := range in.Lines {
			if err != nil {
				return "", err
			}
			all.WriteString(line)
		}
		return all.String(), nil
	})
	return built(t, api)
}

// slowBodies are the halves of a body for each route of impatient, and what they
// make together.
var slowBodies = []struct{ path, kind, first, rest, want string }{
	{"/json", "application/json", `"hel`, `lo"`, `"hello"`},
	{"/form", "application/x-www-form-urlencoded", "name=hel", "lo", `"hello"`},
	{"/parts", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nhel", "lo\r\n--b--\r\n", `"hello"`},
	{"/reader", "text/plain", "hel", "lo", `"hello"`},
	{"/lines", "application/jsonl", "\"hel\"\n", "\"lo\"\n", `"hello"`},
}

// dawdle sends a body in two halves, and lets some time pass between them, unless it
// is answered before. Each call has a connection of its own.
func dawdle(t *testing.T, server *httptest.Server, path, kind, first, rest string, wait time.Duration) (res *http.Response, body string) {
	t.Helper()
	reading, writing := io.Pipe()
	answered := make(chan struct{})
	go func() {
		_, _ = io.WriteString(writing, first)
		select {
		case <-time.After(wait):
			_, _ = io.WriteString(writing, rest)
		case <-answered:
		}
		_ = writing.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, reading)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	own := server.Client().Transport.(*http.Transport).Clone()
	t.Cleanup(own.CloseIdleConnections)
	res, err = (&http.Client{Transport: own}).Do(r)
	close(answered)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, strings.TrimSpace(string(text))
}

// hurried starts a server that has a ReadTimeout of its own.
func hurried(t *testing.T, h http.Handler, protocol string, readTimeout time.Duration) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ReadTimeout = readTimeout
	if s.EnableHTTP2 = protocol == "HTTP/2.0"; s.EnableHTTP2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// A199
func TestABodyThatIsSlowerThanItsRouteAllowsIs408(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		s := hurried(t, impatient(t, router.ReadTimeout(200*time.Millisecond)), protocol, time.Minute)
		for _, tt := range slowBodies {
			t.Run(protocol+" "+tt.path, func(t *testing.T) {
				t.Parallel()
				begin := time.Now()
				res, body := dawdle(t, s, tt.path, tt.kind, tt.first, tt.rest, 3*time.Second)
				if res.Proto != protocol || res.StatusCode != http.StatusRequestTimeout || !strings.Contains(body, `"code":"request-timeout"`) {
					t.Errorf("%s %d %s", res.Proto, res.StatusCode, body)
				}
				if took := time.Since(begin); took > 2*time.Second {
					t.Errorf("the answer came after %v", took)
				}
				if protocol == "HTTP/1.1" && !res.Close {
					t.Error("the connection goes on")
				}
			})
		}
	}
}

// A body is never waited for longer than the server reads a request, whoever
// reads it and however it is framed.
func TestABodyThatTakesTooLongIs408(t *testing.T) { // A199
	t.Parallel()
	api := mortise.New("Slow", "1", quiet())
	takes[string](api, "/json")
	mortise.Post(api, "/form", echoes[grant])
	mortise.Post(api, "/upload", describeUploads)
	mortise.Post(api, "/bytes", echoes[struct {
		Body []byte `body:"*/*"`
	}])
	mortise.Post(api, "/lines", func(_ context.Context, in struct {
		Lines router.Lines[int] `body:"jsonl"`
	}) (none, error) {
		for _, err := range in.Lines {
			if err != nil {
				return none{}, err
			}
		}
		return none{}, nil
	})
	server := httptest.NewUnstartedServer(built(t, api))
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	for _, tt := range []struct{ path, kind, begin string }{
		{"/json", "Content-Type: application/json", `"ab`},
		{"/form", formType, "username=a"},
		{"/upload", multipartType, part(`name="name"`, "ada") + "--" + boundary},
		{"/upload", multipartType, strings.TrimSuffix(part(`name="avatar"; filename="a.png"`, png), "\r\n")},
		{"/bytes", "Content-Type: image/png", png},
		{"/lines", linesType, "1\n2\n3"},
	} {
		for _, framing := range []string{"Content-Length: 10000", "Transfer-Encoding: chunked"} {
			begin := tt.begin
			if framing != "Content-Length: 10000" {
				begin = fmt.Sprintf("%x\r\n%s\r\n", len(begin), begin)
			}
			t.Run(tt.path+" "+framing, func(t *testing.T) {
				t.Parallel()
				got, closed := onWire(t, server.URL, "POST "+tt.path+" HTTP/1.1\r\nHost: a\r\n"+tt.kind+"\r\n"+framing+"\r\n\r\n", begin)
				if !strings.HasPrefix(got, "HTTP/1.1 408 ") || !strings.Contains(got, `"code":"request-timeout"`) || !closed {
					t.Errorf("closed = %t after\n%s\nwant a 408 and the end", closed, got)
				}
			})
		}
	}
}

// A199: a route may give more time than its server does, which is no help to those
// who are slow elsewhere.
func TestARouteMayWaitLongerForABodyThanItsServer(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		patient := hurried(t, impatient(t, router.ReadTimeout(time.Minute)), protocol, 300*time.Millisecond)
		strict := hurried(t, impatient(t), protocol, 300*time.Millisecond)
		for _, tt := range slowBodies {
			t.Run(protocol+" "+tt.path, func(t *testing.T) {
				t.Parallel()
				res, body := dawdle(t, patient, tt.path, tt.kind, tt.first, tt.rest, 700*time.Millisecond)
				if res.StatusCode != http.StatusOK || body != tt.want {
					t.Errorf("with a time of its own: %d %s", res.StatusCode, body)
				}
				if res, _ := dawdle(t, strict, tt.path, tt.kind, tt.first, tt.rest, 5*time.Second); res.StatusCode != http.StatusRequestTimeout {
					t.Errorf("without: %d", res.StatusCode)
				}
			})
		}
	}
}

// The next request of a connection has time again.
func TestAReadTimeoutIsForOneBody(t *testing.T) {
	t.Parallel()
	s := hurried(t, impatient(t, router.ReadTimeout(200*time.Millisecond)), "HTTP/1.1", 0)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 3 {
		if _, err := io.WriteString(conn, "POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n\"ab\""); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 4096)
		n, err := conn.Read(answer)
		if err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200 ") {
			t.Fatalf("%s, %v", answer[:n], err)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func TestAReadTimeoutIsDocumented(t *testing.T) {
	t.Parallel()
	if member(documented(t, impatient(t, router.ReadTimeout(time.Minute)), "POST /json"), "responses", "408") == nil {
		t.Error("a route with a ReadTimeout does not document 408")
	}
	if member(documented(t, impatient(t), "POST /json"), "responses", "408") != nil {
		t.Error("a route without a ReadTimeout documents 408")
	}
}

func TestAReadTimeoutOfNoTimeIsAMistake(t *testing.T) {
	t.Parallel()
	api := mortise.New("Impatient", "1", router.ReadTimeout(0))
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "ReadTimeout(0s)") {
		t.Errorf("Build returned %v", err)
	}
}

// In HTTP/2 the other requests of the connection have nothing to do with a body that
// is refused.
func TestARefusedBodyEndsItsOwnStreamAlone(t *testing.T) { // A175
	t.Parallel()
	s := hurried(t, impatient(t, router.MaxBody(16), router.ReadTimeout(200*time.Millisecond)), "HTTP/2.0", time.Minute)
	reused := false
	trace := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
	for i, tt := range []struct {
		path, body string
		status     int
	}{
		{"/json", sized(17), 413}, {"/reader", "", 408}, {"/nowhere", "{}", 404}, {"/json", `"ab"`, 200},
	} {
		var body io.Reader = strings.NewReader(tt.body)
		if tt.status == http.StatusRequestTimeout {
			reading, writing := io.Pipe()
			t.Cleanup(func() { _ = writing.Close() })
			body = reading
		}
		r, err := http.NewRequestWithContext(trace, http.MethodPost, s.URL+tt.path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", map[bool]string{true: "text/plain", false: "application/json"}[tt.path == "/reader"])
		res, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != tt.status || res.Proto != "HTTP/2.0" || reused != (i > 0) {
			t.Errorf("%s: %s %d on a connection that was there: %t", tt.path, res.Proto, res.StatusCode, reused)
		}
	}
}
