package security_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// keysElsewhere is a source whose keys change when the test says so.
type keysElsewhere struct {
	mu     sync.Mutex
	now    *security.KeySet
	next   *security.KeySet // what looking finds
	err    error
	sought []string
}

func (k *keysElsewhere) KeySet() *security.KeySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *keysElsewhere) Missing(ctx context.Context, id string) (*security.KeySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sought = append(k.sought, id)
	if k.err != nil {
		return nil, errors.Join(k.err, ctx.Err())
	}
	if k.next != nil {
		k.now = k.next
	}
	return k.now, nil
}

type keyPair struct {
	id      string
	private *ecdsa.PrivateKey
}

func newKeyPair(t *testing.T, id string) keyPair {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{id, k}
}

func publicSet(t *testing.T, pairs ...keyPair) *security.KeySet {
	t.Helper()
	var keys []security.Key
	for _, p := range pairs {
		keys = append(keys, security.Key{ID: p.id, Material: &p.private.PublicKey})
	}
	set, err := security.NewKeySet(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (k keyPair) sign(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	all := jwt.MapClaims{"iss": "https://issuer.example", "aud": "api", "exp": clock().Add(time.Minute).Unix()}
	maps.Copy(all, claims)
	token := jwt.NewWithClaims(jwt.SigningMethodES256, all)
	if k.id != "" {
		token.Header["kid"] = k.id
	}
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sourced(t *testing.T, s security.KeySource) *security.Verifier {
	t.Helper()
	return newVerifier(t, security.VerifierConfig{Algorithms: []string{"ES256"}, Source: s, Issuer: "https://issuer.example", Audience: []string{"api"}, Clock: clock})
}

func TestKeysOfASourceMayChange(t *testing.T) { // A105
	t.Parallel()
	first, second := newKeyPair(t, "1"), newKeyPair(t, "2")
	source := &keysElsewhere{now: publicSet(t, first), next: publicSet(t, second)}
	v := sourced(t, source)
	old, fresh := first.sign(t, nil), second.sign(t, nil)
	for range 2 {
		if err := v.Verify(old, nil); err != nil || len(source.sought) > 0 {
			t.Fatalf("with the first set: %v, sought %q", err, source.sought)
		}
	}
	for range 2 {
		if err := v.Verify(fresh, nil); err != nil || strings.Join(source.sought, " ") != "2" {
			t.Errorf("with the second set: %v, sought %q", err, source.sought)
		}
	}
	mustRefuse(t, v, old, security.ErrInvalidToken) // though its header was known
}

func TestASourceIsAskedOnlyForWhatAKeyWouldMakeGood(t *testing.T) { // A102
	t.Parallel()
	known, stranger := newKeyPair(t, "1"), newKeyPair(t, "1")
	unknown := newKeyPair(t, "2")
	source := &keysElsewhere{now: publicSet(t, known)}
	v := sourced(t, source)
	for name, token := range map[string]string{
		"a bad signature":               stranger.sign(t, nil),
		"an unknown key and a past exp": unknown.sign(t, jwt.MapClaims{"exp": clock().Add(-time.Hour).Unix()}),
		"an unknown key, other issuer":  unknown.sign(t, jwt.MapClaims{"iss": "https://other.example"}),
		"an unknown key, other API":     unknown.sign(t, jwt.MapClaims{"aud": "shop"}),
		"another algorithm":             signHS256(`{"alg":"HS256","kid":"3"}`, goodPayload),
		"no token":                      "abc",
	} {
		if err := v.Verify(token, nil); !errors.Is(err, security.ErrInvalidToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(source.sought) > 0 {
		t.Errorf("sought %q", source.sought)
	}
	mustRefuse(t, v, unknown.sign(t, nil), security.ErrInvalidToken)
	if strings.Join(source.sought, " ") != "2" {
		t.Errorf("sought %q, want the unknown key", source.sought)
	}
}

func TestASourceThatFailsIsNoRefusal(t *testing.T) {
	t.Parallel()
	source := &keysElsewhere{err: problem.ServiceUnavailable(time.Second)}
	v := sourced(t, source)
	_, err := security.VerifyContext[struct{}](t.Context(), v, newKeyPair(t, "").sign(t, nil))
	if p := problem.From(err); p.Status != http.StatusServiceUnavailable || errors.Is(err, security.ErrInvalidToken) {
		t.Errorf("Verify = %v, want the 503 of the source", err)
	}
	if len(source.sought) != 1 || source.sought[0] != "" {
		t.Errorf("sought %q, want one token without kid", source.sought)
	}
}

func TestASourceGivesNoSecrets(t *testing.T) {
	t.Parallel()
	_, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{"HS256"}, Source: &keysElsewhere{}, AnyIssuer: true, AnyAudience: true})
	if err == nil || !strings.Contains(err.Error(), "Source gives public keys") {
		t.Errorf("NewVerifier = %v", err)
	}
}

func TestChallengesNameTheMetadataOfTheResource(t *testing.T) {
	t.Parallel()
	v := newVerifier(t, security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: testSecret(), AnyIssuer: true, AnyAudience: true,
		ResourceMetadata: "https://api.example/.well-known/oauth-protected-resource",
	})
	const want = `Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource", ` +
		`error="invalid_token", error_description="The access token is invalid"`
	refusal, ok := errors.AsType[*security.Refusal](v.Verify("no.such.token", nil))
	if !ok || refusal.Challenges()[0].String() != want {
		t.Errorf("Challenges() = %q, want %s", refusal.Challenges(), want)
	}
}
