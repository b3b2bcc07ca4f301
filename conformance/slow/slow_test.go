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

// serve serves an API with the limits that every program has, and returns its address.
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

// An attack is one way of slowhttptest to hold connections.
type attack struct {
	name string
	args []string
	ends bool // the server ends its connections while it lasts
}

var attacks = []attack{
	{"headers that never end", []string{"-H", "-u", "/"}, true},
	{"a body that comes by the byte", []string{"-B", "-s", "100000", "-u", "/form"}, false},
	{"an answer that is read by the byte", []string{"-X", "-w", "64", "-y", "128", "-u", "/large"}, false},
}

const (
	connections = 60               // for each attack; more would try the machine, and not the server
	lasting     = 10 * time.Second // twice the time that a header may take
)

// A199
func TestSlowClientsKeepNobodyElseFromBeingAnswered(t *testing.T) {
	tool := need.Tool(t, "slowhttptest")
	at := serve(t)
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	ask(t, client, at)
	before := runtime.NumGoroutine()

	var all sync.WaitGroup
	outputs := make([]string, len(attacks))
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
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	most, slowest, asked := 0, time.Duration(0), 0
	for under := true; under; asked++ {
		begin := time.Now()
		ask(t, client, at)
		slowest, most = max(slowest, time.Since(begin)), max(most, runtime.NumGoroutine()-before)
		select {
		case <-over:
			under = false
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Logf("%d requests were answered meanwhile, the slowest after %v; %d goroutines at most", asked, slowest, most)
	if most < 2*connections {
		t.Errorf("only %d goroutines served the attackers", most)
	}
	for i, a := range attacks {
		if a.ends && !strings.Contains(outputs[i], "No open connections left") {
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
