package blogtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// from says which client a request of a proxy is for.
const from = "X-Forwarded-For"

// somebody is a client address that nobody else has.
func (g *guide) somebody() string {
	n := g.calls.Add(1)
	return fmt.Sprintf("198.18.%d.%d", n>>8, n&255)
}

// quota reads r of the field RateLimit.
func quota(a answer) string {
	_, r, _ := strings.Cut(a.header.Get("RateLimit"), ";r=")
	r, _, _ = strings.Cut(r, ";")
	return r
}

func (g *guide) refused(name string, a answer, policy string) {
	g.Helper()
	g.check(name, a, want{429, "too many requests; Retry-After says when to try again", ""})
	if a.body["code"] != "rate-limited" || a.header.Get("Retry-After") == "" || quota(a) != "0" || !strings.HasPrefix(a.header.Get("RateLimit-Policy"), policy) {
		g.Errorf("%s: %s %v", name, a.text, a.header)
	}
}

// S233, S234
func (g *guide) aKeyHasAHundredRequestsAnHour() {
	for i := range 100 {
		a := g.do("GET", "/api/data", "", "X-API-Key", "key123")
		if a.status != 200 || quota(a) != fmt.Sprint(99-i) {
			g.Fatalf("request %d: %d %v", i+1, a.status, a.header)
		}
	}
	g.refused("one more", g.do("GET", "/api/data", "", "X-API-Key", "key123"), `"key";q=100;w=3600`)
	g.check("another key", g.do("GET", "/api/data", "", "X-API-Key", "key456"), want{status: 200})
	g.check("a route without the limit", g.do("GET", "/data", "", "X-API-Key", "key123"), want{status: 200})
	wrong := g.do("GET", "/api/data", "", "X-API-Key", "nope")
	g.check("a wrong key", wrong, want{401, "Invalid API key", `ApiKey realm="api", name="X-API-Key", in="header"`})
	if wrong.header.Get("RateLimit") != "" {
		g.Error("a wrong key has a quota")
	}
}

// S235, S236, A126
func (g *guide) aUserHasTenExpensiveOperationsAnHour() {
	alice, bob := g.alice(), g.bob()
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[int]int{}
	for range 30 {
		all.Go(func() {
			a := g.do("GET", "/expensive-operation", "", "Authorization", alice)
			mu.Lock()
			defer mu.Unlock()
			got[a.status]++
		})
	}
	all.Wait()
	if got[200] != 10 || got[429] != 20 {
		g.Errorf("thirty at once: %v", got)
	}
	g.refused("with another token", g.do("GET", "/expensive-operation", "", "Authorization", g.alice()), `"user";q=10;w=3600`)
	g.check("another user", g.do("GET", "/expensive-operation", "", "Authorization", bob), want{status: 200})
	g.check("another route", g.do("GET", "/profile", "", "Authorization", alice), want{status: 200})
	g.check("nobody", g.do("GET", "/expensive-operation", ""), want{401, "", bearer})
}

// S237, S238, A111, A112, A113, A114
func (g *guide) onlyListedAddressesSeeTheStatus() {
	denied := "Access denied from this IP"
	for _, tc := range []struct {
		name   string
		client []string
		ip     string // empty: refused
	}{
		{"ourselves", []string{"127.0.0.1"}, "127.0.0.1"},
		{"a proxy that names nobody", nil, ""},
		{"the first machine", []string{"192.168.1.1"}, "192.168.1.1"},
		{"the second machine", []string{"10.0.0.1"}, "10.0.0.1"},
		{"the second machine, wrapped in IPv6", []string{"::ffff:10.0.0.1"}, "10.0.0.1"},
		{"its neighbour", []string{"10.0.0.2"}, ""},
		{"a stranger", []string{"203.0.113.9"}, ""},
		{"a stranger who names a listed machine", []string{"10.0.0.1, 203.0.113.9"}, ""},
		{"a stranger who does so on a line before", []string{"10.0.0.1", "203.0.113.9"}, ""},
		{"a machine behind a stranger's proxy", []string{"203.0.113.9, 10.0.0.1"}, "10.0.0.1"},
		{"nonsense", []string{"10.0.0.1, nope"}, ""},
	} {
		var header []string
		for _, line := range tc.client {
			header = append(header, from, line)
		}
		if header == nil {
			header = []string{from, ""}
		}
		a := g.do("GET", "/internal/status", "", header...)
		if tc.ip == "" {
			g.check(tc.name, a, want{403, denied, ""})
			continue
		}
		if g.check(tc.name, a, want{status: 200}); a.body["status"] != "ok" || a.body["client_ip"] != tc.ip {
			g.Errorf("%s: %s", tc.name, a.text)
		}
	}
}

