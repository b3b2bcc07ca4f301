package security_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/security"
)

func authorization(values ...string) http.Header { return http.Header{"Authorization": values} }

func TestReadBearer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		fields []string
		want   string
		err    error
	}{
		{"a token", []string{"Bearer abc"}, "abc", nil},
		{"the scheme in lower case", []string{"bearer abc"}, "abc", nil},
		{"the scheme in capitals", []string{"BEARER abc"}, "abc", nil}, // A42
		{"two spaces", []string{"Bearer  abc"}, "abc", nil},
		{"the whole alphabet", []string{"Bearer AZaz09-._~+/=="}, "AZaz09-._~+/==", nil},
		{"a token of 16 KiB less the scheme", []string{"Bearer " + strings.Repeat("a", 16<<10-7)}, strings.Repeat("a", 16<<10-7), nil},
		{"no field", nil, "", security.ErrMissingCredentials},
		{"Basic", []string{"Basic dXNlcjpwYQ=="}, "", security.ErrOtherScheme},
		{"Token", []string{"Token abc"}, "", security.ErrOtherScheme},
		{"a scheme alone", []string{"Negotiate"}, "", security.ErrOtherScheme},
		{"a scheme that begins like Bearer", []string{"BearerX abc"}, "", security.ErrOtherScheme},
		{"a scheme that Bearer begins with", []string{"Bear abc"}, "", security.ErrOtherScheme},
		{"two equal fields", []string{"Bearer abc", "Bearer abc"}, "", security.ErrMultipleCredentials},              // A52
		{"two different fields", []string{"Bearer abc", "Bearer abd"}, "", security.ErrMultipleCredentials},          // A52
		{"fields of two schemes", []string{"Bearer abc", "Basic dXNlcjpwYQ=="}, "", security.ErrMultipleCredentials}, // A52
		{"an empty field beside it", []string{"", "Bearer abc"}, "", security.ErrMultipleCredentials},                // A52
		{"Bearer and Basic in one field", []string{"Bearer a, Basic b"}, "", security.ErrMalformedCredentials},       // A53
		{"two tokens", []string{"Bearer a b"}, "", security.ErrMalformedCredentials},                                 // A53, A55
		{"Bearer twice", []string{"Bearer Bearer abc"}, "", security.ErrMalformedCredentials},                        // A53
		{"a comma", []string{"Bearer a,b"}, "", security.ErrMalformedCredentials},                                    // A53
		{"parameters", []string{`Bearer token="abc"`}, "", security.ErrMalformedCredentials},
		{"a character outside the alphabet", []string{"Bearer ab$c"}, "", security.ErrMalformedCredentials},       // A54
		{"a colon", []string{"Bearer a:b"}, "", security.ErrMalformedCredentials},                                 // A54
		{"an equals sign inside", []string{"Bearer a=b"}, "", security.ErrMalformedCredentials},                   // A54
		{"equals signs alone", []string{"Bearer =="}, "", security.ErrMalformedCredentials},                       // A54
		{"percent encoding", []string{"Bearer a%20b"}, "", security.ErrMalformedCredentials},                      // A54
		{"a letter outside ASCII", []string{"Bearer abç"}, "", security.ErrMalformedCredentials},                  // A54
		{"a folded line", []string{"Bearer a\r\n b"}, "", security.ErrMalformedCredentials},                       // A55
		{"a tab behind the scheme", []string{"Bearer\tabc"}, "", security.ErrMalformedCredentials},                // A56
		{"a space and a tab", []string{"Bearer \tabc"}, "", security.ErrMalformedCredentials},                     // A56
		{"a tab in front", []string{"\tBearer abc"}, "", security.ErrMalformedCredentials},                        // A56
		{"a space in front", []string{" Bearer abc"}, "", security.ErrMalformedCredentials},                       // A56
		{"a space behind", []string{"Bearer abc "}, "", security.ErrMalformedCredentials},                         // A56
		{"a tab behind", []string{"Bearer abc\t"}, "", security.ErrMalformedCredentials},                          // A56
		{"a no-break space in front", []string{"\u00a0Bearer abc"}, "", security.ErrMalformedCredentials},         // A56
		{"a no-break space behind the scheme", []string{"Bearer\u00a0abc"}, "", security.ErrMalformedCredentials}, // A56
		{"a zero-width space in front", []string{"\u200bBearer abc"}, "", security.ErrMalformedCredentials},       // A56
		{"a zero-width space behind", []string{"Bearer abc\u200b"}, "", security.ErrMalformedCredentials},         // A56
		{"a fullwidth B", []string{"\uff22earer abc"}, "", security.ErrMalformedCredentials},                      // A56
		{"a NUL", []string{"Bearer a\x00b"}, "", security.ErrMalformedCredentials},
		{"Bearer alone", []string{"Bearer"}, "", security.ErrMalformedCredentials},
		{"Bearer and a space", []string{"Bearer "}, "", security.ErrMalformedCredentials},
		{"an empty field", []string{""}, "", security.ErrMalformedCredentials},
		{"spaces", []string{"   "}, "", security.ErrMalformedCredentials},
		{"a colon for the space", []string{"Bearer:abc"}, "", security.ErrMalformedCredentials},
		{"more than 16 KiB", []string{"Bearer " + strings.Repeat("a", 16<<10-6)}, "", security.ErrMalformedCredentials},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := security.ReadBearer(authorization(tt.fields...))
			if string(got) != tt.want || err != tt.err {
				t.Errorf("ReadBearer = %q, %v, want %q, %v", string(got), err, tt.want, tt.err)
			}
		})
	}
}

