package security_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

func TestEveryAlgorithmVerifiesWhatItSigned(t *testing.T) {
	t.Parallel()
	for _, name := range allAlgorithms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			private := ring().signer(name)
			config := hs256Config()
			config.Algorithms, config.Key = []string{name}, public(private)
			v := newVerifier(t, config)
			token := signWith(t, name, private, fmt.Sprintf(`{"alg":%q}`, name), goodPayload)
			mustAccept(t, v, token)
			mustAccept(t, v, token) // now the header is known
			changed := []byte(token)
			changed[len(b64(fmt.Sprintf(`{"alg":%q}`, name)))+10] ^= 1
			mustRefuse(t, v, string(changed), security.ErrInvalidToken)
		})
	}
}

// What is read into the memory of a key does not change the set that was made of it.
func TestAKeySetKeepsItsKeys(t *testing.T) {
	t.Parallel()
	secret := slices.Clone(public(ring().signer("HS256")).([]byte))
	point := slices.Clone(public(ring().signer("EdDSA")).(ed25519.PublicKey))
	for _, tt := range []struct {
		name     string
		material any
		octets   []byte
	}{{"HS256", secret, secret}, {"EdDSA", point, point}} {
		set, err := security.NewKeySet(security.Key{Material: tt.material})
		if err != nil {
			t.Fatal(err)
		}
		config := hs256Config()
		config.Algorithms, config.Key = []string{tt.name}, tt.material
		alone := newVerifier(t, config)
		slices.Reverse(tt.octets)
		config.Key, config.Keys = nil, set
		token := signWith(t, tt.name, ring().signer(tt.name), fmt.Sprintf(`{"alg":%q}`, tt.name), goodPayload)
		mustAccept(t, newVerifier(t, config), token)
		mustAccept(t, alone, token)
	}
}

type blogClaims struct {
	jwt.RegisteredClaims
	UserID int64                  `json:"user_id"`
	Scope  security.GrantedScopes `json:"scope"`
}

func TestClaimsMayEmbedTheRegisteredOnesOfGolangJWT(t *testing.T) {
	t.Parallel()
	token := signHS256(headerHS256, `{"iss":"https://issuer.example","aud":["web","api"],"sub":"u1","exp":1800000600.5,"nbf":1799999999,"iat":1800000000,"jti":"t1","user_id":9007199254740993,"scope":"read write","more":{"x":[1]}}`)
	c, err := security.Verify[blogClaims](hs256Verifier(t), token)
	if err != nil {
		t.Fatal(err)
	}
	if c.Issuer != "https://issuer.example" || len(c.Audience) != 2 || c.Subject != "u1" || c.ID != "t1" {
		t.Errorf("registered claims are %+v", c.RegisteredClaims)
	}
	if c.ExpiresAt.Unix() != 1800000600 || c.NotBefore.Unix() != 1799999999 || c.IssuedAt.Unix() != 1800000000 {
		t.Errorf("dates are %v, %v, %v", c.ExpiresAt, c.NotBefore, c.IssuedAt)
	}
	if c.UserID != 9007199254740993 || !c.Scope.Has("read", "write") || c.Scope.Has("admin") {
		t.Errorf("own claims are %d, %q", c.UserID, c.Scope)
	}
}

func TestClaimsMayBeAMap(t *testing.T) {
	t.Parallel()
	c, err := security.Verify[jwt.MapClaims](hs256Verifier(t), signHS256(headerHS256, goodPayload))
	if err != nil || (*c)["sub"] != "u1" {
		t.Errorf("Verify = %v, %v", c, err)
	}
}

