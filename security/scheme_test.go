package security_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// reads is a handler that shows the credential.
func reads[T any](show func(T) string) *di.Dependency {
	return di.Depends(func(_ context.Context, credential T) (string, error) { return show(credential), nil })
}

var (
	readsToken = reads(func(c security.BearerToken) string { return string(c) })
	readsKey   = reads(func(c security.APIKey) string { return string(c) })
	readsBasic = reads(func(c security.BasicCredentials) string { return c.User + "/" + c.Password })
)

func flows() openapi.OAuthFlows {
	return openapi.OAuthFlows{AuthorizationCode: &openapi.OAuthFlow{
		AuthorizationURL: "https://id.example.com/authorize", TokenURL: "https://id.example.com/token",
		Scopes: map[string]string{"posts:read": "Read posts"},
	}}
}

const discovery = "https://id.example.com/.well-known/openid-configuration"

// schemesAPI has a route for each scheme, in the realm.
func schemesAPI(t *testing.T, realm string) *router.Router {
	c := security.SchemeConfig{Realm: realm}
	return newAPI(t, func(api *router.Router) {
		route := func(path string, handler, scheme *di.Dependency) {
			api.Handle(http.MethodGet, path, handler, scheme, router.OperationID(path[1:]))
		}
		route("/bearer", readsToken, security.Bearer(c))
		route("/oauth2", readsToken, security.OAuth2(flows(), c))
		route("/oidc", readsToken, security.OpenIDConnect(discovery, c))
		route("/basic", readsBasic, security.Basic(c))
		route("/header", readsKey, security.APIKeyHeader("X-API-Key", c))
		route("/query", readsKey, security.APIKeyQuery("api_key", c))
		route("/cookie", readsKey, security.APIKeyCookie("key", c))
	})
}

