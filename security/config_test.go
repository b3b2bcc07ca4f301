package security_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
)

func pemOf(t *testing.T, key any) (text, der []byte) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), der
}

func TestConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	pemText, der := pemOf(t, ring().rsa.Public())
	emptySet, _, err := security.ParseRemoteJWKSet([]byte(`{"keys":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*security.VerifierConfig)
		want   string
	}{
		{"no algorithms", func(c *security.VerifierConfig) { c.Algorithms = nil }, "Algorithms is empty; name those"},                // A24
		{"an empty list of algorithms", func(c *security.VerifierConfig) { c.Algorithms = []string{} }, "Algorithms is empty"},       // A24
		{"no issuer", func(c *security.VerifierConfig) { c.Issuer = "" }, "Issuer is empty; name the issuer, or set AnyIssuer"},      // A24
		{"no audience", func(c *security.VerifierConfig) { c.Audience = nil }, "Audience is empty; name this API"},                   // A24
		{"an empty list of audiences", func(c *security.VerifierConfig) { c.Audience = []string{} }, "Audience is empty"},            // A24
		{"an empty audience", func(c *security.VerifierConfig) { c.Audience = []string{"api", ""} }, "Audience holds an empty name"}, // A24
		{"no types", func(c *security.VerifierConfig) { c.Types = []string{} }, "Types is empty"},                                    // A24
		{"issuer and any issuer", func(c *security.VerifierConfig) { c.AnyIssuer = true }, "contradict each other"},
		{"audience and any audience", func(c *security.VerifierConfig) { c.AnyAudience = true }, "contradict each other"},
		{"the algorithm none", func(c *security.VerifierConfig) { c.Algorithms = []string{"none"} }, `"none" is not one of HS256, `}, // A1
		{"an unknown algorithm", func(c *security.VerifierConfig) { c.Algorithms = []string{"hs256"} }, `"hs256" is not one of`},
		{"an algorithm twice", func(c *security.VerifierConfig) { c.Algorithms = []string{"HS256", "HS256"} }, "listed twice"},
		{"HMAC beside RSA", func(c *security.VerifierConfig) { c.Algorithms = []string{"HS256", "RS256"} }, "mixes HMAC with signatures"}, // A2
		{"no key", func(c *security.VerifierConfig) { c.Key = nil }, "Key is nil; give the key"},
		{"key and keys", func(c *security.VerifierConfig) { c.Keys = emptySet }, "Key, Keys and Source exclude each other"},
		{"an empty set", func(c *security.VerifierConfig) { c.Key, c.Keys = nil, emptySet }, "there is no key for HS256; the set is empty"},
		{"an empty secret", func(c *security.VerifierConfig) { c.Key = []byte{} }, "the HMAC secret is empty"},                                                                                        // A34
		{"a secret of 31 octets", func(c *security.VerifierConfig) { c.Key = testSecret()[:31] }, "the secret has 31 octets, and HS256 needs at least 32"},                                            // A34
		{"a secret too short for HS512", func(c *security.VerifierConfig) { c.Algorithms = []string{"HS512"} }, "the secret has 32 octets, and HS512 needs at least 64"},                              // A34
		{"one algorithm of two that the key is too short for", func(c *security.VerifierConfig) { c.Algorithms = []string{"HS256", "HS384"} }, "there is no key for HS384: the secret has 32 octets"}, // A34
		{"PEM as a secret", func(c *security.VerifierConfig) { c.Key = pemText }, "the PEM text of a PUBLIC KEY"},                                                                                     // A34
		{"PEM in one line as a secret", func(c *security.VerifierConfig) { c.Key = bytes.ReplaceAll(pemText, []byte("\n"), []byte(`\n`)) }, "a PEM text whose line ends are gone or written as"},      // A34
		{"PEM with spaces for line ends as a secret", func(c *security.VerifierConfig) { c.Key = bytes.ReplaceAll(pemText, []byte("\n"), []byte(" ")) }, "a PEM text whose line ends are gone"},       // A34
		{"what PEM holds as a secret", func(c *security.VerifierConfig) { c.Key = []byte(base64.StdEncoding.EncodeToString(der)) }, "a key or certificate in DER"},                                    // A34
		{"what PEM holds in its lines as a secret", func(c *security.VerifierConfig) {
			c.Key = bytes.Join(bytes.Split(pemText, []byte("\n"))[1:8], []byte("\n"))
		}, "a key or certificate in DER"}, // A34
		{"DER as a secret", func(c *security.VerifierConfig) { c.Key = der }, "a key or certificate in DER"},                                               // A34
		{"a JWK as a secret", func(c *security.VerifierConfig) { c.Key = []byte(`{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAAAAAAA"}`) }, "the text of a JWK"}, // A34
		{"a secret as a string", func(c *security.VerifierConfig) { c.Key = string(testSecret()) }, "a string is no key"},
		{"a private key", func(c *security.VerifierConfig) { c.Key = ring().rsa }, "a *rsa.PrivateKey signs tokens"},
		{"no key at all", func(c *security.VerifierConfig) { c.Key = 5 }, "int is no key: want []byte"},
		{"an RSA key for HMAC", func(c *security.VerifierConfig) { c.Key = ring().rsa.Public() }, "none of HS256 goes with key 1"}, // A2
		{"a secret for RSA", func(c *security.VerifierConfig) { c.Algorithms = []string{"RS256"} }, "RS256 needs another kind of key than this one (HMAC)"},
		{"an EC key of another curve", func(c *security.VerifierConfig) { c.Algorithms, c.Key = []string{"ES256"}, ring().p384.Public() }, "ES256 needs a key on the curve P-256"}, // A35
		{"a famous secret", func(c *security.VerifierConfig) { c.Key = []byte("your-256-bit-secret-your-256-bit-secret") }, "a secret that everybody knows"},                       // A47
		{"a leeway of three minutes", func(c *security.VerifierConfig) { c.Leeway = 3 * time.Minute }, "Leeway is 3m0s; want 0 to 2m0s"},                                           // A17
		{"a negative leeway", func(c *security.VerifierConfig) { c.Leeway = -time.Second }, "Leeway is -1s"},
		{"a negative age", func(c *security.VerifierConfig) { c.MaxAge = -time.Second }, "MaxAge is -1s"},
		{"a negative lifetime", func(c *security.VerifierConfig) { c.MaxLifetime = -time.Second }, "MaxLifetime is -1s"},
		{"a lifetime without expiry", func(c *security.VerifierConfig) { c.MaxLifetime, c.DangerouslyAllowNoExpiry = time.Hour, true }, "contradict each other"},
		{"a negative length", func(c *security.VerifierConfig) { c.MaxTokenBytes = -1 }, "MaxTokenBytes is -1"},
		{"a megabyte of token", func(c *security.VerifierConfig) { c.MaxTokenBytes = 1 << 20 }, "MaxTokenBytes is 1048576; want 0 to 65536"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := hs256Config()
			tt.change(&config)
			v, err := security.NewVerifier(config)
			if v != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("NewVerifier = %v, %v, want an error with %q", v, err, tt.want)
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "VerifierConfig.") || strings.HasSuffix(strings.TrimSpace(line), ".") {
					t.Errorf("the message %q does not say where, or ends with a full stop", line)
				}
			}
		})
	}
}

func TestAllMistakesOfAConfigAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := security.NewVerifier(security.VerifierConfig{Leeway: time.Hour, MaxTokenBytes: -1})
	if err == nil {
		t.Fatal("the zero config is accepted")
	}
	for _, want := range []string{"Algorithms", "Issuer", "Audience", "Leeway", "MaxTokenBytes", "Key"} {
		if !strings.Contains(err.Error(), "VerifierConfig."+want+" ") {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestMixedSetsAreRefused(t *testing.T) { // A31, A2
	t.Parallel()
	_, err := security.NewKeySet(
		security.Key{ID: "a", Material: testSecret()},
		security.Key{ID: "b", Material: ring().rsa.Public()})
	if err == nil || !strings.Contains(err.Error(), "HMAC secrets and public keys") {
		t.Errorf("NewKeySet = %v", err)
	}
}

func TestKeySetsThatAreRefused(t *testing.T) {
	t.Parallel()
	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := ring().rsa.Public()
	for name, tt := range map[string]struct {
		keys []security.Key
		want string
	}{
		"no keys":                {nil, "the key set is empty"},
		"an ID twice":            {[]security.Key{{ID: "a", Material: public}, {ID: "a", Material: ring().rsa2.Public()}}, `the ID "a" occurs twice`}, // A32
		"an unknown algorithm":   {[]security.Key{{ID: "a", Algorithm: "RSA1_5", Material: public}}, `algorithm "RSA1_5" does not exist`},
		"another algorithm":      {[]security.Key{{ID: "a", Algorithm: "ES256", Material: public}}, "ES256 needs another kind of key"}, // A35
		"another curve":          {[]security.Key{{ID: "a", Material: small.Public()}}, "not a point on the curve"},
		"nothing":                {[]security.Key{{ID: "a"}}, "there is no key material"},
		"a nil RSA key":          {[]security.Key{{ID: "a", Material: ring().rsa.Public()}, {ID: "b", Material: (*ecdsa.PublicKey)(nil)}}, "the EC key is nil"},
		"a control character":    {[]security.Key{{ID: "a\n", Material: public}}, "control characters"},
		"101 keys":               {make([]security.Key, 101), "has 101 keys, and may have 100"},
		"a secret that is short": {[]security.Key{{ID: "a", Algorithm: "HS384", Material: testSecret()}}, "HS384 needs at least 48"},
	} {
		if _, err := security.NewKeySet(tt.keys...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: NewKeySet = %v, want %q", name, err, tt.want)
		}
	}
}

func TestKeySetDescribesItself(t *testing.T) {
	t.Parallel()
	set, err := security.NewKeySet(
		security.Key{ID: "r", Algorithm: "RS256", Material: ring().rsa.Public()},
		security.Key{Material: ring().p256.Public()},
		security.Key{ID: "e", Material: ring().ed25519.Public()})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(set.Algorithms(), " "); got != "RS256 ES256 EdDSA Ed25519" {
		t.Errorf("Algorithms() = %s", got)
	}
	if got := strings.Join(set.IDs(), " "); got != "r e" || set.Len() != 3 {
		t.Errorf("IDs() = %s, Len() = %d", got, set.Len())
	}
}

// octets are what a text stands for.
func octets(decode func(string) ([]byte, error), text string) string {
	data, err := decode(text)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestWellKnownSecretsAreRefused(t *testing.T) { // A47
	t.Parallel()
	for _, secret := range []string{
		"secretsecretsecretsecretsecretsecret",
		"SECRETSECRETSECRETSECRETSECRETSECRET",
		"secret" + strings.Repeat("\x00", 26),
		"secret" + strings.Repeat("0", 26),
		"changeme-changeme-changeme-changeme",
		"change_me_in_production_please_1234",
		"please-change-me-please-change-me!!",
		"your-256-bit-secret-your-256-bit-secret",
		"your-super-secret-key-change-this-in-production",
		"my-very-long-secret-key-for-testing-12345",
		"a-string-secret-at-least-256-bits-long",
		"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
		"12345678901234567890123456789012",
		"abcdefghijklmnopqrstuvwxyz0123456789",
		"p@sswordp@sswordp@sswordp@ssword",
		"supersecretjwtsigningkeyforthedemoapplication",
		"do-not-use-this-secret-in-production",
		"insert-your-secret-key-here-please-123",
		"generate_a_random_secret_and_put_it_here",
		"keep-it-secret-keep-it-safe-1234567890",
		"YOUR_SECRET_KEY_HERE_MAKE_IT_LONG_AND_RANDOM",
		"never-commit-this-secret-to-git-please",
		"enter-a-key-of-more-than-32-characters",
		"no-one-will-ever-guess-this-secret-key",
		"0123456789abcdef0123456789abcdef",
		"qwertyuiopqwertyuiopqwertyuiop1234567890",
		"django-insecure-k3j4h5k34j5h34kj5h34kj5h",
		"secretsecretsecretsecretsecretsecret\n", // as a file has it
		"secretsecretsecret\r\nsecretsecretsecret\r\n",
		"\ufeffyour-256-bit-secret-your-256-bit-secret",
		"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
		"404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
		octets(hex.DecodeString, "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"),
		octets(hex.DecodeString, "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970"),
		octets(base64.StdEncoding.DecodeString, "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970"),
		octets(base64.StdEncoding.DecodeString, "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"),
		strings.Repeat("\x00", 32),
		strings.Repeat("x", 64),
		strings.Repeat("abc", 20),
		strings.Repeat("\x01\xff", 16),
	} {
		if !security.IsWellKnown([]byte(secret)) {
			t.Errorf("%q is accepted", secret)
		}
	}
}

func TestRandomSecretsAreNeverRefused(t *testing.T) { // A47
	t.Parallel()
	for range 20_000 {
		var secret [32]byte
		if _, err := rand.Read(secret[:]); err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{secret[:], []byte(hex.EncodeToString(secret[:])), []byte(b64(string(secret[:]))), []byte(rand.Text() + rand.Text())} {
			if security.IsWellKnown(form) {
				t.Fatalf("%q is refused", form)
			}
		}
	}
}
