package security

import "context"

// VerifyJWS checks a compact JWS with the keys of a set and nothing else: no
// claims, no types, and every algorithm that a key is good for. Vectors that sign
// something other than claims need it. It returns the payload.
func VerifyJWS(set *KeySet, token string) ([]byte, error) {
	c := VerifierConfig{Algorithms: set.Algorithms(), AnyIssuer: true, AnyAudience: true, MaxTokenBytes: maxTokenBytes}
	v := c.verifier(set)
	s := new(scratch)
	parts, err := v.parse(s, token)
	if err != nil {
		return nil, err
	}
	if err := v.authenticate(context.Background(), s, parts); err != nil {
		return nil, err
	}
	return s.payload, nil
}

// ReadObject walks over a JSON object as the verifier does and returns the names
// of its members without escapes, and the values' texts.
func ReadObject(data []byte) (names, values []string, err error) {
	var m members
	for m.open(data); m.next(); {
		names, values = append(names, string(m.name)), append(values, string(m.value))
	}
	return names, values, m.err
}

// Unquote returns what a JSON text means.
func Unquote(value string) (string, bool) {
	text, ok := quoted([]byte(value))
	return string(text), ok
}

// KnownHeaders returns how many header texts v remembers.
func (v *Verifier) KnownHeaders() int {
	if known := v.ring.Load().known.Load(); known != nil {
		return len(*known)
	}
	return 0
}

// IsWellKnown is isWellKnown.
func IsWellKnown(secret []byte) bool { return isWellKnown(secret) }

// IsROCA reports whether a modulus, a decimal number, has the ROCA fingerprint.
var IsROCA = isROCA

// SmallOrder is smallOrder.
var SmallOrder = smallOrder
