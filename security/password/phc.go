package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Lengths of salt and tag that a stored hash may have, in bytes.
const (
	minSalt, maxSalt = 8, 64
	minTag, maxTag   = 16, 64
	maxEncoded       = 256 // characters of the longest hash
)

// argonHash is what an argon2id string holds.
type argonHash struct {
	cost
	salt, tag []byte
}

// newArgonHash hashes a password with a fresh salt.
func newArgonHash(k cost, password string) argonHash {
	h := argonHash{cost: k, salt: random(saltBytes), tag: make([]byte, tagBytes)}
	h.tag = h.derive(password)
	return h
}

// decoy returns a hash that no password has: comparing with it costs what
// comparing with a real one does.
func decoy(k cost) argonHash {
	return argonHash{cost: k, salt: random(saltBytes), tag: random(tagBytes)}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func (h argonHash) derive(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.lanes, uint32(len(h.tag))) //nolint:gosec // a tag has 64 bytes at most
}

// matches compares in constant time.
func (h argonHash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.derive(password), h.tag) == 1
}

// differs reports whether a new hash would cost or look different.
func (h argonHash) differs(k cost) bool {
	return h.cost != k || len(h.salt) != saltBytes || len(h.tag) != tagBytes
}

// String is the hash in the PHC string format.
func (h argonHash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.memory, h.passes, h.lanes, b64.EncodeToString(h.salt), b64.EncodeToString(h.tag))
}

var errNoArgon = errors.New("not of the form $argon2id$v=19$m=…,t=…,p=…$salt$tag")

// parseArgon reads a PHC string. The errors hold no part of it.
func parseArgon(encoded string) (argonHash, error) {
	if len(encoded) > maxEncoded {
		return argonHash{}, errNoArgon
	}
	var h argonHash
	var salt, tag string
	n, err := fmt.Sscanf(encoded, "$argon2id$v=19$m=%d,t=%d,p=%d$%s", &h.memory, &h.passes, &h.lanes, &salt)
	if n != 4 || err != nil {
		return argonHash{}, errNoArgon
	}
	salt, tag, _ = strings.Cut(salt, "$")
	if h.salt, err = base64.RawStdEncoding.Strict().DecodeString(salt); err != nil {
		return argonHash{}, errNoArgon
	}
	if h.tag, err = base64.RawStdEncoding.Strict().DecodeString(tag); err != nil {
		return argonHash{}, errNoArgon
	}
	// There is one spelling of each hash: leading zeros, signs, spaces and line
	// breaks, which the readers above overlook, make it another one.
	if h.String() != encoded {
		return argonHash{}, errNoArgon
	}
	return h, h.check()
}

func (h argonHash) check() error {
	if n := len(h.salt); n < minSalt || n > maxSalt {
		return fmt.Errorf("a salt of %d bytes; want %d to %d", n, minSalt, maxSalt)
	}
	if n := len(h.tag); n < minTag || n > maxTag {
		return fmt.Errorf("a tag of %d bytes; want %d to %d", n, minTag, maxTag)
	}
	return h.cost.check()
}
