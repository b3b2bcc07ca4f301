package middleware_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

const (
	app          = "https://app.example.com"
	acao         = "Access-Control-Allow-Origin"
	acac         = "Access-Control-Allow-Credentials"
	acam         = "Access-Control-Allow-Methods"
	acah         = "Access-Control-Allow-Headers"
	acma         = "Access-Control-Max-Age"
	aceh         = "Access-Control-Expose-Headers"
	acrm         = "Access-Control-Request-Method"
	acrh         = "Access-Control-Request-Headers"
	varyActual   = "Origin"
	varyPre      = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	preflightErr = "preflight-refused"
)

func cors(cfg middleware.CORSConfig) wrap { return must(middleware.CORS(cfg)) }

// accessHeaders are those that only CORS sets.
func accessHeaders(h http.Header) []string {
	var names []string
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			names = append(names, name)
		}
	}
	return names
}

func originCases() []struct {
	name   string
	listed []string
	origin string
	want   bool
} {
	good, wild := []string{"https://good.com", "http://localhost:5173", "https://other.example:8443"}, []string{"https://*.good.com"}
	return []struct {
		name   string
		listed []string
		origin string
		want   bool
	}{
		{"listed", good, "https://good.com", true},
		{"listed with a port", good, "https://other.example:8443", true},
		{"localhost", good, "http://localhost:5173", true},
		{"another site", good, "https://evil.com", false},                                       // A162
		{"a longer name", good, "https://evil-good.com", false},                                 // A162
		{"a longer domain", good, "https://good.com.evil.com", false},                           // A162
		{"a dot that is none", []string{"https://www.good.com"}, "https://wwwXgood.com", false}, // A162
		{"another scheme", good, "http://good.com", false},                                      // A162
		{"another port", good, "https://good.com:8443", false},                                  // A162
		{"no port", good, "https://other.example", false},                                       // A162
		{"the default port", good, "https://good.com:443", false},                               // A162
		{"a final dot", good, "https://good.com.", false},                                       // A162
		{"capitals", good, "https://GOOD.com", false},                                           // A162
		{"a path", good, "https://good.com/", false},                                            // A162
		{"userinfo", good, "https://good.com@evil.com", false},                                  // A162
		{"space", good, " https://good.com", false},                                             // A162
		{"nothing", good, "", false},
		{"a subdomain", good, "https://a.good.com", false},
		{"null", good, "null", false},                                                                     // A163
		{"null, listed", []string{"null"}, "null", true},                                                  // A163
		{"one label", wild, "https://a.good.com", true},                                                   // A164
		{"two labels", wild, "https://a.b.good.com", true},                                                // A164
		{"no label", wild, "https://good.com", false},                                                     // A164
		{"an empty label", wild, "https://.good.com", false},                                              // A164
		{"an empty label inside", wild, "https://a..good.com", false},                                     // A164
		{"behind the pattern", wild, "https://a.good.com.evil.com", false},                                // A164
		{"behind the pattern, shorter", wild, "https://a.good.com.evil", false},                           // A164
		{"beside the pattern", wild, "https://evilgood.com", false},                                       // A164
		{"a slash in the star", wild, "https://evil.com/.good.com", false},                                // A164
		{"a port in the star", wild, "https://evil.com:80.good.com", false},                               // A164
		{"userinfo in the star", wild, "https://evil@x.good.com", false},                                  // A164
		{"a hash in the star", wild, "https://evil.com#.good.com", false},                                 // A164
		{"a pattern with another port", wild, "https://a.good.com:8443", false},                           // A164
		{"a pattern with another scheme", wild, "http://a.good.com", false},                               // A164
		{"a pattern with its port", []string{"https://*.good.com:8443"}, "https://a.good.com:8443", true}, // A164
		{"a pattern and a final dot", wild, "https://a.good.com.", false},                                 // A162
		{"a pattern and capitals", wild, "https://A.Good.com", false},                                     // A162
		{"a star that is too long", wild, "https://" + strings.Repeat("a.", 200) + "good.com", false},
		{"an address", []string{"http://192.0.2.1:8080", "https://[2001:db8::1]"}, "https://[2001:db8::1]", true},
		{"an app", []string{"capacitor://localhost"}, "capacitor://localhost", true},
	}
}

