package oauth_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

const jwksURL = issuer + "/jwks"

func newJWKS(t testing.TB, w *world, change func(*oauth.JWKSConfig)) *oauth.JWKS {
	t.Helper()
	c := oauth.JWKSConfig{URL: jwksURL, Connection: w.connection()}
	if change != nil {
		change(&c)
	}
	j, err := oauth.NewJWKS(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func lazy(c *oauth.JWKSConfig) { c.Lazy = true }

func TestAKeyIsFoundByItsID(t *testing.T) { // S73, S74, S75, S76
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first, second)))
		c := checker(t, newJWKS(t, w, nil))
		mustStatus(t, c, first.token(t, nil), 200)
		mustStatus(t, c, second.token(t, nil), 200)
		mustStatus(t, c, first.token(t, jwt.MapClaims{"iss": issuer + "/"}), 401)
		mustStatus(t, c, first.token(t, jwt.MapClaims{"iss": issuer[:len(issuer)-1]}), 401)
		mustStatus(t, c, first.token(t, jwt.MapClaims{"aud": "shop"}), 401)
		mustStatus(t, c, first.token(t, jwt.MapClaims{"aud": []string{}}), 401)
		mustStatus(t, c, first.token(t, jwt.MapClaims{"aud": []string{"shop", "api"}}), 200)
		mustStatus(t, c, first.token(t, nil)+"A", 401)
		mustCount(t, w, 1)
	})
}

func TestAnUnknownKeyCausesOneFetchPerCooldown(t *testing.T) { // A8, A101, S74, S95
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, nil))
		w.on(jwksURL, says(200, jwks(first, second)))
		mustStatus(t, c, second.token(t, nil), 401) // within the cooldown of the first fetch
		mustCount(t, w, 1)
		time.Sleep(30 * time.Second)
		mustStatus(t, c, second.token(t, nil), 200)
		mustCount(t, w, 2)

		stranger := newPair(t, "")
		var tokens []security.BearerToken // signing takes time, and they all are good to be refused
		for i := range 200 {
			stranger.id = "stranger-" + strconv.Itoa(i)
			tokens = append(tokens, stranger.token(t, nil))
		}
		for i := range 10_000 {
			mustStatus(t, c, tokens[i%len(tokens)], 401)
		}
		mustCount(t, w, 2)
		time.Sleep(time.Minute)
		for i := range 1_000 {
			mustStatus(t, c, tokens[i%len(tokens)], 401)
		}
		mustCount(t, w, 3)
		if got := w.kinds()[oauth.Limited]; got < 10_000 {
			t.Errorf("%d requests were told as limited", got)
		}
	})
}

func TestNobodyWithAKnownKeyWaits(t *testing.T) { // A101
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, func(c *oauth.JWKSConfig) { c.Connection.Timeout = 10 * time.Second }))
		time.Sleep(time.Minute)
		w.slow(5 * time.Second)
		w.on(jwksURL, says(200, jwks(first, second)))
		known, unknown := first.token(t, nil), second.token(t, nil)
		var wait sync.WaitGroup
		begun := time.Now()
		for range 100 {
			wait.Go(func() {
				mustStatus(t, c, unknown, 200)
				if took := time.Since(begun); took != 5*time.Second {
					t.Errorf("a token of the new key took %v", took)
				}
			})
		}
		synctest.Wait()
		for range 100 {
			mustStatus(t, c, known, 200)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("tokens of the known key took %v", took)
		}
		wait.Wait()
		mustCount(t, w, 2)
	})
}

func TestNotTooManyWaitForAKey(t *testing.T) { // A101
	synctest.Test(t, func(t *testing.T) {
		w, first, stranger := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, nil))
		time.Sleep(time.Minute)
		w.slow(time.Second)
		token := stranger.token(t, nil)
		var wait sync.WaitGroup
		var mu sync.Mutex
		answers := make(map[int]int)
		for range 200 {
			wait.Go(func() {
				s := status(t, c, token)
				mu.Lock()
				defer mu.Unlock()
				answers[s]++
			})
		}
		wait.Wait()
		if answers[401] != 128 || answers[503] != 72 {
			t.Errorf("answers by status: %v, want 128 that waited, and 503 for the others", answers)
		}
		mustCount(t, w, 2)
	})
}

func TestABadSignatureCausesNoFetch(t *testing.T) { // A102
	synctest.Test(t, func(t *testing.T) {
		w, real, forged := newWorld(), newPair(t, "1"), newPair(t, "1")
		w.on(jwksURL, says(200, jwks(real)))
		c := checker(t, newJWKS(t, w, nil))
		time.Sleep(time.Minute)
		token := forged.token(t, nil)
		for range 10_000 {
			mustStatus(t, c, token, 401)
		}
		mustCount(t, w, 1)
	})
}

