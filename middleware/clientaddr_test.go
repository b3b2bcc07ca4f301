package middleware_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

const (
	proxy  = "10.0.0.1:443"
	client = "203.0.113.9"
	xff    = "X-Forwarded-For"
)

func behindProxy() middleware.ClientAddrConfig {
	return middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.0/8", "fd00::/8"}}
}

// whoami answers with the address that it sees.
var whoami http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	addr, ok := middleware.RemoteAddr(r)
	if !ok {
		w.Write([]byte("unknown"))
		return
	}
	w.Write([]byte(addr.String()))
})

func bodyOf(res *http.Response) string {
	b, _ := io.ReadAll(res.Body) // of a recorder, which cannot fail
	return string(b)
}

func TestClientAddr(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		cfg    middleware.ClientAddrConfig
		peer   string
		header []string
		want   string // "" for 400
	}{
		{"nobody is trusted", middleware.ClientAddrConfig{}, "192.0.2.1:1", []string{xff, client, "X-Real-IP", client, "Forwarded", "for=" + client, "True-Client-IP", client, "CF-Connecting-IP", client}, "192.0.2.1"}, // A109
		{"the peer is not trusted", behindProxy(), "192.0.2.1:1", []string{xff, client}, "192.0.2.1"},                                                                                                                    // A110
		{"the peer is trusted", behindProxy(), proxy, []string{xff, client}, client},                                                                                                                                     // A111
		{"the client lies", behindProxy(), proxy, []string{xff, "10.0.0.5, " + client}, client},                                                                                                                          // A112
		{"two lines", behindProxy(), proxy, []string{xff, "10.0.0.5", xff, client + ", 10.3.3.3"}, client},                                                                                                               // A113
		{"garbage", behindProxy(), proxy, []string{xff, "nope"}, "unknown"},                                                                                                                                              // A114
		{"all are trusted", behindProxy(), proxy, []string{xff, "10.0.0.7, 10.0.0.8"}, "10.0.0.7"},                                                                                                                       // A115
		{"port and brackets", behindProxy(), proxy, []string{xff, `"[2001:db8::1]:80"`}, "2001:db8::1"},                                                                                                                  // A116
		{"IPv4 in IPv6 everywhere", middleware.ClientAddrConfig{TrustedProxies: []string{"::ffff:10.0.0.0/104"}}, "[::ffff:10.0.0.1]:1", []string{xff, "::ffff:203.0.113.9"}, client},                                    // A117
		{"octal", behindProxy(), proxy, []string{xff, "010.0.0.1"}, "unknown"},                                                                                                                                           // A118
		{"a zone", behindProxy(), "[fd00::1%eth0]:1", []string{xff, "fe80::1%eth0"}, "fe80::1"},                                                                                                                          // A119
		{"NAT64 is not trusted", behindProxy(), "[64:ff9b::a00:1]:1", []string{xff, client}, "64:ff9b::a00:1"},                                                                                                           // A120
		{"multicast", behindProxy(), proxy, []string{xff, "224.0.0.1"}, "unknown"},                                                                                                                                       // A122
		{"ten thousand entries", behindProxy(), proxy, []string{xff, strings.Repeat("1,", 10_000) + client}, ""},                                                                                                         // A123
		{"a Unix socket", middleware.ClientAddrConfig{}, "@", []string{xff, client}, "unknown"},                                                                                                                          // A124
		{"a trusted Unix socket", middleware.ClientAddrConfig{TrustUnixSocket: true}, "@", []string{xff, client}, client},                                                                                                // A124
		{"the header was stripped", behindProxy(), proxy, []string{"Connection", xff}, "unknown"},                                                                                                                        // A62
		{"a header that Connection names", behindProxy(), proxy, []string{"Connection", xff, xff, client}, client},                                                                                                       // A62
		{"a header with one address was stripped", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, DangerouslyTrustHeader: "X-Real-IP"}, proxy, []string{"Connection", "X-Real-IP"}, "unknown"},        // A62
		{"an underscore twin", behindProxy(), proxy, []string{"X_Forwarded_For", client}, "unknown"},                                                                                                                     // A60
		{"Forwarded", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, Header: "Forwarded"}, proxy, []string{"Forwarded", "for=" + client}, client},
		{"a header with one address", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, DangerouslyTrustHeader: "X-Real-IP"}, proxy, []string{"X-Real-IP", client}, client},
		{"strict and garbage", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, Strict: true}, proxy, []string{xff, "nope"}, ""},                                                                      // A114
		{"strict and stripped", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, Strict: true}, proxy, nil, ""},                                                                                       // A62
		{"strict and a twin", middleware.ClientAddrConfig{Strict: true}, "192.0.2.1:1", []string{"X_Forwarded_For", client}, ""},                                                                                       // A60
		{"strict and one address stripped", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, DangerouslyTrustHeader: "X-Real-IP", Strict: true}, proxy, []string{"Connection", "X-Real-IP"}, ""},      // A62
		{"strict and a twin of another header", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, ForwardedProto: true, Strict: true}, proxy, []string{xff, client, "X_Forwarded_Proto", "https"}, ""}, // A60
		{"strict and a twin in small letters", middleware.ClientAddrConfig{Strict: true}, "192.0.2.1:1", []string{"x_forwarded-for", client}, ""},                                                                      // A60
		{"strict and in order", middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.1"}, Strict: true}, proxy, []string{xff, client, "X_Other", "1", "X_Forwarded_Foo", "1"}, client},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := must(middleware.ClientAddr(tt.cfg))(whoami)
			for _, outside := range []wrap{nil, middleware.RequestID} { // with and without a wrapper
				res := serve(middleware.Chain(outside)(h), peer(tt.peer, get(tt.header...)))
				if tt.want == "" {
					refused(t, res, http.StatusBadRequest, "bad-request")
				} else if got := bodyOf(res); got != tt.want {
					t.Errorf("the client is %s, want %s", got, tt.want)
				}
			}
		})
	}
}

