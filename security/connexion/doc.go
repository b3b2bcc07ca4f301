// Package connexion finds what verifies credentials by the names in an OpenAPI
// document, as Connexion does: x-tokenInfoFunc, x-basicInfoFunc and their kin.
//
//	functions := connexion.NewRegistry(connexion.Config{})
//	functions.RegisterVerifier("auth.verify_token", verifyToken)
//
//	locks, err := functions.Load(document) // openapi.json
//	if err != nil {
//		log.Fatal(err)
//	}
//	mortise.Get(api, "/secret", secret, locks.Operation("secret"))
//	mortise.Get(api, "/other", other, locks.Scheme("petstore_auth", "read:pets"))
//
// Names mean nothing but what was registered: no name is looked up anywhere
// else. There is no registry but those that a program makes.
//
// # Names
//
// A scheme names its function itself, or the environment does for all schemes of
// a kind that name none:
//
//	scheme                   extension              environment
//	oauth2, openIdConnect    x-tokenInfoFunc        TOKENINFO_FUNC
//	                         x-tokenInfoUrl         TOKENINFO_URL
//	                         x-scopeValidateFunc    SCOPEVALIDATE_FUNC
//	http basic               x-basicInfoFunc        BASICINFO_FUNC
//	http bearer              x-bearerInfoFunc       BEARERINFO_FUNC
//	apiKey                   x-apikeyInfoFunc       APIKEYINFO_FUNC
//
// A function wins over an address, wherever either is named. An apiKey scheme in
// the header Authorization with x-authentication-scheme "Bearer" is read as
// http bearer is.
//
// # What is required
//
// [Security.Operation] is what the document says of an operation: alternatives,
// each of which may need several schemes, {} for none at all. The functions for
// users and keys receive the scopes that the operation requires of tokens. In an
// alternative of its own a user or a key has to be granted them; beside a token
// it is the token's to grant them.
//
// # Security considerations
//
// What Connexion leaves to the application is done here: information that is not
// active, expired or not yet valid is refused. A scheme whose function is missing
// is an error of [Registry.Load], where Connexion drops the alternative.
//
// x-tokenInfoUrl sends every token to that address. Where an authorization server
// offers introspection (RFC 7662), register a function that uses it.
package connexion
