package mortise_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"go/version"
	"io"
	"math/big"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
)

// certificate is one for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// serve serves an API that says hello, and returns its address.
func serve(t *testing.T, opts ...mortise.ServeOption) string {
	t.Helper()
	api := mortise.New("Hello", "1")
	mortise.Get(api, "/", func(context.Context, mortise.None) (string, error) { return "hello", nil }, mortise.Public())
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

// S42
func TestServeSpeaksTLSOfToday(t *testing.T) {
	t.Parallel()
	own, trusted := certificate(t)
	at := serve(t, mortise.TLS(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &own, nil }}))
	for _, tt := range []struct {
		version uint16
		serves  bool
	}{{tls.VersionTLS10, false}, {tls.VersionTLS11, false}, {tls.VersionTLS12, true}, {tls.VersionTLS13, true}} {
		config := &tls.Config{RootCAs: trusted, MinVersion: tt.version, MaxVersion: tt.version}
		transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
		t.Cleanup(transport.CloseIdleConnections)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+at+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := transport.RoundTrip(r)
		if (err == nil) != tt.serves {
			t.Errorf("%s: %v", tls.VersionName(tt.version), err)
		}
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
			t.Errorf("%s: status %d over %s", tls.VersionName(tt.version), res.StatusCode, res.Proto)
		}
	}
}

// S42
func TestServeRefusesTLSThatProtectsNothing(t *testing.T) {
	t.Parallel()
	own, _ := certificate(t)
	for name, tt := range map[string]struct {
		config *tls.Config
		says   string
	}{
		"nothing":        {nil, "no certificate"},
		"no certificate": {&tls.Config{MinVersion: tls.VersionTLS13}, "no certificate"},
		"TLS 1.1":        {&tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS11}, "TLS 1.1"},
	} {
		err := mortise.Serve(t.Context(), mortise.New("Hello", "1"), "127.0.0.1:0", mortise.TLS(tt.config))
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, tt.says)
		}
	}
}

// A200
func TestAnHTTP2ConnectionHasAHundredStreams(t *testing.T) {
	t.Parallel()
	own, trusted := certificate(t)
	at := serve(t, mortise.TLS(&tls.Config{Certificates: []tls.Certificate{own}}))
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: trusted, NextProtos: []string{"h2"}}}
	conn, err := dialer.DialContext(t.Context(), "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	// The preface and an empty SETTINGS frame, RFC 9113 section 3.4.
	if _, err := io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	var head [9]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil || head[3] != 4 {
		t.Fatalf("the first frame has the type %d, %v; want SETTINGS", head[3], err)
	}
	settings := make([]byte, binary.BigEndian.Uint16(head[1:3]))
	if _, err := io.ReadFull(conn, settings); err != nil {
		t.Fatal(err)
	}
	const maxConcurrentStreams = 3 // RFC 9113 section 6.5.2
	for ; len(settings) >= 6; settings = settings[6:] {
		if binary.BigEndian.Uint16(settings) == maxConcurrentStreams {
			if got := binary.BigEndian.Uint32(settings[2:]); got != 100 {
				t.Errorf("%d streams, want 100", got)
			}
			return
		}
	}
	t.Error("the server does not limit streams")
}

// A200, A202
func TestTheToolchainHasTheFixesOfItsStandardLibrary(t *testing.T) {
	t.Parallel()
	const least = "go1.26.6"
	built, _, _ := strings.Cut(runtime.Version(), " ") // behind the space stand experiments
	built, _, _ = strings.Cut(built, "-X:")
	if version.IsValid(built) && version.Compare(built, least) < 0 {
		t.Errorf("built with %s; its net/http and crypto/tls lack what %s mends", built, least)
	}
	if !version.IsValid(built) {
		t.Errorf("%q is no release of Go; whether it has the fixes cannot be told", built)
	}
}

