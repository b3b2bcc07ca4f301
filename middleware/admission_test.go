package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
)

type seen struct {
	ClientIP netip.Addr `json:"client_ip"`
}

type fromClient struct {
	Client netip.Addr
}

func tellClient(_ context.Context, in fromClient) (seen, error) { return seen{in.Client}, nil }

// api makes an API with one route.
func api(t *testing.T, opts ...router.Option) *router.Router {
	t.Helper()
	r := router.New("test", "1")
	r.Handle(http.MethodGet, "/", di.Depends(tellClient), append(opts, router.Public())...)
	if err := r.Build(); err != nil {
		t.Fatal(err)
	}
	return r
}

const deniedText = "Access denied from this IP"

func addressCases() []struct {
	name     string
	networks []string
	peer     string
	listed   bool
} {
	return []struct {
		name     string
		networks []string
		peer     string
		listed   bool
	}{
		{"in a network", []string{"192.0.2.0/24"}, "192.0.2.77:1", true},
		{"in the second network", []string{"10.0.0.0/8", "192.0.2.0/24"}, "192.0.2.77:1", true},
		{"outside", []string{"192.0.2.0/24"}, "192.0.3.1:1", false},
		{"an address", []string{"192.0.2.7"}, "192.0.2.7:1", true},
		{"its neighbour", []string{"192.0.2.7"}, "192.0.2.8:1", false},
		{"IPv6", []string{"2001:db8::/32"}, "[2001:db8::9]:1", true},
		{"a peer in disguise", []string{"10.0.0.0/8"}, "[::ffff:10.0.0.1]:1", true},          // A117
		{"a peer in hexadecimal disguise", []string{"10.0.0.0/8"}, "[::ffff:a00:1]:1", true}, // A117
		{"a network in disguise", []string{"::ffff:10.0.0.0/104"}, "10.0.0.1:1", true},       // A117, A121
		{"a zone", []string{"fe80::/10"}, "[fe80::1%eth0]:1", true},                          // A119
		{"link-local is not global", []string{"2001:db8::1"}, "[fe80::1%eth0]:1", false},     // A119
		{"NAT64", []string{"10.0.0.0/8"}, "[64:ff9b::a00:1]:1", false},                       // A120
		{"6to4", []string{"10.0.0.0/8"}, "[2002:a00:1::]:1", false},                          // A120
		{"NAT64 that is listed", []string{"64:ff9b::a00:0/104"}, "[64:ff9b::a00:1]:1", true}, // A120
		{"6to4 that is listed", []string{"2002:a00::/24"}, "[2002:a00:1::]:1", true},         // A120
		{"everybody", []string{"0.0.0.0/0"}, "198.51.100.1:1", true},                         // A121
		{"everybody of the other kind", []string{"0.0.0.0/0"}, "[2001:db8::9]:1", false},     // A121
	}
}

// A117, A119, A120, A121
func TestAddressLists(t *testing.T) {
	t.Parallel()
	for _, tt := range addressCases() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, h := range []http.Handler{api(t, middleware.AllowIPs(tt.networks...)), middleware.OnlyIPs(tt.networks...)(whoami)} {
				expectAdmission(t, serve(h, peer(tt.peer, get())), tt.listed)
			}
			for _, h := range []http.Handler{api(t, middleware.DenyIPs(tt.networks...)), middleware.ExceptIPs(tt.networks...)(whoami)} {
				expectAdmission(t, serve(h, peer(tt.peer, get())), !tt.listed)
			}
		})
	}
}

func expectAdmission(t *testing.T, res *http.Response, admitted bool) {
	t.Helper()
	if admitted {
		if res.StatusCode != http.StatusOK {
			t.Errorf("the status is %d, want 200", res.StatusCode)
		}
		return
	}
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("the status is %d, want 403", res.StatusCode)
		return
	}
	if p := problemOf(t, res); p["detail"] != deniedText {
		t.Errorf("the detail is %v, want %q", p["detail"], deniedText)
	}
}

// A114, A122, A124
func TestNobodyWithoutAnAddressIsAdmitted(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"@", "", "0.0.0.0:1", "224.0.0.1:1"} {
		for _, h := range []http.Handler{
			api(t, middleware.AllowIPs("0.0.0.0/0", "::/0")), api(t, middleware.DenyIPs("192.0.2.1")),
			middleware.OnlyIPs("0.0.0.0/0", "::/0")(whoami), middleware.ExceptIPs("192.0.2.1")(whoami),
		} {
			expectAdmission(t, serve(h, peer(addr, get())), false)
		}
	}
}

// A112, A114: the proxy's own address is on the list, and does not help a client
// that cannot be determined.
func TestAProxyOnTheListLetsNobodyElseIn(t *testing.T) {
	t.Parallel()
	for _, header := range [][]string{nil, {xff, "nope"}, {xff, "10.0.0.9, " + client}, {xff, client + ", _x"}} {
		h := must(middleware.ClientAddr(behindProxy()))(api(t, middleware.AllowIPs("10.0.0.0/8")))
		expectAdmission(t, serve(h, peer(proxy, get(header...))), false)
	}
}

