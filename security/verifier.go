package security

import (
	"crypto"
	"crypto/hmac"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

const (
	errAlgorithm tokenFault = "the algorithm is not among those that are accepted (RFC 8725 §3.1)"
	errType      tokenFault = "the typ is not among those that are accepted (RFC 8725 §3.11)"
	errNoKey     tokenFault = "there is no key of this kid for this algorithm"
	errSignature tokenFault = "the signature does not match"
)

// A Verifier accepts the JSON Web Tokens (RFC 7519) that its config describes, in
// the compact form of a JWS (RFC 7515 §3.1), and no other. [NewVerifier] makes it.
// It is safe for concurrent use and prints without its keys.
type Verifier struct {
	algorithms []string
	issuer     string
	audience   []string
	types      []string // as mediaType has them
	keys       []*verifyKey

	leeway, maxAge, maxLifetime time.Duration

	eternal  bool // exp is not required
	maxBytes int
	realm    string
	clock    func() time.Time

	known   atomic.Pointer[[]knownHeader]
	scratch sync.Pool
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

// scratch is the memory that one verification needs.
type scratch struct {
	text      []byte // the token
	payload   []byte
	signature []byte
	claims    registered
}

// NewVerifier returns the verifier of a config. The error joins everything that is
// wrong with the config; see [VerifierConfig] for what is required.
func NewVerifier(c VerifierConfig) (*Verifier, error) {
	mistakes := c.check()
	set, err := c.keySet()
	if err != nil {
		mistakes = append(mistakes, err)
	} else {
		mistakes = append(mistakes, set.checkWhole()...)
		mistakes = append(mistakes, c.checkKeys(set)...)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return c.verifier(set), nil
}

// verifier builds what was checked.
func (c VerifierConfig) verifier(set *KeySet) *Verifier {
	v := &Verifier{
		algorithms:  slices.Clone(c.Algorithms),
		issuer:      c.Issuer,
		audience:    slices.Clone(c.Audience),
		leeway:      leeway(c.Leeway),
		maxAge:      c.MaxAge,
		maxLifetime: c.MaxLifetime,
		eternal:     c.DangerouslyAllowNoExpiry,
		maxBytes:    c.MaxTokenBytes,
		realm:       c.Realm,
		clock:       c.Clock,
	}
	if v.maxBytes == 0 {
		v.maxBytes = defaultTokenBytes
	}
	if v.clock == nil {
		v.clock = time.Now
	}
	types := c.Types
	if types == nil {
		types = []string{"JWT", "at+jwt", ""}
	}
	for _, typ := range types {
		v.types = append(v.types, mediaType(typ))
	}
	v.addKeys(set)
	v.scratch.New = func() any { return new(scratch) }
	return v
}

func leeway(d time.Duration) time.Duration {
	switch d {
	case 0:
		return defaultLeeway
	case NoLeeway:
		return 0
	}
	return d
}

// addKeys keeps each key once for each algorithm that is accepted.
func (v *Verifier) addKeys(set *KeySet) {
	for _, k := range set.keys {
		for _, a := range k.algorithms {
			if slices.Contains(v.algorithms, a.name) {
				v.keys = append(v.keys, newVerifyKey(k.Key, a))
			}
		}
	}
}

func newVerifyKey(k Key, a algorithm) *verifyKey {
	key := &verifyKey{id: k.ID, algorithm: a, material: k.Material}
	if a.family == familyHMAC {
		key.macs = macPool(a.hash, slices.Clone(k.Material.([]byte)))
		key.material = nil
	}
	return key
}

func macPool(h crypto.Hash, secret []byte) *sync.Pool {
	return &sync.Pool{New: func() any {
		return &mac{hmac.New(h.New, secret), make([]byte, 0, h.Size())}
	}}
}

// Algorithms returns the accepted algorithms, for documents.
func (v *Verifier) Algorithms() []string { return slices.Clone(v.algorithms) }

// Issuer returns the issuer that tokens must have; empty means any.
func (v *Verifier) Issuer() string { return v.issuer }

// Audience returns the names of which tokens must be meant for one; empty means
// any.
func (v *Verifier) Audience() []string { return slices.Clone(v.audience) }

// Realm returns the realm of the challenges in refusals.
func (v *Verifier) Realm() string {
	if v.realm == "" {
		return DefaultRealm
	}
	return v.realm
}

// String names what is accepted.
func (v *Verifier) String() string {
	return fmt.Sprintf("verifier of issuer %q for %q with %s", v.issuer, v.audience, strings.Join(v.algorithms, ", "))
}

// Format writes what String returns for every verb.
func (v *Verifier) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.String()) }

// LogValue returns what String returns.
func (v *Verifier) LogValue() slog.Value { return slog.StringValue(v.String()) }

// Verify checks a token with v and returns its claims. C is a struct of the user's
// own, which may embed the registered claims of github.com/golang-jwt/jwt/v5; its
// members are matched by their exact names. If *C has a method Validate() error,
// that is asked last.
//
// The claims are nil whenever the error is not. The error is a [Refusal], either
// for [ErrExpiredToken] or for [ErrInvalidToken]; the reason is its cause.
func Verify[C any](v *Verifier, token string) (*C, error) {
	claims := new(C)
	if err := v.verify(token, claims); err != nil {
		return nil, err
	}
	return claims, nil
}

// Verify is the function [Verify] for a caller who brings the claims: a pointer, or
// nil if only the check is of interest. What claims points to is set to zero first
// and stays so when there is an error. An error that is not a [Refusal] means that
// claims is no pointer.
func (v *Verifier) Verify(token string, claims any) error {
	if claims == nil {
		return v.verify(token, nil)
	}
	target := reflect.ValueOf(claims)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("security: Verifier.Verify: claims is a %T; want a pointer that is not nil", claims)
	}
	target.Elem().SetZero()
	err := v.verify(token, claims)
	if err != nil {
		target.Elem().SetZero()
	}
	return err
}

