package security_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
)

// payloadWith returns the good payload with one member set to a JSON text; an
// empty text leaves the member out.
func payloadWith(name, text string) string {
	parts := []string{}
	for _, m := range [][2]string{{"iss", `"https://issuer.example"`}, {"aud", `"api"`}, {"sub", `"u1"`}, {"exp", `1800000600`}, {"iat", `1800000000`}} {
		if m[0] != name {
			parts = append(parts, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	if text != "" {
		parts = append(parts, fmt.Sprintf("%q:%s", name, text))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestUnsignedTokensAreRefused(t *testing.T) { // A1
	t.Parallel()
	v := hs256Verifier(t)
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "none ", ""} {
		signed := b64(fmt.Sprintf(`{"alg":%q}`, alg)) + "." + b64(goodPayload)
		for _, signature := range []string{".", "", ".AAAA", "." + b64(string(macOf(testSecret(), signed)))} {
			mustRefuse(t, v, signed+signature, security.ErrInvalidToken)
		}
	}
}

func TestPublicKeysAreNoSecrets(t *testing.T) { // A2
	t.Parallel()
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		key := public(ring().signer(alg))
		config := hs256Config()
		config.Algorithms, config.Key = []string{alg}, key
		v := newVerifier(t, config)
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		jwk, x := jwkOf(key)
		pemText := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		for _, secret := range [][]byte{der, pemText, []byte(strings.TrimSpace(string(pemText))), []byte(jwk), x, setOf(jwk)} {
			mustRefuse(t, v, signHS256With(secret, headerHS256, goodPayload), security.ErrInvalidToken)
			mustRefuse(t, v, signHS256With(secret, fmt.Sprintf(`{"alg":%q}`, alg), goodPayload), security.ErrInvalidToken)
		}
	}
}

// jwkOf returns the text of a public key as a JWK, and the number in it that
// somebody may take for a secret: n of RSA, x of others.
func jwkOf(key any) (text string, x []byte) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return rsaJWK(k, ""), k.N.Bytes()
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil {
			panic(err)
		}
		return ecJWK(k, "P-256", ""), point[1:33]
	}
	x = key.(ed25519.PublicKey)
	return fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":%q}`, b64(string(x))), x
}

func TestAlgorithmsCannotBeSwapped(t *testing.T) { // A3
	t.Parallel()
	private := ring().rsa
	for _, allowed := range []string{"RS256", "PS512"} {
		config := hs256Config()
		config.Algorithms, config.Key = []string{allowed}, private.Public()
		v := newVerifier(t, config)
		for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
			token := signWith(t, alg, private, fmt.Sprintf(`{"alg":%q}`, alg), goodPayload)
			lying := signWith(t, alg, private, fmt.Sprintf(`{"alg":%q}`, allowed), goodPayload)
			if alg == allowed {
				mustAccept(t, v, token)
				continue
			}
			mustRefuse(t, v, token, security.ErrInvalidToken)
			mustRefuse(t, v, lying, security.ErrInvalidToken)
		}
	}
	// The same where the verifier allows both and the key only one.
	set, err := security.NewKeySet(
		security.Key{ID: "rs", Algorithm: "RS256", Material: private.Public()},
		security.Key{ID: "ps", Algorithm: "PS256", Material: ring().rsa2.Public()})
	if err != nil {
		t.Fatal(err)
	}
	config := hs256Config()
	config.Algorithms, config.Key, config.Keys = []string{"RS256", "PS256"}, nil, set
	v := newVerifier(t, config)
	mustAccept(t, v, signWith(t, "RS256", private, `{"alg":"RS256","kid":"rs"}`, goodPayload))
	mustRefuse(t, v, signWith(t, "PS256", private, `{"alg":"PS256","kid":"rs"}`, goodPayload), security.ErrInvalidToken)
	mustRefuse(t, v, signWith(t, "PS256", private, `{"alg":"PS256"}`, goodPayload), security.ErrInvalidToken)
}

func TestKeysInTheTokenAreIgnored(t *testing.T) { // A4, A6
	t.Parallel()
	trusted, attacker := ring().rsa, ring().rsa2
	config := hs256Config()
	config.Algorithms, config.Key = []string{"RS256"}, trusted.Public()
	v := newVerifier(t, config)
	n := base64.RawURLEncoding.EncodeToString(attacker.N.Bytes())
	for _, extra := range []string{
		`"jwk":{"kty":"RSA","e":"AQAB","n":"` + n + `"}`,
		`"x5c":["MIIB"]`,
		`"x5t":"AAAA"`,
		`"x5t#S256":"AAAA"`,
	} {
		header := `{"alg":"RS256",` + extra + `}`
		mustRefuse(t, v, signWith(t, "RS256", attacker, header, goodPayload), security.ErrInvalidToken)
		mustAccept(t, v, signWith(t, "RS256", trusted, header, goodPayload))
	}
}