func TestTheStartFailsWithoutKeys(t *testing.T) { // A103
	t.Parallel()
	for name, answer := range map[string]func(*http.Request) (*http.Response, error){
		"the server is down":  nil,
		"an error":            says(500, `{"keys":[]}`),
		"no usable key":       says(200, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`),
		"no key":              says(200, `{"keys":[]}`),
		"something else":      says(200, `{"jwks":[]}`),
		"not JSON":            says(200, `<html>`),
		"a redirect":          says(302, ``, "Location", jwksURL+"/elsewhere"), // A107
		"a page":              says(200, `{"keys":[]}`, "Content-Type", "text/html"),
		"no content type":     says(200, `{"keys":[]}`, "Content-Type", ""),
		"a packed answer":     says(200, `{"keys":[]}`, "Content-Encoding", "gzip"),
		"half a megabyte":     says(200, `{"keys":[],"x":"`+strings.Repeat("x", 512<<10)+`"}`),
		"one key too many":    says(200, `{"keys":[`+strings.Repeat(`{},`, 100)+`{}]}`),
		"members that repeat": says(200, `{"keys":[],"keys":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.on(jwksURL, answer)
			w.on(jwksURL+"/elsewhere", says(200, jwks(newPair(t, "1"))))
			j, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{URL: jwksURL, Connection: w.connection()})
			if j != nil || err == nil || !strings.Contains(err.Error(), jwksURL) {
				t.Errorf("NewJWKS = %v, %v, want an error that names the URL", j, err)
			}
			mustCount(t, w, 1)
		})
	}
}

func TestALazyStartAnswers503UntilThereAreKeys(t *testing.T) { // A103
	synctest.Test(t, func(t *testing.T) {
		w, first := newWorld(), newPair(t, "1")
		c := checker(t, newJWKS(t, w, lazy))
		token := first.token(t, nil)
		for range 120 {
			mustStatus(t, c, token, 503)
			time.Sleep(time.Second)
		}
		asked := w.count()
		if asked < 5 || asked > 12 { // about 1, 2, 4, 8, 16, 30, 30, … s apart
			t.Errorf("the server was asked %d times in two minutes", asked)
		}
		w.on(jwksURL, says(200, jwks(first)))
		time.Sleep(time.Minute)
		mustStatus(t, c, token, 200)
		mustCount(t, w, asked+1)
		if log := w.logged(); !strings.Contains(log, "connection refused") || !strings.Contains(log, jwksURL) {
			t.Errorf("the log is %s", log)
		}
	})
}

func TestALazyStartHasFetchedWhenTheFirstTokenComes(t *testing.T) { // A103
	synctest.Test(t, func(t *testing.T) {
		w, first := newWorld(), newPair(t, "1")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, lazy))
		synctest.Wait()
		mustCount(t, w, 1)
		mustStatus(t, c, first.token(t, nil), 200)
		mustCount(t, w, 1)
	})
}

func TestKeysGoOnWhileTheServerFails(t *testing.T) { // A104
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, nil))
		w.on(jwksURL, nil)
		known, unknown := first.token(t, nil), second.token(t, nil)
		for range 23 {
			time.Sleep(time.Hour)
			mustStatus(t, c, known, 200)
			synctest.Wait()
		}
		mustStatus(t, c, unknown, 503) // it may be the new key
		if asked := w.count(); asked < 20 || asked > 30 {
			t.Errorf("the server was asked %d times in a day", asked)
		}
		if w.kinds()[oauth.Failed] == 0 || !strings.Contains(w.logged(), "connection refused") {
			t.Errorf("events %v, log %s", w.kinds(), w.logged())
		}
		time.Sleep(time.Hour)
		mustStatus(t, c, known, 503)
		w.on(jwksURL, says(200, jwks(first)))
		time.Sleep(10 * time.Minute)
		mustStatus(t, c, known, 200)
	})
}

func TestASetReplacesTheOneBefore(t *testing.T) { // A105
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, nil))
		old := first.token(t, nil)
		mustStatus(t, c, old, 200)
		w.on(jwksURL, says(200, jwks(second)))
		time.Sleep(10 * time.Minute)
		mustStatus(t, c, old, 200) // the keys are fetched behind it
		synctest.Wait()
		mustStatus(t, c, old, 401)
		mustStatus(t, c, second.token(t, nil), 200)
	})
}

