package blogtest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A forger makes hostile requests, the same ones for the same seed.
type forger struct {
	*rand.Rand
	paths  []string // of operations
	token  string   // that opens what alice may
	bodies []string
}

// A forgery is a request as it is sent.
type forgery struct {
	method, target, text string
	credentials          bool // that are good
}

func (f *forger) one(list ...string) string { return list[f.IntN(len(list))] }

// mostly is the usual, nine times of ten and more, so that most of a request is
// well formed and the rest is looked at.
func (f *forger) mostly(usual string, others ...string) string {
	if f.IntN(15) > 0 {
		return usual
	}
	return f.one(others...)
}

func (f *forger) request() forgery {
	made := forgery{method: f.method(), target: f.target()}
	body := f.one(f.bodies...)
	lines := []string{made.method + " " + made.target + " " + f.mostly("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "http/1.1", "")}
	lines = append(lines, "Host: "+f.mostly("blog.test", "a b", "evil@blog.test", "[::1", "blog.test:99999", "", "%00"))
	for range f.IntN(4) {
		lines = append(lines, f.field())
	}
	if f.IntN(5) == 0 {
		made.credentials = true
		lines = append(lines, "Authorization: "+f.token)
	}
	lines = append(lines, "Content-Type: "+f.one("application/json", "application/json", "application/json", "application/x-www-form-urlencoded",
		"multipart/form-data", "text/plain", "application/json; charset=utf-16", "application/json, text/plain", ";", ""))
	lines = append(lines, f.framing(body))
	made.text = strings.Join(lines, f.mostly("\r\n", "\n", "\r")) + "\r\n\r\n" + body
	return made
}

func (f *forger) method() string {
	return f.mostly(f.one("GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"), "TRACE", "CONNECT", "PRI", "get", "GE\x00T", "", "PROPFIND", strings.Repeat("A", 5000))
}

// target is the path of an operation, spelled otherwise or with a query that is too
// much, or the name of something elsewhere.
func (f *forger) target() string {
	path := f.one(f.paths...)
	path = strings.NewReplacer("{user_id}", f.id(), "{post_id}", f.id(), "{id}", f.id()).Replace(path)
	switch f.IntN(8) {
	case 0:
		path = f.spelling(path)
	case 1:
		path += f.one("?", "?a=%", "?a=%zz", "?a;b", "?limit=-1", "?limit=99999999999999999999", "?limit=1&limit=2", "?%00=%00", "?api_key=", "?api_key=x&api_key=y",
			"?a[b][c]=1", "?"+strings.Repeat("a=1&", 2000), "?q="+strings.Repeat("%41", 3000), "?offset=1e3", "?\xff\xfe", "?{{7*7}}", "?'%20or%201=1--")
	}
	return path
}

func (f *forger) id() string {
	return f.one("1", "2", "0", "-1", "9223372036854775808", "1e1", "%31", "1%00", "..%2f1", "1/../2", "+1", "01", "%C0%AF", "٣", "null", "${jndi:ldap://x}", strings.Repeat("9", 4000))
}

func (f *forger) spelling(path string) string {
	switch f.IntN(6) {
	case 0:
		return "/" + path
	case 1:
		return strings.ToUpper(path)
	case 2:
		return path + f.one("/", "//", "/.", "/..", ";x=1", "%2f", "%00", "%0d%0aX: y", "\\", "%5c", "#a", ".json", "%20", "/..;/", "%252f")
	case 3:
		return f.one("/docs/..", "/docs/%2e%2e", "/x/..", "/./", "/%2e", "/posts/../..", "/docs\\..", "/login/..;", "http://blog.test", "http://evil.test", "//evil.test") + path
	case 4:
		return "/%" + fmt.Sprintf("%02x", path[1]) + path[2:]
	}
	return f.one("*", "", "/docs/../../etc/passwd", "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs/..%5c..%5cwin.ini", "/docs/C:%5cwin.ini", "/docs/%00", "/.git/config", "/\x7f", "/é", "?", "://", "/"+strings.Repeat("a/", 3000))
}

func (f *forger) field() string {
	name := f.one("Authorization", "Authorization", "Authorization", "X-API-Key", "Cookie", "X-Forwarded-For", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Origin",
		"Accept", "Accept-Encoding", "If-None-Match", "Range", "X-Request-ID", "traceparent", "X-TOTP-Code", "X-HTTP-Method-Override", "X-Original-URL", "User-Agent", "Expect",
		"Upgrade", "Connection", "Content-Encoding", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Sec-Fetch-Site", f.mostly("X-A", "X A", "X\x00A", "", ":path", "authorization"))
	return name + f.mostly(": ", ":", " : ", "") + f.value()
}

func (f *forger) value() string {
	if f.IntN(3) == 0 {
		return fmt.Sprintf("203.0.%d.%d", 112+f.IntN(2), f.IntN(256))
	}
	return f.one("", " ", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwidXNlcl9pZCI6MX0.", "Bearer "+strings.Repeat("a", 20000), "Bearer a b", "Bearer a,Bearer b",
		"Basic", "Basic !!!!", "Basic YWRtaW46", "Basic YWxpY2U6d29uZGVybGFuZC0y", "Basic Og==", "Digest username=\"a\"", "a=b; a=c; __Host-session=x", strings.Repeat("a=b; ", 3000),
		"127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1, unknown", "for=\"[::1]\";proto=https", "for=_x, for=unknown", "999.1.1.1", "null", "https://evil.test", "https://app.example.com.evil.test",
		"*", "text/html;q=9", "gzip;q=0", "W/\"x\"", "bytes=0-,0-,0-", "\xff\xfe", "\x01", "a\rb", "123456", "000000", "100-continue", "websocket", "close", "upgrade, keep-alive", "DELETE",
		"/admin/users", "sqlmap/1.0", "Googlebot/2.1", "%s%s%n", "${jndi:ldap://x}", "{{7*7}}", "<script>", "cors")
}

func bodies() []string {
	return []string{"", "", "{}", "[]", "null", "true", "\"\"", "{", "}", "{\"a\":", "[[[[", strings.Repeat("[", 20000), strings.Repeat("{\"a\":", 10000), "{\"username\":\"alice\",\"username\":\"bob\"}",
		"{\"Username\":\"alice\",\"password\":\"x\"}", "{\"username\":\"alice\",\"password\":\"x\"}", "{\"username\":{},\"password\":[]}", "{\"username\":\"\\ud800\",\"password\":\"\\u0000\"}",
		"{\"title\":\"a\",\"content\":\"b\",\"author_id\":1}", "{\"title\":1e999}", "{\"title\":\"" + strings.Repeat("a", 50000) + "\"}", "{\"__proto__\":{\"admin\":true}}", "\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00",
		"{\"title\":\"\xff\"}", "{} {}", "{}\x00", "// a\n{}", "{'a':1}", "{\"a\":NaN}", "{\"a\":0x1}", "grant_type=password&username=alice&password=x", "grant_type=password&grant_type=refresh_token",
		"grant_type=%zz", strings.Repeat("a=b&", 5000), "{\"refresh_token\":\"x\"}", members(4000), strings.Repeat("x", 100000)}
}

// members is an object with many members.
func members(n int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\"k%d\":%d", i, i)
	}
	return b.String() + "}"
}

// framing tells how long the body is, mostly truly.
func (f *forger) framing(body string) string {
	length := fmt.Sprintf("Content-Length: %d", len(body))
	switch f.IntN(40) {
	case 0:
		return f.one("Content-Length: -1", "Content-Length: 1, 2", "Content-Length: 0x10", "Content-Length: +5", "Content-Length: 99999999999999999999", "Content-Length: 500000", "Content-Length:")
	case 1:
		return length + "\r\nTransfer-Encoding: " + f.one("chunked", "identity", "chunked, chunked", "gzip, chunked", "\x0bchunked", "xchunked", "")
	case 2:
		return length + "\r\nContent-Length: 3"
	case 3:
		return "Transfer-Encoding: chunked"
	}
	return length
}
