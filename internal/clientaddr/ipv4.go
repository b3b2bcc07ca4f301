package clientaddr

import (
	"encoding/binary"
	"math"
	"net/netip"
)

// An ipv4 is an address as a number.
type ipv4 uint32

// addr returns the address, as plain does.
func (a ipv4) addr() (netip.Addr, bool) {
	if a == 0 || a == math.MaxUint32 || a>>28 == 0b1110 { // unspecified, broadcast, multicast
		return netip.Addr{}, false
	}
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], uint32(a))
	return netip.AddrFrom4(bytes), true
}

// parseIPv4Port reads what net/http writes for most connections, "192.0.2.1:4711",
// in a part of the time of netip.ParseAddrPort. It is false for everything else,
// which may be an address all the same.
func parseIPv4Port(text string) (ipv4, bool) {
	var address, part ipv4
	start, dots := 0, 0
	for i := range len(text) {
		if digit := text[i] - '0'; digit <= 9 {
			part = 10*part + ipv4(digit)
			continue
		}
		digits := i - start
		if digits == 0 || digits > 3 || part > 255 || digits > 1 && text[start] == '0' {
			return 0, false // some take a leading zero for octal
		}
		address = address<<8 | part
		if dots == 3 {
			return address, text[i] == ':' && isPort(text[i+1:])
		}
		if text[i] != '.' {
			return 0, false
		}
		start, part, dots = i+1, 0, dots+1
	}
	return 0, false
}
