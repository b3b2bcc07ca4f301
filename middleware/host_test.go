package middleware_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

func hostCases() []struct {
	name, host string
	want       int
} {
	return []struct {
		name, host string
		want       int
	}{
		{"listed", "api.example.com", 200},
		{"on a port", "api.example.com:8443", 200},
		{"in capitals", "API.Example.COM", 200},
		{"a subdomain", "a.b.example.org", 200},
		{"a subdomain on a port", "a.example.org:8080", 200},
		{"the domain of the pattern", "example.org", 421},
		{"an empty subdomain", ".example.org", 400},
		{"listed with a port", "admin.example.com:9000", 200},
		{"listed with another port", "admin.example.com:9001", 421},
		{"listed with no port", "admin.example.com", 421},
		{"IPv4", "192.0.2.1:80", 200},
		{"IPv6", "[::1]:80", 200},
		{"IPv6 without a port", "[::1]", 200},
		{"another", "evil.com", 421},                       // A194
		{"a longer name", "api.example.com.evil.com", 421}, // A194
		{"a prefix", "evilapi.example.com", 421},
		{"nothing", "", 400},                                                                 // A65
		{"userinfo", "api.example.com@evil.com", 400},                                        // A65
		{"userinfo before", "evil@api.example.com", 400},                                     // A65
		{"a space", "api.example.com evil.com", 400},                                         // A65
		{"a port that is none", "api.example.com:http", 400},                                 // A65
		{"an empty port", "api.example.com:", 400},                                           // A65
		{"port zero", "api.example.com:0", 400},                                              // A65
		{"a port out of range", "api.example.com:65536", 400},                                // A65
		{"a signed port", "api.example.com:+80", 400},                                        // A65
		{"a port with zeros", "api.example.com:0080", 400},                                   // A65
		{"two ports", "api.example.com:80:80", 400},                                          // A65
		{"a list", "api.example.com,evil.com", 400},                                          // A65
		{"a path", "api.example.com/evil", 400},                                              // A65
		{"a backslash", `api.example.com\evil`, 400},                                         // A65
		{"a percent sign", "api%2eexample.com", 400},                                         // A65
		{"a letter that becomes one of the list in lower case", "ap\u0130.example.com", 400}, // A65, A194
		{"another one below a domain", "\u212a.example.org", 400},                            // A65, A194
		{"a final dot", "api.example.com.", 400},
		{"half a bracket", "[::1", 400},
		{"a zone", "[fe80::1%25eth0]", 400},
		{"IPv6 without brackets", "::1", 400},
		{"a long label", strings.Repeat("a", 64) + ".example.org", 400},
		{"a long name", strings.Repeat("a.", 130) + "example.org", 400},
	}
}

func hosts(t testing.TB) wrap {
	t.Helper()
	m, err := middleware.HostAllowlist("api.example.com", "admin.example.com:9000", "*.Example.org", "192.0.2.1", "[::1]")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A65, A194
func TestHostAllowlist(t *testing.T) {
	t.Parallel()
	for _, tt := range hostCases() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := get("X-Forwarded-Host", "api.example.com") // A194: never read
			r.Host = tt.host
			res := serve(hosts(t)(ok{}), r)
			switch {
			case res.StatusCode != tt.want:
				t.Errorf("%q is answered %d, want %d", tt.host, res.StatusCode, tt.want)
			case tt.want == http.StatusMisdirectedRequest:
				refused(t, res, tt.want, "misdirected-request")
			case tt.want == http.StatusBadRequest:
				refused(t, res, tt.want, "bad-request")
			}
		})
	}
}

// A64, A65: as it comes over the wire.
func TestTheHostOfTheTargetCounts(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(hosts(t)(ok{}))
	t.Cleanup(server.Close)
	for _, tt := range []struct {
		name, head string
		want       int
	}{
		{"origin form", "GET / HTTP/1.1\r\nHost: api.example.com\r\n", 200},
		{"absolute form, another in the field", "GET http://api.example.com/ HTTP/1.1\r\nHost: evil.com\r\n", 200},
		{"absolute form of another", "GET http://evil.com/ HTTP/1.1\r\nHost: api.example.com\r\n", 421},
		{"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n", 400},
		{"HTTP/1.1 without a host", "GET / HTTP/1.1\r\n", 400},
		{"two hosts", "GET / HTTP/1.1\r\nHost: api.example.com\r\nHost: evil.com\r\n", 400},
		{"one host twice", "GET / HTTP/1.1\r\nHost: api.example.com\r\nHost: api.example.com\r\n", 400},
		{"userinfo", "GET / HTTP/1.1\r\nHost: evil@api.example.com\r\n", 400},
		{"userinfo in absolute form", "GET http://evil@api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n", 400},
		{"a space", "GET / HTTP/1.1\r\nHost: api.example.com evil.com\r\n", 400},
		{"a port that is none", "GET / HTTP/1.1\r\nHost: api.example.com:80x\r\n", 400},
		{"absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: evil.com\r\n", 421},
		{"absolute form with a letter that becomes one of the list", "GET http://ap%C4%B0.example.com/ HTTP/1.1\r\nHost: a\r\n", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "%sConnection: close\r\n\r\n", tt.head)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.want {
				t.Errorf("the status is %d, want %d", res.StatusCode, tt.want)
			}
		})
	}
}

func TestMistakesOfHostsAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := middleware.HostAllowlist("https://api.example.com", "a/b", "*", "*.com", "*.example.com:80", "::1", "ap\u0130.example.com")
	mentions(t, err, "host allowlist: ", "https://api.example.com", "a/b", `"*"`, "*.com", "*.example.com:80", "::1", "ap\u0130.example.com")
	_, err = middleware.HostAllowlist()
	mentions(t, err, "no host is named")
}

func TestHostAllowlistAllocatesNothing(t *testing.T) {
	h := hosts(t)(silent)
	for _, host := range []string{"api.example.com:443", "a.example.org"} {
		r := get()
		r.Host = host
		if n := allocations(t, h, r); n != 0 {
			t.Errorf("%s: %v allocations, want none", host, n)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, tt := range hostCases() {
		f.Add(tt.host)
	}
	h := hosts(f)(ok{})
	f.Fuzz(func(t *testing.T, host string) {
		r := get()
		r.Host = host
		if serve(h, r).StatusCode != http.StatusOK {
			return
		}
		if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
			t.Errorf("the host %q is served", host)
		}
		name, _, _ := strings.Cut(strings.ToLower(host), ":")
		if strings.HasPrefix(host, "[") {
			name = host[:strings.IndexByte(host, ']')+1]
		}
		switch name {
		case "api.example.com", "admin.example.com", "192.0.2.1", "[::1]":
			return
		}
		if !strings.HasSuffix(name, ".example.org") || strings.ContainsAny(name, "@/ \\%") {
			t.Errorf("the host %q is served", host)
		}
	})
}
