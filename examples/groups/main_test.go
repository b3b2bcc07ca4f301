package main

import (
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestGroupsGuardWhatIsInThem(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, tc := range []struct {
		name, target, token string
		status              int
		want                string
	}{
		{"outside of the group any user will do", "/me", "token-of-bob", 200, `"bob"`},
		{"inside nobody is let in unknown", "/admin/users", "", 401, ""},
		{"nor without the role", "/admin/users", "token-of-bob", 403, ""},
		{"an admin is", "/admin/users", "token-of-ada", 200, `["ada","bob"]`},
		{"what is public is public", "/admin/ping", "", 200, `"pong"`},
		{"groups inherit guards", "/admin/teams/blue", "token-of-bob", 403, ""},
		{"and read their part of the path", "/admin/teams/blue", "token-of-ada", 200, `{"name":"blue"}`},
		{"for all their routes", "/admin/teams/red/members", "token-of-ada", 404, ""},
		{"but not for strangers", "/admin/teams/red/members", "", 401, ""},
	} {
		r := httptest.NewRequest("GET", tc.target, nil)
		if tc.token != "" {
			r.Header.Set("Authorization", "Bearer "+tc.token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tc.status || tc.want != "" && w.Body.String() != tc.want {
			t.Errorf("%s: %d %s, want %d %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{
		Values: map[string]string{"team": "blue"},
		Intruders: []mortisetest.Intruder{
			{Name: "bob, who is no admin", Present: mortisetest.Bearer("token-of-bob"), May: []string{"GET /me"}},
		},
	})
}