func TestSchemesReadTheirCredential(t *testing.T) { // L10
	t.Parallel()
	const (
		basic      = `Basic realm="api", charset="UTF-8"`
		header     = `ApiKey realm="api", name="X-API-Key", in="header"`
		query      = `ApiKey realm="api", name="api_key", in="query"`
		cookie     = `ApiKey realm="api", name="key", in="cookie"`
		malformedQ = "Malformed query"
	)
	api := schemesAPI(t, "")
	for _, tt := range []struct {
		name, target string
		lines        []string
		status       int
		body, detail string // of a success, of a problem
		challenge    string
	}{
		{"a token", "/bearer", []string{"Authorization: Bearer a.b-c"}, 200, "a.b-c", "", ""},                                  // S183, S185
		{"a token after bearer", "/bearer", []string{"Authorization: bearer x"}, 200, "x", "", ""},                             // S45, S184
		{"no token", "/bearer", nil, 401, "", "No authorization token provided", plainBearer},                                  // S43, S183
		{"Bearer alone", "/bearer", []string{"Authorization: Bearer"}, 401, "", "Invalid authorization header", invalidBearer}, // S44
		{"an empty Authorization", "/bearer", []string{"Authorization: "}, 401, "", "Invalid authorization header", invalidBearer},
		{"a token of another scheme", "/bearer", []string{"Authorization: Token x"}, 401, "", "Invalid authorization header", plainBearer},                        // S46, S183
		{"Basic for Bearer", "/bearer", []string{"Authorization: Basic dTpw"}, 401, "", "Invalid authorization header", plainBearer},                              // S46
		{"two tokens", "/bearer", []string{"Authorization: Bearer a", "Authorization: Bearer b"}, 400, "", "Multiple credentials in request", doubledBearer},      // A52
		{"one token twice", "/bearer", []string{"Authorization: Bearer a", "Authorization: Bearer a"}, 400, "", "Multiple credentials in request", doubledBearer}, // A52
		{"two schemes in one line", "/bearer", []string{"Authorization: Bearer a, Basic b"}, 401, "", "", invalidBearer},                                          // A53
		{"a character that tokens lack", "/bearer", []string{"Authorization: Bearer a$"}, 401, "", "", invalidBearer},                                             // A54
		{"a tab behind Bearer", "/bearer", []string{"Authorization: Bearer\ta"}, 401, "", "", invalidBearer},                                                      // A56
		{"a token in the query", "/bearer?access_token=x", nil, 401, "", "No authorization token provided", plainBearer},                                          // A57, A58

		{"a token for OAuth 2.0", "/oauth2", []string{"Authorization: Bearer x"}, 200, "x", "", ""},
		{"no token for OAuth 2.0", "/oauth2", nil, 401, "", "No authorization token provided", plainBearer},
		{"a token for OpenID Connect", "/oidc", []string{"Authorization: Bearer x"}, 200, "x", "", ""},
		{"two tokens for OpenID Connect", "/oidc", []string{"Authorization: Bearer a", "Authorization: Bearer a"}, 400, "", "", doubledBearer}, // A52

		{"user and password", "/basic", []string{"Authorization: Basic dTpwOng="}, 200, "u/p:x", "", ""},                                       // S208
		{"user and password after basic", "/basic", []string{"Authorization: basic dTpw"}, 200, "u/p", "", ""},                                 // S207
		{"UTF-8 in a password", "/basic", []string{"Authorization: Basic dGVzdDoxMjPCow=="}, 200, "test/123£", "", ""},                         // S208
		{"no user", "/basic", nil, 401, "", "No credentials provided", basic},                                                                  // S183
		{"Basic without a colon", "/basic", []string{"Authorization: Basic dXA="}, 401, "", "Invalid authorization format", basic},             // S209, A71
		{"Basic with an empty user", "/basic", []string{"Authorization: Basic OnA="}, 401, "", "Invalid authorization format", basic},          // A71
		{"Basic in another spelling", "/basic", []string{"Authorization: Basic dXNlcjpwYR=="}, 401, "", "Invalid authorization format", basic}, // A72
		{"Basic twice", "/basic", []string{"Authorization: Basic dTpw", "Authorization: Basic dTpw"}, 400, "", "Multiple credentials in request", basic},
		{"Bearer for Basic", "/basic", []string{"Authorization: Bearer a"}, 401, "", "Invalid authorization header", basic}, // S46

		{"a key in a header", "/header", []string{"X-API-Key: k1"}, 200, "k1", "", ""},                                           // S47, S177
		{"a key in a header of other case", "/header", []string{"x-aPI-key: k1"}, 200, "k1", "", ""},                             // S47
		{"no key", "/header", nil, 401, "", "No API key provided", header},                                                       // S204
		{"an empty key", "/header", []string{"X-API-Key: "}, 401, "", "Invalid API key", header},                                 // A50
		{"a blank key", "/header", []string{"X-API-Key:  \t"}, 401, "", "Invalid API key", header},                               // A50
		{"a key twice", "/header", []string{"X-API-Key: k", "X-API-Key: k"}, 400, "", "Multiple credentials in request", header}, // A50
		{"a key under a name with underscores", "/header", []string{"X_API_Key: k1"}, 401, "", "No API key provided", header},    // A60
		{"a key in the query instead", "/header?X-API-Key=k1", nil, 401, "", "No API key provided", header},

		{"a key in the query", "/query?a=b&api_key=k1", nil, 200, "k1", "", ""}, // S47, S178, S206
		{"no key in the query", "/query?a=b", nil, 401, "", "No API key provided", query},
		{"an empty key in the query", "/query?api_key=", nil, 401, "", "Invalid API key", query},                           // A50
		{"a key twice in the query", "/query?api_key=k&api_key=k", nil, 400, "", "Multiple credentials in request", query}, // A50, A58
		{"a key beside a malformed pair", "/query?api_key=k&x=%zz", nil, 400, "", malformedQ, query},
		{"a key beside a semicolon", "/query?api_key=k;x=1", nil, 400, "", malformedQ, query},

		{"a key in a cookie", "/cookie", []string{"Cookie: a=b; key=k1"}, 200, "k1", "", ""}, // S47
		{"no key in a cookie", "/cookie", []string{"Cookie: a=b"}, 401, "", "No API key provided", cookie},
		{"an empty key in a cookie", "/cookie", []string{"Cookie: key="}, 401, "", "Invalid API key", cookie}, // A50
		{"a key in two cookies", "/cookie", []string{"Cookie: key=k", "Cookie: key=k"}, 400, "", "Multiple credentials in request", cookie},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := call(t, api, http.MethodGet, tt.target, tt.lines...)
			if tt.status == 200 {
				a.want(t, 200, "")
				if want, _ := json.Marshal(tt.body); strings.TrimSpace(a.body) != string(want) {
					t.Errorf("the handler saw %s, want %s", a.body, want)
				}
				return
			}
			a.want(t, tt.status, tt.detail, tt.challenge)
		})
	}
}

