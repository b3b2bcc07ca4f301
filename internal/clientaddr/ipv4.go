package clientaddr

import (
	"encoding/binary"
	"net/netip"
)

// parseIPv4Port reads what net/http writes for most connections, "192.0.2.1:4711",
// in a part of the time of netip.ParseAddrPort. It is false for everything else,
// which may be an address all the same.
func parseIPv4Port(text string) (netip.Addr, bool) {
	var address, value uint32
	octets, digits := 0, 0
	for i := range len(text) {
		if digit := text[i] - '0'; digit <= 9 {
			if digits > 0 && value == 0 && octets < 4 { // a leading zero
				return netip.Addr{}, false
			}
			value = value*10 + uint32(digit)
			if digits++; digits > 5 {
				return netip.Addr{}, false
			}
			continue
		}
		if digits == 0 || value > 255 || octets == 4 || (octets < 3) != (text[i] == '.') || (octets == 3) != (text[i] == ':') {
			return netip.Addr{}, false
		}
		address, value = address<<8|value, 0
		octets, digits = octets+1, 0
	}
	if octets < 4 || digits == 0 || value > 65535 {
		return netip.Addr{}, false
	}
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], address)
	return netip.AddrFrom4(bytes), true
}
