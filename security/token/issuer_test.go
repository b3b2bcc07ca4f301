package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

func kindNames() []string { return []string{token.Access, token.Refresh, token.Email, token.Password} }

// S109, S110, S111, S120, S121, S123, S124, S139, S197
func TestTokensSayWhatTheyShould(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, tt := range []struct {
		name, typ, aud string
		lifetime       time.Duration
	}{
		{token.Access, "at+jwt", "films", 15 * time.Minute},
		{token.Refresh, "refresh+jwt", issuerName, 30 * 24 * time.Hour},
		{token.Email, "email+jwt", issuerName, time.Hour},
		{token.Password, "password+jwt", issuerName, time.Hour}, // S129
	} {
		issued := issue(t, mintOf(t, f.issuer, tt.name))
		header, payload := part(t, issued.Text, 0), part(t, issued.Text, 1)
		if len(header) != 3 || header["alg"] != "HS256" || header["typ"] != tt.typ || header["kid"] != "k1" {
			t.Errorf("%s: header %v", tt.name, header)
		}
		if payload["iss"] != issuerName || payload["sub"] != "ann" || fmt.Sprint(payload["aud"]) != "["+tt.aud+"]" {
			t.Errorf("%s: parties %v", tt.name, payload)
		}
		iat, exp := payload["iat"].(float64), payload["exp"].(float64)
		if exp-iat != tt.lifetime.Seconds() || payload["nbf"] != iat || iat != float64(f.clock.now().Unix()) {
			t.Errorf("%s: times %v", tt.name, payload)
		}
		if payload["jti"] != issued.ID || payload["user_id"] != 7.0 || payload["role"] != "basic" || len(payload) != 9 {
			t.Errorf("%s: claims %v", tt.name, payload)
		}
		if issued.Lifetime != tt.lifetime || issued.ExpiresAt.Unix() != int64(exp) {
			t.Errorf("%s: issued %v %v", tt.name, issued.Lifetime, issued.ExpiresAt)
		}
	}
}

// S111: a random jti, a stable sub.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	seen := map[string]bool{}
	for range 1000 {
		tok := verified(t, f.access, issue(t, f.access).Text)
		if seen[tok.ID] || len(tok.ID) < 26 || tok.Subject != "ann" {
			t.Fatalf("jti %q (seen: %t), sub %q", tok.ID, seen[tok.ID], tok.Subject)
		}
		seen[tok.ID] = true
	}
}

// A16, S116, S125, S134, S142, S153
func TestATokenOfOneKindIsNoneOfAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, made := range kindNames() {
		text := issue(t, mintOf(t, f.issuer, made)).Text
		for _, expected := range kindNames() {
			tok, err := mintOf(t, f.issuer, expected).Verify(text)
			if (err == nil) != (made == expected) {
				t.Errorf("a %s token where %s is expected: %v", made, expected, err)
			}
			if made == expected && (tok.Kind != made || tok.Claims.UserID != 7) {
				t.Errorf("a %s token reads %+v", made, tok.Claims)
			}
			if err != nil && (tok != nil || !errors.Is(err, security.ErrInvalidToken) || status(err) != 401) {
				t.Errorf("a %s token where %s is expected: %v, %v", made, expected, tok, err)
			}
		}
	}
}

// S153: a payload that claims two kinds chooses no key.
func TestThePayloadChoosesNoKey(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := config(clock)
	accessKey, refreshKey := secretOf("a"), secretOf("r")
	c.Kinds = []token.Kind{
		{Name: token.Access, Keys: []token.Key{{Material: accessKey}}},
		{Name: token.Refresh, Keys: []token.Key{{Material: refreshKey}}},
	}
	i := newIssuer(t, c)
	forge := func(typ string, key []byte) string {
		tok := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"iss": issuerName, "sub": "ann", "aud": []string{"films", issuerName}, "jti": "x",
			"iat": clock.now().Unix(), "exp": clock.now().Unix() + 60, "user_id": 7, "role": "admin",
			"access_claim": 1, "refresh_claim": 1, "token_use": "access",
		})
		tok.Header["typ"] = typ
		return must(tok.SignedString(key))(t)
	}
	access := mintOf(t, i, token.Access)
	_, err := access.Verify(forge("at+jwt", refreshKey))
	wantStatus(t, "the key of another kind", err, 401)
	_, err = access.Verify(forge("refresh+jwt", accessKey))
	wantStatus(t, "the typ of another kind", err, 401)
	_, err = access.Verify(forge("at+jwt", accessKey))
	wantStatus(t, "everything right", err, 200)
}

