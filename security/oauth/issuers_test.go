package oauth_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

const partner = "https://partner.example.org"

// issued verifies the tokens of one issuer with keys that are fetched when they are
// first needed.
func issued(t *testing.T, w *world, issuer string, keys ...pair) oauth.Checker {
	t.Helper()
	w.on(issuer+"/keys", says(200, jwks(keys...)))
	j, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{URL: issuer + "/keys", Connection: w.connection()})
	if err != nil {
		t.Fatal(err)
	}
	v, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{"ES256"}, Source: j, Issuer: issuer, Audience: []string{"api"}})
	if err != nil {
		t.Fatal(err)
	}
	return oauth.NewJWT(v)
}

func TestTheIssuerChoosesTheKeysAndNothingElse(t *testing.T) { // S90
	t.Parallel()
	w, a, b := newWorld(), newPair(t, "1"), newPair(t, "1") // of one ID
	c := oauth.ByIssuer(map[string]oauth.Checker{issuer: issued(t, w, issuer, a), partner: issued(t, w, partner, b)})
	before := w.count()
	signed := func(p pair, issuer any) security.BearerToken { return p.token(t, jwt.MapClaims{"iss": issuer}) }
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + issuer + `","iss":"` + partner + `"}`))
	for name, tt := range map[string]struct {
		token  security.BearerToken
		status int
	}{
		"its own key":              {signed(a, issuer), 200},
		"the other issuer's":       {signed(b, partner), 200},
		"the key of the other":     {signed(b, issuer), 401},
		"and the other way around": {signed(a, partner), 401},
		"an unknown issuer":        {signed(a, "https://stranger.example"), 401},
		"a prefix of one":          {signed(a, issuer[:len(issuer)-1]), 401},
		"one with a slash":         {signed(a, issuer+"/"), 401},
		"in other letters":         {signed(a, strings.ToUpper(issuer)), 401},
		"an issuer that is a list": {signed(a, []string{issuer}), 401},
		"no issuer":                {signed(a, ""), 401},
		"two issuers":              {security.BearerToken("eyJhbGciOiJFUzI1NiJ9." + payload + ".AA"), 401},
		"no payload":               {"eyJhbGciOiJFUzI1NiJ9..AA", 401},
		"no Base64":                {"eyJhbGciOiJFUzI1NiJ9.*.AA", 401},
		"five parts":               {"a.b.c.d.e", 401},
		"an opaque token":          {"opaque", 401},
		"a long one":               {security.BearerToken("a." + strings.Repeat("A", 9<<10) + ".c"), 401},
	} {
		if got := status(t, c, tt.token); got != tt.status {
			t.Errorf("%s: %d, want %d", name, got, tt.status)
		}
	}
	if got := w.count(); got != before {
		t.Errorf("keys were fetched %d times more", got-before)
	}
}

func TestACheckerOfAnotherMindIsNotBelieved(t *testing.T) { // S90
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	says := checkFunc(func(context.Context, security.BearerToken) (*security.TokenInfo, error) {
		return &security.TokenInfo{Active: true, Iss: partner}, nil
	})
	mustStatus(t, oauth.ByIssuer(map[string]oauth.Checker{issuer: says}), key.token(t, nil), 401)
	mustStatus(t, oauth.ByIssuer(map[string]oauth.Checker{issuer: issued(t, w, partner, key)}), key.token(t, nil), 401)
}

func mustPanic(t *testing.T, what, says string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text, _ := recover().(string); !strings.Contains(text, says) {
			t.Errorf("%s: panicked with %q, want %q", what, text, says)
		}
	}()
	f()
}

func TestCheckersThatAreNotConfigured(t *testing.T) { // S67, S90
	t.Parallel()
	mustPanic(t, "no issuers", "there is no issuer", func() { oauth.ByIssuer(nil) })
	mustPanic(t, "a nameless issuer", "has no name", func() { oauth.ByIssuer(map[string]oauth.Checker{"": checks{}}) })
	mustPanic(t, "no checker of an issuer", `the checker of "`+issuer+`" is nil`, func() { oauth.ByIssuer(map[string]oauth.Checker{issuer: nil}) })
	mustPanic(t, "no checker", "the checker is nil", func() { oauth.Token(nil) })
	mustPanic(t, "no verifier", "the verifier is nil", func() { oauth.NewJWT(nil) })
	api := router.New("Films", "1")
	api.Handle("GET", "/", di.Depends(echo))
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "nothing provides *security.TokenInfo") {
		t.Errorf("Build = %v", err)
	}
}

