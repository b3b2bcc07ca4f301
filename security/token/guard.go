package token

import (
	"context"
	"net/http"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
)

// NotRevoked makes a guard that takes a verified token and gives it back unless it
// was revoked: 401 token-invalid, or 503 with Retry-After while the store does not
// answer. It runs after every credential has been verified, so that no forged
// token costs a look into the store.
//
// Provide it behind what it guards; whoever takes the token then gets the checked
// one:
//
//	api.Provide(access.Dependency(), token.NotRevoked[*token.Token[Claims]](revocations))
//
// It panics if r is nil.
func NotRevoked[T Stamped](r *Revocations) *di.Dependency {
	if r == nil {
		panic("token: NotRevoked: the revocations are nil, so that nothing would be checked")
	}
	return di.Depends(func(ctx context.Context, t T) (T, error) {
		if err := r.Check(ctx, t); err != nil {
			var none T
			return none, err
		}
		return t, nil
	}, di.Named("NotRevoked"), di.At(di.Revocation), di.Note(unavailability{}))
}

// Logout is a handler that revokes the token of the request and answers 204; with
// its session, if it belongs to one. It answers 503, and not 204, if that could
// not be stored.
//
//	mortise.Post(api, "/logout", token.Logout[*token.Token[Claims]](revocations), router.OperationID("logout"))
func Logout[T Stamped](r *Revocations) func(context.Context, T) (di.None, error) {
	if r == nil {
		panic("token: Logout: the revocations are nil, so that nothing would be revoked")
	}
	return func(ctx context.Context, t T) (di.None, error) { return di.None{}, r.Logout(ctx, t) }
}

// unavailability documents the answer while the store fails.
type unavailability struct{}

func (unavailability) Describe(op *openapi.Operation) {
	op.AddResponse(openapi.Response{
		Status: http.StatusServiceUnavailable,
		Headers: []openapi.ResponseHeader{{
			Name: "Retry-After", Description: "Seconds after which another attempt may succeed.", Example: "1",
		}},
	})
}
