package clientaddr_test

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// resolution is a request and what is made of it. The trusted networks are
// 10.0.0.0/8, fd00::/8 and 192.0.2.7.
type resolution struct {
	name   string
	peer   string
	header []string // names and values
	want   string
	err    error
}

const (
	proxy  = "10.0.0.1:443"
	client = "203.0.113.9"
)

func trusted() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("fd00::/8"),
		netip.MustParsePrefix("192.0.2.7/32"),
	}
}

func resolver(t testing.TB, cfg clientaddr.Config) *clientaddr.Resolver {
	t.Helper()
	v, err := clientaddr.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func resolve(t *testing.T, v *clientaddr.Resolver, cases []resolution) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, err := v.Resolve(from(tt.peer, tt.header...))
			if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Fatalf("the error is %v, want %v", err, tt.err)
			}
			if err == nil && addr.String() != tt.want {
				t.Errorf("the client is %v, want %s", addr, tt.want)
			}
			if err != nil && addr.IsValid() {
				t.Errorf("the client is %v beside an error", addr)
			}
		})
	}
}

const xff = clientaddr.XForwardedFor

// A109
func TestNobodyIsTrustedByDefault(t *testing.T) {
	t.Parallel()
	var header []string
	for _, name := range []string{xff, "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP"} {
		header = append(header, name, "198.51.100.1")
	}
	resolve(t, resolver(t, clientaddr.Config{}), []resolution{
		{name: "IPv4", peer: "203.0.113.9:1", header: header, want: client},
		{name: "a private peer", peer: "10.0.0.1:1", header: header, want: "10.0.0.1"},
		{name: "loopback", peer: "[::1]:1", header: header, want: "::1"},
		{name: "a Unix socket", peer: "@", header: header, err: clientaddr.ErrNoAddress}, // A124
	})
}

