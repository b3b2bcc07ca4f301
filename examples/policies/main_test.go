package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/security"
)

func TestWhoMayDoWhat(t *testing.T) { // S115, S131, S223, S224
	t.Parallel()
	api := newAPI()
	everybody := []string{"ada", "ben", "cleo", "dan"}
	for _, tt := range []struct {
		line, path string
		may        []string
	}{
		{"GET", "/posts", []string{"ada", "ben", "cleo", "dan"}},
		{"PUT", "/posts", []string{"ada", "ben", "cleo"}},
		{"POST", "/posts", []string{"ada", "cleo", "dan"}},
		{"GET", "/teams/red", []string{"ada", "ben"}},
	} {
		for _, who := range append(everybody, "", "eve") {
			r := httptest.NewRequest(tt.line, tt.path, nil)
			if who != "" {
				r.Header.Set("X-API-Key", who)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			want := 403
			switch {
			case !slices.Contains(everybody, who):
				want = 401
			case slices.Contains(tt.may, who):
				want = 200
			}
			if w.Code != want {
				t.Errorf("%s %s as %q: %d, want %d: %s", tt.line, tt.path, who, w.Code, want, w.Body)
			}
		}
	}
}

//docs:begin test
func TestWhoMayPublish(t *testing.T) {
	t.Parallel()
	policy := mayPublish(rights())
	for name, tt := range map[string]struct {
		user     User
		deniedBy []string // nobody: may pass
	}{
		"an author":          {User{Roles: []string{"author"}}, nil},
		"a reader":           {User{Roles: []string{"reader"}}, []string{"at least role author", "an invitation"}},
		"a guest":            {User{Invited: true}, nil},
		"a suspended author": {User{Roles: []string{"author", "suspended"}}, []string{"not role suspended"}},
	} {
		denial, err := policy.Check(t.Context(), &tt.user)
		if err != nil {
			t.Fatal(err)
		}
		if got := leaves(denial); !slices.Equal(got, tt.deniedBy) {
			t.Errorf("%s: denied by %q, want %q", name, got, tt.deniedBy)
		}
	}
}

//docs:end test

func leaves(d *security.Denial) []string {
	if d == nil {
		return nil
	}
	return d.Leaves()
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	as := func(key string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-API-Key", key) }
	}
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{
		Values: map[string]string{"team": "red"},
		Intruders: []mortisetest.Intruder{
			{Name: "eve, whom nobody knows", Present: as("eve")},
			{Name: "dan, who may read and import", Present: as("dan"), May: []string{"GET /posts", "POST /posts"}},
		},
	})
}
