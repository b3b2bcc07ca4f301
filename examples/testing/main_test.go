package main

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security"
)

//docs:begin fakes
type outbox struct{ sent []string }

func (o *outbox) Send(_ context.Context, to, text string) error {
	o.sent = append(o.sent, to+": "+text)
	return nil
}

// value is a dependency that gives what the test holds already.
func value[T any](v T) *mortise.Dependency {
	return mortise.Depends(func(context.Context, mortise.None) (T, error) { return v, nil })
}

//docs:end fakes

//docs:begin test
func TestGreetingsAreSentToTheUser(t *testing.T) {
	t.Parallel()
	mail := &outbox{}
	noon := func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }
	api := newAPI().With(
		di.ReplaceType(value(&User{Name: "ada"})),
		di.ReplaceType(value(Clock(noon))),
		di.ReplaceType(value[Mailer](mail)),
	)

	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("POST", "/greetings", nil))

	if want := `{"text":"Good day, ada"}`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
	if len(mail.sent) != 1 || mail.sent[0] != "ada: Good day, ada" {
		t.Errorf("sent %q", mail.sent)
	}
}

//docs:end test

//docs:begin guards
func TestGuardsGoOnGuardingReplacedUsers(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"ada": 403, "root": 200} {
		api := newAPI().With(di.ReplaceType(value(&User{name})), di.ReplaceType(value[Mailer](&outbox{})))
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("POST", "/mornings", nil))
		if w.Code != status {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, status)
		}
	}
}

//docs:end guards

//docs:begin lock

// signedIn is for any token: the lock stays, the service is not asked.
func signedIn(u *User) *mortise.Dependency {
	return mortise.Depends(func(context.Context, security.BearerToken) (*User, error) { return u, nil })
}

func TestNobodyIsGreetedUnknown(t *testing.T) {
	t.Parallel()
	api := newAPI().With(di.ReplaceType(signedIn(&User{Name: "ada"})), di.ReplaceType(value[Mailer](&outbox{})))
	for token, status := range map[string]int{"": 401, "Bearer any": 200} {
		r := httptest.NewRequest("POST", "/greetings", nil)
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("with %q: %d %s, want %d", token, w.Code, w.Body, status)
		}
	}
}

//docs:end lock

//docs:begin build
func TestTheAPIHasNoMistakesAndNoOpenRoutes(t *testing.T) {
	t.Parallel()
	api := newAPI()
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	for _, route := range api.Audit() {
		if route.Open() {
			t.Errorf("%s %s (%s) is neither locked nor public", route.Method, route.Path, route.Place)
		}
	}
}

//docs:end build

func TestNothingIsReplacedWhereNobodyAsked(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "/greetings", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, r)
	if w.Code != 401 {
		t.Errorf("%d %s, want 401", w.Code, w.Body)
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
