package security_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// A trip sends one request again and again.
type trip struct {
	api      http.Handler
	template *http.Request
	request  http.Request
	sink     sink
}

func newTrip(api http.Handler, target string, lines ...[2]string) *trip {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for _, l := range lines {
		r.Header.Set(l[0], l[1])
	}
	return &trip{api: api, template: r, sink: sink{header: http.Header{}}}
}

func (t *trip) run() {
	t.request = *t.template
	clear(t.sink.header)
	t.sink.status = 0
	t.api.ServeHTTP(&t.sink, &t.request)
}

type greeting struct {
	Message string `json:"message"`
}

// lockedAPI has the same handler behind more and more locks.
func lockedAPI(t testing.TB) *router.Router {
	v, c := hs256Verifier(t), security.SchemeConfig{}
	greet := func(context.Context, di.None) (greeting, error) { return greeting{"Hello"}, nil }
	known := &user{Name: "ann", roles: []string{"admin"}}
	claims := di.Depends(func(_ context.Context, token security.BearerToken) (*leanClaims, error) {
		return security.Verify[leanClaims](v, string(token))
	})
	current := di.Depends(func(_ context.Context, c *leanClaims) (*user, error) {
		if c.UserID != 42 {
			return nil, security.UserNotFound()
		}
		return known, nil
	})
	scoped := func(_ context.Context, in struct {
		Required security.Scopes
		Claims   *leanClaims
	}) (di.None, error) {
		if granted := security.GrantedScopes(in.Claims.Scopes); !granted.Has(in.Required...) {
			return di.None{}, security.InsufficientScope(security.Challenge{}, in.Required, granted)
		}
		return di.None{}, nil
	}
	holder := di.Depends(func(context.Context, security.APIKey) (*user, error) { return known, nil }, security.APIKeyHeader("X-API-Key", c))
	token := di.Depends(func(context.Context, security.BearerToken) (*user, error) { return known, nil }, security.Bearer(c))
	kept := &post{1, "ann"}
	find := func(context.Context, di.None) (*post, error) { return kept, nil }
	return newAPI(t, func(api *router.Router) {
		api.Provide(security.Bearer(c), claims, current)
		route := func(name string, opts ...router.Option) {
			get(api, "/"+name, greet, append(opts, router.OperationID(name))...)
		}
		route("open")
		route("bearer", security.Bearer(c))
		route("basic", security.Basic(c))
		route("key", security.APIKeyHeader("X-API-Key", c))
		route("claims", claims)
		route("user", current)
		route("role", security.RequireRole[*user]("admin"))
		route("scope", security.Require(scoped, "read"))
		route("owner", security.RequireOwner[*user](find))
		route("either", security.AnyOf[*user](token, holder))
		get(api, "/optional", func(_ context.Context, u di.Optional[*user]) (greeting, error) {
			return greeting{"Hello"}, nil
		}, security.Optional[*user](token))
		get(api, "/owned/{id}", func(_ context.Context, in struct {
			ID int `path:"id"`
		}) (greeting, error) {
			return greeting{"Hello"}, nil
		}, token)
	})
}

func bearerLine(token string) [2]string { return [2]string{"Authorization", "Bearer " + token} }

// What a lock adds to a request that passes it is what the verification of the
// token allocates: the claims.
func TestLocksAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	api, token := lockedAPI(t), signHS256(headerHS256, costPayload)
	v := hs256Verifier(t)
	verification := testing.AllocsPerRun(200, func() {
		if _, err := security.Verify[leanClaims](v, token); err != nil {
			t.Fatal(err)
		}
	})
	open := newTrip(api, "/open")
	free := testing.AllocsPerRun(200, open.run)
	for _, tt := range []struct {
		name, path string
		line       [2]string
		max        float64
	}{
		{"a token", "/bearer", bearerLine("abc"), 0},
		{"user and password, which are new texts", "/basic", [2]string{"Authorization", "Basic dTpw"}, 2},
		{"a key", "/key", [2]string{"X-API-Key", "k"}, 0},
		{"a token where a key would do", "/either", bearerLine("abc"), 0},
		{"a key where a token would do", "/either", [2]string{"X-API-Key", "k"}, 0},
		{"a token where nothing would do", "/optional", bearerLine("abc"), 0},
		{"nothing where a token would do", "/optional", [2]string{"X-Nothing", ""}, 0},
		{"a token and path values for whoever is given the request", "/owned/1", bearerLine("abc"), 2},
		{"claims", "/claims", bearerLine(token), verification},
		{"a user", "/user", bearerLine(token), verification},
		{"a role", "/role", bearerLine(token), verification},
		{"a scope", "/scope", bearerLine(token), verification},
		{"a resource", "/owner", bearerLine(token), verification},
	} {
		trip := newTrip(api, tt.path, tt.line)
		got := testing.AllocsPerRun(200, trip.run) - free
		if trip.sink.status != 0 || got > tt.max {
			t.Errorf("%s: %v allocations more than on an open route, want at most %v; status %d", tt.name, got, tt.max, trip.sink.status)
		}
	}
}

// Refusals are cheap, for those who send many requests without credentials.
func TestRefusalsAllocateLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	api := lockedAPI(t)
	for _, tt := range []struct {
		name  string
		lines [][2]string
		max   float64
	}{
		{"nothing", nil, 18},
		{"a malformed token", [][2]string{bearerLine("$")}, 12},
		{"a token that is none", [][2]string{bearerLine("abc")}, 40},
	} {
		trip := newTrip(api, "/role", tt.lines...)
		if got := testing.AllocsPerRun(200, trip.run); trip.sink.status != 401 || got > tt.max {
			t.Errorf("%s: %v allocations for a %d, want at most %v", tt.name, got, trip.sink.status, tt.max)
		}
	}
}

// BenchmarkLocks is the price of locks: each route answers the same, behind more
// and more of them.
func BenchmarkLocks(b *testing.B) {
	api, token := lockedAPI(b), signHS256(headerHS256, costPayload)
	line := map[string][2]string{"bearer": bearerLine("abc"), "either": bearerLine("abc"), "basic": {"Authorization", "Basic dTpw"}, "key": {"X-API-Key", "k"}}
	for _, name := range []string{"open", "bearer", "basic", "key", "either", "claims", "user", "role", "scope", "owner"} {
		l, known := line[name]
		if !known {
			l = bearerLine(token)
		}
		measure(b, name, newTrip(api, "/"+name, l), http.StatusOK)
	}
	measure(b, "nobody", newTrip(api, "/role"), http.StatusUnauthorized)
	measure(b, "wrong token", newTrip(api, "/role", bearerLine(token+"A")), http.StatusUnauthorized)
}

func measure(b *testing.B, name string, t *trip, status int) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t.run()
		}
		if !slices.Contains([]int{0, status}, t.sink.status) {
			b.Fatalf("status %d", t.sink.status)
		}
	})
}
