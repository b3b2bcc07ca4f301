package connexion_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/connexion"
)

type info = *security.TokenInfo

// tokens knows tokens such as "u1.read.admin": the subject and its scopes.
func tokens(_ context.Context, token string) (info, error) {
	if strings.HasPrefix(token, "bad") {
		return nil, nil
	}
	parts := strings.Split(token, ".")
	return &security.TokenInfo{Active: true, Sub: parts[0], Scope: parts[1:]}, nil
}

func users(_ context.Context, c security.BasicCredentials, required []string) (info, error) {
	if c.Password != "secret" {
		return nil, nil
	}
	return &security.TokenInfo{Active: true, Sub: c.User, Scope: strings.Split(c.User, "+"), Extra: map[string]any{"told": required}}, nil
}

func keys(_ context.Context, key security.APIKey, required []string) (map[string]any, error) {
	if key != "k1" {
		return nil, nil
	}
	return map[string]any{"uid": 100, "told": required}, nil
}

func everybody(context.Context, []string, []string) (bool, error) { return true, nil }

// registry has all functions, and an environment.
func registry(env map[string]string, c connexion.Config) *connexion.Registry {
	c.Getenv = func(name string) string { return env[name] }
	r := connexion.NewRegistry(c)
	r.RegisterVerifier("auth.tokens", tokens)
	r.RegisterVerifier("auth.users", users)
	r.RegisterVerifier("auth.keys", keys)
	r.RegisterVerifier("auth.everybody", everybody)
	return r
}

const oauth = `"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example.com/token", "scopes": {"read": ""}}}`

// document has schemes, and GET operations with what each requires.
func document(schemes map[string]string, needs map[string]string) []byte {
	var s, p []string
	for name, text := range schemes {
		s = append(s, fmt.Sprintf("%q: {%s}", name, text))
	}
	for id, text := range needs {
		p = append(p, fmt.Sprintf(`"/%s": {"parameters": [], "get": {"operationId": %q%s}}`, id, id, text))
	}
	return []byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "security": [{"token": []}],
		"components": {"securitySchemes": {` + strings.Join(s, ",") + `}}, "paths": {` + strings.Join(p, ",") + `}}`)
}

func all() map[string]string {
	return map[string]string{
		"token":  oauth + `, "x-tokenInfoFunc": "auth.tokens"`,
		"basic":  `"type": "http", "scheme": "basic", "x-basicInfoFunc": "auth.users"`,
		"key":    `"type": "apiKey", "in": "header", "name": "X-Auth", "x-apikeyInfoFunc": "auth.keys"`,
		"jwt":    `"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "auth.tokens"`,
		"query":  `"type": "apiKey", "in": "query", "name": "auth", "x-apikeyInfoFunc": "auth.keys"`,
		"cookie": `"type": "apiKey", "in": "cookie", "name": "auth", "x-apikeyInfoFunc": "auth.keys"`,
		"raw":    `"type": "apiKey", "in": "header", "name": "Authorization", "x-authentication-scheme": "Bearer", "x-bearerInfoFunc": "auth.tokens"`,
		"oidc":   `"type": "openIdConnect", "openIdConnectUrl": "https://id.example.com/.well-known/openid-configuration", "x-tokenInfoFunc": "auth.tokens"`,
	}
}

