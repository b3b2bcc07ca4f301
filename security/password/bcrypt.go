package password

import (
	"errors"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// maxBcryptCost is the greatest cost of a bcrypt hash that is verified, some two
// seconds of one processor.
const maxBcryptCost = 15

// bcryptHash is a hash of an older system.
type bcryptHash string

var errNoBcrypt = errors.New("not of the form $2b$10$… with a cost of 4 to 15")

// parseBcrypt reads a bcrypt string. The variants 2a, 2b and 2y mean the same
// for what bcrypt can hash; 2x, a variant with a defect, and 2 without a letter,
// which leaves out the end of the password, are not accepted.
func parseBcrypt(encoded string) (bcryptHash, error) {
	const length = 60
	if len(encoded) != length || !strings.Contains("aby", encoded[2:3]) || encoded[3] != '$' || encoded[6] != '$' {
		return "", errNoBcrypt
	}
	for _, c := range []byte(encoded[7:]) {
		if !isBcryptDigit(c) {
			return "", errNoBcrypt
		}
	}
	cost, err := bcrypt.Cost([]byte(encoded))
	if err != nil || cost > maxBcryptCost || encoded[4] == '+' || encoded[4] == '-' {
		return "", errNoBcrypt
	}
	return bcryptHash(encoded), nil
}

func isBcryptDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '/'
}

// matches compares in constant time. bcrypt looks at 72 bytes, and at a password
// as if it were written over and over with a NUL between; what is longer, or
// holds a NUL, would be taken for equal to something else. It is compared all
// the same, so that it takes as long.
func (h bcryptHash) matches(password string) bool {
	err := bcrypt.CompareHashAndPassword([]byte(h), []byte(password))
	return err == nil && len(password) <= 72 && !strings.Contains(password, "\x00")
}