// A66
func TestServeRefusesLargeHeaders(t *testing.T) {
	t.Parallel()
	at := serve(t)
	for _, tt := range []struct {
		name     string
		size     int
		fields   int
		response string
	}{
		{"60 KiB", 60 << 10, 1, "HTTP/1.1 200"},
		{"80 KiB in a field", 80 << 10, 1, "HTTP/1.1 431"},
		{"80 KiB in many fields", 80 << 10, 1000, "HTTP/1.1 431"},
		{"2 MiB", 2 << 20, 1, "HTTP/1.1 431"},
	} {
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		field := "X-A: " + strings.Repeat("a", tt.size/tt.fields) + "\r\n"
		go func() { // the server may answer before it has read all
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+strings.Repeat(field, tt.fields)+"\r\n")
		}()
		answer := make([]byte, len(tt.response))
		if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, []byte(tt.response)) {
			t.Errorf("%s: %q, %v; want %s", tt.name, answer, err, tt.response)
		}
		conn.Close()
	}
}

// What is no message, or could be two, never comes to the API.
func TestServeRefusesWhatIsNoRequest(t *testing.T) { // A65, A67, A68
	t.Parallel()
	at := serve(t)
	for _, tt := range []struct{ name, request string }{
		{"a NUL in a field", "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\x00b\r\n"},
		{"a carriage return in a field", "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\rX-B: b\r\n"},
		{"a DEL in a field", "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\x7f\r\n"},
		{"a line feed in a name", "GET / HTTP/1.1\r\nHost: a\r\nX-\nA: a\r\n"},
		{"a fold before the first field", "GET / HTTP/1.1\r\n X-A: a\r\nHost: a\r\n"},
		{"a space in a name", "GET / HTTP/1.1\r\nHost: a\r\nX A: a\r\n"},
		{"a space behind a name", "GET / HTTP/1.1\r\nHost: a\r\nX-A : a\r\n"},
		{"no name", "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n"},
		{"no host", "GET / HTTP/1.1\r\n"},
		{"a space in the host", "GET / HTTP/1.1\r\nHost: a b\r\n"},
		{"a method that is no word", "G@T / HTTP/1.1\r\nHost: a\r\n"},
		{"a method with a parenthesis", "GET( / HTTP/1.1\r\nHost: a\r\n"},
		{"a NUL in the method", "GE\x00T / HTTP/1.1\r\nHost: a\r\n"},
		{"no method", " / HTTP/1.1\r\nHost: a\r\n"},
		{"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n"},
		{"a NUL in the target", "GET /\x00 HTTP/1.1\r\nHost: a\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var d net.Dialer
			conn, err := d.DialContext(t.Context(), "tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.WriteString(conn, tt.request+"\r\n")
			answer, err := io.ReadAll(conn) // which ends because the server hangs up
			if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 400 ")) {
				t.Errorf("%q is answered %q, %v; want a 400 and no more", tt.request, answer, err)
			}
		})
	}
}

// S41, S85
func TestACertificateMadeForDevelopmentServes(t *testing.T) {
	t.Parallel()
	own, trusted := certificate(t)
	secure := serve(t, mortise.TLS(&tls.Config{Certificates: []tls.Certificate{own}}))
	plain := serve(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	for _, base := range []string{"https://" + secure, "http://" + plain} {
		if got := textOf(t, client, base+"/"); got != `"hello"` {
			t.Errorf("%s says %s", base, got)
		}
		// What the page asks for follows the scheme of the page: it names none.
		page := textOf(t, client, base+"/docs")
		if !strings.Contains(page, `data-document="./openapi.json"`) || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Errorf("the page of %s names an address:\n%s", base, page)
		}
		if document := textOf(t, client, base+"/openapi.json"); strings.Contains(document, "127.0.0.1") || strings.Contains(document, `"servers":[{"url":"http`) {
			t.Errorf("the document of %s names its server: %s", base, document)
		}
	}
	if _, err := http.Get("https://" + secure + "/"); err == nil {
		t.Error("a client that does not know the certificate trusts it")
	}
}

func textOf(t *testing.T, client *http.Client, target string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", target, res.StatusCode, err)
	}
	return strings.TrimSpace(string(text))
}
