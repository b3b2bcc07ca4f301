package oauth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

const introspectionURL = issuer + "/introspection"

func newIntrospection(t testing.TB, w *world, change func(*oauth.RemoteConfig)) *oauth.Remote {
	t.Helper()
	c := oauth.RemoteConfig{URL: introspectionURL, AnyAudience: true, Connection: w.connection()}
	if change != nil {
		change(&c)
	}
	r, err := oauth.NewIntrospection(c, oauth.ClientSecretBasic("api", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// active is an answer about a token that lives for d.
func active(d time.Duration, more string) string {
	return fmt.Sprintf(`{"active":true,"sub":"ada","scope":"read write","exp":%d%s}`, time.Now().Add(d).Unix(), more)
}

func TestATokenIsIntrospected(t *testing.T) { // S69, S70
	t.Parallel()
	for name, tt := range map[string]struct {
		auth          oauth.ClientAuth
		authorization string
		form          string
	}{
		"by Basic": {oauth.ClientSecretBasic("api:1", "a:b%c d+é"), "Basic " + "YXBpJTNBMTphJTNBYiUyNWMrZCUyQiVDMyVBOQ==", "token=t%2B1&token_type_hint=access_token"},
		"by form":  {oauth.ClientSecretPost("api:1", "a:b%c"), "", "client_id=api%3A1&client_secret=a%3Ab%25c&token=t%2B1&token_type_hint=access_token"},
		"by TLS":   {oauth.ClientTLS("api"), "", "client_id=api&token=t%2B1&token_type_hint=access_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.on(introspectionURL, func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != tt.form || r.Method != http.MethodPost || r.Header.Get("Authorization") != tt.authorization ||
					r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Accept") != "application/json" || r.URL.RawQuery != "" {
					t.Errorf("%s %s %v %s", r.Method, r.URL, r.Header, body)
				}
				return says(200, `{"active":true,"sub":"ada","username":"Ada","client_id":"web","scope":"read","tenant":7}`)(r)
			})
			r, err := oauth.NewIntrospection(oauth.RemoteConfig{URL: introspectionURL, AnyAudience: true, Connection: w.connection()}, tt.auth)
			if err != nil {
				t.Fatal(err)
			}
			info, err := r.Check(t.Context(), "t+1")
			if err != nil || info.Sub != "ada" || info.ClientID != "web" || !info.Scope.Has("read") || info.Extra["tenant"] != 7.0 {
				t.Errorf("Check = %+v, %v", info, err)
			}
		})
	}
}

func TestASecretIsReadAsItWasMeant(t *testing.T) { // S70
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, func(r *http.Request) (*http.Response, error) {
		user, password, ok := r.BasicAuth()
		id, err1 := url.QueryUnescape(user)
		secret, err2 := url.QueryUnescape(password)
		if !ok || err1 != nil || err2 != nil || id != "a:b" || secret != "p:%+ ✓" {
			t.Errorf("the server reads %q and %q", id, secret)
		}
		return says(200, `{"active":true}`)(r)
	})
	r, err := oauth.NewIntrospection(oauth.RemoteConfig{URL: introspectionURL, AnyAudience: true, Connection: w.connection()}, oauth.ClientSecretBasic("a:b", "p:%+ ✓"))
	if err != nil {
		t.Fatal(err)
	}
	mustStatus(t, r, "t", 200)
}

func TestAnswersToIntrospection(t *testing.T) { // A94, S6, S70, S71, S98, S99, S101, S102, S105
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		want   int
	}{
		"active":                       {says(200, `{"active":true}`), 200},
		"active in UTF-8":              {says(200, `{"active":true}`, "Content-Type", "application/json; charset=utf-8"), 200},
		"inactive":                     {says(200, `{"active":false}`), 401},
		"inactive, with other members": {says(200, `{"active":false,"sub":5}`), 401},
		"no content":                   {says(204, ``), 401},
		"no active":                    {says(200, `{"sub":"ada"}`), 401},
		"active in a text":             {says(200, `{"active":"true"}`), 503},
		"active as a number":           {says(200, `{"active":1}`), 503},
		"a scope that is a number":     {says(200, `{"active":true,"scope":["read",5]}`), 401},
		"an exp that is a text":        {says(200, `{"active":true,"exp":"1800000000"}`), 401},
		"active twice":                 {says(200, `{"active":false,"active":true}`), 503},
		"an array":                     {says(200, `[true]`), 503},
		"null":                         {says(200, `null`), 503},
		"malformed":                    {says(200, `{"active":true`), 503},
		"empty":                        {says(200, ``), 503},
		"ten megabytes":                {says(200, `{"active":true,"x":"`+strings.Repeat("x", 10<<20)+`"}`), 503},
		"a signed answer":              {says(200, `eyJ.e30.x`, "Content-Type", "application/token-introspection+jwt"), 503},
		"a page":                       {says(200, `{"active":true}`, "Content-Type", "text/html"), 503},
		"packed":                       {says(200, `{"active":true}`, "Content-Encoding", "gzip"), 503},
		"a redirect":                   {says(302, ``, "Location", issuer+"/jwks"), 503},
		"we are not known":             {says(401, `{"error":"invalid_client"}`), 503},
		"we may not ask":               {says(403, `{}`), 503},
		"we ask too much":              {says(429, `{}`), 503},
		"an error":                     {says(500, `{"active":true}`), 503},
		"nothing":                      {nil, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.on(introspectionURL, tt.answer)
			mustStatus(t, newIntrospection(t, w, nil), "canary-token", tt.want)
			mustCount(t, w, 1)
			if tt.want == 503 && (w.kinds()[oauth.Failed] != 1 || !strings.Contains(w.logged(), introspectionURL)) {
				t.Errorf("events %v, log %q", w.kinds(), w.logged())
			}
			if strings.Contains(w.logged(), "canary-token") || strings.Contains(w.logged(), "secret") { // A208
				t.Errorf("the log holds a secret: %s", w.logged())
			}
		})
	}
}

