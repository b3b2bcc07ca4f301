// Package jose_test lets go-jose judge the tokens that package security accepts.
package jose_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/mortise-go/mortise/security"
)

var now = time.Unix(1_800_000_000, 0)

func secret() []byte {
	sum := sha256.Sum256([]byte("the secret of the go-jose tests"))
	return append(sum[:], sum[:]...)
}

func config(algorithm string, key any) security.VerifierConfig {
	return security.VerifierConfig{
		Algorithms: []string{algorithm},
		Key:        key,
		Issuer:     "https://issuer.example",
		Audience:   []string{"api"},
		Clock:      func() time.Time { return now },
	}
}

// signers returns a private key for each algorithm that go-jose signs with.
func signers(t *testing.T) map[jose.SignatureAlgorithm]any {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	must(err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return map[jose.SignatureAlgorithm]any{
		jose.HS256: secret(), jose.HS384: secret(), jose.HS512: secret(),
		jose.RS256: rsaKey, jose.RS384: rsaKey, jose.RS512: rsaKey,
		jose.PS256: rsaKey, jose.PS384: rsaKey, jose.PS512: rsaKey,
		jose.ES256: p256, jose.ES384: p384, jose.ES512: p521, jose.EdDSA: ed,
	}
}

func public(private any) any {
	if s, ok := private.(crypto.Signer); ok {
		return s.Public()
	}
	return private
}

func TestTokensOfGoJoseAreAccepted(t *testing.T) {
	t.Parallel()
	for algorithm, private := range signers(t) {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: private}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "k1"))
		if err != nil {
			t.Fatal(err)
		}
		token, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: "https://issuer.example", Subject: "u1", Audience: jwt.Audience{"web", "api"}, ID: "t1",
			Expiry: jwt.NewNumericDate(now.Add(time.Minute)), NotBefore: jwt.NewNumericDate(now), IssuedAt: jwt.NewNumericDate(now),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		v, err := security.NewVerifier(config(string(algorithm), public(private)))
		if err != nil {
			t.Fatal(err)
		}
		claims, err := security.Verify[jwt.Claims](v, token)
		if err != nil || claims.Subject != "u1" || claims.ID != "t1" || !claims.Expiry.Time().Equal(now.Add(time.Minute)) {
			t.Errorf("%s: Verify = %+v, %v", algorithm, claims, err)
		}
	}
}

func TestKeySetsOfGoJoseAreAdmitted(t *testing.T) {
	t.Parallel()
	for algorithm, private := range signers(t) {
		data, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
			{Key: public(private), KeyID: "k1", Algorithm: string(algorithm), Use: "sig"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		set, err := security.ParseJWKSet(data)
		if err != nil || set.Algorithms()[0] != string(algorithm) {
			t.Errorf("%s: ParseJWKSet = %v, %v", algorithm, set, err)
		}
	}
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func sign(header, payload string) string {
	signed := b64(header) + "." + b64(payload)
	h := hmac.New(sha256.New, secret())
	h.Write([]byte(signed))
	return signed + "." + b64(string(h.Sum(nil)))
}

// judge returns why go-jose refuses a token, or nil. It rounds dates down to
// seconds, hence the second of leeway.
func judge(token string) error {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(secret(), &claims); err != nil {
		return err
	}
	return claims.ValidateWithLeeway(jwt.Expected{Issuer: "https://issuer.example", AnyAudience: jwt.Audience{"api"}, Time: now}, 31*time.Second)
}

// Mutants of a good token, signed anew: what is accepted, go-jose accepts too.
func TestGoJoseAcceptsWhatIsAccepted(t *testing.T) {
	t.Parallel()
	v, err := security.NewVerifier(config("HS256", secret()))
	if err != nil {
		t.Fatal(err)
	}
	headers := []string{`{"alg":"HS256","typ":"JWT"}`, `{"alg":"HS256","kid":"a","typ":"at+jwt","x":[1,{"y":null}]}`, ` {"alg" : "\u0048S256"}`}
	payloads := []string{
		`{"iss":"https://issuer.example","aud":"api","sub":"u1","exp":1800000600,"iat":1800000000}`,
		`{"iss":"https:\/\/issuer.example","aud":["web","api"],"exp":1.8000006e9,"nbf":1799999990.5,"roles":["a","\ud83d\ude00"],"x":{"y":-0.5}}`,
	}
	const alphabet = `{}[]":,\/0123456789.-+eEtrufalsn "` + "\t\n\x00\xffé"
	r := mathrand.New(mathrand.NewPCG(7, 7519))
	mutate := func(s string) string {
		for range r.IntN(3) {
			i := r.IntN(len(s))
			c := string(alphabet[r.IntN(len(alphabet))])
			switch r.IntN(4) {
			case 0:
				s = s[:i] + c + s[i:]
			case 1:
				s = s[:i] + c + s[i+1:]
			case 2:
				s = s[:i] + s[i+1:]
			case 3:
				s = strings.Replace(s, "{", "{"+s[i:], 1)
			}
		}
		return s
	}
	accepted, refused := 0, 0
	for range 30_000 {
		token := sign(mutate(headers[r.IntN(len(headers))]), mutate(payloads[r.IntN(len(payloads))]))
		if v.Verify(token, nil) != nil {
			refused++
			continue
		}
		accepted++
		if err := judge(token); err != nil {
			t.Errorf("accepted, and go-jose says %v: %s", err, token)
		}
	}
	if accepted < 1000 || refused < 1000 {
		t.Errorf("%d were accepted, %d refused; the mutants are of no use", accepted, refused)
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
}
