package session_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/session"
)

type user struct{ name string }

// A76, A171: a session beside a token. Whoever comes with a token alone needs no
// protection from other sites; a bad credential is refused whatever else is there.
func TestASessionIsOneOfSeveralWaysIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.login("ada")
	ofSession := di.Depends(func(_ context.Context, s *session.Session[Data]) (*user, error) { return &user{s.Subject}, nil }, f.sessions.Dependency())
	ofToken := di.Depends(func(_ context.Context, text security.BearerToken) (*user, error) {
		if text != "good" {
			return nil, security.InvalidToken()
		}
		return &user{"robot"}, nil
	}, security.Bearer(security.SchemeConfig{}))
	api := router.New("Films", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Handle("POST", "/films", di.Depends(func(_ context.Context, u *user) (string, error) { return u.name, nil }), security.AnyOf[*user](ofSession, ofToken))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	const good, bad, cross = "Authorization: Bearer good", "Authorization: Bearer bad", "Sec-Fetch-Site: cross-site"
	unknown := "Cookie: " + cookieName + "=" + strings.Repeat("A", 43)
	for _, tt := range []struct {
		name   string
		fields []string
		status int
		says   string
	}{
		{"nothing", nil, 401, "No credentials provided"},
		{"a session", []string{ada}, 200, "ada"},
		{"a token", []string{good}, 200, "robot"},
		{"a token from another site", []string{good, cross}, 200, "robot"},
		{"a session from another site", []string{ada, cross}, 403, "cross-origin"},
		{"both", []string{ada, good}, 200, "ada"},
		{"both from another site", []string{ada, good, cross}, 403, "cross-origin"},
		{"a session and a bad token", []string{ada, bad}, 401, "Invalid token"},
		{"an unknown session and a token", []string{unknown, good}, 401, "Invalid session"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/films", nil)
		for _, field := range tt.fields {
			name, value, _ := strings.Cut(field, ": ")
			r.Header.Add(name, value)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s: %d %s, want %d with %q", tt.name, w.Code, w.Body, tt.status, tt.says)
		}
	}
}