// S127: one algorithm for each key. S126: the issuer. S109: no other form.
func TestForeignTokensAreRefused(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := config(clock)
	key := secretOf("a")
	c.Kinds = []token.Kind{{Name: token.Access, Type: "JWT", Keys: []token.Key{{Material: key}}}}
	access := mintOf(t, newIssuer(t, c), token.Access)
	sign := func(method jwt.SigningMethod, change func(jwt.MapClaims)) string {
		claims := jwt.MapClaims{
			"iss": issuerName, "sub": "ann", "aud": "films", "iat": clock.now().Unix(), "exp": clock.now().Unix() + 60,
			"user_id": 7, "role": "basic",
		}
		change(claims)
		var k any = key
		if method == jwt.SigningMethodNone {
			k = jwt.UnsafeAllowNoneSignatureType
		}
		return must(jwt.NewWithClaims(method, claims).SignedString(k))(t)
	}
	same := func(jwt.MapClaims) {}
	without := func(name string) func(jwt.MapClaims) { return func(c jwt.MapClaims) { delete(c, name) } }
	with := func(name string, v any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = v } }
	hs256 := jwt.SigningMethodHS256
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"a good one", sign(hs256, same), 200},
		{"no signature", sign(jwt.SigningMethodNone, same), 401},
		{"HS512 with the same key", sign(jwt.SigningMethodHS512, same), 401},
		{"another issuer", sign(hs256, with("iss", "https://evil.example")), 401},
		{"no issuer", sign(hs256, without("iss")), 401},
		{"no expiry", sign(hs256, without("exp")), 401},
		{"a lifetime beyond the kind's", sign(hs256, with("exp", clock.now().Unix()+90000)), 401},
		{"no user_id, S149", sign(hs256, without("user_id")), 401},
		{"no role, S149", sign(hs256, without("role")), 401},
		{"a user_id of another type", sign(hs256, with("user_id", "7")), 401},
		{"no subject", sign(hs256, without("sub")), 401},
		{"an empty subject", sign(hs256, with("sub", "")), 401},
		{"a sid that is no text", sign(hs256, with("sid", 5)), 401},
		{"no claims at all, S151", must(jwt.NewWithClaims(hs256, jwt.MapClaims{}).SignedString(key))(t), 401},
		{"JSON serialisation", `{"payload":"e30","signatures":[]}`, 401},
		{"five parts", "a.b.c.d.e", 401},
		{"nothing", "", 401},
	} {
		tok, err := access.Verify(tt.text)
		wantStatus(t, tt.name, err, tt.want)
		if err != nil && tok != nil {
			t.Errorf("%s: a token beside the error", tt.name)
		}
	}
}

// S130
func TestTTLIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, tt := range []struct {
		ttl time.Duration
		ok  bool
	}{
		{2 * time.Hour, true}, {24 * time.Hour, true}, {time.Second, true},
		{0, false}, {-time.Hour, false}, {24*time.Hour + time.Second, false}, {1500 * time.Millisecond, false},
	} {
		issued, err := f.access.Issue("ann", ann, token.TTL(tt.ttl))
		if (err == nil) != tt.ok {
			t.Errorf("TTL(%v): %v", tt.ttl, err)
		}
		if err != nil {
			wantStatus(t, "a mistake of the program", err, 500)
			continue
		}
		if got := issued.ExpiresAt.Sub(issued.IssuedAt); got != tt.ttl {
			t.Errorf("TTL(%v) gives %v", tt.ttl, got)
		}
		verified(t, f.access, issued.Text)
	}
}

type validClaims struct {
	Role string `json:"role"`
}

func (c *validClaims) Validate() error {
	if c.Role == "" {
		return errors.New("no role")
	}
	return nil
}