// A125
func TestRemoteAddrIsNeverChanged(t *testing.T) {
	t.Parallel()
	r := peer(proxy, get(xff, client))
	h := must(middleware.ClientAddr(behindProxy()))(http.HandlerFunc(func(_ http.ResponseWriter, inner *http.Request) {
		if addr, _ := middleware.RemoteAddr(inner); addr.String() != client || inner.RemoteAddr != proxy {
			t.Errorf("inside, the client is %v and the peer %q", addr, inner.RemoteAddr)
		}
	}))
	serve(h, r)
	if addr, _ := middleware.RemoteAddr(r); r.RemoteAddr != proxy || addr.String() != "10.0.0.1" {
		t.Errorf("outside, the client is %v and the peer %q", addr, r.RemoteAddr)
	}
}

func TestTheInnerClientAddrCounts(t *testing.T) {
	t.Parallel()
	trusting, distrusting := must(middleware.ClientAddr(behindProxy())), must(middleware.ClientAddr(middleware.ClientAddrConfig{}))
	for _, outside := range []wrap{nil, middleware.RequestID} {
		h := middleware.Chain(outside, trusting, distrusting)(whoami)
		if got := bodyOf(serve(h, peer(proxy, get(xff, client)))); got != "10.0.0.1" {
			t.Errorf("the client is %s, want what the inner one found", got)
		}
		h = middleware.Chain(trusting, outside)(whoami)
		if got := bodyOf(serve(h, peer(proxy, get(xff, client)))); got != client {
			t.Errorf("the client is %s, want what the only one found", got)
		}
	}
}

