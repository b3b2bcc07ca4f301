package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/mortise-go/mortise/internal/clientaddr"
	routed "github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/problem"
)

// ClientAddrConfig says which proxies stand in front, and how they name their
// client. The zero value trusts nobody: the client is the peer of the
// connection, whatever the headers say.
type ClientAddrConfig struct {
	// TrustedProxies are the networks ("10.0.0.0/8") or addresses of your own
	// proxies. Headers of anybody else are not read. Name the proxies and not
	// the network that your clients are in too. Networks wider than any private
	// one are refused.
	TrustedProxies []string

	// TrustUnixSocket trusts whoever connects over a Unix domain socket, where
	// the peer has no address. Without it the client of such a connection
	// cannot be determined.
	TrustUnixSocket bool

	// Header is what the proxies write: "X-Forwarded-For", the default, or
	// "Forwarded" (RFC 7239). Both are lists, to which each proxy appends the
	// address of whoever it was called by. They are read from the right, and
	// the client is the first address that is no trusted proxy; if all are, the
	// leftmost.
	Header string

	// DangerouslyTrustHeader names a header with a single address, such as
	// "X-Real-IP" or "CF-Connecting-IP", to be read instead. It is dangerous
	// because there is no list to check: every trusted proxy must overwrite the
	// header, always. If one passes it on, clients choose their address.
	DangerouslyTrustHeader string

	// ForwardedProto believes the trusted proxies when X-Forwarded-Proto is
	// "https", for [HTTPSOnly] and [SecurityHeaders]. Have them overwrite it.
	// With Header "Forwarded" its proto parameter is read instead, always.
	ForwardedProto bool

	// Strict answers 400 when the client cannot be determined, and when there
	// is a header such as X_Forwarded_For, which some servers take for the one
	// with hyphens. Without it, such requests go on without an address: no
	// list of addresses lets them in, and they share one rate limit.
	Strict bool

	// ProxyHeaders are further headers that only trusted proxies may send, such
	// as "X-Remote-User" and "X-Original-URL". They are removed from requests
	// of anybody else. Spellings with underscores are removed from all
	// requests.
	ProxyHeaders []string
}

// ClientAddr determines the address of the client and keeps it in the request's
// context, for [ClientIP], [AllowIPs], rate limits and the log. RemoteAddr
// stays the peer. The error joins all mistakes of the configuration.
//
// A list of more than 50 entries or 4 KiB is answered with 400.
func ClientAddr(cfg ClientAddrConfig) (func(http.Handler) http.Handler, error) {
	a, err := newAddressing(cfg)
	if err != nil {
		return nil, mistake.Prefixed("client address: ", err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, next) })
	}, nil
}

// An addressing is a checked ClientAddrConfig.
type addressing struct {
	resolver *clientaddr.Resolver
	strict   bool
	proxied  []string // headers for proxies only, in their canonical form
	read     []string // headers that are read here
}

