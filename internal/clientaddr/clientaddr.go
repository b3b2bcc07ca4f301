package clientaddr

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// A Client is what is known of the sender of a request.
type Client struct {
	// Addr is the address, unmapped and without a zone. The zero Addr means
	// that it cannot be determined.
	Addr netip.Addr

	// Secure tells that the client's own connection is TLS, as far as trusted
	// proxies say. It is for connections that end at a proxy; see [Secure].
	Secure bool
}

// A Slot is where a context keeps a Client. It is filled before the request is
// served, from the goroutine that serves it.
type Slot struct {
	client Client
	known  bool
}

// Set fills the slot. The zero Client means: undeterminable.
func (s *Slot) Set(c Client) { s.client, s.known = c, true }

// SlotKey is the key under which a context answers with its *Slot. Contexts of
// their own type use it; everybody else uses [With].
type SlotKey struct{}

// SlotOf returns the slot of a context, nil when it has none.
func SlotOf(ctx context.Context) *Slot {
	s, _ := ctx.Value(SlotKey{}).(*Slot)
	return s
}

// With returns a context in which the client has the given address. The zero
// Addr, and one that no client can have, mean that the address cannot be
// determined: [Of] then reports false.
func With(ctx context.Context, addr netip.Addr) context.Context {
	return WithClient(ctx, Client{Addr: addr})
}

// WithClient returns a context that knows the client.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, SlotKey{}, &Slot{client: c, known: true})
}

// Of returns the address of the client: what the context knows, else the peer
// of the connection. ok is false when the address cannot be determined, as for
// a Unix domain socket.
func Of(r *http.Request) (addr netip.Addr, ok bool) {
	if s := SlotOf(r.Context()); s != nil && s.known {
		return plain(s.client.Addr)
	}
	return Peer(r)
}

// Secure reports whether the client speaks TLS: to us, or to a trusted proxy
// that says so.
func Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	s := SlotOf(r.Context())
	return s != nil && s.known && s.client.Secure
}

// Secure reports whether a trusted proxy said that the client speaks TLS.
func (s *Slot) Secure() bool { return s.known && s.client.Secure }

// Peer returns the other end of the connection, whoever that is. ok is false
// when it has no IP address.
func Peer(r *http.Request) (addr netip.Addr, ok bool) {
	if a, ok := parseIPv4Port(r.RemoteAddr); ok {
		return a.addr()
	}
	if p, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return plain(p.Addr())
	}
	// Some servers and adapters leave the port out.
	a, err := netip.ParseAddr(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	return plain(a)
}

// unix reports whether the request came over a Unix domain socket.
func unix(r *http.Request) bool {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return a.Network() == "unix"
	}
	return strings.HasPrefix(r.RemoteAddr, "@") || strings.HasPrefix(r.RemoteAddr, "/")
}

// plain unwraps an address and refuses those that nobody can send from.
func plain(a netip.Addr) (netip.Addr, bool) {
	a = a.Unmap().WithZone("")
	broadcast := netip.AddrFrom4([4]byte{255, 255, 255, 255})
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == broadcast {
		return netip.Addr{}, false
	}
	return a, true
}