func TestClaimsStayZeroOnError(t *testing.T) { // A48
	t.Parallel()
	v := hs256Verifier(t)
	type claims struct {
		Subject string `json:"sub"`
		Level   int    `json:"level"`
	}
	for name, token := range map[string]string{
		"a wrong signature":                          signHS256(headerHS256, goodPayload) + "A",
		"an expired token":                           signHS256(headerHS256, strings.Replace(goodPayload, "1800000600", "1700000000", 1)),
		"a claim of another type, behind a good one": signHS256(headerHS256, strings.TrimSuffix(goodPayload, "}")+`,"level":"high"}`),
	} {
		c := claims{Subject: "somebody else", Level: 7}
		if err := v.Verify(token, &c); err == nil || c != (claims{}) {
			t.Errorf("%s: Verify = %v, and the claims are %+v", name, err, c)
		}
	}
}

func TestClaimsOfAFormerTokenAreNotMixedIn(t *testing.T) {
	t.Parallel()
	c := map[string]any{"role": "admin"}
	if err := hs256Verifier(t).Verify(signHS256(headerHS256, goodPayload), &c); err != nil || c["role"] != nil || c["sub"] != "u1" {
		t.Errorf("Verify = %v, claims are %v", err, c)
	}
}

func TestClaimsThatAreNoPointerAreTheProgramsMistake(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for _, claims := range []any{blogClaims{}, 5, (*blogClaims)(nil), map[string]any{}} {
		err := v.Verify(signHS256(headerHS256, goodPayload), claims)
		if _, refused := errors.AsType[*security.Refusal](err); err == nil || refused {
			t.Errorf("Verify into %T = %v, want an error that is no refusal", claims, err)
		}
	}
}

type tenantClaims struct {
	Tenant string `json:"tenant"`
}

var errTenant = errors.New("tenant is empty")

func (c *tenantClaims) Validate() error {
	if c.Tenant == "" {
		return errTenant
	}
	return nil
}

func TestClaimsValidateThemselves(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	with := signHS256(headerHS256, strings.Replace(goodPayload, `{`, `{"tenant":"a",`, 1))
	if c, err := security.Verify[tenantClaims](v, with); err != nil || c.Tenant != "a" {
		t.Errorf("Verify = %v, %v", c, err)
	}
	c, err := security.Verify[tenantClaims](v, signHS256(headerHS256, goodPayload))
	if c != nil || !errors.Is(err, security.ErrInvalidToken) || !errors.Is(err, errTenant) {
		t.Errorf("Verify = %v, %v, want ErrInvalidToken because of errTenant", c, err)
	}
}

func TestRefusalsOfTokensSayTheSameWhateverTheReason(t *testing.T) { // A205
	t.Parallel()
	config := hs256Config()
	config.Realm = "blog"
	v := newVerifier(t, config)
	for name, token := range map[string]string{
		"no token":      "",
		"garbage":       "garbage",
		"bad signature": signHS256With([]byte("another secret, long enough for HS256"), headerHS256, goodPayload),
		"wrong issuer":  signHS256(headerHS256, strings.Replace(goodPayload, "issuer", "Issuer", 1)),
	} {
		err := v.Verify(token, nil)
		p := problem.From(err)
		if p.StatusCode() != http.StatusUnauthorized || p.Code != problem.CodeTokenInvalid || p.Detail != "Invalid token" {
			t.Errorf("%s: the problem is %d %s %q", name, p.StatusCode(), p.Code, p.Detail)
		}
		want := `Bearer realm="blog", error="invalid_token", error_description="The access token is invalid"`
		if got := p.Header().Values("WWW-Authenticate"); len(got) != 1 || got[0] != want {
			t.Errorf("%s: challenges are %q, want %q", name, got, want)
		}
		if p.Unwrap() == nil {
			t.Errorf("%s: the log gets no reason", name)
		}
	}
	expired := signHS256(headerHS256, strings.Replace(goodPayload, "1800000600", "1700000000", 1))
	p := problem.From(v.Verify(expired, nil))
	want := `Bearer realm="blog", error="invalid_token", error_description="The access token expired"`
	if p.Code != problem.CodeTokenExpired || p.Detail != "Token has expired" || p.Header().Get("WWW-Authenticate") != want {
		t.Errorf("expired: %s %q %q", p.Code, p.Detail, p.Header())
	}
}