func forwardedForCases() []resolution {
	x := func(lines ...string) (header []string) {
		for _, l := range lines {
			header = append(header, xff, l)
		}
		return header
	}
	long := func(n int) string { return strings.Repeat("x", n-len(client)-1) + "," + client }
	return []resolution{
		{name: "the peer is not trusted", peer: "198.51.100.1:1", header: x(client), want: "198.51.100.1"},                                         // A110
		{name: "one trusted proxy", peer: proxy, header: x(client), want: client},                                                                  // A111
		{name: "several trusted proxies", peer: proxy, header: x(client + ", 10.9.9.9, 192.0.2.7"), want: client},                                  // A111
		{name: "a proxy that is not trusted is the client", peer: proxy, header: x(client + ", 198.51.100.1"), want: "198.51.100.1"},               // A111
		{name: "a client prepends an address", peer: proxy, header: x("10.0.0.5, 127.0.0.1, " + client), want: client},                             // A112
		{name: "a client prepends a trusted address", peer: proxy, header: x("10.0.0.5, " + client + ", 10.0.0.2"), want: client},                  // A112
		{name: "several lines are one list", peer: proxy, header: x("198.51.100.1", client, "10.0.0.3"), want: client},                             // A113
		{name: "several lines with several entries", peer: proxy, header: x("1.1.1.1, 2.2.2.2", client+", 10.0.0.3"), want: client},                // A113
		{name: "garbage to the left is not read", peer: proxy, header: x("nope, , \"unknown, " + client), want: client},                            // A112
		{name: "garbage", peer: proxy, header: x("nope"), err: clientaddr.ErrInvalid},                                                              // A114
		{name: "garbage behind the client", peer: proxy, header: x(client + ", nope"), err: clientaddr.ErrInvalid},                                 // A114
		{name: "an empty header", peer: proxy, header: x(""), err: clientaddr.ErrInvalid},                                                          // A114
		{name: "an empty entry", peer: proxy, header: x(client + ","), err: clientaddr.ErrInvalid},                                                 // A114
		{name: "an empty entry before a trusted one", peer: proxy, header: x(client + ", , 10.0.0.2"), err: clientaddr.ErrInvalid},                 // A114
		{name: "an empty line", peer: proxy, header: x(client, ""), err: clientaddr.ErrInvalid},                                                    // A114
		{name: "unknown", peer: proxy, header: x("unknown"), err: clientaddr.ErrInvalid},                                                           // A114
		{name: "a made-up name", peer: proxy, header: x("_hidden"), err: clientaddr.ErrInvalid},                                                    // A114
		{name: "a Unix socket's name", peer: proxy, header: x("unix:/run/x"), err: clientaddr.ErrInvalid},                                          // A114
		{name: "all entries are trusted", peer: proxy, header: x("10.0.0.7, 10.0.0.8"), want: "10.0.0.7"},                                          // A115
		{name: "a port", peer: proxy, header: x(client + ":5678"), want: client},                                                                   // A116
		{name: "IPv6", peer: proxy, header: x("2001:db8::1"), want: "2001:db8::1"},                                                                 // A116
		{name: "IPv6 in brackets", peer: proxy, header: x("[2001:db8::1]"), want: "2001:db8::1"},                                                   // A116
		{name: "IPv6 with a port", peer: proxy, header: x("[2001:db8::1]:80"), want: "2001:db8::1"},                                                // A116
		{name: "quotes", peer: proxy, header: x(`"[2001:db8::1]:80"`), want: "2001:db8::1"},                                                        // A116
		{name: "spaces and tabs around", peer: proxy, header: x(" \t" + client + "\t "), want: client},                                             // A116
		{name: "half a quote", peer: proxy, header: x(`"` + client), err: clientaddr.ErrInvalid},                                                   // A116
		{name: "half a bracket", peer: proxy, header: x("[2001:db8::1"), err: clientaddr.ErrInvalid},                                               // A116
		{name: "something behind the bracket", peer: proxy, header: x("[2001:db8::1]x"), err: clientaddr.ErrInvalid},                               // A116
		{name: "IPv4 in brackets", peer: proxy, header: x("[" + client + "]"), err: clientaddr.ErrInvalid},                                         // A116
		{name: "an empty port", peer: proxy, header: x(client + ":"), err: clientaddr.ErrInvalid},                                                  // A116
		{name: "a port that is none", peer: proxy, header: x(client + ":http"), err: clientaddr.ErrInvalid},                                        // A116
		{name: "a port out of range", peer: proxy, header: x(client + ":65536"), err: clientaddr.ErrInvalid},                                       // A116
		{name: "a made-up port is for Forwarded", peer: proxy, header: x(client + ":_p"), err: clientaddr.ErrInvalid},                              // A116
		{name: "a space inside", peer: proxy, header: x("203.0.113. 9"), err: clientaddr.ErrInvalid},                                               // A116
		{name: "two addresses without a comma", peer: proxy, header: x(client + " 10.0.0.1"), err: clientaddr.ErrInvalid},                          // A116
		{name: "a network", peer: proxy, header: x("203.0.113.0/24"), err: clientaddr.ErrInvalid},                                                  // A116
		{name: "IPv4 wrapped in IPv6", peer: proxy, header: x("::ffff:203.0.113.9"), want: client},                                                 // A117
		{name: "the same in hexadecimal", peer: proxy, header: x("::ffff:cb00:7109"), want: client},                                                // A117
		{name: "a trusted proxy, wrapped", peer: proxy, header: x(client + ", ::ffff:10.0.0.9"), want: client},                                     // A117
		{name: "the peer, wrapped", peer: "[::ffff:10.0.0.1]:443", header: x(client), want: client},                                                // A117
		{name: "octal", peer: proxy, header: x("010.0.0.1"), err: clientaddr.ErrInvalid},                                                           // A118
		{name: "hexadecimal", peer: proxy, header: x("0x0a000001"), err: clientaddr.ErrInvalid},                                                    // A118
		{name: "one number", peer: proxy, header: x("167772161"), err: clientaddr.ErrInvalid},                                                      // A118
		{name: "two numbers", peer: proxy, header: x("10.1"), err: clientaddr.ErrInvalid},                                                          // A118
		{name: "a zone", peer: proxy, header: x("fe80::1%eth0"), want: "fe80::1"},                                                                  // A119
		{name: "an escaped zone", peer: proxy, header: x("fe80::1%25eth0"), want: "fe80::1"},                                                       // A119
		{name: "a trusted network in a zone", peer: proxy, header: x(client + ", fd00::1%eth0"), want: client},                                     // A119
		{name: "NAT64 of a trusted address", peer: proxy, header: x(client + ", 64:ff9b::a00:1"), want: "64:ff9b::a00:1"},                          // A120
		{name: "6to4 of a trusted address", peer: proxy, header: x(client + ", 2002:a00:1::"), want: "2002:a00:1::"},                               // A120
		{name: "unspecified", peer: proxy, header: x("0.0.0.0"), err: clientaddr.ErrInvalid},                                                       // A122
		{name: "unspecified IPv6", peer: proxy, header: x("::"), err: clientaddr.ErrInvalid},                                                       // A122
		{name: "broadcast", peer: proxy, header: x("255.255.255.255"), err: clientaddr.ErrInvalid},                                                 // A122
		{name: "multicast", peer: proxy, header: x("239.1.2.3"), err: clientaddr.ErrInvalid},                                                       // A122
		{name: "ten thousand entries", peer: proxy, header: x(strings.Repeat("1,", 10_000) + client), err: clientaddr.ErrTooLong},                  // A123
		{name: "fifty-one entries", peer: proxy, header: x(strings.Repeat("1,", 50) + client), err: clientaddr.ErrTooLong},                         // A123
		{name: "fifty-one lines", peer: proxy, header: x(slices.Repeat([]string{client}, 51)...), err: clientaddr.ErrTooLong},                      // A123
		{name: "fifty entries", peer: proxy, header: x(strings.Repeat("1,", 49) + client), want: client},                                           // A123
		{name: "5 KiB", peer: proxy, header: x(strings.Repeat("x", 5<<10) + "," + client), err: clientaddr.ErrTooLong},                             // A123
		{name: "4 KiB", peer: proxy, header: x(long(4 << 10)), want: client},                                                                       // A123
		{name: "a byte more", peer: proxy, header: x(long(4<<10 + 1)), err: clientaddr.ErrTooLong},                                                 // A123
		{name: "a byte more in two lines", peer: proxy, header: x(long(2<<10), long(2<<10+1)), err: clientaddr.ErrTooLong},                         // A123
		{name: "ten thousand from elsewhere", peer: "198.51.100.1:1", header: x(strings.Repeat("1,", 10_000)), want: "198.51.100.1"},               // A123
		{name: "the header is missing", peer: proxy, err: clientaddr.ErrMissing},                                                                   // A62
		{name: "only other headers", peer: proxy, header: []string{"Forwarded", "for=" + client, "X-Real-IP", client}, err: clientaddr.ErrMissing}, // A62
		{name: "an underscore twin", peer: proxy, header: []string{xff, client, "X_Forwarded_For", "10.0.0.5"}, want: client},                      // A60
		{name: "only an underscore twin", peer: proxy, header: []string{"X_Forwarded_For", client}, err: clientaddr.ErrMissing},                    // A60
		{name: "a Unix socket", peer: "@", header: x(client), err: clientaddr.ErrNoAddress},                                                        // A124
		{name: "a peer without address", peer: "somewhere", header: x(client), err: clientaddr.ErrNoAddress},
	}
}