func newAddressing(cfg ClientAddrConfig) (*addressing, error) {
	trusted, err := clientaddr.ParsePrefixes(cfg.TrustedProxies...)
	mistakes := []error{err, headerMistake(cfg)}
	header := cfg.Header
	if cfg.DangerouslyTrustHeader != "" {
		header = cfg.DangerouslyTrustHeader
	}
	resolver, err := clientaddr.New(clientaddr.Config{
		Trusted:         trusted,
		TrustUnixSocket: cfg.TrustUnixSocket,
		Header:          header,
		Proto:           cfg.ForwardedProto,
	})
	mistakes = append(mistakes, err)
	a := &addressing{resolver: resolver, strict: cfg.Strict}
	for _, name := range cfg.ProxyHeaders {
		if !isToken(name) || strings.Contains(name, "_") {
			mistakes = append(mistakes, fmt.Errorf("the proxy header %q has to be a field name, with hyphens and without underscores", name))
		}
		a.proxied = append(a.proxied, http.CanonicalHeaderKey(name))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	a.read = []string{resolver.Header()}
	if cfg.ForwardedProto {
		a.read = append(a.read, "X-Forwarded-Proto")
	}
	return a, nil
}

func headerMistake(cfg ClientAddrConfig) error {
	header := http.CanonicalHeaderKey(cfg.Header)
	switch {
	case header != "" && header != clientaddr.XForwardedFor && header != clientaddr.Forwarded:
		return fmt.Errorf("the header %q is no list of proxies; want %q or %q, or name it in DangerouslyTrustHeader", cfg.Header, clientaddr.XForwardedFor, clientaddr.Forwarded)
	case header != "" && cfg.DangerouslyTrustHeader != "":
		return fmt.Errorf("both %q and %q are to be read; keep one of them", cfg.Header, cfg.DangerouslyTrustHeader)
	case (cfg.DangerouslyTrustHeader != "" || cfg.ForwardedProto) && len(cfg.TrustedProxies) == 0 && !cfg.TrustUnixSocket:
		return errors.New("a header is to be believed, but nobody who sends it; name the TrustedProxies")
	}
	return nil
}

func (a *addressing) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if a.strict && hasTwin(r.Header, a.read) {
		refuse(w, r, problem.BadRequest("a header for proxies is spelt with an underscore"))
		return
	}
	c, err := a.resolver.Client(r)
	if err != nil && (a.strict || errors.Is(err, clientaddr.ErrTooLong)) {
		refuse(w, r, problem.BadRequest("the address of the client cannot be determined").Because(err))
		return
	}
	if len(a.proxied) > 0 {
		r = a.withoutProxyHeaders(w, r)
	}
	next.ServeHTTP(w, known(w, r, c))
}

// known puts the client into the context, unless the request says it anyway.
func known(w http.ResponseWriter, r *http.Request, c clientaddr.Client) *http.Request {
	if e := exchangeOf(w); e != nil {
		r, v := e.attach(r)
		v.slot.Set(c)
		return r
	}
	peer, ok := clientaddr.Peer(r)
	if ok && c == (clientaddr.Client{Addr: peer}) && clientaddr.SlotOf(r.Context()) == nil {
		return r
	}
	return r.WithContext(clientaddr.WithClient(r.Context(), c))
}

// withoutProxyHeaders removes what only proxies may send. The request is copied
// first if there is anything to remove: its header belongs to the caller.
func (a *addressing) withoutProxyHeaders(w http.ResponseWriter, r *http.Request) *http.Request {
	trusted := a.resolver.Trusts(r)
	var cleaned http.Header
	for name := range r.Header {
		if !a.reserved(name, trusted) {
			continue
		}
		if cleaned == nil {
			cleaned = r.Header.Clone()
		}
		delete(cleaned, name)
	}
	if cleaned == nil {
		return r
	}
	c := *r
	c.Header = cleaned
	return copied(w, &c)
}

// reserved reports whether a header may not come from this peer.
func (a *addressing) reserved(name string, trusted bool) bool {
	for _, p := range a.proxied {
		if !trusted && name == p || isTwin(name, p) {
			return true
		}
	}
	return false
}

func hasTwin(h http.Header, names []string) bool {
	for have := range h {
		for _, name := range names {
			if isTwin(have, name) {
				return true
			}
		}
	}
	return false
}

// isTwin reports whether have differs from name in underscores only, so that a
// server which turns hyphens into underscores takes it for name.
func isTwin(have, name string) bool {
	if len(have) != len(name) || !strings.Contains(have, "_") {
		return false
	}
	for i := range len(have) {
		a, b := lower(have[i]), lower(name[i])
		if a != b && (a != '_' || b != '-') {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// RemoteAddr returns the address of the client as [ClientAddr] determined it,
// or the peer of the connection where that did not run. ok is false when it
// cannot be determined: let nobody in for the zero Addr. An IPv4 address is
// never wrapped in IPv6, and there is no zone.
func RemoteAddr(r *http.Request) (addr netip.Addr, ok bool) { return clientaddr.Of(r) }

// refuse answers with a problem, and does not wait for the body. The client may be
// gone, and nobody is left to tell.
func refuse(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	routed.LeaveUnread(w, r)
	_ = problem.Write(w, r, p)
}
