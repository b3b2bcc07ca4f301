package middleware

import (
	"net/http"

	"github.com/mortise-go/mortise/internal/clientaddr"
	"github.com/mortise-go/mortise/problem"
)

// HTTPSOnly answers requests that did not come over TLS with 403, code
// https-required. It does not redirect: by then a client has sent its
// credentials in the clear, and following the redirect would hide it.
//
// TLS that ends at a proxy counts when [ClientAddr] stands outside of HTTPSOnly
// and is told to believe the proxy; see [ClientAddrConfig].
func HTTPSOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !clientaddr.Secure(r) {
			refuse(w, r, errPlain)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var errPlain = problem.New(http.StatusForbidden, "https-required", "this is served over HTTPS only; what was sent over HTTP is no secret any more")