// A162, A163, A164
func TestOrigins(t *testing.T) {
	t.Parallel()
	for _, tt := range originCases() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := cors(middleware.CORSConfig{Origins: tt.listed})(ok{})
			res := serve(h, get("Origin", tt.origin))
			if got := res.Header.Get(acao); (got == tt.origin && got != "") != tt.want || !tt.want && len(accessHeaders(res.Header)) > 0 {
				t.Errorf("%s is %q, want allowed: %t", acao, got, tt.want)
			}
			if res.StatusCode != http.StatusOK || res.Header.Get("Vary") != varyActual {
				t.Errorf("the answer is %d with Vary %q", res.StatusCode, res.Header.Get("Vary"))
			}
			pre := serve(h, request(http.MethodOptions, "/", "Origin", tt.origin, acrm, "GET"))
			if allowed := pre.StatusCode == http.StatusNoContent && pre.Header.Get(acao) == tt.origin; allowed != tt.want {
				t.Errorf("the preflight is answered %d", pre.StatusCode)
			}
			if !tt.want {
				refused(t, pre, http.StatusForbidden, preflightErr)
			}
		})
	}
}

func TestTwoOriginsAreNone(t *testing.T) {
	t.Parallel()
	h := cors(middleware.CORSConfig{Origins: []string{"*"}})(ok{})
	if res := serve(h, get("Origin", app, "Origin", app)); len(accessHeaders(res.Header)) > 0 {
		t.Errorf("the answer has %v", accessHeaders(res.Header))
	}
}

// A165
func TestVary(t *testing.T) {
	t.Parallel()
	listed, everybody := cors(middleware.CORSConfig{Origins: []string{app}}), cors(middleware.CORSConfig{Origins: []string{"*"}})
	for _, tt := range []struct {
		name string
		m    wrap
		r    *http.Request
		want []string
	}{
		{"no origin", listed, get(), []string{varyActual}},
		{"an origin", listed, get("Origin", app), []string{varyActual}},
		{"another origin", listed, get("Origin", "https://evil.com"), []string{varyActual}},
		{"OPTIONS that is no preflight", listed, request(http.MethodOptions, "/", "Origin", app), []string{varyActual}},
		{"a preflight", listed, request(http.MethodOptions, "/", "Origin", app, acrm, "GET"), []string{varyPre}},
		{"a refused preflight", listed, request(http.MethodOptions, "/", "Origin", "https://evil.com", acrm, "GET"), []string{varyPre}},
		{"everybody", everybody, get("Origin", app), nil},
		{"everybody, no origin", everybody, get(), nil},
		{"everybody, a preflight", everybody, request(http.MethodOptions, "/", "Origin", app, acrm, "GET"), []string{strings.TrimPrefix(varyPre, "Origin, ")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := serve(tt.m(ok{}), tt.r).Header["Vary"]; !slices.Equal(got, tt.want) {
				t.Errorf("Vary is %q, want %q", got, tt.want)
			}
		})
	}
	both := middleware.Chain(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Accept")
			next.ServeHTTP(w, r)
			w.Header().Add("Vary", "Never")
		})
	}, listed)
	for range 2 { // what is shared must not grow
		if got := serve(both(ok{}), get()).Header["Vary"]; !slices.Equal(got, []string{"Accept", "Origin"}) {
			t.Errorf("Vary is %q, want it added", got)
		}
	}
}

// A166, A70
func TestPreflightsAreAnsweredBeforeAuthentication(t *testing.T) {
	t.Parallel()
	ran := false
	locked := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		ran = true
		w.WriteHeader(http.StatusUnauthorized)
	})
	h := cors(middleware.CORSConfig{
		Origins: []string{app}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"Authorization", "Content-Type"}, MaxAge: time.Hour,
	})(locked)
	res := serve(h, request(http.MethodOptions, "/", "Origin", app, acrm, "PUT", acrh, "authorization,content-type"))
	if res.StatusCode != http.StatusNoContent || ran || bodyOf(res) != "" {
		t.Fatalf("the status is %d, the handler ran: %t", res.StatusCode, ran)
	}
	for name, want := range map[string]string{acao: app, acac: "true", acam: "PUT", acah: "authorization,content-type", acma: "3600", aceh: ""} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, r := range map[string]*http.Request{
		"the actual request":           request(http.MethodPut, "/", "Origin", app),
		"OPTIONS without a method":     request(http.MethodOptions, "/", "Origin", app),
		"OPTIONS without an origin":    request(http.MethodOptions, "/", acrm, "PUT"),
		"GET in a preflight's clothes": request(http.MethodGet, "/", "Origin", app, acrm, "PUT"),
	} {
		if ran = false; serve(h, r).StatusCode != http.StatusUnauthorized || !ran {
			t.Errorf("%s passed by the handler", name)
		}
	}
}

