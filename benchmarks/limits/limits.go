package limits

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-chi/httprate"
	echo "github.com/labstack/echo/v5/middleware"
	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"
	ulule "github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/middleware/stdlib"
	"github.com/ulule/limiter/v3/drivers/store/memory"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/workload"
	"github.com/mortise-go/mortise/ratelimit"
)

// aSecond is the quota of everybody, for each second.
const aSecond = 10_000_000

// Baseline is the name of the contender without a limit that ratios refer to.
const Baseline = "no limit"

// Request is what is asked of each contender.
func Request() workload.Request {
	return workload.Request{Name: "limit", Method: http.MethodGet, Target: "/"}
}

// All returns every contender, the baseline first. The two routes of Mortise are
// alike but for the limit.
func All() []contenders.Contender {
	return []contenders.Contender{
		{Name: Baseline, New: plain},
		{Name: "mortise", New: func() http.Handler { return limiter(false).Middleware(nil)(plain()) }},
		{Name: "mortise without fields", New: func() http.Handler { return limiter(true).Middleware(nil)(plain()) }},
		{Name: "throttled", New: throttledLimit},
		{Name: "ulule", New: ululeLimit},
		{Name: "httprate", New: httprateLimit},
		{Name: "echo", New: echoLimit},
		{Name: "mortise route", New: func() http.Handler { return Route() }},
		{Name: "mortise limited route", New: func() http.Handler { return Route(limiter(false).ByIP()) }},
	}
}

func plain() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("hello")) // whoever measures takes it
	})
}

func limiter(omitFields bool) *ratelimit.Limiter {
	return ratelimit.MustNew(ratelimit.Config{
		Policies:   []ratelimit.Policy{{Name: "ip", Quota: aSecond, Window: time.Second}},
		OmitFields: omitFields,
	})
}

// Route is an API with one route, which has the options.
func Route(opts ...mortise.Option) http.Handler {
	api := mortise.New("Limits", "1.0.0")
	mortise.Get(api, "/{$}", func(context.Context, mortise.None) (string, error) { return "hello", nil }, append(opts, mortise.Public())...)
	must(api.Build())
	return api
}

// host is the address of the client.
func host(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	must(err)
	return address
}

func throttledLimit() http.Handler {
	store, err := memstore.NewCtx(1 << 20)
	must(err)
	l, err := throttled.NewGCRARateLimiterCtx(store, throttled.RateQuota{MaxRate: throttled.PerSec(aSecond), MaxBurst: aSecond - 1})
	must(err)
	return (&throttled.HTTPRateLimiterCtx{RateLimiter: l, VaryBy: &throttled.VaryBy{Custom: host}}).RateLimit(plain())
}

func httprateLimit() http.Handler {
	key := func(r *http.Request) (string, error) { return httprate.CanonicalizeIP(host(r)), nil }
	return httprate.LimitBy(aSecond, time.Second, key)(plain())
}

func ululeLimit() http.Handler {
	return stdlib.NewMiddleware(ulule.New(memory.NewStore(), ulule.Rate{Limit: aSecond, Period: time.Second})).Handler(plain())
}

// echoLimit is the store of Echo's middleware, which is made of golang.org/x/time,
// without the cost of Echo's routing. It writes no fields; one of ours does not either.
func echoLimit() http.Handler {
	store := echo.NewRateLimiterMemoryStoreWithConfig(echo.RateLimiterMemoryStoreConfig{Rate: aSecond, Burst: aSecond})
	next := plain()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed, err := store.Allow(host(r)); !allowed || err != nil {
			http.Error(w, "rate limit exceeded", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// must stops a contender that cannot be built.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("a limiter cannot be built: %v", err))
	}
}
