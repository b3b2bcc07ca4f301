package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/mortise-go/mortise/internal/ascii"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/problem"
)

// HostAllowlist serves requests for the given hosts only, so that whatever is
// built from the Host header is built from one of them:
//
//	"api.example.com"       this host, on any port
//	"api.example.com:8443"  this host on this port
//	"*.example.com"         every host below example.com, on any port
//	"192.0.2.1", "[::1]"    an address
//
// Letter case does not matter. A host that is not on the list is answered with
// 421 (RFC 9110 section 15.5.20); one that is missing or malformed, as an
// HTTP/1.0 client may send it, with 400. The host of a target in absolute form
// is the one that counts (RFC 9112 section 3.2.2). X-Forwarded-Host is not read:
// have the proxy pass Host on.
//
// The error joins all mistakes of the list.
func HostAllowlist(hosts ...string) (func(http.Handler) http.Handler, error) {
	list, err := newHostList(hosts)
	if err != nil {
		return nil, mistake.Prefixed("host allowlist: ", err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if refusal := list.check(r); refusal != nil {
				refuse(w, r, refusal)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, nil
}

var (
	errNoHost    = problem.BadRequest("the request does not say which host it is for")
	errBadHost   = problem.BadRequest("the host of the request cannot be read")
	errOtherHost = problem.New(http.StatusMisdirectedRequest, "", "this server does not serve that host")
)

type hostList struct {
	exact   map[string]struct{} // "host" and "host:port", in lower case
	domains []string            // ".example.com"
}

func newHostList(hosts []string) (*hostList, error) {
	l := &hostList{exact: make(map[string]struct{}, len(hosts))}
	var mistakes []error
	if len(hosts) == 0 {
		mistakes = append(mistakes, errors.New("no host is named, so nothing would be served"))
	}
	for _, host := range hosts {
		mistakes = append(mistakes, l.add(ascii.Lower(host)))
	}
	return l, errors.Join(mistakes...)
}

func (l *hostList) add(host string) error {
	if domain, found := strings.CutPrefix(host, "*."); found {
		if !isDomain(domain) || !strings.Contains(domain, ".") {
			return fmt.Errorf("%q: behind \"*.\" a domain of at least two labels is needed, without a port", host)
		}
		l.domains = append(l.domains, "."+domain)
		return nil
	}
	name, port, ok := splitHost(host)
	if !ok {
		return fmt.Errorf("%q is neither a host, nor host:port, nor *.domain; leave out the scheme and the path", host)
	}
	if port != "" {
		name += ":" + port
	}
	l.exact[name] = struct{}{}
	return nil
}

// check returns the refusal, or nil.
func (l *hostList) check(r *http.Request) *problem.Problem {
	if r.Host == "" {
		return errNoHost
	}
	host := ascii.Lower(r.Host)
	name, port, ok := splitHost(host)
	if !ok || r.URL.User != nil || r.URL.Host != "" && !strings.EqualFold(r.URL.Host, r.Host) {
		return errBadHost
	}
	if _, found := l.exact[name]; found {
		return nil
	}
	if _, found := l.exact[host]; found && port != "" {
		return nil
	}
	for _, d := range l.domains {
		if len(name) > len(d) && strings.HasSuffix(name, d) {
			return nil
		}
	}
	return errOtherHost
}

// splitHost splits uri-host [":" port], RFC 9110 section 7.2, and reports
// whether both are what they should be. Userinfo, spaces, percent signs and a
// final dot have no place there.
func splitHost(s string) (host, port string, ok bool) {
	host = s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strings.HasPrefix(port, "0") {
			return "", "", false
		}
	}
	if inner, found := strings.CutPrefix(host, "["); found {
		inner, closed := strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		return host, port, closed && err == nil && a.Is6() && a.Zone() == ""
	}
	return host, port, isDomain(host)
}

// isDomain reports whether s is letters, digits, hyphens and underscores in
// labels of 1 to 63, in lower case, 253 bytes at most. An IPv4 address is one.
func isDomain(s string) bool {
	if len(s) > 253 {
		return false
	}
	label := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.' && label > 0:
			label = 0
		case c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z':
			label++
		default:
			return false
		}
		if label > 63 {
			return false
		}
	}
	return label > 0
}
