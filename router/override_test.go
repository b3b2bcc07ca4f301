package router_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// clock is an application value.
type clock struct{ now string }

func clockAPI(j *journal) (api *mortise.API, current *mortise.Dependency) {
	api = newGuarded()
	current = mortise.Depends(func(context.Context, none) (di.Resource[*clock], error) {
		j.note("open")
		return di.Resource[*clock]{Value: &clock{"real"}, Close: func(error) error { j.note("close"); return nil }}, nil
	}, di.Application)
	api.Provide(current)
	mortise.Get(api, "/now", func(_ context.Context, c *clock) (string, error) { return c.now, nil })
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/admin", whoami, mortise.RequireRole[*account]("admin"))
	return api, current
}

func TestDependenciesAreReplacedPerTestAndSideBySide(t *testing.T) {
	t.Parallel()
	api, current := clockAPI(&journal{})
	for i := range 20 {
		t.Run(fmt.Sprint("test ", i), func(t *testing.T) {
			t.Parallel()
			now := fmt.Sprint("fake ", i)
			fake := api.With(
				di.Replace(current, mortise.Depends(gives(di.Resource[*clock]{Value: &clock{now}}))),
				di.ReplaceType(mortise.Depends(gives(&account{Name: now}))),
			)
			do(t, fake, "GET /now", "").is(200).says(`"` + now + `"`)
			do(t, fake, "GET /me", "").is(200).says(`"` + now + `"`)
			do(t, fake, "GET /admin", "").is(403) // a guard goes on guarding
			do(t, api, "GET /now", "").says(`"real"`)
			do(t, api, "GET /me", "").is(401)
		})
	}
}

func TestAReplacementThatDoesNotFitIsAMistake(t *testing.T) {
	t.Parallel()
	api, current := clockAPI(&journal{})
	type missing struct{ n int }
	broken := api.With(di.Replace(current, mortise.Depends(func(context.Context, *missing) (*clock, error) { return nil, nil })))
	wrong(t, broken, "nothing provides *router_test.missing")
	built(t, api)
}

func TestTheApplicationIsOpenedOnceAndClosedOnce(t *testing.T) {
	t.Parallel()
	var j journal
	api, _ := clockAPI(&j)
	built(t, api)
	j.expect(t)
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	do(t, api, "GET /now", "").is(200)
	do(t, api, "GET /now", "").is(200)
	if err := errors.Join(api.Close(), api.Close()); err != nil {
		t.Error(err)
	}
	j.expect(t, "open", "close")
	do(t, api, "GET /now", "").is(500)
}

func TestTheApplicationIsOpenedByTheFirstRequestWithoutStart(t *testing.T) {
	t.Parallel()
	var j journal
	api, _ := clockAPI(&j)
	do(t, built(t, api), "GET /me", "").is(401)
	j.expect(t)
	do(t, api, "GET /now", "").is(200)
	j.expect(t, "open")
}

func TestStartReportsWhatCannotBeMade(t *testing.T) {
	t.Parallel()
	api := mortise.New("Failing", "1", quiet())
	down := errors.New("no connection")
	api.Provide(mortise.Depends(func(context.Context, none) (*clock, error) { return nil, down }, di.Application))
	mortise.Get(api, "/", func(context.Context, *clock) (none, error) { return none{}, nil })
	if err := api.Start(t.Context()); !errors.Is(err, down) {
		t.Errorf("Start() = %v, want %v", err, down)
	}
	broken := mortise.New("Broken", "1", quiet())
	mortise.Get(broken, "/", whoami)
	if err := broken.Start(t.Context()); err == nil {
		t.Error("Start() of an API with a mistake = nil")
	}
	if broken.Document() != nil || broken.Audit() != nil {
		t.Error("an API with a mistake has a document or an audit")
	}
}