func basicOf(plain string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(plain)) }

func TestReadBasic(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("p", 3<<10-2) // with "u:" 3 KiB, 4 KiB in Base64
	for _, tt := range []struct {
		name, field, user, password string
		err                         error
	}{
		{"user and password", basicOf("user:pa"), "user", "pa", nil},
		{"the scheme in lower case", "basic dXNlcjpwYQ==", "user", "pa", nil},
		{"colons in the password", basicOf("user:p:a:"), "user", "p:a:", nil}, // A71
		{"spaces and accents", basicOf("é v: £ "), "é v", " £ ", nil},
		{"4 KiB", basicOf("u:" + long), "u", long, nil}, // A72
		{"Bearer", "Bearer dXNlcjpwYQ==", "", "", security.ErrOtherScheme},
		{"more than 4 KiB", basicOf("u:" + long + "p"), "", "", security.ErrMalformedCredentials},         // A72
		{"64 KiB", basicOf("u:" + strings.Repeat("p", 48<<10)), "", "", security.ErrMalformedCredentials}, // A72
		{"no colon", basicOf("user"), "", "", security.ErrMalformedCredentials},                           // A71
		{"an empty user", basicOf(":pa"), "", "", security.ErrMalformedCredentials},                       // A71
		{"an empty password", basicOf("user:"), "", "", security.ErrMalformedCredentials},                 // A71
		{"a colon alone", basicOf(":"), "", "", security.ErrMalformedCredentials},                         // A71
		{"a NUL in the user", basicOf("us\x00er:pa"), "", "", security.ErrMalformedCredentials},           // A71
		{"a NUL in the password", basicOf("user:p\x00a"), "", "", security.ErrMalformedCredentials},       // A71
		{"a line end", basicOf("user:pa\n"), "", "", security.ErrMalformedCredentials},                    // A71
		{"a tab", basicOf("us\ter:pa"), "", "", security.ErrMalformedCredentials},                         // A71
		{"a DEL", basicOf("user:p\x7fa"), "", "", security.ErrMalformedCredentials},                       // A71
		{"octets that are not UTF-8", basicOf("us\xffer:pa"), "", "", security.ErrMalformedCredentials},   // A71
		{"bits that mean nothing", "Basic dXNlcjpwYR==", "", "", security.ErrMalformedCredentials},        // A72
		{"no padding", "Basic dXNlcjpwYQ", "", "", security.ErrMalformedCredentials},                      // A72
		{"half the padding", "Basic dXNlcjpwYQ=", "", "", security.ErrMalformedCredentials},               // A72
		{"too much padding", "Basic dXNlcjpwYWE==", "", "", security.ErrMalformedCredentials},             // A72
		{"the alphabet of URLs", "Basic dXNlcjo_Pz8_", "", "", security.ErrMalformedCredentials},          // A72
		{"a line end in the Base64", "Basic dXNl\r\ncjpwYQ==", "", "", security.ErrMalformedCredentials},  // A72
		{"a space in the Base64", "Basic dXNl cjpwYQ==", "", "", security.ErrMalformedCredentials},        // A72
		{"the pair without Base64", "Basic user:pa", "", "", security.ErrMalformedCredentials},
		{"Basic alone", "Basic", "", "", security.ErrMalformedCredentials},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := security.ReadBasic(authorization(tt.field))
			if got.User != tt.user || got.Password != tt.password || err != tt.err {
				t.Errorf("ReadBasic = %q, %q, %v, want %q, %q, %v", got.User, got.Password, err, tt.user, tt.password, tt.err)
			}
		})
	}
	if _, err := security.ReadBasic(authorization(basicOf("a:b"), basicOf("a:b"))); err != security.ErrMultipleCredentials { // A52
		t.Errorf("two fields: %v", err)
	}
	if _, err := security.ReadBasic(nil); err != security.ErrMissingCredentials {
		t.Errorf("no field: %v", err)
	}
}

