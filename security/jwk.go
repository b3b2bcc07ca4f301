package security

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/mortise-go/mortise/internal/codec"
)

// ParseJWKSet returns the keys of a JWK set (RFC 7517 §5) that belongs to this
// program's configuration. Every mistake counts, and the error joins them all: a
// key that is not admitted, an ID that occurs twice, secrets beside public keys.
//
// A key is admitted if it is for signatures (use, key_ops, alg), if its type goes
// with its algorithm, if it is strong enough, and if it holds no private part.
// Members that RFC 7517 does not know are passed over.
func ParseJWKSet(data []byte) (*KeySet, error) {
	entries, err := readJWKSet(data)
	if err != nil {
		return nil, err
	}
	var keys []Key
	var mistakes []error
	for i, raw := range entries {
		k, err := readJWK(raw)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("key %d (kid %.40q): %w", i+1, k.ID, err))
			continue
		}
		keys = append(keys, k)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return NewKeySet(keys...)
}

// ParseRemoteJWKSet returns the usable keys of a JWK set that somebody else
// publishes. A key that is not admitted (see [ParseJWKSet]) does not spoil the
// others: it is left out, as are all keys that share an ID and all HMAC secrets,
// which nobody publishes on purpose. What was left out, and why, is refused. The
// set may end up empty. The error is for data that is not a JWK set at all.
func ParseRemoteJWKSet(data []byte) (set *KeySet, refused []error, err error) {
	entries, err := readJWKSet(data)
	if err != nil {
		return nil, nil, err
	}
	set = new(KeySet)
	for i, raw := range entries {
		k, err := admitRemote(raw)
		if err != nil {
			refused = append(refused, fmt.Errorf("key %d (kid %.40q): %w", i+1, k.ID, err))
			continue
		}
		set.keys = append(set.keys, k)
	}
	for _, id := range set.duplicates() {
		set.keys = slices.DeleteFunc(set.keys, func(k admitted) bool { return k.ID == id })
		refused = append(refused, fmt.Errorf("all keys with the kid %.40q: it occurs more than once", id))
	}
	return set, refused, nil
}

func admitRemote(raw []byte) (admitted, error) {
	k, err := readJWK(raw)
	if err != nil {
		return admitted{Key: k}, err
	}
	if familyOf(k.Material) == familyHMAC {
		return admitted{Key: k}, errors.New("a published HMAC secret is not secret")
	}
	fit, err := k.admit()
	return admitted{k, fit}, err
}

// rawJWK keeps a member of the set for later, so that a wrong one spoils no other.
type rawJWK []byte

func (r *rawJWK) UnmarshalJSON(data []byte) error {
	*r = bytes.Clone(data)
	return nil
}

func readJWKSet(data []byte) ([]rawJWK, error) {
	var set struct {
		Keys []rawJWK `json:"keys"`
	}
	if err := codec.Decode(data, &set, codec.Options{MaxDepth: maxDepth}); err != nil {
		return nil, errors.New("the text is not a JWK set: a JSON object with an array \"keys\" (RFC 7517 §5)")
	}
	if set.Keys == nil {
		return nil, errors.New("the JSON object has no member \"keys\": a single JWK is not a set; wrap it in {\"keys\":[…]}")
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the set has %d keys, and may have %d", len(set.Keys), maxKeys)
	}
	return set.Keys, nil
}

// jwk has the members of RFC 7517 §4 and RFC 7518 §6 that matter here. Pointers
// tell an empty member from an absent one.
type jwk struct {
	Kty    string   `json:"kty"`
	Use    *string  `json:"use"`
	KeyOps []string `json:"key_ops"`
	Alg    *string  `json:"alg"`
	Kid    *string  `json:"kid"`

	N   string  `json:"n"`
	E   string  `json:"e"`
	Crv string  `json:"crv"`
	X   string  `json:"x"`
	Y   string  `json:"y"`
	K   string  `json:"k"`
	D   *string `json:"d"`
}

