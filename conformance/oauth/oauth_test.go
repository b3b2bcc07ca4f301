package oauth_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

// service is an API that accepts the tokens of the provider.
type service struct {
	*mortise.API
	opaque *oauth.Remote
}

const ttl = 2 * time.Second

func newService(t *testing.T, p *provider, auth oauth.ClientAuth) service {
	t.Helper()
	connection := oauth.Connection{DangerouslyAllowHTTP: true, Logger: slog.New(slog.DiscardHandler)}
	server, err := oauth.Discover(t.Context(), p.issuer, connection)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{Issuer: p.issuer, Cooldown: time.Second, Connection: connection})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"RS256", "ES256"}, Source: keys, Issuer: p.issuer, Audience: []string{films}, Types: []string{"at+jwt"},
	})
	if err != nil {
		t.Fatal(err)
	}
	opaque, err := oauth.NewIntrospection(oauth.RemoteConfig{
		URL: server.IntrospectionEndpoint, Issuer: p.issuer, Audience: []string{films}, MaxTTL: ttl, Connection: connection,
	}, auth)
	if err != nil {
		t.Fatal(err)
	}
	api := mortise.New("Films", "1", router.Strict(), router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(security.OpenIDConnect(oauth.DiscoveryURL(p.issuer), security.SchemeConfig{}), oauth.Token(oauth.ByForm(oauth.NewJWT(verifier), opaque)))
	api.Require(oauth.RequireScope("films:read"))
	mortise.Get(api, "/films", whoami, router.OperationID("films"))
	mortise.Get(api, "/films/new", whoami, oauth.RequireScope("films:write"), router.OperationID("new"))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return service{api, opaque}
}

func whoami(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) {
	return info, nil
}

func (s service) get(path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s service) must(t *testing.T, path, token string, status int, challenge string) {
	t.Helper()
	w := s.get(path, token)
	if w.Code != status || w.Header().Get("WWW-Authenticate") != challenge || (w.Code == 503) != (w.Header().Get("Retry-After") != "") {
		t.Errorf("GET %s: %d %v %s, want %d %s", path, w.Code, w.Header(), w.Body, status, challenge)
	}
}

