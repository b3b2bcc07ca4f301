package security_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func active(sub string, scopes ...string) *security.TokenInfo {
	return &security.TokenInfo{Active: true, Sub: sub, Scope: scopes}
}

// infoOf knows tokens by what they say of themselves: "u1.read.admin" is active,
// the token of u1 with the scopes read and admin.
func infoOf(_ context.Context, token string) (*security.TokenInfo, error) {
	parts := strings.Split(token, ".")
	info := active(parts[0], parts[1:]...)
	switch parts[0] {
	case "nil":
		return nil, nil
	case "inactive":
		info.Active = false
	case "expired":
		info.Exp = time.Now().Add(-time.Hour)
	case "early":
		info.Nbf = time.Now().Add(time.Hour)
	case "nobody":
		info.Sub = ""
	case "down":
		return nil, problem.ServiceUnavailable(time.Second)
	case "secret":
		return nil, errors.New("secret: the table of tokens is gone")
	case "panic":
		panic("secret")
	}
	return info, nil
}

func tokenInfo(c security.InfoConfig) *di.Dependency {
	return security.TokenInfoFrom(security.OAuth2(flows(), security.SchemeConfig{}), infoOf, c)
}

// required is a guard that requires scopes of whatever information there is.
func required(scopes ...string) *di.Dependency {
	return security.Require(func(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) { return info, nil }, scopes...)
}

func showInfo(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) {
	return info, nil
}

func TestTokenInformationDecides(t *testing.T) {
	t.Parallel()
	reached := 0
	api := newAPI(t, func(api *router.Router) {
		api.Provide(tokenInfo(security.InfoConfig{}))
		get(api, "/x", func(_ context.Context, info *security.TokenInfo) (string, error) {
			reached++
			return info.Sub, nil
		}, required("b", "a"))
	})
	const needs = `Bearer realm="api", error="insufficient_scope", scope="b a"`
	for _, tt := range []struct {
		name, token string
		status      int
		detail      string
		challenges  []string
	}{
		{"both scopes", "u1.b.a", 200, "", nil},                                                                                    // S7
		{"both in another order, and more", "u1.c.a.b", 200, "", nil},                                                              // S5, S7
		{"one scope", "u1.a", 403, "Scope 'b' required", []string{needs}},                                                          // S7, S60
		{"another case", "u1.A.b", 403, "Scope 'a' required", []string{needs}},                                                     // S7
		{"nil", "nil.b.a", 401, "Provided token is not valid", []string{invalidBearer}},                                            // S15
		{"not active", "inactive.b.a", 401, "Invalid token", []string{invalidBearer}},                                              // S12
		{"expired", "expired.b.a", 401, "Token has expired", []string{strings.Replace(invalidBearer, "is invalid", "expired", 1)}}, // S12
		{"not yet valid", "early.b.a", 401, "Invalid token", []string{invalidBearer}},                                              // S12
		{"an error with a status", "down.b.a", 503, "", nil},                                                                       // S58
		{"an error without one", "secret.b.a", 500, "", nil},                                                                       // S58
		{"a panic", "panic.b.a", 500, "", nil},                                                                                     // S58
		{"none", "", 401, "No authorization token provided", []string{plainBearer}},                                                // S43, S61
	} {
		reached = 0
		var lines []string
		if tt.token != "" {
			lines = append(lines, bearer(tt.token))
		}
		a := call(t, api, http.MethodGet, "/x", lines...)
		a.want(t, tt.status, tt.detail, tt.challenges...)
		if (reached == 1) != (tt.status == 200) {
			t.Errorf("%s: the handler ran %d times", tt.name, reached)
		}
		if tt.status != 200 && a.header.Get("Content-Type") != "application/problem+json" { // S59
			t.Errorf("%s: Content-Type %q", tt.name, a.header.Get("Content-Type"))
		}
		if strings.Contains(a.body, "secret") {
			t.Errorf("%s: %s", tt.name, a.body)
		}
	}
	// S60: what the token has is nobody's business.
	if a := call(t, api, http.MethodGet, "/x", bearer("u1.hidden")); strings.Contains(a.body+strings.Join(a.challenges, ""), "hidden") {
		t.Errorf("the 403 tells what the token grants: %s", a.body)
	}
}

