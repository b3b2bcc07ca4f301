package clientaddr_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

func prefixCases() []struct{ name, text, want, mistake string } {
	return []struct{ name, text, want, mistake string }{
		{"a network", "10.0.0.0/8", "10.0.0.0/8", ""},
		{"an address", "192.0.2.1", "192.0.2.1/32", ""},
		{"an IPv6 address", "2001:db8::1", "2001:db8::1/128", ""},
		{"an IPv6 network", "2001:db8::/32", "2001:db8::/32", ""},
		{"everybody", "0.0.0.0/0", "0.0.0.0/0", ""},                                                // A121
		{"a wrapped network", "::ffff:10.0.0.0/104", "10.0.0.0/8", ""},                             // A117, A121
		{"a wrapped address", "::ffff:10.0.0.1", "10.0.0.1/32", ""},                                // A117
		{"a wrapped network that is too wide", "::ffff:0:0/80", "", "write an IPv4 network"},       // A121
		{"bits beyond the length", "10.1.2.3/8", "", `did you mean "10.0.0.0/8"`},                  // A121
		{"wrapped bits beyond the length", "::ffff:10.1.2.3/104", "", `did you mean "10.0.0.0/8"`}, // A121
		{"a host name", "localhost", "", "neither an IP address nor a network"},                    // A121
		{"a host name with a length", "localhost/8", "", "is no network"},                          // A121
		{"nothing", "", "", "neither an IP address nor a network"},
		{"octal", "010.0.0.0/8", "", "is no network"}, // A118
		{"a length that is too long", "10.0.0.0/33", "", "is no network"},
		{"a zone", "fe80::1%eth0", "", "zone"},             // A119
		{"a zone and a length", "fe80::%1/64", "", "zone"}, // A119
		{"space", " 10.0.0.0/8", "", "is no network"},
	}
}

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	for _, tt := range prefixCases() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := clientaddr.ParsePrefix(tt.text)
			switch {
			case tt.mistake == "" && (err != nil || p.String() != tt.want):
				t.Errorf("ParsePrefix(%q) = %v, %v, want %s", tt.text, p, err, tt.want)
			case tt.mistake != "" && (err == nil || !strings.Contains(err.Error(), tt.mistake)):
				t.Errorf("ParsePrefix(%q) = %v, %v, want an error with %q", tt.text, p, err, tt.mistake)
			}
		})
	}
}

func TestParsePrefixesTellsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := clientaddr.ParsePrefixes("10.0.0.0/8", "nope", "10.1.2.3/8")
	if err == nil || !strings.Contains(err.Error(), "nope") || !strings.Contains(err.Error(), "10.1.2.3/8") {
		t.Errorf("the error is %v", err)
	}
	if list, err := clientaddr.ParsePrefixes("10.0.0.0/8", "::1"); err != nil || len(list) != 2 {
		t.Errorf("ParsePrefixes = %v, %v", list, err)
	}
}

func TestASetContainsWhatItsNetworksDo(t *testing.T) {
	t.Parallel()
	list, err := clientaddr.ParsePrefixes("10.0.0.0/8", "192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "fe80::/10")
	if err != nil {
		t.Fatal(err)
	}
	set := clientaddr.NewSet(append(list, netip.MustParsePrefix("::ffff:172.16.0.0/108"))...)
	if set.Len() != 6 {
		t.Errorf("Len() = %d, want 6", set.Len())
	}
	for addr, want := range map[string]bool{
		"10.255.0.1": true, "11.0.0.1": false, "192.0.2.200": true, "172.31.0.1": true, "172.32.0.1": false,
		"::ffff:10.0.0.1": true, "2001:db8:1::1": true, "2001:db9::1": false, // A117
		"fe80::1%eth0": true, "::1": false, // A119
		"64:ff9b::a00:1": false, "2002:a00:1::": false, // A120
	} {
		if got := set.Contains(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Contains(%s) = %t, want %t", addr, got, want)
		}
	}
	if set.Contains(netip.Addr{}) || (clientaddr.Set{}).Contains(netip.MustParseAddr("10.0.0.1")) {
		t.Error("no address, or no network, is contained")
	}
}

func FuzzParsePrefix(f *testing.F) {
	for _, tt := range prefixCases() {
		f.Add(tt.text, "10.0.0.1")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		p, err := clientaddr.ParsePrefix(text)
		if err != nil {
			return
		}
		if again, err := clientaddr.ParsePrefix(p.String()); err != nil || again != p {
			t.Errorf("ParsePrefix(%q) = %v, and of that %v, %v", text, p, again, err)
		}
		set := clientaddr.NewSet(p)
		if !set.Contains(p.Addr()) {
			t.Errorf("%v does not contain its address", p)
		}
		if a, err := netip.ParseAddr(other); err == nil && set.Contains(a) != p.Contains(a.Unmap().WithZone("")) {
			t.Errorf("%v and its set disagree about %v", p, a)
		}
	})
}