// A166, A167, A168
func TestPreflights(t *testing.T) {
	t.Parallel()
	base := middleware.CORSConfig{
		Origins: []string{app}, Methods: []string{"PUT", "PATCH"}, RequestHeaders: []string{"Content-Type", "X-Tag"},
		MethodsFor: func(r *http.Request) []string {
			if r.URL.Path == "/items" {
				return []string{"GET", "DELETE"}
			}
			return nil
		},
	}
	star := middleware.CORSConfig{Origins: []string{"*"}, Methods: []string{"*"}, RequestHeaders: []string{"*"}}
	starAuth := star
	starAuth.RequestHeaders = []string{"*", "Authorization"}
	for _, tt := range []struct {
		name    string
		cfg     middleware.CORSConfig
		path    string
		method  string
		headers []string
		want    bool
		allow   string // Access-Control-Allow-Headers
	}{
		{"a safelisted method", base, "/", "POST", nil, true, ""},
		{"a listed method", base, "/", "PUT", nil, true, ""},
		{"a method that is not listed", base, "/", "DELETE", nil, false, ""},
		{"a method of the route", base, "/items", "DELETE", nil, true, ""},
		{"small letters", base, "/", "put", nil, false, ""},            // A167
		{"small letters of patch", base, "/", "patch", nil, false, ""}, // A167
		{"no method", base, "/", "", nil, false, ""},
		{"what is no method", star, "/", "A B", nil, false, ""},
		{"an endless method", star, "/", strings.Repeat("A", 65), nil, false, ""},
		{"any method", star, "/", "PURGE", nil, true, ""},
		{"a listed header", base, "/", "PUT", []string{"content-type"}, true, "content-type,x-tag"},
		{"two listed headers", base, "/", "PUT", []string{"content-type,x-tag"}, true, "content-type,x-tag"},
		{"spaces and capitals", base, "/", "PUT", []string{"Content-Type , X-TAG"}, true, "content-type,x-tag"},
		{"lines", base, "/", "PUT", []string{"content-type", "x-tag"}, true, "content-type,x-tag"},
		{"an empty line", base, "/", "PUT", []string{""}, true, "content-type,x-tag"},
		{"a header that is not listed", base, "/", "PUT", []string{"content-type,x-other"}, false, ""},
		{"an empty name", base, "/", "PUT", []string{"content-type,"}, false, ""},
		{"any header", star, "/", "PUT", []string{"x-whatever"}, true, "*"},
		{"any header is not Authorization", star, "/", "PUT", []string{"authorization"}, false, ""},                    // A167
		{"any header and Authorization", starAuth, "/", "PUT", []string{"authorization,x-a"}, true, "*,authorization"}, // A167
		{"what is no header", star, "/", "PUT", []string{"x a"}, false, ""},
		{"an empty name for any", star, "/", "PUT", []string{","}, false, ""},
		{"a hundred headers", star, "/", "PUT", []string{strings.Repeat("a,", 99) + "a"}, true, "*"},          // A168
		{"a hundred and one headers", star, "/", "PUT", []string{strings.Repeat("a,", 100) + "a"}, false, ""}, // A168
		{"a giant header", star, "/", "PUT", []string{strings.Repeat("a", 1<<20)}, false, ""},                 // A168
		{"a giant header of commas", base, "/", "PUT", []string{strings.Repeat(",", 1<<20)}, false, ""},       // A168
		{"many lines", star, "/", "PUT", slices.Repeat([]string{strings.Repeat("a", 100)}, 60), false, ""},    // A168
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(http.MethodOptions, tt.path, "Origin", app, acrm, tt.method)
			if tt.headers != nil {
				r.Header[acrh] = tt.headers
			}
			res := serve(cors(tt.cfg)(ok{}), r)
			if !tt.want {
				refused(t, res, http.StatusForbidden, preflightErr)
				if names := accessHeaders(res.Header); len(names) > 0 {
					t.Errorf("the refusal has %v", names)
				}
				return
			}
			if res.StatusCode != http.StatusNoContent || res.Header.Get(acah) != tt.allow {
				t.Errorf("the status is %d, %s is %q, want %q", res.StatusCode, acah, res.Header.Get(acah), tt.allow)
			}
			allowed := tt.method
			if tt.path == "/items" {
				allowed = "GET, DELETE" // all that it has
			}
			if got := res.Header.Get(acam); got != allowed && tt.method != "POST" {
				t.Errorf("%s is %q, want %q", acam, got, allowed)
			}
		})
	}
}

