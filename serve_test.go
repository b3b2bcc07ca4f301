package mortise_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
)

// steps are what happened, in order.
type steps struct {
	mu   sync.Mutex
	list []string
}

func (s *steps) add(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, step)
}

func (s *steps) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

type engine struct{}

// probed is an API that is being served, with an engine that lives as long.
type probed struct {
	t     *testing.T
	steps *steps
	base  string
	stop  context.CancelFunc
	ended chan error
}

func serveProbed(t *testing.T, notice time.Duration, hook error) *probed {
	t.Helper()
	health, err := middleware.NewHealth(middleware.HealthConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var did steps
	api := mortise.New("Probed", "1")
	api.Provide(mortise.Depends(func(context.Context, mortise.None) (di.Resource[*engine], error) {
		return di.Resource[*engine]{Value: &engine{}, Close: func(error) error { did.add("engine"); return nil }}, nil
	}, di.Application))
	mortise.Get(api, "/engine", func(context.Context, *engine) (string, error) { return "running", nil }, mortise.Public())
	ctx, stop := context.WithCancel(t.Context())
	at, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- mortise.Serve(ctx, api, "127.0.0.1:0",
			mortise.Health(health, notice),
			mortise.OnListen(func(a net.Addr) { at <- a }),
			mortise.OnShutdown(func(context.Context) error { did.add("first added"); return hook }),
			mortise.OnShutdown(func(ctx context.Context) error {
				if ctx.Err() != nil {
					t.Error("the context of the hook has ended")
				}
				did.add("last added")
				return nil
			}))
	}()
	t.Cleanup(stop)
	return &probed{t, &did, "http://" + (<-at).String(), stop, ended}
}

func (p *probed) status(path string) int {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Close = true // a connection that idles would be closed when serving ends
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// A204
func TestServeDrainsBeforeItEnds(t *testing.T) {
	t.Parallel()
	p := serveProbed(t, time.Second, nil)
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/engine": 200, "/healthz": 404} {
		if got := p.status(path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	begin := time.Now()
	p.stop()
	for p.status("/readyz") != 503 {
		if time.Since(begin) > time.Second/2 {
			t.Fatal("still ready")
		}
	}
	if live, served := p.status("/livez"), p.status("/engine"); live != 200 || served != 200 {
		t.Errorf("while it drains: live %d, served %d", live, served)
	}
	if err := <-p.ended; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if took := time.Since(begin); took < time.Second {
		t.Errorf("it ended after %v, before the notice was over", took)
	}
	if want := []string{"last added", "first added", "engine"}; !slices.Equal(p.steps.list, want) {
		t.Errorf("at the end: %q, want %q", p.steps.list, want)
	}
}

// A204: a client that does not let its request end takes no time from others.
func TestServeCutsOffWhoDoesNotEnd(t *testing.T) {
	t.Parallel()
	var did steps
	entered := make(chan struct{})
	api := mortise.New("Endless", "1")
	mortise.Post(api, "/", func(ctx context.Context, in struct {
		Body io.Reader `body:"text/plain"`
	}) (string, error) {
		close(entered)
		_, err := io.ReadAll(in.Body)
		<-ctx.Done()
		did.add("the handler's context has ended")
		return "", err
	}, mortise.Public())
	ctx, stop := context.WithCancel(t.Context())
	at, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- mortise.Serve(ctx, api, "127.0.0.1:0",
			mortise.Grace(300*time.Millisecond),
			mortise.OnListen(func(a net.Addr) { at <- a.String() }),
			mortise.OnShutdown(func(ctx context.Context) error {
				for len(did.all()) == 0 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				did.add(fmt.Sprintf("the hook has time, %v", ctx.Err()))
				return nil
			}))
	}()
	conn, err := net.Dial("tcp", <-at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\na"); err != nil {
		t.Fatal(err)
	}
	<-entered
	begin := time.Now()
	stop()
	err = <-ended
	if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "cut off") || took > 5*time.Second {
		t.Errorf("Serve returned %v after %v", err, took)
	}
	if want := []string{"the handler's context has ended", "the hook has time, <nil>"}; !slices.Equal(did.all(), want) {
		t.Errorf("at the end: %q, want %q", did.all(), want)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	if text, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) || len(text) > 0 {
		t.Errorf("the client got %q, %v", text, err)
	}
}