const (
	missing = `Bearer realm="api"`
	invalid = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`
	lacking = `Bearer realm="api", error="insufficient_scope", scope="films:write films:read"`
)

func TestTokensOfOIDCProvider(t *testing.T) { // S62, S64, S69, S70, S73, S76, S80, S82, A98
	t.Parallel()
	p := newProvider(t)
	for name, auth := range map[string]oauth.ClientAuth{
		"Basic": oauth.ClientSecretBasic("api:1", secret),
		"post":  oauth.ClientSecretPost("poster", secret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, p, auth)
			s.must(t, "/films", "", 401, missing)
			for _, client := range []string{"app", "signer"} {
				read, both := p.token(t, client, films, "films:read"), p.token(t, client, films, "films:read films:write")
				s.must(t, "/films", read, 200, "")
				s.must(t, "/films/new", both, 200, "")
				s.must(t, "/films/new", read, 403, lacking)
				s.must(t, "/films", p.token(t, client, shop, "films:read"), 401, invalid)
				s.must(t, "/films", read[:len(read)-4]+"AAAA", 401, invalid)
				if body := s.get("/films", read).Body.String(); !strings.Contains(body, `"client_id":"`+client+`"`) {
					t.Errorf("the information is %s", body)
				}
			}

			token := p.token(t, "app", films, "films:read")
			s.must(t, "/films", token, 200, "")
			p.revoke(t, "app", token)
			s.must(t, "/films", token, 200, "") // remembered
			s.opaque.Forget(security.BearerToken(token))
			s.must(t, "/films", token, 401, invalid)
		})
	}
}

func TestAClientThatMayNotIntrospectIsOurProblem(t *testing.T) { // S70, S71
	t.Parallel()
	p := newProvider(t)
	token := p.token(t, "app", films, "films:read")
	newService(t, p, oauth.ClientSecretBasic("api:1", "wrong")).must(t, "/films", token, 503, "")
}

func TestKeysOfOIDCProviderRotate(t *testing.T) { // S74, A105
	t.Parallel()
	p := newProvider(t)
	s := newService(t, p, oauth.ClientSecretBasic("api:1", secret))
	first := p.token(t, "signer", films, "films:read")
	s.must(t, "/films", first, 200, "")

	p.order(t, "rotate")
	second := p.token(t, "signer", films, "films:read")
	time.Sleep(1100 * time.Millisecond) // the cooldown
	s.must(t, "/films", second, 200, "")
	s.must(t, "/films", first, 200, "")

	p.order(t, "hide")
	third := p.token(t, "signer", films, "films:read")
	time.Sleep(1100 * time.Millisecond)
	s.must(t, "/films", third, 200, "")
	s.must(t, "/films", first, 401, invalid)
	s.must(t, "/films", second, 401, invalid)
}

func TestTheAPIOutlivesOIDCProvider(t *testing.T) { // A95, A104, S105
	t.Parallel()
	p := newProvider(t)
	s := newService(t, p, oauth.ClientSecretBasic("api:1", secret))
	signed, opaque, unseen := p.token(t, "signer", films, "films:read"), p.token(t, "app", films, "films:read"), p.token(t, "app", films, "films:read")
	s.must(t, "/films", opaque, 200, "")
	p.end()
	s.must(t, "/films", opaque, 200, "")
	s.must(t, "/films", unseen, 503, "")
	time.Sleep(ttl)
	s.must(t, "/films", opaque, 503, "")
	s.must(t, "/films", signed, 200, "")
}

func TestTheDocumentOfAServiceIsGood(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	document, err := newService(t, p, oauth.ClientSecretBasic("api:1", secret)).Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(document, []byte(oauth.DiscoveryURL(p.issuer))) {
		t.Errorf("the document does not name %s", oauth.DiscoveryURL(p.issuer))
	}
	for _, finding := range judge.Loads(document) {
		t.Errorf("kin-openapi: %s", finding)
	}
	for _, finding := range judge.Validates(t, document) {
		t.Errorf("meta-schema: %s", finding)
	}
}

// TestTheExample runs examples/oauth-filter as people do.
func TestTheExample(t *testing.T) { // S62, S69, S81, S83, S86
	t.Parallel()
	p := newProvider(t)
	address := example(t, p.issuer)
	for _, tt := range []struct {
		path, token string
		status      int
		body        string
	}{
		{"/hello_world", "", 401, `{"error":"unauthorized","error_description":"No valid access token found"}`},
		{"/hello_world", "nonsense", 401, `{"error":"unauthorized","error_description":"No valid access token found"}`},
		{"/hello_world", p.token(t, "app", films, "films:read"), 200, `{"hello":"app"}`},
		{"/hello_world", p.token(t, "signer", films, "films:read"), 200, `{"hello":"signer"}`},
		{"/hello_world", p.token(t, "app", films, "films:write"), 403, `{"error":"forbidden","error_description":"Access token is missing appropriate scopes"}`},
		{"/hello_world", p.token(t, "signer", shop, "films:read"), 401, `{"error":"unauthorized","error_description":"No valid access token found"}`},
		{"/health", "", 200, `"ok"`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.token != "" {
			r.Header.Set("Authorization", "Bearer "+tt.token)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(w.Body)
		_ = w.Body.Close()
		if err != nil || w.StatusCode != tt.status || strings.TrimSpace(string(body)) != tt.body {
			t.Errorf("%s: %d %s, want %d %s", tt.path, w.StatusCode, body, tt.status, tt.body)
		}
	}
}

// example builds the example and runs it until the test ends.
func example(t *testing.T, issuer string) (address string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "oauth-filter")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/oauth-filter")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-issuer", issuer, "-audience", films, "-client", "api:1", "-dangerously-allow-http")
	run.Env = append(os.Environ(), "CLIENT_SECRET="+secret)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 20 * time.Second
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := run.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("the example ended with %v", err)
		}
	})
	return listening(t, said)
}