func (v *Verifier) verify(token string, claims any) error {
	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)
	if err := v.check(s, token); err != nil {
		return v.refuse(err)
	}
	if claims == nil {
		claims = new(struct{}) // the codec still looks for nested duplicates
	}
	if err := codec.Decode(s.payload, claims, codec.Options{MaxDepth: maxDepth}); err != nil {
		return v.refuse(fmt.Errorf("%w: %w", errClaims, err))
	}
	if c, ok := claims.(interface{ Validate() error }); ok {
		if err := c.Validate(); err != nil {
			return v.refuse(fmt.Errorf("%w: %w", errClaimsInvalid, err))
		}
	}
	return nil
}

// check leaves the payload of a token in s if the token is good. All that a
// stranger can send is looked at in linear time and bounded memory before the
// first key is touched; what it says counts only after the signature has.
func (v *Verifier) check(s *scratch, token string) error {
	c, err := v.parse(s, token)
	if err != nil {
		return err
	}
	if err := s.claims.read(s.payload); err != nil {
		return err
	}
	if err := v.authenticate(s, c); err != nil {
		return err
	}
	return s.claims.judge(v)
}

// parse copies the token to s and decodes payload and signature.
func (v *Verifier) parse(s *scratch, token string) (c compact, err error) {
	if len(token) > v.maxBytes {
		return compact{}, errTokenSize
	}
	if c, err = split(token); err != nil {
		return compact{}, err
	}
	s.text = append(s.text[:0], token...)
	if s.payload, err = decodePart(s.payload[:0], s.text[c.first+1:c.second]); err != nil {
		return compact{}, err
	}
	s.signature, err = decodePart(s.signature[:0], s.text[c.second+1:])
	return c, err
}

// authenticate checks header and signature.
func (v *Verifier) authenticate(s *scratch, c compact) error {
	keys, isKnown := v.knownKeys(c.header())
	if !isKnown {
		var err error
		if keys, err = v.keysOf(c.header()); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if k.verify(s, c) {
			if !isKnown {
				v.remember(c.header(), keys)
			}
			return nil
		}
	}
	return errSignature
}

func (v *Verifier) knownKeys(text string) ([]*verifyKey, bool) {
	if known := v.known.Load(); known != nil {
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
func (v *Verifier) remember(text string, keys []*verifyKey) {
	former := v.known.Load()
	var list []knownHeader
	if former != nil {
		list = slices.Clip(*former)
	}
	if len(list) == maxKnown {
		return
	}
	list = append(list, knownHeader{strings.Clone(text), keys}) // the token must not stay in memory
	v.known.CompareAndSwap(former, &list)                       // whoever loses has another chance with the next token
}

// keysOf reads a header and returns the keys to try.
func (v *Verifier) keysOf(text string) ([]*verifyKey, error) {
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
	keys := v.candidates(h)
	if len(keys) == 0 {
		return nil, errNoKey
	}
	return keys, nil
}

// candidates returns the keys that the header's algorithm and kid allow; see
// [KeySet] for the rule.
func (v *Verifier) candidates(h header) []*verifyKey {
	var named, nameless, all []*verifyKey
	for _, k := range v.keys {
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

// refuse returns the answer to a token that is not accepted for a reason that only
// the log gets to see.
func (v *Verifier) refuse(reason error) error {
	return faultOf(reason).Refuse(BearerChallenge(v.realm)).Because(reason)
}
