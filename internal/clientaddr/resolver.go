package clientaddr

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// The headers with a list of addresses, to which each proxy appends.
const (
	XForwardedFor = "X-Forwarded-For"
	Forwarded     = "Forwarded" // RFC 7239
)

// The limits of what is read of a header.
const (
	maxEntries = 50
	maxBytes   = 4 << 10
)

// Why a client cannot be determined.
var (
	// ErrNoAddress means that the connection has no IP address and is not
	// trusted to name one.
	ErrNoAddress = errors.New("the connection has no IP address")
	// ErrMissing means that a trusted proxy did not name its client.
	ErrMissing = errors.New("a trusted proxy sent no address of its client")
	// ErrInvalid means that an entry which had to be believed is no address.
	ErrInvalid = errors.New("a trusted proxy sent an address that cannot be read")
	// ErrTooLong means that the header has more than 50 entries or 4 KiB.
	ErrTooLong = errors.New("the list of forwarding proxies is too long")
)

// Config says whom a [Resolver] believes.
type Config struct {
	// Trusted are the networks of the proxies in front. Empty: nobody, and the
	// client is the peer.
	Trusted []netip.Prefix

	// TrustUnixSocket believes whoever connects over a Unix domain socket.
	TrustUnixSocket bool

	// Header is the header that the proxies write: [XForwardedFor], which is
	// the default, [Forwarded], or any other, which then holds one address and
	// must be overwritten, not passed on, by the proxies.
	Header string

	// Proto believes X-Forwarded-Proto from trusted peers. With [Forwarded]
	// the proto parameter is read instead, whatever is said here.
	Proto bool
}

// A Resolver determines clients. It is immutable.
type Resolver struct {
	trusted Set
	unix    bool
	header  string
	proto   bool
}

// New makes a Resolver. The error joins all mistakes of the configuration.
func New(cfg Config) (*Resolver, error) {
	header := XForwardedFor
	if cfg.Header != "" {
		header = http.CanonicalHeaderKey(cfg.Header)
	}
	var mistakes []error
	for _, p := range cfg.Trusted {
		if wide(fold(p)) {
			mistakes = append(mistakes, fmt.Errorf("the trusted network %v is wider than any private one, so a client could pass for a proxy; name the proxies", p))
		}
	}
	switch {
	case strings.ContainsAny(header, " \t\r\n:,;"):
		mistakes = append(mistakes, fmt.Errorf("%q is no name of a header", cfg.Header))
	case strings.Contains(header, "_"):
		mistakes = append(mistakes, fmt.Errorf("the header %q has an underscore, which proxies mistake for a hyphen; use %q", cfg.Header, strings.ReplaceAll(cfg.Header, "_", "-")))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return &Resolver{trusted: NewSet(cfg.Trusted...), unix: cfg.TrustUnixSocket, header: header, proto: cfg.Proto}, nil
}

// wide reports whether a network is larger than 10.0.0.0/8 or fc00::/7, the
// largest private ones.
func wide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 8
	}
	return p.Bits() < 7
}

// Header is the name of the header that is read.
func (v *Resolver) Header() string { return v.header }

// Trusts reports whether the peer of a request is a trusted proxy.
func (v *Resolver) Trusts(r *http.Request) bool {
	if addr, ok := Peer(r); ok {
		return v.trusted.Contains(addr)
	}
	return v.unix && unix(r)
}

// Resolve returns the address of the client. The error is one of this
// package's.
func (v *Resolver) Resolve(r *http.Request) (netip.Addr, error) {
	c, err := v.Client(r)
	return c.Addr, err
}

// Client returns what is known of the client. When there is an error, one of
// this package's, the address is the zero Addr.
//
// If every entry is a trusted proxy's, the client is the leftmost: a machine of
// one's own, asking through one's own proxies.
func (v *Resolver) Client(r *http.Request) (Client, error) {
	peer, ok := Peer(r)
	if !ok && !(v.unix && unix(r)) {
		return Client{}, ErrNoAddress
	}
	if ok && !v.trusted.Contains(peer) {
		return Client{Addr: peer}, nil
	}
	lines := r.Header[v.header]
	if err := check(lines); err != nil {
		return Client{}, err
	}
	switch v.header {
	case Forwarded:
		return v.forwarded(lines)
	case XForwardedFor:
		return v.forwardedFor(r, lines)
	}
	return v.single(r, lines)
}

// check refuses a header that is absent or endless.
func check(lines []string) error {
	entries, size := 0, 0
	for _, line := range lines {
		entries += 1 + strings.Count(line, ",")
		size += len(line)
	}
	switch {
	case entries == 0:
		return ErrMissing
	case entries > maxEntries || size > maxBytes:
		return ErrTooLong
	}
	return nil
}

func (v *Resolver) forwardedFor(r *http.Request, lines []string) (Client, error) {
	var last netip.Addr
	for entry := range backwards(lines) {
		addr, ok := parseEntry(entry)
		if !ok {
			return Client{}, ErrInvalid
		}
		if last = addr; !v.trusted.Contains(addr) {
			break
		}
	}
	return Client{Addr: last, Secure: v.proto && https(r)}, nil
}

func (v *Resolver) forwarded(lines []string) (Client, error) {
	var last Client
	for entry := range backwards(lines) {
		hop, ok := parseHop(entry)
		if !ok {
			return Client{}, ErrInvalid
		}
		last = Client{Addr: hop.addr, Secure: strings.EqualFold(hop.proto, "https")}
		if !v.trusted.Contains(hop.addr) {
			break
		}
	}
	return last, nil
}

// single reads a header that the nearest proxy overwrites.
func (v *Resolver) single(r *http.Request, lines []string) (Client, error) {
	addr, ok := parseEntry(lines[0])
	if !ok || len(lines) != 1 {
		return Client{}, ErrInvalid
	}
	return Client{Addr: addr, Secure: v.proto && https(r)}, nil
}

// https reads X-Forwarded-Proto. Several values mean that somebody appended to
// what a client sent, and are not believed.
func https(r *http.Request) bool {
	lines := r.Header["X-Forwarded-Proto"]
	return len(lines) == 1 && strings.EqualFold(strings.Trim(lines[0], " \t"), "https")
}

// backwards yields the entries of a list header from the last to the first.
// Several lines are one list, RFC 9110 section 5.3. A comma always separates:
// that in a quoted string is not looked for, since a client could open a quote
// to the left that swallows what a proxy wrote. The halves of an entry that was
// cut in its quotes are invalid by themselves.
func backwards(lines []string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for more := true; more; {
				i := strings.LastIndexByte(line, ',')
				if !yield(strings.Trim(line[i+1:], " \t")) {
					return
				}
				if more = i >= 0; more {
					line = line[:i]
				}
			}
		}
	}
}
