package oauth_test

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

// listening reads the banner of a program up to the address.
func listening(t *testing.T, said io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "listens at "); found {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return address
		}
	}
	t.Fatal("the program did not say where it listens")
	return ""
}

func algorithms() []string {
	return []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
}

func question(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const loginURL = "https://login.example.com"

// joseSigns asks jose for a token and the key that it is verified with.
func joseSigns(t *testing.T, jose *dialogue, algorithm string, claims map[string]any) (text string, set *security.KeySet) {
	t.Helper()
	var signed struct {
		Token, Error string
		JWK          json.RawMessage
	}
	jose.ask(t, question(t, map[string]any{"sign": map[string]any{"alg": algorithm, "claims": claims}}), &signed)
	if signed.Error != "" {
		t.Fatal(signed.Error)
	}
	set, err := security.ParseJWKSet([]byte(`{"keys":[` + string(signed.JWK) + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return signed.Token, set
}

func TestTokensOfJoseAreAccepted(t *testing.T) {
	t.Parallel()
	jose := talk(t, "jose.mjs")
	good := map[string]any{"iss": loginURL, "aud": films, "sub": "ada", "exp": time.Now().Add(time.Minute).Unix()}
	for _, algorithm := range algorithms() {
		verify := func(change map[string]any) error {
			claims := maps.Clone(good)
			maps.Copy(claims, change)
			text, set := joseSigns(t, jose, algorithm, claims)
			v, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{algorithm}, Keys: set, Issuer: loginURL, Audience: []string{films}})
			if err != nil {
				t.Fatalf("%s: %v", algorithm, err)
			}
			claimed, err := security.Verify[map[string]any](v, text)
			if err == nil && (*claimed)["sub"] != "ada" {
				t.Errorf("%s: the claims are %v", algorithm, *claimed)
			}
			return err
		}
		if err := verify(nil); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
		for name, change := range map[string]map[string]any{
			"expired": {"exp": 1}, "another API's": {"aud": shop}, "another issuer's": {"iss": shop},
		} {
			if verify(change) == nil {
				t.Errorf("%s: a token that is %s is accepted", algorithm, name)
			}
		}
	}
}

// material makes a key for an algorithm, and its JWK.
func material(t *testing.T, algorithm string) (private any, jwk map[string]string) {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	var signer crypto.Signer
	var err error
	switch {
	case strings.HasPrefix(algorithm, "HS"):
		secret := make([]byte, 64)
		_, _ = rand.Read(secret)
		return secret, map[string]string{"kty": "oct", "k": encode(secret)}
	case algorithm == "ES256":
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case algorithm == "ES384":
		signer, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case algorithm == "ES512":
		signer, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case strings.HasPrefix(algorithm, "Ed"):
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	default:
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	switch public := signer.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := len(point) / 2
		return signer, map[string]string{"kty": "EC", "crv": public.Curve.Params().Name, "x": encode(point[1 : 1+half]), "y": encode(point[1+half:])}
	case ed25519.PublicKey:
		return signer, map[string]string{"kty": "OKP", "crv": "Ed25519", "x": encode(public)}
	case *rsa.PublicKey:
		return signer, map[string]string{"kty": "RSA", "n": encode(public.N.Bytes()), "e": encode(big.NewInt(int64(public.E)).Bytes())}
	}
	panic("no such key")
}

func TestJoseAcceptsOurTokens(t *testing.T) {
	t.Parallel()
	jose := talk(t, "jose.mjs")
	for _, algorithm := range algorithms() {
		private, jwk := material(t, algorithm)
		issuer, err := token.NewIssuer(token.Config{
			Issuer: loginURL, Audience: []string{films},
			Kinds: []token.Kind{{Name: token.Access, Keys: []token.Key{{ID: "1", Algorithm: algorithm, Material: private}}}},
		})
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		mint, err := token.For[struct {
			Scope security.GrantedScopes `json:"scope"`
		}](issuer, token.Access)
		if err != nil {
			t.Fatal(err)
		}
		issued, err := mint.Issue("ada", struct {
			Scope security.GrantedScopes `json:"scope"`
		}{security.GrantedScopes{"films:read"}})
		if err != nil {
			t.Fatal(err)
		}
		var said struct {
			Error   string
			Payload struct {
				Sub, Iss string
				Scope    []string
			}
		}
		verify := map[string]any{"alg": algorithm, "token": issued.Text, "jwk": jwk, "issuer": loginURL, "audience": films}
		jose.ask(t, question(t, map[string]any{"verify": verify}), &said)
		if said.Error != "" || said.Payload.Sub != "ada" || !slices.Equal(said.Payload.Scope, []string{"films:read"}) {
			t.Errorf("%s: %+v", algorithm, said)
		}
		verify["audience"] = shop
		if jose.ask(t, question(t, map[string]any{"verify": verify}), &said); said.Error == "" {
			t.Errorf("%s: jose accepts a token for another audience", algorithm)
		}
	}
}