func TestAGraceOfNoTimeIsAMistake(t *testing.T) {
	t.Parallel()
	err := mortise.Serve(t.Context(), mortise.New("None", "1"), "127.0.0.1:0", mortise.Grace(0))
	if err == nil || !strings.Contains(err.Error(), "a Grace of 0s cuts off every request") {
		t.Errorf("Serve returned %v", err)
	}
}

func TestServeReturnsWhatAHookSays(t *testing.T) {
	t.Parallel()
	errHook := errors.New("the queue is not empty")
	p := serveProbed(t, 0, errHook)
	p.stop()
	if err := <-p.ended; !errors.Is(err, errHook) {
		t.Errorf("Serve returned %v, want %v", err, errHook)
	}
	if len(p.steps.list) != 3 {
		t.Errorf("after a failing hook: %q", p.steps.list)
	}
}

// A204: what a request saves behind its handler, and what it does behind its answer,
// is done before what it needs is closed.
func TestServeWaitsForWhatRequestsLeaveBehind(t *testing.T) {
	t.Parallel()
	var did steps
	entered := make(chan struct{})
	api := mortise.New("Leaving", "1")
	api.Provide(mortise.Depends(func(context.Context, mortise.None) (di.Resource[*engine], error) {
		return di.Resource[*engine]{Value: &engine{}, Close: func(error) error { did.add("engine closed"); return nil }}, nil
	}, di.Application))
	type session struct{}
	api.Provide(mortise.Depends(func(context.Context, *engine) (di.Resource[*session], error) {
		return di.Resource[*session]{Value: &session{}, Close: func(err error) error {
			time.Sleep(100 * time.Millisecond)
			did.add(fmt.Sprintf("session saved, %v", err))
			return nil
		}}, nil
	}))
	mortise.Post(api, "/logout", func(ctx context.Context, in struct {
		Session *session
		Later   router.Background
	}) (mortise.None, error) {
		in.Later.Add(func(ctx context.Context) error {
			time.Sleep(100 * time.Millisecond)
			did.add(fmt.Sprintf("token revoked, %v", ctx.Err()))
			return nil
		})
		close(entered)
		time.Sleep(100 * time.Millisecond)
		return mortise.None{}, ctx.Err()
	}, mortise.Public())
	ctx, stop := context.WithCancel(t.Context())
	at, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- mortise.Serve(ctx, api, "127.0.0.1:0", mortise.OnListen(func(a net.Addr) { at <- a.String() }))
	}()
	go func() { <-entered; stop() }()
	res, err := http.Post("http://"+<-at+"/logout", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if err := <-ended; err != nil || res.StatusCode != 204 {
		t.Errorf("Serve returned %v, the request got %d", err, res.StatusCode)
	}
	if want := []string{"session saved, <nil>", "token revoked, <nil>", "engine closed"}; !slices.Equal(did.list, want) {
		t.Errorf("at the end: %q, want %q", did.list, want)
	}
}

// A199: the limits of Serve can be others, and cannot be none.
func TestServerChangesTheLimits(t *testing.T) {
	t.Parallel()
	at := serve(t,
		mortise.Server(func(s *http.Server) { s.ReadHeaderTimeout = 50 * time.Millisecond }),
		mortise.Server(func(s *http.Server) {
			got := []time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout}
			want := []time.Duration{50 * time.Millisecond, 30 * time.Second, time.Minute, 2 * time.Minute}
			if !slices.Equal(got, want) || s.MaxHeaderBytes != 64<<10 {
				t.Errorf("the server comes with %v and %d bytes of header", got, s.MaxHeaderBytes)
			}
		}))
	conn, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	begin := time.Now()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(begin.Add(4 * time.Second)) // before the limit that every server has
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("a client that does not finish its header is still connected after %v: %v", time.Since(begin), err)
	}
}

func TestAServerWithoutLimitsIsAMistake(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Server){
		"ReadTimeout":       func(s *http.Server) { s.ReadTimeout = 0 },
		"ReadHeaderTimeout": func(s *http.Server) { s.ReadHeaderTimeout = -1 },
		"WriteTimeout":      func(s *http.Server) { s.WriteTimeout = 0 },
		"IdleTimeout":       func(s *http.Server) { s.IdleTimeout = -1 },
	} {
		err := mortise.Serve(t.Context(), mortise.New("None", "1"), "127.0.0.1:0", mortise.Server(change))
		if err == nil || !strings.Contains(err.Error(), "the server has no "+name+",") {
			t.Errorf("without a %s: %v", name, err)
		}
	}
}