// HEAD is served by the GET route, and locked like it.
func TestSchemesGuardHead(t *testing.T) { // A70
	t.Parallel()
	api := schemesAPI(t, "")
	for _, path := range []string{"/bearer", "/oauth2", "/oidc", "/basic", "/header", "/query", "/cookie"} {
		if a := call(t, api, http.MethodHead, path); a.status != http.StatusUnauthorized || len(a.challenges) != 1 {
			t.Errorf("HEAD %s: %d %q", path, a.status, a.challenges)
		}
	}
}

func TestChallengesNameTheRealm(t *testing.T) { // A206
	t.Parallel()
	api := schemesAPI(t, "a \"b\"\r\nX: y")
	for path, want := range map[string]string{
		"/bearer": `Bearer realm="a \"b\"??X: y"`,
		"/oauth2": `Bearer realm="a \"b\"??X: y"`,
		"/oidc":   `Bearer realm="a \"b\"??X: y"`,
		"/basic":  `Basic realm="a \"b\"??X: y", charset="UTF-8"`,
		"/header": `ApiKey realm="a \"b\"??X: y", name="X-API-Key", in="header"`,
		"/query":  `ApiKey realm="a \"b\"??X: y", name="api_key", in="query"`,
		"/cookie": `ApiKey realm="a \"b\"??X: y", name="key", in="cookie"`,
	} {
		call(t, api, http.MethodGet, path).want(t, 401, "", want)
	}
}

// What a dependency of the user's own refuses is challenged for by the schemes
// of the operation, with their realms.
func TestA401OfUserCodeCarriesTheChallengesOfTheOperation(t *testing.T) { // S188, S198, S199, S203, S210
	t.Parallel()
	c := security.SchemeConfig{Realm: "blog"}
	own := fmt.Errorf("user code: %w", security.ExpiredToken())
	for _, tt := range []struct {
		name   string
		err    error
		detail string
		code   string
		error  string // of the Bearer challenge
	}{
		{"an invalid token", security.InvalidToken(), "Invalid token", "token-invalid", `, error="invalid_token", error_description="The access token is invalid"`},
		{"an expired token", security.ExpiredToken(), "Token has expired", "token-expired", `, error="invalid_token", error_description="The access token expired"`},
		{"a wrapped refusal", own, "Token has expired", "token-expired", `, error="invalid_token", error_description="The access token expired"`},
		{"a user who is gone", security.UserNotFound(), "User not found", "token-invalid", `, error="invalid_token", error_description="The access token is invalid"`},
		{"a bare fault", security.ErrInvalidToken, "Invalid token", "token-invalid", `, error="invalid_token", error_description="The access token is invalid"`},
		{"wrong credentials", security.InvalidCredentials(""), "Invalid credentials", "invalid-credentials", `, error="invalid_token", error_description="The access token is invalid"`},
		{"a problem of the program's own", problem.Unauthorized("go away").WithCode("gone-away"), "go away", "gone-away", ""},
		{"nothing presented", security.MissingCredentials(), "No authorization token provided", "authorisation-required", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			refuse := func(context.Context, security.BearerToken) (*user, error) { return nil, tt.err }
			api := newAPI(t, func(api *router.Router) {
				api.Provide(di.Depends(refuse, security.Bearer(c)))
				get(api, "/one", me)
				get(api, "/two", me, security.APIKeyHeader("X-API-Key", c))
			})
			a := call(t, api, http.MethodGet, "/one", bearer("x"))
			a.want(t, 401, tt.detail, `Bearer realm="blog"`+tt.error)
			if a.problem.Code != tt.code {
				t.Errorf("code %q, want %q", a.problem.Code, tt.code)
			}
			call(t, api, http.MethodGet, "/two", bearer("x"), "X-API-Key: k").
				want(t, 401, tt.detail, `ApiKey realm="blog", name="X-API-Key", in="header"`, `Bearer realm="blog"`+tt.error)
		})
	}
}

// Who named the challenges keeps them.
func TestA401ThatNamesItsChallengesIsLeftAlone(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, security.BearerToken) (*user, error) {
		return nil, security.InvalidToken(security.NewChallenge("DPoP").With("algs", "ES256"))
	}
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", me, di.Depends(refuse, security.Bearer(security.SchemeConfig{})))
	})
	call(t, api, http.MethodGet, "/x", bearer("x")).
		want(t, 401, "Invalid token", `DPoP algs="ES256", error="invalid_token", error_description="The access token is invalid"`)
}

