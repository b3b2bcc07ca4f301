package security

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// maxKeys is how many keys a set may have, and maxTries how many of them a token
// without a kid is tried with.
const (
	maxKeys  = 100
	maxTries = 10
)

// A KeySet is a set of keys that tokens may be signed with. It is made by
// [NewKeySet], [ParseJWKSet] or [ParseRemoteJWKSet], never changes and is safe for
// concurrent use. It prints without its keys.
//
// A token that names a key by its kid is tried with that key; if there is none of
// this name, with the keys that have no ID. A token without a kid is tried with
// each key that its algorithm allows, ten at most, in the order of the set.
type KeySet struct {
	keys []admitted
}

// admitted is a key with all the algorithms that it is good for.
type admitted struct {
	Key
	algorithms []algorithm
}

// NewKeySet returns the set of the given keys. The error joins everything that is
// wrong with them: keys that are no keys, or too weak, or do not go with their
// algorithm; an ID that occurs twice; HMAC secrets beside public keys, where a
// public key could be taken for a secret.
func NewKeySet(keys ...Key) (*KeySet, error) {
	set, mistakes := new(KeySet), []error(nil)
	for i, k := range keys {
		if fit, err := k.admit(); err != nil {
			mistakes = append(mistakes, fmt.Errorf("key %d (ID %.40q): %w", i+1, k.ID, err))
		} else {
			set.keys = append(set.keys, admitted{k.owned(), fit})
		}
	}
	if len(keys) == 0 {
		mistakes = append(mistakes, errors.New("the key set is empty; give at least one key"))
	}
	if len(keys) > maxKeys {
		mistakes = append(mistakes, fmt.Errorf("the key set has %d keys, and may have %d", len(keys), maxKeys))
	}
	mistakes = append(mistakes, set.checkWhole()...)
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return set, nil
}

// checkWhole returns what is wrong between the keys.
func (s *KeySet) checkWhole() []error {
	var mistakes []error
	for _, id := range s.duplicates() {
		mistakes = append(mistakes, fmt.Errorf("the ID %.40q occurs twice; a token could not say which key it means (RFC 7517 §4.5)", id))
	}
	if s.has(familyHMAC) && slices.ContainsFunc(s.keys, admitted.isPublic) {
		mistakes = append(mistakes, errors.New("the set holds HMAC secrets and public keys; keep them in sets and verifiers of their own"))
	}
	return mistakes
}

// duplicates returns the IDs that occur more than once.
func (s *KeySet) duplicates() []string {
	count := make(map[string]int)
	var twice []string
	for _, k := range s.keys {
		if count[k.ID]++; k.ID != "" && count[k.ID] == 2 {
			twice = append(twice, k.ID)
		}
	}
	return twice
}

func (s *KeySet) has(f family) bool {
	return slices.ContainsFunc(s.keys, func(k admitted) bool { return familyOf(k.Material) == f })
}

func (k admitted) isPublic() bool { return familyOf(k.Material) != familyHMAC }

// Len returns the number of keys.
func (s *KeySet) Len() int { return len(s.keys) }

// IDs returns the IDs of the keys that have one, in their order.
func (s *KeySet) IDs() []string {
	var ids []string
	for _, k := range s.keys {
		if k.ID != "" {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// Algorithms returns the names of the algorithms that some key of the set is good
// for, in the order of RFC 7518 §3.1.
func (s *KeySet) Algorithms() []string {
	var names []string
	for _, a := range algorithms() {
		if slices.ContainsFunc(s.keys, func(k admitted) bool { return k.fits(a.name) }) {
			names = append(names, a.name)
		}
	}
	return names
}

func (k admitted) fits(name string) bool {
	return slices.ContainsFunc(k.algorithms, func(a algorithm) bool { return a.name == name })
}

// String returns the number of keys.
func (s *KeySet) String() string {
	if s == nil {
		return "no keys"
	}
	return fmt.Sprintf("%d keys", len(s.keys))
}

// Format writes what String returns for every verb.
func (s *KeySet) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s *KeySet) LogValue() slog.Value { return slog.StringValue(s.String()) }