func TestExpiryIsNotToldOfForgedTokens(t *testing.T) {
	t.Parallel()
	forged := signHS256With([]byte("another secret, long enough for HS256"), headerHS256,
		strings.Replace(goodPayload, "1800000600", "1700000000", 1))
	mustRefuse(t, hs256Verifier(t), forged, security.ErrInvalidToken)
}

func TestSecretsNeverAppearInWhatIsPrinted(t *testing.T) {
	t.Parallel()
	secret := []byte("canary-canary-canary-canary-4e1f9b")
	config := hs256Config()
	config.Key = secret
	v := newVerifier(t, config)
	set, err := security.NewKeySet(security.Key{ID: "k", Material: secret})
	if err != nil {
		t.Fatal(err)
	}
	token := signHS256With(secret, headerHS256, goodPayload)
	refusal := v.Verify(token[:len(token)-4]+"AAAA", nil)
	for _, value := range []any{config, v, set, security.Key{ID: "k", Material: secret}, refusal, security.BearerToken(token),
		security.BasicCredentials{User: "u", Password: string(secret)}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, value)
			for _, leak := range []string{"canary", fmt.Sprintf("%x", secret), strings.Trim(fmt.Sprintf("%d", secret), "[]"), token[:20]} {
				if strings.Contains(text, leak) {
					t.Errorf("%T prints with %s as %s", value, verb, text)
				}
			}
		}
	}
}

func TestVerifierDescribesItself(t *testing.T) {
	t.Parallel()
	config := hs256Config()
	v := newVerifier(t, config)
	config.Audience[0] = "changed later"
	if v.Issuer() != "https://issuer.example" || v.Audience()[0] != "api" || v.Algorithms()[0] != "HS256" || v.Realm() != "api" {
		t.Errorf("%q, %q, %q, %q", v.Issuer(), v.Audience(), v.Algorithms(), v.Realm())
	}
	v.Audience()[0], v.Algorithms()[0] = "x", "none"
	mustAccept(t, v, signHS256(headerHS256, goodPayload))
}

func TestChangingTheSecretsBytesLaterChangesNothing(t *testing.T) {
	t.Parallel()
	config := hs256Config()
	secret := testSecret()
	config.Key = secret
	v := newVerifier(t, config)
	clear(secret)
	mustAccept(t, v, signHS256(headerHS256, goodPayload))
}

func TestHeadersAreRememberedOnlyOfGoodTokensAndOnlyAFew(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for i := range 100 {
		header := fmt.Sprintf(`{"alg":"HS256","n":%d}`, i)
		mustRefuse(t, v, signHS256With([]byte("another secret, long enough for HS256"), header, goodPayload), security.ErrInvalidToken)
	}
	if n := v.KnownHeaders(); n != 0 {
		t.Errorf("%d headers of forged tokens are remembered", n)
	}
	for i := range 100 {
		mustAccept(t, v, signHS256(fmt.Sprintf(`{"alg":"HS256","n":%d}`, i), goodPayload))
	}
	if n := v.KnownHeaders(); n != 16 {
		t.Errorf("%d headers are remembered, want 16", n)
	}
}

func TestVerifierIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for g := range 8 {
		t.Run(fmt.Sprint(g), func(t *testing.T) {
			t.Parallel()
			for i := range 200 {
				sub := fmt.Sprintf("u%d-%d", g, i)
				token := signHS256(fmt.Sprintf(`{"alg":"HS256","g":%d}`, i%20), strings.Replace(goodPayload, "u1", sub, 1))
				c, err := security.Verify[jwt.RegisteredClaims](v, token)
				if err != nil || c.Subject != sub {
					t.Fatalf("Verify = %v, %v, want %s", c, err, sub)
				}
				mustRefuse(t, v, token+"A", security.ErrInvalidToken)
			}
		})
	}
}
