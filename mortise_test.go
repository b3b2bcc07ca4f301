package mortise_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

type user struct {
	Name string `json:"name"`
	role string
}

func (u *user) HasRole(role string) bool             { return u.role == role }
func (u *user) HasPermission(permission string) bool { return u.role+":all" == permission }

type page struct {
	Owner string `json:"owner"`
}

func (p *page) OwnedBy(u *user) bool { return p.Owner == u.Name }

// userOf reads tokens such as "ann.admin".
func userOf(_ context.Context, token security.BearerToken) (*user, error) {
	name, role, found := strings.Cut(string(token), ".")
	if !found {
		return nil, security.InvalidToken()
	}
	return &user{name, role}, nil
}

func me(_ context.Context, u *user) (*user, error) { return u, nil }

func nothing(context.Context, mortise.None) (mortise.None, error) { return mortise.None{}, nil }

func call(api http.Handler, method, target, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

func TestVerbsDeclareTheirMethods(t *testing.T) {
	t.Parallel()
	api := mortise.New("Verbs", "1")
	mortise.Get(api, "/x", nothing)
	mortise.Post(api, "/x", nothing)
	mortise.Put(api, "/x", nothing)
	mortise.Patch(api, "/x", nothing)
	mortise.Delete(api, "/x", nothing)
	mortise.Handle(api, "QUERY", "/x", nothing, router.Hidden()) // OpenAPI 3.1 does not know it
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"} {
		if w := call(api, method, "/x", ""); w.Code != http.StatusNoContent {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if w := call(api, "TRACE", "/x", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("TRACE: %d", w.Code)
	}
}

func TestGuardsLetPassWhomTheyShould(t *testing.T) {
	t.Parallel()
	findPage := func(context.Context, mortise.None) (*page, error) { return &page{"ann"}, nil }
	api := mortise.New("Guards", "1")
	api.Provide(mortise.Depends(userOf))
	mortise.Get(api, "/role", me, mortise.RequireRole[*user]("admin"))
	mortise.Get(api, "/any", me, mortise.RequireAnyRole[*user]("admin", "editor"))
	mortise.Get(api, "/both", me, mortise.RequireRole[*user]("admin"), mortise.RequireRole[*user]("editor")) // A88
	mortise.Get(api, "/permission", me, mortise.RequirePermission[*user]("editor:all"))
	mortise.Get(api, "/own", func(_ context.Context, p *page) (*page, error) { return p, nil }, mortise.RequireOwner[*user](findPage))
	mortise.Get(api, "/own-or", me, mortise.RequireOwner[*user](findPage, security.OrRole("admin")))
	mortise.Get(api, "/own-hidden", me, mortise.RequireOwner[*user](findPage, security.HideExistence()))
	for _, tc := range []struct {
		path, token string
		status      int
	}{
		{"/role", "", 401}, {"/role", "ann.admin", 200}, {"/role", "bob.editor", 403},
		{"/any", "ann.admin", 200}, {"/any", "bob.editor", 200}, {"/any", "eve.viewer", 403},
		{"/both", "ann.admin", 403}, {"/both", "bob.editor", 403},
		{"/permission", "bob.editor", 200}, {"/permission", "ann.admin", 403},
		{"/own", "ann.viewer", 200}, {"/own", "bob.admin", 403}, {"/own", "", 401},
		{"/own-or", "bob.admin", 200}, {"/own-or", "bob.viewer", 403},
		{"/own-hidden", "bob.admin", 404}, {"/own-hidden", "ann.viewer", 200},
	} {
		if w := call(api, "GET", tc.path, tc.token); w.Code != tc.status {
			t.Errorf("%s as %q: %d, want %d: %s", tc.path, tc.token, w.Code, tc.status, w.Body)
		}
	}
}

type store struct{ closed *bool }

func TestCallResolvesOutsideOfRequests(t *testing.T) {
	t.Parallel()
	closed := false
	api := mortise.New("Call", "1", mortise.Depends(userOf)) // required of requests, not of calls
	api.Provide(mortise.Depends(func(context.Context, mortise.None) (di.Resource[*store], error) {
		return di.Resource[*store]{Value: &store{&closed}, Close: func(error) error { closed = true; return nil }}, nil
	}))
	got, err := mortise.Call(t.Context(), api, func(_ context.Context, s *store) (bool, error) { return *s.closed, nil })
	if err != nil || got || !closed {
		t.Errorf("closed during the call: %v, after it: %v, error %v", got, closed, err)
	}
	if _, err := mortise.Call(t.Context(), api, me); err == nil || !strings.Contains(err.Error(), "nothing provides") {
		t.Errorf("a call that needs a request gave %v", err)
	}
	failure := errors.New("no")
	if _, err := mortise.Call(t.Context(), api, func(context.Context, *store) (int, error) { return 0, failure }); !errors.Is(err, failure) {
		t.Errorf("the error of the function is lost: %v", err)
	}
}

func TestQuotasAndAddressesAreOptionsOfRoutes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Gate", "1")
	mortise.Get(api, "/often", nothing, ratelimit.PerIP(2, time.Minute), mortise.Public())
	mortise.Get(api, "/inside", nothing, middleware.AllowIPs("192.0.2.0/24"), mortise.Public())  // httptest's address
	mortise.Get(api, "/outside", nothing, middleware.AllowIPs("198.51.100.7"), mortise.Public()) // S237
	for _, status := range []int{204, 204, 429} {
		if w := call(api, "GET", "/often", ""); w.Code != status || w.Header().Get("RateLimit") == "" {
			t.Errorf("/often: %d %v, want %d", w.Code, w.Header(), status)
		}
	}
	if w := call(api, "GET", "/inside", ""); w.Code != 204 {
		t.Errorf("/inside: %d %s", w.Code, w.Body)
	}
	if w := call(api, "GET", "/outside", ""); w.Code != 403 || !strings.Contains(w.Body.String(), "Access denied from this IP") {
		t.Errorf("/outside: %d %s", w.Code, w.Body)
	}
	document, err := api.Document().JSON()
	if err != nil || !strings.Contains(string(document), `"429"`) || !strings.Contains(string(document), "198.51.100.7") {
		t.Errorf("the document says nothing of quotas and addresses: %v %s", err, document)
	}
}
