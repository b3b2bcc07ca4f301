package clientaddr

import "net/netip"

// parseIPv4Port reads what net/http writes for most connections, "192.0.2.1:4711",
// in a third of the time of netip.ParseAddrPort. It is false for everything else,
// which may be an address all the same.
func parseIPv4Port(text string) (netip.Addr, bool) {
	var octets [4]byte
	i := 0
	for n := range octets {
		value, rest := decimal(text[i:])
		digits := len(text) - i - rest
		end := byte('.')
		if n == len(octets)-1 {
			end = ':'
		}
		if digits < 1 || digits > 3 || value > 255 || digits > 1 && text[i] == '0' || rest == 0 || text[i+digits] != end {
			return netip.Addr{}, false
		}
		octets[n] = byte(value) //nolint:gosec // it is at most 255
		i += digits + 1
	}
	port, rest := decimal(text[i:])
	if digits := len(text) - i; rest > 0 || digits < 1 || digits > 5 || port > 65535 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(octets), true
}

// decimal reads digits up to what is none, and tells how many bytes are left. Of
// more than five digits the value means nothing.
func decimal(text string) (value, rest int) {
	for i := range len(text) {
		c := text[i] - '0'
		if c > 9 {
			return value, len(text) - i
		}
		value = (value*10 + int(c)) & 0xfffff
	}
	return value, 0
}
