package security

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// A Key is one key that tokens may be signed with. It prints without its
// material.
type Key struct {
	// ID is the kid that tokens name the key by (RFC 7515 §4.1.4). Empty means that
	// the key is for tokens that name none, or none that another key has.
	ID string

	// Algorithm restricts the key to one algorithm, as the alg of a JWK does. Empty
	// means every algorithm that goes with the key and that the [Verifier] allows.
	Algorithm string

	// Material is the key itself: []byte for an HMAC secret, else *rsa.PublicKey,
	// *ecdsa.PublicKey or ed25519.PublicKey.
	Material any
}

// String returns the ID, the algorithm and the kind of the key.
func (k Key) String() string {
	return fmt.Sprintf("key %q (%s)", k.ID, k.kind())
}

// Format writes what String returns for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue returns what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// owned returns the key with octets of its own: programs wipe a secret, or read the
// next one into the same memory.
func (k Key) owned() Key {
	switch m := k.Material.(type) {
	case []byte:
		k.Material = slices.Clone(m)
	case ed25519.PublicKey:
		k.Material = slices.Clone(m)
	}
	return k
}

func (k Key) kind() string {
	kind := map[family]string{familyHMAC: "HMAC", familyRSA: "RSA", familyEC: "EC", familyEd25519: "Ed25519"}[familyOf(k.Material)]
	if kind == "" {
		kind = "of no use"
	}
	if k.Algorithm != "" {
		return kind + " for " + k.Algorithm
	}
	return kind
}

func familyOf(material any) family {
	switch material.(type) {
	case []byte:
		return familyHMAC
	case *rsa.PublicKey:
		return familyRSA
	case *ecdsa.PublicKey:
		return familyEC
	case ed25519.PublicKey:
		return familyEd25519
	}
	return 0
}

// admit returns the algorithms that the key may be used with, or why it may not be
// used at all.
func (k Key) admit() ([]algorithm, error) {
	if err := k.checkID(); err != nil {
		return nil, err
	}
	if err := checkMaterial(k.Material); err != nil {
		return nil, err
	}
	if k.Algorithm == "" {
		return k.suitable()
	}
	a, ok := algorithmOf(k.Algorithm)
	if !ok {
		return nil, fmt.Errorf("algorithm %q does not exist or is not for signatures; there are %s", k.Algorithm, algorithmNames())
	}
	if err := k.checkAlgorithm(a); err != nil {
		return nil, err
	}
	return []algorithm{a}, nil
}

func (k Key) checkID() error {
	if k.ID != "" && checkKeyID(k.ID) != nil {
		return fmt.Errorf("ID %.40q is longer than %d octets or holds control characters, so no token can name it", k.ID, maxKeyID)
	}
	return nil
}

// suitable returns all algorithms for the key.
func (k Key) suitable() ([]algorithm, error) {
	fit := slices.DeleteFunc(algorithms(), func(a algorithm) bool { return k.checkAlgorithm(a) != nil })
	if len(fit) > 0 {
		return fit, nil
	}
	return nil, k.checkAlgorithm(algorithms()[0])
}

// checkAlgorithm returns why the key cannot be used with a.
func (k Key) checkAlgorithm(a algorithm) error {
	if familyOf(k.Material) != a.family {
		return fmt.Errorf("%s needs another kind of key than this one (%s)", a.name, k.kind())
	}
	switch m := k.Material.(type) {
	case []byte:
		if len(m) < a.hash.Size() {
			return fmt.Errorf("the secret has %d octets, and %s needs at least %d random ones (RFC 7518 §3.2)", len(m), a.name, a.hash.Size())
		}
	case *ecdsa.PublicKey:
		if m.Curve != a.curve {
			return fmt.Errorf("%s needs a key on the curve %s (RFC 7518 §3.4)", a.name, a.curve.Params().Name)
		}
	}
	return nil
}

// checkMaterial returns why a key is of no use whatever the algorithm.
func checkMaterial(material any) error {
	switch m := material.(type) {
	case []byte:
		return checkSecret(m)
	case *rsa.PublicKey:
		return checkRSA(m)
	case *ecdsa.PublicKey:
		return checkEC(m)
	case ed25519.PublicKey:
		return checkEd25519(m)
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey, *ed25519.PrivateKey:
		return fmt.Errorf("a %T signs tokens; whoever only verifies them gets its Public() key", m)
	case string:
		return errors.New("a string is no key: give an HMAC secret as []byte, and read the PEM text of a public key with crypto/x509")
	case nil:
		return errors.New("there is no key material")
	}
	return fmt.Errorf("%T is no key: want []byte, *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey", material)
}

// checkSecret refuses HMAC secrets that are public keys in disguise: everybody has
// those. Their length depends on the algorithm; see checkAlgorithm.
func checkSecret(secret []byte) error {
	if len(secret) == 0 {
		return errors.New("the HMAC secret is empty")
	}
	if block, _ := pem.Decode(secret); block != nil {
		return fmt.Errorf("the HMAC secret is the PEM text of a %s; parse it with crypto/x509 and give the key that it holds", block.Type)
	}
	if bytes.Contains(secret, []byte("-----BEGIN ")) { // which is no PEM to pem.Decode
		return errors.New("the HMAC secret is a PEM text whose line ends are gone or written as \\n, as in a variable of the environment; restore them, parse it with crypto/x509 and give the key that it holds")
	}
	if isDER(secret) || isDER(fromBase64(secret)) {
		return errors.New("the HMAC secret is a key or certificate in DER; parse it with crypto/x509 and give the key that it holds")
	}
	if isJWK(secret) {
		return errors.New("the HMAC secret is the text of a JWK; use ParseJWKSet")
	}
	return nil
}

// fromBase64 returns what stands between the lines of a PEM text, nil for anything
// else.
func fromBase64(text []byte) []byte {
	data, err := base64.StdEncoding.DecodeString(string(text)) // passes over line ends
	if err != nil {
		return nil
	}
	return data
}

func isDER(data []byte) bool {
	_, pkix := x509.ParsePKIXPublicKey(data)
	_, pkcs1 := x509.ParsePKCS1PublicKey(data)
	_, cert := x509.ParseCertificate(data)
	_, pkcs8 := x509.ParsePKCS8PrivateKey(data)
	return pkix == nil || pkcs1 == nil || cert == nil || pkcs8 == nil
}

// isJWK reports whether data is a JSON object with one of the members that make a
// JWK or a set of them.
func isJWK(data []byte) bool {
	found := false
	var m members
	for m.open(data); m.next(); {
		found = found || string(m.name) == "kty" || string(m.name) == "keys"
	}
	return m.err == nil && found
}

// checkEC refuses points that are not on their curve, and the one at infinity.
func checkEC(k *ecdsa.PublicKey) error {
	//nolint:staticcheck // Reading X and Y is the only way to see that they are nil; ECDH would panic.
	if k == nil || k.Curve == nil || k.X == nil || k.Y == nil {
		return errors.New("the EC key is nil or incomplete")
	}
	if _, err := k.ECDH(); err != nil { // checks the point; the result is not used
		return errors.New("the EC key is not a point on the curve P-256, P-384 or P-521")
	}
	return nil
}
