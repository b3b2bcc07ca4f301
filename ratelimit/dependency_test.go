package ratelimit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

type none = mortise.None

func nothing(context.Context, none) (none, error) { return none{}, nil }

// A user is who a token names.
type user struct{ Name string }

func currentUser(_ context.Context, token security.BearerToken) (*user, error) {
	if strings.HasPrefix(string(token), "bad") {
		return nil, security.InvalidToken()
	}
	return &user{string(token)}, nil
}

func userName(u *user) string { return u.Name }

func as(r *http.Request, token string) *http.Request {
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// built makes sure that the API has no mistakes.
func built(t testing.TB, api *mortise.API) *mortise.API {
	t.Helper()
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

// codes sends a request several times.
func codes(h http.Handler, n int, r func() *http.Request) (list []int) {
	for range n {
		list = append(list, serve(h, r()).Code)
	}
	return list
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// S234: over quota is 429 and says when to come back.
func TestALoginIsLimited(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	c := newClock()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}, Store: ratelimit.NewMemoryAt(0, c.now)})
	mortise.Post(api, "/login", nothing, l.ByIP(), mortise.Public())
	built(t, api)
	for i := range 5 {
		w := serve(api, request(t, "POST", "/login"))
		if got, want := w.Header().Get("RateLimit"), fmt.Sprintf(`"login";r=%d;t=12`, 4-i); w.Code != 204 || got != want {
			t.Errorf("request %d: %d, RateLimit: %s, want %s", i, w.Code, got, want)
		}
	}
	w := serve(api, request(t, "POST", "/login"))
	for name, want := range map[string]string{
		"Retry-After": "12", "RateLimit-Policy": `"login";q=5;w=60`, "RateLimit": `"login";r=0;t=12`,
		"Content-Type": "application/problem+json", "Cache-Control": "no-store",
	} {
		if got := w.Header().Values(name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var p problem.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 429 || p.Status != 429 || p.Type != "https://iana.org/assignments/http-problem-types#quota-exceeded" || p.Code != "rate-limited" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	equal(t, "violated-policies", p.Extensions["violated-policies"], []string{"login"})
	c.advance(12 * time.Second)
	equal(t, "12 seconds later", codes(api, 2, func() *http.Request { return request(t, "POST", "/login") }), []int{204, 429})
}

// S233: the 101st request of a key is refused.
func TestEachAPIKeyHasAQuota(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	api.Provide(security.APIKeyHeader("X-API-Key", security.SchemeConfig{}))
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Name: "hourly", Quota: 100, Window: time.Hour}}})
	mortise.Get(api, "/", nothing, ratelimit.ByCredential[security.APIKey](l))
	built(t, api)
	passed := map[string]int{}
	for i := range 202 {
		key := "key-" + strconv.Itoa(i%2)
		r := request(t, "GET", "/")
		r.Header.Set("X-Api-Key", key)
		switch w := serve(api, r); {
		case w.Code == 204:
			passed[key]++
		case w.Code != 429 || i < 200:
			t.Errorf("request %d: %d %s", i, w.Code, w.Body)
		case strings.Contains(w.Body.String()+fmt.Sprint(w.Header()), key): // L14
			t.Errorf("the answer tells the key: %v %s", w.Header(), w.Body)
		}
	}
	equal(t, "passed", passed, map[string]int{"key-0": 100, "key-1": 100})
}

// S236: two users are independent, and so are two routes.
func TestEachUserHasAQuotaOnEachRoute(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	api.Provide(mortise.Depends(currentUser))
	hourly := ratelimit.Policy{Name: "hourly", Quota: 2, Window: time.Hour}
	mortise.Get(api, "/a", nothing, ratelimit.Per(hourly, userName))
	mortise.Get(api, "/b", nothing, ratelimit.Per(hourly, userName))
	built(t, api)
	for _, path := range []string{"/a", "/b"} {
		for _, name := range []string{"anna", "bert"} {
			got := codes(api, 3, func() *http.Request { return as(request(t, "GET", path), name) })
			equal(t, name+" on "+path, got, []int{204, 204, 429})
		}
	}
}

