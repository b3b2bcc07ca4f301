package security_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
)

// acceptable checks that golang-jwt accepts what we accepted and finds the same in
// it. It rounds dates down to seconds, hence the second of leeway.
func acceptable(t *testing.T, token string, got map[string]any) {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, err := library(31*time.Second).ParseWithClaims(token, claims, libraryKey()); err != nil {
		t.Fatalf("we accept %q, golang-jwt does not: %v", token, err)
	}
	if len(claims) != len(got) || claims["sub"] != got["sub"] || claims["iss"] != got["iss"] {
		t.Errorf("%q: the claims are %v, golang-jwt has %v", token, got, claims)
	}
	var c libraryClaims
	if err := json.Unmarshal(mustMarshal(t, got), &c); err == nil && c.ExpiresAt == nil {
		t.Errorf("%q is accepted without expiry", token)
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzToken: whatever a stranger sends is refused or is a token that golang-jwt
// accepts too.
func FuzzToken(f *testing.F) {
	good := signHS256(headerHS256, goodPayload)
	for _, token := range []string{good, good + "=", good[:len(good)-1], strings.ReplaceAll(good, ".", ".."), "", ".", "..", "a.b.c",
		signHS256(`{"alg":"none"}`, goodPayload), signHS256(`{"alg":"HS256","crit":["exp"]}`, goodPayload), b64(`{"alg":"none"}`) + "." + b64(goodPayload) + "."} {
		f.Add(token)
	}
	v := hs256Verifier(f)
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := security.Verify[map[string]any](v, token); err == nil {
			acceptable(t, token, *claims)
		} else if claims != nil {
			t.Errorf("Verify(%q) gives claims with its error", token)
		}
	})
}

// FuzzSignedParts: the same for tokens of a trusted issuer with odd habits.
func FuzzSignedParts(f *testing.F) {
	f.Add(headerHS256, goodPayload)
	for _, header := range []string{`{"alg":"HS256","alg":"none"}`, `{"alg":"HS256","b64":false}`, `{"alg":"HS256","typ":"application/AT+JWT","kid":"a"}`, `{"Alg":"HS256"}`, `[]`, ``} {
		f.Add(header, goodPayload)
	}
	for _, m := range [][2]string{{"exp", "1e400"}, {"exp", "1800000000.5"}, {"exp", `"1"`}, {"nbf", "1800000031"}, {"iat", "0"}, {"iss", "[]"}, {"aud", `["api",5]`}, {"aud", `["a","api"]`}, {"sub", `"\ud800"`}, {"EXP", "1"}, {"x", "[[[[[[]]]]]]"}} {
		f.Add(headerHS256, payloadWith(m[0], m[1]))
	}
	v := hs256Verifier(f)
	f.Fuzz(func(t *testing.T, header, payload string) {
		token := signHS256(header, payload)
		if claims, err := security.Verify[map[string]any](v, token); err == nil {
			acceptable(t, token, *claims)
			if err := v.Verify(token, nil); err != nil {
				t.Errorf("%q is accepted only once: %v", token, err)
			}
		}
	})
}

// FuzzAuthorization: a Bearer token is what follows the scheme, nothing is Bearer
// and Basic at once, and net/http reads the same Basic credentials.
func FuzzAuthorization(f *testing.F) {
	for _, field := range []string{"Bearer abc", "bearer  a.b-c~+/==", "Bearer a b", "Bearer\tabc", "Basic dXNlcjpwYQ==", "basic dXNlcjo6OjpwYQ==", "Basic dXNlcjpwYR==", "Basic Og==", "", " ", "Digest a=b", "Bearer", "\u00a0Bearer a"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		h := authorization(field)
		token, bearerErr := security.ReadBearer(h)
		basic, basicErr := security.ReadBasic(h)
		if bearerErr == nil {
			scheme, rest, _ := strings.Cut(field, " ")
			if !strings.EqualFold(scheme, "Bearer") || strings.TrimLeft(rest, " ") != string(token) || strings.ContainsAny(string(token), " \t\r\n,\"") {
				t.Errorf("ReadBearer(%q) = %q", field, string(token))
			}
			if basicErr != security.ErrOtherScheme {
				t.Errorf("%q is Bearer and for Basic %v", field, basicErr)
			}
		}
		if basicErr == nil {
			r := http.Request{Header: http.Header{"Authorization": {field}}}
			user, password, ok := r.BasicAuth()
			if one := strings.Count(field, " ") == 1; one && (!ok || user != basic.User || password != basic.Password) {
				t.Errorf("ReadBasic(%q) = %q, %q, net/http has %q, %q, %t", field, basic.User, basic.Password, user, password, ok)
			}
			if strings.Contains(basic.User, ":") || basic.User == "" || basic.Password == "" {
				t.Errorf("ReadBasic(%q) = %q, %q", field, basic.User, basic.Password)
			}
		}
		if (bearerErr == security.ErrMalformedCredentials) && basicErr == security.ErrMissingCredentials {
			t.Errorf("%q is malformed and missing", field)
		}
	})
}

