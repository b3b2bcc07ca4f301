package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// A Key signs the tokens of one kind, or verifies those that it signed once. It
// prints without its material.
type Key struct {
	// ID is the kid that tokens name the key by (RFC 7515 §4.1.4). Empty means that
	// tokens name none.
	ID string

	// Algorithm is what the key signs with, such as "RS256". Empty means HS256 for a
	// secret, RS256 for an RSA key, ES256, ES384 or ES512 for an EC key by its curve,
	// and EdDSA for an Ed25519 key.
	Algorithm string

	// Material is the key itself: []byte for an HMAC secret, else *rsa.PrivateKey,
	// *ecdsa.PrivateKey or ed25519.PrivateKey. A key that only verifies any more may be
	// the public one.
	Material any
}

// String returns the ID of the key.
func (k Key) String() string { return fmt.Sprintf("key %q", k.ID) }

// Format writes what String returns for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// owned returns keys with octets of their own: programs wipe a secret when they have
// given it away.
func owned(keys []Key) []Key {
	keys = slices.Clone(keys)
	for i, k := range keys {
		switch m := k.Material.(type) {
		case []byte:
			keys[i].Material = slices.Clone(m)
		case ed25519.PrivateKey:
			keys[i].Material = slices.Clone(m)
		}
	}
	return keys
}

// algorithm returns the algorithm that the key is for.
func (k Key) algorithm() string {
	if k.Algorithm != "" {
		return k.Algorithm
	}
	switch m := k.public().(type) {
	case *rsa.PublicKey:
		return "RS256"
	case *ecdsa.PublicKey:
		return curveAlgorithm(m)
	case ed25519.PublicKey:
		return "EdDSA"
	}
	return "HS256"
}

func curveAlgorithm(k *ecdsa.PublicKey) string {
	if k == nil || k.Curve == nil {
		return "ES256"
	}
	switch k.Curve.Params().Name {
	case "P-384":
		return "ES384"
	case "P-521":
		return "ES512"
	}
	return "ES256"
}

// public returns what verifies: the public key, or the secret itself.
func (k Key) public() any {
	switch m := k.Material.(type) {
	case *rsa.PrivateKey:
		return publicOf(m)
	case *ecdsa.PrivateKey:
		return publicOf(m)
	case ed25519.PrivateKey:
		if len(m) == ed25519.PrivateKeySize {
			return m.Public()
		}
	}
	return k.Material
}

func publicOf[K interface {
	comparable
	crypto.Signer
}](k K) any {
	if k == *new(K) {
		return nil
	}
	return k.Public()
}

// verifying returns the key as verifiers take it.
func (k Key) verifying() security.Key {
	return security.Key{ID: k.ID, Algorithm: k.algorithm(), Material: k.public()}
}

// same reports whether two keys would accept each other's signatures.
func (k Key) same(other Key) bool {
	if secret, ok := k.Material.([]byte); ok {
		also, ok := other.Material.([]byte)
		return ok && string(secret) == string(also)
	}
	mine, ok := k.public().(interface{ Equal(crypto.PublicKey) bool })
	theirs := other.public()
	return ok && theirs != nil && mine.Equal(theirs)
}

// signer signs with one key.
type signer struct {
	method jwt.SigningMethod
	key    any
	header string // encoded, with its dot
}

// signer returns what signs tokens of the typ, or why the key cannot.
func (k Key) signer(typ string) (*signer, error) {
	method := jwt.GetSigningMethod(k.algorithm())
	if k.algorithm() == "Ed25519" { // RFC 9864 §2.2, unknown to the library
		method = jwt.SigningMethodEdDSA
	}
	if method == nil {
		return nil, fmt.Errorf("there is no algorithm %q for signatures", k.algorithm())
	}
	if _, err := method.Sign("probe", k.Material); err != nil {
		return nil, errors.New("it cannot sign; the first key of a kind is a secret or a private key")
	}
	header, err := codec.Marshal(struct {
		Algorithm string `json:"alg"`
		Type      string `json:"typ"`
		KeyID     string `json:"kid,omitempty"`
	}{k.algorithm(), typ, k.ID})
	return &signer{method, k.Material, base64.RawURLEncoding.EncodeToString(header) + "."}, err
}

// sign returns the token with this payload.
func (s *signer) sign(payload []byte) (string, error) {
	signed := s.header + base64.RawURLEncoding.EncodeToString(payload)
	signature, err := s.method.Sign(signed, s.key)
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// ParseSecret returns the octets of a secret as configurations hold it: "hex:"
// followed by hexadecimal digits, or "base64:" followed by Base64 in the alphabet
// of RFC 4648 §4 or §5, with or without padding. A secret without such a prefix is
// an error, as are fewer than 32 octets: text that people type is no key.
//
//	export TOKEN_SECRET=hex:$(openssl rand -hex 32)
//
// The error holds no part of the text.
func ParseSecret(text string) ([]byte, error) {
	encoding, digits, _ := strings.Cut(text, ":")
	var secret []byte
	var err error
	switch encoding {
	case "hex":
		secret, err = hex.DecodeString(digits)
	case "base64":
		secret, err = decodeBase64(digits)
	default:
		return nil, errors.New("the secret does not say how it is encoded; write hex: or base64: in front, as in hex:$(openssl rand -hex 32)")
	}
	if err != nil {
		return nil, fmt.Errorf("the secret holds what is not %s", encoding)
	}
	if len(secret) < secretBytes {
		return nil, fmt.Errorf("the secret has %d octets, and needs at least %d random ones (RFC 7518 §3.2)", len(secret), secretBytes)
	}
	return secret, nil
}

// secretBytes is what HS256 needs.
const secretBytes = sha256.Size

func decodeBase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // the decoder passes over them
		return nil, base64.CorruptInputError(0)
	}
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// derive returns the secret of a kind: HKDF (RFC 5869) with the name of the kind
// as its label, so that no kind's key tells anything about another's.
func derive(k Key, kind string) (Key, error) {
	secret, ok := k.Material.([]byte)
	if !ok {
		return Key{}, fmt.Errorf("%T is no secret: want []byte", k.Material)
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, "mortise token kind "+kind, secretBytes)
	return Key{ID: k.ID, Algorithm: "HS256", Material: derived}, err
}