func TestNothingIsFetchedForAToken(t *testing.T) { // A5
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	config := hs256Config()
	config.Algorithms, config.Key = []string{"RS256"}, ring().rsa.Public()
	v := newVerifier(t, config)
	for _, url := range []string{server.URL + "/jwks.json", "file:///etc/passwd", "http://169.254.169.254/latest"} {
		for _, member := range []string{"jku", "x5u", "kid"} {
			header := fmt.Sprintf(`{"alg":"RS256",%q:%q}`, member, url)
			mustRefuse(t, v, signWith(t, "RS256", ring().rsa2, header, goodPayload), security.ErrInvalidToken)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("a token made the verifier ask a server %d times", n)
	}
}

func TestKeyIDs(t *testing.T) { // A7, A8, A9
	t.Parallel()
	other := sha256.Sum256([]byte("the other secret"))
	set, err := security.NewKeySet(
		security.Key{ID: "old", Material: other[:]},
		security.Key{ID: "new", Material: testSecret()})
	if err != nil {
		t.Fatal(err)
	}
	config := hs256Config()
	config.Key, config.Keys = nil, set
	v := newVerifier(t, config)
	mustAccept(t, v, signHS256(`{"alg":"HS256","kid":"new"}`, goodPayload))
	mustAccept(t, v, signHS256(`{"alg":"HS256","kid":"\u006eew"}`, goodPayload))
	mustAccept(t, v, signHS256(`{"alg":"HS256"}`, goodPayload)) // A9: each is tried
	mustAccept(t, v, signHS256With(other[:], `{"alg":"HS256"}`, goodPayload))
	for _, kid := range []string{
		`"old"`, `"New"`, `"new "`, `"new\u0000"`, `"../../../../dev/null"`, `"/dev/null"`, `"x' OR '1'='1"`, `"x|sleep 10"`,
		`""`, `null`, `5`, `true`, `{"a":1}`, `["new"]`, `"\u0000"`, `"` + strings.Repeat("k", 1500) + `"`, `"` + strings.Repeat("k", 64<<10) + `"`,
	} {
		mustRefuse(t, v, signHS256(`{"alg":"HS256","kid":`+kid+`}`, goodPayload), security.ErrInvalidToken)
	}
}

func TestTokensWithoutAKeyIDAreTriedWithTenKeysAtMost(t *testing.T) { // A9
	t.Parallel()
	var keys []security.Key
	var secrets [][]byte
	for i := range 12 {
		sum := sha256.Sum256(fmt.Appendf(nil, "secret %d", i))
		secrets = append(secrets, sum[:])
		keys = append(keys, security.Key{ID: fmt.Sprint("k", i), Material: sum[:]})
	}
	set, err := security.NewKeySet(keys...)
	if err != nil {
		t.Fatal(err)
	}
	config := hs256Config()
	config.Key, config.Keys = nil, set
	v := newVerifier(t, config)
	mustAccept(t, v, signHS256With(secrets[9], `{"alg":"HS256"}`, goodPayload))
	mustRefuse(t, v, signHS256With(secrets[10], `{"alg":"HS256"}`, goodPayload), security.ErrInvalidToken)
	mustAccept(t, v, signHS256With(secrets[11], `{"alg":"HS256","kid":"k11"}`, goodPayload))
}

func TestAKeyWithoutIDServesTokensWithAnyKeyID(t *testing.T) { // A9
	t.Parallel()
	mustAccept(t, hs256Verifier(t), signHS256(`{"alg":"HS256","kid":"whatever"}`, goodPayload))
}

func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for name, header := range map[string]string{
		"crit with a claim's name":    `{"alg":"HS256","crit":["exp"],"exp":1}`,         // A10
		"crit with an unknown name":   `{"alg":"HS256","crit":["foo"],"foo":1}`,         // A10
		"crit that is empty":          `{"alg":"HS256","crit":[]}`,                      // A10
		"crit that is a text":         `{"alg":"HS256","crit":"foo"}`,                   // A10
		"crit that is null":           `{"alg":"HS256","crit":null}`,                    // A10
		"crit with duplicates":        `{"alg":"HS256","crit":["b64","b64"]}`,           // A10
		"crit with a name not there":  `{"alg":"HS256","crit":["foo"]}`,                 // A10
		"crit in an escaped spelling": `{"alg":"HS256","\u0063rit":["foo"]}`,            // A10, A37
		"b64 without crit":            `{"alg":"HS256","b64":false}`,                    // A11
		"b64 with crit":               `{"alg":"HS256","b64":false,"crit":["b64"]}`,     // A11
		"b64 that is true":            `{"alg":"HS256","b64":true}`,                     // A11
		"zip":                         `{"alg":"HS256","zip":"DEF"}`,                    // A12
		"enc":                         `{"alg":"HS256","enc":"A128GCM"}`,                // A12
		"cty JWT":                     `{"alg":"HS256","cty":"JWT"}`,                    // A13
		"cty jwt with application":    `{"alg":"HS256","cty":"application/jwt"}`,        // A13
		"typ secevent+jwt":            `{"alg":"HS256","typ":"secevent+jwt"}`,           // A14
		"typ dpop+jwt":                `{"alg":"HS256","typ":"dpop+jwt"}`,               // A14
		"typ logout+jwt":              `{"alg":"HS256","typ":"application/logout+jwt"}`, // A14
		"typ id_token":                `{"alg":"HS256","typ":"id_token"}`,               // A14, A15
		"typ that is a number":        `{"alg":"HS256","typ":1}`,                        // A14
		"typ that is null":            `{"alg":"HS256","typ":null}`,                     // A14
		"typ application/x/jwt":       `{"alg":"HS256","typ":"application/x/jwt"}`,      // A14
		"typ with a dotted I":         `{"alg":"HS256","typ":"appl\u0130cation/jwt"}`,   // A14
		"typ application/ alone":      `{"alg":"HS256","typ":"application/"}`,           // A14
		"no alg":                      `{"typ":"JWT"}`,
		"alg that is a number":        `{"alg":256}`,
		"alg that is an array":        `{"alg":["HS256"]}`,
		"alg in lower case":           `{"alg":"hs256"}`,
		"Alg for alg":                 `{"Alg":"HS256"}`,                     // A38
		"ALG beside alg":              `{"alg":"HS256","ALG":"none"}`,        // A38
		"alg twice":                   `{"alg":"HS256","alg":"HS256"}`,       // A37
		"alg twice, once escaped":     `{"alg":"HS256","\u0061lg":"none"}`,   // A37
		"a nested duplicate":          `{"alg":"HS256","jwk":{"a":1,"a":2}}`, // A37
		"an unknown member twice":     `{"alg":"HS256","x":1,"x":1}`,         // A37
		"an array":                    `["HS256"]`,
		"null":                        `null`,
		"an empty object":             `{}`,
		"something after the object":  `{"alg":"HS256"}{}`,                                                             // A39
		"a byte order mark":           "\ufeff" + `{"alg":"HS256"}`,                                                    // A39
		"octets that are not UTF-8":   "{\"alg\":\"HS256\",\"x\":\"\xff\"}",                                            // A39
		"a lone surrogate":            `{"alg":"HS256","x":"\ud800"}`,                                                  // A39
		"more than 2 KiB":             `{"alg":"HS256","x":"` + strings.Repeat("x", 2048) + `"}`,                       // A40
		"a depth of 17":               `{"alg":"HS256","x":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`, // A40
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustRefuse(t, v, signHS256(header, goodPayload), security.ErrInvalidToken)
		})
	}
}

