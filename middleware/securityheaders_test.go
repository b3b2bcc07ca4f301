package middleware_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

const (
	hsts = "Strict-Transport-Security"
	csp  = "Content-Security-Policy"
)

func headers(cfg ...middleware.SecurityHeadersConfig) wrap {
	return must(middleware.SecurityHeaders(append(cfg, middleware.SecurityHeadersConfig{})[0]))
}

func overTLS(r *http.Request) *http.Request {
	r.TLS = &tls.ConnectionState{}
	return r
}

// S240, S241
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	want := http.Header{
		hsts:                                {"max-age=63072000; includeSubDomains"},
		csp:                                 {"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
		"X-Content-Type-Options":            {"nosniff"},
		"X-Frame-Options":                   {"DENY"},
		"Referrer-Policy":                   {"no-referrer"},
		"Cross-Origin-Opener-Policy":        {"same-origin"},
		"Cross-Origin-Resource-Policy":      {"same-origin"},
		"Permissions-Policy":                {"camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
		"X-Xss-Protection":                  {"0"},
		"X-Permitted-Cross-Domain-Policies": {"none"},
		"X-Dns-Prefetch-Control":            {"off"},
	}
	for name, h := range map[string]http.Handler{
		"a body":          ok{},
		"nothing written": silent,
		"a redirect":      http.RedirectHandler("/x", http.StatusSeeOther),
		"not found":       http.NotFoundHandler(),
		"a flush":         http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }),
		"a controller":    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() }),
		"a copy":          http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { strings.NewReader("copied").WriteTo(w) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := serve(headers()(h), overTLS(get())).Header
			for field := range want {
				if !slices.Equal(got[field], want[field]) {
					t.Errorf("%s is %q, want %q", field, got[field], want[field])
				}
			}
		})
	}
}

// The names that tell what runs here, and those that nothing should send any
// more.
func TestNothingThatTellsTooMuchIsSent(t *testing.T) {
	t.Parallel()
	answers := map[string]http.Header{"a handler": serve(headers()(ok{}), overTLS(get())).Header}
	for _, path := range []string{"/", "/nothing", "/docs", "/docs/start.js", "/openapi.json"} {
		answers[path] = serve(headers()(api(t, middleware.ClientIP())), overTLS(request(http.MethodGet, path))).Header
	}
	for name := range strings.FieldsSeq(`
		$wsep Host-Header K-Proxy-Request Liferay-Portal OracleCommerceCloud-Version Pega-Host Powered-By Product
		Server SourceMap X-AspNet-Version X-AspNetMvc-Version X-Atmosphere-error X-B3-ParentSpanId X-B3-Sampled
		X-B3-SpanId X-B3-TraceId X-BEServer X-CF-Powered-By X-CMS X-CalculatedBETarget X-Cocoon-Version
		X-Content-Encoded-By X-DiagInfo X-Envoy-Attempt-Count X-FEServer X-Framework X-Generated-By X-Generator
		X-Jitsi-Release X-Joomla-Version X-Kubernetes-PF-FlowSchema-UI X-LiteSpeed-Cache X-Mod-Pagespeed X-Nextjs-Page
		X-OWA-Version X-Old-Content-Length X-OneAgent-JS-Injection X-Page-Speed X-Php-Version X-Powered-By
		X-Powered-By-Plesk X-Powered-CMS X-Redirect-By X-Server-Powered-By X-SourceFiles X-SourceMap X-Turbo-Charged-By
		X-Umbraco-Version X-Varnish-Backend X-Varnish-Server Expect-CT Public-Key-Pins Feature-Policy
		Pragma X-Download-Options`) {
		for of, header := range answers {
			if v := header.Values(name); v != nil {
				t.Errorf("%s: %v is sent by %s", name, v, of)
			}
		}
	}
}

// A198
func TestHSTSIsForTLSOnly(t *testing.T) {
	t.Parallel()
	cfg := behindProxy()
	cfg.ForwardedProto = true
	addr := must(middleware.ClientAddr(cfg))
	viaProxy := func() *http.Request { return peer(proxy, get(xff, client, "X-Forwarded-Proto", "https")) }
	for _, tt := range []struct {
		name string
		h    http.Handler
		r    *http.Request
		want bool
	}{
		{"TLS", headers()(ok{}), overTLS(get()), true},
		{"no TLS", headers()(ok{}), get(), false},
		{"a header of anybody", headers()(ok{}), get("X-Forwarded-Proto", "https"), false},
		{"a proxy, known outside", middleware.Chain(addr, headers())(ok{}), viaProxy(), true},
		{"a proxy, known outside of all", middleware.Chain(middleware.RequestID, addr, headers())(ok{}), viaProxy(), true},
		{"a proxy, known inside", middleware.Chain(headers(), addr)(ok{}), viaProxy(), true},
		{"a proxy that is none", middleware.Chain(headers(), addr)(ok{}), peer("192.0.2.1:1", get("X-Forwarded-Proto", "https")), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, got := serve(tt.h, tt.r).Header[hsts]; got != tt.want {
				t.Errorf("HSTS is sent: %t, want %t", got, tt.want)
			}
		})
	}
}

func TestHandlersOverrideSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := headers(middleware.SecurityHeadersConfig{Set: map[string]string{"x-frame-options": "", "Cross-Origin-Embedder-Policy": "require-corp", "X-XSS-Protection": "1; mode=block"}})(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if w.Header().Get(csp) != "" {
				t.Error("the handler finds a header that it did not set")
			}
			w.Header().Add(csp, "default-src 'self'")
			w.Header()["Referrer-Policy"] = nil
			w.Write([]byte("page"))
		}))
	got := serve(h, get()).Header
	for field, want := range map[string][]string{
		csp:                            {"default-src 'self'"},
		"Referrer-Policy":              nil,
		"X-Frame-Options":              nil,
		"Cross-Origin-Embedder-Policy": {"require-corp"},
		"X-Xss-Protection":             {"1; mode=block"}, // S241
		"X-Content-Type-Options":       {"nosniff"},
	} {
		if !slices.Equal(got[field], want) {
			t.Errorf("%s is %q, want %q", field, got[field], want)
		}
	}
}

func TestInnerSecurityHeadersWin(t *testing.T) {
	t.Parallel()
	inner := headers(middleware.SecurityHeadersConfig{Set: map[string]string{csp: "default-src 'self'"}})
	if got := serve(middleware.Chain(headers(), inner)(ok{}), get()).Header[csp]; !slices.Equal(got, []string{"default-src 'self'"}) {
		t.Errorf("the policy is %q", got)
	}
}

// A210
func TestRefusalsAndPanicsHaveSecurityHeaders(t *testing.T) {
	t.Parallel()
	var j journal
	outer := middleware.Chain(middleware.Recover(j.logger()), headers())
	for name, h := range map[string]http.Handler{
		"a refusal": middleware.OnlyIPs()(ok{}),
		"a panic":   http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }),
	} {
		res := serve(outer(h), get())
		if res.StatusCode < 400 || res.Header.Get("X-Frame-Options") != "DENY" || len(res.Header["X-Content-Type-Options"]) != 1 {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
	}
}

func TestSharedValuesAreNotChangedByHandlers(t *testing.T) {
	t.Parallel()
	h := headers()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.Header().Add("X-Frame-Options", "SAMEORIGIN")
	}))
	for range 3 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, get())
		if got := w.Result().Header["X-Frame-Options"]; !slices.Equal(got, []string{"DENY"}) {
			t.Fatalf("X-Frame-Options is %q", got)
		}
	}
}

func TestInformationalAnswersComeBeforeTheHeaders(t *testing.T) {
	t.Parallel()
	var j journal
	server := httptest.NewServer(middleware.Chain(logged(&j, middleware.AccessLogConfig{}), headers())(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		if w.Header().Get("X-Frame-Options") != "" {
			t.Error("the headers go with the hints")
		}
		w.Header().Del("Link")
		w.WriteHeader(http.StatusTeapot)
	})))
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusTeapot || res.Header.Get("X-Frame-Options") != "DENY" || res.Header.Get("Link") != "" {
		t.Errorf("the answer is %d %v", res.StatusCode, res.Header)
	}
	server.Close() // waits for the handler
	if got := j.line(t)["status"]; got != float64(http.StatusTeapot) {
		t.Errorf("the status is logged as %v", got)
	}
}

func TestMistakesOfSecurityHeadersAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{
		"No Name": "x", "X-A": "a\r\nb", hsts: "includeSubDomains", "content-type": "text/html", "Server": "mortise", "X-B": "é",
	}})
	mentions(t, err, "security headers: ", "No Name", "X-A", "max-age", "content-type", "Server", "X-B")
	if !strings.Contains(middleware.DenyAllPermissions, "camera=()") {
		t.Error("cameras are not denied")
	}
	if _, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{"Permissions-Policy": middleware.DenyAllPermissions, hsts: ""}}); err != nil {
		t.Error(err)
	}
}
