package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security/connexion"
)

// theAPI asks its token information of another address than the document's.
func theAPI(t *testing.T, tokenInfoURL string) *mortise.API {
	t.Helper()
	signer, err := newSigner()
	if err != nil {
		t.Fatal(err)
	}
	found, err := locks(connexion.Config{
		Getenv: func(string) string { return "" },
		Remote: func(string) (connexion.TokenInfoFunc, error) { return askTokenInfo(tokenInfoURL) },
	}, signer)
	if err != nil {
		t.Fatal(err)
	}
	api := newAPI(found, signer)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

// send sends a request with a header, or with user and password.
func send(api http.Handler, path, header, value string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	switch header {
	case "":
	case "Basic":
		user, password, _ := strings.Cut(value, ":")
		r.SetBasicAuth(user, password)
	default:
		r.Header.Set(header, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

const bearer = "Authorization"

func TestTheSampleProgramsLetInWhomTheyKnow(t *testing.T) { // S22, S28, S32, S35, S50, S51
	t.Parallel()
	api := theAPI(t, "http://127.0.0.1:0")
	var token string
	if err := json.Unmarshal(send(api, "/jwt/token/jane", "", "").Body.Bytes(), &token); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, header, value string
		status              int
		says                string
	}{
		{"/oauth/greeting/you", bearer, "Bearer 123", 200, "Hello you, says jdoe"},
		{"/oauth/greeting/you", bearer, "Bearer 789", 403, "Scope 'uid' required"},
		{"/oauth/greeting/you", bearer, "Bearer x", 401, "Provided token is not valid"},
		{"/oauth/greeting/you", "", "", 401, "No authorization token provided"},
		{"/basic/secret", "Basic", "admin:secret", 200, "You are admin"}, // S28
		{"/basic/secret", "Basic", "admin:x", 401, "Invalid credentials"},
		{"/basic/secret", bearer, "Bearer 123", 401, ""},
		{"/key/secret", "X-Auth", "asdf1234567890", 200, "You are 100"}, // S32
		{"/key/secret", "X-Auth", "x", 401, "Invalid API key"},
		{"/jwt/secret", bearer, "Bearer " + token, 200, "You are jane"}, // S35
		{"/jwt/secret", bearer, "Bearer " + token + "x", 401, "Invalid token"},
		{"/jwt/secret", bearer, "Bearer 123", 401, "Invalid token"},
		{"/either", "Basic", "admin:secret", 200, "You are admin"},
		{"/either", bearer, "Bearer 456", 200, "You are rms"},
		{"/either", bearer, "Bearer 123", 403, "Scope 'admin' required"},
		{"/together", bearer, "Bearer 123", 401, ""},
		{"/together", "X-Auth", "asdf1234567890", 401, ""},
		{"/maybe", "", "", 200, "You are anybody"},
		{"/maybe", bearer, "Bearer " + token, 200, "You are jane"},
		{"/maybe", bearer, "Bearer x", 401, ""},
	} {
		if w := send(api, tt.path, tt.header, tt.value); w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %s: %d %s, want %d %s", tt.path, tt.value, w.Code, w.Body, tt.status, tt.says)
		}
	}
}

func TestBothSchemesAreNeededTogether(t *testing.T) { // S36, S37
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/together", nil)
	r.Header.Set("Authorization", "Bearer 123")
	r.Header.Set("X-Auth", "asdf1234567890")
	w := httptest.NewRecorder()
	theAPI(t, "http://127.0.0.1:0").ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "jdoe by way of 100") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTokenInformationByAddress(t *testing.T) { // S16, S19, S22
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.RawQuery != "" || r.Method != http.MethodGet {
			t.Errorf("asked by %s with the query %q", r.Method, r.URL.RawQuery) // S19
		}
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			_, _ = w.Write([]byte(`{"uid": "jdoe", "scope": ["uid"]}`))
		case "Bearer down":
			w.WriteHeader(http.StatusInternalServerError)
		case "Bearer elsewhere":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "Bearer odd":
			_, _ = w.Write([]byte(`<html>`))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	api := theAPI(t, server.URL)
	for token, status := range map[string]int{"good": 200, "unknown": 401, "down": 503, "elsewhere": 503, "odd": 503} {
		asked.Store(0)
		if w := send(api, "/oauth-url/greeting/you", bearer, "Bearer "+token); w.Code != status || asked.Load() != 1 {
			t.Errorf("%s: %d after %d questions, want %d", token, w.Code, asked.Load(), status)
		}
	}
	server.Close()
	if w := send(api, "/oauth-url/greeting/you", bearer, "Bearer good"); w.Code != 503 || strings.Contains(w.Body.String(), "127.0.0.1") {
		t.Errorf("without a server: %d %s", w.Code, w.Body)
	}
}

func TestTheDocumentKeepsItsLocks(t *testing.T) { // S36, L11
	t.Parallel()
	text, err := theAPI(t, "http://127.0.0.1:0").Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"security":[{"oauth":["uid"]}]`, `"security":[{"api_key":[],"oauth":["uid"]}]`, `"security":[{"basic":["admin"]},{"oauth":["admin"]}]`, `"security":[{"jwt":[]},{}]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document lacks %s", want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	api := theAPI(t, "http://127.0.0.1:0")
	var token string
	if err := json.Unmarshal(send(api, "/jwt/token/jane", "", "").Body.Bytes(), &token); err != nil {
		t.Fatal(err)
	}
	key := func(r *http.Request) { r.Header.Set("X-Auth", "asdf1234567890") }
	both := func(r *http.Request) { key(r); mortisetest.Bearer("789")(r) }
	admin := func(r *http.Request) { r.SetBasicAuth("admin", "secret") }
	mortisetest.Deny(t, api, mortisetest.Matrix{Intruders: []mortisetest.Intruder{
		{Name: "nosy, whose token has no scope", Present: mortisetest.Bearer("789")},
		{Name: "nosy, with a key", Present: both, May: []string{"GET /key/secret"}},
		{Name: "jdoe, who is no admin", Present: mortisetest.Bearer("123"), May: []string{"GET /oauth/greeting/{name}"}},
		{Name: "a key alone", Present: key, May: []string{"GET /key/secret"}},
		{Name: "an admin with a password", Present: admin, May: []string{"GET /basic/secret", "GET /either"}},
		{Name: "jane, whose token is signed", Present: mortisetest.Bearer(token), May: []string{"GET /jwt/secret"}},
		{Name: "jane, whose token was tampered with", Present: mortisetest.Bearer(token + "A")},
	}})
}
