package security

import (
	"context"
	"crypto"
	"crypto/hmac"
	"errors"
	"hash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A KeySource gives keys that may change while the program runs, such as those
// that an authorization server publishes. It is safe for concurrent use.
type KeySource interface {
	// KeySet returns the keys that are known now, nil if there are none. It is asked
	// for every token: it must not wait, and return the same pointer as long as the keys
	// are the same.
	KeySet() *KeySet

	// Missing returns the keys after it has looked for newer ones, because there is
	// none for a token. id is the token's kid, chosen by whoever sent it and empty if it
	// has none, so looking has to be bounded in number and in time. The error becomes
	// the answer: it should be a 503, since nobody can say whether the token is good.
	//
	// Missing is not called for a token whose signature does not match, nor for one that
	// would be refused with any key.
	Missing(ctx context.Context, id string) (*KeySet, error)
}

// ring is the keys of a set as a verifier uses them.
type ring struct {
	set   *KeySet
	keys  []*verifyKey
	known atomic.Pointer[[]knownHeader]
}

// verifyKey is a key for one algorithm.
type verifyKey struct {
	id        string
	algorithm algorithm
	material  any
	macs      *sync.Pool // of *mac, for HMAC
}

// mac is the state of an HMAC that has been keyed, and room for its sum.
type mac struct {
	hash.Hash
	sum []byte
}

// knownHeader is the text of a header that was part of a good token, with what was
// found out about it. Comparing it is cheaper than reading it again, and it says
// nothing about the next token but which keys to try.
type knownHeader struct {
	text string
	keys []*verifyKey
}

// maxKnown bounds how many headers are remembered. An issuer has one for each key.
const maxKnown = 16

// newRing keeps each key once for each algorithm that is accepted.
func (v *Verifier) newRing(set *KeySet) *ring {
	r := &ring{set: set}
	if set == nil {
		return r
	}
	for _, k := range set.keys {
		for _, a := range k.algorithms {
			if slices.Contains(v.algorithms, a.name) {
				r.keys = append(r.keys, newVerifyKey(k.Key, a))
			}
		}
	}
	return r
}

func newVerifyKey(k Key, a algorithm) *verifyKey {
	key := &verifyKey{id: k.ID, algorithm: a, material: k.Material}
	if a.family == familyHMAC {
		key.macs = macPool(a.hash, k.Material.([]byte))
		key.material = nil
	}
	return key
}

func macPool(h crypto.Hash, secret []byte) *sync.Pool {
	return &sync.Pool{New: func() any {
		return &mac{hmac.New(h.New, secret), make([]byte, 0, h.Size())}
	}}
}

// ringNow returns the keys as they are at this moment.
func (v *Verifier) ringNow() *ring {
	r := v.ring.Load()
	if v.source == nil {
		return r
	}
	set := v.source.KeySet()
	if set == r.set {
		return r
	}
	fresh := v.newRing(set)
	v.ring.CompareAndSwap(r, fresh) // whoever loses has the keys that it asked for all the same
	return fresh
}

// missingKey is errNoKey, with the kid of the token.
type missingKey struct{ id string }

func (missingKey) Error() string        { return errNoKey.Error() }
func (missingKey) Is(target error) bool { return target == error(errNoKey) }

// unavailableKeys holds the error of a KeySource, which is no refusal.
type unavailableKeys struct{ error }

func (u unavailableKeys) Unwrap() error { return u.error }

// authenticate checks header and signature.
func (v *Verifier) authenticate(ctx context.Context, s *scratch, c compact) error {
	r := v.ringNow()
	err := v.try(r, s, c)
	missing, ok := errors.AsType[missingKey](err)
	if !ok || v.source == nil || s.claims.judge(v) != nil {
		return err
	}
	set, problem := v.source.Missing(ctx, missing.id)
	switch {
	case problem != nil:
		return unavailableKeys{problem}
	case set == r.set:
		return err
	}
	return v.try(v.ringNow(), s, c)
}

// try checks header and signature with the keys of r.
func (v *Verifier) try(r *ring, s *scratch, c compact) error {
	keys, isKnown := r.knownKeys(c.header())
	if !isKnown {
		var err error
		if keys, err = v.keysOf(r, c.header()); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if k.verify(s, c) {
			if !isKnown {
				r.remember(c.header(), keys)
			}
			return nil
		}
	}
	return errSignature
}

func (r *ring) knownKeys(text string) ([]*verifyKey, bool) {
	if known := r.known.Load(); known != nil {
		for i := range *known {
			if (*known)[i].text == text {
				return (*known)[i].keys, true
			}
		}
	}
	return nil, false
}

// remember adds a header of a good token. Nothing that a stranger makes up gets
// here.
func (r *ring) remember(text string, keys []*verifyKey) {
	former := r.known.Load()
	var list []knownHeader
	if former != nil {
		list = slices.Clip(*former)
	}
	if len(list) == maxKnown {
		return
	}
	list = append(list, knownHeader{strings.Clone(text), keys}) // the token must not stay in memory
	r.known.CompareAndSwap(former, &list)                       // whoever loses has another chance with the next token
}

// keysOf reads a header and returns the keys to try.
func (v *Verifier) keysOf(r *ring, text string) ([]*verifyKey, error) {
	if len(text) > strictBase64.EncodedLen(maxHeader) {
		return nil, errHeaderSize
	}
	data, err := decodePart(nil, []byte(text))
	if err != nil {
		return nil, err
	}
	h, err := readHeader(data)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(v.algorithms, h.algorithm):
		return nil, errAlgorithm
	case !slices.Contains(v.types, h.typ):
		return nil, errType
	}
	keys := r.candidates(h)
	if len(keys) == 0 {
		return nil, missingKey{h.keyID}
	}
	return keys, nil
}

// candidates returns the keys that the header's algorithm and kid allow; see
// [KeySet] for the rule.
func (r *ring) candidates(h header) []*verifyKey {
	var named, nameless, all []*verifyKey
	for _, k := range r.keys {
		if k.algorithm.name != h.algorithm {
			continue
		}
		all = append(all, k)
		switch k.id {
		case "":
			nameless = append(nameless, k)
		case h.keyID:
			named = append(named, k)
		}
	}
	switch {
	case h.keyID == "":
		return all[:min(len(all), maxTries)]
	case len(named) > 0:
		return named
	}
	return nameless[:min(len(nameless), maxTries)]
}

func (k *verifyKey) verify(s *scratch, c compact) bool {
	if k.macs == nil {
		return k.algorithm.method.Verify(c.signed(), s.signature, k.material) == nil
	}
	m := k.macs.Get().(*mac)
	defer k.macs.Put(m)
	m.Reset()
	_, _ = m.Write(s.text[:c.second]) // never fails, says hash.Hash
	m.sum = m.Sum(m.sum[:0])
	return hmac.Equal(s.signature, m.sum)
}