func TestKeysIssuerAndAudienceHaveToBeNamed(t *testing.T) { // S72
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	w.on(jwksURL, says(200, jwks(key)))
	whole := security.VerifierConfig{Algorithms: []string{"ES256"}, Source: newJWKS(t, w, nil), Issuer: issuer, Audience: []string{"api"}}
	if _, err := security.NewVerifier(whole); err != nil {
		t.Fatal(err)
	}
	for name, omit := range map[string]func(*security.VerifierConfig){
		"Source": func(c *security.VerifierConfig) { c.Source = nil }, "Issuer": func(c *security.VerifierConfig) { c.Issuer = "" },
		"Audience": func(c *security.VerifierConfig) { c.Audience = nil }, "Algorithms": func(c *security.VerifierConfig) { c.Algorithms = nil },
	} {
		c := whole
		omit(&c)
		if _, err := security.NewVerifier(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	if _, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{Connection: w.connection()}); err == nil || !strings.Contains(err.Error(), "URL") {
		t.Errorf("keys from nowhere: %v", err)
	}
}

func TestTheAddressOfKeysIsNeverGuessed(t *testing.T) { // S91
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	w.on(issuer+"/jwks", says(200, jwks(key))) // where somebody might look
	_, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{Issuer: issuer, Connection: w.connection()})
	if err == nil || w.count() == 0 {
		t.Fatalf("keys were found, or not looked for: %v", err)
	}
	if i := slices.IndexFunc(w.asked, func(url string) bool { return !strings.Contains(url, "/.well-known/") }); i >= 0 {
		t.Errorf("%s was asked", w.asked[i])
	}
}