func TestXForwardedFor(t *testing.T) {
	t.Parallel()
	resolve(t, resolver(t, clientaddr.Config{Trusted: trusted()}), forwardedForCases())
}

func forwardedCases() []resolution {
	f := func(lines ...string) (header []string) {
		for _, l := range lines {
			header = append(header, "Forwarded", l)
		}
		return header
	}
	return []resolution{
		{name: "an address", peer: proxy, header: f("for=" + client), want: client},
		{name: "a name in capitals and other parameters", peer: proxy, header: f("By=_me;FOR=" + client + ";proto=https;host=example.com"), want: client},
		{name: "a chain", peer: proxy, header: f("for=" + client + ", for=10.0.0.3;by=10.0.0.4"), want: client},     // A111
		{name: "lines", peer: proxy, header: f("for=1.1.1.1", "for="+client, "for=10.0.0.3"), want: client},         // A113
		{name: "a client prepends an address", peer: proxy, header: f("for=10.0.0.5, for=" + client), want: client}, // A112
		{name: "IPv6", peer: proxy, header: f(`for="[2001:db8::1]"`), want: "2001:db8::1"},
		{name: "IPv6 with a port", peer: proxy, header: f(`for="[2001:db8::1]:4711"`), want: "2001:db8::1"}, // A116
		{name: "IPv4 with a port", peer: proxy, header: f(`for="` + client + `:80"`), want: client},         // A116
		{name: "a made-up port", peer: proxy, header: f(`for="` + client + `:_a.b-c_1"`), want: client},     // A116
		{name: "an empty made-up port", peer: proxy, header: f(`for="` + client + `:_"`), err: clientaddr.ErrInvalid},
		{name: "a made-up port with other letters", peer: proxy, header: f(`for="` + client + `:_é"`), err: clientaddr.ErrInvalid},
		{name: "IPv6 without quotes", peer: proxy, header: f("for=[2001:db8::1]"), err: clientaddr.ErrInvalid},
		{name: "IPv6 without brackets", peer: proxy, header: f(`for="2001:db8::1"`), err: clientaddr.ErrInvalid},
		{name: "a port without quotes", peer: proxy, header: f("for=" + client + ":80"), err: clientaddr.ErrInvalid},
		{name: "all are trusted", peer: proxy, header: f("for=10.0.0.7, for=10.0.0.8"), want: "10.0.0.7"},        // A115
		{name: "unknown", peer: proxy, header: f("for=" + client + ", for=unknown"), err: clientaddr.ErrInvalid}, // A114
		{name: "a made-up name", peer: proxy, header: f("for=_hidden"), err: clientaddr.ErrInvalid},              // A114
		{name: "no for", peer: proxy, header: f("proto=https"), err: clientaddr.ErrInvalid},                      // A114
		{name: "an empty element", peer: proxy, header: f("for=" + client + ","), err: clientaddr.ErrInvalid},    // A114
		{name: "two fors in one element", peer: proxy, header: f("for=10.0.0.1;for=" + client), err: clientaddr.ErrInvalid},
		{name: "two protos in one element", peer: proxy, header: f("for=" + client + ";proto=http;proto=https"), err: clientaddr.ErrInvalid},
		{name: "no value", peer: proxy, header: f("for="), err: clientaddr.ErrInvalid},
		{name: "no sign", peer: proxy, header: f("for"), err: clientaddr.ErrInvalid},
		{name: "space around the sign", peer: proxy, header: f("for = " + client), err: clientaddr.ErrInvalid},
		{name: "something behind a quoted value", peer: proxy, header: f(`for="` + client + `"x`), err: clientaddr.ErrInvalid},
		{name: "empty pairs", peer: proxy, header: f(";;for=" + client + ";;"), want: client},
		{name: "a backslash", peer: proxy, header: f(`for="203.0.113.\9"`), err: clientaddr.ErrInvalid},
		{name: "a quote opened by the client does not swallow the proxy's element", peer: proxy, header: f(`for=10.0.0.5;x=", for=` + client), want: client}, // A112
		{name: "a quote opened by the client and closed by the proxy", peer: proxy, header: f(`for=1.1.1.1;x=", for="[2001:db8::1]"`), want: "2001:db8::1"},  // A112
		{name: "a comma in quotes splits, and neither half is believed", peer: proxy, header: f("for=" + client + `;host="a, for=10.0.0.5"`), err: clientaddr.ErrInvalid},
		{name: "only X-Forwarded-For", peer: proxy, header: []string{xff, client}, err: clientaddr.ErrMissing},
		{name: "the peer is not trusted", peer: "198.51.100.1:1", header: f("for=" + client), want: "198.51.100.1"}, // A110
		{name: "endless", peer: proxy, header: f(strings.Repeat("for=1.1.1.1,", 60)), err: clientaddr.ErrTooLong},   // A123
	}
}

