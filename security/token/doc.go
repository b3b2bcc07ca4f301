// Package token issues signed tokens of several kinds, ends them before their
// time, and exchanges refresh tokens so that a stolen one gives itself away.
//
//	issuer, err := token.NewIssuer(token.Config{
//		Issuer:   "https://login.example.com",
//		Audience: []string{"blog"},
//		Secrets:  []token.Key{{ID: "2026-11", Material: secret}},
//		Kinds:    []token.Kind{{Name: token.Access}, {Name: token.Refresh}},
//	})
//	...
//	access, err := token.For[Claims](issuer, token.Access)
//	revocations, err := token.NewRevocations(issuer, token.RevocationConfig{Store: token.NewMemory(nil)})
//
//	api.Provide(access.Dependency(), token.NotRevoked[*token.Token[Claims]](revocations))
//	mortise.Get(api, "/profile", profile) // takes a *token.Token[Claims], so it is locked
//	mortise.Post(api, "/logout", token.Logout[*token.Token[Claims]](revocations))
//
// # Kinds
//
// A [Kind] has its own keys, typ, audience, lifetime and claims, and [For] gives
// the [Mint] that makes and accepts its tokens. A refresh token is no access token
// and a token from a mail sets no password, because whoever verifies says which
// kind is expected: the key is never chosen by what the token says.
//
//	access token at                refresh token at
//	  access.Verify    accepted      access.Verify    401
//	  refresh.Verify   401           refresh.Verify   accepted
//
// The claims are a struct of the program's own. Beside them the issuer writes iss,
// sub, aud, exp, nbf, iat, a random jti and, for a session, sid.
//
// # Keys
//
// With Config.Secrets each kind gets a key derived for it alone. Keys of its own
// may be of any algorithm that package security verifies; prefer RS256, ES256 or
// EdDSA where others verify the tokens, because with HMAC whoever verifies can
// sign.
//
// Keys change in three steps, each of them a restart: list the new key behind the
// old one; when all instances know it, list it first; and when the last token of
// the old key has expired, remove that.
//
// # Revocation
//
// [Revocations] remembers what was ended in a [Store]: one token, a session, or all
// tokens that an account had until now. [NotRevoked] is the guard that asks.
//
//	Revoke         one token
//	Spend          one token that serves once, for the first who comes
//	Logout         the token and its session
//	RevokeSession  all tokens with its sid
//	RevokeSubject  all tokens of an account issued so far
//
// [Memory] forgets with the process. [Log] keeps a file and acknowledges nothing
// that a crash could undo. A shared server is for more than one process.
//
// # Refresh tokens
//
// A [Rotation] gives a successor for each refresh token. One that comes back after
// that ends its session, except within the grace period, where a client that asked
// twice gets the same successor again.
//
//	login      R1
//	R1 ──▶     R2        R1 is used up
//	R1 ──▶     R2        within 10 s: the answer may have been lost
//	R1 ──▶     401       later: R1, R2 and the session's access tokens are dead
//
// # Security considerations
//
// A token is remembered by issuer and jti, or by the digest of what is signed, never
// by its text: whoever has one ECDSA signature can make a second one for the same
// token. Stores hold digests and random IDs, nothing that opens anything.
//
// A store has 250 ms. When it fails the answer is 503 with Retry-After, because a
// revoked token must not come back to life; what changes that is called
// DangerouslyAcceptWhenStoreFails. A logout that could not be stored is 503, too.
//
// Take the time before you look whether somebody may log in, and give it to [At]: a
// token that is issued while its account is revoked is then among the revoked ones.
//
// Tokens, keys and configs print without their secrets, and the reason for which a
// token is refused goes to the log only.
package token
