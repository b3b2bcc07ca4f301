package middleware

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// An origin is a web origin, RFC 6454, or a pattern of such: with a wildcard it
// stands for all subdomains of its host.
type origin struct {
	scheme, host, port string
	wildcard           bool
}

// maxOrigin is more than a scheme, a domain of 253 bytes and a port.
const maxOrigin = 320

// parseOrigin reads an origin as browsers serialise it, RFC 6454 section 6.2.
// What they would never send is a mistake.
func parseOrigin(text string) (origin, error) {
	scheme, rest, found := strings.Cut(text, "://")
	o := origin{scheme: scheme}
	switch {
	case !found || !isScheme(scheme) || scheme == "file":
		return o, fmt.Errorf("%q is no origin; want a scheme, in lower case, and a host, such as \"https://app.example.com\"", text)
	case strings.ContainsAny(rest, "/?#@"):
		return o, fmt.Errorf("%q has more than a scheme, a host and a port; an origin ends there, without a slash", text)
	}
	rest, o.wildcard = strings.CutPrefix(rest, "*.")
	var ok bool
	if o.host, o.port, ok = splitHost(rest); !ok {
		return o, fmt.Errorf("%q: %q is no host as browsers send it: lower case, punycode, no final dot, no other wildcard than a leading \"*.\"", text, rest)
	}
	if o.port == "443" && scheme == "https" || o.port == "80" && scheme == "http" {
		return o, fmt.Errorf("%q: browsers leave the default port out; write %q", text, strings.TrimSuffix(text, ":"+o.port))
	}
	return o, o.hostMistake(text)
}

func (o origin) hostMistake(text string) error {
	addr, err := netip.ParseAddr(strings.Trim(o.host, "[]"))
	last := o.host[strings.LastIndexByte(o.host, '.')+1:]
	switch {
	case err == nil && o.wildcard:
		return fmt.Errorf("%q: an address has no subdomains", text)
	case err == nil && addr.String() != strings.Trim(o.host, "[]"):
		return fmt.Errorf("%q: browsers write the address %q", text, addr)
	case err != nil && strings.Trim(last, "0123456789") == "":
		return fmt.Errorf("%q: %q is neither a domain nor an address", text, o.host)
	}
	return nil
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || !('0' <= c && c <= '9' || strings.IndexByte("+-.", c) >= 0)) {
			return false
		}
	}
	return s != ""
}

// plain reports whether what is sent between here and a page of the origin can
// be read and changed on the way.
func (o origin) plain() bool {
	if o.scheme != "http" {
		return false
	}
	addr, err := netip.ParseAddr(strings.Trim(o.host, "[]"))
	loopback := err == nil && addr.IsLoopback() || o.host == "localhost" || strings.HasSuffix(o.host, ".localhost")
	return !loopback
}

// An originPattern is a wildcard origin, cut where an origin is compared.
type originPattern struct {
	prefix string // "https://"
	suffix string // ".example.com:8443"
}

func (o origin) pattern() originPattern {
	p := originPattern{o.scheme + "://", "." + o.host}
	if o.port != "" {
		p.suffix += ":" + o.port
	}
	return p
}

// match reports whether text is the origin of a subdomain: one label or more
// in place of the star.
func (p originPattern) match(text string) bool {
	if len(text) <= len(p.prefix)+len(p.suffix) || !strings.HasPrefix(text, p.prefix) || !strings.HasSuffix(text, p.suffix) {
		return false
	}
	return isDomain(text[len(p.prefix) : len(text)-len(p.suffix)])
}

var errPublicSuffix = errors.New("anybody can have a domain below it")

// publicSuffix reports whether strangers can register domains below a domain,
// as far as that can be told without the Public Suffix List: top-level domains,
// the usual second level of country domains, and where many people host pages.
func publicSuffix(domain string) bool {
	name, country, found := strings.Cut(domain, ".")
	switch {
	case !found:
		return domain != "localhost"
	case len(country) == 2:
		switch name {
		case "ac", "co", "com", "edu", "gob", "gouv", "gov", "info", "ltd", "me", "mil", "ne", "net", "nom", "or", "org", "plc", "sch":
			return true
		}
	}
	switch domain {
	case "appspot.com", "azurecontainerapps.io", "azurewebsites.net", "bitbucket.io", "blogspot.com", "cloudapp.net",
		"cloudfront.net", "codeberg.page", "deno.dev", "elasticbeanstalk.com", "firebaseapp.com", "fly.dev", "github.dev",
		"github.io", "gitlab.io", "glitch.me", "herokuapp.com", "myshopify.com", "netlify.app", "ngrok-free.app", "ngrok.app",
		"ngrok.io", "now.sh", "onrender.com", "pages.dev", "railway.app", "readthedocs.io", "repl.co", "replit.app", "replit.dev",
		"run.app", "s3.amazonaws.com", "surge.sh", "translate.goog", "trycloudflare.com", "vercel.app", "vercel.dev", "web.app",
		"workers.dev":
		return true
	}
	return false
}
