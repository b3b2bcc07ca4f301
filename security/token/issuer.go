package token

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/shape"
	"github.com/mortise-go/mortise/security"
)

// An Issuer makes and accepts tokens of several kinds. [NewIssuer] makes it, and
// [For] gives what makes and accepts the tokens of one kind. It never changes, is
// safe for concurrent use and prints without its keys.
type Issuer struct {
	name  string
	realm string
	clock func() time.Time
	kinds []*kind
}

// kind is a kind that is ready for use.
type kind struct {
	Kind
	signer   *signer
	verifier *security.Verifier
}

// NewIssuer returns the issuer of a config. The error joins everything that is
// wrong with it: keys that are weak, unfit for their algorithm or shared by two
// kinds, lifetimes that contradict each other, whatever is required and missing.
func NewIssuer(c Config) (*Issuer, error) {
	i := &Issuer{name: c.Issuer, realm: c.Realm, clock: c.Clock}
	if i.clock == nil {
		i.clock = time.Now
	}
	mistakes := c.check()
	for _, k := range c.Kinds {
		made, wrong := i.makeKind(c, c.complete(k))
		for _, err := range wrong {
			mistakes = append(mistakes, fmt.Errorf("kind %q: %w", k.Name, err))
		}
		i.kinds = append(i.kinds, made)
	}
	mistakes = append(mistakes, i.checkShared()...)
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return i, nil
}

// makeKind makes a kind of what has its defaults.
func (i *Issuer) makeKind(c Config, k Kind) (*kind, []error) {
	mistakes := k.check()
	if len(k.Keys) == 0 {
		for _, s := range c.Secrets {
			if derived, err := derive(s, k.Name); err == nil {
				k.Keys = append(k.Keys, derived)
			}
		}
	}
	made := &kind{Kind: k}
	if len(k.Keys) == 0 {
		if len(c.Secrets) > 0 { // checkSecrets complains about them
			return made, mistakes
		}
		return made, append(mistakes, errors.New("there are no keys, and Config.Secrets has none either; give one of them"))
	}
	if len(mistakes) > 0 || c.Issuer == "" {
		return made, mistakes
	}
	var err error
	if made.verifier, err = i.verifier(c, k); err != nil {
		return made, []error{err}
	}
	if made.signer, err = k.Keys[0].signer(k.Type); err != nil {
		return made, []error{fmt.Errorf("%v: %w", k.Keys[0], err)}
	}
	return made, nil
}

// verifier returns what accepts tokens of the kind and no others.
func (i *Issuer) verifier(c Config, k Kind) (*security.Verifier, error) {
	keys := make([]security.Key, len(k.Keys))
	var algorithms []string
	for n, key := range k.Keys {
		keys[n] = key.verifying()
		if !slices.Contains(algorithms, key.algorithm()) {
			algorithms = append(algorithms, key.algorithm())
		}
	}
	set, err := security.NewKeySet(keys...)
	if err != nil {
		return nil, err
	}
	return security.NewVerifier(security.VerifierConfig{
		Algorithms:  algorithms,
		Keys:        set,
		Issuer:      c.Issuer,
		Audience:    k.Audience,
		Types:       []string{k.Type},
		Leeway:      c.Leeway,
		MaxLifetime: k.MaxLifetime,
		Realm:       c.Realm,
		Clock:       c.Clock,
	})
}

// checkShared returns a mistake for every two kinds that have a key in common,
// for then only the typ would tell their tokens apart.
func (i *Issuer) checkShared() []error {
	var mistakes []error
	for n, k := range i.kinds {
		for _, other := range i.kinds[:n] {
			if k.Name != other.Name && k.shares(other) {
				mistakes = append(mistakes, fmt.Errorf("kinds %q and %q have a key in common; give each its own, or leave Keys nil for keys derived from Config.Secrets", other.Name, k.Name))
			}
		}
	}
	return mistakes
}

func (k *kind) shares(other *kind) bool {
	return slices.ContainsFunc(k.Keys, func(mine Key) bool { return slices.ContainsFunc(other.Keys, mine.same) })
}

// Name returns the claim iss of the tokens.
func (i *Issuer) Name() string { return i.name }

// String names the issuer and its kinds.
func (i *Issuer) String() string {
	names := make([]string, len(i.kinds))
	for n, k := range i.kinds {
		names[n] = k.Name
	}
	return fmt.Sprintf("issuer %q of %s", i.name, strings.Join(names, ", "))
}

// Format writes what String returns for every verb.
func (i *Issuer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns what String returns.
func (i *Issuer) LogValue() slog.Value { return slog.StringValue(i.String()) }

// longest returns the longest lifetime of any kind.
func (i *Issuer) longest() time.Duration {
	var longest time.Duration
	for _, k := range i.kinds {
		longest = max(longest, k.MaxLifetime)
	}
	return longest
}

// For returns the mint of one kind, whose claims besides the registered ones
// are a C: a struct of the program's own. An error says that there is no such
// kind, or that C cannot be claims.
//
// A member of C is one that every token of the kind must hold, unless its tag says
// omitempty or omitzero. If *C has a method Validate() error, it is asked last,
// when tokens are made and when they are verified. C may embed the registered
// claims of github.com/golang-jwt/jwt/v5, to read them.
func For[C any](i *Issuer, name string) (*Mint[C], error) {
	at := slices.IndexFunc(i.kinds, func(k *kind) bool { return k.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("issuer %q has no kind %q; add it to Config.Kinds", i.name, name)
	}
	required, repeated, err := membersOf(reflect.TypeFor[C]())
	if err != nil {
		return nil, fmt.Errorf("kind %q: %w", name, err)
	}
	return &Mint[C]{issuer: i, kind: i.kinds[at], required: required, repeated: repeated}, nil
}

// membersOf returns the names of the members that the claims must hold, and the
// fields that repeat registered claims, for a program that reads them.
func membersOf(t reflect.Type) (required []string, repeated [][]int, err error) {
	if t.Kind() != reflect.Struct {
		return nil, nil, fmt.Errorf("claims are a %v; want a struct", t)
	}
	members, err := shape.Members(t)
	if err != nil {
		return nil, nil, fmt.Errorf("claims %v: %w", t, err)
	}
	for _, m := range members {
		omitted := m.OmitEmpty || m.OmitZero
		switch registered := isRegistered(m.Name); {
		case registered && (!omitted || m.ThroughPointer || m.Name != strings.ToLower(m.Name)):
			return nil, nil, fmt.Errorf("claims %v: the field %s is the registered claim %q, which the issuer sets; leave it out, or omit it while it is empty, not behind an embedded pointer", t, m.Path, m.Name)
		case registered:
			repeated = append(repeated, m.Index)
		case !omitted && !m.ThroughPointer:
			required = append(required, m.Name)
		}
	}
	return required, repeated, nil
}

// isRegistered reports whether the issuer sets a claim of this name, or of one
// that verifiers refuse because it looks like it.
func isRegistered(name string) bool {
	return slices.ContainsFunc([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid"},
		func(registered string) bool { return strings.EqualFold(name, registered) })
}
