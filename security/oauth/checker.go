package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

// A Checker says whether a token is good, and what there is to know about it. A
// [Remote] asks a server, a [JWT] looks at the token itself. The error is a
// [security.Refusal], or a 503 if nobody can tell. It is safe for concurrent use.
type Checker interface {
	Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error)
}

// A JWT is a [Checker] for access tokens that are JSON Web Tokens (RFC 9068).
// [NewJWT] makes it.
type JWT struct{ verifier *security.Verifier }

// NewJWT returns the checker for the tokens that a verifier accepts. It panics if
// the verifier is nil.
func NewJWT(v *security.Verifier) *JWT {
	if v == nil {
		panic("oauth: NewJWT: the verifier is nil; make one with security.NewVerifier, and a JWKS as its Source")
	}
	return &JWT{v}
}

// Check returns the claims of a token as its information. One without sub is refused
// (RFC 9068 §2.2), and one without exp, unless the verifier allows that. Where scope is
// absent, scp is read in its place. What is no claim of [security.TokenInfo] is in
// Extra.
func (j *JWT) Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	claims, err := security.VerifyContext[claims](ctx, j.verifier, string(token))
	if err != nil {
		return nil, err
	}
	if claims.Sub == "" {
		return nil, security.InvalidToken().Because(errNoSubject)
	}
	return &claims.TokenInfo, nil
}

var errNoSubject = errors.New("the token has no sub, which is the client's ID for a token of nobody else (RFC 9068 §2.2)")

// claims are those of an access token. A token whose signature is good is active.
type claims struct{ security.TokenInfo }

// UnmarshalJSON reads the payload of a token.
func (c *claims) UnmarshalJSON(data []byte) error {
	if err := c.TokenInfo.UnmarshalJSON(data); err != nil {
		return err
	}
	c.Active = true
	if scp, ok := c.Extra["scp"]; ok && c.Scope == nil && !hasScope(data) {
		c.Scope = scopesOf(scp)
	}
	return nil
}

// hasScope reports whether a payload says what the token grants, be it nothing.
func hasScope(payload []byte) bool {
	var said struct {
		Scope any `json:"scope"`
	}
	return codec.Decode(payload, &said, codec.Options{MaxDepth: maxDepth}) != nil || said.Scope != nil
}

// scopesOf reads a claim as scopes; what is neither a text nor an array of texts
// grants nothing.
func scopesOf(claim any) security.GrantedScopes {
	switch v := claim.(type) {
	case string:
		return security.ParseScopes(v)
	case []any:
		var scopes security.GrantedScopes
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				return nil
			}
			scopes = append(scopes, text)
		}
		return scopes
	}
	return nil
}

// ByForm returns the checker of an API to which both kinds of tokens come: what has
// the three parts of a JSON Web Token is for jwt, everything else for opaque. No
// token gets a second try.
func ByForm(jwt, opaque Checker) Checker { return byForm{jwt, opaque} }

type byForm struct{ jwt, opaque Checker }

func (f byForm) Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	if text := string(token); strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2 { // eyJ is {" in Base64
		return f.jwt.Check(ctx, token)
	}
	return f.opaque.Check(ctx, token)
}

// Token returns the dependency that has the token of a request checked. It takes a
// [security.BearerToken] and gives a *[security.TokenInfo]: whoever takes one is
// locked. As a requirement of an API it is a filter before all of its routes:
//
//	api.Provide(oauth.Token(checker))
//	api.Require(oauth.RequireScope("read"))
//
// A token that is bound to a key is no bearer token, and is refused; see [DPoP]. Token
// panics if c is nil.
func Token(c Checker) *di.Dependency {
	if c == nil {
		panic("oauth: Token: the checker is nil, so that no token would be checked")
	}
	return di.Depends(func(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
		info, err := c.Check(ctx, token)
		if err == nil && isBound(info) {
			return nil, security.InvalidToken().Because(errBound) // RFC 9449 §7.1
		}
		return info, err
	}, di.Named("oauth.Token"), di.At(di.Authentication), di.Note(unavailability{}))
}

var errBound = errors.New("the token is bound to a key, and came without a proof that its sender has it")

// isBound reports whether a token needs a proof: it names a key by its thumbprint, in
// whatever form, or says in a form that nobody can read how it is confirmed (RFC 7800
// §3.1). Other members than jkt, as for certificates, are left to the program.
func isBound(info *security.TokenInfo) bool {
	if info == nil { // of a checker that forgot its error
		return false
	}
	claim := info.Extra["cnf"]
	cnf, readable := claim.(map[string]any)
	_, named := cnf["jkt"]
	return claim != nil && (named || !readable)
}

// boundTo returns the thumbprint of the key that a token is bound to (RFC 9449 §6.1),
// empty if it is bound to none.
func boundTo(info *security.TokenInfo) string {
	if info == nil {
		return ""
	}
	cnf, _ := info.Extra["cnf"].(map[string]any)
	thumbprint, _ := cnf["jkt"].(string)
	return thumbprint
}

// RequireScope lets only tokens with all of the scopes pass, and gives the token's
// information. Otherwise the answer is 403 with the scopes that are required, those
// of the API, of its groups and of the route. It panics if a scope fails
// [security.CheckScope].
func RequireScope(scopes ...string) *di.Dependency {
	return security.Require(func(_ context.Context, in struct {
		Required security.Scopes
		Info     *security.TokenInfo
	}) (*security.TokenInfo, error) {
		if !in.Info.Scope.Has(in.Required...) {
			return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Info.Scope)
		}
		return in.Info, nil
	}, scopes...)
}

// unavailability documents the answer while the server fails.
type unavailability struct{}

func (unavailability) Describe(op *openapi.Operation) {
	op.AddResponse(openapi.Response{
		Status: http.StatusServiceUnavailable,
		Headers: []openapi.ResponseHeader{{
			Name: "Retry-After", Description: "Seconds after which another attempt may succeed.", Example: "1",
		}},
	})
}
