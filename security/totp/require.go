package totp

import (
	"context"
	"net/http"
	"reflect"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

// Header is the field that carries a code.
const Header = "X-TOTP-Code"

// Require makes a guard that asks for a code of the principal's authenticator in
// the field X-TOTP-Code, and gives the principal back. It runs behind whatever
// authenticates the principal and before scopes, roles and the body. Declare it
// before other guards of the same principal: one that is declared behind them
// takes the principal from them, and so runs behind them.
//
// The function says which account the principal has; its error is the answer. It
// may decrypt the secret, or read it from where it is kept. An account without a
// secret does not pass, whatever code it sends.
//
// What is answered otherwise is what [Verifier.Verify] says; a code that is sent
// twice is a 400. A principal that is the zero value of its type is nobody: 401,
// and the function is not called. Require panics if v or account is nil.
func Require[P any](v *Verifier, account func(ctx context.Context, principal P) (Account, error)) *di.Dependency {
	if v == nil || account == nil {
		panic("totp: Require: the verifier or the function that finds the account is nil, so nothing could be checked")
	}
	return di.Depends(func(ctx context.Context, in struct {
		Principal P
		Request   *http.Request
	}) (P, error) {
		var none P
		if isZero(in.Principal) {
			return none, security.MissingCredentials()
		}
		a, err := account(ctx, in.Principal)
		if err != nil {
			return none, err
		}
		code, err := read(in.Request.Header)
		if err == nil {
			err = v.Verify(ctx, a, code)
		}
		if err != nil {
			return none, err
		}
		return in.Principal, nil
	}, di.Named("totp.Require"), di.At(di.SecondFactor), di.Note(note{}))
}

// read returns the code of a request, "" for none.
func read(h http.Header) (string, error) {
	switch values := h.Values(Header); len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	}
	return "", security.ErrMultipleCredentials
}

// isZero reports whether there is no principal: a nil pointer, or what a
// function leaves behind that forgot its error. A type without content has no
// other value; it is always there.
func isZero[P any](principal P) bool {
	v := reflect.ValueOf(&principal).Elem()
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return !v.IsValid() || v.IsZero() && v.Type().Size() > 0
}

// note documents the guard.
type note struct{}

// Describe adds what the guard reads and how it refuses. The parameter is not
// required: a client that leaves it out is told to ask for it (RFC 9470).
func (note) Describe(op *openapi.Operation) {
	op.Requirements = append(op.Requirements, "a TOTP code in `"+Header+"`")
	op.AddParameter(openapi.Parameter{
		Name: Header, In: "header", Type: reflect.TypeFor[string](), Example: "123456",
		Description: "The code that the authenticator of the account shows now. Without it the answer is 401, with a challenge that asks for it.",
	})
	field := func(name, description string) openapi.ResponseHeader {
		return openapi.ResponseHeader{Name: name, Description: description, Required: true}
	}
	op.AddResponse(
		openapi.Response{Status: http.StatusBadRequest},
		openapi.Response{Status: http.StatusUnauthorized},
		openapi.Response{Status: http.StatusForbidden},
		openapi.Response{Status: http.StatusTooManyRequests, Headers: []openapi.ResponseHeader{
			field("Retry-After", "Seconds until another try."),
			field("RateLimit-Policy", "How many wrong codes may be tried, in how many seconds."),
			field("RateLimit", "How many tries are left, and for how many seconds."),
		}},
		openapi.Response{Status: http.StatusServiceUnavailable},
	)
}