func TestHeadersThatAreAccepted(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for name, header := range map[string]string{
		"no typ":               `{"alg":"HS256"}`,
		"typ jwt":              `{"alg":"HS256","typ":"jwt"}`,             // A14
		"typ application/jwt":  `{"alg":"HS256","typ":"application/JWT"}`, // A14
		"typ at+jwt":           `{"alg":"HS256","typ":"at+jwt"}`,          // A14
		"typ of RFC 9068":      `{"alg":"HS256","typ":"application/at+jwt"}`,
		"space everywhere":     " { \"alg\" :\t\"HS256\"\r\n} ",
		"members nobody knows": `{"alg":"HS256","x":{"y":[1,-2.5e+3,true,false,null,"\ud83d\ude00"]}}`,
		"a depth of 16":        `{"alg":"HS256","x":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}`, // A40
		"alg in escapes":       `{"alg":"\u0048S256"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustAccept(t, v, signHS256(header, goodPayload))
		})
	}
}

func TestEncryptedTokensAreRefused(t *testing.T) { // A12
	t.Parallel()
	v := hs256Verifier(t)
	header := b64(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483648,"p2s":"AAAAAAAAAAA"}`)
	began := time.Now()
	mustRefuse(t, v, header+".AAAA.AAAA.AAAA.AAAA", security.ErrInvalidToken)
	mustRefuse(t, v, header+".AAAA.AAAA", security.ErrInvalidToken)
	if took := time.Since(began); took > time.Second {
		t.Errorf("refusing took %v: a key was derived", took)
	}
}