func TestAVerifierSeesTheTokenAsItWasSent(t *testing.T) { // S4, S34, S45, S46
	t.Parallel()
	var seen []string
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", showInfo, security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), func(_ context.Context, token string) (*security.TokenInfo, error) {
			seen = append(seen, token)
			return active("u"), nil
		}, security.InfoConfig{}))
	})
	for _, line := range []string{"Bearer abc", "bearer abc", "BEARER a.b-c~+/==", "Basic dTpw", "Bearer"} {
		call(t, api, http.MethodGet, "/x", "Authorization: "+line)
	}
	if !slices.Equal(seen, []string{"abc", "abc", "a.b-c~+/=="}) {
		t.Errorf("the verifier saw %q", seen)
	}
}

func TestAHandlerSeesAllInformation(t *testing.T) { // S11, S13
	t.Parallel()
	at := time.Now().Truncate(time.Second).UTC()
	info := security.TokenInfo{
		Active: true, Scope: security.GrantedScopes{"a", "b"}, ClientID: "c", Username: "n", TokenType: "Bearer",
		Exp: at.Add(time.Hour), Iat: at, Nbf: at, Sub: "u1", Aud: []string{"api"}, Iss: "https://id.example.com", Jti: "7",
		Extra: map[string]any{"tenant": "red"},
	}
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", showInfo, security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), func(context.Context, string) (*security.TokenInfo, error) {
			return &info, nil
		}, security.InfoConfig{}))
	})
	var got security.TokenInfo
	if err := json.Unmarshal([]byte(call(t, api, http.MethodGet, "/x", bearer("t")).body), &got); err != nil {
		t.Fatal(err)
	}
	got.Exp, got.Iat, got.Nbf = got.Exp.UTC(), got.Iat.UTC(), got.Nbf.UTC()
	if !reflect.DeepEqual(got, info) {
		t.Errorf("got %+v, want %+v", got, info)
	}
}

func TestInformationWithoutALockIsAMistake(t *testing.T) { // S13
	t.Parallel()
	api := router.New("Locks", "1")
	get(api, "/x", showInfo)
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "TokenInfo") {
		t.Errorf("Build: %v", err)
	}
}

func TestTheSubjectIsTheUser(t *testing.T) { // S14
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		api.Provide(tokenInfo(security.InfoConfig{}), security.SubjectOf())
		get(api, "/x", func(_ context.Context, s security.Subject) (security.Subject, error) { return s, nil })
	})
	if a := call(t, api, http.MethodGet, "/x", bearer("u1")); strings.TrimSpace(a.body) != `"u1"` {
		t.Errorf("the subject is %s", a.body)
	}
	call(t, api, http.MethodGet, "/x", bearer("nobody")).want(t, 401, "Invalid token", invalidBearer)
}

func TestTheStateIsIgnoredWhereAskedFor(t *testing.T) { // S12
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", showInfo, tokenInfo(security.InfoConfig{DangerouslyIgnoreState: true}))
	})
	for _, token := range []string{"inactive", "expired", "early"} {
		call(t, api, http.MethodGet, "/x", bearer(token)).want(t, 200, "")
	}
}

// prefixes lets admin:* stand for admin:read.
func prefixes(_ context.Context, required, granted []string) (bool, error) {
	if slices.Contains(granted, "down") {
		return false, problem.ServiceUnavailable(time.Second)
	}
	for _, scope := range required {
		fits := func(g string) bool { return security.MatchPermission(g, scope) }
		if !slices.ContainsFunc(granted, fits) {
			return false, nil
		}
	}
	return true, nil
}