func TestWhatIsProvidedServesOutsideOfRequestsToo(t *testing.T) {
	t.Parallel()
	var j journal
	api, _ := clockAPI(&j)
	now, err := mortise.Call(t.Context(), api, func(_ context.Context, c *clock) (string, error) { return c.now, nil })
	if err != nil || now != "real" {
		t.Errorf("Call() = %q, %v", now, err)
	}
	do(t, api, "GET /now", "").is(200)
	j.expect(t, "open") // one application
}

func TestAThousandUsersSeeOnlyThemselves(t *testing.T) { // A90
	t.Parallel()
	api := mortise.New("Identity", "1")
	api.Provide(
		mortise.Depends(func(_ context.Context, token security.BearerToken) (*claims, error) {
			return &claims{Subject: string(token)}, nil
		}),
		mortise.Depends(func(_ context.Context, c *claims) (*account, error) { return &account{Name: c.Subject}, nil }))
	type both struct {
		Who  string `json:"who"`
		ID   int    `json:"id"`
		Item string `json:"item"`
	}
	mortise.Post(api, "/{id}", func(_ context.Context, in struct {
		Account *account
		ID      int   `path:"id"`
		Body    order `body:"json"`
	}) (both, error) {
		return both{in.Account.Name, in.ID, in.Body.Item}, nil
	})
	built(t, api)
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			name := fmt.Sprint("user-", i)
			for range 5 {
				do(t, api, fmt.Sprint("POST /", i), `{"item":"of-`+name+`"}`, as(name)).
					says(fmt.Sprintf(`{"who":%q,"id":%d,"item":"of-%s"}`, name, i, name))
				if i%10 == 0 { // others fail in between, at each place
					do(t, api, fmt.Sprint("POST /", i), `{"item":`, as(name)).is(400)
					do(t, api, "POST /x", `{"item":"a"}`, as(name)).is(422)
					do(t, api, fmt.Sprint("POST /", i), `{}`).is(401)
				}
			}
		})
	}
	all.Wait()
}

func TestTheServerOfNetHTTPIsServedConcurrently(t *testing.T) {
	t.Parallel()
	api, _ := clockAPI(&journal{})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	var all sync.WaitGroup
	for _, name := range []string{"ada", "bob", "eve"} {
		all.Go(func() {
			for range 50 {
				r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/me", nil)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+name)
				w, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				got, _ := io.ReadAll(w.Body)
				w.Body.Close()
				if string(got) != `"`+name+`"` {
					t.Errorf("%s is told to be %s", name, got)
				}
			}
		})
	}
	all.Wait()
}

// L8
func TestALockedAndStrictAPIIsTestedWithoutCredentials(t *testing.T) {
	t.Parallel()
	api := mortise.New("Locked", "1", router.Strict())
	api.Provide(mortise.Depends(func(context.Context, security.BearerToken) (*account, error) { return nil, security.InvalidToken() }))
	scoped := func(_ context.Context, in struct {
		Required security.Scopes
		Account  *account
	}) (*account, error) {
		return in.Account, nil
	}
	whoami := func(_ context.Context, a *account) (*account, error) { return a, nil }
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/scoped", whoami, mortise.Security(scoped, "read"))
	fake := api.With(di.ReplaceType(mortise.Depends(gives(&account{Name: "ada"}))))
	for _, path := range []string{"/me", "/scoped"} {
		do(t, api, "GET "+path, "").is(401)
		do(t, fake, "GET "+path, "").is(200)
	}
}

// S15, A91
func TestNobodyIsRefused(t *testing.T) {
	t.Parallel()
	api := mortise.New("Nobody", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(mortise.Depends(func(context.Context, security.BearerToken) (*account, error) { return nil, nil }))
	mortise.Get(api, "/me", func(_ context.Context, a *account) (*account, error) { return a, nil })
	r := httptest.NewRequest("GET", "/me", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code != 401 || !strings.Contains(w.Body.String(), "Provided token is not valid") || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("a user that is nil got %d %s %v", w.Code, w.Body, w.Header())
	}
}
