package clientaddr

import (
	"net/netip"
	"strings"
)

// parseEntry reads an address as proxies write it in X-Forwarded-For: bare, in
// quotes, in brackets, with a port; and nothing else around it.
func parseEntry(s string) (netip.Addr, bool) {
	s = strings.Trim(s, " \t")
	if n := len(s); n >= 2 && s[0] == '"' && s[n-1] == '"' {
		s = s[1 : n-1]
	}
	return parseNode(s, false)
}

// parseNode reads an address with an optional port. An IPv6 address that has a
// port stands in brackets. Only in Forwarded may a port be obfuscated, and an
// IPv6 address may not stand without brackets.
func parseNode(s string, rfc7239 bool) (netip.Addr, bool) {
	fits := isPort
	if rfc7239 {
		fits = isNodePort
	}
	if inner, found := strings.CutPrefix(s, "["); found {
		host, rest, closed := strings.Cut(inner, "]")
		port, hasPort := strings.CutPrefix(rest, ":")
		if !closed || rest != "" && (!hasPort || !fits(port)) {
			return netip.Addr{}, false
		}
		a, err := netip.ParseAddr(host)
		if err != nil || !a.Is6() {
			return netip.Addr{}, false
		}
		return plain(a)
	}
	if host, port, found := strings.Cut(s, ":"); found && !strings.Contains(port, ":") {
		if !fits(port) {
			return netip.Addr{}, false
		}
		s = host
	}
	a, err := netip.ParseAddr(s)
	if err != nil || rfc7239 && a.Is6() {
		return netip.Addr{}, false
	}
	return plain(a)
}

// obfuscated are the characters of a made-up name, RFC 7239 section 6.3.
const obfuscated = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// isNodePort reports whether s is a node-port, RFC 7239 section 6: digits, or "_" and
// a made-up name.
func isNodePort(s string) bool {
	if name, found := strings.CutPrefix(s, "_"); found {
		return name != "" && strings.Trim(name, obfuscated) == ""
	}
	return isPort(s)
}

// isPort reports whether s is up to five digits that make a port.
func isPort(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	return 0 < len(s) && len(s) <= 5 && n <= 65535
}

// A hop is what one proxy says in Forwarded.
type hop struct {
	addr  netip.Addr
	proto string
}

// parseHop reads a forwarded-element, RFC 7239 section 4. It has to have a for
// parameter that is an address; each parameter stands there once.
func parseHop(s string) (hop, bool) {
	var h hop
	for more := true; more; {
		name, value, rest, ok := cutPair(s)
		if !ok {
			return hop{}, false
		}
		switch {
		case strings.EqualFold(name, "for"):
			addr, ok := parseNode(value, true)
			if !ok || h.addr.IsValid() {
				return hop{}, false
			}
			h.addr = addr
		case strings.EqualFold(name, "proto"):
			if h.proto != "" { // a value is never empty
				return hop{}, false
			}
			h.proto = value
		}
		s, more = strings.CutPrefix(rest, ";")
	}
	return h, s == "" && h.addr.IsValid()
}

// cutPair reads name=value and returns what follows. A pair may be empty, as
// the grammar allows.
func cutPair(s string) (name, value, rest string, ok bool) {
	n := tokenLen(s)
	if n == 0 {
		return "", "", s, s == "" || s[0] == ';'
	}
	name, s = s[:n], s[n:]
	s, found := strings.CutPrefix(s, "=")
	if !found {
		return "", "", "", false
	}
	if quoted, found := strings.CutPrefix(s, `"`); found {
		// A quoted-pair, a backslash and any character, has no use in what is
		// read here, and a value with one is refused.
		i := strings.IndexByte(quoted, '"')
		if i < 0 || strings.Contains(quoted[:i], `\`) {
			return "", "", "", false
		}
		value, rest = quoted[:i], quoted[i+1:]
	} else {
		n = tokenLen(s)
		value, rest = s[:n], s[n:]
	}
	return name, value, rest, value != "" && (rest == "" || rest[0] == ';')
}

// tokenLen returns how much of s is a token, RFC 9110 section 5.6.2.
func tokenLen(s string) int {
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("!#$%&'*+-.^_`|~", s[i]) < 0 {
			return i
		}
	}
	return len(s)
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