func TestAnAnswerWithoutActiveIsLogged(t *testing.T) { // S99
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, says(200, `{}`))
	mustStatus(t, newIntrospection(t, w, nil), "t", 401)
	if !strings.Contains(w.logged(), "does not say whether the token is active") {
		t.Errorf("the log is %q", w.logged())
	}
}

func TestASlowServerIsNotWaitedFor(t *testing.T) { // A94
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.on(introspectionURL, says(200, `{"active":true}`))
		w.slow(time.Hour)
		begun := time.Now()
		mustStatus(t, newIntrospection(t, w, nil), "t", 503)
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTimesPartiesOfAnswers(t *testing.T) { // A100, S12, S75, S76
	t.Parallel()
	past, soon := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	for members, want := range map[string]int{
		`,"aud":"api"`:                                 200,
		`,"aud":["shop","api"]`:                        200,
		`,"aud":"api","iss":"` + issuer + `"`:          200,
		``:                                             401,
		`,"aud":"shop"`:                                401,
		`,"aud":["API"]`:                               401,
		`,"aud":[]`:                                    401,
		`,"aud":"api","iss":"` + issuer + `/"`:         401,
		`,"aud":"api","nbf":` + fmt.Sprint(soon):       401,
		`,"aud":"api","exp":` + fmt.Sprint(past):       401,
		`,"aud":"api","exp":` + fmt.Sprint(soon):       200,
		`,"aud":"api","iat":` + fmt.Sprint(past) + `}`: 503,
	} {
		w := newWorld()
		w.on(introspectionURL, says(200, `{"active":true`+members+`}`))
		r := newIntrospection(t, w, func(c *oauth.RemoteConfig) {
			c.AnyAudience, c.Audience, c.Issuer = false, []string{"api"}, issuer
		})
		if got := status(t, r, "t"); got != want {
			t.Errorf("%s is answered %d, want %d", members, got, want)
		}
	}
}

func TestAnExpiredTokenIsCalledSo(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, says(200, active(-time.Minute, "")))
	if _, err := newIntrospection(t, w, nil).Check(t.Context(), "t"); !errors.Is(err, security.ErrExpiredToken) {
		t.Errorf("Check = %v", err)
	}
}

func TestAnswersAreRememberedForAWhile(t *testing.T) { // S96, S97, S100
	for name, tt := range map[string]struct {
		lifetime time.Duration
		maxTTL   time.Duration
		until    time.Duration
	}{
		"for a minute":             {time.Hour, 0, time.Minute},
		"for as long as we say":    {time.Hour, 10 * time.Minute, 10 * time.Minute},
		"until the token expires":  {20 * time.Second, 0, 20 * time.Second},
		"not at all":               {time.Hour, oauth.NoCache, 0},
		"not once it has expired":  {-time.Second, 0, 0},
		"not if it expires now":    {0, 0, 0},
		"not if it never expires":  {-1, 0, 0},
		"as long as that, or less": {time.Hour, time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				body := active(tt.lifetime, "")
				if tt.lifetime == -1 {
					body = `{"active":true}`
				}
				w.on(introspectionURL, says(200, body))
				r := newIntrospection(t, w, func(c *oauth.RemoteConfig) { c.MaxTTL = tt.maxTTL })
				mustStatus(t, r, "t", 200)
				if tt.until > 0 {
					time.Sleep(tt.until - time.Nanosecond)
					mustStatus(t, r, "t", 200)
					mustCount(t, w, 1)
					time.Sleep(time.Nanosecond)
				}
				mustStatus(t, r, "t", 200) // within the leeway of 30 s, if it has expired
				mustCount(t, w, 2)
			})
		})
	}
}