func TestScopesAreComparedByAValidatorOfTheScheme(t *testing.T) { // S8, S10
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		get(api, "/own", ok, tokenInfo(security.InfoConfig{ScopeValidator: prefixes}), required("admin:read"), router.OperationID("own"))
		get(api, "/default", ok, tokenInfo(security.InfoConfig{}), required("admin:read"), router.OperationID("default"))
		get(api, "/none", ok, tokenInfo(security.InfoConfig{ScopeValidator: func(context.Context, []string, []string) (bool, error) { return false, nil }}), router.OperationID("none"))
	})
	api2 := newAPI(t, func(api *router.Router) {
		scheme := security.APIKeyHeader("X-API-Key", security.SchemeConfig{})
		wild := func(context.Context, security.APIKey, []string) (*security.TokenInfo, error) {
			return active("u", "admin:*"), nil
		}
		get(api, "/x", ok, security.APIKeyInfoFrom(scheme, wild, security.InfoConfig{ScopeValidator: prefixes}), required("admin:read"))
	})
	// A token cannot hold an asterisk; the granted scopes can.
	call(t, api2, http.MethodGet, "/x", "X-API-Key: k").want(t, 200, "")
	call(t, api, http.MethodGet, "/own", bearer("u.admin")).want(t, 403, "Scope 'admin:read' required", insufficient("admin:read"))
	call(t, api, http.MethodGet, "/own", bearer("u.down")).want(t, 503, "")
	call(t, api, http.MethodGet, "/default", bearer("u.admin")).want(t, 403, "Scope 'admin:read' required", insufficient("admin:read"))
	call(t, api, http.MethodGet, "/none", bearer("u")).want(t, 200, "") // nothing required, nobody asked
}

// A told is what a function for a user or a key was told.
type told struct {
	user, password, key string
	scopes              []string
	isNil               bool
}

func TestFunctionsForUsersAndKeysAreToldTheRequiredScopes(t *testing.T) { // S24, S25, S26, S27, S30, S31
	t.Parallel()
	var last told
	basic := security.BasicInfoFrom(security.Basic(security.SchemeConfig{}), func(_ context.Context, c security.BasicCredentials, required []string) (*security.TokenInfo, error) {
		last = told{user: c.User, password: c.Password, scopes: required, isNil: required == nil}
		if c.Password != "p:w" {
			return nil, nil
		}
		return active(c.User, strings.Split(c.User, ",")...), nil
	}, security.InfoConfig{})
	key := security.APIKeyInfoFrom(security.APIKeyHeader("X-API-Key", security.SchemeConfig{}), func(_ context.Context, k security.APIKey, required []string) (*security.TokenInfo, error) {
		last = told{key: string(k), scopes: required, isNil: required == nil}
		if k == "wrong" {
			return nil, nil
		}
		return active("robot", string(k)), nil
	}, security.InfoConfig{})
	api := newAPI(t, func(api *router.Router) {
		either := security.AnyOf[*security.TokenInfo](basic, tokenInfo(security.InfoConfig{}), key)
		get(api, "/plain", ok, basic, router.OperationID("plain"))
		get(api, "/key", ok, key, router.OperationID("key"))
		get(api, "/admin", ok, required("admin").With(either), router.OperationID("admin"))
	})
	user := func(name, password string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	}
	const basicChallenge, keyChallenge = `Basic realm="api", charset="UTF-8"`, `ApiKey realm="api", name="X-API-Key", in="header"`
	for _, tt := range []struct {
		name, path, line string
		status           int
		challenges       []string
		want             told
	}{
		{"a user alone", "/plain", user("ann", "p:w"), 200, nil, told{"ann", "p:w", "", nil, true}},                         // S24, S26
		{"a user for admins", "/admin", user("admin", "p:w"), 200, nil, told{"admin", "p:w", "", []string{"admin"}, false}}, // S25, S27
		{"a user who lacks it", "/admin", user("ann", "p:w"), 403, nil, told{"ann", "p:w", "", []string{"admin"}, false}},   // S27
		{"a wrong password", "/plain", user("ann", "x"), 401, []string{basicChallenge}, told{"ann", "x", "", nil, true}},    // S31
		{"a key alone", "/key", "X-API-Key: k", 200, nil, told{"", "", "k", nil, true}},                                     // S30
		{"a key for admins", "/admin", "X-API-Key: admin", 200, nil, told{"", "", "admin", []string{"admin"}, false}},       // S30
		{"a key that lacks it", "/admin", "X-API-Key: k", 403, nil, told{"", "", "k", []string{"admin"}, false}},            // S30
		{"a wrong key", "/key", "X-API-Key: wrong", 401, []string{keyChallenge}, told{"", "", "wrong", nil, true}},          // S31
		{"a token that lacks it", "/admin", bearer("u.read"), 403, []string{insufficient("admin")}, told{}},                 // S52
	} {
		last = told{}
		a := call(t, api, http.MethodGet, tt.path, tt.line)
		if a.status != tt.status || !slices.Equal(a.challenges, tt.challenges) || !reflect.DeepEqual(last, tt.want) {
			t.Errorf("%s: %d %q, told %+v", tt.name, a.status, a.challenges, last)
		}
	}
	// S52: one verifier could not decide, the others have nothing to look at.
	call(t, api, http.MethodGet, "/admin", bearer("down.admin")).want(t, 503, "")
}

