package blogtest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/security/password"
)

const (
	senders     = 8
	memoryBound = 16 << 20 // what may be held after a run and was not before it
)

// A hostile run is a blog behind a real server that is sent nonsense over raw
// connections.
type hostileRun struct {
	t       *testing.T
	address string
	server  *httptest.Server
	public  []string // GET and the like, and a path
	paths   []string
	token   string
	panics  alarm
	codes   [600]atomic.Int64
}

// alarm is a log that keeps the lines that tell of panics.
type alarm struct {
	mu    sync.Mutex
	lines []string
}

func (a *alarm) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("panic")) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.lines = append(a.lines, string(line[:min(len(line), 2000)]))
	}
	return len(line), nil
}

func newHostileRun(t *testing.T) *hostileRun {
	t.Helper()
	run := &hostileRun{t: t}
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	app, err := blog.New(blog.Config{
		Secret: []byte("a secret for the tests of the guide, long enough"), Hasher: hasher,
		TrustedProxies: []string{"127.0.0.0/8"}, Logger: slog.New(slog.NewTextHandler(&run.panics, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	if err := app.API.Build(); err != nil {
		t.Fatal(err)
	}
	for _, a := range app.API.Audit() {
		run.paths = append(run.paths, a.Path)
		if a.Public {
			run.public = append(run.public, a.Method+" "+a.Path)
		}
	}
	run.paths = append(run.paths, "/docs", "/docs/swagger-ui.css", "/openapi.json", "/nothing")
	run.server = httptest.NewUnstartedServer(app)
	run.server.Config.ErrorLog = log.New(&run.panics, "", 0)
	run.server.Config.MaxHeaderBytes = 64 << 10
	run.server.Config.ReadTimeout = 5 * time.Second
	run.server.Start()
	t.Cleanup(run.server.Close)
	run.address = run.server.Listener.Addr().String()
	run.login()
	return run
}

func (run *hostileRun) login() {
	run.t.Helper()
	res, err := run.server.Client().Post(run.server.URL+"/login", "application/json", strings.NewReader(`{"username":"alice","password":"wonderland-1"}`))
	if err != nil {
		run.t.Fatal(err)
	}
	defer res.Body.Close()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil || body.Token == "" {
		run.t.Fatalf("login: %d, %v", res.StatusCode, err)
	}
	run.token = "Bearer " + body.Token
}

// send sends so many requests, the same ones for the same seed.
func (run *hostileRun) send(seed uint64, requests int) {
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			f := &forger{rand.New(rand.NewPCG(seed, uint64(i))), run.paths, run.token, bodies()}
			for range requests / senders {
				run.one(f.request())
			}
		})
	}
	all.Wait()
}

// one sends a request on a connection of its own, and judges what comes back:
// nothing, where it was no request, and as many answers as the server took it for.
func (run *hostileRun) one(f forgery) {
	conn, err := net.Dial("tcp", run.address)
	if err != nil {
		run.t.Errorf("the server takes no connection: %v", err)
		return
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetLinger(0) // leaves no trace of a hundred thousand connections
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { // the server may answer before it has read all
		_, _ = io.WriteString(conn, f.text)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	for reader, first := bufio.NewReader(conn), true; ; first = false {
		res, err := http.ReadResponse(reader, &http.Request{Method: f.method})
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if res.StatusCode == http.StatusContinue {
			continue
		}
		run.judge(f, res, first)
		if res.Close { // the server waits before it does
			return
		}
	}
}

func (run *hostileRun) judge(f forgery, res *http.Response, first bool) {
	run.codes[min(res.StatusCode, len(run.codes)-1)].Add(1)
	switch shown := f.text[:min(len(f.text), 600)]; {
	case res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable && res.StatusCode != http.StatusNotImplemented && res.StatusCode != http.StatusHTTPVersionNotSupported:
		run.t.Errorf("status %d for %q", res.StatusCode, shown)
	case res.StatusCode >= 200 && res.StatusCode < 300 && first && !f.credentials && !run.open(f):
		run.t.Errorf("status %d without credentials for %q", res.StatusCode, shown)
	}
}

// docsFiles are the documentation page, with a slash at its end, and what it loads.
var docsFiles = regexp.MustCompile(`^/docs/((v[0-9a-f]{12}/)?(swagger-ui-bundle\.js|swagger-ui\.css|favicon\.png|(start|oauth2-redirect)\.js|style\.css)|oauth2-redirect\.html)?$`)

// open tells whether everybody may have what the first request asks for.
func (run *hostileRun) open(f forgery) bool {
	asked, err := url.ParseRequestURI(f.target)
	if err != nil {
		return false
	}
	target := asked.Path
	if f.method == http.MethodOptions || target == "/openapi.json" || target == "/docs" || docsFiles.MatchString(target) {
		return true
	}
	method := f.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return slices.ContainsFunc(run.public, func(operation string) bool {
		m, pattern, _ := strings.Cut(operation, " ")
		if before, _, found := strings.Cut(pattern, "{"); found {
			rest, is := strings.CutPrefix(target, before)
			return m == method && is && !strings.Contains(rest, "/")
		}
		return m == method && pattern == target
	})
}

// settled returns what is held when nothing is under way. It waits for so long at
// most until no more than so many goroutines are left.
func (run *hostileRun) settled(enough int, patience time.Duration) (goroutines int, memory uint64) {
	run.server.CloseClientConnections()
	for until := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if goroutines = runtime.NumGoroutine(); goroutines <= enough || time.Now().After(until) {
			break
		}
	}
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return goroutines, stats.HeapAlloc
}

// A192, A197
func TestNothingHostileBreaksTheBlog(t *testing.T) {
	requests := 5000
	switch {
	case need.Full() && raceEnabled:
		requests = 20_000
	case need.Full():
		requests = 100_000
	}
	run := newHostileRun(t)
	run.send(1, 2000)
	goroutines, memory := run.settled(0, time.Second)
	begin := time.Now()
	run.send(2, requests)
	took := time.Since(begin)
	if g, m := run.settled(goroutines+2, 10*time.Second); g > goroutines+2 || m > memory+memoryBound {
		t.Errorf("from %d goroutines and %d bytes to %d and %d", goroutines, memory, g, m)
	}
	for _, line := range run.panics.lines {
		t.Errorf("the log tells of a panic: %s", line)
	}
	total := int64(0)
	for code := range run.codes {
		if n := run.codes[code].Load(); n > 0 {
			t.Logf("%d: %d", code, n)
			total += n
		}
	}
	t.Logf("%d requests, %d answers in %v", requests, total, took)
	for _, code := range []int{200, 400, 401, 404, 405, 415, 422, 429} {
		if run.codes[code].Load() == 0 {
			t.Errorf("no answer is %d: the requests do not reach as far as they should", code)
		}
	}
}