// A121
func TestAnEmptyListAdmitsNobody(t *testing.T) {
	t.Parallel()
	expectAdmission(t, serve(api(t, middleware.AllowIPs()), peer("192.0.2.1:1", get())), false)
	expectAdmission(t, serve(middleware.OnlyIPs()(whoami), peer("192.0.2.1:1", get())), false)
	panics(t, "DenyIPs: nobody is kept out", func() { middleware.DenyIPs() })
	panics(t, "ExceptIPs: nobody is kept out", func() { middleware.ExceptIPs() })
}

// A121
func TestMistakesOfAListArePanics(t *testing.T) {
	t.Parallel()
	panics(t, `middleware: AllowIPs: "10.1.2.3/8" has bits beyond its length`, func() { middleware.AllowIPs("10.1.2.3/8") })
	panics(t, `"localhost" is neither`, func() { middleware.OnlyIPs("10.0.0.0/8", "localhost") })
}

// A121. It replaces the default logger, so it does not run in parallel.
func TestAListOfEverybodyIsLogged(t *testing.T) {
	var buf bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&buf, nil)))
	defer slog.SetDefault(before)
	middleware.AllowIPs("10.0.0.0/8")
	if buf.Len() > 0 {
		t.Errorf("a usual list is logged: %s", buf.String())
	}
	for network, logged := range map[string]string{"0.0.0.0/0": "0.0.0.0/0", "::/0": "::/0", "::ffff:0.0.0.0/96": "0.0.0.0/0"} {
		for name, list := range map[string]func(){
			"AllowIPs": func() { middleware.AllowIPs("10.0.0.0/8", network) }, "OnlyIPs": func() { middleware.OnlyIPs(network) },
			"DenyIPs": func() { middleware.DenyIPs(network) }, "ExceptIPs": func() { middleware.ExceptIPs(network) },
		} {
			buf.Reset()
			list()
			if want := "list=" + name + " network=" + logged + "\n"; !strings.Contains(buf.String(), "level=WARN") || !strings.HasSuffix(buf.String(), want) {
				t.Errorf("%s(%q) logs %q, want a warning with %q", name, network, buf.String(), want)
			}
		}
	}
}

// S238
func TestHandlersGetTheAddress(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]router.Option{
		"required":   {middleware.ClientIP()},
		"allowed":    {middleware.AllowIPs("203.0.113.0/24")},
		"several":    {middleware.AllowIPs("203.0.113.0/24"), middleware.DenyIPs("203.0.113.10"), middleware.AllowIPs(client)},
		"both":       {middleware.ClientIP(), middleware.AllowIPs("203.0.113.0/24")},
		"not denied": {middleware.DenyIPs("10.0.0.0/8")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := must(middleware.ClientAddr(behindProxy()))(api(t, opts...))
			res := serve(h, peer(proxy, get(xff, client)))
			if got := bodyOf(res); got != `{"client_ip":"`+client+`"}` {
				t.Errorf("the answer is %d %s", res.StatusCode, got)
			}
		})
	}
	res := serve(api(t, middleware.ClientIP()), peer("@", get()))
	if got := bodyOf(res); got != `{"client_ip":""}` {
		t.Errorf("without an address the answer is %d %s", res.StatusCode, got)
	}
}

func TestEveryListOnARouteCounts(t *testing.T) {
	t.Parallel()
	h := api(t, middleware.AllowIPs("192.0.2.0/24"), middleware.AllowIPs("192.0.2.7"))
	expectAdmission(t, serve(h, peer("192.0.2.7:1", get())), true)
	expectAdmission(t, serve(h, peer("192.0.2.8:1", get())), false)
}

// L11
func TestAListDocumentsItself(t *testing.T) {
	t.Parallel()
	r := api(t, middleware.AllowIPs("10.0.0.0/8", "::1"), middleware.DenyIPs("10.6.6.6"))
	document, err := r.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Paths map[string]map[string]struct {
			Description string         `json:"description"`
			Responses   map[string]any `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	op := d.Paths["/"]["get"]
	for _, text := range []string{"an address in `10.0.0.0/8`, `::1`", "an address outside of `10.6.6.6`"} {
		if !strings.Contains(op.Description, text) {
			t.Errorf("the description does not mention %q: %s", text, op.Description)
		}
	}
	if op.Responses["403"] == nil {
		t.Error("403 is not documented")
	}
	audit := r.Audit()[0]
	if len(audit.Conditions) != 2 || audit.Chain[0].Stage != "admission" {
		t.Errorf("the audit says %+v", audit)
	}
}

func TestAddressListsAllocateNothing(t *testing.T) {
	h := middleware.Chain(middleware.OnlyIPs("10.0.0.0/8", "192.0.2.1"), middleware.ExceptIPs("192.0.2.2"))(silent)
	if n := allocations(t, h, peer("192.0.2.1:1", get())); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