// FuzzQueryKey: a key is found only in a query that net/url can read, and there it
// is the only one.
func FuzzQueryKey(f *testing.F) {
	for _, query := range []string{"k=1", "k=1&k=2", "a=b&k=%31", "%6b=1", "k=1;k=2", "k=%", "&&&", "k", "k=+", "k=a+b&a=%2", ""} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		key, err := security.ReadQueryKey(query, "k")
		values, parseErr := url.ParseQuery(query)
		if parseErr != nil && strings.Count(query, "&") > 9000 {
			return // net/url has a limit on the number
		}
		if parseErr != nil && err != security.ErrMalformedQuery && err != security.ErrMultipleCredentials {
			t.Errorf("ReadQueryKey(%q) = %q, %v; net/url says %v", query, key, err, parseErr)
		}
		if err == nil && (len(values["k"]) != 1 || values.Get("k") != key) {
			t.Errorf("ReadQueryKey(%q) = %q; net/url has %q", query, key, values["k"])
		}
		if err == security.ErrMissingCredentials && values.Has("k") {
			t.Errorf("ReadQueryKey(%q) misses %q", query, values["k"])
		}
	})
}

// FuzzCookieKey: a key that is found is what net/http finds, where that finds one.
func FuzzCookieKey(f *testing.F) {
	for _, field := range []string{"k=1", "a=b; k=1", "k=1; k=2", "k", "k=", " k=1", "k =1", "k=\"1\"", "k=1;k=1", ";;", "k=a,b", "K=1"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		h := http.Header{"Cookie": {field}}
		key, err := security.ReadCookieKey(h, "k")
		if err != nil {
			return
		}
		r := http.Request{Header: h}
		found := r.CookiesNamed("k")
		if len(found) > 1 {
			t.Errorf("ReadCookieKey(%q) = %q; net/http finds %d", field, key, len(found))
		}
		if len(found) == 1 && found[0].Value != key && !found[0].Quoted {
			t.Errorf("ReadCookieKey(%q) = %q; net/http finds %q", field, key, found[0].Value)
		}
	})
}

// FuzzJWKSet: a strict set is a remote one without complaints, and every key of
// either has an algorithm.
func FuzzJWKSet(f *testing.F) {
	f.Add(setOf(rsaJWK(&ring().rsa.PublicKey, `,"kid":"a"`), ecJWK(&ring().p256.PublicKey, "P-256", "")))
	f.Add(setOf(`{"kty":"oct","k":"` + b64(string(testSecret())) + `"}`))
	for _, tt := range refusedJWKs() {
		f.Add(setOf(tt[0]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		strict, strictErr := security.ParseJWKSet(data)
		remote, refused, remoteErr := security.ParseRemoteJWKSet(data)
		if strictErr == nil && (remoteErr != nil || len(strict.Algorithms()) == 0) {
			t.Errorf("ParseJWKSet(%q) = %v; ParseRemoteJWKSet says %v", data, strict, remoteErr)
		}
		if remoteErr == nil && remote.Len() > 0 && len(remote.Algorithms()) == 0 {
			t.Errorf("ParseRemoteJWKSet(%q) = %v, %v, without an algorithm", data, remote, refused)
		}
		if strictErr == nil && strict.Algorithms()[0][:2] != "HS" && (len(refused) > 0 || remote.Len() != strict.Len()) {
			t.Errorf("%q: ParseRemoteJWKSet refuses %v, ParseJWKSet nothing", data, refused)
		}
	})
}

// FuzzChallenge: whatever is put in, what comes out has the parameters that were
// named and no others, and a printable realm survives.
func FuzzChallenge(f *testing.F) {
	f.Add("api", `a"b\`, "x y")
	f.Add("\r\n", "é", `"`)
	f.Add(`\", error="x`, "", "")
	f.Fuzz(func(t *testing.T, realm, description, scope string) {
		text := security.BearerChallenge("x").With("realm", realm).WithError("e", description).WithScope(scope).String()
		names, values := parameters(t, text)
		want := "realm error error_description scope"
		if description == "" {
			want = "realm error scope"
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q has the parameters %s, want %s", text, got, want)
		}
		if isPrintable(realm) && values[0] != realm {
			t.Errorf("%q has the realm %q, want %q", text, values[0], realm)
		}
	})
}

func isPrintable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// parameters reads a challenge as RFC 9110 §11.2 and §5.6.4 say.
func parameters(t *testing.T, text string) (names, values []string) {
	t.Helper()
	if !isPrintable(text) {
		t.Fatalf("%q cannot be sent", text)
	}
	rest, ok := strings.CutPrefix(text, "Bearer ")
	for ok {
		var name string
		if name, rest, ok = strings.Cut(rest, `="`); !ok {
			t.Fatalf("%q has a parameter without a value", text)
		}
		var value strings.Builder
		for rest != "" && rest[0] != '"' {
			if rest[0] == '\\' {
				rest = rest[1:]
			}
			value.WriteByte(rest[0])
			rest = rest[1:]
		}
		names, values = append(names, name), append(values, value.String())
		if rest == `"` {
			return names, values
		}
		rest, ok = strings.CutPrefix(rest, `", `)
	}
	t.Fatalf("%q does not end", text)
	return nil, nil
}
