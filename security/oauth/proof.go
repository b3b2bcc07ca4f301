package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// proof are the claims of a DPoP proof (RFC 9449 §4.2), whose signature is good.
type proof struct {
	ID     string `json:"jti"`
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Token  string `json:"ath"`
	Nonce  string `json:"nonce"`

	thumbprint string
}

const maxProofID = 256

var (
	errNoProof    = errors.New("there is not exactly one DPoP field with a proof")
	errProofKey   = errors.New("the proof's header holds no public key that can be used (RFC 9449 §4.3)")
	errProofID    = errors.New("the proof's jti is missing, or too long")
	errProofFor   = errors.New("the proof is for another method or URL")
	errProofToken = errors.New("the proof is for another token, or for none")
)

// verify returns the proof if its own key signed it. The verifier of package security
// does that, with the one key that the header brings.
func (d *dpop) verify(text string) (proof, error) {
	var p proof
	if text == "" || len(text) > maxToken {
		return p, errNoProof
	}
	header, _, _ := strings.Cut(text, ".")
	algorithm, jwk, err := readProofHeader(header)
	if err != nil {
		return p, err
	}
	verifier, err := d.verifierOf(algorithm, jwk)
	if err != nil {
		return p, err
	}
	claims, err := security.Verify[proof](verifier, text)
	if err != nil {
		return p, err
	}
	claims.thumbprint, err = thumbprint(jwk)
	return *claims, err
}

// readProofHeader returns the algorithm and the key, as yet to be checked.
func readProofHeader(text string) (algorithm string, jwk []byte, err error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", nil, errProofKey
	}
	var header struct {
		Algorithm string `json:"alg"`
		JWK       member `json:"jwk"`
	}
	if err := codec.Decode(data, &header, codec.Options{MaxDepth: maxDepth}); err != nil || header.JWK == nil {
		return "", nil, errProofKey
	}
	return header.Algorithm, header.JWK, nil
}

// verifierOf admits the key: a public one, strong enough, that goes with one of the
// algorithms.
func (d *dpop) verifierOf(algorithm string, jwk []byte) (*security.Verifier, error) {
	if !slices.Contains(d.Algorithms, algorithm) {
		return nil, fmt.Errorf("the proof's alg is %.40q; want %s", algorithm, strings.Join(d.Algorithms, ", "))
	}
	set, err := security.ParseJWKSet(fmt.Appendf(nil, `{"keys":[%s]}`, jwk))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProofKey, err)
	}
	return security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{algorithm}, Keys: set, Types: []string{"dpop+jwt"},
		AnyIssuer: true, AnyAudience: true, DangerouslyAllowNoExpiry: true, // a proof has none of these, and an age
		MaxAge: proofAge, Leeway: proofLeeway,
	})
}

// thumbprint returns that of a JWK that was admitted (RFC 7638 §3).
func thumbprint(jwk []byte) (string, error) {
	var k struct {
		Kty string `json:"kty"`
		Crv string `json:"crv"`
		X   string `json:"x"`
		Y   string `json:"y"`
		N   string `json:"n"`
		E   string `json:"e"`
	}
	if err := codec.Decode(jwk, &k, codec.Options{MaxDepth: maxDepth}); err != nil {
		return "", errProofKey
	}
	// The values are Base64url and names of curves, so nothing has to be escaped.
	canonical := fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q}`, k.Crv, k.Kty, k.X)
	switch k.Kty {
	case "RSA":
		canonical = fmt.Sprintf(`{"e":%q,"kty":%q,"n":%q}`, k.E, k.Kty, k.N)
	case "EC":
		canonical = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q,"y":%q}`, k.Crv, k.Kty, k.X, k.Y)
	}
	return digest(canonical), nil
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// judge compares a proof with the request (RFC 9449 §4.3).
func (d *dpop) judge(p proof, r *http.Request, token security.BearerToken) error {
	if p.ID == "" || len(p.ID) > maxProofID {
		return errProofID
	}
	ours, err := normalURL(strings.TrimSuffix(d.Origin, "/") + r.URL.EscapedPath())
	if err != nil {
		return errProofFor
	}
	theirs, err := normalURL(p.URL)
	if err != nil || theirs != ours || p.Method != r.Method {
		return errProofFor
	}
	if p.Token != digest(string(token)) {
		return errProofToken
	}
	return nil
}

// normalURL returns a URL without query and fragment, in the form in which it can be
// compared (RFC 3986 §6.2.2, §6.2.3). A host outside of ASCII is none.
func normalURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", errProofFor
	}
	foreign := func(r rune) bool { return r > '~' } // some become ASCII in lower case
	if strings.ContainsFunc(u.Host, foreign) {
		return "", errProofFor
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		host += ":" + port
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path, nil
}

// id names a proof: its jti counts for its key alone.
func (p proof) id() [32]byte { return sha256.Sum256([]byte(p.thumbprint + "." + p.ID)) }

const nonceAge = 5 * time.Minute

// newNonce returns the time with a code that proves that it is ours, so that nothing
// has to be remembered.
func newNonce(secret []byte, now time.Time) string {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(max(now.Unix(), 0)))
	return base64.RawURLEncoding.EncodeToString(append(stamp, nonceCode(secret, stamp)...))
}

func nonceCode(secret, stamp []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(stamp) // never fails, says hash.Hash
	return mac.Sum(nil)[:16]
}

func isNonce(secret []byte, text string, now time.Time) bool {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != 8+16 || !hmac.Equal(data[8:], nonceCode(secret, data[:8])) {
		return false
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(data)), 0) //nolint:gosec // it is one of ours
	return now.Sub(made).Abs() <= nonceAge
}

// used remembers proofs for one process. Each write forgets a few of those whose
// time has come, more than it adds.
type used struct {
	mu    sync.Mutex
	until map[[32]byte]time.Time
}

func newUsed() *used { return &used{until: make(map[[32]byte]time.Time)} }

// First never fails.
func (u *used) First(_ context.Context, id [32]byte, until time.Time) (bool, error) {
	now := time.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	if t, ok := u.until[id]; ok && now.Before(t) {
		return false, nil
	}
	looked := 0
	for old, t := range u.until { // in random order
		if !now.Before(t) {
			delete(u.until, old)
		}
		if looked++; looked == 4 {
			break
		}
	}
	u.until[id] = until
	return true, nil
}
