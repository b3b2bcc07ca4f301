package middleware_test

import (
	"net/http"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

// A171, A172, A173, A174
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	const site, origin = "Sec-Fetch-Site", "Origin"
	lax := must(middleware.CrossOrigin(middleware.CrossOriginConfig{TrustedOrigins: []string{app}}))
	strict := must(middleware.CrossOrigin(middleware.CrossOriginConfig{StrictBrowser: true}))
	for _, tt := range []struct {
		name   string
		m      wrap
		method string
		header []string
		want   bool
	}{
		{"the same origin", lax, "POST", []string{site, "same-origin"}, true},
		{"the address bar", lax, "POST", []string{site, "none"}, true},                                                             // A172
		{"the same site", lax, "POST", []string{site, "same-site"}, false},                                                         // A172
		{"another site", lax, "POST", []string{site, "cross-site"}, false},                                                         // A171
		{"a form as text", lax, "POST", []string{site, "cross-site", "Content-Type", "text/plain"}, false},                         // A171
		{"a form", lax, "POST", []string{site, "cross-site", "Content-Type", "application/x-www-form-urlencoded"}, false},          // A171
		{"a form with files", lax, "POST", []string{site, "cross-site", "Content-Type", "multipart/form-data; boundary=x"}, false}, // A171
		{"what no browser says", lax, "POST", []string{site, "whatever"}, false},
		{"PUT", lax, "PUT", []string{site, "cross-site"}, false},
		{"DELETE", lax, "DELETE", []string{site, "cross-site"}, false},
		{"a method that says it is another", lax, "POST", []string{site, "cross-site", "X-HTTP-Method-Override", "GET"}, false}, // A69
		{"a made-up method", lax, "get", []string{site, "cross-site"}, false},                                                   // A68
		{"an old browser here", lax, "POST", []string{origin, "https://example.com"}, true},
		{"an old browser elsewhere", lax, "POST", []string{origin, "https://evil.com"}, false}, // A171
		{"an old browser in a sandbox", lax, "POST", []string{origin, "null"}, false},
		{"a trusted origin", lax, "POST", []string{site, "cross-site", origin, app}, true},
		{"a longer trusted origin", lax, "POST", []string{site, "cross-site", origin, app + ".evil.com"}, false},                   // A173
		{"a subdomain of a trusted origin", lax, "POST", []string{site, "cross-site", origin, "https://a.app.example.com"}, false}, // A173
		{"a trusted origin in capitals", lax, "POST", []string{site, "cross-site", origin, "https://APP.example.com"}, false},      // A173
		{"a trusted origin over plain HTTP", lax, "POST", []string{site, "cross-site", origin, "http://app.example.com"}, false},   // A173
		{"a trusted origin on another port", lax, "POST", []string{site, "cross-site", origin, app + ":8443"}, false},              // A173
		{"a program", lax, "POST", nil, true},                                                                                      // A172
		{"a program where only browsers are", strict, "POST", nil, false},                                                          // A172
		{"a browser where only browsers are", strict, "POST", []string{site, "same-origin"}, true},
		{"an old browser where only browsers are", strict, "POST", []string{origin, "https://example.com"}, true},
		{"reading", lax, "GET", []string{site, "cross-site"}, true}, // A174
		{"reading where only browsers are", strict, "GET", nil, true},
		{"asking for options", strict, "OPTIONS", []string{site, "cross-site"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ran := false
			res := serve(tt.m(ok{&ran}), request(tt.method, "https://example.com/", tt.header...))
			if ran != tt.want {
				t.Fatalf("the handler ran: %t, want %t", ran, tt.want)
			}
			if !tt.want {
				refused(t, res, http.StatusForbidden, "cross-origin")
			}
		})
	}
}

// A173
func TestMistakesOfCrossOriginAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := middleware.CrossOrigin(middleware.CrossOriginConfig{TrustedOrigins: []string{"null", "https://*.example.com", "example.com", "https://example.com/", app}})
	mentions(t, err, "cross-origin: ", `"null"`, "is a pattern", `"example.com"`, "without a slash")
}

func TestCrossOriginAllocatesNothing(t *testing.T) {
	h := must(middleware.CrossOrigin(middleware.CrossOriginConfig{}))(silent)
	if n := allocations(t, h, request(http.MethodPost, "/", "Sec-Fetch-Site", "same-origin")); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