func TestTypesKeepTokensForDifferentUsesApart(t *testing.T) { // A16
	t.Parallel()
	kinds := []string{"access+jwt", "refresh+jwt", "email+jwt", "password+jwt"}
	for _, wanted := range kinds {
		config := hs256Config()
		config.Types = []string{wanted}
		v := newVerifier(t, config)
		for _, sent := range append(kinds, "JWT", "") {
			token := signHS256(fmt.Sprintf(`{"alg":"HS256","typ":%q}`, sent), goodPayload)
			if sent == wanted {
				mustAccept(t, v, token)
			} else {
				mustRefuse(t, v, token, security.ErrInvalidToken)
			}
		}
		mustRefuse(t, v, signHS256(`{"alg":"HS256"}`, goodPayload), security.ErrInvalidToken)
	}
}

func TestExpiryAndLeeway(t *testing.T) { // A17
	t.Parallel()
	for _, tt := range []struct {
		name   string
		leeway time.Duration
		exp    string
		want   security.Fault // 0: accepted
	}{
		{"in the future", security.NoLeeway, "1800000001", 0},
		{"now, which is too late", security.NoLeeway, "1800000000", security.ErrExpiredToken},
		{"one second ago without leeway", security.NoLeeway, "1799999999", security.ErrExpiredToken},
		{"half a second ahead", security.NoLeeway, "1800000000.5", 0},
		{"half a second ago", security.NoLeeway, "1799999999.5", security.ErrExpiredToken},
		{"one second ago", 0, "1799999999", 0},
		{"one second inside the default leeway", 0, "1799999971", 0},
		{"at the end of the default leeway", 0, "1799999970", security.ErrExpiredToken},
		{"one second outside the default leeway", 0, "1799999969", security.ErrExpiredToken},
		{"one second inside the longest leeway", 120 * time.Second, "1799999881", 0},
		{"at the end of the longest leeway", 120 * time.Second, "1799999880", security.ErrExpiredToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := hs256Config()
			config.Leeway = tt.leeway
			v, token := newVerifier(t, config), signHS256(headerHS256, payloadWith("exp", tt.exp))
			if tt.want == 0 {
				mustAccept(t, v, token)
			} else {
				mustRefuse(t, v, token, tt.want)
			}
		})
	}
}