// S135, S136, S137
func TestIssuingMistakesAreTheProgramsOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.access.Issue("", ann); err == nil || status(err) != 500 {
		t.Errorf("an empty subject: %v", err)
	}
	strict := must(token.For[validClaims](f.issuer, token.Access))(t)
	if _, err := strict.Issue("ann", validClaims{}); err == nil || status(err) != 500 {
		t.Errorf("claims that refuse themselves: %v", err)
	}
	issued := must(strict.Issue("ann", validClaims{"basic"}))(t)
	must(strict.Verify(issued.Text))(t)
	other := must(token.For[struct{}](f.issuer, token.Access))(t)
	if _, err := strict.Verify(must(other.Issue("ann", struct{}{}))(t).Text); status(err) != 401 {
		t.Errorf("a token whose claims refuse themselves: %v", err)
	}
	if _, err := token.For[Claims](f.issuer, "invitation"); err == nil || !strings.Contains(err.Error(), `no kind "invitation"`) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := token.For[map[string]any](f.issuer, token.Access); err == nil {
		t.Error("claims that are a map")
	}
	if _, err := token.For[struct {
		Sub string `json:"SUB,omitempty"`
	}](f.issuer, token.Access); err == nil {
		t.Error("claims with a registered name")
	}
	embedding := must(token.For[struct {
		jwt.RegisteredClaims
		Role string `json:"role"`
	}](f.issuer, token.Access))(t)
	claims := struct {
		jwt.RegisteredClaims
		Role string `json:"role"`
	}{Role: "basic"}
	if tok, err := embedding.Verify(must(embedding.Issue("ann", claims))(t).Text); err != nil || tok.Claims.Subject != "ann" {
		t.Errorf("embedded registered claims: %+v, %v", tok, err)
	}
	if _, err := token.For[struct{ *jwt.RegisteredClaims }](f.issuer, token.Access); err == nil {
		t.Error("registered claims behind a pointer")
	}
	claims.Subject = "bob"
	if _, err := embedding.Issue("ann", claims); err == nil {
		t.Error("claims that name another subject")
	}
	if _, err := f.access.Issue("ann", ann, token.At(f.clock.now().Add(-time.Hour))); err == nil {
		t.Error("a token of an hour ago")
	}
	if _, err := f.access.Issue("ann", ann, token.At(f.clock.now().Add(time.Nanosecond))); err == nil {
		t.Error("a token of the future")
	}
}

// S140, S141, S198
func TestExpiredSaysSoOfGoodSignaturesOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	text := issue(t, f.access).Text
	if expired, err := f.access.Expired(text); expired || err != nil {
		t.Errorf("a fresh token: %t, %v", expired, err)
	}
	f.clock.advance(time.Hour)
	if expired, err := f.access.Expired(text); !expired || err != nil {
		t.Errorf("an old token: %t, %v", expired, err)
	}
	_, err := f.access.Verify(text)
	wantError(t, "an old token", err, security.ErrExpiredToken)
	if expired, err := f.access.Expired(text[:len(text)-4] + "AAAA"); expired || status(err) != 401 {
		t.Errorf("an old token with a bad signature: %t, %v", expired, err)
	}
	if expired, err := f.refresh.Expired(text); expired || status(err) != 401 {
		t.Errorf("an old token of another kind: %t, %v", expired, err)
	}
}

// A46, S128
func TestKeysRotateWithOverlap(t *testing.T) {
	t.Parallel()
	clock := newClock()
	with := func(ids ...string) *token.Mint[Claims] {
		c := config(clock)
		c.Secrets = nil
		for _, id := range ids {
			c.Secrets = append(c.Secrets, token.Key{ID: id, Material: secretOf(id)})
		}
		return mintOf(t, newIssuer(t, c), token.Access)
	}
	before, overlap, after := with("old", "new"), with("new", "old"), with("new")
	old, fresh := issue(t, before).Text, issue(t, overlap).Text
	if part(t, old, 0)["kid"] != "old" || part(t, fresh, 0)["kid"] != "new" {
		t.Error("the first key does not sign")
	}
	for _, tt := range []struct {
		name string
		mint *token.Mint[Claims]
		text string
		want int
	}{
		{"the old token before", before, old, 200},
		{"the new token before", before, fresh, 200},
		{"the old token in the overlap", overlap, old, 200},
		{"the new token in the overlap", overlap, fresh, 200},
		{"the old token after", after, old, 401},
		{"the new token after", after, fresh, 200},
	} {
		_, err := tt.mint.Verify(tt.text)
		wantStatus(t, tt.name, err, tt.want)
	}
}

