package security_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/security"
)

func b64Int(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// rsaJWK returns a JWK with further members.
func rsaJWK(k *rsa.PublicKey, extra string) string {
	return fmt.Sprintf(`{"kty":"RSA","n":%q,"e":"AQAB"%s}`, b64Int(k.N), extra)
}

func ecJWK(k *ecdsa.PublicKey, crv, extra string) string {
	point, err := k.Bytes()
	if err != nil {
		panic(err)
	}
	half := len(point) / 2
	return fmt.Sprintf(`{"kty":"EC","crv":%q,"x":%q,"y":%q%s}`, crv, b64(string(point[1:1+half])), b64(string(point[1+half:])), extra)
}

func setOf(keys ...string) []byte { return []byte(`{"keys":[` + strings.Join(keys, ",") + `]}`) }

func TestJWKsThatAreAdmitted(t *testing.T) { // A35
	t.Parallel()
	rsaKey := &ring().rsa.PublicKey
	for name, tt := range map[string]struct{ jwk, want string }{
		"RSA":                     {rsaJWK(rsaKey, ""), "RS256 RS384 RS512 PS256 PS384 PS512"},
		"RSA for one algorithm":   {rsaJWK(rsaKey, `,"alg":"PS384"`), "PS384"},
		"use sig":                 {rsaJWK(rsaKey, `,"use":"sig"`), "RS256 RS384 RS512 PS256 PS384 PS512"},
		"key_ops verify":          {rsaJWK(rsaKey, `,"key_ops":["verify"],"alg":"RS256"`), "RS256"},
		"members nobody knows":    {rsaJWK(rsaKey, `,"alg":"RS256","x5t":"AAAA","Use":"enc","ext":true`), "RS256"},
		"P-256":                   {ecJWK(&ring().p256.PublicKey, "P-256", ""), "ES256"},
		"P-384":                   {ecJWK(&ring().p384.PublicKey, "P-384", ""), "ES384"},
		"P-521":                   {ecJWK(&ring().p521.PublicKey, "P-521", `,"alg":"ES512"`), "ES512"},
		"Ed25519":                 {`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, "EdDSA Ed25519"},
		"a secret":                {`{"kty":"oct","k":"` + b64(string(testSecret())) + `"}`, "HS256"},
		"a secret for signatures": {`{"kty":"oct","alg":"HS256","key_ops":["sign","verify"],"k":"` + b64(string(testSecret())) + `"}`, "HS256"},
	} {
		set, err := security.ParseJWKSet(setOf(tt.jwk))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(set.Algorithms(), " "); got != tt.want {
			t.Errorf("%s: Algorithms() = %s, want %s", name, got, tt.want)
		}
	}
}

// refusedJWKs are keys that nobody may verify with, and why.
func refusedJWKs() map[string][2]string {
	rsaKey, p256 := &ring().rsa.PublicKey, &ring().p256.PublicKey
	small := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 2046), big.NewInt(1)) // 2047 bits
	huge := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 8192), big.NewInt(1))  // 8193 bits
	n := b64Int(rsaKey.N)
	return map[string][2]string{
		"use enc":                  {rsaJWK(rsaKey, `,"use":"enc"`), `its use is "enc"`}, // A35
		"use that is a number":     {rsaJWK(rsaKey, `,"use":5`), "not a JWK"},
		"key_ops without verify":   {rsaJWK(rsaKey, `,"key_ops":["encrypt"]`), `do not hold "verify"`}, // A35
		"key_ops empty":            {rsaJWK(rsaKey, `,"key_ops":[]`), `do not hold "verify"`},          // A35
		"key_ops a text":           {rsaJWK(rsaKey, `,"key_ops":"verify"`), "not a JWK"},
		"alg none":                 {rsaJWK(rsaKey, `,"alg":"none"`), "does not exist"},
		"alg empty":                {rsaJWK(rsaKey, `,"alg":""`), "its alg is empty"},
		"alg RSA-OAEP":             {rsaJWK(rsaKey, `,"alg":"RSA-OAEP"`), "does not exist or is not for signatures"}, // A35
		"alg HS256 on RSA":         {rsaJWK(rsaKey, `,"alg":"HS256"`), "HS256 needs another kind of key"},            // A35
		"alg ES256 on RSA":         {rsaJWK(rsaKey, `,"alg":"ES256"`), "ES256 needs another kind of key"},            // A35
		"alg ES384 on P-256":       {ecJWK(p256, "P-256", `,"alg":"ES384"`), "ES384 needs a key on the curve P-384"}, // A35
		"kid empty":                {rsaJWK(rsaKey, `,"kid":""`), "its kid is empty"},
		"kid a number":             {rsaJWK(rsaKey, `,"kid":1`), "not a JWK"},
		"the private key":          {rsaJWK(rsaKey, `,"d":"AQAB"`), "private key"},
		"2047 bits":                {rsaJWK(&rsa.PublicKey{N: small}, ""), "the RSA key has 2047 bits"},              // A33
		"8193 bits":                {rsaJWK(&rsa.PublicKey{N: huge}, ""), "the RSA key has 8193 bits"},               // A33
		"an even modulus":          {rsaJWK(&rsa.PublicKey{N: new(big.Int).Lsh(rsaKey.N, 1)}, ""), "two odd primes"}, // A33
		"a modulus that is empty":  {`{"kty":"RSA","e":"AQAB"}`, "two odd primes"},
		"exponent 1":               {`{"kty":"RSA","e":"AQ","n":"` + n + `"}`, "the RSA exponent"},     // A33
		"exponent 65536":           {`{"kty":"RSA","e":"AQAA","n":"` + n + `"}`, "the RSA exponent"},   // A33
		"exponent 0":               {`{"kty":"RSA","e":"AA","n":"` + n + `"}`, "the RSA exponent"},     // A33
		"exponent 2^32+1":          {`{"kty":"RSA","e":"AQAAAAE","n":"` + n + `"}`, "its e is larger"}, // A33
		"padding in n":             {`{"kty":"RSA","e":"AQAB","n":"` + n + `=="}`, "its n is not Base64url"},
		"a line end in n":          {`{"kty":"RSA","e":"AQAB","n":"` + n[:9] + `\n` + n[9:] + `"}`, "its n is not Base64url"},
		"a point off the curve":    {ecJWK(p256, "P-256", "")[:60] + "AAAA" + ecJWK(p256, "P-256", "")[64:], "not a point"},                                   // A35
		"a point of another curve": {ecJWK(&ring().p384.PublicKey, "P-256", ""), "do not have 32 octets"},                                                     // A35
		"the point at infinity":    {`{"kty":"EC","crv":"P-256","x":"` + strings.Repeat("A", 43) + `","y":"` + strings.Repeat("A", 43) + `"}`, "not a point"}, // A35
		"x that is too short":      {`{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}`, "do not have 32 octets"},
		"crv secp256k1":            {ecJWK(p256, "secp256k1", ""), `its crv is "secp256k1"`},
		"crv missing":              {ecJWK(p256, "", ""), `its crv is ""`},
		"EC called RSA":            {strings.Replace(ecJWK(p256, "P-256", ""), `"EC"`, `"RSA"`, 1), "two odd primes"},                         // A35
		"X25519":                   {`{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`, `its crv is "X25519"`}, // A35
		"Ed448":                    {`{"kty":"OKP","crv":"Ed448","x":"AAAA"}`, `its crv is "Ed448"`},
		"Ed25519 that is short":    {`{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`, "has 3 octets instead of 32"},
		"Ed25519 of small order":   {`{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "small order"}, // A35
		"another kty":              {`{"kty":"AKP"}`, `its kty is "AKP"`},
		"no kty":                   {`{}`, `its kty is ""`},
		"kty in lower case":        {strings.Replace(rsaJWK(rsaKey, ""), "RSA", "rsa", 1), `its kty is "rsa"`},
		"null":                     {`null`, `its kty is ""`},
		"a text":                   {`"key"`, "not a JWK"},
	}
}

func TestJWKsThatAreRefused(t *testing.T) {
	t.Parallel()
	good := rsaJWK(&ring().rsa2.PublicKey, `,"kid":"good"`)
	for name, tt := range refusedJWKs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := security.ParseJWKSet(setOf(good, tt[0])); err == nil || !strings.Contains(err.Error(), tt[1]) {
				t.Errorf("ParseJWKSet = %v, want %q", err, tt[1])
			}
			// A36: in a set of somebody else it does not spoil the other keys.
			set, refused, err := security.ParseRemoteJWKSet(setOf(tt[0], good, tt[0]))
			if err != nil || set.Len() != 1 || set.IDs()[0] != "good" || len(refused) != 2 || !strings.Contains(refused[0].Error(), tt[1]) {
				t.Errorf("ParseRemoteJWKSet = %v, %v, %v", set, refused, err)
			}
		})
	}
}

func TestRemoteSets(t *testing.T) {
	t.Parallel()
	secret := `{"kty":"oct","kid":"s","k":"` + b64(string(testSecret())) + `"}`
	a, b := rsaJWK(&ring().rsa.PublicKey, `,"kid":"a"`), rsaJWK(&ring().rsa2.PublicKey, `,"kid":"a"`)
	c := ecJWK(&ring().p256.PublicKey, "P-256", `,"kid":"c"`)
	for name, tt := range map[string]struct {
		data    []byte
		ids     string
		refused int
	}{
		"a secret is dropped":               {setOf(secret, c), "c", 1}, // A31
		"nothing but a secret":              {setOf(secret), "", 1},     // A31
		"keys that share an ID are dropped": {setOf(a, b, c), "c", 1},   // A32
		"an empty set":                      {setOf(), "", 0},
		"members nobody knows":              {[]byte(`{"a":1,"keys":[` + c + `]}`), "c", 0},
	} {
		set, refused, err := security.ParseRemoteJWKSet(tt.data)
		if err != nil || strings.Join(set.IDs(), " ") != tt.ids || len(refused) != tt.refused {
			t.Errorf("%s: ParseRemoteJWKSet = %v %v, %v, %v", name, set, set.IDs(), refused, err)
		}
	}
}

func TestStaticSetsRefuseWhatRemoteOnesDrop(t *testing.T) {
	t.Parallel()
	secret := `{"kty":"oct","kid":"s","k":"` + b64(string(testSecret())) + `"}`
	a, b := rsaJWK(&ring().rsa.PublicKey, `,"kid":"a"`), rsaJWK(&ring().rsa2.PublicKey, `,"kid":"a"`)
	for name, data := range map[string][]byte{
		"secrets beside public keys": setOf(secret, a), // A31
		"an ID twice":                setOf(a, b),      // A32
		"an empty set":               setOf(),
	} {
		if set, err := security.ParseJWKSet(data); err == nil || set != nil {
			t.Errorf("%s: ParseJWKSet = %v, %v", name, set, err)
		}
	}
}

func TestTextsThatAreNoSets(t *testing.T) {
	t.Parallel()
	key := rsaJWK(&ring().rsa.PublicKey, "")
	for name, text := range map[string]string{
		"nothing":                 "",
		"one key":                 key,
		"an array":                "[" + key + "]",
		"keys is an object":       `{"keys":{}}`,
		"keys is null":            `{"keys":null}`,
		"keys twice":              `{"keys":[],"keys":[` + key + `]}`,
		"a member of a key twice": string(setOf(rsaJWK(&ring().rsa.PublicKey, `,"e":"Aw"`))), // A37
		"KEYS":                    `{"KEYS":[` + key + `]}`,
		"trailing text":           `{"keys":[]}x`,
		"101 keys":                string(setOf(strings.Split(strings.Repeat(key+" ", 101), " ")[:101]...)),
		"deep":                    `{"keys":[` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `]}`,
	} {
		if _, err := security.ParseJWKSet([]byte(text)); err == nil {
			t.Errorf("%s: ParseJWKSet accepts it", name)
		}
		if _, _, err := security.ParseRemoteJWKSet([]byte(text)); err == nil {
			t.Errorf("%s: ParseRemoteJWKSet accepts it", name)
		}
	}
}

func TestSecretsOfASetNeverAppearInItsErrors(t *testing.T) {
	t.Parallel()
	for _, jwk := range []string{
		`{"kty":"oct","k":"Y2FuYXJ5LWNhbmFyeQ"}`,
		`{"kty":"oct","k":"Y2FuYXJ5LWNhbmFyeQ=="}`,
		`{"kty":"oct","k":["Y2FuYXJ5LWNhbmFyeQ"]}`,
		`{"kty":"oct","use":"enc","k":"Y2FuYXJ5LWNhbmFyeQ"}`,
		`{"kty":"oct","k":"Y2FuYXJ5LWNhbmFyeQ"`,
	} {
		_, err := security.ParseJWKSet(setOf(jwk))
		if err == nil || strings.Contains(err.Error(), "Y2Fu") || strings.Contains(err.Error(), "canary") {
			t.Errorf("ParseJWKSet(%s) = %v", jwk, err)
		}
	}
}

// A modulus has the ROCA fingerprint if it is a power of 65537 modulo each of the
// primes from 3 to 167; this builds one by the Chinese remainder theorem.
func TestROCA(t *testing.T) { // A33
	t.Parallel()
	product, n := big.NewInt(1), big.NewInt(0)
	for p := int64(3); p <= 167; p += 2 {
		if !big.NewInt(p).ProbablyPrime(0) {
			continue
		}
		want := new(big.Int).Exp(big.NewInt(65537), big.NewInt(p%7+1), big.NewInt(p))
		for new(big.Int).Mod(n, big.NewInt(p)).Cmp(want) != 0 {
			n.Add(n, product)
		}
		product.Mul(product, big.NewInt(p))
	}
	if n.Bit(0) == 0 {
		n.Add(n, product) // which is odd
	}
	n.Add(n, new(big.Int).Lsh(product, uint(2048-product.BitLen())))
	if !security.IsROCA(n) {
		t.Error("a modulus with the fingerprint is not recognized")
	}
	if _, err := security.NewKeySet(security.Key{Material: &rsa.PublicKey{N: n, E: 65537}}); err == nil || !strings.Contains(err.Error(), "ROCA") {
		t.Errorf("NewKeySet = %v", err)
	}
	if security.IsROCA(new(big.Int).Add(n, big.NewInt(2))) || security.IsROCA(ring().rsa.N) || security.IsROCA(ring().rsa2.N) {
		t.Error("a modulus without the fingerprint is refused")
	}
}

// The eight points of small order are the solutions of 8P = 0; doubling their y
// three times on the curve must give 1.
func TestPointsOfSmallOrder(t *testing.T) { // A35
	t.Parallel()
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d := new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), p))
	d.Mod(d, p)
	one := big.NewInt(1)
	mod := func(n *big.Int) *big.Int { return n.Mod(n, p) }
	// double returns y(2P) = (y²+x²)/(2-y²+x²), where x² = (y²-1)/(dy²+1).
	double := func(y *big.Int) *big.Int {
		yy := mod(new(big.Int).Mul(y, y))
		down := new(big.Int).ModInverse(mod(new(big.Int).Add(new(big.Int).Mul(d, yy), one)), p)
		xx := mod(new(big.Int).Mul(new(big.Int).Sub(yy, one), down))
		under := mod(new(big.Int).Add(new(big.Int).Sub(big.NewInt(2), yy), xx))
		return mod(new(big.Int).Mul(new(big.Int).Add(yy, xx), new(big.Int).ModInverse(under, p)))
	}
	distinct := map[string]bool{}
	for _, point := range security.SmallOrder() {
		var reversed [32]byte
		for i, c := range point {
			reversed[31-i] = c
		}
		y := mod(new(big.Int).SetBytes(reversed[:]))
		distinct[y.String()] = true
		if got := double(double(double(y))); got.Cmp(one) != 0 {
			t.Errorf("%x is not of small order", point)
		}
		for _, sign := range []byte{0, 0x80} {
			key := ed25519.PublicKey(slices.Clone(point))
			key[31] |= sign
			if _, err := security.NewKeySet(security.Key{Material: key}); err == nil || !strings.Contains(err.Error(), "small order") {
				t.Errorf("%x is admitted: %v", key, err)
			}
		}
	}
	if len(distinct) != 5 || len(security.SmallOrder()) != 7 {
		t.Errorf("there are %d values of y, want 5", len(distinct))
	}
}
