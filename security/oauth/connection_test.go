package oauth_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/oauth"
)

// server is a real one on a port of this machine.
func server(t *testing.T, secure *tls.Config, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = secure
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func trusting(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// checked asks a server about a token.
func checked(t *testing.T, url string, c oauth.Connection) int {
	t.Helper()
	c.Logger = quiet()
	r, err := oauth.NewIntrospection(oauth.RemoteConfig{URL: url, AnyAudience: true, Connection: c}, oauth.ClientSecretBasic("api", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	return status(t, r, "t")
}

func isActive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"active":true}`)
}

func TestCertificatesAreChecked(t *testing.T) { // S68
	t.Parallel()
	s := server(t, nil, isActive)
	if got := checked(t, s.URL, oauth.Connection{}); got != 503 {
		t.Errorf("a certificate that nobody signed: %d", got)
	}
	if got := checked(t, s.URL, oauth.Connection{RootCAs: trusting(s)}); got != 200 {
		t.Errorf("a certificate of the authority that was configured: %d", got)
	}
	keys := server(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, jwks(newPair(t, "1")))
	})
	if _, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{URL: keys.URL, Connection: oauth.Connection{Logger: quiet()}}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("NewJWKS = %v", err)
	}
	if _, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{URL: keys.URL, Connection: oauth.Connection{RootCAs: trusting(keys)}}); err != nil {
		t.Errorf("NewJWKS = %v", err)
	}
}

func TestOldTLSIsRefused(t *testing.T) { // S84
	t.Parallel()
	s := server(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, isActive)
	if got := checked(t, s.URL, oauth.Connection{RootCAs: trusting(s)}); got != 503 {
		t.Errorf("TLS 1.1: %d", got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) { // A107, S102
	t.Parallel()
	var reached atomic.Int32
	s := server(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			reached.Add(1)
			isActive(w, r)
			return
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if got := checked(t, s.URL, oauth.Connection{RootCAs: trusting(s)}); got != 503 || reached.Load() > 0 {
		t.Errorf("a redirect: %d, reached %d times", got, reached.Load())
	}
}

func TestAGzipBombStaysPacked(t *testing.T) { // A107
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write([]byte(`{"active":true,"x":"` + strings.Repeat("x", 10<<20) + `"}`))
	_ = z.Close()
	s := server(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	for name, c := range map[string]oauth.Connection{
		"our transport":   {RootCAs: trusting(s)},
		"their transport": {Transport: s.Client().Transport},
	} {
		if got := checked(t, s.URL, c); got != 503 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) { // A94, A107
	t.Parallel()
	var sent atomic.Int64
	s := server(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"x":"`)
		for {
			n, err := io.WriteString(w, strings.Repeat("x", 64<<10))
			if sent.Add(int64(n)); err != nil || sent.Load() > 64<<20 {
				return
			}
		}
	})
	if got := checked(t, s.URL, oauth.Connection{RootCAs: trusting(s)}); got != 503 {
		t.Errorf("an endless answer: %d", got)
	}
	if sent.Load() > 32<<20 {
		t.Errorf("the server could send %d octets", sent.Load())
	}
}

func TestAServerThatTricklesIsNotWaitedFor(t *testing.T) { // A94
	t.Parallel()
	s := server(t, nil, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"active":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	begun := time.Now()
	if got := checked(t, s.URL, oauth.Connection{RootCAs: trusting(s), Timeout: 100 * time.Millisecond}); got != 503 || time.Since(begun) > 10*time.Second {
		t.Errorf("half an answer: %d after %v", got, time.Since(begun))
	}
}

func TestPlainHTTPIsDangerousAndSaidToBe(t *testing.T) { // A107, S68
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(isActive))
	t.Cleanup(s.Close)
	for _, address := range []string{s.URL, strings.Replace(s.URL, "http:", "HTTP:", 1)} {
		var text bytes.Buffer
		r, err := oauth.NewIntrospection(oauth.RemoteConfig{URL: address, AnyAudience: true, Connection: oauth.Connection{
			DangerouslyAllowHTTP: true, Logger: slog.New(slog.NewTextHandler(&text, nil)),
		}}, oauth.ClientSecretBasic("api", "secret"))
		if err != nil {
			t.Fatal(err)
		}
		mustStatus(t, r, "t", 200)
		if !strings.Contains(text.String(), "level=WARN") || !strings.Contains(text.String(), "without TLS") {
			t.Errorf("%s: the log is %q", address, text.String())
		}
	}
}

// L14: a password stays out of the error also where the URL is none.
func TestAPasswordInAWrongURLIsNotRepeated(t *testing.T) { // A208
	for _, address := range []string{
		"https://api:s3cret@login.example.com/jwks", "https://api:s3cret@login.example.com:port/jwks", "https://api:s3cret@/jwks",
		"https:api:s3cret@login.example.com", "api:s3cret@login.example.com/jwks", "https://api:s3cret%zz@login.example.com", "ftp://api:s3cret@login.example.com",
	} {
		_, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{URL: address})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTwoWaysToTrustExcludeEachOther(t *testing.T) {
	t.Parallel()
	c := oauth.Connection{Transport: newWorld(), RootCAs: x509.NewCertPool()}
	if _, err := oauth.NewTokenInfo(oauth.RemoteConfig{URL: infoURL, AnyAudience: true, Connection: c}); err == nil || !strings.Contains(err.Error(), "exclude each other") {
		t.Errorf("NewTokenInfo = %v", err)
	}
}