func TestOnlyListedAlgorithmsAreAccepted(t *testing.T) { // S94
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	w.on(jwksURL, says(200, jwks(key)))
	for algorithms, want := range map[string]int{"ES256": 200, "RS256,ES256": 200, "RS256,RS512": 401, "EdDSA": 401} {
		v, err := security.NewVerifier(security.VerifierConfig{
			Algorithms: strings.Split(algorithms, ","), Source: newJWKS(t, w, nil), Issuer: issuer, Audience: []string{"api"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := status(t, oauth.NewJWT(v), key.token(t, nil)); got != want {
			t.Errorf("%s: %d, want %d", algorithms, got, want)
		}
	}
}

func TestClaimsThatEveryTokenNeeds(t *testing.T) { // S93, S104
	t.Parallel()
	w, key := newWorld(), newPair(t, "1")
	api := service(t, issued(t, w, issuer, key), func(api *router.Router) {
		api.Handle("GET", "/any", di.Depends(echo), oauth.RequireClaim("sub"))
		api.Handle("GET", "/read", di.Depends(echo), oauth.RequireScope("read"))
	})
	for name, tt := range map[string]struct {
		claims jwt.MapClaims
		path   string
		status int
	}{
		"all":      {nil, "/any", 200},
		"no exp":   {jwt.MapClaims{"exp": nil}, "/any", 401},
		"no iss":   {jwt.MapClaims{"iss": nil}, "/any", 401},
		"no sub":   {jwt.MapClaims{"sub": ""}, "/any", 401},
		"no scope": {nil, "/read", 403},
		"a scope":  {jwt.MapClaims{"scope": "read"}, "/read", 200},
	} {
		if answer := get(api, tt.path, string(key.token(t, tt.claims))); answer.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", name, answer.Code, answer.Body, tt.status)
		}
	}
	for name, change := range map[string]func(*http.Request){
		"Bearer without a token": func(r *http.Request) { r.Header.Set("Authorization", "Bearer") },
		"and with a space":       func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
		"a token in the query":   func(r *http.Request) { r.URL.RawQuery = "access_token=" + string(key.token(t, nil)) }, // S103
	} {
		r := httptest.NewRequest(http.MethodGet, "/any", nil)
		change(r)
		answer := httptest.NewRecorder()
		if api.ServeHTTP(answer, r); answer.Code != 401 {
			t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
		}
	}
}

func TestScopesAreAListOrAText(t *testing.T) { // S87, S89
	t.Parallel()
	tokens := checks{
		"both": {Active: true, Scope: security.GrantedScopes{"write", "read"}}, "read": {Active: true, Scope: security.GrantedScopes{"read"}}, "none": {Active: true},
	}
	api := service(t, tokens, func(api *router.Router) {
		api.Handle("GET", "/list", di.Depends(echo), oauth.RequireScope("read", "write"))
		api.Handle("GET", "/text", di.Depends(echo), oauth.RequireScope(security.ParseScopes("read write")...))
		films := api.Group("/films", oauth.RequireScope("read")) // of routes that name none
		films.Handle("GET", "/all", di.Depends(echo))
	})
	for token, want := range map[string][2]int{"both": {200, 200}, "read": {403, 200}, "none": {403, 403}} {
		list, text := get(api, "/list", token), get(api, "/text", token)
		if list.Code != want[0] || text.Code != want[0] || list.Header().Get("WWW-Authenticate") != text.Header().Get("WWW-Authenticate") {
			t.Errorf("%s: %d %q and %d %q", token, list.Code, list.Header(), text.Code, text.Header())
		}
		if got := get(api, "/films/all", token).Code; got != want[1] {
			t.Errorf("%s: %d for the default, want %d", token, got, want[1])
		}
	}
}

func TestClaimsAreRequiredByPresenceOrValue(t *testing.T) { // S88
	t.Parallel()
	with := func(extra map[string]any) security.TokenInfo {
		return security.TokenInfo{Active: true, Sub: "ada", Extra: extra}
	}
	tokens := checks{
		"text": with(map[string]any{"tenant": "1"}), "number": with(map[string]any{"tenant": 1.0}), "true": with(map[string]any{"tenant": true}),
		"null": with(map[string]any{"tenant": nil}), "list": with(map[string]any{"tenant": []any{"1"}}), "absent": with(nil),
	}
	api := service(t, tokens, func(api *router.Router) {
		api.Handle("GET", "/present", di.Depends(echo), oauth.RequireClaim("tenant"))
		api.Handle("GET", "/text", di.Depends(echo), oauth.RequireClaimValue("tenant", "1"))
		api.Handle("GET", "/number", di.Depends(echo), oauth.RequireClaimValue("tenant", 1))
		api.Handle("GET", "/true", di.Depends(echo), oauth.RequireClaimValue("tenant", true))
		api.Handle("GET", "/ada", di.Depends(echo), oauth.RequireClaimValue("sub", "ada"))
		api.Handle("GET", "/client", di.Depends(echo), oauth.RequireClaim("client_id"))
	})
	for path, may := range map[string][]string{
		"/present": {"text", "number", "true", "list"}, "/text": {"text"}, "/number": {"number"}, "/true": {"true"},
		"/ada": {"text", "number", "true", "null", "list", "absent"}, "/client": nil,
	} {
		for token := range tokens {
			answer := get(api, path, string(token))
			if want := slices.Contains(may, string(token)); (answer.Code == 200) != want || !want && answer.Code != 403 {
				t.Errorf("%s with %s: %d %s", path, string(token), answer.Code, answer.Body)
			}
		}
	}
	if body := get(api, "/text", "number").Body.String(); !strings.Contains(body, "Claim 'tenant' required") {
		t.Errorf("the refusal is %s", body)
	}
	mustPanic(t, "a nameless claim", "has no name", func() { oauth.RequireClaim("") })
	mustPanic(t, "a scope", "compared elsewhere", func() { oauth.RequireClaimValue("scope", "read") })
	mustPanic(t, "a number that is none", "cannot tell", func() { oauth.RequireClaimValue("n", int64(1<<53+1)) })
}

func TestTheStartTellsWhetherTokensMayBeAskedAbout(t *testing.T) { // S71
	t.Parallel()
	w := newWorld()
	c := newIntrospection(t, w, nil)
	for name, tt := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		ready  bool
	}{
		"an answer":    {says(200, `{"active":false}`), true},
		"no right":     {says(403, `{}`), false},
		"no client":    {says(401, `{}`), false},
		"nobody there": {nil, false},
	} {
		w.on(introspectionURL, tt.answer)
		ctx, done := context.WithTimeout(t.Context(), time.Minute)
		if err := c.Ready(ctx); (err == nil) != tt.ready {
			t.Errorf("%s: %v", name, err)
		}
		done()
	}
}