func TestClaimsThatAreRefused(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for _, tt := range []struct{ name, claim, text string }{
		{"exp missing", "exp", ""},                              // A18
		{"exp null", "exp", "null"},                             // A18
		{"exp a text", "exp", `"1800000600"`},                   // A18
		{"exp a bool", "exp", "true"},                           // A18
		{"exp negative", "exp", "-1"},                           // A18
		{"exp 1e19", "exp", "1e19"},                             // A18
		{"exp ten to the 19", "exp", "10000000000000000000"},    // A18
		{"exp 1e300", "exp", "1e300"},                           // A18
		{"exp 1e400", "exp", "1e400"},                           // A18
		{"exp the largest int64", "exp", "9223372036854775807"}, // A18
		{"exp after the year 9999", "exp", "253402300800"},
		{"exp with a leading zero", "exp", "01800000600"},
		{"exp an array", "exp", "[1800000600]"},
		{"nbf in the future", "nbf", "1800000031"},                  // A19
		{"nbf a text", "nbf", `"0"`},                                // A19
		{"nbf null", "nbf", "null"},                                 // A19
		{"iat in the future", "iat", "1800000031"},                  // A20
		{"iat a text", "iat", `"1800000000"`},                       // A20
		{"iss wrong", "iss", `"https://evil.example"`},              // A22
		{"iss with a slash", "iss", `"https://issuer.example/"`},    // A22
		{"iss in capitals", "iss", `"https://ISSUER.example"`},      // A22
		{"iss a prefix", "iss", `"https://issuer.exampl"`},          // A22
		{"iss longer", "iss", `"https://issuer.example.evil"`},      // A22
		{"iss an array", "iss", `["https://issuer.example"]`},       // A22
		{"iss missing", "iss", ""},                                  // A22
		{"iss empty", "iss", `""`},                                  // A22
		{"iss null", "iss", "null"},                                 // A22
		{"aud wrong", "aud", `"web"`},                               // A23
		{"aud in capitals", "aud", `"API"`},                         // A23
		{"aud with a space", "aud", `"api "`},                       // A23
		{"aud an empty array", "aud", `[]`},                         // A23
		{"aud an empty text", "aud", `[""]`},                        // A23
		{"aud a number", "aud", `5`},                                // A23
		{"aud a mixed array", "aud", `["api",5]`},                   // A23
		{"aud an array of arrays", "aud", `[["api"]]`},              // A23
		{"aud missing", "aud", ""},                                  // A23
		{"aud null", "aud", "null"},                                 // A23
		{"aud longer", "aud", `"api2"`},                             // A23
		{"aud joined", "aud", `"web api"`},                          // A23
		{"aud an object", "aud", `{"api":1}`},                       // A23
		{"aud of a client, as in an ID token", "aud", `"client-1"`}, // A15
		{"sub a number", "sub", "7"},
		{"sub null", "sub", "null"},
		{"sub a lone surrogate", "sub", `"\ud800"`},         // A39
		{"sub two low surrogates", "sub", `"\udc00\udc00"`}, // A39
		{"jti a number", "jti", "7"},
		{"jti an object", "jti", "{}"},
		{"EXP beside exp", "EXP", "1900000000"},                                     // A38
		{"Exp beside exp", "Exp", "1900000000"},                                     // A38
		{"ISS beside iss", "ISS", `"https://issuer.example"`},                       // A38
		{"Nbf alone", "Nbf", "0"},                                                   // A38
		{"iAt beside iat", "iAt", "0"},                                              // A38
		{"JTI alone", "JTI", `"x"`},                                                 // A38
		{"ſub beside sub", "ſub", `"admin"`},                                        // A38
		{"AUD beside aud", "AUD", `"api"`},                                          // A38
		{"a nested duplicate", "x", `{"a":1,"a":2}`},                                // A37
		{"a nested duplicate, once escaped", "x", `[{"a":1,"\u0061":2}]`},           // A37
		{"17 levels", "x", strings.Repeat("[", 16) + strings.Repeat("]", 16)},       // A40
		{"9000 levels", "x", strings.Repeat("[", 2500) + strings.Repeat("]", 2500)}, // A41
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mustRefuse(t, v, signHS256(headerHS256, payloadWith(tt.claim, tt.text)), security.ErrInvalidToken)
		})
	}
}

func TestClaimsThatAreAccepted(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	for _, tt := range []struct{ name, claim, text string }{
		{"exp with a fraction", "exp", "1800000600.25"}, // A18
		{"exp with an exponent", "exp", "1.8000006E9"},
		{"exp at the end of the year 9999", "exp", "253402300799"},
		{"nbf now", "nbf", "1800000000"},
		{"nbf within the leeway", "nbf", "1800000030"}, // A19
		{"nbf 0, as some issuers say for none", "nbf", "0"},
		{"iat missing", "iat", ""},
		{"iat within the leeway", "iat", "1800000030"}, // A20
		{"iss with escapes", "iss", `"https:\/\/issuer.example"`},
		{"aud an array", "aud", `["web","api"]`}, // A23
		{"aud in escapes", "aud", `["\u0061pi"]`},
		{"aud an array with spaces", "aud", "[ \"web\" , \"api\" ]"},
		{"sub empty", "sub", `""`},
		{"sub with a pair of surrogates", "sub", `"\ud83d\ude00"`},
		{"role and ROLE, which are two names", "ROLE", `"x"`},                 // A38
		{"16 levels", "x", strings.Repeat("[", 15) + strings.Repeat("]", 15)}, // A40
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mustAccept(t, v, signHS256(headerHS256, payloadWith(tt.claim, tt.text)))
		})
	}
}

func TestNestedDuplicatesAreRefusedWhoeverWantsTheClaims(t *testing.T) { // A37
	t.Parallel()
	token := signHS256(headerHS256, payloadWith("x", `{"a":1,"a":2}`))
	v := hs256Verifier(t)
	if _, err := security.Verify[leanClaims](v, token); !errors.Is(err, security.ErrInvalidToken) {
		t.Errorf("into a struct without x: %v", err)
	}
	if err := v.Verify(token, nil); !errors.Is(err, security.ErrInvalidToken) {
		t.Errorf("into nothing: %v", err)
	}
}

func TestExpiryZeroIsExpiry(t *testing.T) { // A18
	t.Parallel()
	mustRefuse(t, hs256Verifier(t), signHS256(headerHS256, payloadWith("exp", "0")), security.ErrExpiredToken)
}