// A61, A60
func TestHeadersOfProxiesAreRemovedFromOthers(t *testing.T) {
	t.Parallel()
	cfg := behindProxy()
	cfg.ProxyHeaders = []string{"x-remote-user", "X-Original-URL", "X-User-ID", "X-Auth-User", "X-Rewrite-URL", "X-Forwarded-Uri"}
	m := must(middleware.ClientAddr(cfg))
	for _, tt := range []struct {
		name, peer string
		header     []string
		want       []string
	}{
		{"from anybody", "192.0.2.1:1", []string{"X-Remote-User", "root", "X-Original-Url", "/admin", "Accept", "a"}, []string{"Accept"}},
		{"from a proxy", proxy, []string{xff, client, "X-Remote-User", "ann"}, []string{xff, "X-Remote-User"}},
		{"others from anybody", "192.0.2.1:1", []string{"X-User-ID", "1", "X-Auth-User", "root", "X-Rewrite-URL", "/", "X-Forwarded-Uri", "/", "x-user-id", "2"}, nil},
		{"others from a proxy", proxy, []string{xff, client, "X-User-ID", "1", "X-Forwarded-Uri", "/"}, []string{xff, "X-Forwarded-Uri", "X-User-Id"}},
		{"twins from anybody", "192.0.2.1:1", []string{"X_Remote_User", "root", "x-original_url", "/", "X_Auth_User", "root"}, nil},
		{"twins from a proxy", proxy, []string{xff, client, "X_REMOTE_USER", "root", "X_Remote-User", "root"}, []string{xff}},
		{"nothing to remove", "192.0.2.1:1", []string{"X_Other", "1"}, []string{"X_other"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := peer(tt.peer, get(tt.header...))
			before := len(r.Header)
			serve(m(http.HandlerFunc(func(_ http.ResponseWriter, inner *http.Request) {
				var got []string
				for name := range inner.Header {
					got = append(got, name)
				}
				slices.Sort(got)
				if !slices.Equal(got, tt.want) {
					t.Errorf("the handler sees %v, want %v", got, tt.want)
				}
			})), r)
			if len(r.Header) != before {
				t.Error("the caller's header was changed")
			}
		})
	}
}

func TestMistakesOfClientAddrAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := middleware.ClientAddr(middleware.ClientAddrConfig{
		TrustedProxies: []string{"10.1.2.3/8", "proxy.example", "0.0.0.0/0"},
		Header:         "X-Real-IP",
		ProxyHeaders:   []string{"X_User", "no name"},
	})
	mentions(t, err, "client address: ", `did you mean "10.0.0.0/8"`, "proxy.example", "0.0.0.0/0 is wider", "DangerouslyTrustHeader", "X_User", "no name")
	for _, cfg := range []middleware.ClientAddrConfig{
		{TrustedProxies: []string{"0.0.0.0/0"}}, // A121
		{TrustedProxies: []string{"::/0"}},
		{DangerouslyTrustHeader: "X-Real-IP"},
		{ForwardedProto: true},
		{TrustedProxies: []string{"10.0.0.1"}, Header: "Forwarded", DangerouslyTrustHeader: "X-Real-IP"},
		{TrustedProxies: []string{"10.0.0.1"}, DangerouslyTrustHeader: "X_Real_IP"},
	} {
		if _, err := middleware.ClientAddr(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}

func TestClientAddrAllocatesNothingWithoutAProxy(t *testing.T) {
	m := must(middleware.ClientAddr(middleware.ClientAddrConfig{ProxyHeaders: []string{"X-Remote-User"}}))
	if n := allocations(t, m(whoamiSilently), peer("192.0.2.1:1", get(xff, client))); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

var whoamiSilently http.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { middleware.RemoteAddr(r) })

// What runs in another goroutine, as behind http.TimeoutHandler, may go on after
// the request; nothing outside reads what it writes.
func TestALateHandlerDoesNotRace(t *testing.T) {
	t.Parallel()
	var j journal
	finished := make(chan struct{})
	late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(finished)
		<-r.Context().Done()
		must(middleware.ClientAddr(behindProxy()))(whoami).ServeHTTP(w, r)
	})
	h := middleware.Chain(middleware.Recover(nil), middleware.RequestID, middleware.AccessLog(middleware.AccessLogConfig{Logger: j.logger()}))(http.TimeoutHandler(late, time.Millisecond, "late"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, peer(proxy, get(xff, client)))
	<-finished
	if w.Code != http.StatusServiceUnavailable || j.line(t)["client"] != "10.0.0.1" {
		t.Errorf("the status is %d, the line %v", w.Code, j.line(t))
	}
}
