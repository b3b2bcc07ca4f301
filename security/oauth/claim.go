package oauth

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

// RequireClaim lets only tokens pass that have a claim, whatever it says, and gives
// the token's information. One that is null counts as absent. Otherwise the answer
// is 403 "Claim 'tenant' required".
//
// It panics if the claim has no name, or one of scope, scp, active, aud, exp, nbf and
// iat: those are compared elsewhere, and that a token has them says nothing.
func RequireClaim(name string) *di.Dependency {
	mustClaim("RequireClaim", name)
	return claimGuard(name, "the claim `"+name+"`", func(any) bool { return true })
}

// RequireClaimValue lets only tokens pass whose claim has this value, of this type
// of JSON: the number 1 is not the text "1". Otherwise it is as [RequireClaim]; the
// answer says what claim, and not what value, is required.
//
// It panics for a number that JSON's readers do not agree on: an integer beyond 2^53,
// an infinity, or none.
func RequireClaimValue[T string | bool | int | int64 | float64](name string, value T) *di.Dependency {
	mustClaim("RequireClaimValue", name)
	want := jsonValue(name, value)
	return claimGuard(name, fmt.Sprintf("a certain value of the claim `%s`", name), func(v any) bool { return v == want })
}

// elsewhere are the claims that a checker or another guard compares.
var elsewhere = [...]string{"scope", "scp", "active", "aud", "exp", "nbf", "iat"}

func mustClaim(function, name string) {
	switch {
	case name == "":
		panic("oauth: " + function + ": the claim has no name; give one such as \"tenant\"")
	case slices.Contains(elsewhere[:], name):
		panic(fmt.Sprintf("oauth: %s: the claim %q is compared elsewhere: scopes by RequireScope, audience and times by the checker", function, name))
	}
}

// jsonValue is a value as JSON's own types have it.
func jsonValue(name string, value any) any {
	exact := true
	switch v := value.(type) {
	case int:
		value, exact = float64(v), -1<<53 <= v && v <= 1<<53
	case int64:
		value, exact = float64(v), -1<<53 <= v && v <= 1<<53
	case float64:
		exact = !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	if !exact {
		panic(fmt.Sprintf("oauth: RequireClaimValue: the value of %q is a number that JSON cannot tell from its neighbours; require a text", name))
	}
	return value
}

func claimGuard(name, words string, fits func(any) bool) *di.Dependency {
	refusal := security.ErrForbidden.Refuse().WithDetail("Claim '" + name + "' required")
	return di.Depends(func(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) {
		if v := claimOf(info, name); v == nil || !fits(v) {
			return nil, refusal
		}
		return info, nil
	}, di.Named("oauth.RequireClaim("+name+")"), di.At(di.Authorization), di.Note(claimed(words)))
}

// claimOf returns a claim as JSON's own types have it, nil if it is absent. Those
// that TokenInfo has a field for are texts, and absent if they are empty.
func claimOf(info *security.TokenInfo, name string) any {
	text, isField := "", true
	switch name {
	case "iss":
		text = info.Iss
	case "sub":
		text = info.Sub
	case "jti":
		text = info.Jti
	case "client_id":
		text = info.ClientID
	case "username":
		text = info.Username
	case "token_type":
		text = info.TokenType
	default:
		isField = false
	}
	switch {
	case !isField:
		return info.Extra[name]
	case text == "":
		return nil
	}
	return text
}

// claimed documents a guard of a claim.
type claimed string

func (c claimed) Describe(op *openapi.Operation) {
	op.Requirements = append(op.Requirements, string(c))
	op.AddResponse(openapi.Response{Status: http.StatusForbidden})
}
