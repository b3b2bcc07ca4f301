package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// ByIssuer returns the checker of an API that accepts signed tokens of several
// issuers, each with a checker of its own:
//
//	checker := oauth.ByIssuer(map[string]oauth.Checker{
//		"https://login.example.com":   oauth.NewJWT(ours),
//		"https://partner.example.org": oauth.NewJWT(theirs),
//	})
//
// The claim iss of a token, as it is written, chooses the checker and nothing else:
// that checker verifies the token from the beginning, with its own keys. A token of
// another issuer, or of none, is refused before anybody is asked for keys, and so is
// one about whose issuer the checker is of another mind. Opaque tokens say no
// issuer; see [ByForm].
//
// ByIssuer panics if checkers is empty, or has an issuer without a name or a
// checker.
func ByIssuer(checkers map[string]Checker) Checker {
	if len(checkers) == 0 {
		panic("oauth: ByIssuer: there is no issuer, so that no token would be accepted")
	}
	for _, issuer := range slices.Sorted(maps.Keys(checkers)) {
		switch {
		case issuer == "":
			panic("oauth: ByIssuer: an issuer has no name; it is the claim iss of its tokens, such as \"https://login.example.com\"")
		case checkers[issuer] == nil:
			panic(fmt.Sprintf("oauth: ByIssuer: the checker of %q is nil, so that no token would be checked", issuer))
		}
	}
	return byIssuer(maps.Clone(checkers))
}

type byIssuer map[string]Checker

var (
	errNoIssuer      = errors.New("the token has no payload with an issuer")
	errUnknownIssuer = errors.New("the token is of an issuer that is not known")
	errOtherIssuer   = errors.New("the token is of another issuer than it seemed")
)

func (b byIssuer) Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	issuer, err := unverifiedIssuer(string(token))
	if err != nil {
		return nil, security.InvalidToken().Because(err)
	}
	checker, known := b[issuer]
	if !known {
		return nil, security.InvalidToken().Because(errUnknownIssuer)
	}
	info, err := checker.Check(ctx, token)
	if err == nil && (info == nil || info.Iss != issuer) {
		return nil, security.InvalidToken().Because(errOtherIssuer)
	}
	return info, err
}

// unverifiedIssuer reads the claim iss of a token that anybody may have written.
func unverifiedIssuer(token string) (string, error) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 || len(token) > maxToken {
		return "", errNoIssuer
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return "", errNoIssuer
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err := codec.Decode(payload, &claims, codec.Options{MaxDepth: maxDepth}); err != nil || claims.Issuer == "" {
		return "", errNoIssuer
	}
	return claims.Issuer, nil
}
