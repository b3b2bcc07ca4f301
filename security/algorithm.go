package security

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rsa"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

type family uint8

const (
	familyHMAC family = iota + 1
	familyRSA
	familyEC
	familyEd25519
)

// algorithm is a signature algorithm of RFC 7518 §3.1, RFC 8037 or RFC 9864.
type algorithm struct {
	name   string
	family family
	hash   crypto.Hash       // HMAC: also what the key must be as long as (RFC 7518 §3.2)
	curve  elliptic.Curve    // EC
	method jwt.SigningMethod // all but HMAC
}

// algorithms are all that there are; "none" is not among them.
func algorithms() []algorithm {
	return []algorithm{
		{name: "HS256", family: familyHMAC, hash: crypto.SHA256},
		{name: "HS384", family: familyHMAC, hash: crypto.SHA384},
		{name: "HS512", family: familyHMAC, hash: crypto.SHA512},
		{name: "RS256", family: familyRSA, method: jwt.SigningMethodRS256},
		{name: "RS384", family: familyRSA, method: jwt.SigningMethodRS384},
		{name: "RS512", family: familyRSA, method: jwt.SigningMethodRS512},
		{name: "PS256", family: familyRSA, method: pss(jwt.SigningMethodPS256)},
		{name: "PS384", family: familyRSA, method: pss(jwt.SigningMethodPS384)},
		{name: "PS512", family: familyRSA, method: pss(jwt.SigningMethodPS512)},
		{name: "ES256", family: familyEC, curve: elliptic.P256(), method: jwt.SigningMethodES256},
		{name: "ES384", family: familyEC, curve: elliptic.P384(), method: jwt.SigningMethodES384},
		{name: "ES512", family: familyEC, curve: elliptic.P521(), method: jwt.SigningMethodES512},
		{name: "EdDSA", family: familyEd25519, method: jwt.SigningMethodEdDSA},
		{name: "Ed25519", family: familyEd25519, method: jwt.SigningMethodEdDSA}, // RFC 9864 §2.2
	}
}

// pss returns the method with the only salt that RFC 7518 §3.5 allows: one as long
// as the hash. The library's own takes any when it verifies.
func pss(m *jwt.SigningMethodRSAPSS) jwt.SigningMethod {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: m.Hash},
	}
}

// algorithmOf finds an algorithm by its exact name.
func algorithmOf(name string) (algorithm, bool) {
	all := algorithms()
	i := slices.IndexFunc(all, func(a algorithm) bool { return a.name == name })
	if i < 0 {
		return algorithm{}, false
	}
	return all[i], true
}

// algorithmNames is the list for messages.
func algorithmNames() string {
	var names []string
	for _, a := range algorithms() {
		names = append(names, a.name)
	}
	return strings.Join(names, ", ")
}