// A134: one address.
func (g *guide) anAddressTriesTenPasswordsAMinute() {
	const attacker = "203.0.113.66"
	form := []string{"Content-Type", "application/x-www-form-urlencoded", from, attacker}
	for i := range 4 {
		g.check("login", g.json("POST", "/login", fmt.Sprintf(`{"username":"user%d","password":"Password1"}`, i), from, attacker), want{401, "Invalid credentials", invalidToken})
		g.check("Basic", g.do("GET", "/basic", "", "Authorization", "Basic YWxpY2U6bm9wZQ==", from, attacker), want{401, "Invalid credentials", basic})
	}
	for range 2 {
		if a := g.do("POST", "/token", "grant_type=password&username=bob&password=x", form...); a.status != 400 {
			g.Errorf("token: %d %s", a.status, a.text)
		}
	}
	policy := `"ip-10-per-1m";q=10;w=60`
	right := `{"username":"alice","password":"wonderland-1"}`
	g.refused("login", g.json("POST", "/login", right, from, attacker), policy)
	g.refused("token", g.do("POST", "/token", "grant_type=password&username=alice&password=wonderland-1", form...), policy)
	g.refused("Basic", g.do("GET", "/basic", "", "Authorization", "Basic YWxpY2U6d29uZGVybGFuZC0x", from, attacker), policy)
	g.check("another address", g.json("POST", "/login", right, from, "203.0.113.67"), want{status: 200})
}

// A134: one account. Its owner is not kept out.
func (g *guide) manyAddressesMakeAnAccountSlowAndNoMore() {
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { g.json("POST", "/login", `{"username":"alice","password":"a guess"}`) })
	}
	all.Wait()
	for _, tc := range []struct {
		name, body string
		status     int
	}{
		{"another guess", `{"username":"alice","password":"another guess"}`, 401},
		{"alice", `{"username":"alice","password":"wonderland-1"}`, 200},
	} {
		all.Go(func() {
			begin := time.Now()
			a := g.json("POST", "/login", tc.body)
			if took := time.Since(begin); a.status != tc.status || took < 2*time.Second {
				g.Errorf("%s: %d after %v", tc.name, a.status, took)
			}
		})
	}
	all.Go(func() {
		begin := time.Now()
		if a := g.json("POST", "/login", `{"username":"bob","password":"builder-22"}`); a.status != 200 || time.Since(begin) > 2*time.Second {
			g.Errorf("bob: %d after %v", a.status, time.Since(begin))
		}
	})
	all.Wait()
}

// S242, A162, A165, A166, A169
func (g *guide) pagesOfExampleComReadTheAPI() {
	page := []string{"Origin", "https://example.com"}
	preflight := func(path, origin, method, header string) answer {
		g.Helper()
		return g.do("OPTIONS", path, "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", header)
	}
	a := preflight("/api/data", "https://example.com", "GET", "x-api-key")
	if a.status != 204 || a.header.Get("Access-Control-Allow-Methods") != "GET, HEAD" || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "x-api-key") {
		g.Errorf("preflight: %d %v", a.status, a.header)
	}
	for name, a := range map[string]answer{
		"another origin":            preflight("/api/data", "https://example.com.evil.example", "GET", ""),
		"plain HTTP":                preflight("/api/data", "http://example.com", "GET", ""),
		"a method that is not here": preflight("/api/data", "https://example.com", "DELETE", ""),
		"a header that is not here": preflight("/api/data", "https://example.com", "GET", "x-other"),
	} {
		if a.status != 403 || a.header.Get("Access-Control-Allow-Origin") != "" {
			g.Errorf("%s: %d %v", name, a.status, a.header)
		}
	}
	for name, tc := range map[string]struct {
		a       answer
		status  int
		allowed string
	}{
		"an answer":             {g.do("GET", "/api/data", "", append(page, "X-API-Key", "key123")...), 200, "https://example.com"},
		"a refusal":             {g.do("GET", "/api/data", "", page...), 401, "https://example.com"},
		"what is not there":     {g.do("GET", "/api/nothing", "", page...), 404, "https://example.com"},
		"another origin":        {g.do("GET", "/api/data", "", "Origin", "null"), 401, ""},
		"outside of the API":    {g.do("GET", "/posts", "", page...), 200, ""},
		"a preflight elsewhere": {preflight("/posts", "https://example.com", "POST", ""), 204, ""},
	} {
		if tc.a.status != tc.status || tc.a.header.Get("Access-Control-Allow-Origin") != tc.allowed {
			g.Errorf("%s: %d, Access-Control-Allow-Origin %q", name, tc.a.status, tc.a.header.Get("Access-Control-Allow-Origin"))
		}
		if tc.allowed != "" && !slices.Contains(tc.a.header.Values("Vary"), "Origin") {
			g.Errorf("%s: Vary is %q", name, tc.a.header.Values("Vary"))
		}
	}
}

