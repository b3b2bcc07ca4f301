package clientaddr_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// FuzzPeer compares the quick way through the usual addresses with net/netip.
func FuzzPeer(f *testing.F) {
	for _, text := range []string{
		"192.0.2.1:4711", "10.0.0.1:0", "255.255.255.254:65535", "1.2.3.4:65536", "1.2.3.4:00080", "1.2.3.4:000080", "1.2.3.4:",
		"1.2.3.4", "1.2.3:4", "1.2.3.4.5:6", "01.2.3.4:5", "0.0.0.1:5", "1.2.3.256:5", "1.2.3.1000:5", "1..3.4:5", ".2.3.4:5",
		"1.2.3.4:+5", "1.2.3.4:5 ", " 1.2.3.4:5", "[::1]:80", "::1", "1.2.3.4:99999999999999999999", "99999999999999999999.2.3.4:5", "@", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, ok := netip.Addr{}, false
		if p, err := netip.ParseAddrPort(text); err == nil {
			want, ok = p.Addr(), true
		} else if a, err := netip.ParseAddr(text); err == nil {
			want, ok = a, true
		}
		want = want.Unmap().WithZone("")
		if !ok || want.IsUnspecified() || want.IsMulticast() || want == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
			want, ok = netip.Addr{}, false
		}
		if got, is := clientaddr.Peer(&http.Request{RemoteAddr: text}); got != want || is != ok {
			t.Errorf("Peer(%q) = %v, %t, want %v, %t", text, got, is, want, ok)
		}
	})
}