func TestForwarded(t *testing.T) {
	t.Parallel()
	resolve(t, resolver(t, clientaddr.Config{Trusted: trusted(), Header: "forwarded"}), forwardedCases())
}

func TestASingleAddress(t *testing.T) {
	t.Parallel()
	v := resolver(t, clientaddr.Config{Trusted: trusted(), Header: "x-real-ip"})
	if v.Header() != "X-Real-Ip" {
		t.Errorf("Header() = %q", v.Header())
	}
	resolve(t, v, []resolution{
		{name: "an address", peer: proxy, header: []string{"X-Real-IP", client}, want: client},
		{name: "a trusted address is believed", peer: proxy, header: []string{"X-Real-IP", "10.2.3.4"}, want: "10.2.3.4"},
		{name: "two lines", peer: proxy, header: []string{"X-Real-IP", "1.1.1.1", "X-Real-IP", client}, err: clientaddr.ErrInvalid},
		{name: "a list", peer: proxy, header: []string{"X-Real-IP", "1.1.1.1, " + client}, err: clientaddr.ErrInvalid},
		{name: "stripped on the way", peer: proxy, header: []string{"Connection", "X-Real-IP"}, err: clientaddr.ErrMissing}, // A62
		{name: "another header", peer: proxy, header: []string{xff, client}, err: clientaddr.ErrMissing},
		{name: "from somebody else", peer: "198.51.100.1:1", header: []string{"X-Real-IP", client}, want: "198.51.100.1"}, // A110
	})
}

