package middleware_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

func logged(j *journal, cfg middleware.AccessLogConfig) wrap {
	cfg.Logger = j.logger()
	return middleware.AccessLog(cfg)
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	var j journal
	mux := http.NewServeMux()
	mux.Handle("POST /posts/{id}", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte("four"))
	}))
	h := middleware.Chain(middleware.RequestID, logged(&j, middleware.AccessLogConfig{}), must(middleware.ClientAddr(behindProxy())), middleware.Timeout(1<<40))(mux)
	serve(h, peer(proxy, request(http.MethodPost, "/posts/7?page=2", xid, "req-1", xff, client)))
	line := j.line(t)
	for key, want := range map[string]any{
		"msg": "request", "level": "INFO", "request_id": "req-1", "method": "POST", "route": "POST /posts/{id}", "target": "/posts/7?page=2",
		"status": 201.0, "bytes": 4.0, "client": client,
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if d, _ := line["duration"].(float64); d <= 0 {
		t.Errorf("the duration is %v", line["duration"])
	}
}

func TestAccessLogTellsHowItEnded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		status  float64
		bytes   float64
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 200, 0},
		{"a body", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "abc") }, 200, 3},
		{"a text", func(w http.ResponseWriter, _ *http.Request) {
			w.(interface{ WriteString(string) (int, error) }).WriteString("abcd")
		}, 200, 4},
		{"a file", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "doc.go") }, 200, -1},
		{"a status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }, 418, 0},
		{"a panic", func(http.ResponseWriter, *http.Request) { panic("x") }, 500, -1},
		{"a panic in the middle", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "abc"); panic("x") }, 200, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var j, panics journal
			h := middleware.Chain(middleware.Recover(panics.logger()), logged(&j, middleware.AccessLogConfig{}))(tt.handler)
			func() {
				defer func() { _ = recover() }() // the answer is cut off
				serve(h, get())
			}()
			line := j.line(t)
			if line["status"] != tt.status || tt.bytes >= 0 && line["bytes"] != tt.bytes || line["bytes"] == 0.0 && tt.name == "a file" {
				t.Errorf("status %v, bytes %v; want %v, %v", line["status"], line["bytes"], tt.status, tt.bytes)
			}
		})
	}
}

const canary = "CANARY-7f3a9c"

// A51, A208, S206
func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	names := []string{
		"access_token", "token", "id_token", "refresh_token", "reset-token", "csrfToken", "TOKEN", "X-Amz-Security-Token", "code", "password",
		"new_password", "passwd", "pwd", "secret", "client_secret", "api_key", "apikey", "apiKey", "X-API-Key", "key", "sig", "signature",
		"X-Amz-Signature", "X-Amz-Credential", "auth", "authorization", "Authorization", "otp", "totp", "pin", "session", "sessionid", "sid",
		"jwt", "assertion", "client_assertion", "SAMLResponse", "state", "nonce", "code2", "user[password]", "tokens[0]", "%74oken", "to%6ben", "%zz", "mine", "My-Own",
		"passcode", "otp_code", "totpCode", "mfa_code", "recovery_code", "backup-code", "device_code", "user_code", "auth_code", "authorization_code",
		"verification_code", "code_verifier", "access_key", "private_key",
	}
	for _, name := range names {
		for _, query := range []string{name + "=" + canary, "a=1&" + name + "=" + canary + "&b=2", "a=1;" + name + "=" + canary, name + "==" + canary, "next=%2Fx%3Fa%3D1%26" + strings.ReplaceAll(url.QueryEscape(name), "%25", "%") + "%3D" + canary, withinAddresses(2, name), withinAddresses(5, name)} {
			if strings.HasPrefix(name, "%") && strings.HasPrefix(query, "next") {
				continue
			}
			var j journal
			r := get("Authorization", "Bearer "+canary, "Cookie", "session="+canary, "X-API-Key", canary, "Proxy-Authorization", canary, "Referer", "https://x/?token="+canary, "User-Agent", canary, "X-TOTP-Code", canary)
			r.URL.RawQuery = query
			serve(logged(&j, middleware.AccessLogConfig{Redact: []string{"mine", "my_own"}})(ok{}), r)
			if strings.Contains(j.String(), canary) {
				t.Errorf("?%s is logged as %s", query, j.String())
			}
		}
	}
}

// withinAddresses is the query of an address that holds an address, and so on, the
// last of which has a secret.
func withinAddresses(levels int, name string) string {
	query := name + "=" + canary
	for range levels {
		query = "next=" + url.QueryEscape("/login?page=1&"+query)
	}
	return query
}

// A51: whoever asks for a page says in its address where to go on, and there may
// be a secret in that.
func TestSecretsInAddressesOfOtherPagesAreNotLogged(t *testing.T) {
	t.Parallel()
	inner := "https://x.example/?code=" + canary
	for name, query := range map[string]string{
		"as it is":                        "next=" + inner,
		"encoded":                         "next=" + url.QueryEscape(inner),
		"encoded twice":                   "next=" + url.QueryEscape(url.QueryEscape(inner)),
		"in an address in an address":     "next=" + url.QueryEscape("/oauth?redirect_uri="+url.QueryEscape(inner)),
		"behind something else":           "next=" + url.QueryEscape("/a?b=c&d="+url.QueryEscape(inner)),
		"encoded more often than is read": "next=" + strings.ReplaceAll(url.QueryEscape(inner), "%", "%25252525"),
		"beside what cannot be decoded":   "next=" + inner + "%zz",
		"encoded, beside the same":        "next=" + url.QueryEscape(inner) + "%zz",
	} {
		var j journal
		r := get()
		r.URL.RawQuery = query
		serve(logged(&j, middleware.AccessLogConfig{})(ok{}), r)
		if strings.Contains(j.String(), canary) {
			t.Errorf("%s: ?%s is logged as %s", name, query, j.String())
		}
	}
}

func TestWhatIsNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"page=2&sort=-name":           "/?page=2&sort=-name",
		"q=a%20b&empty=&flag":         "/?q=a%20b&empty=&flag",
		"token=&a=1":                  "/?token=&a=1",
		"a=1&token=x&b=2;key=y&c":     "/?a=1&token=REDACTED&b=2;key=REDACTED&c",
		"next=%2Fposts%3Fpage%3D2":    "/?next=%2Fposts%3Fpage%3D2",
		"next=/a?token=x":             "/?next=REDACTED",
		"q=100%25&b=%252525":          "/?q=100%25&b=%252525",
		"q=100%":                      "/?q=REDACTED",
		"next=/a?b=/c?d=e":            "/?next=/a?b=/c?d=e",
		"keyword=a&author=b&opinion=": "/?keyword=a&author=b&opinion=",
		"zipcode=1&country_code=de":   "/?zipcode=1&country_code=de",
		"a":                           "/?a",
	} {
		var j journal
		r := get()
		r.URL.RawQuery = query
		serve(logged(&j, middleware.AccessLogConfig{})(ok{}), r)
		if got := j.line(t)["target"]; got != want {
			t.Errorf("?%s is logged as %v, want %s", query, got, want)
		}
	}
}

var panicking http.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })

// A207
func TestNothingInjectsIntoTheLog(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]*url.URL{
		"a line break":       {Path: "/a\r\nlevel=ERROR"},
		"an escape sequence": {Path: "/\x1b[31mred"},
		"another":            {Path: "/\u009b31m"},
		"JSON":               {Path: `/","admin":true`},
		"a raw query":        {Path: "/", RawQuery: "a=\x1b[2J\u009b\"\n \xff"},
		"right to left":      {Path: "/", RawQuery: "a=\u202ereversed"},
		"endless":            {Path: "/" + strings.Repeat("a", 1<<16), RawQuery: strings.Repeat("b=1&", 1<<16)},
	} {
		var j, panics journal
		r := get()
		r.URL, r.Method = target, "GET\n"+strings.Repeat("A", 1<<16)
		serve(middleware.Chain(middleware.Recover(panics.logger()), logged(&j, middleware.AccessLogConfig{}))(panicking), r)
		line := j.line(t)
		for _, text := range []string{line["target"].(string), line["method"].(string), panics.line(t)["method"].(string)} {
			if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f && r != '…' }) || len(text) > 1100 {
				t.Errorf("%s: %q is logged", name, text)
			}
		}
	}
}

func TestSomeRequestsAreNotLogged(t *testing.T) {
	t.Parallel()
	var j journal
	skip := logged(&j, middleware.AccessLogConfig{Skip: func(r *http.Request) bool { return r.URL.Path == "/livez" }})
	quiet := logged(&j, middleware.AccessLogConfig{Level: slog.LevelDebug})
	for _, h := range []http.Handler{skip(ok{}), quiet(ok{})} {
		if got := bodyOf(serve(h, request(http.MethodGet, "/livez"))); got != "ok" {
			t.Errorf("the answer is %q", got)
		}
	}
	if j.String() != "" {
		t.Errorf("the log is %s", j.String())
	}
}

func TestAClientWithoutAnAddressIsUnknown(t *testing.T) {
	t.Parallel()
	var j journal
	serve(logged(&j, middleware.AccessLogConfig{})(ok{}), peer("@", get()))
	if got := j.line(t)["client"]; got != "unknown" {
		t.Errorf("the client is %v", got)
	}
}

// The routes of Mortise name their pattern too.
func TestTheRouteOfAnAPIIsLogged(t *testing.T) {
	t.Parallel()
	var j journal
	h := middleware.Chain(middleware.Recover(nil), logged(&j, middleware.AccessLogConfig{}), middleware.Timeout(1<<40))(api(t, middleware.AllowIPs()))
	serve(h, get())
	if line := j.line(t); line["route"] != "GET /" || line["status"] != 403.0 {
		t.Errorf("the line is %v", line)
	}
}

func FuzzAccessLogQuery(f *testing.F) {
	for _, q := range []string{"token=x", "a=1&password=2;b", "%zz=1", "a[token]=1", "&&==;;", "next=/?code=1", "key", "code1=&a=%"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		var j journal
		r := get()
		r.URL.RawQuery = query + "&token=" + canary
		serve(logged(&j, middleware.AccessLogConfig{})(ok{}), r)
		target, _ := j.line(t)["target"].(string)
		if strings.Contains(target, canary) {
			t.Errorf("?%s is logged as %q", r.URL.RawQuery, target)
		}
		// Whatever net/url takes for a token is none that is shown.
		if values, err := url.ParseQuery(query); err == nil && len(query) < 500 {
			for name, list := range values {
				if strings.EqualFold(name, "token") && slices.ContainsFunc(list, func(v string) bool { return len(v) > 8 && strings.Contains(target, v) && strings.Count(query, v) == 1 }) {
					t.Errorf("?%s is logged as %q", query, target)
				}
			}
		}
	})
}

func TestAccessLogWritesToTheDefaultLogger(t *testing.T) {
	var j journal
	before := slog.Default()
	slog.SetDefault(j.logger())
	defer slog.SetDefault(before)
	middleware.AccessLog(middleware.AccessLogConfig{})(ok{}).ServeHTTP(httptest.NewRecorder(), get())
	if j.line(t)["msg"] != "request" {
		t.Error("nothing is written")
	}
}
