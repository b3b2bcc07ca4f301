package events_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/events"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
	"github.com/mortise-go/mortise/security/token"
	"github.com/mortise-go/mortise/security/totp"
)

// buffer is one that several write to.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

type claims struct {
	Name string `json:"name"`
}

// house has every kind of lock, and one log for everything that is written.
type house struct {
	*testing.T
	log     *buffer
	handler http.Handler

	hash     string
	hasher   *password.Hasher
	sessions *session.Sessions[claims]
	access   *token.Mint[claims]
	rotation *token.Rotation[claims]
	revoked  *token.Revocations
	codes    *totp.Verifier
	secret   totp.Secret
	resets   *reset.Resets
	mail     chan reset.Message
	secrets  []string
}

const thePassword = "correct-horse-MARKER-battery"

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, log: &buffer{}, mail: make(chan reset.Message, 10), secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.hasher = must(password.New(password.Config{}))(t)
	h.hash = must(h.hasher.Hash(t.Context(), thePassword))(t)
	h.sessions = must(session.New[claims](session.Config{Store: session.NewMemory(session.MemoryConfig{})}))(t)

	key := make([]byte, 32)
	_, _ = rand.Read(key)
	issuer := must(token.NewIssuer(token.Config{
		Issuer: "https://login.example", Audience: []string{"films"}, Secrets: []token.Key{{ID: "k1", Material: key}},
		Kinds: []token.Kind{{Name: token.Access}, {Name: token.Refresh}},
	}))(t)
	memory := token.NewMemory(nil)
	h.access = must(token.For[claims](issuer, token.Access))(t)
	h.revoked = must(token.NewRevocations(issuer, token.RevocationConfig{Store: memory, Logger: logger}))(t)
	h.rotation = must(token.NewRotation(must(token.For[claims](issuer, token.Refresh))(t), h.revoked, token.RotationConfig{Families: memory, Grace: token.NoGrace, Logger: logger}))(t)

	log := must(totp.OpenLog(filepath.Join(t.TempDir(), "totp.log"), nil))(t)
	t.Cleanup(func() { _ = log.Close() })
	h.codes = must(totp.New(totp.Config{Issuer: "Films", Store: log, Recovery: log}))(t)
	h.resets = must(reset.New(reset.Config{
		Store: reset.NewMemory(nil), Link: "https://app.example/reset", Enders: []reset.Ender{h.sessions}, Logger: logger,
		Find: func(context.Context, string) (string, error) { return "ada", nil },
		Send: func(_ context.Context, m reset.Message) error { h.mail <- m; return nil },
	}))(t)
	t.Cleanup(func() { _ = h.resets.Close(context.Background()) })

	audit := events.NewLog(events.Config{Logger: logger})
	h.handler = middleware.Chain(middleware.RequestID, middleware.AccessLog(middleware.AccessLogConfig{Logger: logger}), events.Middleware(audit))(h.api(logger))
	return h
}

type tok = *token.Token[claims]

