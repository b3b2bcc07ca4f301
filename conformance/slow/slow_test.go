package slow_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/router"
)

// serve serves an API, with the limits that every program has unless an option changes them, and returns its address.
func serve(t *testing.T, opts ...mortise.ServeOption) string {
	t.Helper()
	api := mortise.New("Slow", "1")
	mortise.Get(api, "/", func(context.Context, mortise.None) (string, error) { return "hello", nil }, mortise.Public())
	large := make([]byte, 1<<20)
	mortise.Get(api, "/large", func(context.Context, mortise.None) ([]byte, error) { return large, nil }, mortise.Public(),
		router.ContentType("application/octet-stream"))
	mortise.Post(api, "/form", func(_ context.Context, in struct {
		Name string `form:"name" default:"nobody"`
	}) (string, error) {
		return in.Name, nil
	}, mortise.Public())
	ctx, stop := context.WithCancel(t.Context())
	at, ended := make(chan string, 1), make(chan error, 1)
	opts = append(opts, mortise.OnListen(func(a net.Addr) { at <- a.String() }))
	go func() { ended <- mortise.Serve(ctx, api, "127.0.0.1:0", opts...) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return <-at
}

const (
	connections = 60               // for each attack; more would try the machine, and not the server
	lasting     = 10 * time.Second // for an attack that the server lets go on
	patience    = 90 * time.Second // for one that it ends, however busy the machine
)

// short are limits that end every attack.
func short(s *http.Server) {
	s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = time.Second, time.Second, time.Second
}

// attacks are the ways of slowhttptest to hold connections.
var attacks = []struct {
	name  string
	args  []string
	ended bool // by the usual limits, while the attack goes on; shorter ones end all
}{
	{"headers that never end", []string{"-H", "-u", "/"}, true},
	{"a body that comes by the byte", []string{"-B", "-s", "100000", "-u", "/form"}, false},
	{"an answer that is read by the byte", []string{"-X", "-w", "64", "-y", "128", "-u", "/large"}, false},
}

// A199
func TestSlowClientsKeepNobodyElseFromBeingAnswered(t *testing.T) {
	tool := need.Tool(t, "slowhttptest")
	before := runtime.NumGoroutine()
	t.Run("attacks", func(t *testing.T) {
		for _, a := range attacks {
			t.Run(a.name+", with the usual limits", func(t *testing.T) {
				t.Parallel()
				withstand(t, tool, a.args, a.ended)
			})
			t.Run(a.name+", with shorter limits", func(t *testing.T) {
				t.Parallel()
				withstand(t, tool, a.args, true, mortise.Server(short))
			})
		}
	})
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// withstand lets a server be attacked, which ends all connections of the attackers
// or lets the attack go on.
func withstand(t *testing.T, tool string, attack []string, ended bool, limits ...mortise.ServeOption) {
	t.Helper()
	var attackers ledger
	at := serve(t, append(limits, mortise.Server(func(s *http.Server) { s.ConnState = attackers.note }))...)
	last, done := lasting, func() bool { return false }
	if ended {
		last, done = patience, attackers.gone
	}
	if out := besiege(t, tool, at, attack, last, done); strings.Contains(out, "Hit test time limit") == ended {
		t.Errorf("the server ended all: %v, want %v\n%s", !ended, ended, out)
	}
	came, most := attackers.numbers()
	if came < connections || !ended && most < connections {
		t.Errorf("of %d attackers %d came, and %d were there at once", connections, came, most)
	}
}

// ledger knows the connections of attackers as the server does. The attacking program
// takes some of those for open that the server has closed.
type ledger struct {
	mu   sync.Mutex
	came int
	open int
	most int // open at once
}

// note is a [http.Server.ConnState].
func (l *ledger) note(c net.Conn, state http.ConnState) {
	if host, _, _ := net.SplitHostPort(c.RemoteAddr().String()); host == elsewhere {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.came++
		l.open++
		l.most = max(l.most, l.open)
	case http.StateClosed:
		l.open--
	}
}

// numbers tells how many have come, and how many were there at once.
func (l *ledger) numbers() (came, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came, l.most
}

// gone reports whether all attackers have come and the server is rid of them.
func (l *ledger) gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came >= connections && l.open == 0
}

// besiege attacks until the time is over or nothing is left to do, and asks for
// answers from elsewhere meanwhile. It returns what the attacking program says, which
// is nothing of its end where it had to be stopped.
func besiege(t *testing.T, tool, at string, attack []string, last time.Duration, done func() bool) string {
	t.Helper()
	n := strconv.Itoa(connections)
	args := slices.Concat([]string{"-c", n, "-r", n, "-i", "1", "-l", strconv.Itoa(int(last.Seconds())), "-p", "3"}, attack)
	args[len(args)-1] = "http://" + at + args[len(args)-1]
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	over := make(chan string, 1)
	go func() {
		out, err := exec.CommandContext(ctx, tool, args...).CombinedOutput()
		if err != nil && ctx.Err() == nil {
			t.Errorf("%v\n%s", err, out)
		}
		over <- string(out)
	}()
	askUntil(t, at, func() bool { return len(over) > 0 || done() })
	stop()
	return <-over
}

// elsewhere is the address of those who are no attackers.
const elsewhere = "127.0.0.2"

// askUntil asks for an answer from elsewhere, again and again until the attack is over.
func askUntil(t *testing.T, at string, over func() bool) {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(elsewhere)}}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext}}
	slowest, asked := time.Duration(0), 0
	for ; !over(); asked++ {
		begin := time.Now()
		ask(t, client, at)
		slowest = max(slowest, time.Since(begin))
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("%d requests were answered meanwhile, the slowest after %v", asked, slowest)
}

func ask(t *testing.T, client *http.Client, at string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Errorf("somebody else is not answered: %v", err)
		return
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("somebody else is answered %d", res.StatusCode)
	}
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestManyRequestsOverHTTP2AllSucceed(t *testing.T) {
	tool := need.Tool(t, "h2load")
	at := serve(t, mortise.TLS(&tls.Config{Certificates: []tls.Certificate{certificate(t)}}))
	out, err := exec.CommandContext(t.Context(), tool, "-n", "2000", "-c", "10", "-m", "50", "https://"+at+"/").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Application protocol: h2", "2000 succeeded, 0 failed, 0 errored, 0 timeout", "status codes: 2000 2xx"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("h2load does not say %q:\n%s", want, out)
		}
	}
}