func TestAnOutageEndsWhatIsRememberedInTime(t *testing.T) { // A95
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, nil)
		mustStatus(t, r, "t", 200)
		w.on(introspectionURL, nil)
		mustStatus(t, r, "other", 503)
		time.Sleep(59 * time.Second)
		mustStatus(t, r, "t", 200)
		time.Sleep(time.Second)
		mustStatus(t, r, "t", 503)
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		mustStatus(t, r, "t", 200) // at once
	})
}

func TestServersShareNoAnswers(t *testing.T) { // A96
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, says(200, active(time.Hour, `,"aud":"api"`)))
	w.on(issuer+"/other", says(200, `{"active":false}`))
	one := newIntrospection(t, w, nil)
	two := newIntrospection(t, w, func(c *oauth.RemoteConfig) { c.URL = issuer + "/other" })
	three := newIntrospection(t, w, func(c *oauth.RemoteConfig) { c.AnyAudience, c.Audience = false, []string{"shop"} })
	for range 2 {
		mustStatus(t, one, "t", 200)
		mustStatus(t, two, "t", 401)
		mustStatus(t, three, "t", 401)
	}
	mustCount(t, w, 3)
}

func TestARevokedTokenIsForgotten(t *testing.T) { // A98
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, nil)
		mustStatus(t, r, "t", 200)
		w.on(introspectionURL, says(200, `{"active":false}`))
		mustStatus(t, r, "t", 200)
		r.Forget("t")
		mustStatus(t, r, "t", 401)

		// An answer that was on its way when the token was revoked does not count.
		w.slow(time.Second)
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		go func() { _, _ = r.Check(t.Context(), "u") }()
		synctest.Wait()
		r.Forget("u")
		w.on(introspectionURL, says(200, `{"active":false}`))
		time.Sleep(2 * time.Second)
		mustStatus(t, r, "u", 401)
	})
}

func TestRequestsWithOneTokenAskOnce(t *testing.T) { // A99
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.slow(time.Second)
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, func(c *oauth.RemoteConfig) { c.Concurrency = 1 })
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() { mustStatus(t, r, "t", 200) })
		}
		wait.Wait()
		mustCount(t, w, 1)
	})
}

// A90, L7: an answer serves many requests, and each may append to its scopes.
func TestWhatARequestAppendsIsSeenByNoOther(t *testing.T) {
	w := newWorld()
	w.on(introspectionURL, says(200, fmt.Sprintf(`{"active":true,"scope":"a b c","aud":["a","b","c"],"exp":%d}`, time.Now().Add(time.Hour).Unix())))
	r := newIntrospection(t, w, nil)
	lists := func(add string) (scopes, audiences []string) {
		info, err := r.Check(t.Context(), "t")
		if err != nil {
			t.Fatal(err)
		}
		return append(info.Scope, add), append(info.Aud, add)
	}
	scopes, audiences := lists("mine")
	_, _ = lists("other")
	if scopes[3] != "mine" || audiences[3] != "mine" {
		t.Errorf("another request made %q and %q of mine", scopes, audiences)
	}
}

// The same where the answer comes between a request's look into the memory and its
// own question, which takes many attempts to meet.
func TestAnAnswerThatHasJustComeIsNotAskedForAgain(t *testing.T) { // A99
	rounds := 3000
	if testing.Short() || raceEnabled {
		rounds = 100
	}
	for range rounds {
		w := newWorld()
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, nil)
		var wait sync.WaitGroup
		begin := make(chan struct{})
		for range 100 {
			wait.Go(func() { <-begin; mustStatus(t, r, "t", 200) })
		}
		close(begin)
		wait.Wait()
		if n := w.count(); n != 1 {
			t.Fatalf("the server was asked %d times, want once", n)
		}
	}
}

func TestGarbageDoesNotPileUp(t *testing.T) { // A99
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, nil)
		mustStatus(t, r, "good", 200)
		w.on(introspectionURL, says(200, `{"active":false}`))
		w.slow(time.Second)
		var wait sync.WaitGroup
		var mu sync.Mutex
		answers := make(map[int]int)
		for i := range 10_000 {
			wait.Go(func() {
				s := status(t, r, security.BearerToken(fmt.Sprint("garbage-", i)))
				mu.Lock()
				defer mu.Unlock()
				answers[s]++
			})
		}
		wait.Wait()
		if answers[401] != 64 || answers[503] != 10_000-64 {
			t.Errorf("answers by status: %v", answers)
		}
		mustCount(t, w, 65)
		mustStatus(t, r, "good", 200) // nothing has displaced it
		mustCount(t, w, 65)
		w.slow(0)
		for i := range 5_000 {
			mustStatus(t, r, security.BearerToken(fmt.Sprint("more-", i)), 401)
		}
		mustStatus(t, r, "good", 200)
		mustCount(t, w, 5065)
		mustStatus(t, r, "more-4999", 401)
		mustCount(t, w, 5065)
		time.Sleep(5 * time.Second)
		mustStatus(t, r, "more-4999", 401)
		mustCount(t, w, 5066)
	})
}

