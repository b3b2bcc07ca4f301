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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/internal/need"
)

// serve serves an API, with the limits that every program has unless an option changes them, and returns its address.
func serve(t *testing.T, opts ...mortise.ServeOption) string {
	t.Helper()
	api := mortise.New("Slow", "1")
	mortise.Get(api, "/", func(context.Context, mortise.None) (string, error) { return "hello", nil }, mortise.Public())
	large := strings.Repeat("a", 1<<20)
	mortise.Get(api, "/large", func(context.Context, mortise.None) (string, error) { return large, nil }, mortise.Public())
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

// attacks are the ways of slowhttptest to hold connections. The tool sees the end of
// those whose answer it has not read last of all, if ever.
var attacks = []struct {
	name string
	args []string
}{
	{"headers that never end", []string{"-H", "-u", "/"}},
	{"a body that comes by the byte", []string{"-B", "-s", "100000", "-u", "/form"}},
	{"an answer that is read by the byte", []string{"-X", "-w", "64", "-y", "128", "-u", "/large"}},
}

const (
	connections = 60               // for each attack; more would try the machine, and not the server
	lasting     = 10 * time.Second // twice the time that a header may take
)

// short are limits that end every attack while it lasts.
func short(s *http.Server) {
	s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = lasting/8, lasting/8, lasting/8
}

// A199
func TestSlowClientsKeepNobodyElseFromBeingAnswered(t *testing.T) {
	tool := need.Tool(t, "slowhttptest")
	for _, tt := range []struct {
		name    string
		options []mortise.ServeOption
		there   int  // the attackers who are there at once
		ended   int  // the attacks whose connections the tool sees closed
		rid     bool // the server gets rid of all attackers while they go on
	}{
		{"with the usual limits", nil, 2 * connections, 1, false},
		{"with shorter limits", []mortise.ServeOption{mortise.Server(short)}, connections, 2, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := serve(t, tt.options...)
			client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
			ask(t, client, at)
			before := runtime.NumGoroutine()
			outputs, over := besiege(t, tool, at)
			most, least := askUntil(t, client, at, over)
			if most-before < tt.there {
				t.Errorf("only %d goroutines served the attackers", most-before)
			}
			if left := least - before; tt.rid != (left < connections/2) {
				t.Errorf("%d goroutines served the attackers at least, once they were there", left)
			}
			for i, a := range attacks[:tt.ended] {
				if !strings.Contains(outputs[i], "No open connections left") {
					t.Errorf("%s: the server closed none of them, or not all\n%s", a.name, outputs[i])
				}
			}
			for range 200 {
				if runtime.NumGoroutine() <= before {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
		})
	}
}

// besiege starts all attacks. Their outputs are there when they are over.
func besiege(t *testing.T, tool, at string) (outputs []string, over <-chan struct{}) {
	t.Helper()
	var all sync.WaitGroup
	outputs = make([]string, len(attacks))
	for i, a := range attacks {
		args := append([]string{"-c", strconv.Itoa(connections), "-r", strconv.Itoa(connections), "-i", "1", "-l", strconv.Itoa(int(lasting.Seconds())), "-p", "3"}, a.args...)
		args[len(args)-1] = "http://" + at + args[len(args)-1]
		all.Go(func() {
			out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
			if outputs[i] = string(out); err != nil {
				t.Errorf("%s: %v\n%s", a.name, err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	return outputs, done
}

// askUntil asks for an answer again and again until the attacks are over, and returns
// how many goroutines there were at most, and at least from then on while they lasted.
func askUntil(t *testing.T, client *http.Client, at string, over <-chan struct{}) (most, least int) {
	t.Helper()
	start, slowest, asked := time.Now(), time.Duration(0), 0
	for {
		begin := time.Now()
		ask(t, client, at)
		asked++
		slowest = max(slowest, time.Since(begin))
		if now := runtime.NumGoroutine(); now > most {
			most, least = now, now
		} else if time.Since(start) < lasting {
			least = min(least, now)
		}
		select {
		case <-over:
			t.Logf("%d requests were answered meanwhile, the slowest after %v; %d goroutines at most, then %d at least", asked, slowest, most, least)
			return most, least
		case <-time.After(50 * time.Millisecond):
		}
	}
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
