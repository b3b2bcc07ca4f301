package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
)

func hello(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") }

// show prints a status and some header fields of an answer.
func show(h http.Handler, r *http.Request, fields ...string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code)
	for _, name := range fields {
		fmt.Printf("%s: %s\n", name, w.Header().Get(name))
	}
}

func Example() {
	//docs:begin chain
	handler := middleware.Chain(
		middleware.Recover(nil),
		middleware.RequestID,
		middleware.Must(middleware.SecurityHeaders(middleware.SecurityHeadersConfig{})),
		middleware.Must(middleware.ClientAddr(middleware.ClientAddrConfig{
			TrustedProxies: []string{"10.0.0.0/24"},
			ForwardedProto: true,
		})),
		middleware.HTTPSOnly,
	)(http.HandlerFunc(hello))
	//docs:end chain

	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "10.0.0.2:41000" // the proxy
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	r.Header.Set("X-Forwarded-Proto", "https")
	show(handler, r, "Strict-Transport-Security", "X-Content-Type-Options")
	// Output:
	// 200
	// Strict-Transport-Security: max-age=63072000; includeSubDomains
	// X-Content-Type-Options: nosniff
}

func ExampleClientAddr() {
	address, err := middleware.ClientAddr(middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.0/24"}})
	if err != nil {
		panic(err)
	}
	handler := address(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(middleware.RemoteAddr(r))
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "10.0.0.2:41000"
	r.Header.Set("X-Forwarded-For", "10.0.0.7, 203.0.113.9") // the client lied, the proxy appended
	handler.ServeHTTP(httptest.NewRecorder(), r)
	// Output: 203.0.113.9 true
}

func ExampleAllowIPs() {
	api := router.New("Office", "1.0.0")
	inside := func(_ context.Context, client netip.Addr) (string, error) { return "hello " + client.String(), nil }
	api.Handle(http.MethodGet, "/", di.Depends(inside), middleware.AllowIPs("192.0.2.0/24"), router.Public())

	for _, peer := range []string{"192.0.2.7:1", "203.0.113.9:1"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 "hello 192.0.2.7"
	// 403 {"title":"Forbidden","status":403,"detail":"Access denied from this IP","code":"forbidden"}
}

func ExampleCORS() {
	cors, err := middleware.CORS(middleware.CORSConfig{
		Origins:        []string{"https://app.example.com"},
		Credentials:    true,
		Methods:        []string{"PUT", "DELETE"},
		RequestHeaders: []string{"Authorization", "Content-Type"},
		MaxAge:         time.Hour,
	})
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodOptions, "/posts/1", nil)
	r.Header.Set("Origin", "https://app.example.com")
	r.Header.Set("Access-Control-Request-Method", "PUT")
	r.Header.Set("Access-Control-Request-Headers", "authorization")
	show(cors(http.HandlerFunc(hello)), r, "Access-Control-Allow-Origin", "Access-Control-Allow-Methods")
	// Output:
	// 204
	// Access-Control-Allow-Origin: https://app.example.com
	// Access-Control-Allow-Methods: PUT
}

func ExampleCORS_mistakes() {
	_, err := middleware.CORS(middleware.CORSConfig{
		Origins:     []string{"*", "https://app.example.com/"},
		Credentials: true,
		Methods:     []string{"patch"},
	})
	fmt.Println(err)
	// Output:
	// cors: the origin "*" cannot go with Credentials: every page could act for your users; name the origins
	// cors: origin "https://app.example.com/" has more than a scheme, a host and a port; an origin ends there, without a slash
	// cors: method "patch": methods are case-sensitive; did you mean "PATCH"?
}

func ExampleSecurityHeaders() {
	headers, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{
		"Cross-Origin-Resource-Policy": "cross-origin", // a public API
	}})
	if err != nil {
		panic(err)
	}
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'") // instead of the default
		hello(w, nil)
	}
	show(headers(http.HandlerFunc(page)), httptest.NewRequest(http.MethodGet, "/", nil), "Content-Security-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options")
	// Output:
	// 200
	// Content-Security-Policy: default-src 'self'
	// Cross-Origin-Resource-Policy: cross-origin
	// X-Frame-Options: DENY
}

func ExampleHealth() {
	health, err := middleware.NewHealth(middleware.HealthConfig{
		Checks: map[string]func(context.Context) error{
			"database": func(context.Context) error { return nil }, // db.PingContext
		},
	})
	if err != nil {
		panic(err)
	}
	handler := health.Middleware(http.HandlerFunc(hello))
	show(handler, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	health.Drain() // on SIGTERM, before the server shuts down
	show(handler, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	show(handler, httptest.NewRequest(http.MethodGet, "/livez", nil))
	// Output:
	// 200
	// 503
	// 200
}
