package token_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	return must(os.ReadFile(path))(t)
}

// user is behind the claims, which are behind the token.
type user struct {
	ID   int64  `json:"id"`
	Role string `json:"role"`
}

// HasRole compares exactly.
func (u *user) HasRole(role string) bool { return u.Role == role }

func currentUser(_ context.Context, t *token.Token[Claims]) (*user, error) {
	return &user{t.Claims.UserID, t.Claims.Role}, nil
}

func profile(_ context.Context, u *user) (*user, error) { return u, nil }

// api is the fixture behind a router; reached counts who got through.
func (f *fixture) api(reached *int) http.Handler {
	f.Helper()
	api := router.New("Films", "1", router.Strict(), router.Logger(slog.New(slog.DiscardHandler)), router.ProvideByDefault(security.Bearer(security.SchemeConfig{Name: "jwt"})))
	api.Provide(f.access.Dependency(), token.NotRevoked[*token.Token[Claims]](f.revocations), di.Depends(currentUser))
	api.Handle("GET", "/profile", di.Depends(profile))
	api.Handle("GET", "/admin", di.Depends(profile), security.RequireRole[*user]("admin"))
	api.Handle("POST", "/films", di.Depends(func(_ context.Context, in struct {
		User *user
		Film struct {
			Title string `json:"title" validate:"required"`
		} `body:"json"`
	}) (*user, error) {
		*reached++
		return in.User, nil
	}))
	api.Handle("POST", "/logout", di.Depends(token.Logout[*token.Token[Claims]](f.revocations)), router.OperationID("logout"))
	if err := api.Build(); err != nil {
		f.Fatal(err)
	}
	return api
}