func TestEmptyPartsAreLeftToTheVerifierWhereAsked(t *testing.T) { // A71
	t.Parallel()
	reader := security.BasicReader{AllowEmptyUser: true}
	if got, err := reader.Read(authorization(basicOf(":pa"))); err != nil || got.Password != "pa" {
		t.Errorf("an empty user: %v", err)
	}
	if _, err := reader.Read(authorization(basicOf("user:"))); err != security.ErrMalformedCredentials {
		t.Errorf("an empty password: %v", err)
	}
	reader = security.BasicReader{AllowEmptyPassword: true}
	if got, err := reader.Read(authorization(basicOf("user:"))); err != nil || got.User != "user" {
		t.Errorf("an empty password: %v", err)
	}
}

func TestReadHeaderKey(t *testing.T) { // A50
	t.Parallel()
	for name, tt := range map[string]struct {
		fields []string
		want   string
		err    error
	}{
		"a key":                {[]string{"k-1.2_3~!"}, "k-1.2_3~!", nil},
		"4 KiB":                {[]string{strings.Repeat("k", 4<<10)}, strings.Repeat("k", 4<<10), nil},
		"no field":             {nil, "", security.ErrMissingCredentials},
		"an empty field":       {[]string{""}, "", security.ErrMalformedCredentials},
		"a space":              {[]string{" "}, "", security.ErrMalformedCredentials},
		"a tab":                {[]string{"\t"}, "", security.ErrMalformedCredentials},
		"a space inside":       {[]string{"a b"}, "", security.ErrMalformedCredentials},
		"a no-break space":     {[]string{"a\u00a0"}, "", security.ErrMalformedCredentials},
		"a NUL":                {[]string{"a\x00"}, "", security.ErrMalformedCredentials},
		"more than 4 KiB":      {[]string{strings.Repeat("k", 4<<10+1)}, "", security.ErrMalformedCredentials},
		"two equal fields":     {[]string{"a", "a"}, "", security.ErrMultipleCredentials},
		"two different fields": {[]string{"a", "b"}, "", security.ErrMultipleCredentials},
		"an empty second one":  {[]string{"a", ""}, "", security.ErrMultipleCredentials},
	} {
		got, err := security.ReadHeaderKey(http.Header{"X-Api-Key": tt.fields}, "X-API-Key")
		if got != tt.want || err != tt.err {
			t.Errorf("%s: ReadHeaderKey = %q, %v, want %q, %v", name, got, err, tt.want, tt.err)
		}
	}
}

func TestReadQueryKey(t *testing.T) { // A50, A58
	t.Parallel()
	for query, want := range map[string]struct {
		key string
		err error
	}{
		"api_key=k1":              {"k1", nil},
		"a=1&api_key=k1&b":        {"k1", nil},
		"api%5Fkey=k%31":          {"k1", nil},
		"api_key=a%2Bb":           {"a+b", nil},
		"api_key=a=b":             {"a=b", nil},
		"":                        {"", security.ErrMissingCredentials},
		"a=1&&b=2":                {"", security.ErrMissingCredentials},
		"API_KEY=k1":              {"", security.ErrMissingCredentials},
		"api_key":                 {"", security.ErrMalformedCredentials},
		"api_key=":                {"", security.ErrMalformedCredentials},
		"api_key=+":               {"", security.ErrMalformedCredentials},
		"api_key=a%20b":           {"", security.ErrMalformedCredentials},
		"api_key=a%00":            {"", security.ErrMalformedCredentials},
		"api_key=k1&api_key=k1":   {"", security.ErrMultipleCredentials},
		"api_key=k1&api_key=":     {"", security.ErrMultipleCredentials},
		"api_key=k1&api%5fkey=k2": {"", security.ErrMultipleCredentials},
		"api_key=k1;api_key=k2":   {"", security.ErrMalformedQuery},
		"api_key=k1&a;b":          {"", security.ErrMalformedQuery},
		"api_key=k1&a=%zz":        {"", security.ErrMalformedQuery},
		"api_key=k1&a=%":          {"", security.ErrMalformedQuery},
		"%=1":                     {"", security.ErrMalformedQuery},
	} {
		got, err := security.ReadQueryKey(query, "api_key")
		if got != want.key || err != want.err {
			t.Errorf("ReadQueryKey(%q) = %q, %v, want %q, %v", query, got, err, want.key, want.err)
		}
	}
}