func TestAnIssuerKeepsItsKeysWhenTheProgramWipesThem(t *testing.T) {
	t.Parallel()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, shared := secretOf("access"), secretOf("shared")
	c := config(newClock())
	c.Secrets = []token.Key{{Material: shared}}
	c.Kinds = []token.Kind{{Name: token.Access, Keys: []token.Key{{Material: secret}}}, {Name: token.Refresh}, {Name: token.Email, Keys: []token.Key{{Material: private}}}}
	i := newIssuer(t, c)
	clear(secret)
	clear(shared)
	clear(private)
	for _, k := range c.Kinds {
		m := mintOf(t, i, k.Name)
		verified(t, m, issue(t, m).Text)
	}
}

func TestEveryAlgorithmSigns(t *testing.T) {
	t.Parallel()
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	curve := func(c elliptic.Curve) any { return must(ecdsa.GenerateKey(c, rand.Reader))(t) }
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long := slices.Concat(secretOf("1"), secretOf("2"))
	for _, tt := range []struct {
		algorithm, want string
		material        any
	}{
		{"", "HS256", long}, {"HS384", "HS384", long}, {"HS512", "HS512", long},
		{"", "RS256", rsaKey}, {"RS512", "RS512", rsaKey}, {"PS256", "PS256", rsaKey}, {"PS384", "PS384", rsaKey}, {"PS512", "PS512", rsaKey},
		{"", "ES256", curve(elliptic.P256())}, {"", "ES384", curve(elliptic.P384())}, {"", "ES512", curve(elliptic.P521())},
		{"", "EdDSA", ed}, {"Ed25519", "Ed25519", ed},
	} {
		c := config(newClock())
		c.Kinds = []token.Kind{{Name: token.Access, Keys: []token.Key{{Algorithm: tt.algorithm, Material: tt.material}}}}
		m := mintOf(t, newIssuer(t, c), token.Access)
		text := issue(t, m).Text
		if got := part(t, text, 0)["alg"]; got != tt.want {
			t.Errorf("%s: alg %v, want %s", tt.algorithm, got, tt.want)
		}
		verified(t, m, text)
	}
}

