package oauth_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mortise-go/mortise/security/oauth"
)

func metadata(of, more string) func(*http.Request) (*http.Response, error) {
	return says(200, `{"issuer":"`+of+`","jwks_uri":"`+jwksURL+`"`+more+`}`)
}

func discover(t *testing.T, w *world, of string) (*oauth.Metadata, error) {
	t.Helper()
	return oauth.Discover(t.Context(), of, w.connection())
}

func TestMetadataIsWhereTheStandardsPutIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ issuer, url string }{
		{"https://id.example", "https://id.example/.well-known/openid-configuration"},
		{"https://id.example/", "https://id.example/.well-known/openid-configuration"},
		{"https://id.example/realms/a", "https://id.example/realms/a/.well-known/openid-configuration"},
		{"https://id.example", "https://id.example/.well-known/oauth-authorization-server"},
		{"https://id.example/realms/a", "https://id.example/.well-known/oauth-authorization-server/realms/a"},
		{"https://id.example:8443/a%2Fb", "https://id.example:8443/.well-known/oauth-authorization-server/a%2Fb"},
	} {
		w := newWorld()
		w.on(tt.url, metadata(tt.issuer, `,"introspection_endpoint":"https://id.example/introspect","claims_supported":["sub"]`))
		m, err := discover(t, w, tt.issuer)
		if err != nil || m.JWKSURI != jwksURL || m.IntrospectionEndpoint != "https://id.example/introspect" {
			t.Errorf("%s: %+v, %v", tt.url, m, err)
		}
	}
}

func TestMetadataThatIsRefused(t *testing.T) { // A107, A108
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		want   string
	}{
		"another issuer":          {metadata("https://evil.example", ""), `it is that of "https://evil.example"`},
		"a slash more":            {metadata(issuer+"/", ""), "character for character"},
		"no issuer":               {says(200, `{"jwks_uri":"`+jwksURL+`"}`), "it is that of"},
		"no keys":                 {says(200, `{"issuer":"`+issuer+`"}`), "its jwks_uri is empty"},
		"keys without TLS":        {says(200, `{"issuer":"`+issuer+`","jwks_uri":"http://login.example.com/jwks"}`), "want an https URL"},
		"introspection elsewhere": {metadata(issuer, `,"introspection_endpoint":"file:///etc"`), "its introspection_endpoint is"},
		"two issuers":             {metadata(issuer, `,"issuer":"https://evil.example"`), "metadata of the issuer"},
		"not JSON":                {says(200, `<html>`), "metadata of the issuer"},
		"a page":                  {metadataAs("text/html"), "the answer is \"text/html\""},
		"too much":                {metadata(issuer, `,"x":"`+strings.Repeat("x", 256<<10)+`"`), "octets"},
		"a redirect":              {says(301, ``, "Location", "https://evil.example/"), "redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.on(oauth.DiscoveryURL(issuer), tt.answer)
			m, err := discover(t, w, issuer)
			if m != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Discover = %+v, %v, want an error with %q", m, err, tt.want)
			}
		})
	}
}

func metadataAs(media string) func(*http.Request) (*http.Response, error) {
	return says(200, `{"issuer":"`+issuer+`","jwks_uri":"`+jwksURL+`"}`, "Content-Type", media)
}

func TestWrongMetadataIsNotLookedForElsewhere(t *testing.T) { // A108
	t.Parallel()
	w := newWorld()
	w.on(oauth.DiscoveryURL(issuer), metadata("https://evil.example", ""))
	w.on(issuer+"/.well-known/oauth-authorization-server", metadata(issuer, ""))
	if m, err := discover(t, w, issuer); err == nil {
		t.Errorf("Discover = %+v", m)
	}
	mustCount(t, w, 1)
}

func TestAnIssuerThatIsNoURLIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, of := range []string{"", "login", "http://login.example.com", "https://login.example.com/#x"} {
		w := newWorld()
		if _, err := discover(t, w, of); err == nil {
			t.Errorf("Discover(%q) finds metadata", of)
		}
		mustCount(t, w, 0)
	}
}

func TestKeysOfAnIssuerAreFoundAnewEachTime(t *testing.T) { // A108
	synctest.Test(t, func(t *testing.T) {
		w, first, second := newWorld(), newPair(t, "1"), newPair(t, "2")
		w.on(oauth.DiscoveryURL(issuer), metadata(issuer, ""))
		w.on(jwksURL, says(200, jwks(first)))
		c := checker(t, newJWKS(t, w, func(c *oauth.JWKSConfig) { c.URL, c.Issuer = "", issuer }))
		mustStatus(t, c, first.token(t, nil), 200)

		moved := issuer + "/keys/2"
		w.on(oauth.DiscoveryURL(issuer), says(200, `{"issuer":"`+issuer+`","jwks_uri":"`+moved+`"}`))
		w.on(moved, says(200, jwks(second)))
		time.Sleep(time.Minute)
		mustStatus(t, c, second.token(t, nil), 200)

		w.on(oauth.DiscoveryURL(issuer), metadata("https://evil.example", ""))
		time.Sleep(time.Hour)
		mustStatus(t, c, second.token(t, nil), 200)
		synctest.Wait()
		mustStatus(t, c, second.token(t, nil), 200)
		if !strings.Contains(w.logged(), `it is that of`) || !strings.Contains(w.logged(), "evil.example") {
			t.Errorf("the log is %s", w.logged())
		}
	})
}
