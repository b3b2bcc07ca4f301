// Package password hashes passwords, verifies them, and judges new ones.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//
//		"github.com/mortise-go/mortise/security/password"
//	)
//
//	func main() {
//		hasher, err := password.New(password.Config{})
//		if err != nil {
//			panic(err)
//		}
//		stored, _ := hasher.Hash(context.Background(), "correct horse battery")
//		outdated, err := hasher.Verify(context.Background(), "correct horse battery", stored)
//		fmt.Println(outdated, err) // false <nil>
//	}
//
// # Login
//
// A login verifies in every case, also when there is no such user, and returns
// the error as it is:
//
//	func (s *service) login(ctx context.Context, in credentials) (*User, error) {
//		var stored string
//		user := s.named(in.Username) // nil when there is none
//		if user != nil {
//			stored = user.Hash
//		}
//		outdated, err := s.hasher.Verify(ctx, in.Password, stored)
//		if err != nil {
//			return nil, err
//		}
//		if outdated {
//			if fresh, err := s.hasher.Hash(ctx, in.Password); err == nil {
//				s.replaceHash(user, stored, fresh)
//			}
//		}
//		return user, nil
//	}
//
//	what happened                         error                            answer
//	the password matches                  nil
//	a wrong password, or no such user     security.ErrInvalidCredentials   401
//	a stored hash that cannot be read     the same, and its reason         401
//	too many at once                      *OverloadError                   503, Retry-After
//
// # Hashes
//
// New hashes are argon2id (RFC 9106) in the PHC string format. Those of bcrypt
// are verified, so that the accounts of an older system can log in; like hashes
// of another cost they count as outdated.
//
//	$argon2id$v=19$m=19456,t=2,p=1$…$…   verified
//	$2a$10$…, $2b$10$…, $2y$10$…         verified, always outdated
//	anything else                        compared with nothing
//
// # New passwords
//
// A [Policy] follows NIST SP 800-63B-4 and ASVS 5.0: a minimal length, no
// passwords that many people use, none that hold the user's own name, and no
// rules about kinds of characters. [ReadList] reads a list of common passwords;
// the package itself knows a few hundred, in the variations that people make of
// them.
//
// # Load
//
// A hash costs memory and time on purpose, which makes a login the cheapest way
// to bring a server down. So a [Hasher] computes a few at a time, lets a bounded
// number wait for a bounded time, and refuses the rest.
//
// # Security considerations
//
// Verify takes the same time for an unknown user as for a wrong password, if the
// stored hash has the cost of the config. A hash of another cost, of bcrypt above
// all, takes its own time, so that its user can be told from those who do not
// exist, until the hash is replaced at the next login.
//
// Passwords are used as they are: not trimmed, not cut off, not folded, not
// normalized. One of more than 1024 bytes is refused before it costs anything.
// bcrypt itself looks at 72 bytes and stumbles over NUL; passwords that it would
// take for others do not match.
//
// Neither errors nor anything else that this package makes holds a password or a
// hash.
//
// The bounds of a Hasher do not limit guesses. Limit logins per address and per
// account, too. Compare user names exactly, and go on with the name that is
// stored, not with the one that was sent.
package password
