// Package oauth makes an API a resource server of OAuth 2.0: it accepts the tokens
// of an authorization server that is somewhere else.
//
//	keys, err := oauth.NewJWKS(ctx, oauth.JWKSConfig{Issuer: "https://login.example.com"})
//	verifier, err := security.NewVerifier(security.VerifierConfig{
//		Algorithms: []string{"RS256", "ES256"},
//		Source:     keys,
//		Issuer:     "https://login.example.com",
//		Audience:   []string{"https://api.example.com"},
//	})
//	...
//	api.Provide(oauth.Token(oauth.NewJWT(verifier)))
//	mortise.Get(api, "/hello", hello) // takes a *security.TokenInfo, so it is locked
//	mortise.Get(api, "/posts", posts, oauth.RequireScope("posts:read"))
//
// # Tokens
//
// A [Checker] says whether a token is good and gives its [security.TokenInfo].
//
//	NewJWT              signed tokens, with the keys of a JWKS     no request of its own
//	NewIntrospection    opaque tokens, by RFC 7662                 a request per token and minute
//	NewTokenInfo        opaque tokens, by a URL of the server's own, as Connexion has it
//	ByForm              both
//	ByIssuer            signed tokens of several issuers
//
// [Token] makes a dependency of it; [RequireScope], [RequireClaim], [RequireClaimValue]
// and [RequireAuthentication] are guards of what it gives. Programs with claims of their own give a [JWKS] to a
// verifier and call [security.VerifyContext] themselves.
//
// [DPoP] is what accepts tokens that are bound to a key (RFC 9449), from the holder of
// the key alone. [Token] refuses them.
//
// # Keys
//
// A [JWKS] is fetched when the program starts, every ten minutes, and when a token
// names a key that is not in it; the last at most once in 30 s, and not again for a
// key that was not found a moment ago. A token whose key is there never waits and
// never causes a fetch, whether its signature is good or not. A set that was fetched
// replaces the one before.
//
// # When the server fails
//
//	what                            answer
//	known keys                      go on for 24 h
//	an unknown key                  503 while the server fails, 401 when it has answered
//	an answer that is remembered    goes on until its time is over, a minute at most
//	any other opaque token          503 with Retry-After
//
// An outage is never a 401: a client that gets one throws its good token away.
//
// # Clients
//
// A [Resource] publishes where tokens for this API come from (RFC 9728), and
// [DiscoveryURL] is what [security.OpenIDConnect] wants for the document.
//
// # Security considerations
//
// Servers are asked over TLS with certificates that are checked. Redirects are not
// followed, packed and oversized answers are refused, and so are those of another
// media type. No URL is ever taken from a token.
//
// Answers are remembered by a digest of the token and of the server's URL. What a
// token may do is decided anew for each request. A token that was revoked goes on
// for as long as its answer is remembered; [Remote.Forget] ends that.
//
// Proofs of possession serve once, and are remembered only when they came with a
// good token. They are for the method, path and query-less URL that this API has,
// by its own configuration and never by the Host field.
//
// Strangers can make up keys and tokens, so whatever they cause is bounded: fetches
// in number, questions under way (503 beyond that), and what is remembered of tokens
// that are not good, which has room of its own.
package oauth
