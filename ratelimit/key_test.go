package ratelimit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
)

// A128
func TestPartsOfKeysCannotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	seen := map[ratelimit.Key][]string{}
	for _, parts := range [][]string{
		nil, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"},
		{"a:b", "c"}, {"a", "b:c"}, {"a", "b", "c"}, {"a:b:c"},
		{"a\x00b"}, {"a", "\x00b"}, {"\x01a"}, {"\x01a\x01b"}, {"a\x01b"}, {"a", "b"},
		{strings.Repeat("a", 127)}, {strings.Repeat("a", 128)}, {strings.Repeat("a", 1<<20)},
		{strings.Repeat("a", 1<<20), "b"}, {strings.Repeat("a", 1<<20) + "b"},
	} {
		k := ratelimit.KeyOf(parts...)
		if other, found := seen[k]; found {
			t.Errorf("KeyOf(%.20q) = KeyOf(%.20q)", parts, other)
		}
		if k != ratelimit.KeyOf(parts...) {
			t.Errorf("KeyOf(%.20q) is not always the same", parts)
		}
		seen[k] = parts
	}
}

// The keys of different processes have to agree.
func TestKeysAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	// SHA-256 of "k", 5, "login", 4, "anna"
	want := ratelimit.Key{0x17, 0xbc, 0xcd, 0xb1, 0xc2, 0x2f, 0x0c, 0x52, 0x92, 0x46, 0x40, 0xbb, 0x74, 0xe4, 0xb9, 0xf5}
	if got := ratelimit.KeyOf("login", "anna"); got != want {
		t.Errorf("KeyOf = %#v, want %#v", got, want)
	}
}

// Different parts have different keys.
func FuzzKeyOf(f *testing.F) {
	f.Add("a:b", "c", "a", "b:c")
	f.Add("", "a", "a", "")
	f.Add("\x01a", "", "", "\x01a")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		same := a == c && b == d
		if got := ratelimit.KeyOf(a, b) == ratelimit.KeyOf(c, d); got != same {
			t.Errorf("KeyOf(%q, %q) == KeyOf(%q, %q) is %v", a, b, c, d, got)
		}
		if ratelimit.KeyOf(a, b) == ratelimit.KeyOf(a+b) {
			t.Errorf("KeyOf(%q, %q) is the key of one part", a, b)
		}
	})
}

// A127
func TestClientsAreToldApartByTheirNetworks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		a, b   string
		prefix int
		same   bool
	}{
		{"one address, two ports", "192.0.2.1:1000", "192.0.2.1:2000", 0, true},
		{"neighbours of IPv4", "192.0.2.1:1", "192.0.2.2:1", 0, false},
		{"an IPv4 address wrapped in IPv6", "192.0.2.1:1", "[::ffff:192.0.2.1]:1", 0, true},
		{"the same in hexadecimal", "192.0.2.1:1", "[::ffff:c000:201]:1", 0, true},
		{"two wrapped addresses", "[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:1", 0, false},
		{"an IPv6 address with the bytes of an IPv4 address", "192.0.2.1:1", "[::c000:201]:1", 0, false},
		{"one /64", "[2001:db8::1]:1", "[2001:db8::ffff:1:2]:1", 0, true},
		{"two /64", "[2001:db8::1]:1", "[2001:db8:0:1::1]:1", 0, false},
		{"one /56", "[2001:db8::1]:1", "[2001:db8:0:ff::1]:1", 56, true},
		{"two /56", "[2001:db8::1]:1", "[2001:db8:0:100::1]:1", 56, false},
		{"one /48", "[2001:db8::1]:1", "[2001:db8:0:ffff::1]:1", 48, true},
		{"two /48", "[2001:db8::1]:1", "[2001:db8:1::1]:1", 48, false},
		{"neighbours at /128", "[2001:db8::1]:1", "[2001:db8::2]:1", 128, false},
		{"a zone does not count", "[fe80::1%eth0]:1", "[fe80::1]:1", 128, true},
		{"nobody and somebody", "@", "192.0.2.1:1", 0, false},
		{"two that nobody can tell apart", "@", "", 0, true}, // A114, A124
		{"no address of a client", "0.0.0.0:1", "@", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, store := range map[string]ratelimit.Store{"in memory": nil, "in a store that is shared": newFlaky()} {
				l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}, IPv6Prefix: tt.prefix, Store: store})
				h := l.Middleware(nil)(http.HandlerFunc(ok))
				first := serve(h, from(request(t, "GET", "/"), tt.a)).Code
				second := serve(h, from(request(t, "GET", "/"), tt.b)).Code
				if same := second == http.StatusTooManyRequests; first != http.StatusNoContent || same != tt.same {
					t.Errorf("%s, then %s, %s: %d, %d", tt.a, tt.b, name, first, second)
				}
			}
		})
	}
}

// A114: clients that nobody can tell apart share one quota. It is not that of the
// proxy, and saying something else gives no other.
func TestClientsThatAProxyDoesNotNameShareAQuota(t *testing.T) {
	t.Parallel()
	trust, err := middleware.ClientAddr(middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}})
	h := trust(l.Middleware(nil)(http.HandlerFunc(ok)))
	for i, tt := range []struct {
		peer, says string
		want       int
	}{
		{"10.0.0.1:1", "nope", 204},
		{"10.0.0.1:1", "192.0.2.1, unknown", 429},
		{"10.0.0.2:1", "", 429},
		{"10.0.0.2:1", "_hidden", 429},
		{"@", "192.0.2.1", 429},
		{"10.0.0.1:1", "192.0.2.1", 204},
		{"10.0.0.1:1", "10.0.0.1", 204}, // the proxy for itself
	} {
		r := from(request(t, "GET", "/"), tt.peer)
		r.Header.Set("X-Forwarded-For", tt.says)
		if w := serve(h, r); w.Code != tt.want {
			t.Errorf("request %d, from %s for %q: %d, want %d", i, tt.peer, tt.says, w.Code, tt.want)
		}
	}
}
