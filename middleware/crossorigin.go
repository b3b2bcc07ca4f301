package middleware

import (
	"fmt"
	"net/http"

	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/problem"
)

// CrossOriginConfig changes what [CrossOrigin] lets pass. The zero value lets
// same-origin requests and those of programs pass.
type CrossOriginConfig struct {
	// TrustedOrigins may send unsafe requests from elsewhere:
	// "https://app.example.com". They are compared exactly; there are no
	// patterns.
	TrustedOrigins []string

	// StrictBrowser refuses unsafe requests that have neither Sec-Fetch-Site
	// nor Origin. All browsers send one of them since 2020; programs usually
	// send none. Set it where only browsers with cookies are expected.
	StrictBrowser bool
}

// CrossOrigin protects handlers that trust cookies from requests that other
// sites make a browser send (cross-site request forgery). It refuses unsafe
// requests, those with methods other than GET, HEAD and OPTIONS, that a browser
// marks as coming from another origin, with 403, code cross-origin. It is
// [http.CrossOriginProtection] with a problem for an answer, and without its
// bypass patterns.
//
// Safe methods pass, so nothing may change state on GET. The error joins all
// mistakes of the configuration.
func CrossOrigin(cfg CrossOriginConfig) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	var mistakes []error
	for _, text := range cfg.TrustedOrigins {
		o, err := parseOrigin(text)
		switch {
		case err != nil:
			mistakes = append(mistakes, err)
		case o.wildcard:
			mistakes = append(mistakes, fmt.Errorf("%q is a pattern; name each origin that may act for your users", text))
		default:
			mistakes = append(mistakes, protection.AddTrustedOrigin(text))
		}
	}
	if err := mistake.Prefixed("cross-origin: ", mistakes...); err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := protection.Check(r); err != nil || cfg.StrictBrowser && anonymous(r) {
				refuse(w, r, errCrossOrigin)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, nil
}

var errCrossOrigin = problem.New(http.StatusForbidden, "cross-origin", "this request may not come from another site")

// anonymous reports whether an unsafe request does not say where it comes from.
func anonymous(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}
