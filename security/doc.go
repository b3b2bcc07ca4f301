// Package security authenticates requests and declares what a route requires.
//
// Whoever needs a credential is locked by it, when the API runs and in its
// document alike:
//
//	func claims(ctx context.Context, token security.BearerToken) (*Claims, error) {
//		return security.Verify[Claims](verifier, string(token))
//	}
//
//	func currentUser(ctx context.Context, c *Claims) (*User, error) { ... }
//
//	func main() {
//		api := mortise.New("Blog", "1.0.0")
//		api.Provide(
//			security.Bearer(security.SchemeConfig{}),
//			mortise.Depends(claims),
//			mortise.Depends(currentUser))
//
//		mortise.Get(api, "/profile", profile) // takes a *User, so it is locked
//		mortise.Get(api, "/audit", audit, security.RequireRole[*User]("admin"))
//		mortise.Run(api, ":8080")
//	}
//
// # Schemes
//
// A scheme is a dependency that gives a credential as it was sent. It verifies
// nothing: that is for the function which takes the credential.
//
//	scheme            gives              reads                            name in the document
//	Bearer            BearerToken        Authorization: Bearer ...        BearerAuth
//	OAuth2            BearerToken        Authorization: Bearer ...        OAuth2
//	OpenIDConnect     BearerToken        Authorization: Bearer ...        OpenIDConnect
//	DPoP              DPoPCredentials    Authorization: DPoP ..., DPoP     DPoPAuth
//	Basic             BasicCredentials   Authorization: Basic ...         BasicAuth
//	APIKeyHeader      APIKey             a header field                   ApiKeyAuth
//	APIKeyQuery       APIKey             a parameter of the query         ApiKeyQuery
//	APIKeyCookie      APIKey             a cookie                         ApiKeyCookie
//
// A [SchemeConfig] gives it another name, a description and a realm. An API
// with two schemes of one type lets each user of a credential bring its own:
//
//	holder := mortise.Depends(keyHolder, security.APIKeyHeader("X-API-Key", security.SchemeConfig{}))
//
// A 401 for a request without credentials carries one WWW-Authenticate line for
// each scheme that the operation accepts. So does one of the program's own, made
// with [InvalidToken], [UserNotFound] or their kin, unless it names challenges
// itself. A credential of wrong form is challenged by its own scheme alone.
//
// # Guards
//
// A guard is required by an API, a group or a route, and lets only some of the
// authenticated pass:
//
//	Require              a function of the program's own, with or without scopes
//	RequireRole          a principal that holds a role
//	RequireAnyRole       one that holds one of several
//	RequireMinRole       one that holds a role or a higher one, in the order of an RBAC
//	RequirePermission    one that holds a permission
//	RequireGrant         one to whose roles an RBAC grants a permission
//	RequirePolicy        whom a Policy lets pass, alone or combined by All, Any and Not
//	RequireOwner         the owner of a resource, which it loads and gives to the handler
//
// Guards add up: two are two checks, and what a group requires no route takes
// away, except by declaring itself public. Scopes are required of a function with [Require] and compared by whoever
// takes [Scopes], with [GrantedScopes.Has]; those that nothing takes are a
// mistake that the API's Build reports. What guards require stands in the
// description of the operation, with 403 or 404 among its responses. Which policy
// said no is the cause of the refusal, a [Denial], and so goes to the log alone.
//
// # Combining
//
//	AllOf       needs all, and gives the value of the first       AND
//	AnyOf       gives the first value whose credential is there   OR
//	Optional    gives a value, or none when nothing was sent      the empty requirement
//
// They nest. A credential that was presented and is wrong is refused: neither a
// good one beside it nor Optional excuses it. [AnyOfLenient] and
// [OptionalLenient] are for clients that send what is stale along with what is
// good.
//
// # Information
//
// A scheme may bring the function that knows its credentials, as Connexion has
// it. It gives a [TokenInfo], whose state and scopes are checked:
//
//	TokenInfoFrom     of a token: Bearer, OAuth2, OpenIDConnect
//	BasicInfoFrom     of a user and a password, and the required scopes
//	APIKeyInfoFrom    of a key, and the required scopes
//	SubjectOf         gives whom a credential stands for
//	AllInfo           needs several, and gives their information by the names of the schemes
//
// Package security/connexion finds the functions by their names in an OpenAPI
// document.
//
// # Order
//
// Schemes and what verifies their credentials come first, then scopes, roles and
// permissions, and ownership; within each of these the order of declaration
// counts. What a guard needs comes before it, so a guard that takes a *User
// runs behind those declared before it that give one. Only then are the other
// parameters bound and the body read.
//
// # Credentials
//
// The functions that schemes are built on stand alone, too. Each returns the
// credential or a [Fault]:
//
//	function          reads                            refuses besides what is empty
//	ReadBearer        Authorization: Bearer abc        two fields, two tokens, odd space
//	ReadBasic         Authorization: Basic dXNlcjpw…   Base64 in another spelling, control characters
//	ReadHeaderKey     X-API-Key: abc                   two fields, space
//	ReadQueryKey      ?api_key=abc                     two parameters, a query that is malformed
//	ReadCookieKey     Cookie: session=abc              two cookies of the name
//
// # Refusals
//
// A [Refusal] is an error with its answer: status, code and detail of the problem
// document, and one WWW-Authenticate line for each scheme.
//
//	what happened                      status  fault
//	no credentials                     401     ErrMissingCredentials, ErrOtherScheme
//	credentials that are wrong         401     ErrMalformedCredentials, ErrInvalidCredentials
//	a token that is not accepted       401     ErrInvalidToken, ErrExpiredToken
//	credentials sent twice             400     ErrMultipleCredentials, ErrMalformedQuery
//	a scope is missing                 403     ErrInsufficientScope
//	a role or the ownership is missing 403     ErrForbidden
//
// Absent credentials let another scheme have a try; credentials that were
// presented and are wrong never do.
//
// # Tokens
//
// A [Verifier] turns a token into claims of the program's own type, or into a
// refusal that answers 401 by itself:
//
//	verifier, err := security.NewVerifier(security.VerifierConfig{
//		Algorithms: []string{"RS256"},
//		Keys:       keys,
//		Issuer:     "https://login.example.com",
//		Audience:   []string{"https://api.example.com"},
//	})
//
// A token is accepted when all of this holds:
//
//   - it is a compact JWS of three Base64url parts in their one spelling, not too
//     long, and both of its JSON objects are flat enough, valid UTF-8 and without
//     duplicate members;
//   - its header asks for no extension (crit, b64, zip, enc, cty) and its typ is
//     expected;
//   - its algorithm is one of the config's, its kid names one of the config's keys,
//     and the signature is good;
//   - exp, nbf and iat hold, within the leeway, and iss and aud are the config's;
//   - the claims fit the user's type by their exact names, and its Validate method,
//     if it has one, agrees.
//
// # Security considerations
//
// The key is never taken from the token, nor fetched for it: jwk, jku, x5u and x5c
// are not read. HMAC and public keys never share a verifier. Checks that need a
// setting are required settings; what switches one off says so by its name, such as
// AnyAudience or DangerouslyAllowNoExpiry.
//
// A verified token is good until it expires. To end it sooner, remember its issuer
// and jti. Do not remember its text, or a hash of it: whoever has one good ECDSA
// signature can compute a second.
//
// Secrets print as "[redacted]", and the reason for which a token is refused goes
// to the log and never to the client.
//
// Roles, permissions and scopes are compared exactly. A principal that is the zero
// value of its type passes no guard: a function that forgot its error must not
// turn out to be somebody, least of all the owner of what has no owner. Where
// several credentials are good, the alternative that is declared first counts;
// rights are never joined.
//
// [RequireOwner] loads by what the path says, so the function has to look for a
// nested resource within the one around it. With [HideExistence] nobody learns
// from an answer which resources exist; how long the answer took may still tell.
//
// Keys and passwords are compared by the program. Keep their hashes, and look up
// or compare those: a comparison that ends at the first difference tells how
// much of a guess was right.
package security
