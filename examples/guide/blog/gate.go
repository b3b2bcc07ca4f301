package blog

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/events"
)

// gate is what stands around the whole API, the outermost first.
func gate(api *mortise.API, c Config, log *slog.Logger) error {
	headers, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
	}})
	if err != nil {
		return err
	}
	addresses, err := middleware.ClientAddr(middleware.ClientAddrConfig{
		TrustedProxies: c.TrustedProxies,
		ForwardedProto: len(c.TrustedProxies) > 0,
	})
	if err != nil {
		return err
	}
	// A page sends the key itself, so that it needs no Credentials.
	cors, err := middleware.CORS(middleware.CORSConfig{
		Origins:         []string{"https://example.com"},
		MethodsFor:      api.Methods,
		RequestHeaders:  []string{"Content-Type", "X-API-Key"},
		ResponseHeaders: []string{"RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"},
	})
	if err != nil {
		return err
	}
	api.Use(
		middleware.Recover(log),
		middleware.RequestID,
		middleware.AccessLog(middleware.AccessLogConfig{Logger: log}),
		headers,
		addresses,
		events.Middleware(events.NewLog(events.Config{Logger: log})),
		below("/api/", cors),
	)
	return nil
}

// below puts a middleware around some paths only. That will do for CORS, which
// lets pages read answers and guards nothing; locks belong to their routes.
func below(prefix string, m func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		inside := m(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, string(router.PrefixOf(r))+prefix) {
				inside.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// perKey counts each API key: 100 requests an hour. While the store is gone each
// process counts by itself.
func perKey(store ratelimit.Store) *mortise.Dependency {
	return ratelimit.By(ratelimit.MustNew(ratelimit.Config{
		Policies:  []ratelimit.Policy{{Name: "key", Quota: 100, Window: time.Hour}},
		Store:     store,
		OnFailure: ratelimit.FailLocal,
	}), func(k KeyHolder) string { return k.key })
}

// perUser counts each user: 10 requests an hour. They are expensive, so there are
// none while nobody can count them.
func perUser(store ratelimit.Store) *mortise.Dependency {
	return ratelimit.By(ratelimit.MustNew(ratelimit.Config{
		Policies: []ratelimit.Policy{{Name: "user", Quota: 10, Window: time.Hour}},
		Store:    store,
	}), func(u *User) string { return strconv.FormatInt(u.ID, 10) })
}

// internalOnly lets in two machines and our own.
func internalOnly() *mortise.Dependency {
	return middleware.AllowIPs("192.168.1.1", "10.0.0.1", "127.0.0.0/8", "::1")
}

type result struct {
	Result string `json:"result"`
}

// expensive is something that one user may not ask for all the time.
func (s *service) expensive(_ context.Context, u *User) (result, error) {
	return result{"computed for " + u.Username}, nil
}

type status struct {
	Status   string     `json:"status"`
	ClientIP netip.Addr `json:"client_ip"`
}

// internalStatus says from where it was asked.
func (s *service) internalStatus(_ context.Context, client netip.Addr) (status, error) {
	return status{"ok", client}, nil
}

type secured struct {
	XSSProtection string    `header:"X-XSS-Protection"`
	Body          sensitive `body:"json"`
}

// secureEndpoint has a header of its own in place of that which all answers have.
func (s *service) secureEndpoint(context.Context, mortise.None) (secured, error) {
	return secured{"1; mode=block", sensitive{"secure"}}, nil
}
