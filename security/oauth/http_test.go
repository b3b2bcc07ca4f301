package oauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

// checks is a checker that is a table of tokens.
type checks map[security.BearerToken]security.TokenInfo

func (c checks) Check(_ context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	if token == "down" {
		return nil, problem.ServiceUnavailable(time.Second)
	}
	info, ok := c[token]
	if !ok {
		return nil, security.InvalidToken()
	}
	return &info, nil
}

func echo(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) { return info, nil }

const resourceMetadata = "https://api.example.com/.well-known/oauth-protected-resource"

// service is an API over a checker.
func service(t *testing.T, c oauth.Checker, declare func(*router.Router)) *router.Router {
	t.Helper()
	api := router.New("Films", "1", router.Strict(), router.Logger(slog.New(slog.DiscardHandler)),
		router.ProvideByDefault(security.Bearer(security.SchemeConfig{ResourceMetadata: resourceMetadata})))
	api.Provide(oauth.Token(c))
	declare(api)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

func get(h http.Handler, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func mustAnswer(t *testing.T, w *httptest.ResponseRecorder, status int, challenges ...string) {
	t.Helper()
	if got := w.Header().Values("WWW-Authenticate"); w.Code != status || !slices.Equal(got, challenges) {
		t.Errorf("%d %q %s, want %d %q", w.Code, got, w.Body, status, challenges)
	}
}

// forgetful is a checker that says neither yes nor no.
type forgetful struct{}

func (forgetful) Check(context.Context, security.BearerToken) (*security.TokenInfo, error) {
	return nil, nil //nolint:nilnil // that is the mistake
}

// A checker that gives nothing and no error lets nobody in.
func TestNothingIsNoInformation(t *testing.T) { // A91
	t.Parallel()
	h := newHolder(t)
	bound, err := oauth.DPoP(oauth.DPoPConfig{Checker: forgetful{}, Origin: films})
	if err != nil {
		t.Fatal(err)
	}
	api := service(t, forgetful{}, func(api *router.Router) {
		api.Handle(http.MethodGet, "/", di.Depends(echo))
		api.Handle(http.MethodGet, "/films", di.Depends(echo), bound, router.OperationID("films"))
	})
	if w := get(api, "/", "t"); w.Code != 401 {
		t.Errorf("a token: %d %s", w.Code, w.Body)
	}
	r := httptest.NewRequest(http.MethodGet, "/films", nil)
	r.Header.Set("Authorization", "DPoP t")
	r.Header.Set("DPoP", h.proof(t, nil, nil))
	w := httptest.NewRecorder()
	if api.ServeHTTP(w, r); w.Code != 401 {
		t.Errorf("a token with a proof: %d %s", w.Code, w.Body)
	}
	byIssuer := oauth.ByIssuer(map[string]oauth.Checker{issuer: forgetful{}})
	if w := get(service(t, byIssuer, func(api *router.Router) { api.Handle(http.MethodGet, "/", di.Depends(echo)) }), "/",
		string(newPair(t, "1").token(t, jwt.MapClaims{"iss": issuer}))); w.Code != 401 {
		t.Errorf("a token of an issuer: %d %s", w.Code, w.Body)
	}
}

func TestAFilterBeforeAllRoutes(t *testing.T) { // S62, S63, S80, S82, S86
	t.Parallel()
	tokens := checks{
		"read":  {Active: true, Sub: "ada", Scope: security.GrantedScopes{"read"}},
		"both":  {Active: true, Sub: "bob", Scope: security.GrantedScopes{"write", "read"}},
		"write": {Active: true, Sub: "eve", Scope: security.GrantedScopes{"write"}},
	}
	api := service(t, tokens, func(api *router.Router) {
		api.Require(oauth.RequireScope("read"))
		api.Handle("GET", "/films", di.Depends(echo))
		api.Handle("GET", "/films/new", di.Depends(echo), oauth.RequireScope("write"), router.OperationID("new"))
		api.Handle("GET", "/about", di.Depends(func(context.Context, di.None) (string, error) { return "films", nil }), router.Public())
	})
	for path, answers := range map[string]map[string]int{
		"/films":     {"": 401, "no": 401, "read": 200, "both": 200, "write": 403},
		"/films/new": {"": 401, "no": 401, "read": 403, "both": 200, "write": 403, "down": 503},
		"/about":     {"": 200, "no": 200},
	} {
		for token, want := range answers {
			if got := get(api, path, token).Code; got != want {
				t.Errorf("%s with %q: %d, want %d", path, token, got, want)
			}
		}
	}
	bearer := `Bearer realm="api", resource_metadata="` + resourceMetadata + `"`
	mustAnswer(t, get(api, "/films", ""), 401, bearer)
	mustAnswer(t, get(api, "/films", "no"), 401, bearer+`, error="invalid_token", error_description="The access token is invalid"`)
	mustAnswer(t, get(api, "/films", "write"), 403, `Bearer realm="api", error="insufficient_scope", scope="read"`)
	mustAnswer(t, get(api, "/films/new", "read"), 403, `Bearer realm="api", error="insufficient_scope", scope="write read"`)
	if w := get(api, "/films", "down"); w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := get(api, "/films", "read").Body.String(); !strings.Contains(body, `"sub":"ada"`) {
		t.Errorf("the body is %s", body)
	}
}

func TestScopesPerRoute(t *testing.T) { // S64, S65, A97
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, says(200, active(time.Hour, "")))
	api := service(t, newIntrospection(t, w, nil), func(api *router.Router) {
		for _, scope := range []string{"read", "write", "admin"} {
			api.Handle("GET", "/"+scope, di.Depends(echo), oauth.RequireScope(scope))
		}
		api.Handle("GET", "/open", di.Depends(func(context.Context, di.None) (string, error) { return "", nil }), router.Public())
	})
	for range 2 {
		mustAnswer(t, get(api, "/read", "t"), 200)
		mustAnswer(t, get(api, "/write", "t"), 200)
		mustAnswer(t, get(api, "/admin", "t"), 403, `Bearer realm="api", error="insufficient_scope", scope="admin"`)
		mustAnswer(t, get(api, "/open", ""), 200)
	}
	mustCount(t, w, 1) // the answer is remembered, what it allows is not
}

func TestTheDocumentShowsTheLock(t *testing.T) {
	t.Parallel()
	api := service(t, checks{}, func(api *router.Router) {
		api.Handle("GET", "/films", di.Depends(echo), oauth.RequireScope("read"),
			oauth.RequireAuthentication(oauth.Authentication{ACR: []string{"mfa"}, MaxAge: time.Hour}))
	})
	document, err := api.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"503"`, `"403"`, `"401"`, `"Retry-After"`, "login of one of the classes `mfa`", "a login no longer ago than 1h0m0s", `"client_id"`, "read"} {
		if !strings.Contains(string(document), want) {
			t.Errorf("the document lacks %s", want)
		}
	}
}

func TestAStrongerLoginIsAskedFor(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) float64 { return float64(time.Now().Add(-d).Unix()) }
	token := func(extra map[string]any) security.TokenInfo {
		return security.TokenInfo{Active: true, Sub: "ada", Extra: extra}
	}
	tokens := checks{
		"plain":    token(nil),
		"password": token(map[string]any{"acr": "pwd", "auth_time": ago(0)}),
		"mfa":      token(map[string]any{"acr": "mfa", "auth_time": ago(time.Minute)}),
		"key":      token(map[string]any{"acr": "key", "auth_time": ago(time.Minute)}),
		"old":      token(map[string]any{"acr": "mfa", "auth_time": ago(6 * time.Minute)}),
		"future":   token(map[string]any{"acr": "mfa", "auth_time": ago(-time.Hour)}),
		"timeless": token(map[string]any{"acr": "mfa"}),
		"text":     token(map[string]any{"acr": "mfa", "auth_time": "1"}),
		"enormous": token(map[string]any{"acr": "mfa", "auth_time": 1e300}),
		"upper":    token(map[string]any{"acr": "MFA", "auth_time": ago(0)}),
		"array":    token(map[string]any{"acr": []any{"mfa"}, "auth_time": ago(0)}),
	}
	api := service(t, tokens, func(api *router.Router) {
		api.Handle("GET", "/both", di.Depends(echo), oauth.RequireAuthentication(oauth.Authentication{ACR: []string{"mfa", "key"}, MaxAge: 5 * time.Minute}))
		api.Handle("GET", "/recent", di.Depends(echo), router.OperationID("recent"), oauth.RequireAuthentication(oauth.Authentication{MaxAge: 5 * time.Minute, Leeway: security.NoLeeway}))
		api.Handle("GET", "/strong", di.Depends(echo), router.OperationID("strong"), oauth.RequireAuthentication(oauth.Authentication{ACR: []string{"mfa"}}))
	})
	const challenge = `Bearer realm="api", error="insufficient_user_authentication", error_description="A stronger or more recent login is required", `
	for name, tt := range map[string]struct {
		path, want string
		pass       []string
	}{
		"class and age": {"/both", challenge + `acr_values="mfa key", max_age="300"`, []string{"mfa", "key"}},
		"age":           {"/recent", challenge + `max_age="300"`, []string{"password", "mfa", "key", "upper", "array"}},
		"class":         {"/strong", challenge + `acr_values="mfa"`, []string{"mfa", "old", "future", "timeless", "text", "enormous"}},
	} {
		for token := range tokens {
			w := get(api, tt.path, string(token))
			if slices.Contains(tt.pass, string(token)) {
				mustAnswer(t, w, 200)
			} else if mustAnswer(t, w, 401, tt.want); t.Failed() {
				t.Fatalf("%s, %s", name, token)
			}
		}
	}
}

func TestAuthenticationsThatAreNone(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]oauth.Authentication{
		"nothing is required": {},
		"MaxAge is -1s":       {MaxAge: -time.Second},
		"MaxAge is 1.5s":      {MaxAge: 1500 * time.Millisecond},
		"Leeway is 1h0m0s":    {MaxAge: time.Second, Leeway: time.Hour},
		`ACR holds "a b"`:     {ACR: []string{"a b"}},
	} {
		func() {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, want) {
					t.Errorf("panic %q, want %q", p, want)
				}
			}()
			oauth.RequireAuthentication(a)
		}()
	}
}

func TestClientsFindTheMetadataOfAResource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ resource, url, path string }{
		{"https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource"},
		{"https://api.example.com/v1", "https://api.example.com/.well-known/oauth-protected-resource/v1", "/.well-known/oauth-protected-resource/v1"},
	} {
		r, err := oauth.NewResource(oauth.ResourceMetadata{Resource: tt.resource, AuthorizationServers: []string{issuer}, ScopesSupported: []string{"read"}})
		if err != nil || r.URL() != tt.url || r.Path() != tt.path {
			t.Fatalf("URL %s, path %s, %v", r.URL(), r.Path(), err)
		}
		api := service(t, checks{}, func(api *router.Router) {
			api.Handle("GET", r.Path(), di.Depends(r.Metadata), router.Public(), router.OperationID("resourceMetadata"))
		})
		w := get(api, tt.path, "")
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		if got["resource"] != tt.resource || fmt.Sprint(got["authorization_servers"]) != "["+issuer+"]" ||
			fmt.Sprint(got["bearer_methods_supported"]) != "[header]" || fmt.Sprint(got["scopes_supported"]) != "[read]" || len(got) != 4 {
			t.Errorf("the metadata is %s", w.Body)
		}
	}
}

func TestResourcesThatAreNone(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]oauth.ResourceMetadata{
		"Resource is empty":       {},
		"want an https URL":       {Resource: "http://api.example.com"},
		"AuthorizationServers[0]": {Resource: "https://api.example.com", AuthorizationServers: []string{"login"}},
		"ScopesSupported[1]":      {Resource: "https://api.example.com", ScopesSupported: []string{"a", "b c"}},
	} {
		if _, err := oauth.NewResource(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewResource = %v, want an error with %q", err, want)
		}
	}
}

func TestEachFormOfTokenHasItsChecker(t *testing.T) {
	t.Parallel()
	var asked []string
	record := func(name string) checkFunc {
		return func(context.Context, security.BearerToken) (*security.TokenInfo, error) {
			asked = append(asked, name)
			return nil, security.InvalidToken()
		}
	}
	c := oauth.ByForm(record("jwt"), record("opaque"))
	for token, want := range map[security.BearerToken]string{
		"eyJhbGciOiJub25lIn0.e30.x": "jwt", "eyJ..": "jwt", "eyJ.a": "opaque", "a.b.c": "opaque", "eyJ.a.b.c": "opaque", "abc": "opaque",
	} {
		asked = nil
		if _, err := c.Check(t.Context(), token); !errors.Is(err, security.ErrInvalidToken) || !slices.Equal(asked, []string{want}) {
			t.Errorf("%q is for %q, want %s", string(token), asked, want)
		}
	}
}

type checkFunc func(context.Context, security.BearerToken) (*security.TokenInfo, error)

func (f checkFunc) Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	return f(ctx, token)
}

func TestClaimsOfATokenAreItsInformation(t *testing.T) { // S78, S92
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	w.on(jwksURL, says(200, jwks(key)))
	c := checker(t, newJWKS(t, w, nil))
	for name, tt := range map[string]struct {
		claims jwt.MapClaims
		scopes []string
	}{
		"scope":                   {jwt.MapClaims{"scope": "a b"}, []string{"a", "b"}},
		"an array":                {jwt.MapClaims{"scope": []string{"a", "b"}}, []string{"a", "b"}},
		"scp":                     {jwt.MapClaims{"scp": "a b"}, []string{"a", "b"}},
		"scp as an array":         {jwt.MapClaims{"scp": []string{"a", "b"}}, []string{"a", "b"}},
		"scope before scp":        {jwt.MapClaims{"scope": "a", "scp": "b"}, []string{"a"}},
		"an empty scope":          {jwt.MapClaims{"scope": "", "scp": "b"}, nil},
		"an empty array":          {jwt.MapClaims{"scope": []string{}, "scp": "b"}, nil},
		"a scope that is null":    {jwt.MapClaims{"scope": nil, "scp": "b"}, []string{"b"}},
		"none":                    {nil, nil},
		"scp that is none":        {jwt.MapClaims{"scp": 5}, nil},
		"scp with one that is no": {jwt.MapClaims{"scp": []any{"a", 5}}, nil},
		"active says nothing":     {jwt.MapClaims{"active": false}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := key.token(t, tt.claims)
			info, err := c.Check(t.Context(), token)
			if err != nil || !info.Active || info.Sub != "ada" || info.Iss != issuer || !slices.Equal(info.Scopes(), tt.scopes) {
				t.Errorf("Check = %+v, %v", info, err)
			}
		})
	}
	info, err := c.Check(t.Context(), key.token(t, jwt.MapClaims{"tenant": "blue"}))
	if err != nil || info.Extra["tenant"] != "blue" {
		t.Errorf("Check = %+v, %v, want the claim tenant", info, err)
	}
	mustStatus(t, c, key.token(t, jwt.MapClaims{"scope": 5}), 401)
	mustStatus(t, c, key.token(t, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}), 401)
}
