package security_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func TestCredentialsAreLookedAtBeforeParameters(t *testing.T) { // S49, L9
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		get(api, "/x", func(_ context.Context, in struct {
			Page int `query:"page"`
			Info *security.TokenInfo
		}) (string, error) {
			return in.Info.Sub, nil
		}, tokenInfo(security.InfoConfig{}), required("read"))
	})
	call(t, api, http.MethodGet, "/x?page=one").want(t, 401, "No authorization token provided", plainBearer)
	call(t, api, http.MethodGet, "/x?page=one", bearer("u")).want(t, 403, "Scope 'read' required", insufficient("read"))
	call(t, api, http.MethodGet, "/x?page=one", bearer("u.read")).want(t, 422, "")
	call(t, api, http.MethodGet, "/x?page=1", bearer("u.read")).want(t, 200, "")
}

// What gives information may be any dependency, and take what one may.
func TestAVerifierMayTakeTheRequestAndTheScopes(t *testing.T) { // S56
	t.Parallel()
	var seen string
	verify := di.Depends(func(_ context.Context, in struct {
		Token    security.BearerToken
		Request  *http.Request
		Required security.Scopes
	}) (*security.TokenInfo, error) {
		seen = fmt.Sprint(string(in.Token), " ", in.Request.URL.Path, " ", []string(in.Required))
		return active("u"), nil
	}, security.Bearer(security.SchemeConfig{}))
	api := newAPI(t, func(api *router.Router) {
		api.Provide(verify)
		get(api, "/x", showInfo, required("b", "a"))
	})
	call(t, api, http.MethodGet, "/x", bearer("t")).want(t, 200, "")
	if seen != "t /x [b a]" {
		t.Errorf("the verifier saw %q", seen)
	}
	if got := documentOf(t, api).get("/x").Security; len(got) != 1 || strings.Join(got[0]["BearerAuth"], " ") != "b a" {
		t.Errorf("the document says %v", got)
	}
}

// Nobody is ever taken for somebody else, however many ask at once.
func TestSubjectsAreNotMixedUp(t *testing.T) { // S77, S79, S80, A90
	t.Parallel()
	subject := security.SubjectOf()
	api := newAPI(t, func(api *router.Router) {
		info := tokenInfo(security.InfoConfig{})
		get(api, "/me", func(_ context.Context, s security.Subject) (string, error) { return string(s), nil }, info, subject, router.OperationID("me"))
		get(api, "/maybe", func(_ context.Context, i di.Optional[*security.TokenInfo]) (bool, error) { return i.Set, nil },
			security.Optional[*security.TokenInfo](info), router.OperationID("maybe"))
	})
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			name := fmt.Sprint("u", i)
			r := httptest.NewRequest(http.MethodGet, "/me", nil)
			r.Header.Set("Authorization", "Bearer "+name)
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			if w.Body.String() != `"`+name+`"` {
				t.Errorf("%s is told %s", name, w.Body)
			}
			w = httptest.NewRecorder()
			api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/maybe", nil))
			if w.Body.String() != "false" { // S79
				t.Errorf("nobody is somebody: %s", w.Body)
			}
		})
	}
	all.Wait()
	call(t, api, http.MethodGet, "/me", bearer("nil")).want(t, 401, "Provided token is not valid", invalidBearer) // S80
}