// A169
func TestErrorsHaveTheHeadersToo(t *testing.T) {
	t.Parallel()
	var j journal
	m := middleware.Chain(middleware.Recover(j.logger()), cors(middleware.CORSConfig{Origins: []string{app}, Credentials: true, ResponseHeaders: []string{"X-Request-Id", "Retry-After"}}))
	for name, h := range map[string]http.Handler{
		"a panic":         http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }),
		"a refusal":       middleware.OnlyIPs()(ok{}),
		"a cross origin":  must(middleware.CrossOrigin(middleware.CrossOriginConfig{}))(ok{}),
		"an error":        http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTooManyRequests) }),
		"a missing route": api(t, middleware.ClientIP()),
	} {
		r := request(http.MethodPost, "/missing", "Origin", app)
		res := serve(m(h), r)
		if res.StatusCode < 400 || res.Header.Get(acao) != app || res.Header.Get(acac) != "true" || res.Header.Get(aceh) != "X-Request-Id,Retry-After" || res.Header.Get("Vary") != "Origin" {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
	}
}

// A170
func TestPrivateNetworksAreNotGranted(t *testing.T) {
	t.Parallel()
	h := cors(middleware.CORSConfig{Origins: []string{"*"}})(ok{})
	for _, kind := range []string{"Private", "Local"} {
		res := serve(h, request(http.MethodOptions, "/", "Origin", app, acrm, "GET", "Access-Control-Request-"+kind+"-Network", "true"))
		if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-"+kind+"-Network") != "" {
			t.Errorf("%s: %d %v", kind, res.StatusCode, res.Header)
		}
	}
}

func TestEverybodyIsAStar(t *testing.T) {
	t.Parallel()
	res := serve(cors(middleware.CORSConfig{Origins: []string{"*"}, ResponseHeaders: []string{"*"}})(ok{}), get("Origin", app))
	if res.Header.Get(acao) != "*" || res.Header.Get(acac) != "" || res.Header.Get(aceh) != "*" {
		t.Errorf("the header is %v", res.Header)
	}
}

