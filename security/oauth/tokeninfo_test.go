package oauth_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/security/oauth"
)

const infoURL = issuer + "/tokeninfo"

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func newTokenInfo(t testing.TB, w *world) *oauth.Remote {
	t.Helper()
	r, err := oauth.NewTokenInfo(oauth.RemoteConfig{URL: infoURL, AnyAudience: true, Connection: w.connection()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAURLIsAskedAboutTokens(t *testing.T) { // S16
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		want   int
	}{
		"an object":         {says(200, `{}`), 200},
		"active":            {says(200, `{"active":true}`), 200},
		"inactive":          {says(200, `{"active":false}`), 401},
		"active in a text":  {says(200, `{"active":"true"}`), 401},
		"active is null":    {says(200, `{"active":null}`), 401},
		"not found":         {says(404, `no`, "Content-Type", "text/plain"), 401},
		"not authorized":    {says(401, ``), 401},
		"gone":              {says(410, `{}`), 401},
		"too many requests": {says(429, ``), 503},
		"too slow":          {says(408, ``), 503},
		"an error":          {says(500, ``), 503},
		"a redirect":        {says(307, ``, "Location", jwksURL), 503},
		"no object":         {says(200, `"ada"`), 503},
		"a page":            {says(200, `<html>`, "Content-Type", "text/html"), 503},
		"nothing":           {nil, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.on(infoURL, tt.answer)
			mustStatus(t, newTokenInfo(t, w), "t", tt.want)
		})
	}
}

func TestAURLThatHangsIsNotWaitedFor(t *testing.T) { // S16
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.on(infoURL, says(200, `{}`))
		w.slow(time.Hour)
		mustStatus(t, newTokenInfo(t, w), "t", 503)
	})
}

func TestATokenIsSentInTheHeaderOnly(t *testing.T) { // S19
	t.Parallel()
	w := newWorld()
	w.on(infoURL, func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer t-1" || r.URL.RawQuery != "" || r.Body != nil {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		return says(200, `{}`)(r)
	})
	mustStatus(t, newTokenInfo(t, w), "t-1", 200)
}

func TestOtherNamesOfScopeAndSubject(t *testing.T) { // S5, S6, S20, S21
	t.Parallel()
	for body, want := range map[string]struct {
		sub string
		has bool
	}{
		`{"scopes":["a"],"uid":"u"}`:           {"u", true},
		`{"scopes":"b a","uid":"u","sub":"s"}`: {"s", true},
		`{"scope":"a","scopes":"b"}`:           {"", true},
		`{"scope":"","scopes":"a"}`:            {"", false},
		`{"scope":["b"],"scopes":["a"]}`:       {"", false},
		`{"sub":"","uid":"u"}`:                 {"", false},
	} {
		w := newWorld()
		w.on(infoURL, says(200, body))
		info, err := newTokenInfo(t, w).Check(t.Context(), "t")
		if err != nil || info.Sub != want.sub || info.Scope.Has("a") != want.has || len(info.Extra) > 0 {
			t.Errorf("%s: %+v, %v", body, info, err)
		}
	}
}
