package clientaddr_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// from makes a request from a peer.
func from(peer string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestThePeerIsTheClientWhereNothingElseIsKnown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, peer, want string }{
		{"IPv4", "192.0.2.1:1234", "192.0.2.1"},
		{"IPv6", "[2001:db8::1]:1234", "2001:db8::1"},
		{"no port", "192.0.2.1", "192.0.2.1"},
		{"IPv6 without port", "2001:db8::1", "2001:db8::1"},
		{"IPv4 wrapped in IPv6", "[::ffff:10.0.0.1]:80", "10.0.0.1"},          // A117
		{"IPv4 wrapped in hexadecimal IPv6", "[::ffff:a00:1]:80", "10.0.0.1"}, // A117
		{"a zone", "[fe80::1%eth0]:80", "fe80::1"},                            // A119
		{"NAT64 is no IPv4", "[64:ff9b::a00:1]:80", "64:ff9b::a00:1"},         // A120
		{"6to4 is no IPv4", "[2002:a00:1::]:80", "2002:a00:1::"},              // A120
		{"unspecified IPv4", "0.0.0.0:80", ""},                                // A122
		{"unspecified IPv6", "[::]:80", ""},                                   // A122
		{"broadcast", "255.255.255.255:80", ""},                               // A122
		{"multicast", "224.0.0.1:80", ""},                                     // A122
		{"IPv6 multicast", "[ff02::1]:80", ""},                                // A122
		{"unspecified, wrapped", "[::ffff:0.0.0.0]:80", ""},                   // A122
		{"Unix socket", "@", ""},                                              // A124
		{"nothing", "", ""},
		{"a host name", "localhost:80", ""},
		{"octal", "010.0.0.1:80", ""}, // A118
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, ok := clientaddr.Of(from(tt.peer))
			if ok != (tt.want != "") || ok && addr.String() != tt.want {
				t.Errorf("Of(%q) = %v, %t, want %q", tt.peer, addr, ok, tt.want)
			}
		})
	}
}

func TestTheContextWinsOverThePeer(t *testing.T) {
	t.Parallel()
	r := from("192.0.2.1:1")
	r = r.WithContext(clientaddr.With(r.Context(), netip.MustParseAddr("::ffff:203.0.113.9")))
	if addr, ok := clientaddr.Of(r); !ok || addr != netip.MustParseAddr("203.0.113.9") {
		t.Errorf("Of = %v, %t, want 203.0.113.9", addr, ok)
	}
}

// A114
func TestAnUndeterminableClientIsNotThePeer(t *testing.T) {
	t.Parallel()
	r := from("192.0.2.1:1")
	r = r.WithContext(clientaddr.With(r.Context(), netip.Addr{}))
	if addr, ok := clientaddr.Of(r); ok {
		t.Errorf("Of = %v, want none", addr)
	}
}

func TestASlotIsEmptyUntilItIsSet(t *testing.T) {
	t.Parallel()
	slot := &clientaddr.Slot{}
	r := from("192.0.2.1:1")
	r = r.WithContext(context.WithValue(r.Context(), clientaddr.SlotKey{}, slot))
	if addr, _ := clientaddr.Of(r); addr != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("Of with an empty slot = %v, want the peer", addr)
	}
	clientaddr.SlotOf(r.Context()).Set(clientaddr.Client{Addr: netip.MustParseAddr("203.0.113.9"), Secure: true})
	if addr, _ := clientaddr.Of(r); addr != netip.MustParseAddr("203.0.113.9") {
		t.Errorf("Of with a slot = %v, want what it holds", addr)
	}
	if !clientaddr.Secure(r) || !slot.Secure() {
		t.Error("the connection is not secure, want what the slot says")
	}
}

func TestTLSIsSecure(t *testing.T) {
	t.Parallel()
	r := from("192.0.2.1:1")
	if clientaddr.Secure(r) {
		t.Error("a plain connection is secure")
	}
	r.TLS = &tls.ConnectionState{}
	if !clientaddr.Secure(r) {
		t.Error("a TLS connection is not secure")
	}
}

// A124
func TestAUnixSocketIsKnownByItsListener(t *testing.T) {
	t.Parallel()
	v, err := clientaddr.New(clientaddr.Config{TrustUnixSocket: true})
	if err != nil {
		t.Fatal(err)
	}
	local := func(a net.Addr) *http.Request {
		r := from("", "X-Forwarded-For", "203.0.113.9")
		return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, a))
	}
	if addr, err := v.Resolve(local(&net.UnixAddr{Name: "/run/api", Net: "unix"})); err != nil || addr != netip.MustParseAddr("203.0.113.9") {
		t.Errorf("over a Unix socket Resolve = %v, %v", addr, err)
	}
	if addr, err := v.Resolve(local(&net.TCPAddr{})); err == nil {
		t.Errorf("without an address over TCP Resolve = %v, want an error", addr)
	}
}