// S240, S241
func (g *guide) everyAnswerHasSecurityHeadersAndAnID() {
	for name, a := range map[string]answer{
		"an answer":         g.do("GET", "/posts", ""),
		"a refusal":         g.do("GET", "/profile", ""),
		"what is not there": g.do("GET", "/nothing", ""),
		"another method":    g.do("PATCH", "/posts", ""),
		"the document":      g.do("GET", "/openapi.json", ""),
	} {
		h := a.header
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("X-XSS-Protection") != "0" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Strict-Transport-Security") != "" || h.Get("X-Request-Id") == "" {
			g.Errorf("%s: %v", name, h)
		}
	}
	a := g.do("GET", "/secure-endpoint", "", "X-Forwarded-Proto", "https", "X-Request-Id", "request-of-the-test")
	h := a.header
	if a.text != `{"data":"secure"}` || h.Get("X-XSS-Protection") != "1; mode=block" || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("X-Frame-Options") != "DENY" || h.Get("Strict-Transport-Security") != "max-age=31536000; includeSubDomains" {
		g.Errorf("secure endpoint: %s %v", a.text, h)
	}
	if h.Get("X-Request-Id") != "request-of-the-test" {
		g.Errorf("the id of the request is %q", h.Get("X-Request-Id"))
	}
}

// S206, S246
func (g *guide) theLogTellsWhoAndNoSecrets() {
	const stranger, typed = "203.0.113.5", "canary-password"
	g.do("GET", "/data-by-query?api_key=key456", "", from, stranger, "X-Request-Id", "by-query")
	g.json("POST", "/login", `{"username":"alice","password":"`+typed+`"}`, "X-Request-Id", "bad-login")
	g.json("POST", "/login", `{"username":"alice","password":"wonderland-1"}`, "X-Request-Id", "good-login")
	text := g.log.String()
	for _, line := range [][]string{
		{"msg=request", "request_id=by-query", `/data-by-query"`, "api_key=REDACTED", "status=200", "client=" + stranger},
		{"level=WARN", `msg="security event"`, "kind=login", "outcome=refused", "subject=alice", "request_id=bad-login"},
		{"level=INFO", `msg="security event"`, "kind=login", "outcome=succeeded", "subject=alice", "request_id=good-login"},
	} {
		says := func(l string) bool {
			return !slices.ContainsFunc(line, func(part string) bool { return !strings.Contains(l, part) })
		}
		if !slices.ContainsFunc(strings.Split(text, "\n"), says) {
			g.Errorf("no line with %q in\n%s", line, text)
		}
	}
	for _, secret := range []string{typed, "wonderland-1", "key456"} {
		if strings.Contains(text, secret) {
			g.Errorf("%q is in the log:\n%s", secret, text)
		}
	}
}

// A journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// direct reports whether a request says itself whom it is for; an empty line
// means that no proxy is there.
func direct(h http.Header) bool {
	lines, said := h[from]
	if said && len(lines) == 1 && lines[0] == "" {
		delete(h, from)
	}
	return said
}
