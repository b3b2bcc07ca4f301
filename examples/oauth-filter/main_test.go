package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security/oauth"
)

// login is an authorization server: metadata, a key, and two opaque tokens.
type login struct {
	*httptest.Server
	key ed25519.PrivateKey
}

func newLogin(t *testing.T) *login {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	l := &login{httptest.NewServer(mux), private}
	t.Cleanup(l.Close)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]string{"issuer": l.URL, "jwks_uri": l.URL + "/jwks", "introspection_endpoint": l.URL + "/introspection"})
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]string{
			"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": base64.RawURLEncoding.EncodeToString(public),
		}}})
	})
	mux.HandleFunc("POST /introspection", func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != "api" || secret != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		scope, ok := map[string]string{"opaque-read": "films:read", "opaque-all": "films:read films:write"}[r.PostFormValue("token")]
		answer(w, map[string]any{"active": ok, "scope": scope, "sub": "alice", "aud": "films", "exp": time.Now().Add(time.Minute).Unix()})
	})
	return l
}

func (l *login) signed(t *testing.T, scope string) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": l.URL, "aud": "films", "sub": "bob", "scope": scope, "exp": time.Now().Add(time.Minute).Unix(),
	})
	token.Header["kid"] = "1"
	text, err := token.SignedString(l.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (l *login) api(t *testing.T, secret string) *mortise.API {
	t.Helper()
	c := config{issuer: l.URL, audience: "films", client: "api", secret: secret,
		connection: oauth.Connection{DangerouslyAllowHTTP: true, Logger: slog.New(slog.DiscardHandler)}}
	checker, err := c.checker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return newAPI(checker)
}

func call(api http.Handler, method, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if method == http.MethodPost {
		r = httptest.NewRequest(method, path, strings.NewReader(`{"title":"Metropolis"}`))
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

// S62, S63, S64, S65, S69, S80, S81, S82, S83, S86
func TestTheFilterGuardsAllRoutes(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	api := l.api(t, "secret")
	const (
		unauthorized = `{"error":"unauthorized","error_description":"No valid access token found"}`
		forbidden    = `{"error":"forbidden","error_description":"Access token is missing appropriate scopes"}`
	)
	for _, tt := range []struct {
		name, method, path, token string
		status                    int
		body                      string
	}{
		{"nobody", "GET", "/hello_world", "", 401, unauthorized},
		{"a stranger", "GET", "/hello_world", "opaque-no", 401, unauthorized},
		{"an opaque token", "GET", "/hello_world", "opaque-read", 200, `{"hello":"alice"}`},
		{"a signed token", "GET", "/hello_world", l.signed(t, "films:read"), 200, `{"hello":"bob"}`},
		{"a signed token without the scope", "GET", "/hello_world", l.signed(t, "films:write"), 403, forbidden},
		{"a tampered one", "GET", "/hello_world", l.signed(t, "films:read") + "AA", 401, unauthorized},
		{"a route with a scope more", "POST", "/films", "opaque-read", 403, forbidden},
		{"an opaque token with both", "POST", "/films", "opaque-all", 201, `{"title":"Metropolis","by":"alice"}`},
		{"a signed token with both", "POST", "/films", l.signed(t, "films:write films:read"), 201, `{"title":"Metropolis","by":"bob"}`},
		{"what is public", "GET", "/health", "", 200, `"ok"`},
	} {
		w := call(api, tt.method, tt.path, tt.token)
		if w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.body {
			t.Errorf("%s: %d %s, want %d %s", tt.name, w.Code, w.Body, tt.status, tt.body)
		}
		if is401 := w.Code == 401; is401 != (w.Header().Get("WWW-Authenticate") != "") && w.Code != 403 {
			t.Errorf("%s: WWW-Authenticate is %q", tt.name, w.Header().Get("WWW-Authenticate"))
		}
		if w.Code > 400 && w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type is %q", tt.name, w.Header().Get("Content-Type"))
		}
	}
}

func TestAMistakeOfOursIsNotTheClients(t *testing.T) { // S70, S105
	t.Parallel()
	l := newLogin(t)
	w := call(l.api(t, "wrong"), "GET", "/hello_world", "opaque-read")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestTheServerHasToBeThere(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	for name, c := range map[string]config{
		"another issuer": {issuer: strings.Replace(l.URL, "127.0.0.1", "localhost", 1), audience: "films", client: "api", secret: "secret"},
		"no audience":    {issuer: l.URL, client: "api", secret: "secret"},
		"no secret":      {issuer: l.URL, audience: "films", client: "api"},
	} {
		c.connection = oauth.Connection{DangerouslyAllowHTTP: true, Logger: slog.New(slog.DiscardHandler)}
		if checker, err := c.checker(t.Context()); err == nil {
			t.Errorf("%s: %s", name, fmt.Sprint(checker))
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	l, other := newLogin(t), newLogin(t)
	forged := *other
	forged.Server = l.Server // its issuer, with a key of others
	read := []string{"GET /hello_world"}
	mortisetest.Deny(t, l.api(t, "secret"), mortisetest.Matrix{
		Body: `{"title":"Metropolis"}`,
		Intruders: []mortisetest.Intruder{
			{Name: "a token of another issuer", Present: mortisetest.Bearer(other.signed(t, "films:read films:write"))},
			{Name: "a token signed with the key of others", Present: mortisetest.Bearer(forged.signed(t, "films:read films:write"))},
			{Name: "a signed token without scopes", Present: mortisetest.Bearer(l.signed(t, ""))},
			{Name: "a signed token that may write", Present: mortisetest.Bearer(l.signed(t, "films:write"))},
			{Name: "a signed token that may read", Present: mortisetest.Bearer(l.signed(t, "films:read")), May: read},
			{Name: "an opaque token that may read", Present: mortisetest.Bearer("opaque-read"), May: read},
		},
	})
}