func serve(h http.Handler, method, target, text, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if text != "" {
		r.Header.Set("Authorization", "Bearer "+text)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const invalid = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`

// S106, S118, S133, S145, S150, S154, S164, S170, S171
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	reached := 0
	api := f.api(&reached)
	ok, second := issue(t, f.access).Text, issue(t, f.access).Text
	for _, tt := range []struct {
		name, method, target, text, body string
		want                             int
		challenge                        string
	}{
		{"without a token", "GET", "/profile", "", "", 401, `Bearer realm="api"`},
		{"with a refresh token", "GET", "/profile", issue(t, f.refresh).Text, "", 401, invalid},
		{"with a token", "GET", "/profile", ok, "", 200, ""},
		{"without the role", "GET", "/admin", ok, "", 403, ""},
		{"out", "POST", "/logout", ok, "", 204, ""},
		{"with the revoked token", "GET", "/profile", ok, "", 401, invalid},
		{"with the revoked token and without the role", "GET", "/admin", ok, "", 401, invalid},
		{"with the revoked token and a bad body", "POST", "/films", ok, "{", 401, invalid},
		{"out again", "POST", "/logout", ok, "", 401, invalid},
		{"with another token", "GET", "/profile", second, "", 200, ""},
	} {
		w := serve(api, tt.method, tt.target, tt.text, tt.body)
		if w.Code != tt.want || w.Header().Get("WWW-Authenticate") != tt.challenge {
			t.Errorf("%s: %d %q %s, want %d %q", tt.name, w.Code, w.Header().Get("WWW-Authenticate"), w.Body, tt.want, tt.challenge)
		}
		if tt.want == 401 && tt.text != "" && !strings.Contains(w.Body.String(), `"code":"token-invalid"`) {
			t.Errorf("%s: %s", tt.name, w.Body)
		}
	}
	if reached != 0 {
		t.Errorf("a handler was reached %d times", reached)
	}
}

// S161, L10
func TestOverHTTPWithAStoreThatIsDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	s.behave(func(context.Context) error { return errors.New("dial tcp 10.0.0.7:6379: connection refused") })
	reached := 0
	api := f.api(&reached)
	for _, target := range []string{"/films", "/logout"} {
		w := serve(api, "POST", target, issue(t, f.access).Text, `{"title":"x"}`)
		if w.Code != 503 || w.Header().Get("Retry-After") != "1" || reached != 0 {
			t.Errorf("%s: %d, Retry-After %q, reached %d", target, w.Code, w.Header().Get("Retry-After"), reached)
		}
		if strings.Contains(w.Body.String(), "10.0.0.7") { // A205
			t.Errorf("%s: the client is told %s", target, w.Body)
		}
	}
}

// S163, S165, S166: what is enforced is documented.
func TestTheDocumentSaysHowItMayEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := serve(f.api(new(int)), "GET", "/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]struct {
			Security  []map[string][]string
			Responses map[string]struct{ Headers map[string]any }
		}
		Components struct {
			SecuritySchemes map[string]map[string]string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if s := doc.Components.SecuritySchemes["jwt"]; s["type"] != "http" || s["scheme"] != "bearer" || s["bearerFormat"] != "JWT" {
		t.Errorf("the scheme is %v", s)
	}
	for _, path := range []string{"/profile", "/admin", "/logout"} {
		for method, op := range doc.Paths[path] {
			if _, locked := op.Security[0]["jwt"]; !locked {
				t.Errorf("%s %s has no lock", method, path)
			}
			if _, told := op.Responses["503"].Headers["Retry-After"]; !told || op.Responses["401"].Headers == nil {
				t.Errorf("%s %s: responses %v", method, path, op.Responses)
			}
		}
	}
	if _, told := doc.Paths["/logout"]["post"].Responses["204"]; !told {
		t.Errorf("logout: %v", doc.Paths["/logout"]["post"].Responses)
	}
}

// What the guard adds to a request.
func BenchmarkRequest(b *testing.B) {
	c := config(newClock())
	c.Clock = time.Now
	i := newIssuer(b, c)
	access := mintOf(b, i, token.Access)
	revocations := must(token.NewRevocations(i, token.RevocationConfig{Store: token.NewMemory(nil)}))(b)
	text := issue(b, access).Text
	for name, guard := range map[string]*di.Dependency{"verified": nil, "not revoked": token.NotRevoked[*token.Token[Claims]](revocations)} {
		api := router.New("Films", "1", router.ProvideByDefault(security.Bearer(security.SchemeConfig{})))
		api.Provide(access.Dependency())
		if guard != nil {
			api.Provide(guard)
		}
		api.Provide(di.Depends(currentUser))
		api.Handle("GET", "/profile", di.Depends(profile))
		if err := api.Build(); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest("GET", "/profile", nil)
			r.Header.Set("Authorization", "Bearer "+text)
			for b.Loop() {
				if w := httptest.NewRecorder(); true {
					api.ServeHTTP(w, r)
				}
			}
		})
	}
}

// L9: behind everything that asks who is calling, before everything that asks what
// they may do, whatever was declared first.
func TestRevocationHasItsStage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	key := di.Depends(func(context.Context, security.APIKey) (di.None, error) { return di.None{}, nil },
		security.APIKeyHeader("X-API-Key", security.SchemeConfig{}), di.At(di.Authentication))
	code := di.Depends(func(context.Context, security.BearerToken) (di.None, error) {
		return di.None{}, problem.Forbidden("no code")
	}, di.At(di.SecondFactor))
	api := router.New("Films", "1", router.Logger(slog.New(slog.DiscardHandler)), router.ProvideByDefault(security.Bearer(security.SchemeConfig{})))
	api.Provide(f.access.Dependency())
	guard := token.NotRevoked[*token.Token[Claims]](f.revocations)
	handler := func(context.Context, *token.Token[Claims]) (di.None, error) { return di.None{}, nil }
	api.Handle("GET", "/key", di.Depends(handler), guard, key)
	api.Handle("GET", "/code", di.Depends(handler), code, guard)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	text := issue(t, f.access).Text
	if w := serve(api, "GET", "/key", text, ""); w.Code != 401 || s.reads.Load() != 0 {
		t.Errorf("a second credential is missing: %d after %d look-ups", w.Code, s.reads.Load())
	}
	if w := serve(api, "GET", "/code", text, ""); w.Code != 403 || s.reads.Load() != 1 {
		t.Errorf("a second factor is missing: %d after %d look-ups", w.Code, s.reads.Load())
	}
}