// readJWK returns the key, of which only the ID is set when there is an error.
func readJWK(data []byte) (Key, error) {
	var j jwk
	if err := codec.Decode(data, &j, codec.Options{MaxDepth: maxDepth}); err != nil {
		return Key{}, fmt.Errorf("it is not a JWK (RFC 7517 §4): %w", err)
	}
	k := Key{}
	if j.Kid != nil {
		k.ID = *j.Kid
	}
	if err := j.checkPurpose(); err != nil {
		return k, err
	}
	material, err := j.material()
	if err != nil {
		return k, err
	}
	if j.Alg != nil {
		k.Algorithm = *j.Alg
	}
	k.Material = material
	return k, nil
}

// checkPurpose refuses keys that are not for verifying signatures.
func (j jwk) checkPurpose() error {
	switch {
	case j.Kid != nil && *j.Kid == "":
		return errors.New("its kid is empty")
	case j.Use != nil && *j.Use != "sig":
		return fmt.Errorf("its use is %.40q, not \"sig\" (RFC 7517 §4.2)", *j.Use)
	case j.KeyOps != nil && !slices.Contains(j.KeyOps, "verify"):
		return errors.New("its key_ops do not hold \"verify\" (RFC 7517 §4.3)")
	case j.Alg != nil && *j.Alg == "":
		return errors.New("its alg is empty")
	case j.D != nil:
		return errors.New("it holds the private key; whoever only verifies tokens gets the public part")
	}
	return nil
}

func (j jwk) material() (any, error) {
	switch j.Kty {
	case "oct":
		return decodeJWK("k", j.K)
	case "RSA":
		return j.rsa()
	case "EC":
		return j.ec()
	case "OKP":
		return j.okp()
	}
	return nil, fmt.Errorf("its kty is %.40q, not RSA, EC, OKP or oct", j.Kty)
}

func decodeJWK(member, text string) ([]byte, error) {
	data, err := decodeText(text)
	if err != nil {
		return nil, fmt.Errorf("its %s is not Base64url without padding", member)
	}
	return data, nil
}

// decodePair decodes two members.
func decodePair(member1, text1, member2, text2 string) (a, b []byte, err error) {
	if a, err = decodeJWK(member1, text1); err != nil {
		return nil, nil, err
	}
	b, err = decodeJWK(member2, text2)
	return a, b, err
}

// rsa follows RFC 7518 §6.3.1.
func (j jwk) rsa() (any, error) {
	n, e, err := decodePair("n", j.N, "e", j.E)
	if err != nil {
		return nil, err
	}
	exponent := new(big.Int).SetBytes(e)
	if exponent.BitLen() > 31 {
		return nil, errors.New("its e is larger than 2^31-1")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
}

// ec follows RFC 7518 §6.2.1, which fixes the length of the coordinates.
func (j jwk) ec() (any, error) {
	curve, err := curveOf(j.Crv)
	if err != nil {
		return nil, err
	}
	x, y, err := decodePair("x", j.X, "y", j.Y)
	if err != nil {
		return nil, err
	}
	if size := (curve.Params().BitSize + 7) / 8; len(x) != size || len(y) != size {
		return nil, fmt.Errorf("its x and y do not have %d octets each", size)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, fmt.Errorf("it is not a point on the curve %s", j.Crv)
	}
	return k, nil
}

func curveOf(name string) (elliptic.Curve, error) {
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		if c.Params().Name == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("its crv is %.40q, not P-256, P-384 or P-521", name)
}

// okp follows RFC 8037 §2.
func (j jwk) okp() (any, error) {
	if j.Crv != "Ed25519" {
		return nil, fmt.Errorf("its crv is %.40q, not Ed25519, the only one for signatures here", j.Crv)
	}
	x, err := decodeJWK("x", j.X)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(x), nil
}