func TestClaimNamesAreMatchedExactlyInTheUsersType(t *testing.T) { // A38
	t.Parallel()
	type claims struct {
		Role string `json:"role"`
	}
	token := signHS256(headerHS256, strings.Replace(goodPayload, "{", `{"role":"user","ROLE":"admin","Role":"admin",`, 1))
	c, err := security.Verify[claims](hs256Verifier(t), token)
	if err != nil || c.Role != "user" {
		t.Errorf("Verify = %+v, %v, want the role user", c, err)
	}
}

func TestPayloadsThatAreNoClaims(t *testing.T) {
	t.Parallel()
	v := hs256Verifier(t)
	inner := strings.TrimSuffix(goodPayload, "}")
	for name, payload := range map[string]string{
		"null":                      "null",                            // A39
		"an array":                  "[" + goodPayload + "]",           // A39
		"a text":                    `"claims"`,                        // A39
		"a number":                  "5",                               // A39
		"a second object":           goodPayload + goodPayload,         // A39
		"garbage behind":            goodPayload + "x",                 // A39
		"a NUL behind":              goodPayload + "\x00",              // A39
		"a byte order mark":         "\ufeff" + goodPayload,            // A39
		"octets that are not UTF-8": inner + ",\"x\":\"\xc3\x28\"}",    // A39
		"exp twice":                 inner + `,"exp":1900000000}`,      // A37
		"exp twice, once escaped":   inner + `,"\u0065xp":1900000000}`, // A37
		"an own claim twice":        inner + `,"a":1,"a":1}`,           // A37
		"a comma at the end":        inner + ",}",
		"no closing brace":          inner,
		"single quotes":             `{'exp':1}`,
		"a comment":                 goodPayload + "//",
		"a control character":       inner + ",\"x\":\"\n\"}",
		"a number that is none":     inner + `,"x":NaN}`,
		"a bad escape":              inner + `,"x":"\x41"}`,
		"101 claims":                inner + manyClaims(96) + "}", // A40
		"nothing":                   " ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustRefuse(t, v, signHS256(headerHS256, payload), security.ErrInvalidToken)
		})
	}
	mustAccept(t, v, signHS256(headerHS256, inner+manyClaims(95)+"}")) // 100 claims
}