func TestSeveralSchemesGiveTheirInformationByName(t *testing.T) { // S36, S37, S38
	t.Parallel()
	keyInfo := func(field, name string) *di.Dependency {
		return security.APIKeyInfoFrom(security.APIKeyHeader(field, security.SchemeConfig{Name: name}),
			func(_ context.Context, k security.APIKey, _ []string) (*security.TokenInfo, error) {
				if k == "bad" {
					return nil, nil
				}
				return active(string(k)), nil
			}, security.InfoConfig{})
	}
	one, two, three := keyInfo("X-One", "one"), keyInfo("X-Two", "two"), keyInfo("X-Three", "three")
	show := func(_ context.Context, set security.AuthSet) (map[string]string, error) {
		subjects := map[string]string{}
		for name, info := range set {
			subjects[name] = info.Sub
		}
		return subjects, nil
	}
	api := newAPI(t, func(api *router.Router) {
		get(api, "/and", show, security.AllInfo(one, two), router.OperationID("and"))
		get(api, "/three", show, security.AllInfo(one, two, three), router.OperationID("three"))
		get(api, "/or", ok, security.AnyOf[*security.TokenInfo](one, two), router.OperationID("or"))
	})
	lines := map[string][]string{"none": nil, "one": {"X-One: a"}, "two": {"X-Two: b"}, "both": {"X-One: a", "X-Two: b"}, "wrong": {"X-One: a", "X-Two: bad"}, "alone": {"X-Two: bad"}}
	for sent, want := range map[string][2]int{"none": {401, 401}, "one": {401, 200}, "two": {401, 200}, "both": {200, 200}, "wrong": {401, 401}, "alone": {401, 401}} {
		if and, or := call(t, api, http.MethodGet, "/and", lines[sent]...), call(t, api, http.MethodGet, "/or", lines[sent]...); and.status != want[0] || or.status != want[1] {
			t.Errorf("%s: AND %d, OR %d, want %v", sent, and.status, or.status, want)
		}
	}
	if a := call(t, api, http.MethodGet, "/and", lines["both"]...); strings.TrimSpace(a.body) != `{"one":"a","two":"b"}` {
		t.Errorf("the set of two is %s", a.body)
	}
	if a := call(t, api, http.MethodGet, "/three", "X-One: a", "X-Two: b", "X-Three: c"); strings.TrimSpace(a.body) != `{"one":"a","three":"c","two":"b"}` {
		t.Errorf("the set of three is %s", a.body)
	}
	if got := documentOf(t, api).get("/three").Security; len(got) != 1 || len(got[0]) != 3 {
		t.Errorf("the document says %v", got)
	}
	if got := documentOf(t, api).get("/or").Security; len(got) != 2 {
		t.Errorf("the document says %v", got)
	}
	if text := panicOf(func() { security.AllInfo(one, security.Bearer(security.SchemeConfig{})) }); !strings.Contains(text, "gives no information of a scheme") {
		t.Errorf("AllInfo of a scheme: %q", text)
	}
}

