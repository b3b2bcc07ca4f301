package security_test

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
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
)

// now is the time at which all these tests happen.
var now = time.Unix(1_800_000_000, 0)

func clock() time.Time { return now }

// testSecret is as good as random, and the same in every run.
func testSecret() []byte {
	sum := sha256.Sum256([]byte("the secret of the tests of package security"))
	return sum[:]
}

const goodPayload = `{"iss":"https://issuer.example","aud":"api","sub":"u1","exp":1800000600,"iat":1800000000}`

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// signHS256 signs whatever it is given.
func signHS256(header, payload string) string { return signHS256With(testSecret(), header, payload) }

func signHS256With(secret []byte, header, payload string) string {
	signed := b64(header) + "." + b64(payload)
	return signed + "." + b64(string(macOf(secret, signed)))
}

func macOf(secret []byte, signed string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(signed))
	return h.Sum(nil)
}

const headerHS256 = `{"alg":"HS256","typ":"JWT"}`

func hs256Config() security.VerifierConfig {
	return security.VerifierConfig{
		Algorithms: []string{"HS256"},
		Key:        testSecret(),
		Issuer:     "https://issuer.example",
		Audience:   []string{"api"},
		Clock:      clock,
	}
}

func newVerifier(t testing.TB, c security.VerifierConfig) *security.Verifier {
	t.Helper()
	v, err := security.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func hs256Verifier(t testing.TB) *security.Verifier { return newVerifier(t, hs256Config()) }

// mustRefuse checks that a token is refused for fault, and that nothing of it
// comes out.
func mustRefuse(t *testing.T, v *security.Verifier, token string, fault security.Fault) {
	t.Helper()
	claims, err := security.Verify[map[string]any](v, token)
	if !errors.Is(err, fault) {
		t.Errorf("Verify(%.200q) = %v, want %v", token, err, fault)
	}
	if claims != nil {
		t.Errorf("Verify(%.200q) gives claims with its error", token) // A48
	}
}

func mustAccept(t *testing.T, v *security.Verifier, token string) {
	t.Helper()
	if err := v.Verify(token, nil); err != nil {
		t.Errorf("Verify(%.200q) = %v, want success", token, err)
	}
}

// keyRing is one private key of each kind. Keys are made once: RSA takes its time.
type keyRing struct {
	rsa     *rsa.PrivateKey
	rsa2    *rsa.PrivateKey
	p256    *ecdsa.PrivateKey
	p384    *ecdsa.PrivateKey
	p521    *ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
}

var ring = sync.OnceValue(func() keyRing {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var k keyRing
	var err error
	k.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	k.rsa2, err = rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	k.p256, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	k.p384, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	k.p521, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	must(err)
	_, k.ed25519, err = ed25519.GenerateKey(rand.Reader)
	must(err)
	return k
})

// signer returns the private key for an algorithm.
func (k keyRing) signer(algorithm string) any {
	switch algorithm {
	case "HS256", "HS384", "HS512":
		return append(testSecret(), testSecret()...)
	case "ES256":
		return k.p256
	case "ES384":
		return k.p384
	case "ES512":
		return k.p521
	case "EdDSA", "Ed25519":
		return k.ed25519
	}
	return k.rsa
}

// public returns what verifies.
func public(private any) any {
	if s, ok := private.(crypto.Signer); ok {
		return s.Public()
	}
	return private
}

// signWith signs header and payload with golang-jwt's method; an algorithm that it
// does not know by name is Ed25519.
func signWith(t testing.TB, algorithm string, private any, header, payload string) string {
	t.Helper()
	method := jwt.GetSigningMethod(algorithm)
	if method == nil {
		method = jwt.SigningMethodEdDSA
	}
	signed := b64(header) + "." + b64(payload)
	sig, err := method.Sign(signed, private)
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + b64(string(sig))
}

func allAlgorithms() []string {
	return []string{
		"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
		"ES256", "ES384", "ES512", "EdDSA", "Ed25519",
	}
}