func manyClaims(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"c%d":%d`, i, i)
	}
	return b.String()
}

func TestDepthIsCheckedBeforeTheSignature(t *testing.T) { // A41
	t.Parallel()
	v := hs256Verifier(t)
	deep := payloadWith("x", strings.Repeat("[", 40)+strings.Repeat("]", 40))
	err := v.Verify(signHS256With([]byte("another secret, long enough for HS256"), headerHS256, deep), nil)
	if err == nil || !strings.Contains(err.Error(), "nested too deeply") {
		t.Errorf("Verify = %v, want the depth as the reason", err)
	}
}

func TestTokensHaveALongestLength(t *testing.T) { // A40
	t.Parallel()
	config := hs256Config()
	v := newVerifier(t, config)
	pad := func(length int) string { // a good token of exactly that length
		for n := length / 2; ; n++ {
			for _, header := range []string{`{"alg":"HS256"}`, `{"alg":"HS256" }`, `{"alg":"HS256"  }`} {
				token := signHS256(header, payloadWith("x", `"`+strings.Repeat("x", n)+`"`))
				if len(token) == length {
					return token
				}
			}
		}
	}
	mustAccept(t, v, pad(8192))
	mustRefuse(t, v, pad(8193), security.ErrInvalidToken)
	config.MaxTokenBytes = 1000
	v = newVerifier(t, config)
	mustAccept(t, v, pad(1000))
	mustRefuse(t, v, pad(1001), security.ErrInvalidToken)
}

func TestSignaturesThatAreDamaged(t *testing.T) { // A25
	t.Parallel()
	for _, alg := range allAlgorithms() {
		private := ring().signer(alg)
		config := hs256Config()
		config.Algorithms, config.Key = []string{alg}, public(private)
		v := newVerifier(t, config)
		token := signWith(t, alg, private, fmt.Sprintf(`{"alg":%q}`, alg), goodPayload)
		mustAccept(t, v, token)
		dot := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
		if err != nil {
			t.Fatal(err)
		}
		for name, damaged := range map[string][]byte{
			"empty":                {},
			"zeros":                make([]byte, len(signature)),
			"one zero":             {0},
			"truncated":            signature[:len(signature)-1],
			"a zero longer":        append(slices.Clone(signature), 0),
			"a zero in front":      append([]byte{0}, signature...),
			"twice":                append(slices.Clone(signature), signature...),
			"one bit changed":      append([]byte{signature[0] ^ 1}, signature[1:]...),
			"the last bit changed": append(slices.Clone(signature[:len(signature)-1]), signature[len(signature)-1]^1),
		} {
			if err := v.Verify(token[:dot+1]+b64(string(damaged)), nil); err == nil {
				t.Errorf("%s: the signature is %s and accepted", alg, name)
			}
		}
	}
}

func TestECDSASignaturesOutOfRange(t *testing.T) { // A26
	t.Parallel()
	private := ring().p256
	config := hs256Config()
	config.Algorithms, config.Key = []string{"ES256"}, private.Public()
	v := newVerifier(t, config)
	n := elliptic.P256().Params().N
	zero, one := big.NewInt(0), big.NewInt(1)
	values := []*big.Int{zero, one, new(big.Int).Sub(n, one), n, new(big.Int).Add(n, one)}
	signed := b64(`{"alg":"ES256"}`) + "." + b64(goodPayload)
	for _, r := range values {
		for _, s := range values {
			sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
			mustRefuse(t, v, signed+"."+b64(string(sig)), security.ErrInvalidToken)
		}
	}
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(nil, private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, v, signed+"."+b64(string(der)), security.ErrInvalidToken)
	mustAccept(t, v, signed+"."+b64(string(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))))
	wide := append(r.FillBytes(make([]byte, 33)), s.FillBytes(make([]byte, 33))...)
	mustRefuse(t, v, signed+"."+b64(string(wide)), security.ErrInvalidToken)
}

func TestPSSSaltIsAsLongAsTheHash(t *testing.T) { // A28
	t.Parallel()
	for _, alg := range []*jwt.SigningMethodRSAPSS{jwt.SigningMethodPS256, jwt.SigningMethodPS384, jwt.SigningMethodPS512} {
		config := hs256Config()
		config.Algorithms, config.Key = []string{alg.Name}, ring().rsa.Public()
		v := newVerifier(t, config)
		for _, length := range []int{0, 1, 20, alg.Hash.Size() - 1, alg.Hash.Size(), alg.Hash.Size() + 1} {
			salted := *alg.Options
			salted.SaltLength = length
			if length == 0 {
				continue // crypto/rsa takes 0 for "as long as possible"
			}
			method := &jwt.SigningMethodRSAPSS{SigningMethodRSA: alg.SigningMethodRSA, Options: &salted}
			signed := b64(fmt.Sprintf(`{"alg":%q}`, alg.Name)) + "." + b64(goodPayload)
			sig, err := method.Sign(signed, ring().rsa)
			if err != nil {
				t.Fatal(err)
			}
			if token := signed + "." + b64(string(sig)); length == alg.Hash.Size() {
				mustAccept(t, v, token)
			} else {
				mustRefuse(t, v, token, security.ErrInvalidToken)
			}
		}
	}
}

func TestEveryPartHasOneSpelling(t *testing.T) { // A29, A42
	t.Parallel()
	v := hs256Verifier(t)
	for _, token := range []string{ // of lengths that leave four and two bits in each part
		signHS256(`{"alg":"HS256","x":12}`, payloadWith("x", `"xxxx"`)),
		signHS256(`{"alg":"HS256","x":123}`, payloadWith("x", `"xxxxx"`)),
	} {
		mustAccept(t, v, token)
		mustHaveOneSpelling(t, v, strings.Split(token, "."))
	}
}

func mustHaveOneSpelling(t *testing.T, v *security.Verifier, parts []string) {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i, part := range parts {
		spellings := []string{part + "=", part + "==", "+" + part[1:], "/" + part[1:], "?" + part[1:], " " + part, part + " ", part + "\n", part + "\r",
			part[:5] + "\n" + part[5:], part[:5] + "\r\n" + part[5:], part + "\t", part[:5] + " " + part[5:], part + "\x00", part + "%3D", part[:4] + "=" + part[4:]}
		last := strings.IndexByte(alphabet, part[len(part)-1])
		switch len(part) % 4 {
		case 2:
			for bits := 1; bits < 16; bits++ {
				spellings = append(spellings, part[:len(part)-1]+string(alphabet[last^bits]))
			}
		case 3:
			for bits := 1; bits < 4; bits++ {
				spellings = append(spellings, part[:len(part)-1]+string(alphabet[last^bits]))
			}
		default:
			t.Fatalf("part %d has no bits that mean nothing", i)
		}
		for _, spelling := range spellings {
			other := slices.Clone(parts)
			other[i] = spelling
			mustRefuse(t, v, strings.Join(other, "."), security.ErrInvalidToken)
			// Nor does it help to sign the other spelling.
			if i < 2 {
				signed := other[0] + "." + other[1]
				mustRefuse(t, v, signed+"."+b64(string(macOf(testSecret(), signed))), security.ErrInvalidToken)
			}
		}
	}
}

func TestDots(t *testing.T) { // A30
	t.Parallel()
	v := hs256Verifier(t)
	good := signHS256(headerHS256, goodPayload)
	for _, token := range []string{
		"", ".", "..", "...", "a", "a.b", "a.b.", ".b.c", "a..c", "..c", "a.b.c.d", "a.b.c.d.e",
		"." + good, good + ".", good + ".AAAA", strings.ReplaceAll(good, ".", ".."),
		strings.Repeat(".", 10_000), strings.Repeat(".", 1<<20), strings.Repeat("a.", 1<<20),
	} {
		mustRefuse(t, v, token, security.ErrInvalidToken)
	}
}

// It is not parallel: it counts allocations.
func TestRefusingAMegabyteOfDotsCostsNoMore(t *testing.T) { // A30
	v := hs256Verifier(t)
	dots := strings.Repeat(".", 1<<20)
	short := testing.AllocsPerRun(20, func() { _ = v.Verify("..", nil) })
	if long := testing.AllocsPerRun(20, func() { _ = v.Verify(dots, nil) }); long > short+1 {
		t.Errorf("a megabyte of dots costs %v allocations, two dots %v", long, short)
	}
}

func TestAgeAndLifetime(t *testing.T) {
	t.Parallel()
	config := hs256Config()
	config.MaxAge, config.MaxLifetime = 10*time.Minute, time.Hour
	v := newVerifier(t, config)
	at := func(iat, exp int) string {
		return signHS256(headerHS256, fmt.Sprintf(`{"iss":"https://issuer.example","aud":"api","iat":%d,"exp":%d}`, iat, exp))
	}
	const n = 1_800_000_000
	mustAccept(t, v, at(n, n+3600))
	mustRefuse(t, v, at(n, n+3601), security.ErrInvalidToken) // A21
	mustAccept(t, v, at(n-629, n+60))
	mustRefuse(t, v, at(n-630, n+60), security.ErrExpiredToken) // A20
	mustRefuse(t, v, signHS256(headerHS256, payloadWith("iat", "")), security.ErrInvalidToken)
	config.MaxAge, config.MaxLifetime = math.MaxInt64, math.MaxInt64 // as some write "no limit"
	mustAccept(t, newVerifier(t, config), at(n, n+3600))             // A20, A21
}

func TestOptOuts(t *testing.T) {
	t.Parallel()
	config := hs256Config()
	config.Issuer, config.AnyIssuer = "", true
	config.Audience, config.AnyAudience = nil, true
	config.DangerouslyAllowNoExpiry = true
	v := newVerifier(t, config)
	mustAccept(t, v, signHS256(headerHS256, `{}`))
	mustAccept(t, v, signHS256(headerHS256, `{"iss":"anybody","aud":["x"]}`))
	mustRefuse(t, v, signHS256(headerHS256, `{"iss":5}`), security.ErrInvalidToken)
	mustRefuse(t, v, signHS256(headerHS256, `{"aud":5}`), security.ErrInvalidToken)
	mustRefuse(t, v, signHS256(headerHS256, `{"exp":1}`), security.ErrExpiredToken)
	mustRefuse(t, v, signHS256(headerHS256, `{"exp":null}`), security.ErrInvalidToken)
}

func TestRotation(t *testing.T) { // A46
	t.Parallel()
	oldKey := security.Key{ID: "2025", Algorithm: "RS256", Material: ring().rsa.Public()}
	newKey := security.Key{ID: "2026", Algorithm: "RS256", Material: ring().rsa2.Public()}
	verifierOf := func(keys ...security.Key) *security.Verifier {
		set, err := security.NewKeySet(keys...)
		if err != nil {
			t.Fatal(err)
		}
		config := hs256Config()
		config.Algorithms, config.Key, config.Keys = []string{"RS256"}, nil, set
		return newVerifier(t, config)
	}
	oldToken := signWith(t, "RS256", ring().rsa, `{"alg":"RS256","kid":"2025"}`, goodPayload)
	newToken := signWith(t, "RS256", ring().rsa2, `{"alg":"RS256","kid":"2026"}`, goodPayload)
	both := verifierOf(oldKey, newKey)
	mustAccept(t, both, oldToken)
	mustAccept(t, both, newToken)
	mustRefuse(t, verifierOf(newKey), oldToken, security.ErrInvalidToken)
	mustRefuse(t, both, signWith(t, "RS256", ring().rsa, `{"alg":"RS256","kid":"2026"}`, goodPayload), security.ErrInvalidToken)
}