func corsMistakes() []struct {
	name string
	cfg  middleware.CORSConfig
	want string
} {
	one := func(origin string) middleware.CORSConfig {
		return middleware.CORSConfig{Origins: []string{origin}}
	}
	all := func(cfg middleware.CORSConfig) middleware.CORSConfig {
		cfg.Origins, cfg.Credentials = []string{app}, true
		return cfg
	}
	return []struct {
		name string
		cfg  middleware.CORSConfig
		want string
	}{
		{"nobody", middleware.CORSConfig{}, "no origin is allowed"},
		{"everybody with credentials", middleware.CORSConfig{Origins: []string{"*"}, Credentials: true}, `"*" cannot go with Credentials`},  // A161, S242
		{"null with credentials", middleware.CORSConfig{Origins: []string{"null"}, Credentials: true}, `"null" cannot go with Credentials`}, // A163
		{"everybody and somebody", middleware.CORSConfig{Origins: []string{"*", app}}, "leave the others out"},
		{"no scheme", one("example.com"), "is no origin"},
		{"a scheme in capitals", one("HTTPS://example.com"), "is no origin"},
		{"a file", one("file://x"), "is no origin"},
		{"a slash", one("https://example.com/"), "without a slash"},
		{"a path", one("https://example.com/app"), "without a slash"},
		{"a host in capitals", one("https://Example.com"), "lower case"},
		{"an umlaut", one("https://bücher.example"), "punycode"},
		{"a final dot", one("https://example.com."), "no final dot"},
		{"a star inside", one("https://app.*.example.com"), "leading"},
		{"a star as a port", one("https://example.com:*"), "no host as browsers send it"},
		{"two stars", one("https://*.*.example.com"), "leading"},
		{"only a star", one("https://*"), "leading"},
		{"the default port", one("https://example.com:443"), `write "https://example.com"`},
		{"the default port of http", one("http://example.com:80"), `write "http://example.com"`},
		{"a port out of range", one("https://example.com:65536"), "no host as browsers send it"},
		{"userinfo", one("https://u@example.com"), "has more than"},
		{"an address written long", one("https://[2001:db8:0::1]"), `browsers write the address "2001:db8::1"`},
		{"an address that is none", one("https://1.2.3.400"), "neither a domain nor an address"},
		{"subdomains of an address", one("https://*.192.0.2.1"), "has no subdomains"},
		{"plain HTTP with credentials", middleware.CORSConfig{Origins: []string{"http://example.com"}, Credentials: true}, "plain HTTP"},
		{"all of a top-level domain", one("https://*.com"), "public suffix"},                                                                                                       // A164
		{"all of a country's companies", one("https://*.co.uk"), "public suffix"},                                                                                                  // A164
		{"all of a host of pages", one("https://*.github.io"), "public suffix"},                                                                                                    // A164
		{"all of a host of pages, on a port", one("https://*.github.io:8443"), "public suffix"},                                                                                    // A164
		{"all that the caller knows", middleware.CORSConfig{Origins: []string{"https://*.priv.no"}, PublicSuffix: func(d string) bool { return d == "priv.no" }}, "public suffix"}, // A164
		{"any method with credentials", all(middleware.CORSConfig{Methods: []string{"*"}}), `the method "*" is a name`},                                                            // A167
		{"any request header with credentials", all(middleware.CORSConfig{RequestHeaders: []string{"*"}}), `the request header "*" is a name`},                                     // A167
		{"any response header with credentials", all(middleware.CORSConfig{ResponseHeaders: []string{"*"}}), `the response header "*" is a name`},                                  // A167
		{"small letters", all(middleware.CORSConfig{Methods: []string{"patch"}}), `did you mean "PATCH"`},                                                                          // A167
		{"a forbidden method", all(middleware.CORSConfig{Methods: []string{"trace"}}), "cannot be used by pages"},
		{"what is no method", all(middleware.CORSConfig{Methods: []string{"A B"}}), "is none"},
		{"a forbidden header", all(middleware.CORSConfig{RequestHeaders: []string{"Cookie"}}), "cannot be set by pages"},
		{"a forbidden prefix", all(middleware.CORSConfig{RequestHeaders: []string{"Sec-Fetch-Site"}}), "cannot be set by pages"},
		{"what is no header", all(middleware.CORSConfig{RequestHeaders: []string{"a b"}}), "no field name"},
		{"cookies", all(middleware.CORSConfig{ResponseHeaders: []string{"set-cookie"}}), "cannot be read by pages"},
		{"what is no response header", all(middleware.CORSConfig{ResponseHeaders: []string{""}}), "no field name"},
		{"a fraction of a second", all(middleware.CORSConfig{MaxAge: time.Millisecond}), "want whole seconds"},
		{"two days", all(middleware.CORSConfig{MaxAge: 48 * time.Hour}), "up to 24h0m0s"},
	}
}

func TestMistakesOfCORS(t *testing.T) {
	t.Parallel()
	for _, tt := range corsMistakes() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := middleware.CORS(tt.cfg)
			mentions(t, err, "cors: ", tt.want)
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "cors: ") {
					t.Errorf("%q has no prefix", line)
				}
			}
		})
	}
}

func TestAllMistakesOfCORSAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := middleware.CORS(middleware.CORSConfig{
		Origins: []string{"example.com", "null"}, Credentials: true, Methods: []string{"*"}, RequestHeaders: []string{"Host"}, ResponseHeaders: []string{"Set-Cookie"}, MaxAge: time.Nanosecond,
	})
	mentions(t, err, "example.com", "null", "method", "Host", "Set-Cookie", "max age")
}