// A request without credentials is told all that the operation accepts, and a
// 401 for a credential that is there and wrong names its scheme alone.
func TestMissingCredentialsAreAskedForTogether(t *testing.T) { // S43, S38, L10
	t.Parallel()
	c := security.SchemeConfig{}
	key := `ApiKey realm="api", name="X-API-Key", in="header"`
	either := security.AnyOf[string](
		di.Depends(func(_ context.Context, c security.BearerToken) (string, error) { return string(c), nil }, security.Bearer(c)),
		di.Depends(func(_ context.Context, c security.APIKey) (string, error) { return string(c), nil }, security.APIKeyHeader("X-API-Key", c)),
	)
	api := newAPI(t, func(api *router.Router) {
		get(api, "/and", ok, security.Bearer(c), security.APIKeyHeader("X-API-Key", c))
		get(api, "/or", ok, either)
	})
	for _, path := range []string{"/and", "/or"} {
		call(t, api, http.MethodGet, path).want(t, 401, "", plainBearer, key)
		call(t, api, http.MethodGet, path, "Authorization: Bearer").want(t, 401, "", invalidBearer)
		call(t, api, http.MethodGet, path, bearer("a"), bearer("a")).want(t, 400, "", doubledBearer)
		call(t, api, http.MethodGet, path, bearer("a"), "X-API-Key: a b").want(t, 401, "Invalid API key", key)
	}
	call(t, api, http.MethodGet, "/or", "Authorization: Basic dTpw").want(t, 401, "Invalid authorization header", plainBearer, key)
	call(t, api, http.MethodGet, "/and", bearer("a")).want(t, 401, "No API key provided", plainBearer, key)
	call(t, api, http.MethodGet, "/and", bearer("a"), "X-API-Key: k").want(t, 200, "")
}

func TestBasicMayAcceptEmptyParts(t *testing.T) { // A71
	t.Parallel()
	keyAsUser := security.SchemeConfig{Basic: security.BasicReader{AllowEmptyPassword: true}}
	api := newAPI(t, func(api *router.Router) {
		api.Handle(http.MethodGet, "/x", readsBasic, security.Basic(keyAsUser))
	})
	call(t, api, http.MethodGet, "/x", "Authorization: Basic azE6").want(t, 200, "")
	call(t, api, http.MethodGet, "/x", "Authorization: Basic OnA=").want(t, 401, "", `Basic realm="api", charset="UTF-8"`)
}

func TestSchemesAreComponentsOfTheDocument(t *testing.T) { // S175, S176, S177, S178, S179, S180, S195
	t.Parallel()
	d := documentOf(t, schemesAPI(t, ""))
	want := map[string]map[string]any{
		"BearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
		"OAuth2": {"type": "oauth2", "flows": map[string]any{"authorizationCode": map[string]any{
			"authorizationUrl": "https://id.example.com/authorize", "tokenUrl": "https://id.example.com/token",
			"scopes": map[string]any{"posts:read": "Read posts"},
		}}},
		"OpenIDConnect": {"type": "openIdConnect", "openIdConnectUrl": discovery},
		"BasicAuth":     {"type": "http", "scheme": "basic"},
		"ApiKeyAuth":    {"type": "apiKey", "in": "header", "name": "X-API-Key"},
		"ApiKeyQuery":   {"type": "apiKey", "in": "query", "name": "api_key"},
		"ApiKeyCookie":  {"type": "apiKey", "in": "cookie", "name": "key"},
	}
	if got := d.Components.SecuritySchemes; !reflect.DeepEqual(got, want) {
		t.Errorf("schemes\n\t%v, want\n\t%v", got, want)
	}
	for path, scheme := range map[string]string{
		"/bearer": "BearerAuth", "/oauth2": "OAuth2", "/oidc": "OpenIDConnect", "/basic": "BasicAuth",
		"/header": "ApiKeyAuth", "/query": "ApiKeyQuery", "/cookie": "ApiKeyCookie",
	} {
		op := d.get(path)
		if !reflect.DeepEqual(op.Security, []map[string][]string{{scheme: {}}}) {
			t.Errorf("%s: security %v, want %s", path, op.Security, scheme)
		}
		if got := op.statuses("4"); !slices.Equal(got, []string{"401"}) {
			t.Errorf("%s: documents %q", path, got)
		}
	}
}

