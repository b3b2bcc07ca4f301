// Package totp asks for a second factor: the one-time codes of authenticators
// (RFC 6238), and recovery codes for those who have lost theirs.
//
// A verifier for the program and a guard for the routes that need it:
//
//	verifier, err := totp.New(totp.Config{Issuer: "Example Blog", Store: &totp.MemoryStore{}})
//	...
//	secondFactor := totp.Require(verifier, func(_ context.Context, u *User) (totp.Account, error) {
//		return totp.Account{ID: u.ID, Secret: u.TOTPSecret}, nil
//	})
//	mortise.Get(api, "/sensitive-data", sensitive, secondFactor)
//
// The client sends the code in the field X-TOTP-Code. Whoever leaves it out is
// told to ask for one:
//
//	HTTP/1.1 401 Unauthorized
//	WWW-Authenticate: Bearer realm="api", error="insufficient_user_authentication", error_description="A second factor is required", acr_values="mfa"
//
//	{"title":"Unauthorized","status":401,"detail":"A second factor is required","code":"mfa-required"}
//
// # Answers
//
//	what was sent                         answer   code
//	no code                               401      mfa-required
//	a code that is wrong, or used         401      invalid-credentials
//	two codes                             400      bad-request
//	any, for an account without a secret  403      mfa-enrolment-required
//	too many wrong ones                   429      rate-limited
//	any, while the store fails            503      service-unavailable
//
// # Setting up an authenticator
//
//  1. [Verifier.Enrol] makes a secret. Store it as pending, and show its picture,
//     [Enrolment.QR], or the secret itself, once, to somebody who has just logged
//     in with a password.
//  2. Ask for a code and give it to [Verifier.Verify] with the pending secret. If
//     it is right, the secret is the account's.
//  3. Show what [Verifier.NewRecoveryCodes] returns.
//
// The code that finished this is used: the first login needs the next one.
//
// # Stores
//
// A [Store] makes sure that each code is used once, and counts wrong ones per
// account. [MemoryStore] is for one process, and [Log] for one that forgets nothing
// when it is started again. Whoever runs several shares a store
// between them, lest a code be good once in each.
//
// # Security considerations
//
// An account without a secret is refused, always: the algorithm itself accepts a
// code for the empty secret. Only text of exactly as many ASCII digits as a code
// has is compared, in constant time and with all codes that are accepted.
//
// With three codes accepted at a time and five tries in 15 minutes, somebody who
// has the password and goes on guessing for a day gets in with a chance of one in
// seven hundred. Tell the owner when tries fail; it means that the password is
// known. Tries are counted per account, so that no change of address or session
// helps, and before the comparison, so that no haste does. The other side of it
// is that whoever has the password can make the owner wait.
//
// [Require] is behind a login, not a part of it. A token that is given out after
// the password alone opens every route without Require, so give out one for
// nothing but the second step, or put Require on the whole API.
//
// Whoever can read a secret can make codes. Encrypt it where it is stored; the
// function that Require takes is the place to decrypt it. Answers with a secret,
// URI, picture or recovery code carry Cache-Control: no-store. A [Secret] prints
// as "[redacted]".
package totp