func (h *house) api(logger *slog.Logger) http.Handler {
	api := router.New("Films", "1", router.Logger(logger), router.ProvideByDefault(security.Bearer(security.SchemeConfig{})))
	api.Provide(h.sessions.Dependency(), h.sessions.Starter(), h.access.Dependency(), token.NotRevoked[tok](h.revoked))
	public := func(path string, d *di.Dependency) { api.Handle("POST", path, d, router.Public()) }
	public("/login", di.Depends(func(ctx context.Context, in struct {
		Starter  *session.Starter[claims]
		Password string `form:"password"`
	}) (di.None, error) {
		_, err := h.hasher.Verify(ctx, in.Password, h.hash)
		if err == nil {
			_, err = in.Starter.Start(ctx, "ada", claims{"ada"})
		}
		security.Report(ctx, security.Event{Kind: security.EventLogin, Outcome: security.Succeeded, Subject: "ada"})
		return di.None{}, err
	}))
	public("/begin", di.Depends(func(ctx context.Context, _ di.None) ([]string, error) {
		refresh, err := h.rotation.Begin(ctx, "ada", claims{"ada"})
		if err != nil {
			return nil, err
		}
		access, err := h.access.Issue("ada", claims{"ada"}, token.Beside(refresh))
		return []string{refresh.Text, access.Text}, err
	}))
	public("/refresh", di.Depends(func(ctx context.Context, in struct {
		Token string `form:"refresh_token"`
	}) (string, error) {
		_, next, err := h.rotation.Rotate(ctx, in.Token)
		return next.Text, err
	}))
	public("/code", di.Depends(func(ctx context.Context, in struct {
		Code string `form:"code"`
	}) (di.None, error) {
		if len(in.Code) > 8 {
			return di.None{}, h.codes.Recover(ctx, "ada", in.Code)
		}
		return di.None{}, h.codes.Verify(ctx, totp.Account{ID: "ada", Secret: h.secret}, in.Code)
	}))
	public("/forgot", di.Depends(func(ctx context.Context, _ di.None) (di.None, error) {
		return di.None{}, h.resets.Request(ctx, "ada@example.com")
	}))
	public("/reset", di.Depends(func(ctx context.Context, in struct {
		Token string `form:"token"`
	}) (di.None, error) {
		return di.None{}, h.resets.Redeem(ctx, in.Token, func(context.Context, reset.Ticket) error { return nil })
	}))
	api.Handle("GET", "/session", di.Depends(func(context.Context, *session.Session[claims]) (di.None, error) { return di.None{}, nil }))
	api.Handle("POST", "/renew", di.Depends(func(ctx context.Context, s *session.Session[claims]) (di.None, error) { return di.None{}, s.Renew(ctx) }))
	api.Handle("POST", "/logout", di.Depends(session.Logout[claims]), router.OperationID("logout"))
	api.Handle("GET", "/token", di.Depends(func(context.Context, tok) (di.None, error) { return di.None{}, nil }))
	api.Handle("POST", "/revoke", di.Depends(token.Logout[tok](h.revoked)), router.OperationID("revoke"))
	keys := security.APIKeyQuery("api_key", security.SchemeConfig{})
	api.Handle("GET", "/key", di.Depends(func(context.Context, security.APIKey) (di.None, error) { return di.None{}, security.InvalidAPIKey() }), keys)
	api.Handle("GET", "/basic", di.Depends(func(context.Context, security.BasicCredentials) (di.None, error) {
		return di.None{}, security.InvalidCredentials("")
	}), security.Basic(security.SchemeConfig{}))
	if err := api.Build(); err != nil {
		h.Fatal(err)
	}
	return api
}

// send sends a form or header fields such as "Cookie: a=b", and wants a status.
func (h *house) send(want int, line, form string, fields ...string) *httptest.ResponseRecorder {
	h.Helper()
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if w.Code != want {
		h.Errorf("%s: %d %s, want %d", line, w.Code, w.Body, want)
	}
	return w
}

// secret remembers what must not be written and returns it.
func (h *house) secretOf(text string) string {
	h.secrets = append(h.secrets, text)
	return text
}

func (h *house) cookie(w *httptest.ResponseRecorder) string {
	h.Helper()
	for _, c := range w.Result().Cookies() {
		if c.Value != "" {
			return "Cookie: " + c.Name + "=" + h.secretOf(c.Value)
		}
	}
	h.Fatal("no cookie")
	return ""
}

func (h *house) sessionPaths() {
	h.send(401, "POST /login", "password="+h.secretOf("wrong-MARKER-password"))
	cookie := h.cookie(h.send(204, "POST /login", "password="+h.secretOf(thePassword)))
	h.send(204, "GET /session", "", cookie)
	h.send(400, "GET /session", "", cookie, cookie)
	h.send(403, "POST /renew", "", cookie, "Sec-Fetch-Site: cross-site")
	renewed := h.cookie(h.send(204, "POST /renew", "", cookie))
	h.send(401, "GET /session", "", cookie)
	h.send(204, "POST /logout", "", renewed)
	h.send(401, "GET /session", "", "Cookie: __Host-session="+h.secretOf("MARKER-cookie"))
}

