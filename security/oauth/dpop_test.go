package oauth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

const films = "https://films.example"

// holder has a key that tokens are bound to.
type holder struct {
	pair
	thumbprint string
	jti        int
}

func newHolder(t *testing.T) *holder {
	t.Helper()
	h := &holder{pair: newPair(t, "")}
	k := h.jwk()
	h.thumbprint = digest(fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, k["x"], k["y"])) // RFC 7638 §3
	return h
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// bound is the information about a token that is bound to the key.
func (h *holder) bound() security.TokenInfo {
	return security.TokenInfo{Active: true, Sub: "ada", Extra: map[string]any{"cnf": map[string]any{"jkt": h.thumbprint}}}
}

// proof makes a proof for GET /films with the token "t". Members of header and claims
// take the place of the usual ones; nil removes one.
func (h *holder) proof(t *testing.T, header, claims map[string]any) string {
	t.Helper()
	h.jti++
	k := h.jwk()
	delete(k, "kid")
	delete(k, "use")
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"jti": fmt.Sprint("proof-", h.jti), "htm": "GET", "htu": films + "/films", "iat": time.Now().Unix(), "ath": digest("t"),
	})
	token.Header["typ"], token.Header["jwk"] = "dpop+jwt", k
	put := func(members, changes map[string]any) {
		maps.Copy(members, changes)
		maps.DeleteFunc(members, func(_ string, v any) bool { return v == nil })
	}
	put(token.Header, header)
	put(token.Claims.(jwt.MapClaims), claims)
	text, err := token.SignedString(h.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func bound(t *testing.T, c oauth.DPoPConfig) *router.Router {
	t.Helper()
	c.Origin = films
	d, err := oauth.DPoP(c)
	if err != nil {
		t.Fatal(err)
	}
	api := service(t, c.Checker, func(api *router.Router) {
		api.Handle("GET", "/films", di.Depends(echo, d))
		both := security.AnyOf[*security.TokenInfo](d, oauth.Token(c.Checker))
		api.Handle("GET", "/either", di.Depends(echo, both), router.OperationID("either"))
		api.Handle("GET", "/bearer", di.Depends(echo), router.OperationID("bearer"))
	})
	return api
}

func send(h http.Handler, path, authorization string, proofs ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path+"?page=2", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	for _, p := range proofs {
		r.Header.Add("DPoP", p)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	dpopMissing  = `DPoP algs="ES256 EdDSA"`
	dpopBadProof = `DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"`
	dpopBadToken = `DPoP algs="ES256 EdDSA", error="invalid_token", error_description="The access token is invalid"`
)

func TestAProofOpensForItsToken(t *testing.T) { // A216
	t.Parallel()
	h, other := newHolder(t), newHolder(t)
	tokens := checks{"t": h.bound(), "other": other.bound(), "loose": {Active: true}}
	api := bound(t, oauth.DPoPConfig{Checker: tokens})
	mustAnswer(t, send(api, "/films", "DPoP t", h.proof(t, nil, nil)), 200)
	mustAnswer(t, send(api, "/films", "dpop t", h.proof(t, nil, nil)), 200)
	mustAnswer(t, send(api, "/films", ""), 401, dpopMissing)
	mustAnswer(t, send(api, "/films", "DPoP no", h.proof(t, nil, map[string]any{"ath": digest("no")})), 401, dpopBadToken)
	mustAnswer(t, send(api, "/films", "DPoP loose", h.proof(t, nil, map[string]any{"ath": digest("loose")})), 401, dpopBadToken)
	mustAnswer(t, send(api, "/films", "DPoP other", h.proof(t, nil, map[string]any{"ath": digest("other")})), 401, dpopBadToken)
	if w := send(api, "/films", "DPoP down", h.proof(t, nil, map[string]any{"ath": digest("down")})); w.Code != 503 {
		t.Errorf("a checker that is down: %d", w.Code)
	}
}

func TestProofsThatAreNone(t *testing.T) { // A216
	t.Parallel()
	h, other := newHolder(t), newHolder(t)
	api := bound(t, oauth.DPoPConfig{Checker: checks{"t": h.bound()}})
	claim := func(name string, value any) string { return h.proof(t, nil, map[string]any{name: value}) }
	head := func(name string, value any) string { return h.proof(t, map[string]any{name: value}, nil) }
	good := func() string { return h.proof(t, nil, nil) }
	_, body, _ := strings.Cut(good(), ".")
	encode := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	private := h.jwk()
	private["d"] = base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for name, proofs := range map[string][]string{
		"none":                    nil,
		"two":                     {good(), good()},
		"empty":                   {""},
		"two in one field":        {good() + ", " + good()},
		"no token":                {"abc"},
		"too long":                {strings.Repeat("a", 9<<10)},
		"another method":          {claim("htm", "POST")},
		"a method in lowercase":   {claim("htm", "get")},
		"no method":               {claim("htm", nil)},
		"another path":            {claim("htu", films+"/films/1")},
		"another host":            {claim("htu", "https://shop.example/films")},
		"a host of other letters": {claim("htu", "https://f\u0130lms.example/films")},
		"the same, encoded":       {claim("htu", "https://f%C4%B0lms.example/films")},
		"without TLS":             {claim("htu", "http://films.example/films")},
		"another port":            {claim("htu", films+":8443/films")},
		"a path alone":            {claim("htu", "/films")},
		"a user":                  {claim("htu", "https://a@films.example/films")},
		"no URL":                  {claim("htu", nil)},
		"another token":           {claim("ath", digest("u"))},
		"no token's digest":       {claim("ath", nil)},
		"old":                     {claim("iat", time.Now().Add(-66*time.Second).Unix())},
		"from the future":         {claim("iat", time.Now().Add(10*time.Second).Unix())},
		"ageless":                 {claim("iat", nil)},
		"expired":                 {claim("exp", time.Now().Add(-time.Minute).Unix())},
		"nameless":                {claim("jti", nil)},
		"with a long name":        {claim("jti", strings.Repeat("x", 257))},
		"of another type":         {head("typ", "JWT")},
		"of no type":              {head("typ", nil)},
		"without a key":           {head("jwk", nil)},
		"with the name of one":    {h.proof(t, map[string]any{"jwk": nil, "kid": "1"}, nil)},
		"with another's key":      {head("jwk", other.jwk())},
		"with a private key":      {head("jwk", private)},
		"with a key for use":      {head("jwk", map[string]any{"kty": "oct", "k": "AAAA"})},
		"with a key's text":       {head("jwk", "key")},
		"with an extension":       {h.proof(t, map[string]any{"crit": []string{"exp"}}, nil)},
		"unsigned":                {encode(map[string]any{"alg": "none", "typ": "dpop+jwt", "jwk": h.jwk()}) + "." + body},
		"by HMAC":                 {encode(map[string]any{"alg": "HS256", "typ": "dpop+jwt", "jwk": h.jwk()}) + "." + body},
		"by another algorithm":    {encode(map[string]any{"alg": "ES384", "typ": "dpop+jwt", "jwk": h.jwk()}) + "." + body},
		"tampered":                {good()[:len(good())-6] + "AAAAAA"},
	} {
		if w := send(api, "/films", "DPoP t", proofs...); w.Code != 401 || !slices.Equal(w.Header().Values("WWW-Authenticate"), []string{dpopBadProof}) {
			t.Errorf("a proof that is %s: %d %q", name, w.Code, w.Header().Values("WWW-Authenticate"))
		}
	}
}

func TestURLsOfProofsThatMeanTheSame(t *testing.T) {
	t.Parallel()
	h := newHolder(t)
	api := bound(t, oauth.DPoPConfig{Checker: checks{"t": h.bound()}})
	for _, u := range []string{"https://FILMS.example/films", films + ":443/films", films + "/films?page=1", films + "/films#x", "HTTPS://films.example/films"} {
		if w := send(api, "/films", "DPoP t", h.proof(t, nil, map[string]any{"htu": u})); w.Code != 200 {
			t.Errorf("%s: %d", u, w.Code)
		}
	}
}

func TestAProofServesOnce(t *testing.T) { // A216
	synctest.Test(t, func(t *testing.T) {
		h, other := newHolder(t), newHolder(t)
		api := bound(t, oauth.DPoPConfig{Checker: checks{"t": h.bound(), "u": other.bound()}})
		p := h.proof(t, nil, map[string]any{"jti": "1"})
		mustAnswer(t, send(api, "/films", "DPoP t", p), 200)
		mustAnswer(t, send(api, "/films", "DPoP t", p), 401, dpopBadProof)
		mustAnswer(t, send(api, "/films", "DPoP u", other.proof(t, nil, map[string]any{"jti": "1", "ath": digest("u")})), 200)
		time.Sleep(64 * time.Second)
		mustAnswer(t, send(api, "/films", "DPoP t", p), 401, dpopBadProof)
		time.Sleep(time.Hour)
		mustAnswer(t, send(api, "/films", "DPoP t", p), 401, dpopBadProof)
		mustAnswer(t, send(api, "/films", "DPoP t", h.proof(t, nil, map[string]any{"jti": "1"})), 200)
	})
}

// broken are replays that cannot be looked up.
type broken struct{}

func (broken) First(context.Context, [32]byte, time.Time) (bool, error) {
	return true, errors.New("out of order")
}

func TestProofsAreRefusedWhileNobodyRemembersThem(t *testing.T) {
	t.Parallel()
	h := newHolder(t)
	api := bound(t, oauth.DPoPConfig{Checker: checks{"t": h.bound()}, Replays: broken{}})
	if w := send(api, "/films", "DPoP t", h.proof(t, nil, nil)); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestABoundTokenIsNoBearerToken(t *testing.T) { // A216
	t.Parallel()
	h := newHolder(t)
	tokens := checks{"t": h.bound(), "loose": {Active: true}, "certificate": {Active: true, Extra: map[string]any{"cnf": map[string]any{"x5t#S256": "A"}}}}
	unclear := map[security.BearerToken]any{
		"number": map[string]any{"jkt": 5.0}, "empty": map[string]any{"jkt": ""}, "null": map[string]any{"jkt": nil},
		"text": h.thumbprint, "list": []any{h.thumbprint},
	}
	for token, cnf := range unclear {
		tokens[token] = security.TokenInfo{Active: true, Extra: map[string]any{"cnf": cnf}}
	}
	api := bound(t, oauth.DPoPConfig{Checker: tokens})
	mustAnswer(t, get(api, "/bearer", "loose"), 200)
	mustAnswer(t, get(api, "/bearer", "certificate"), 200) // that is for TLS to see to
	for token := range unclear {
		if w := get(api, "/bearer", string(token)); w.Code != 401 {
			t.Errorf("a token that is bound to nobody knows what, a %s: %d", token, w.Code)
		}
	}
	bearer := `Bearer realm="api", resource_metadata="` + resourceMetadata + `", error="invalid_token", error_description="The access token is invalid"`
	mustAnswer(t, get(api, "/bearer", "t"), 401, bearer)
	for name, cnf := range map[string]any{
		"a thumbprint that is a number": map[string]any{"jkt": 5.0}, "one that is null": map[string]any{"jkt": nil}, "one that is empty": map[string]any{"jkt": ""},
		"a text": h.thumbprint, "a list": []any{map[string]any{"jkt": h.thumbprint}}, "a map of texts": map[string]string{"jkt": h.thumbprint},
	} {
		unread := security.TokenInfo{Active: true, Extra: map[string]any{"cnf": cnf}}
		api := bound(t, oauth.DPoPConfig{Checker: checks{"t": unread}})
		if w := get(api, "/bearer", "t"); w.Code != 401 {
			t.Errorf("bound by %s, as a bearer token: %d", name, w.Code)
		}
		if w := send(api, "/films", "DPoP t", h.proof(t, nil, nil)); w.Code != 401 {
			t.Errorf("bound by %s, with a proof: %d", name, w.Code)
		}
	}
	if w := send(api, "/either", "Bearer t", h.proof(t, nil, nil)); w.Code != 401 {
		t.Errorf("a bound token as a bearer token, with a proof: %d", w.Code)
	}
	either := func(path string) string { return h.proof(t, nil, map[string]any{"htu": films + path}) }
	mustAnswer(t, send(api, "/either", "DPoP t", either("/either")), 200)
	mustAnswer(t, get(api, "/either", "loose"), 200)
	mustAnswer(t, send(api, "/either", ""), 401, dpopMissing, `Bearer realm="api", resource_metadata="`+resourceMetadata+`"`)
}

func TestANonceIsAskedFor(t *testing.T) { // A216
	synctest.Test(t, func(t *testing.T) {
		h := newHolder(t)
		config := oauth.DPoPConfig{Checker: checks{"t": h.bound()}, Nonce: []byte(strings.Repeat("n", 32))}
		api := bound(t, config)
		const challenge = `DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"`
		w := send(api, "/films", "DPoP t", h.proof(t, nil, nil))
		mustAnswer(t, w, 401, challenge)
		nonce := w.Header().Get("DPoP-Nonce")
		with := func(nonce any) *httptest.ResponseRecorder {
			return send(api, "/films", "DPoP t", h.proof(t, nil, map[string]any{"nonce": nonce}))
		}
		mustAnswer(t, with(nonce), 200)
		mustAnswer(t, with(nonce), 200) // a nonce may serve several proofs
		for _, other := range []string{"", "x", nonce + "A", "B" + nonce[1:], nonce[:len(nonce)-4] + "AAAA"} {
			mustAnswer(t, with(other), 401, challenge)
		}
		config.Nonce = []byte(strings.Repeat("m", 32))
		mustAnswer(t, send(bound(t, config), "/films", "DPoP t", h.proof(t, nil, map[string]any{"nonce": nonce})), 401, challenge)
		time.Sleep(5*time.Minute + time.Second)
		mustAnswer(t, with(nonce), 401, challenge)
	})
}

func TestThumbprintsAreThoseOfRFC8037(t *testing.T) {
	t.Parallel()
	// The key of RFC 8037 appendix A.1; its thumbprint is in A.3.
	seed, err := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	// The token of RFC 9449 §7.1 and its digest.
	const text, ath = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"jti": "1", "htm": "GET", "htu": films + "/films", "iat": time.Now().Unix(), "ath": ath})
	token.Header["typ"] = "dpop+jwt"
	token.Header["jwk"] = map[string]any{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	proof, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	info := security.TokenInfo{Active: true, Extra: map[string]any{"cnf": map[string]any{"jkt": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}}}
	mustAnswer(t, send(bound(t, oauth.DPoPConfig{Checker: checks{text: info}}), "/films", "DPoP "+text, proof), 200)
}

func TestTheSecretOfNoncesIsNotPrinted(t *testing.T) { // A208
	t.Parallel()
	c := oauth.DPoPConfig{Origin: films, Nonce: []byte("canary canary canary canary canary")}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("made", "config", c)
	for _, text := range []string{fmt.Sprintf("%v %s", c, c), fmt.Sprintf("%+v %#v", c, &c), log.String()} {
		if strings.Contains(text, "canary") || strings.Contains(text, "99 97 110") || strings.Contains(text, "0x63, 0x61") || strings.Contains(text, "Y2Fu") || !strings.Contains(text, films) {
			t.Errorf("printed as %s", text)
		}
	}
}

func TestDPoPConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]oauth.DPoPConfig{
		"Checker is nil":       {Origin: films},
		`Origin is ""`:         {Checker: checks{}},
		"Origin is \"films":    {Checker: checks{}, Origin: "films.example"},
		"/v1\"; want":          {Checker: checks{}, Origin: films + "/v1"},
		`"HS256" is not one`:   {Checker: checks{}, Origin: films, Algorithms: []string{"ES256", "HS256"}},
		"Nonce has 3 octets":   {Checker: checks{}, Origin: films, Nonce: []byte("abc")},
		`"none" is not one of`: {Checker: checks{}, Origin: films, Algorithms: []string{"none"}},
	} {
		if _, err := oauth.DPoP(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("DPoP = %v, want an error with %q", err, want)
		}
	}
}

// FuzzProof: a proof that somebody else made up opens nothing.
func FuzzProof(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	h := &holder{pair: pair{"", key}, thumbprint: "x"}
	f.Add("a.b.c")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":"","y":""}}`)) + ".e30.AA")
	d, err := oauth.DPoP(oauth.DPoPConfig{Checker: checks{"t": h.bound()}, Origin: films})
	if err != nil {
		f.Fatal(err)
	}
	api := router.New("Films", "1")
	api.Handle("GET", "/films", di.Depends(echo, d))
	f.Fuzz(func(t *testing.T, proof string) {
		if w := send(api, "/films", "DPoP t", proof); w.Code != 401 {
			t.Errorf("%q is answered %d", proof, w.Code)
		}
	})
}