func TestSchemesAreNamedAndDescribedByTheirConfig(t *testing.T) {
	t.Parallel()
	c := security.SchemeConfig{Name: "Staff", Description: "Ask the *desk*.", BearerFormat: "opaque"}
	api := newAPI(t, func(api *router.Router) {
		api.Handle(http.MethodGet, "/x", readsToken, security.Bearer(c))
		api.Handle(http.MethodGet, "/y", readsToken, security.Bearer(c), router.OperationID("y")) // the same scheme, from another handle
	})
	d := documentOf(t, api)
	want := map[string]map[string]any{"Staff": {"type": "http", "scheme": "bearer", "bearerFormat": "opaque", "description": "Ask the *desk*."}}
	if got := d.Components.SecuritySchemes; !reflect.DeepEqual(got, want) {
		t.Errorf("schemes %v, want %v", got, want)
	}
	if got := d.get("/y").Security; !reflect.DeepEqual(got, []map[string][]string{{"Staff": {}}}) {
		t.Errorf("security %v", got)
	}
}

// Two schemes of one name are a mistake, not a scheme that hides another.
func TestSchemesThatClashAreAMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		one, two *di.Dependency
		want     string
	}{
		{"keys in two headers", security.APIKeyHeader("X-A", security.SchemeConfig{}), security.APIKeyHeader("X-B", security.SchemeConfig{}), `"ApiKeyAuth"`},
		{"two kinds of one name", security.Bearer(security.SchemeConfig{Name: "Auth"}), security.Basic(security.SchemeConfig{Name: "Auth"}), `"Auth"`},
		{"two descriptions", security.Bearer(security.SchemeConfig{Description: "a"}), security.Bearer(security.SchemeConfig{Description: "b"}), `"BearerAuth"`},
		{"a name with a space", security.Bearer(security.SchemeConfig{Name: "My Auth"}), security.Bearer(security.SchemeConfig{}), `"My Auth"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := router.New("Clash", "1")
			get(api, "/one", ok, tt.one, router.OperationID("one"))
			get(api, "/two", ok, tt.two, router.OperationID("two"))
			if err := api.Build(); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "http_test.go") {
				t.Errorf("Build = %v, want a mistake that names %s and the place", err, tt.want)
			}
		})
	}
}

func TestOAuthFlowsAreDocumentedWithTheScopesThatRoutesRequire(t *testing.T) { // S180, S195
	t.Parallel()
	f := openapi.OAuthFlows{
		Implicit:            &openapi.OAuthFlow{AuthorizationURL: "https://a"},
		Password:            &openapi.OAuthFlow{TokenURL: "https://t", RefreshURL: "https://r"},
		ClientCredentials:   &openapi.OAuthFlow{TokenURL: "https://t"},
		AuthorizationCode:   &openapi.OAuthFlow{AuthorizationURL: "https://a", TokenURL: "https://t"},
		DeviceAuthorization: &openapi.OAuthFlow{DeviceAuthorizationURL: "https://d", TokenURL: "https://t"},
	}
	check := func(context.Context, struct {
		Required security.Scopes
		Token    security.BearerToken
	}) (*user, error) {
		return &user{}, nil
	}
	api := newAPI(t, func(api *router.Router) {
		api.Provide(security.OAuth2(f, security.SchemeConfig{}))
		get(api, "/x", ok, security.Require(check, "b:write", "a:read"))
	})
	d := documentOf(t, api)
	documented, _ := d.Components.SecuritySchemes["OAuth2"]["flows"].(map[string]any)
	names := []string{"authorizationCode", "clientCredentials", "implicit", "password", "x-deviceAuthorization"}
	if got := slices.Sorted(maps.Keys(documented)); !slices.Equal(got, names) {
		t.Errorf("flows %q, want %q", got, names)
	}
	for name, flow := range documented {
		scopes, _ := flow.(map[string]any)["scopes"].(map[string]any)
		if got := slices.Sorted(maps.Keys(scopes)); !slices.Equal(got, []string{"a:read", "b:write"}) {
			t.Errorf("%s offers the scopes %q", name, got)
		}
	}
	if got := d.get("/x").Security; !reflect.DeepEqual(got, []map[string][]string{{"OAuth2": {"b:write", "a:read"}}}) {
		t.Errorf("security %v", got)
	}
}

func TestSchemesThatCouldNotWorkPanic(t *testing.T) { // S180
	t.Parallel()
	oauth := func(f openapi.OAuthFlows) func() { return func() { security.OAuth2(f, security.SchemeConfig{}) } }
	for _, tt := range []struct {
		name string
		make func()
		want []string
	}{
		{"OAuth 2.0 without flows", oauth(openapi.OAuthFlows{}), []string{"no flow"}},
		{"the implicit flow without addresses", oauth(openapi.OAuthFlows{Implicit: &openapi.OAuthFlow{}}), []string{"Implicit.AuthorizationURL"}},
		{"the password flow without addresses", oauth(openapi.OAuthFlows{Password: &openapi.OAuthFlow{}}), []string{"Password.TokenURL"}},
		{"the client's flow without addresses", oauth(openapi.OAuthFlows{ClientCredentials: &openapi.OAuthFlow{}}), []string{"ClientCredentials.TokenURL"}},
		{"the code flow without addresses", oauth(openapi.OAuthFlows{AuthorizationCode: &openapi.OAuthFlow{}}), []string{"AuthorizationCode.AuthorizationURL", "AuthorizationCode.TokenURL"}},
		{"the device flow without addresses", oauth(openapi.OAuthFlows{DeviceAuthorization: &openapi.OAuthFlow{}}), []string{"DeviceAuthorization.DeviceAuthorizationURL", "DeviceAuthorization.TokenURL"}},
		{"OpenID Connect without an address", func() { security.OpenIDConnect("", security.SchemeConfig{}) }, []string{"openid-configuration"}},
		{"OpenID Connect at a path", func() { security.OpenIDConnect("/.well-known/openid-configuration", security.SchemeConfig{}) }, []string{"absolute URL"}},
		{"a key in a header without name", func() { security.APIKeyHeader("", security.SchemeConfig{}) }, []string{"APIKeyHeader"}},
		{"a key in a header with a space", func() { security.APIKeyHeader("X Key", security.SchemeConfig{}) }, []string{"APIKeyHeader"}},
		{"a key in a parameter without name", func() { security.APIKeyQuery("", security.SchemeConfig{}) }, []string{"APIKeyQuery"}},
		{"a key in a cookie without name", func() { security.APIKeyCookie("", security.SchemeConfig{}) }, []string{"APIKeyCookie"}},
		{"a session in a cookie without name", func() { security.SessionCookie("", security.SchemeConfig{}) }, []string{"SessionCookie"}},
		{"a key in a cookie with a semicolon", func() { security.APIKeyCookie("a;b", security.SchemeConfig{}) }, []string{"APIKeyCookie"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := panicOf(tt.make)
			for _, want := range append(tt.want, "security: ") {
				if !strings.Contains(text, want) {
					t.Errorf("panics with %q, want %q in it", text, want)
				}
			}
		})
	}
}

// Credentials reach neither answers, nor logs, nor the document.
func TestCredentialsAreNotRepeated(t *testing.T) { // A51, A208, L14
	t.Parallel()
	const canary = "canary-7f3a"
	var log strings.Builder
	api := router.New("Secrets", "1", router.Logger(slog.New(slog.NewJSONHandler(&log, nil))))
	show := func(_ context.Context, in struct {
		Token   security.BearerToken
		Key     security.APIKey
		Session security.SessionID
	}) (string, error) {
		text, _ := in.Session.MarshalText()
		return "", fmt.Errorf("failed with %v, %s, %q, %s, %v, %+v", in.Token, in.Key, in.Session, text, in.Session.LogValue(), in)
	}
	get(api, "/x", show, security.Bearer(security.SchemeConfig{}), security.APIKeyQuery("api_key", security.SchemeConfig{}), security.SessionCookie("sid", security.SchemeConfig{}))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	for _, lines := range [][]string{{bearer(canary)}, {bearer(canary), bearer(canary)}, {"Authorization: " + canary}, {bearer(canary + "$")}} {
		a := call(t, api, http.MethodGet, "/x?api_key="+canary, append(lines, "Cookie: sid="+canary)...)
		if a.status < 400 || strings.Contains(a.body, canary) || strings.Contains(fmt.Sprint(a.header), canary) {
			t.Errorf("%d %s %v", a.status, a.body, a.header)
		}
	}
	if text := log.String(); strings.Contains(text, canary) || !strings.Contains(text, "[redacted]") {
		t.Errorf("the log says %s", text)
	}
}