func (h *house) tokenPaths() {
	texts := strings.Split(strings.Trim(strings.TrimSpace(h.send(200, "POST /begin", "").Body.String()), `[]"`), `","`)
	refresh, access := h.secretOf(texts[0]), h.secretOf(texts[1])
	h.send(204, "GET /token", "", "Authorization: Bearer "+access)
	h.send(400, "GET /token", "", "Authorization: Bearer "+access, "Authorization: Bearer "+access)
	h.send(401, "GET /token", "", "Authorization: Bearer "+h.secretOf("MARKER.bearer.token"))
	h.send(401, "GET /token", "", "Authorization: Bearer "+refresh)
	h.secretOf(strings.Trim(strings.TrimSpace(h.send(200, "POST /refresh", "refresh_token="+refresh).Body.String()), `"`))
	h.send(401, "POST /refresh", "refresh_token="+refresh) // reuse
	h.send(401, "GET /token", "", "Authorization: Bearer "+access)
	texts = strings.Split(strings.Trim(strings.TrimSpace(h.send(200, "POST /begin", "").Body.String()), `[]"`), `","`)
	h.secretOf(texts[0])
	access = h.secretOf(texts[1])
	h.send(204, "POST /revoke", "", "Authorization: Bearer "+access)
	h.send(401, "GET /token", "", "Authorization: Bearer "+access)
	h.send(401, "GET /key?api_key="+h.secretOf("MARKER-api-key"), "")
	h.send(401, "GET /basic", "", "Authorization: Basic "+h.secretOf("YWRhOk1BUktFUi1iYXNpYw=="))
	h.secretOf("MARKER-basic")
}

func (h *house) codePaths() {
	recovery, err := h.codes.NewRecoveryCodes(h.Context(), "ada")
	if err != nil {
		h.Fatal(err)
	}
	h.send(204, "POST /code", "code="+h.secretOf(recovery[0]))
	h.send(401, "POST /code", "code="+recovery[0])
	h.send(401, "POST /code", "code="+url.QueryEscape(h.secretOf("0000000x"))) // no code at all
	for range 3 {
		h.send(401, "POST /code", "code="+h.secretOf("918273")) // one in 333,000 to be right
	}
	h.send(429, "POST /code", "code=918273")
	h.secretOf(string(h.secret))
	h.send(204, "POST /forgot", "")
	m := <-h.mail
	h.send(204, "POST /reset", "token="+h.secretOf(string(m.Token)))
	h.send(401, "POST /reset", "token="+string(m.Token))
}

// A208, A205: whatever goes wrong and whatever goes right, no secret is logged.
func TestNoSecretIsLoggedOnAnyPath(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sessionPaths()
	h.tokenPaths()
	h.codePaths()
	if err := h.resets.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := h.log.String()
	for _, secret := range h.secrets {
		if len(secret) < 6 || strings.Contains(text, secret) {
			t.Errorf("%q is logged", secret)
		}
	}
	for _, word := range []string{"MARKER", "__Host-session", "Bearer ", "Authorization"} {
		if strings.Contains(text, word) {
			t.Errorf("%q is logged", word)
		}
	}
	lines := slices.Collect(strings.Lines(text))
	for _, e := range []string{
		"login outcome=succeeded", "password outcome=succeeded", "password outcome=refused reason=invalid-credentials",
		"session-started outcome=succeeded subject=ada session=", "session-renewed outcome=succeeded subject=ada session=",
		"session-ended outcome=succeeded subject=ada session=", "token-reused outcome=refused reason=token-invalid subject=ada",
		"token-revoked outcome=succeeded session=", "second-factor outcome=refused reason=invalid-credentials subject=ada",
		"second-factor outcome=refused reason=rate-limited subject=ada", "recovery-code outcome=succeeded subject=ada",
		"recovery-code outcome=refused", "reset-requested outcome=succeeded subject=ada", "reset-redeemed outcome=succeeded subject=ada",
		"reset-redeemed outcome=refused reason=token-invalid", "refusal outcome=refused reason=cross-origin",
		"refusal outcome=refused reason=bad-request", "refusal outcome=refused reason=rate-limited",
	} {
		of := func(line string) bool {
			return strings.Contains(line, " kind="+e) && strings.Contains(line, "client=192.0.2.1") && strings.Contains(line, "request_id=")
		}
		if !slices.ContainsFunc(lines, of) {
			t.Errorf("there is no event %s with its client and request", e)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestTheObserverOutlivesTheRequest(t *testing.T) {
	t.Parallel()
	var b buffer
	done := make(chan struct{})
	audit := events.NewLog(events.Config{Logger: slog.New(slog.NewTextHandler(&b, nil))})
	h := events.Middleware(audit)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		ctx := context.WithoutCancel(r.Context())
		go func() {
			defer close(done)
			time.Sleep(10 * time.Millisecond)
			security.Report(ctx, security.Event{Kind: security.EventLogin, Outcome: security.Succeeded})
		}()
	}))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Request-Id", "r9")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	w.Header().Set("X-Request-Id", "another's")
	<-done
	if !strings.Contains(b.String(), "request_id=r9") {
		t.Errorf("the line is %s", b.String())
	}
}