// S236: one limiter for a group, with one quota for all routes or for each.
func TestALimiterOfAGroupIsSharedUnlessItIsPerRoute(t *testing.T) {
	t.Parallel()
	for _, perRoute := range []bool{false, true} {
		api := mortise.New("Blog", "1.0.0")
		l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 2, Window: time.Hour}}, PerRoute: perRoute})
		g := api.Group("/g", l.ByIP())
		mortise.Get(g, "/a/{id}", func(context.Context, struct {
			ID int `path:"id"`
		}) (none, error) {
			return none{}, nil
		})
		mortise.Get(g, "/b", nothing)
		built(t, api)
		want := map[bool][]int{false: {204, 204, 429, 429, 429, 429}, true: {204, 204, 429, 204, 204, 429}}[perRoute]
		var got []int
		for _, line := range []string{"GET /g/b", "HEAD /g/b", "GET /g/b", "GET /g/a/1", "GET /g/a/2", "GET /g/a/3"} {
			method, path, _ := strings.Cut(line, " ")
			got = append(got, serve(api, request(t, method, path)).Code)
		}
		equal(t, fmt.Sprintf("per route %v", perRoute), got, want)
	}
}

// L9: addresses are limited before authentication, principals behind it, and
// nothing that is refused there uses up a principal's quota.
func TestLimitsStandWhereTheyBelong(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	api.Provide(mortise.Depends(currentUser))
	mortise.Get(api, "/", nothing,
		ratelimit.Per(ratelimit.Policy{Name: "user", Quota: 2, Window: time.Hour}, userName),
		ratelimit.PerIP(5, time.Hour))
	built(t, api)
	var at []int
	for _, stage := range []string{"admission", "authentication", "quota", "handler"} {
		at = append(at, slices.IndexFunc(api.Audit()[0].Chain, func(l router.Link) bool { return l.Stage == stage }))
	}
	if at[0] != 0 || !slices.IsSorted(at) {
		t.Errorf("the chain is %v", api.Audit()[0].Chain)
	}
	for _, tt := range []struct {
		token string
		code  int
		want  string
	}{
		{"bad", 401, `"ip-5-per-1h";r=4;t=720`},
		{"anna", 204, `"ip-5-per-1h";r=3;t=720, "user";r=1;t=1800`},
		{"anna", 204, `"ip-5-per-1h";r=2;t=720, "user";r=0;t=1800`},
		{"anna", 429, `"ip-5-per-1h";r=1;t=720, "user";r=0;t=1800`},
		{"bert", 204, `"ip-5-per-1h";r=0;t=720, "user";r=1;t=1800`},
		{"bert", 429, `"ip-5-per-1h";r=0;t=720`},
	} {
		w := serve(api, as(request(t, "GET", "/"), tt.token))
		if got := w.Header().Get("RateLimit"); w.Code != tt.code || got != tt.want {
			t.Errorf("%s: %d, RateLimit: %s, want %d, %s", tt.token, w.Code, got, tt.code, tt.want)
		}
	}
}

// L9: what is over quota is not read.
func TestNoBodyIsReadOverQuota(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	type post struct {
		Post struct{ Title string } `body:"json"`
	}
	mortise.Post(api, "/", func(context.Context, post) (none, error) { return none{}, nil }, ratelimit.PerIP(1, time.Hour), mortise.Public())
	built(t, api)
	for i, want := range []int{204, 429} {
		body := &watched{Reader: *strings.NewReader(`{"Title":"x"}`)}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", body)
		r.Header.Set("Content-Type", "application/json")
		if w := serve(api, r); w.Code != want || body.read == (want == 429) {
			t.Errorf("request %d: %d, body read: %v", i, w.Code, body.read)
		}
	}
}

type watched struct {
	strings.Reader
	read bool
}

func (w *watched) Read(p []byte) (int, error) {
	w.read = true
	return w.Reader.Read(p)
}