func TestManyQueryParametersDoNotHideAKey(t *testing.T) {
	t.Parallel()
	query := strings.Repeat("a=1&", 20_000) + "api_key=k1"
	if got, err := security.ReadQueryKey(query, "api_key"); got != "k1" || err != nil {
		t.Errorf("ReadQueryKey = %q, %v", got, err)
	}
}

func TestReadCookieKey(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fields []string
		want   string
		err    error
	}{
		"a cookie":                    {[]string{"__Host-s=abc"}, "abc", nil},
		"among others":                {[]string{"a=1; __Host-s=abc; b=2"}, "abc", nil},
		"in another line":             {[]string{"a=1", "__Host-s=abc"}, "abc", nil},
		"an equals sign in the value": {[]string{"__Host-s=abc=="}, "abc==", nil},
		"no cookies":                  {nil, "", security.ErrMissingCredentials},
		"other cookies":               {[]string{"a=1; b"}, "", security.ErrMissingCredentials},
		"the name in lower case":      {[]string{"__host-s=abc"}, "", security.ErrMissingCredentials},
		"a longer name":               {[]string{"__Host-s2=abc; x__Host-s=abc"}, "", security.ErrMissingCredentials},
		"a space behind the name":     {[]string{"__Host-s =abc"}, "", security.ErrMalformedCredentials},
		"an empty value":              {[]string{"__Host-s="}, "", security.ErrMalformedCredentials},
		"no value":                    {[]string{"__Host-s"}, "", security.ErrMalformedCredentials},
		"a space in the value":        {[]string{"__Host-s=a b"}, "", security.ErrMalformedCredentials},
		"twice":                       {[]string{"__Host-s=abc; __Host-s=abc"}, "", security.ErrMultipleCredentials},
		"twice, once in another line": {[]string{"__Host-s=abc", "__Host-s=abd"}, "", security.ErrMultipleCredentials},
		"twice, once empty":           {[]string{"__Host-s=abc; __Host-s"}, "", security.ErrMultipleCredentials},
	} {
		got, err := security.ReadCookieKey(http.Header{"Cookie": tt.fields}, "__Host-s")
		if got != tt.want || err != tt.err {
			t.Errorf("%s: ReadCookieKey = %q, %v, want %q, %v", name, got, err, tt.want, tt.err)
		}
	}
}

// What a server makes of the request must reach the reader: two lines stay two,
// and a folded line becomes one with a space in it.
func TestReadBearerBehindAServer(t *testing.T) { // A52, A55
	t.Parallel()
	for _, tt := range []struct {
		lines string
		want  error
	}{
		{"Authorization: Bearer abc\r\n", nil},
		{"authorization:Bearer abc  \r\n", nil},
		{"Authorization: Bearer a\r\nAuthorization: Bearer a\r\n", security.ErrMultipleCredentials},
		{"Authorization: Bearer a\r\nauthorization: Bearer b\r\n", security.ErrMultipleCredentials},
		{"Authorization: Bearer a\r\n b\r\n", security.ErrMalformedCredentials},
		{"Authorization: \xc2\xa0Bearer a\r\n", security.ErrMalformedCredentials},
		{"Authorization:\r\n", security.ErrMalformedCredentials},
		{"Authorization_: Bearer a\r\n", security.ErrMissingCredentials}, // A60
		{"", security.ErrMissingCredentials},
	} {
		got := make(chan error, 1)
		send(t, tt.lines, func(_ http.ResponseWriter, r *http.Request) {
			_, err := security.ReadBearer(r.Header)
			got <- err
		})
		if err := <-got; err != tt.want {
			t.Errorf("%q: ReadBearer = %v, want %v", tt.lines, err, tt.want)
		}
	}
}

func TestFaultsThatAreAbsentAndThoseThatAreNot(t *testing.T) {
	t.Parallel()
	type absent interface {
		error
		Absent() bool
	}
	for f := security.ErrMissingCredentials; f <= security.ErrForbidden; f++ {
		want := f == security.ErrMissingCredentials || f == security.ErrOtherScheme
		for _, err := range []error{f, f.Refuse(), fmt.Errorf("wrapped: %w", f.Refuse())} {
			a, ok := errors.AsType[absent](err)
			if !ok || a.Absent() != want {
				t.Errorf("%v: Absent() is not %t", err, want)
			}
		}
	}
}