func load(t *testing.T, r *connexion.Registry, text []byte) *connexion.Security {
	t.Helper()
	s, err := r.Load(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newAPI(t *testing.T, declare func(api *router.Router)) *router.Router {
	t.Helper()
	api := router.New("t", "1", router.Logger(slog.New(slog.DiscardHandler)))
	declare(api)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

func get[In, Out any](api *router.Router, path string, f func(context.Context, In) (Out, error), opts ...router.Option) {
	api.Handle(http.MethodGet, path, di.Depends(f), append(opts, router.OperationID(strings.Trim(path, "/{}")))...)
}

func show(_ context.Context, i info) (map[string]any, error) {
	return map[string]any{"sub": i.Sub, "told": i.Extra["told"]}, nil
}

func call(api http.Handler, target string, lines ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for _, line := range lines {
		if name, value, _ := strings.Cut(line, ": "); name == "Basic" {
			user, password, _ := strings.Cut(value, ":")
			r.SetBasicAuth(user, password)
		} else {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

func TestSchemesFindTheirFunctionsByName(t *testing.T) { // S2, S47, S55
	t.Parallel()
	s := load(t, registry(nil, connexion.Config{}), document(all(), nil))
	api := newAPI(t, func(api *router.Router) {
		for name := range all() {
			get(api, "/"+name, show, s.Scheme(name))
		}
	})
	for _, tt := range []struct {
		target, line string
		status       int
		sub          string
	}{
		{"/token", "Authorization: Bearer u1", 200, "u1"},
		{"/jwt", "Authorization: bearer u1", 200, "u1"},
		{"/raw", "Authorization: Bearer u1", 200, "u1"}, // S55
		{"/oidc", "Authorization: Bearer u1", 200, "u1"},
		{"/basic", "Basic: ann:secret", 200, "ann"},
		{"/key", "X-AUTH: k1", 200, "100"}, // S47
		{"/key", "x-auth: k1", 200, "100"},
		{"/query?auth=k1", "", 200, "100"},
		{"/cookie", "Cookie: auth=k1", 200, "100"},
		{"/token", "Authorization: Bearer bad", 401, ""},
		{"/basic", "Basic: ann:x", 401, ""},
		{"/key", "X-Auth: k2", 401, ""},
		{"/query?auth=k2", "", 401, ""},
	} {
		var lines []string
		if tt.line != "" {
			lines = append(lines, tt.line)
		}
		w := call(api, tt.target, lines...)
		var got struct{ Sub string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != tt.status || got.Sub != tt.sub {
			t.Errorf("%s %s: %d %s", tt.target, tt.line, w.Code, w.Body)
		}
	}
}

func TestTheEnvironmentNamesFunctionsForSchemesThatNameNone(t *testing.T) { // S3, S9, S23, S29, S33
	t.Parallel()
	env := map[string]string{
		"TOKENINFO_FUNC": "auth.tokens", "BASICINFO_FUNC": "auth.users", "APIKEYINFO_FUNC": "auth.keys",
		"BEARERINFO_FUNC": "auth.tokens", "SCOPEVALIDATE_FUNC": "auth.everybody",
	}
	r := registry(env, connexion.Config{})
	r.RegisterVerifier("own", func(context.Context, string) (info, error) {
		return &security.TokenInfo{Active: true, Sub: "own"}, nil
	})
	r.RegisterVerifier("nobody", func(context.Context, []string, []string) (bool, error) { return false, nil })
	s := load(t, r, document(map[string]string{
		"token":  oauth,
		"basic":  `"type": "http", "scheme": "Basic"`,
		"key":    `"type": "apiKey", "in": "header", "name": "X-Auth"`,
		"jwt":    `"type": "http", "scheme": "Bearer"`,
		"own":    oauth + `, "x-tokenInfoFunc": "own"`,
		"strict": oauth + `, "x-scopeValidateFunc": "nobody"`,
	}, nil))
	api := newAPI(t, func(api *router.Router) {
		for _, name := range []string{"token", "basic", "key", "jwt", "own", "strict"} {
			get(api, "/"+name, show, s.Scheme(name, "read"))
		}
	})
	for target, want := range map[string]struct {
		line string
		says string
	}{
		"/token":  {"Authorization: Bearer u1", `"sub":"u1"`}, // S9: everybody passes
		"/basic":  {"Basic: ann:secret", `"sub":"ann"`},
		"/key":    {"X-Auth: k1", `"sub":"100"`},
		"/jwt":    {"Authorization: Bearer u1", `"sub":"u1"`},
		"/own":    {"Authorization: Bearer u1", `"sub":"own"`}, // the scheme's wins
		"/strict": {"Authorization: Bearer u1.read", `"status":403`},
	} {
		if w := call(api, target, want.line); !strings.Contains(w.Body.String(), want.says) {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

func TestAddressesAreForSchemesWithoutFunctions(t *testing.T) { // S16, S17, S18
	t.Parallel()
	for name, tt := range map[string]struct {
		env    map[string]string
		scheme string
		want   []string // addresses that are asked
	}{
		"the scheme's":                     {nil, `, "x-tokenInfoUrl": "https://a.example.com"`, []string{"https://a.example.com"}},
		"the environment's":                {map[string]string{"TOKENINFO_URL": "https://b.example.com"}, ``, []string{"https://b.example.com"}},
		"the scheme's wins":                {map[string]string{"TOKENINFO_URL": "https://b.example.com"}, `, "x-tokenInfoUrl": "https://a.example.com"`, []string{"https://a.example.com"}},
		"a function wins":                  {nil, `, "x-tokenInfoUrl": "https://a.example.com", "x-tokenInfoFunc": "auth.tokens"`, nil},
		"a function wins over the other's": {map[string]string{"TOKENINFO_URL": "https://b.example.com"}, `, "x-tokenInfoFunc": "auth.tokens"`, nil},
		"an environment's function wins":   {map[string]string{"TOKENINFO_FUNC": "auth.tokens"}, `, "x-tokenInfoUrl": "https://a.example.com"`, nil},
	} {
		var asked []string
		r := registry(tt.env, connexion.Config{Remote: func(url string) (connexion.TokenInfoFunc, error) {
			return func(ctx context.Context, token string) (info, error) {
				asked = append(asked, url)
				return tokens(ctx, token)
			}, nil
		}})
		s := load(t, r, document(map[string]string{"token": oauth + tt.scheme}, nil))
		api := newAPI(t, func(api *router.Router) { get(api, "/x", show, s.Scheme("token")) })
		if w := call(api, "/x", "Authorization: Bearer u1"); w.Code != 200 || !slices.Equal(asked, tt.want) {
			t.Errorf("%s: %d, asked %q", name, w.Code, asked)
		}
	}
}

func TestOperationsRequireWhatTheDocumentSays(t *testing.T) { // S25, S27, S36, S37, S38, S50, S51, S52
	t.Parallel()
	s := load(t, registry(nil, connexion.Config{}), document(all(), map[string]string{
		"global":   ``,
		"public":   `, "security": []`,
		"or":       `, "security": [{"basic": []}, {"token": ["admin"]}, {"key": []}]`,
		"and":      `, "security": [{"token": ["read"], "key": []}]`,
		"optional": `, "security": [{"jwt": []}, {}]`,
		"mixed":    `, "security": [{"token": ["read"], "key": []}, {"cookie": []}]`,
		"scoped":   `, "security": [{"token": ["read", "write"]}]`,
	}))
	set := func(_ context.Context, set security.AuthSet) (map[string]any, error) {
		subjects := map[string]any{}
		for name, i := range set {
			subjects[name] = fmt.Sprint(i.Sub, i.Extra["told"])
		}
		return subjects, nil
	}
	api := newAPI(t, func(api *router.Router) {
		for _, id := range []string{"global", "or", "scoped"} {
			get(api, "/"+id, show, s.Operation(id))
		}
		get(api, "/and", set, s.OperationSet("and"))
		get(api, "/mixed", set, s.OperationSet("mixed"))
		get(api, "/single", set, s.OperationSet("global"))
		get(api, "/optional", func(_ context.Context, i di.Optional[info]) (string, error) {
			if who, ok := i.Get(); ok {
				return who.Sub, nil
			}
			return "anybody", nil
		}, s.Operation("optional"))
		get(api, "/public", func(context.Context, di.None) (string, error) { return "open", nil }, router.Public())
	})
	for _, tt := range []struct {
		target string
		lines  []string
		status int
		says   string
	}{
		{"/global", nil, 401, ""},
		{"/global", []string{"Authorization: Bearer u1"}, 200, `"sub":"u1"`},
		{"/public", nil, 200, "open"},
		{"/or", nil, 401, ""},
		{"/or", []string{"Basic: admin:secret"}, 200, `"told":["admin"]`},   // S25, S27
		{"/or", []string{"Basic: ann:secret"}, 403, `Scope 'admin'`},        // S27
		{"/or", []string{"Authorization: Bearer u1.admin"}, 200, `"u1"`},    // S36
		{"/or", []string{"Authorization: Bearer u1"}, 403, `Scope 'admin'`}, // S52
		{"/or", []string{"X-Auth: k1"}, 403, `Scope 'admin'`},
		{"/and", []string{"Authorization: Bearer u1.read"}, 401, ""},                                                    // S38
		{"/and", []string{"X-Auth: k1"}, 401, ""},                                                                       // S38
		{"/and", []string{"Authorization: Bearer u1.read", "X-Auth: k1"}, 200, `{"key":"100[read]","token":"u1<nil>"}`}, // S37
		{"/and", []string{"Authorization: Bearer u1", "X-Auth: k1"}, 403, `Scope 'read'`},
		{"/and", []string{"Authorization: Bearer u1.read", "X-Auth: k2"}, 401, ""},
		{"/mixed", []string{"Authorization: Bearer u1.read", "X-Auth: k1"}, 200, `"token":"u1`},
		{"/mixed", []string{"X-Auth: k1"}, 401, ""},
		{"/mixed", []string{"Cookie: auth=k1"}, 403, `Scope 'read'`},
		{"/single", []string{"Authorization: Bearer u1"}, 200, `{"token":"u1<nil>"}`},
		{"/optional", nil, 200, "anybody"},                             // S51
		{"/optional", []string{"Authorization: Bearer u1"}, 200, "u1"}, // S51
		{"/optional", []string{"Authorization: Bearer bad"}, 401, ""},  // S51: strict
		{"/scoped", []string{"Authorization: Bearer u.write.read"}, 200, ""},
		{"/scoped", []string{"Authorization: Bearer u.read"}, 403, `"required_scopes":["read","write"]`},
	} {
		w := call(api, tt.target, tt.lines...)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %q: %d %s, want %d %s", tt.target, tt.lines, w.Code, w.Body, tt.status, tt.says)
		}
		if w.Code == 401 && len(w.Header().Values("WWW-Authenticate")) == 0 {
			t.Errorf("%s %q: a 401 without challenge", tt.target, tt.lines)
		}
	}
	for id, want := range map[string]bool{"public": true, "global": false, "optional": false, "unknown": false} {
		if got := s.Public(id); got != want {
			t.Errorf("Public(%q) = %t", id, got)
		}
	}
	text, err := api.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Paths map[string]map[string]struct{ Security []map[string][]string }
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/and": `[map[key:[] token:[read]]]`, "/optional": `[map[jwt:[]] map[]]`, "/mixed": `[map[key:[] token:[read]] map[cookie:[read]]]`,
		"/or": `[map[basic:[admin]] map[token:[admin]] map[key:[admin]]]`, "/scoped": `[map[token:[read write]]]`, "/public": `[]`,
	} {
		if security := fmt.Sprint(got.Paths[path]["get"].Security); security != want {
			t.Errorf("%s is documented as %s, want %s", path, security, want)
		}
	}
}

func TestMistakesOfDocumentsAndRegistriesAreErrorsOfLoad(t *testing.T) { // S1, S2, S23, S29, S33, S39, S54
	t.Parallel()
	r := registry(nil, connexion.Config{})
	r.RegisterVerifier("nil", connexion.TokenInfoFunc(nil))
	r.RegisterVerifier("odd", func(string) bool { return true })
	r.RegisterVerifier("auth.tokens", tokens)
	_, err := r.Load(document(map[string]string{
		"none":     oauth,
		"unknown":  oauth + `, "x-tokenInfoFunc": "auth.nobody"`,
		"kind":     `"type": "http", "scheme": "basic", "x-basicInfoFunc": "auth.tokens"`,
		"basic":    `"type": "http", "scheme": "basic"`,
		"key":      `"type": "apiKey", "in": "header", "name": "X-Key"`,
		"jwt":      `"type": "http", "scheme": "bearer"`,
		"validate": oauth + `, "x-tokenInfoFunc": "auth.tokens", "x-scopeValidateFunc": "auth.missing"`,
		"url":      oauth + `, "x-tokenInfoUrl": "https://id.example.com"`,
		"digest":   `"type": "http", "scheme": "digest"`,
		"tls":      `"type": "mutualTLS"`,
		"flows":    `"type": "oauth2", "x-tokenInfoFunc": "auth.tokens"`,
		"oidc":     `"type": "openIdConnect", "openIdConnectUrl": "here", "x-tokenInfoFunc": "auth.tokens"`,
		"place":    `"type": "apiKey", "in": "body", "name": "k", "x-apikeyInfoFunc": "auth.keys"`,
		"name":     `"type": "apiKey", "in": "header", "name": "a b", "x-apikeyInfoFunc": "auth.keys"`,
		"token":    oauth + `, "x-tokenInfoFunc": "auth.tokens"`,
		"token2":   oauth + `, "x-tokenInfoFunc": "auth.tokens"`,
	}, map[string]string{
		"two":   `, "security": [{"token": [], "token2": []}]`,
		"lost":  `, "security": [{"nowhere": []}]`,
		"scope": `, "security": [{"token": ["a b"]}]`,
	}))
	if err == nil {
		t.Fatal("Load succeeds")
	}
	for _, want := range []string{
		`RegisterVerifier("nil"): the function is nil`,
		`RegisterVerifier("odd"): a func(string) bool verifies nothing`,
		`RegisterVerifier("auth.tokens"): the name is taken`,
		`scheme "none": has no function; set x-tokenInfoFunc, or TOKENINFO_FUNC`,
		`scheme "unknown": x-tokenInfoFunc names "auth.nobody", which nobody registered`,
		`scheme "kind": x-basicInfoFunc names "auth.tokens", which is registered for something else`,
		`scheme "basic": has no function; set x-basicInfoFunc, or BASICINFO_FUNC`,
		`scheme "key": has no function; set x-apikeyInfoFunc, or APIKEYINFO_FUNC`,
		`scheme "jwt": has no function; set x-bearerInfoFunc, or BEARERINFO_FUNC`,
		`scheme "validate": x-scopeValidateFunc names "auth.missing"`,
		`scheme "url": x-tokenInfoUrl "https://id.example.com" needs Config.Remote`,
		`scheme "digest": nothing is known of the type "digest"`,
		`scheme "tls": nothing is known of the type "mutualTLS"`,
		`scheme "flows": no flow is given`,
		`scheme "oidc": openIdConnectUrl "here" is no absolute URL`,
		`scheme "place": in is "body"`,
		`scheme "name": name "a b" can be no name of a header`,
		`operation "two": requires two tokens of authorization servers at once, token and token2`,
		`operation "lost": requires the scheme "nowhere", which the document does not have`,
		`operation "scope": scope "a b"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Load does not say %q:\n%v", want, err)
		}
	}
	for name, text := range map[string]string{"no JSON": "openapi: 3.0.3", "another kind": `{"paths": []}`, "twice": `{"paths": {}, "paths": {}}`} {
		if _, err := registry(nil, connexion.Config{}).Load([]byte(text)); err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := registry(nil, connexion.Config{Remote: func(string) (connexion.TokenInfoFunc, error) { return nil, errors.New("no such host") }}).
		Load(document(map[string]string{"url": oauth + `, "x-tokenInfoUrl": "https://id.example.com"`}, nil)); err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("an address that is refused: %v", err)
	}
}

func TestMistakesOfRoutesAreMistakesOfTheAPI(t *testing.T) { // S39
	t.Parallel()
	s := load(t, registry(nil, connexion.Config{}), document(all(), map[string]string{
		"public": `, "security": []`,
		"and":    `, "security": [{"token": [], "key": []}]`,
		"clash":  `, "security": [{"jwt": [], "basic": []}]`,
	}))
	api := router.New("t", "1")
	get(api, "/scheme", show, s.Scheme("nowhere"))
	get(api, "/operation", show, s.Operation("nowhere"))
	get(api, "/public", show, s.Operation("public"))
	get(api, "/and", show, s.Operation("and"))
	api.Handle(http.MethodGet, "/clash", di.Depends(func(context.Context, security.AuthSet) (string, error) { return "", nil }), s.OperationSet("clash"))
	err := api.Build()
	if err == nil {
		t.Fatal("Build succeeds")
	}
	for _, want := range []string{
		`Scheme("nowhere"): the document has no such scheme; it has basic, cookie, jwt`,
		`Operation("nowhere"): the document has no such operation; it has and, clash, public`,
		`Operation("public"): the document requires nothing for it`,
		`Operation("and"): several schemes are needed at once`,
		`are both sent in Authorization`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Build does not say %q:\n%v", want, err)
		}
	}
}

func TestSchemesOfOtherTypesAreMadeByTheProgram(t *testing.T) { // S54
	t.Parallel()
	c := connexion.Config{Schemes: map[string]func(string) (*di.Dependency, error){
		"digest": func(name string) (*di.Dependency, error) {
			return security.APIKeyInfoFrom(security.APIKeyHeader("X-Digest", security.SchemeConfig{Name: name}), func(context.Context, security.APIKey, []string) (info, error) {
				return &security.TokenInfo{Active: true, Sub: "digested"}, nil
			}, security.InfoConfig{}), nil
		},
	}}
	s := load(t, registry(nil, c), document(map[string]string{"d": `"type": "http", "scheme": "digest"`}, map[string]string{"x": `, "security": [{"d": []}]`}))
	api := newAPI(t, func(api *router.Router) { get(api, "/x", show, s.Operation("x")) })
	if w := call(api, "/x", "X-Digest: 1"); w.Code != 200 || !strings.Contains(w.Body.String(), "digested") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestInformationIsReadAsFunctionsForConnexionReturnIt(t *testing.T) { // S5, S6, S20, S21
	t.Parallel()
	for name, tt := range map[string]struct {
		members map[string]any
		want    info // nil: an error
	}{
		"scopes as a text":           {map[string]any{"scope": "read admin"}, &security.TokenInfo{Active: true, Scope: []string{"read", "admin"}}},
		"scopes as texts":            {map[string]any{"scope": []string{"read", "admin"}}, &security.TokenInfo{Active: true, Scope: []string{"read", "admin"}}},
		"scopes with a number":       {map[string]any{"scope": []any{"read", 5}}, nil}, // S6
		"scopes by the other name":   {map[string]any{"scopes": []string{"a"}}, &security.TokenInfo{Active: true, Scope: []string{"a"}}},
		"both names of scopes":       {map[string]any{"scope": "", "scopes": "a"}, &security.TokenInfo{Active: true}},
		"the subject as uid":         {map[string]any{"uid": "u"}, &security.TokenInfo{Active: true, Sub: "u"}},
		"the subject by both":        {map[string]any{"sub": "s", "uid": "u"}, &security.TokenInfo{Active: true, Sub: "s"}},
		"a number as uid":            {map[string]any{"uid": 100}, &security.TokenInfo{Active: true, Sub: "100"}},
		"a number as JSON has it":    {map[string]any{"uid": 100.0}, &security.TokenInfo{Active: true, Sub: "100"}},
		"half a number":              {map[string]any{"uid": 1.5}, nil},
		"what is not active":         {map[string]any{"active": false}, &security.TokenInfo{}},
		"a text for active":          {map[string]any{"active": "false"}, nil},
		"what cannot be JSON":        {map[string]any{"f": func() {}}, nil},
		"a member of the program's ": {map[string]any{"tenant": "red"}, &security.TokenInfo{Active: true, Extra: map[string]any{"tenant": "red"}}},
	} {
		got, err := connexion.InfoOf(tt.members)
		if (err != nil) != (tt.want == nil) || tt.want != nil && (got.Sub != tt.want.Sub || got.Active != tt.want.Active ||
			!slices.Equal(got.Scope, tt.want.Scope) || len(got.Extra) != len(tt.want.Extra) || len(tt.want.Extra) > 0 && !reflect.DeepEqual(got.Extra, tt.want.Extra)) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := connexion.InfoOf(nil); got != nil || err != nil {
		t.Errorf("nil: %v, %v", got, err)
	}
	// S6: information that cannot be read vouches for nobody.
	r := connexion.NewRegistry(connexion.Config{Getenv: func(string) string { return "" }})
	r.RegisterVerifier("f", func(context.Context, string) (map[string]any, error) {
		return map[string]any{"scope": []any{"read", 5}}, nil
	})
	s := load(t, r, document(map[string]string{"token": oauth + `, "x-tokenInfoFunc": "f"`}, nil))
	api := newAPI(t, func(api *router.Router) { get(api, "/x", show, s.Scheme("token")) })
	if w := call(api, "/x", "Authorization: Bearer t"); w.Code != 401 || !strings.Contains(w.Header().Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("%d %q", w.Code, w.Header())
	}
}

func TestAuthorizationPassesAReverseProxy(t *testing.T) { // S40
	t.Parallel()
	s := load(t, registry(nil, connexion.Config{}), document(all(), nil))
	inner := httptest.NewServer(newAPI(t, func(api *router.Router) { get(api, "/x", show, s.Scheme("token")) }))
	defer inner.Close()
	target, err := url.Parse(inner.URL)
	if err != nil {
		t.Fatal(err)
	}
	outer := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	defer outer.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, outer.URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer u1")
	w, err := outer.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if w.StatusCode != 200 {
		t.Errorf("answered %d", w.StatusCode)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(document(all(), map[string]string{"a": `, "security": [{"token": ["x"], "key": []}, {}]`, "b": `, "security": []`}))
	f.Add([]byte(`{"paths": {"/x": {"get": {"operationId": "x", "security": [{"y": null}]}}}}`))
	f.Add([]byte(`{"components": {"securitySchemes": {"": {"type": "apiKey", "in": "cookie", "name": ""}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := registry(nil, connexion.Config{}).Load(text)
		if (s == nil) == (err == nil) {
			t.Errorf("Load gives %v and %v", s, err)
		}
	})
}
