package security

import (
	"context"
	"errors"
	"fmt"
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
	types      []string  // as mediaType has them
	source     KeySource // nil: the ring never changes

	leeway, maxAge, maxLifetime time.Duration

	eternal  bool // exp is not required
	maxBytes int
	realm    string
	metadata string
	clock    func() time.Time

	ring    atomic.Pointer[ring]
	scratch sync.Pool
}

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
	switch {
	case err != nil:
		mistakes = append(mistakes, err)
	case c.Source != nil:
		mistakes = append(mistakes, c.checkSource()...)
	default:
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
		metadata:    c.ResourceMetadata,
		source:      c.Source,
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
	v.ring.Store(v.newRing(set))
	v.scratch.New = func() any { return new(scratch) }
	return v
}

// isLeeway reports whether clocks may be configured to differ by d.
func isLeeway(d time.Duration) bool {
	return d >= 0 && d <= maxLeeway || d == NoLeeway
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
//
// With [VerifierConfig.Source] it may be a 503 instead, and a token with an unknown
// key may have to wait; use [VerifyContext] then.
func Verify[C any](v *Verifier, token string) (*C, error) {
	return VerifyContext[C](context.Background(), v, token)
}

// VerifyContext is [Verify] for keys that have to be fetched: it does not wait
// longer for them than ctx lasts.
func VerifyContext[C any](ctx context.Context, v *Verifier, token string) (*C, error) {
	claims := new(C)
	if err := v.verify(ctx, token, claims); err != nil {
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
		return v.verify(context.Background(), token, nil)
	}
	target := reflect.ValueOf(claims)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("security: Verifier.Verify: claims is a %T; want a pointer that is not nil", claims)
	}
	target.Elem().SetZero()
	err := v.verify(context.Background(), token, claims)
	if err != nil {
		target.Elem().SetZero()
	}
	return err
}

func (v *Verifier) verify(ctx context.Context, token string, claims any) error {
	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)
	if err := v.check(ctx, s, token); err != nil {
		if u, ok := errors.AsType[unavailableKeys](err); ok {
			return u.error
		}
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
func (v *Verifier) check(ctx context.Context, s *scratch, token string) error {
	c, err := v.parse(s, token)
	if err != nil {
		return err
	}
	if err := s.claims.read(s.payload); err != nil {
		return err
	}
	if err := v.authenticate(ctx, s, c); err != nil {
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

// refuse returns the answer to a token that is not accepted for a reason that only
// the log gets to see.
func (v *Verifier) refuse(reason error) error {
	challenge := BearerChallenge(v.realm).withMetadata(v.metadata)
	return faultOf(reason).Refuse(challenge).Because(reason)
}
