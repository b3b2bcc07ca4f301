package middleware_test

import (
	"net/http"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

// A198
func TestHTTPSOnly(t *testing.T) {
	t.Parallel()
	cfg := behindProxy()
	cfg.ForwardedProto = true
	h := middleware.Chain(must(middleware.ClientAddr(cfg)), middleware.HTTPSOnly)(ok{})
	for _, tt := range []struct {
		name string
		r    *http.Request
		want bool
	}{
		{"TLS", overTLS(get()), true},
		{"no TLS", get(), false},
		{"a header of anybody", get("X-Forwarded-Proto", "https", "Forwarded", "proto=https"), false},
		{"a trusted proxy over TLS", peer(proxy, get(xff, client, "X-Forwarded-Proto", "https")), true},
		{"a trusted proxy over HTTP", peer(proxy, get(xff, client, "X-Forwarded-Proto", "http")), false},
		{"a trusted proxy that passes on a twin", peer(proxy, get(xff, client, "X_Forwarded_Proto", "https")), false}, // A60
		{"a trusted proxy that says nothing", peer(proxy, get(xff, client)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res := serve(h, tt.r)
			if tt.want {
				if res.StatusCode != http.StatusOK {
					t.Errorf("the status is %d", res.StatusCode)
				}
				return
			}
			if res.Header.Get("Location") != "" {
				t.Error("the client is redirected")
			}
			refused(t, res, http.StatusForbidden, "https-required")
		})
	}
}

func TestHTTPSOnlyAllocatesNothing(t *testing.T) {
	if n := allocations(t, middleware.HTTPSOnly(silent), overTLS(get())); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