func TestOnlyTrustedProxiesSayThatAConnectionIsSecure(t *testing.T) {
	t.Parallel()
	list := resolver(t, clientaddr.Config{Trusted: trusted(), Proto: true})
	quiet := resolver(t, clientaddr.Config{Trusted: trusted()})
	rfc := resolver(t, clientaddr.Config{Trusted: trusted(), Header: clientaddr.Forwarded})
	const proto = "X-Forwarded-Proto"
	for _, tt := range []struct {
		name     string
		resolver *clientaddr.Resolver
		peer     string
		header   []string
		want     bool
	}{
		{"https", list, proxy, []string{xff, client, proto, "https"}, true},
		{"HTTPS", list, proxy, []string{xff, client, proto, " HTTPS"}, true},
		{"http", list, proxy, []string{xff, client, proto, "http"}, false},
		{"silence", list, proxy, []string{xff, client}, false},
		{"a list", list, proxy, []string{xff, client, proto, "https, http"}, false},
		{"two lines", list, proxy, []string{xff, client, proto, "https", proto, "https"}, false},
		{"an untrusted peer", list, "203.0.113.9:1", []string{proto, "https"}, false},
		{"without being asked", quiet, proxy, []string{xff, client, proto, "https"}, false},
		{"in Forwarded", rfc, proxy, []string{"Forwarded", "for=" + client + ";proto=https"}, true},
		{"in another element of Forwarded", rfc, proxy, []string{"Forwarded", "for=1.1.1.1;proto=https, for=" + client}, false},
		{"in another header", rfc, proxy, []string{"Forwarded", "for=" + client, proto, "https"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := tt.resolver.Client(from(tt.peer, tt.header...))
			if err != nil || c.Secure != tt.want {
				t.Errorf("Secure = %t (error %v), want %t", c.Secure, err, tt.want)
			}
		})
	}
}

func TestTrusts(t *testing.T) {
	t.Parallel()
	v := resolver(t, clientaddr.Config{Trusted: trusted(), TrustUnixSocket: true})
	for peer, want := range map[string]bool{proxy: true, "[fd00::9%eth0]:1": true, "203.0.113.9:1": false, "@": true, "@sock": true, "/run/x": true, "": false, "x": false} {
		if got := v.Trusts(from(peer)); got != want {
			t.Errorf("Trusts(%q) = %t, want %t", peer, got, want)
		}
	}
}

// A124
func TestAUnixSocketMayBeTrusted(t *testing.T) {
	t.Parallel()
	resolve(t, resolver(t, clientaddr.Config{TrustUnixSocket: true}), []resolution{
		{name: "a client's address", peer: "@", header: []string{xff, client}, want: client},
		{name: "no address", peer: "@", err: clientaddr.ErrMissing},
		{name: "a peer with an address is not trusted", peer: "198.51.100.1:1", header: []string{xff, client}, want: "198.51.100.1"},
	})
}

func TestMistakesOfTheConfigurationAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := clientaddr.New(clientaddr.Config{
		Trusted: []netip.Prefix{
			netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("0.0.0.0/1"), netip.MustParsePrefix("::/0"), netip.MustParsePrefix("::ffff:0:0/96"),
		},
		Header: "X_Real_IP",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"0.0.0.0/0", "0.0.0.0/1", "::/0", "::ffff:0.0.0.0/96", `use "X-Real-IP"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not mention %q", err, want)
		}
	}
	if _, err := clientaddr.New(clientaddr.Config{Header: "no header"}); err == nil {
		t.Error("a name with a space is accepted")
	}
	if _, err := clientaddr.New(clientaddr.Config{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fc00::/7")}}); err != nil {
		t.Errorf("the private networks are refused: %v", err)
	}
}

func TestResolvingAllocatesNothing(t *testing.T) {
	v := resolver(t, clientaddr.Config{Trusted: trusted()})
	rfc := resolver(t, clientaddr.Config{Trusted: trusted(), Header: clientaddr.Forwarded})
	r := from(proxy, xff, "198.51.100.1, "+client+", 10.0.0.3", "Forwarded", `for="[2001:db8::1]:80";proto=https, for=10.0.0.3`)
	if n := testing.AllocsPerRun(100, func() { _, _ = v.Resolve(r); _, _ = rfc.Resolve(r); clientaddr.Of(r) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// What a client writes to the left of what its proxy adds never changes the
// answer, unless it is so long that nothing is read.
func prefixNeverMatters(t *testing.T, v *clientaddr.Resolver, header, added, prefix string, twoLines bool) {
	t.Helper()
	if strings.ContainsAny(prefix, "\r\n\x00") {
		return // no header holds these
	}
	lines := []string{prefix + ", " + added}
	if twoLines {
		lines = []string{prefix, added}
	}
	r := from(proxy)
	r.Header[header] = lines
	got, err := v.Resolve(r)
	if errors.Is(err, clientaddr.ErrTooLong) {
		return
	}
	if want := netip.MustParseAddr(client); err != nil || got != want {
		t.Errorf("with %q Resolve = %v, %v, want %v", lines, got, err, want)
	}
}

func FuzzAClientCannotChooseItsAddress(f *testing.F) {
	for _, c := range append(forwardedForCases(), forwardedCases()...) {
		for i := 1; i < len(c.header); i += 2 {
			f.Add(c.header[i], i%4 == 1)
		}
	}
	list := resolver(f, clientaddr.Config{Trusted: trusted()})
	rfc := resolver(f, clientaddr.Config{Trusted: trusted(), Header: clientaddr.Forwarded})
	f.Fuzz(func(t *testing.T, prefix string, twoLines bool) {
		prefixNeverMatters(t, list, xff, client+", 10.0.0.2", prefix, twoLines)
		prefixNeverMatters(t, rfc, "Forwarded", "for="+client+`;proto=https, for="10.0.0.2:80"`, prefix, twoLines)
	})
}

func FuzzResolve(f *testing.F) {
	for _, c := range append(forwardedForCases(), forwardedCases()...) {
		for i := 1; i < len(c.header); i += 2 {
			f.Add(c.peer, c.header[i])
		}
	}
	var resolvers []*clientaddr.Resolver
	for _, header := range []string{xff, clientaddr.Forwarded, "X-Real-IP"} {
		resolvers = append(resolvers, resolver(f, clientaddr.Config{Trusted: trusted(), TrustUnixSocket: true, Header: header}))
	}
	f.Fuzz(func(t *testing.T, peer, value string) {
		for _, v := range resolvers {
			r := from(peer)
			r.Header = http.Header{v.Header(): {value}}
			addr, err := v.Resolve(r)
			if (err == nil) != addr.IsValid() {
				t.Errorf("Resolve = %v, %v: there is an address or an error", addr, err)
			}
			if addr != addr.Unmap().WithZone("") || addr.IsValid() && (addr.IsUnspecified() || addr.IsMulticast()) {
				t.Errorf("%v is not a plain address", addr)
			}
		}
	})
}
