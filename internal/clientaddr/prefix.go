package clientaddr

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ParsePrefixes reads networks in CIDR notation, "10.0.0.0/8", and single
// addresses. The error joins what is wrong with each of them; those that are right are
// returned in any case, so that more can be said about them.
func ParsePrefixes(list ...string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	var mistakes []error
	for _, s := range list {
		p, err := ParsePrefix(s)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, errors.Join(mistakes...)
}

// ParsePrefix reads a network in CIDR notation, or a single address. A network
// of IPv4 addresses wrapped in IPv6, "::ffff:10.0.0.0/104", becomes the IPv4
// network. Bits beyond the length of the prefix, zones and host names are
// errors.
func ParsePrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "%") {
		return netip.Prefix{}, fmt.Errorf("%q has a zone, which says nothing about a client; leave it out", s)
	}
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is neither an IP address nor a network such as \"10.0.0.0/8\"", s)
		}
		return unmapped(s, netip.PrefixFrom(a, a.BitLen()))
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network; want an address and a length, such as \"10.0.0.0/8\"", s)
	}
	return unmapped(s, p)
}

// mappedBits is the length of ::ffff:0:0/96, which wraps the IPv4 addresses, RFC
// 4291 section 2.5.5.2.
const mappedBits = 96

// fold turns an IPv4 network in disguise into what it is.
func fold(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= mappedBits {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
	}
	return p
}

func unmapped(s string, p netip.Prefix) (netip.Prefix, error) {
	if p.Addr().Is4In6() && p.Bits() < mappedBits {
		return netip.Prefix{}, fmt.Errorf("%q wraps IPv4 addresses in IPv6 and reaches beyond them; write an IPv4 network", s)
	}
	p = fold(p)
	if m := p.Masked(); m != p {
		return netip.Prefix{}, fmt.Errorf("%q has bits beyond its length; did you mean %q or %q?", s, m, p.Addr())
	}
	return p, nil
}

// A Set is a set of networks. The zero Set is empty. It is immutable.
type Set struct {
	v4, v6   []int // the lengths that occur
	networks map[netip.Prefix]struct{}
}

// NewSet makes a set of networks as [ParsePrefix] returns them.
func NewSet(prefixes ...netip.Prefix) Set {
	s := Set{networks: make(map[netip.Prefix]struct{}, len(prefixes))}
	for _, p := range prefixes {
		p = fold(p).Masked()
		s.networks[p] = struct{}{}
		lengths := &s.v6
		if p.Addr().Is4() {
			lengths = &s.v4
		}
		if !slices.Contains(*lengths, p.Bits()) {
			*lengths = append(*lengths, p.Bits())
		}
	}
	return s
}

// Contains reports whether an address is in one of the networks. An IPv4
// address wrapped in IPv6 counts as itself, and zones don't count. What it costs
// grows with the number of different lengths, not with that of networks.
func (s Set) Contains(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	lengths := s.v6
	if addr.Is4() {
		lengths = s.v4
	}
	for _, n := range lengths {
		p, err := addr.Prefix(n)
		if err != nil {
			return false
		}
		if _, found := s.networks[p]; found {
			return true
		}
	}
	return false
}

// Len returns the number of networks.
func (s Set) Len() int { return len(s.networks) }
