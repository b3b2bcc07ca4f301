package mortisetest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/security"
)

type user struct{ name string }

func (u *user) HasRole(role string) bool { return role == u.name }

func currentUser(_ context.Context, token security.BearerToken) (*user, error) {
	if token == "ann" || token == "admin" {
		return &user{string(token)}, nil
	}
	return nil, security.InvalidToken()
}

func fine(context.Context, mortise.None) (string, error) { return "fine", nil }

type post struct {
	ID   int `path:"id"`
	User *user
}

func getPost(_ context.Context, in post) (string, error) { return in.User.name, nil }

func newAPI() *mortise.API {
	api := mortise.New("Blog", "1")
	api.Provide(mortise.Depends(currentUser))
	mortise.Get(api, "/open", fine, mortise.Public())
	mortise.Get(api, "/posts/{id}", getPost)
	mortise.Delete(api, "/posts/{id}", getPost, mortise.RequireRole[*user]("admin"))
	return api
}

func ann(may ...string) mortisetest.Intruder {
	return mortisetest.Intruder{Name: "ann", Present: mortisetest.Bearer("ann"), May: may}
}

func TestAnAPIThatKeepsItsLocks(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{
		Values:    map[string]string{"id": "7"},
		Intruders: []mortisetest.Intruder{ann("GET /posts/{id}")},
	})
}

func TestDenySparesWhatEndsCredentials(t *testing.T) {
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{
		Intruders: []mortisetest.Intruder{ann()},
		Spare:     []string{"GET /posts/{id}"},
	})
}

// witness is a test that is expected to fail.
type witness struct {
	testing.TB

	said []string
}

func (w *witness) Helper() {}

func (w *witness) Errorf(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}

func TestDenyFindsWhatIsOpen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		api    *mortise.API
		matrix mortisetest.Matrix
		want   []string
	}{
		{
			"an intruder who gets in",
			newAPI(), mortisetest.Matrix{Intruders: []mortisetest.Intruder{ann()}},
			[]string{"GET /posts/{id}: ann gets 200, but the operation is locked: BearerAuth", "HEAD /posts/{id}: ann gets 200"},
		},
		{
			"an intruder who gets in where a path has to end",
			exactly(), mortisetest.Matrix{Intruders: []mortisetest.Intruder{ann()}},
			[]string{"GET /posts/{$}: ann gets 200, but the operation is locked: BearerAuth"},
		},
		{
			"an intruder who is said to get in, and does not",
			newAPI(), mortisetest.Matrix{Intruders: []mortisetest.Intruder{ann("GET /posts/{id}", "DELETE /posts/{id}")}},
			[]string{"DELETE /posts/{id}: ann gets 403, but may call it, it is said"},
		},
		{
			"an intruder who does not get as far as the lock",
			newAPI(), mortisetest.Matrix{
				Intruders: []mortisetest.Intruder{ann("GET /posts/{id}")},
				Handler:   middleware.Must(middleware.HostAllowlist("api.example.com"))(newAPI()),
			},
			[]string{"GET /posts/{id}: ann gets 421, but may call it, it is said"},
		},
		{
			"an intruder who has called too often",
			newAPI(), mortisetest.Matrix{
				Intruders: []mortisetest.Intruder{ann("GET /posts/{id}")},
				Handler:   ratelimit.MustNew(ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}}).Middleware(nil)(newAPI()),
			},
			[]string{"GET /posts/{id}: ann gets 429, but may call it, it is said"},
		},
		{
			"an intruder who may do what nobody locks",
			newAPI(), mortisetest.Matrix{Intruders: []mortisetest.Intruder{ann("GET /posts/{id}", "GET /open")}},
			[]string{"ann may GET /open, which is no locked operation"},
		},
		{
			"a public operation that asks for credentials",
			suspicious(), mortisetest.Matrix{},
			[]string{"GET /open: somebody without credentials gets 401, but the operation is not locked"},
		},
		{
			"an operation that nobody has declared",
			newAPI(), mortisetest.Matrix{Handler: http.HandlerFunc(generous)},
			[]string{"PROPFIND /posts/{id}: somebody without credentials gets 200, but there is no such operation"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &witness{TB: t}
			mortisetest.Deny(w, tt.api, tt.matrix)
			said := strings.Join(w.said, "\n")
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("Deny says\n%s\nand not %q", said, want)
				}
			}
		})
	}
}

// exactly is an API whose operation is at a path and at nothing below it.
func exactly() *mortise.API {
	api := mortise.New("Blog", "1")
	mortise.Get(api, "/posts/{$}", func(_ context.Context, u *user) (string, error) { return u.name, nil }, mortise.Depends(currentUser))
	return api
}

// suspicious is an API whose public operation answers 401 by itself.
func suspicious() *mortise.API {
	api := mortise.New("Blog", "1")
	mortise.Get(api, "/open", func(context.Context, mortise.None) (string, error) { return "", security.InvalidToken() }, mortise.Public())
	return api
}

// generous answers a method that the API's document does not have.
func generous(w http.ResponseWriter, r *http.Request) {
	if r.Method != "PROPFIND" {
		http.NotFound(w, r)
	}
}

func TestAnAnswerThatBreaksOffCountsAsFarAsItWent(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"open": 200, "refused": 401} {
		said := &witness{TB: t}
		mortisetest.Deny(said, newAPI(), mortisetest.Matrix{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				panic(http.ErrAbortHandler)
			}),
		})
		if complained := strings.Contains(strings.Join(said.said, "\n"), "GET /posts/{id}: somebody without credentials gets 200"); complained != (status == 200) {
			t.Errorf("%s: %q", name, said.said)
		}
	}
}

func TestAnyOtherPanicOfAHandlerIsNotSwallowed(t *testing.T) {
	t.Parallel()
	defer func() {
		if v := recover(); v != "oh" {
			t.Errorf("recovered %v", v)
		}
	}()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") })})
}