func TestWhoeverWasNotSeenTheLongestIsForgotten(t *testing.T) { // A99
	t.Parallel()
	w := newWorld()
	w.on(introspectionURL, says(200, active(time.Hour, "")))
	r := newIntrospection(t, w, func(c *oauth.RemoteConfig) { c.Remembered = 2 })
	for _, token := range []security.BearerToken{"a", "b", "a", "c", "a"} {
		mustStatus(t, r, token, 200)
	}
	mustCount(t, w, 3)
	mustStatus(t, r, "b", 200)
	mustCount(t, w, 4)
}

func TestARequestThatGoesAwayStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.slow(time.Second)
		w.on(introspectionURL, says(200, active(time.Hour, "")))
		r := newIntrospection(t, w, nil)
		ctx, cancel := contextOf(t)
		go func() {
			if _, err := r.Check(ctx, "t"); problem.From(err).Status != 503 {
				t.Errorf("Check = %v", err)
			}
		}()
		synctest.Wait()
		go cancel()
		mustStatus(t, r, "t", 200)
		mustCount(t, w, 1)
	})
}

func TestALongTokenIsNotAskedAbout(t *testing.T) { // A40
	t.Parallel()
	w := newWorld()
	mustStatus(t, newIntrospection(t, w, nil), security.BearerToken(strings.Repeat("x", 8<<10+1)), 401)
	mustCount(t, w, 0)
}

func TestRemoteConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	good := func() oauth.RemoteConfig { return oauth.RemoteConfig{URL: introspectionURL, Audience: []string{"api"}} }
	for _, tt := range []struct {
		name   string
		change func(*oauth.RemoteConfig)
		auth   oauth.ClientAuth
		want   string
	}{
		{"no URL", func(c *oauth.RemoteConfig) { c.URL = "" }, oauth.ClientSecretBasic("a", "b"), "RemoteConfig.URL is empty"},
		{"http", func(c *oauth.RemoteConfig) { c.URL = "http://x/y" }, oauth.ClientSecretBasic("a", "b"), "want an https URL"},
		{"no audience", func(c *oauth.RemoteConfig) { c.Audience = nil }, oauth.ClientSecretBasic("a", "b"), "Audience is empty"},
		{"an empty audience", func(c *oauth.RemoteConfig) { c.Audience = []string{""} }, oauth.ClientSecretBasic("a", "b"), "an empty name"},
		{"both audiences", func(c *oauth.RemoteConfig) { c.AnyAudience = true }, oauth.ClientSecretBasic("a", "b"), "contradict each other"},
		{"a long leeway", func(c *oauth.RemoteConfig) { c.Leeway = time.Hour }, oauth.ClientSecretBasic("a", "b"), "Leeway is 1h0m0s"},
		{"a long memory", func(c *oauth.RemoteConfig) { c.MaxTTL = 2 * time.Hour }, oauth.ClientSecretBasic("a", "b"), "MaxTTL is 2h0m0s"},
		{"no memory", func(c *oauth.RemoteConfig) { c.Remembered = -1 }, oauth.ClientSecretBasic("a", "b"), "Remembered is -1"},
		{"no concurrency", func(c *oauth.RemoteConfig) { c.Concurrency = -1 }, oauth.ClientSecretBasic("a", "b"), "Concurrency is -1"},
		{"no client", func(*oauth.RemoteConfig) {}, oauth.ClientAuth{}, "client ID is empty"},
		{"no secret", func(*oauth.RemoteConfig) {}, oauth.ClientSecretPost("api", ""), `the secret of client "api" is empty`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := good()
			tt.change(&c)
			if _, err := oauth.NewIntrospection(c, tt.auth); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewIntrospection = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestAClientsSecretIsNotPrinted(t *testing.T) { // A208
	t.Parallel()
	a := oauth.ClientSecretBasic("api", "canary")
	if text := fmt.Sprintf("%v %+v %#v %s %v", a, a, a, a, a.LogValue()); strings.Contains(text, "canary") || !strings.Contains(text, `client "api"`) {
		t.Errorf("printed as %s", text)
	}
}
