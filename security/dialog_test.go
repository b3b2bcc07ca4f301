package security_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A78
func TestScriptsAreChallengedWithoutADialog(t *testing.T) {
	t.Parallel()
	type reader string
	stranger := di.Depends(func(context.Context, security.BasicCredentials) (string, error) {
		return "", security.InvalidCredentials("")
	})
	locked := func(c security.SchemeConfig) *router.Router {
		return newAPI(t, func(api *router.Router) {
			api.Handle(http.MethodGet, "/", stranger, security.Basic(c), router.OperationID("basic"))
			either := security.AnyOf[reader](
				di.Depends(func(context.Context, security.APIKey) (reader, error) { return "a program", nil }, security.APIKeyHeader("X-API-Key", c)),
				di.Depends(func(context.Context, security.BasicCredentials) (reader, error) { return "a person", nil }, security.Basic(c)))
			api.Handle(http.MethodGet, "/either", di.Depends(func(_ context.Context, r reader) (reader, error) { return r, nil }), either, router.OperationID("either"))
		})
	}
	const (
		loud  = `Basic realm="api", charset="UTF-8"`
		quiet = `xBasic realm="api", charset="UTF-8"`
		key   = `ApiKey realm="api", name="X-API-Key", in="header"`
	)
	for _, tt := range []struct {
		name, line string
		scripted   bool
	}{
		{"a person who opens the address", "Sec-Fetch-Mode: navigate", false},
		{"a program", "User-Agent: curl/8", false},
		{"fetch", "Sec-Fetch-Mode: cors", true},
		{"fetch that keeps to its site", "Sec-Fetch-Mode: same-origin", true},
		{"an image", "Sec-Fetch-Mode: no-cors", false},
		{"an older library", "X-Requested-With: XMLHttpRequest", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, noDialog := range []bool{false, true} {
				api, want := locked(security.SchemeConfig{NoDialog: noDialog}), loud
				if noDialog && tt.scripted {
					want = quiet
				}
				call(t, api, http.MethodGet, "/", tt.line).want(t, 401, "No credentials provided", want)
				call(t, api, http.MethodGet, "/", tt.line, "Authorization: Basic dXA=").want(t, 401, "Invalid authorization format", want)
				call(t, api, http.MethodGet, "/", tt.line, "Authorization: Basic dTpw").want(t, 401, "Invalid credentials", want)
				call(t, api, http.MethodGet, "/", tt.line, "Authorization: Bearer a").want(t, 401, "Invalid authorization header", want)
				call(t, api, http.MethodGet, "/either", tt.line).want(t, 401, "No credentials provided", key, want)
			}
		})
	}
}
