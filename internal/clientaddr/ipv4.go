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
	var address ipv4
	for _, end := range [...]byte{'.', '.', '.', ':'} {
		value, digits := parseDigits(text, 3)
		if digits == 0 || digits > 1 && text[0] == '0' || value > 255 || digits == len(text) || text[digits] != end {
			return 0, false
		}
		address = address<<8 | ipv4(value)
		text = text[digits+1:]
	}
	port, digits := parseDigits(text, 5)
	return address, digits > 0 && digits == len(text) && port <= 65535
}

// parseDigits reads so many digits at most.
func parseDigits(text string, most int) (value uint32, digits int) {
	for digits < len(text) && digits < most && text[digits]-'0' <= 9 {
		value = value*10 + uint32(text[digits]-'0')
		digits++
	}
	return value, digits
}