func TestAKeyOfTheUsersOwnSeesTheRequest(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
	mortise.Get(api, "/{tenant}", nothing, mortise.Public(), l.ByRequest(func(r *http.Request) ratelimit.Key {
		return ratelimit.KeyOf(r.PathValue("tenant"), r.Header.Get("X-Device"))
	}))
	built(t, api)
	for _, tt := range []struct {
		path, device string
		want         int
	}{{"/a", "1", 204}, {"/a", "1", 429}, {"/b", "1", 204}, {"/a", "2", 204}, {"/b", "1", 429}} {
		r := request(t, "GET", tt.path)
		r.Header.Set("X-Device", tt.device)
		if w := serve(api, r); w.Code != tt.want {
			t.Errorf("%s, device %s: %d, want %d", tt.path, tt.device, w.Code, tt.want)
		}
	}
}

func TestAllCallersMayShareAQuota(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 2, Window: time.Hour}}})
	mortise.Get(api, "/", nothing, mortise.Public(), l.Shared())
	built(t, api)
	var got []int
	for _, addr := range []string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"} {
		got = append(got, serve(api, from(request(t, "GET", "/"), addr)).Code)
	}
	equal(t, "codes", got, []int{204, 204, 429})
}

func TestRequestsMayCostWhatTheyWeigh(t *testing.T) {
	t.Parallel()
	weigh := func(r *http.Request) int64 { return r.ContentLength + int64(len(r.PathValue("id"))) }
	traffic := ratelimit.Policy{Name: "traffic", Quota: 100, Window: time.Hour, Unit: "content-bytes", Cost: weigh}
	for name, guard := range map[string]func(*ratelimit.Limiter) *di.Dependency{
		"by address":   (*ratelimit.Limiter).ByIP,
		"by principal": func(l *ratelimit.Limiter) *di.Dependency { return ratelimit.By(l, userName) },
		"all together": (*ratelimit.Limiter).Shared,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := mortise.New("Blog", "1.0.0")
			api.Provide(mortise.Depends(currentUser))
			mortise.Post(api, "/{id}", nothing, guard(limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{traffic}})))
			built(t, api)
			for _, tt := range []struct {
				size, code int
				want       string
			}{{50, 204, `"traffic";r=48;t=36`}, {60, 429, `"traffic";r=48;t=36`}, {1000, 429, `"traffic";r=48;t=36`}, {40, 204, `"traffic";r=6;t=36`}} {
				r := httptest.NewRequestWithContext(t.Context(), "POST", "/42", strings.NewReader(strings.Repeat("x", tt.size)))
				w := serve(api, as(r, "anna"))
				if got := w.Header().Get("RateLimit"); w.Code != tt.code || got != tt.want {
					t.Errorf("%d bytes: %d, RateLimit: %s, want %d, %s", tt.size, w.Code, got, tt.code, tt.want)
				}
				if retry := w.Header().Get("Retry-After"); (retry != "") != (w.Code == 429 && tt.size <= 100) {
					t.Errorf("%d bytes: Retry-After: %q", tt.size, retry)
				}
			}
		})
	}
}

// A limit does not hide a wildcard that nothing reads.
func TestALimitReadsNoPath(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	mortise.Get(api, "/{id}", nothing, ratelimit.PerIP(5, time.Minute), mortise.Public())
	if err := api.Build(); err == nil || !strings.Contains(err.Error(), "nothing reads {id}") {
		t.Errorf("Build = %v, want that nothing reads {id}", err)
	}
}

func TestALimitCanBeReplacedInTests(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	limit := ratelimit.PerIP(1, time.Hour)
	mortise.Get(api, "/", nothing, limit, mortise.Public())
	free := built(t, api.With(di.Replace(limit, di.Depends(nothing))))
	get := func() *http.Request { return request(t, "GET", "/") }
	equal(t, "without the limit", codes(free, 3, get), []int{204, 204, 204})
	equal(t, "with the limit", codes(api, 3, get), []int{204, 429, 429})
}

// A public route is open to everybody, but not without limit.
func TestLimitsOfTheAPIHoldForPublicRoutes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	api.Require(ratelimit.PerIP(2, time.Hour))
	mortise.Get(api, "/", nothing, mortise.Public())
	built(t, api)
	equal(t, "codes", codes(api, 3, func() *http.Request { return request(t, "GET", "/") }), []int{204, 204, 429})
}
