package oauth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

const issuer = "https://login.example.com"

// world is an authorization server in memory: the place of the network, so that
// time can be the test's own.
type world struct {
	mu      sync.Mutex
	answers map[string]func(*http.Request) (*http.Response, error) // by URL
	asked   []string
	took    time.Duration
	log     bytes.Buffer
	events  []oauth.Event
}

func newWorld() *world {
	return &world{answers: make(map[string]func(*http.Request) (*http.Response, error))}
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL.String())
	answer, took := w.answers[r.URL.String()], w.took
	w.mu.Unlock()
	if took > 0 {
		select {
		case <-time.After(took):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if answer == nil {
		return nil, errors.New("connection refused")
	}
	return answer(r)
}

// on changes the world; a nil answer takes the server down.
func (w *world) on(url string, answer func(*http.Request) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[url] = answer
}

func (w *world) slow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.took = d
}

func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) kinds() map[oauth.EventKind]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := make(map[oauth.EventKind]int)
	for _, e := range w.events {
		n[e.Kind]++
	}
	return n
}

func (w *world) connection() oauth.Connection {
	return oauth.Connection{
		Transport: w,
		Logger:    slog.New(slog.NewTextHandler(w, nil)),
		Observe: func(e oauth.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
	}
}

// says answers with a status, a body and fields.
func says(status int, body string, fields ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(fields); i += 2 {
			h.Set(fields[i], fields[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
	}
}

// pair is a key of the issuer.
type pair struct {
	id      string
	private *ecdsa.PrivateKey
}

func newPair(t testing.TB, id string) pair {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pair{id, k}
}

func (p pair) jwk() map[string]any {
	point, err := p.private.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{"kty": "EC", "crv": "P-256", "kid": p.id, "use": "sig", "x": encode(point[1:33]), "y": encode(point[33:])}
}

func jwks(pairs ...pair) string {
	keys := []any{}
	for _, p := range pairs {
		keys = append(keys, p.jwk())
	}
	data, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err)
	}
	return string(data)
}

// token signs claims over the usual ones.
func (p pair) token(t testing.TB, claims jwt.MapClaims) security.BearerToken {
	t.Helper()
	all := jwt.MapClaims{"iss": issuer, "aud": "api", "sub": "ada", "exp": time.Now().Add(100 * time.Hour).Unix()}
	maps.Copy(all, claims)
	token := jwt.NewWithClaims(jwt.SigningMethodES256, all)
	token.Header["kid"] = p.id
	text, err := token.SignedString(p.private)
	if err != nil {
		t.Fatal(err)
	}
	return security.BearerToken(text)
}

// checker verifies tokens with the keys of j.
func checker(t testing.TB, j *oauth.JWKS) *oauth.JWT {
	t.Helper()
	v, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{"ES256"}, Source: j, Issuer: issuer, Audience: []string{"api"}})
	if err != nil {
		t.Fatal(err)
	}
	return oauth.NewJWT(v)
}

// status is what a client would get.
func status(t testing.TB, c oauth.Checker, token security.BearerToken) int {
	t.Helper()
	info, err := c.Check(t.Context(), token)
	if err != nil {
		if info != nil {
			t.Errorf("information %+v with the error %v", info, err)
		}
		p := problem.From(err)
		if after := p.Header().Get("Retry-After"); (p.Status == http.StatusServiceUnavailable) != (after != "") {
			t.Errorf("%d with Retry-After %q", p.Status, after)
		}
		return p.Status
	}
	return http.StatusOK
}

func mustStatus(t testing.TB, c oauth.Checker, token security.BearerToken, want int) {
	t.Helper()
	if got := status(t, c, token); got != want {
		t.Errorf("the answer is %d, want %d", got, want)
	}
}

func mustCount(t testing.TB, w *world, want int) {
	t.Helper()
	if got := w.count(); got != want {
		t.Errorf("the server was asked %d times, want %d: %q", got, want, slices.Compact(w.asked))
	}
}