func TestASchemeWithoutAFunctionIsAMistake(t *testing.T) { // S1, S23, S29, S33
	t.Parallel()
	named := func(name string) security.SchemeConfig { return security.SchemeConfig{Name: name} }
	api := router.New("Locks", "1", router.ProvideByDefault(security.Bearer(security.SchemeConfig{})))
	get(api, "/token", ok, security.TokenInfoFrom(security.OAuth2(flows(), named("petstore_auth")), nil, security.InfoConfig{}))
	get(api, "/bearer", ok, security.TokenInfoFrom(security.Bearer(named("jwt")), nil, security.InfoConfig{}))
	get(api, "/basic", ok, security.BasicInfoFrom(security.Basic(named("login")), nil, security.InfoConfig{}))
	get(api, "/key", ok, security.APIKeyInfoFrom(security.APIKeyHeader("X-Key", named("robots")), nil, security.InfoConfig{}))
	get(api, "/kind", ok, security.TokenInfoFrom(security.Basic(named("other")), infoOf, security.InfoConfig{}))
	err := api.Build()
	if err == nil {
		t.Fatal("Build succeeds")
	}
	for _, want := range []string{
		`scheme "petstore_auth" has no function`, `scheme "jwt" has no function`, `scheme "login" has no function`, `scheme "robots" has no function`,
		"GET /token", "GET /bearer", "GET /basic", "GET /key",
		"scheme other", "is no scheme that gives security.BearerToken",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Build does not say %q:\n%v", want, err)
		}
	}
}

func TestALeewayOutOfBoundsIsAMistake(t *testing.T) { // A17
	t.Parallel()
	for leeway, good := range map[time.Duration]bool{
		0: true, security.NoLeeway: true, time.Second: true, 2 * time.Minute: true,
		2*time.Minute + 1: false, 24 * time.Hour: false, -time.Second: false,
	} {
		api := router.New("Locks", "1")
		get(api, "/x", ok, security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), infoOf, security.InfoConfig{Leeway: leeway}))
		err := api.Build()
		if good && err != nil || !good && (err == nil || !strings.Contains(err.Error(), `the Leeway for scheme "BearerAuth" is `+leeway.String())) {
			t.Errorf("with a leeway of %v, Build = %v", leeway, err)
		}
	}
}

func TestAVerifierStopsWithItsRequest(t *testing.T) { // S57
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", ok, security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), func(ctx context.Context, _ string) (*security.TokenInfo, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}, security.InfoConfig{}))
	})
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/x", nil)
	r.Header.Set("Authorization", "Bearer t")
	api.ServeHTTP(w, r)
	if w.Code < 500 {
		t.Errorf("answered %d", w.Code)
	}
}

// One filter for all routes, and a guard for one of them.
func TestAFilterForAllAddsUpWithThatOfARoute(t *testing.T) { // S62, S63, S64, S65, S66
	t.Parallel()
	for name, order := range map[string][]router.Option{
		"write first": {required("write"), required("read")},
		"read first":  {required("read"), required("write")},
	} {
		api := newAPI(t, func(api *router.Router) {
			api.Provide(tokenInfo(security.InfoConfig{}))
			api.Require(required("all"))
			get(api, "/plain", ok, router.OperationID("plain"))
			get(api, "/both", ok, append(order, router.OperationID("both"))...)
			get(api, "/open", ok, router.Public(), router.OperationID("open"))
		})
		for _, tt := range []struct {
			path, token string
			status      int
		}{
			{"/plain", "", 401}, {"/plain", "u", 403}, {"/plain", "u.all", 200},
			{"/both", "", 401}, {"/both", "u.all.read", 403}, {"/both", "u.all.write", 403}, {"/both", "u.read.write", 403}, {"/both", "u.all.read.write", 200},
			{"/open", "", 200}, // S50
		} {
			var lines []string
			if tt.token != "" {
				lines = append(lines, bearer(tt.token))
			}
			if a := call(t, api, http.MethodGet, tt.path, lines...); a.status != tt.status {
				t.Errorf("%s: %s as %q: %d, want %d", name, tt.path, tt.token, a.status, tt.status)
			}
		}
	}
}