func TestWhatLooksDangerousAndIsNot(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "http://app.localhost", "https://*.example.co.uk", "https://*.example.com", "ionic://localhost"} {
		if _, err := middleware.CORS(middleware.CORSConfig{Origins: []string{origin}, Credentials: true}); err != nil {
			t.Error(err)
		}
	}
	if _, err := middleware.CORS(middleware.CORSConfig{Origins: []string{"http://example.com"}, Credentials: true, DangerouslyAllowPlainHTTP: true}); err != nil {
		t.Error(err)
	}
	for age, want := range map[time.Duration]string{0: "", -1: "0", 10 * time.Minute: "600"} {
		h := cors(middleware.CORSConfig{Origins: []string{app}, MaxAge: age})(ok{})
		if got := serve(h, request(http.MethodOptions, "/", "Origin", app, acrm, "GET")).Header.Get(acma); got != want {
			t.Errorf("with %v the max age is %q, want %q", age, got, want)
		}
	}
}

func TestCORSAllocatesNothing(t *testing.T) {
	m := cors(middleware.CORSConfig{Origins: []string{app, "https://*.example.org"}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"Authorization", "Content-Type"}, MaxAge: time.Hour})
	for name, r := range map[string]*http.Request{
		"no origin":      get(),
		"an origin":      get("Origin", app),
		"a subdomain":    get("Origin", "https://a.b.example.org"),
		"another origin": get("Origin", "https://evil.com"),
		"a preflight":    request(http.MethodOptions, "/", "Origin", app, acrm, "PUT", acrh, "authorization,content-type"),
	} {
		if n := allocations(t, m(silent), r); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

// What is allowed is exactly what is listed, however the request is written.
func FuzzCORS(f *testing.F) {
	for _, tt := range originCases() {
		f.Add(tt.origin, "PUT", "content-type")
	}
	f.Add("https://a.good.com", "put", "Content-Type, x-tag,")
	h := cors(middleware.CORSConfig{Origins: []string{"https://good.com", "https://*.good.com"}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"Content-Type"}})(ok{})
	f.Fuzz(func(t *testing.T, origin, method, headers string) {
		res := serve(h, request(http.MethodOptions, "/", "Origin", origin, acrm, method, acrh, headers))
		if res.StatusCode != http.StatusNoContent {
			if names := accessHeaders(res.Header); len(names) > 0 {
				t.Errorf("the refusal has %v", names)
			}
			return
		}
		if got := res.Header.Get(acao); got != origin || got != "https://good.com" && !(strings.HasPrefix(got, "https://") && strings.HasSuffix(got, ".good.com")) {
			t.Errorf("%q is allowed", got)
		}
		if strings.ContainsAny(strings.TrimPrefix(origin, "https://"), ":/@?#\\% ") {
			t.Errorf("%q is allowed", origin)
		}
		if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT"}, method) {
			t.Errorf("the method %q is allowed", method)
		}
		for name := range strings.SplitSeq(headers, ",") {
			if name = strings.ToLower(strings.Trim(name, " \t")); name != "content-type" && headers != "" {
				t.Errorf("the header %q is allowed", name)
			}
		}
	})
}

// An origin that is accepted as a setting is allowed as a request, and what the
// settings mean does not depend on what else is listed.
func FuzzOriginSettings(f *testing.F) {
	for _, tt := range corsMistakes() {
		for _, origin := range tt.cfg.Origins {
			f.Add(origin)
		}
	}
	for _, tt := range originCases() {
		f.Add(tt.listed[0])
	}
	f.Fuzz(func(t *testing.T, origin string) {
		m, err := middleware.CORS(middleware.CORSConfig{Origins: []string{origin}})
		if err != nil {
			return
		}
		sent := strings.Replace(origin, "*.", "sub.", 1)
		if origin == "*" {
			sent = app
		}
		res := serve(m(ok{}), get("Origin", sent))
		if res.Header.Get(acao) == "" {
			t.Errorf("%q is listed and %q refused", origin, sent)
		}
		if fmt.Sprint(serve(m(ok{}), get("Origin", sent+".evil.com")).Header[acao]) != "[]" && origin != "*" {
			t.Errorf("%q is listed and %q allowed", origin, sent+".evil.com")
		}
	})
}
