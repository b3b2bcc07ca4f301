package middleware

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/mistake"
)

// DenyAllPermissions is a Permissions-Policy that turns every feature off that
// browsers let a policy turn off, for [SecurityHeadersConfig].
const DenyAllPermissions = "accelerometer=(), ambient-light-sensor=(), autoplay=(), battery=(), bluetooth=(), browsing-topics=(), " +
	"camera=(), clipboard-read=(), clipboard-write=(), cross-origin-isolated=(), display-capture=(), encrypted-media=(), " +
	"fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), " +
	"keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), " +
	"picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), " +
	"storage-access=(), sync-xhr=(), usb=(), web-share=(), window-management=(), xr-spatial-tracking=()"

// SecurityHeadersConfig changes the headers of [SecurityHeaders]. The zero
// value means those listed there.
type SecurityHeadersConfig struct {
	// Set has values in place of the default ones, and further headers. An
	// empty value leaves the header out:
	//
	//	Set: map[string]string{
	//		"Cross-Origin-Resource-Policy": "cross-origin", // for a public API
	//		"X-Frame-Options":              "",             // frame-ancestors does it
	//	}
	Set map[string]string
}

// SecurityHeaders adds headers that tell browsers to be careful with the
// answers of an API:
//
//	Strict-Transport-Security          max-age=63072000; includeSubDomains (over TLS only)
//	Content-Security-Policy            default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
//	X-Content-Type-Options             nosniff
//	X-Frame-Options                    DENY
//	Referrer-Policy                    no-referrer
//	Cross-Origin-Opener-Policy         same-origin
//	Cross-Origin-Resource-Policy       same-origin
//	Permissions-Policy                 camera=(), microphone=(), geolocation=(), payment=(), usb=()
//	X-XSS-Protection                   0
//	X-Permitted-Cross-Domain-Policies  none
//	X-DNS-Prefetch-Control             off
//
// They are added when the answer begins, to errors too, and never replace what
// is there: a handler, or a SecurityHeaders further in, sets its own value to
// override one of these, and a nil value to leave it out. Strict-Transport-
// Security is sent over TLS only (RFC 6797 section 7.2), or when a trusted proxy
// says that the client came over TLS; see [ClientAddrConfig].
//
// The error joins all mistakes of the configuration.
func SecurityHeaders(cfg SecurityHeadersConfig) (func(http.Handler) http.Handler, error) {
	set, err := newHeaderSet(cfg)
	if err != nil {
		return nil, mistake.Prefixed("security headers: ", err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			on, e, begun := enter(w, r)
			e.sets = append(e.sets, set)
			next.ServeHTTP(on, r)
			if begun {
				e.end()
			}
		})
	}, nil
}

const hsts = "Strict-Transport-Security"

func defaultHeaders() map[string]string {
	return map[string]string{
		hsts:                                "max-age=63072000; includeSubDomains",
		"Content-Security-Policy":           "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":            "nosniff",
		"X-Frame-Options":                   "DENY",
		"Referrer-Policy":                   "no-referrer",
		"Cross-Origin-Opener-Policy":        "same-origin",
		"Cross-Origin-Resource-Policy":      "same-origin",
		"Permissions-Policy":                "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
		"X-Xss-Protection":                  "0",
		"X-Permitted-Cross-Domain-Policies": "none",
		"X-Dns-Prefetch-Control":            "off",
	}
}

// A headerSet is headers, each with a value that all answers share.
type headerSet struct {
	fields []headerField
	hsts   []string // nil for none
}

type headerField struct {
	name  string
	value []string
}

func newHeaderSet(cfg SecurityHeadersConfig) (*headerSet, error) {
	all := defaultHeaders()
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Set)) {
		mistakes = append(mistakes, securityHeaderMistake(name, cfg.Set[name]))
		all[textproto.CanonicalMIMEHeaderKey(name)] = cfg.Set[name]
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	set := &headerSet{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch value := all[name]; {
		case value == "":
		case name == hsts:
			set.hsts = shared(value)
		default:
			set.fields = append(set.fields, headerField{name, shared(value)})
		}
	}
	return set, nil
}

func securityHeaderMistake(name, value string) error {
	if !isToken(name) || !isValue(value) {
		return fmt.Errorf("%q: %q cannot be sent as a header", name, value)
	}
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case hsts:
		if value != "" && !strings.Contains(strings.ToLower(value), "max-age=") {
			return fmt.Errorf("%s: %q has no max-age, without which browsers ignore it", hsts, value)
		}
	case "Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Connection", "Date", "Set-Cookie", "Location":
		return fmt.Errorf("%s depends on the answer; it is none for all of them", name)
	case "Server", "X-Powered-By":
		return fmt.Errorf("%s tells attackers what to try; leave it out", name)
	}
	return nil
}

// fill adds what is not there.
func (s *headerSet) fill(h http.Header, secure bool) {
	for _, f := range s.fields {
		if _, there := h[f.name]; !there {
			h[f.name] = f.value
		}
	}
	if _, there := h[hsts]; !there && secure && s.hsts != nil {
		h[hsts] = s.hsts
	}
}
