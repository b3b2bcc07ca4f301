package router_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// TestUnknownPathsCanBeLocked, so that nobody without a token learns which paths and
// which methods there are.
func TestUnknownPathsCanBeLocked(t *testing.T) { // S53, A196
	t.Parallel()
	type user struct{ name string }
	declare := func(locked bool) *mortise.API {
		api := mortise.New("Films", "1", router.Strict())
		api.Provide(mortise.Depends(func(_ context.Context, token security.BearerToken) (*user, error) {
			if string(token) != "good" {
				return nil, security.InvalidToken()
			}
			return &user{"ada"}, nil
		}))
		mortise.Get(api, "/films", func(_ context.Context, u *user) (string, error) { return u.name, nil })
		if locked {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				mortise.Handle(api, method, "/", func(context.Context, *user) (mortise.None, error) {
					return mortise.None{}, problem.NotFound("there is nothing at this path")
				}, router.Hidden())
			}
		}
		return api
	}
	open, locked := declare(false), declare(true)
	for _, tt := range []struct {
		name, method, path, token string
		open, locked              int
	}{
		{"an unknown path without a token", "GET", "/nothing", "", 404, 401},
		{"and with a wrong one", "GET", "/nothing", "bad", 404, 401},
		{"and with a good one", "GET", "/nothing", "good", 404, 404},
		{"a method that the path has not", "DELETE", "/films", "", 405, 401},
		{"the methods of a path", "OPTIONS", "/films", "", 204, 401},
		{"a path that there is, without a token", "GET", "/films", "", 401, 401},
		{"a path that there is", "GET", "/films", "good", 200, 200},
	} {
		for api, want := range map[*mortise.API]int{open: tt.open, locked: tt.locked} {
			r := httptest.NewRequest(tt.method, tt.path, http.NoBody)
			if tt.token != "" {
				r.Header.Set("Authorization", "Bearer "+tt.token)
			}
			w := httptest.NewRecorder()
			if api.ServeHTTP(w, r); w.Code != want {
				t.Errorf("%s, locked %t: %d %s, want %d", tt.name, api == locked, w.Code, w.Body, want)
			}
		}
	}
}