// S125, S128, S138, S246
func TestConfigMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	key := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	for _, tt := range []struct {
		name   string
		change func(*token.Config)
		want   []string
	}{
		{"nothing is wrong", func(*token.Config) {}, nil},
		{"nothing is there", func(c *token.Config) { *c = token.Config{} }, []string{"Config.Issuer is empty", "Config.Kinds is empty"}},
		{"no keys", func(c *token.Config) { c.Secrets = nil }, []string{`kind "access": there are no keys`, `kind "password": there are no keys`}},
		{"a short secret", func(c *token.Config) { c.Secrets[0].Material = []byte("sixteen bytes...") }, []string{"Config.Secrets: secret 1", "16 octets"}},
		{"a secret that everybody knows", func(c *token.Config) { c.Secrets[0].Material = []byte("your-256-bit-secret-your-256-bit-secret")[:32] }, []string{"Config.Secrets"}},
		{"a secret that is a private key", func(c *token.Config) { c.Secrets[0].Material = key }, []string{"give other keys to their kind"}},
		{"a kind twice", func(c *token.Config) { c.Kinds = append(c.Kinds, token.Kind{Name: token.Access}) }, []string{`"access" is listed twice`}},
		{"one secret for two kinds", func(c *token.Config) {
			c.Kinds[0].Keys = []token.Key{{Material: secretOf("x")}}
			c.Kinds[1].Keys = []token.Key{{ID: "other", Material: secretOf("x")}}
		}, []string{`kinds "access" and "refresh" have a key in common`}},
		{"one RSA key for two kinds", func(c *token.Config) {
			c.Kinds[0].Keys = []token.Key{{Material: key}}
			c.Kinds[1].Keys = []token.Key{{Material: secretOf("y")}, {ID: "o", Material: secretOf("z")}}
			c.Kinds[2].Keys = []token.Key{{Material: &key.PublicKey}}
		}, []string{`kinds "access" and "email" have a key in common`, `kind "email": key "": it cannot sign`}},
		{"HMAC beside RSA", func(c *token.Config) {
			c.Kinds[0].Keys = []token.Key{{ID: "1", Material: secretOf("x")}, {ID: "2", Material: key}}
		}, []string{`kind "access": `}},
		{"an algorithm that does not exist", func(c *token.Config) {
			c.Kinds[0].Keys = []token.Key{{Algorithm: "none", Material: secretOf("x")}}
		}, []string{`"none"`}},
		{"a nil key", func(c *token.Config) { c.Kinds[0].Keys = []token.Key{{Material: (*rsa.PrivateKey)(nil)}} }, []string{`kind "access": `}},
		{"an empty list of keys", func(c *token.Config) { c.Kinds[0].Keys = []token.Key{} }, nil},
		{"no audience", func(c *token.Config) { c.Audience = nil }, []string{`kind "access": Audience is empty`}},
		{"a kind of one's own without a lifetime", func(c *token.Config) {
			c.Kinds = []token.Kind{{Name: "invitation"}, {Name: "In Vitation", Lifetime: time.Hour}}
		},
			[]string{`kind "invitation": Lifetime is 0`, "Name is not made of"}},
		{"lifetimes that contradict each other", func(c *token.Config) {
			c.Kinds[0].Lifetime, c.Kinds[0].MaxLifetime = time.Hour, time.Minute
			c.Kinds[1].Lifetime = -time.Hour
			c.Kinds[2].Lifetime = time.Millisecond
		}, []string{"MaxLifetime is 1m0s", "Lifetime is -1h0m0s", "Lifetime is 1ms"}},
		{"too much leeway", func(c *token.Config) { c.Leeway = time.Hour }, []string{"Leeway is 1h0m0s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config(newClock())
			tt.change(&c)
			i, err := token.NewIssuer(c)
			if len(tt.want) == 0 != (err == nil) || (err != nil) == (i != nil) {
				t.Fatalf("NewIssuer: %v, %v", i, err)
			}
			if err == nil {
				for _, k := range c.Kinds {
					m := mintOf(t, i, k.Name)
					verified(t, m, issue(t, m).Text)
				}
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("NewIssuer: %v\nlacks %q", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "sixteen") {
				t.Errorf("the mistake shows a secret: %v", err)
			}
		})
	}
}

// S128
func TestParseSecret(t *testing.T) {
	t.Parallel()
	good := hex.EncodeToString(secretOf("x"))
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"hexadecimal digits", "hex:" + good, true},
		{"Base64", "base64:" + strings.Repeat("+/-_", 11), true},
		{"Base64 with padding", "base64:" + strings.Repeat("A", 43) + "=", true},
		{"no prefix", good, false},
		{"another prefix", "raw:" + good, false},
		{"a letter that is no digit", "hex:h" + good[1:], false},
		{"half an octet", "hex:" + good + "0", false},
		{"sixteen octets", "hex:" + good[:32], false},
		{"bits that mean nothing", "base64:" + strings.Repeat("A", 42) + "B", false},
		{"a line end inside", "base64:" + strings.Repeat("A", 20) + "\n" + strings.Repeat("A", 24), false},
		{"nothing", "", false},
	} {
		secret, err := token.ParseSecret(tt.text)
		if (err == nil) != tt.ok || tt.ok && len(secret) < 32 || !tt.ok && secret != nil {
			t.Errorf("%s: %d octets, %v", tt.name, len(secret), err)
		}
		if err != nil && strings.Contains(err.Error(), good[8:24]) {
			t.Errorf("%s: the error shows the secret: %v", tt.name, err)
		}
	}
}

// A208, S160
func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	issued := issue(t, f.access)
	key := token.Key{ID: "k", Material: []byte("canary-canary-canary-canary-canary")}
	secrets := []string{"canary", strings.Split(issued.Text, ".")[2], strings.Split(issued.Text, ".")[1], issued.ID, "99 97 110 97 114 121", "63616e617279"}
	for _, v := range []any{
		issued, &issued, key, &key, []token.Key{key}, token.Config{Secrets: []token.Key{key}}, token.Kind{Keys: []token.Key{key}},
		f.issuer, f.access, verified(t, f.access, issued.Text),
	} {
		var b strings.Builder
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		for _, s := range secrets {
			if strings.Contains(b.String(), s) {
				t.Errorf("%T shows %q: %s", v, s, b.String())
			}
		}
	}
}