func TestAKeyThatWasNotFoundIsForgottenInTime(t *testing.T) { // A106
	synctest.Test(t, func(t *testing.T) {
		w, first, late := newWorld(), newPair(t, "1"), newPair(t, "late")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, nil))
		time.Sleep(time.Minute)
		token := late.token(t, nil)
		mustStatus(t, c, token, 401)
		mustCount(t, w, 2)
		w.on(jwksURL, says(200, jwks(first, late)))
		time.Sleep(4 * time.Minute)
		mustStatus(t, c, token, 401)
		mustCount(t, w, 2)
		time.Sleep(time.Minute)
		mustStatus(t, c, token, 200)
		mustCount(t, w, 3)
	})
}

func TestOnlySoManyKeysAreKnownToBeAbsent(t *testing.T) { // A106
	synctest.Test(t, func(t *testing.T) {
		w, first := newWorld(), newPair(t, "1")
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, func(c *oauth.JWKSConfig) { c.Cooldown = time.Second }))
		stranger := newPair(t, "")
		for i := range 129 {
			time.Sleep(time.Second)
			stranger.id = fmt.Sprint("stranger-", i)
			mustStatus(t, c, stranger.token(t, nil), 401)
		}
		mustCount(t, w, 130)
		time.Sleep(time.Second)
		mustStatus(t, c, stranger.token(t, nil), 401)
		mustCount(t, w, 130)
		stranger.id = "stranger-0"
		mustStatus(t, c, stranger.token(t, nil), 401)
		mustCount(t, w, 131) // it made room for the last one
	})
}

func TestOneBadKeySpoilsNoOther(t *testing.T) { // A31, A32, A36
	synctest.Test(t, func(t *testing.T) {
		w, good, twin := newWorld(), newPair(t, "good"), newPair(t, "twin")
		set := jwks(good, twin, twin)
		set = strings.Replace(set, `{"keys":[`, `{"keys":[{"kty":"oct","kid":"secret","k":"`+strings.Repeat("AAAA", 20)+`"},5,`, 1)
		w.on(jwksURL, says(200, set, "Content-Type", "application/jwk-set+json; charset=utf-8"))
		c := checker(t, newJWKS(t, w, nil))
		mustStatus(t, c, good.token(t, nil), 200)
		mustStatus(t, c, twin.token(t, nil), 401)
		if n := w.kinds()[oauth.Refused]; n != 3 {
			t.Errorf("%d keys were told as refused, want 3", n)
		}
		for _, want := range []string{"HMAC secret is not secret", "occurs more than once"} {
			if !strings.Contains(w.logged(), want) {
				t.Errorf("the log lacks %q: %s", want, w.logged())
			}
		}
	})
}

func TestJWKSConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config oauth.JWKSConfig
		want   string
	}{
		{"nothing", oauth.JWKSConfig{}, "JWKSConfig.URL is empty"},
		{"http", oauth.JWKSConfig{URL: "http://login.example.com/jwks"}, "want an https URL"}, // A107
		{"a file", oauth.JWKSConfig{URL: "file:///jwks"}, "no absolute URL"},
		{"a path", oauth.JWKSConfig{URL: "/jwks"}, "no absolute URL"},
		{"a password", oauth.JWKSConfig{URL: "https://a:b@login.example.com/jwks"}, "holds a user or a password"},
		{"a fragment", oauth.JWKSConfig{URL: jwksURL + "#x"}, "leave out the fragment"},
		{"URL and issuer", oauth.JWKSConfig{URL: jwksURL, Issuer: issuer}, "exclude each other"},
		{"a long timeout", oauth.JWKSConfig{URL: jwksURL, Connection: oauth.Connection{Timeout: time.Minute}}, "Timeout is 1m0s"},
		{"a cooldown for ever", oauth.JWKSConfig{URL: jwksURL, Cooldown: math.MaxInt64}, "JWKSConfig.Cooldown is 2562047h47m16.854775807s; want 24h0m0s at most"},
		{"no time at all", oauth.JWKSConfig{URL: jwksURL, Cooldown: time.Millisecond}, "Cooldown is 1ms"},
		{"stale before it is old", oauth.JWKSConfig{URL: jwksURL, MaxStale: time.Minute}, "MaxStale is 1m0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := oauth.NewJWKS(t.Context(), tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewJWKS = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestAnIDOfAKeyIsComparedByLetter(t *testing.T) { // S74
	synctest.Test(t, func(t *testing.T) {
		w, upper := newWorld(), newPair(t, "KEY")
		w.on(jwksURL, says(200, jwks(upper)))
		j := newJWKS(t, w, nil)
		lower := upper
		lower.id = "key"
		mustStatus(t, checker(t, j), lower.token(t, nil), 401)
		if ids := j.KeySet().IDs(); !slices.Equal(ids, []string{"KEY"}) {
			t.Errorf("IDs = %q", ids)
		}
	})
}
