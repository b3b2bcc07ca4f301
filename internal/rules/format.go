package rules

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// formatRules are the rules that want a text of a certain form. Those that a
// scan can decide are compiled; for the others validator itself is asked.
func formatRules() map[string]entry {
	all := map[string]entry{
		"email":     {on: text, build: scanned(plainEmail, "@")},
		"url":       {on: text, build: scanned(plainURL, ":")},
		"http_url":  {on: text, build: scanned(plainURL, ":")},
		"https_url": {on: text, build: scanned(plainHTTPS, ":")},
		"uri":       {on: text, build: scanned(plainURL, "")},
	}
	for name, test := range textForms {
		all[name] = entry{on: text, build: withTest(test)}
	}
	for name, test := range stringerForms {
		all[name] = entry{on: text | stringer, build: stringForm(test)}
	}
	for name, on := range judged {
		all[name] = entry{on: on, build: (*site).judge}
	}
	for name, param := range judgedWithParam {
		all[name] = entry{on: text, param: param, build: (*site).judge}
	}
	return all
}

// textForms decide by themselves.
var textForms = map[string]func(string) bool{
	"alpha":           only(isLetter),
	"alphaspace":      only(func(c byte) bool { return isLetter(c) || c == ' ' }),
	"alphanum":        only(isAlnum),
	"alphanumspace":   only(func(c byte) bool { return isAlnum(c) || c == ' ' }),
	"alphaunicode":    onlyRunes(unicode.IsLetter),
	"alphanumunicode": onlyRunes(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }),
	"ascii":           func(text string) bool { return all(text, func(c byte) bool { return c < utf8.RuneSelf }) },
	"printascii":      func(text string) bool { return all(text, func(c byte) bool { return ' ' <= c && c <= '~' }) },
	"multibyte": func(text string) bool {
		return text == "" || !all(text, func(c byte) bool { return c < utf8.RuneSelf })
	},
	"hexadecimal":    isHexadecimal,
	"hexcolor":       isHexColor,
	"e164":           isE164,
	"md4":            lowerHex(32),
	"md5":            lowerHex(32),
	"sha256":         lowerHex(64),
	"sha384":         lowerHex(96),
	"sha512":         lowerHex(128),
	"ripemd128":      lowerHex(32),
	"ripemd160":      lowerHex(40),
	"tiger128":       lowerHex(32),
	"tiger160":       lowerHex(40),
	"tiger192":       lowerHex(48),
	"mongodb":        lowerHex(24),
	"ip":             func(text string) bool { _, ok := address(text); return ok },
	"ipv4":           func(text string) bool { a, ok := address(text); return ok && a.Unmap().Is4() },
	"ipv6":           func(text string) bool { a, ok := address(text); return ok && !a.Unmap().Is4() },
	"jwt":            isJWT,
	"hostname_label": isHostnameLabel,
}

// stringerForms also work on types that say what they are by a String method.
var stringerForms = map[string]func(string) bool{
	"uuid":          uuid(0, false, false),
	"uuid3":         uuid('3', true, false),
	"uuid4":         uuid('4', true, true),
	"uuid5":         uuid('5', true, true),
	"uuid7":         uuid('7', true, true),
	"uuid_rfc4122":  uuid(0, false, false),
	"uuid3_rfc4122": uuid('3', false, false),
	"uuid4_rfc4122": uuid('4', false, true),
	"uuid5_rfc4122": uuid('5', false, true),
	"ulid":          isULID,
}

// judged are the rules without parameter that are left to validator, and the
// kinds on which they make sense.
var judged = map[string]kind{
	"rgb": text, "rgba": text, "hsl": text, "hsla": text, "cmyk": text,
	"iscolor": text, "country_code": text | integers, "eu_country_code": text | integers,
	"origin": text, "urn_rfc8141": text, "urn_rfc2141": text, "file": text, "filepath": text, "dir": text, "dirpath": text,
	"image": text, "base32": text, "base64": text, "base64url": text, "base64rawurl": text, "datauri": text,
	"isbn": text, "isbn10": text, "isbn13": text, "issn": text,
	"eth_addr": text, "eth_addr_checksum": text, "btc_addr": text, "btc_addr_bech32": text,
	"latitude": text | numbers, "longitude": text | numbers, "ssn": text,
	"cidr": text, "cidrv4": text, "cidrv6": text, "mac": text,
	"tcp_addr": text, "tcp4_addr": text, "tcp6_addr": text, "udp_addr": text, "udp4_addr": text, "udp6_addr": text,
	"ip_addr": text, "ip4_addr": text, "ip6_addr": text, "unix_addr": text, "uds_exists": text,
	"hostname": text, "hostname_rfc1123": text, "fqdn": text, "hostname_port": text, "dns_rfc1035_label": text,
	"html": text, "html_encoded": text, "url_encoded": text, "json": text | lists,
	"timezone": text, "iso3166_1_alpha2": text, "iso3166_1_alpha2_eu": text, "iso3166_1_alpha3": text, "iso3166_1_alpha3_eu": text,
	"iso3166_1_alpha_numeric": text | integers, "iso3166_1_alpha_numeric_eu": text | integers, "iso3166_2": text,
	"iso4217": text, "iso4217_numeric": integers, "bcp47_language_tag": text, "bcp47_strict_language_tag": text,
	"bic": text, "bic_iso_9362_2014": text, "semver": text, "credit_card": text, "cve": text, "luhn_checksum": text | integers,
	"mongodb_connection_string": text, "cron": text, "ein": text,
}

var judgedWithParam = map[string]need{
	"mimetype": someParam, "postcode_iso3166_alpha2": someParam, "spicedb": mayParam,
}

// scanned compiles a rule of which a quick scan accepts the plain cases, and
// which refuses what lacks a part that all cases have. What lies between
// validator judges.
func scanned(plain func(string) bool, part string) func(*site) (step, error) {
	return func(s *site) (step, error) {
		v, tag := s.c.reg.v, s.rule.Name
		return step{text: func(text string) bool {
			return plain(text) || strings.Contains(text, part) && v.Var(text, tag) == nil
		}}, nil
	}
}

func stringForm(test func(string) bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		if s.kind == text {
			return step{text: test}, nil
		}
		return s.judge()
	}
}

// plainEmail accepts local@domain where the local part is letters, digits and
// _ - + between single dots, and the domain has a top level of letters only.
func plainEmail(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	if !ok || len(local) == 0 || len(local) > 64 || len(domain) > 253 {
		return false
	}
	dot := true // as if one came before: none may come next
	for i := range len(local) {
		c := local[i]
		if c == '.' && dot || c != '.' && !isAlnum(c) && c != '_' && c != '-' && c != '+' {
			return false
		}
		dot = c == '.'
	}
	return !dot && plainDomain(domain)
}

// plainDomain accepts two or more labels of letters, digits and inner hyphens,
// the last of two or more letters.
func plainDomain(domain string) bool {
	start, letters := 0, true
	for i := range len(domain) {
		c := domain[i]
		switch {
		case c == '.':
			if i == start || domain[i-1] == '-' {
				return false
			}
			start, letters = i+1, true
		case isLetter(c):
		case isDigit(c), c == '-' && i > start:
			letters = false
		default:
			return false
		}
	}
	return start > 0 && letters && len(domain)-start >= 2
}

// plainURL accepts http and https with a plain host, a port, and a path and
// query of unreserved characters.
func plainURL(text string) bool {
	if rest, ok := strings.CutPrefix(text, "http://"); ok {
		return plainRest(rest)
	}
	return plainHTTPS(text)
}

func plainHTTPS(text string) bool {
	rest, ok := strings.CutPrefix(text, "https://")
	return ok && plainRest(rest)
}

func plainRest(rest string) bool {
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, port, hasPort := strings.Cut(rest[:end], ":")
	if !only(isHostByte)(host) || hasPort && (len(port) > 5 || !only(isDigit)(port)) {
		return false
	}
	return all(rest[end:], isPathByte)
}

func isHostByte(c byte) bool { return isAlnum(c) || c == '.' || c == '-' }

func isPathByte(c byte) bool {
	return isAlnum(c) || strings.IndexByte("/?-._~=&+,;:@!$'()*", c) >= 0
}

// onlyRunes accepts texts of at least one character, all of one set.
func onlyRunes(in func(rune) bool) func(string) bool {
	return func(text string) bool {
		return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !in(r) })
	}
}

func lowerHex(size int) func(string) bool {
	return func(text string) bool { return len(text) == size && all(text, isLowerHex) }
}

func isHexadecimal(text string) bool {
	if len(text) > 1 && text[0] == '0' && text[1]|0x20 == 'x' {
		text = text[2:]
	}
	return only(isHex)(text)
}

func isHexColor(text string) bool {
	switch len(text) {
	case 4, 5, 7, 9:
		return text[0] == '#' && all(text[1:], isHex)
	}
	return false
}

func isE164(text string) bool {
	text = strings.TrimPrefix(text, "+")
	return 8 <= len(text) && len(text) <= 15 && text[0] != '0' && all(text, isDigit)
}

// address parses an IP address without a zone.
func address(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	return a, err == nil && a.Zone() == ""
}

// isJWT looks at the form only: three parts of base64url, the last of which may
// be empty.
func isJWT(text string) bool {
	head, rest, ok := strings.Cut(text, ".")
	if !ok {
		return false
	}
	claims, signature, ok := strings.Cut(rest, ".")
	return ok && only(isTokenByte)(head) && only(isTokenByte)(claims) && all(signature, isTokenByte)
}

func isTokenByte(c byte) bool { return isAlnum(c) || c == '-' || c == '_' }

func isHostnameLabel(text string) bool {
	n := len(text)
	return 0 < n && n <= 63 && text[0] != '-' && text[n-1] != '-' &&
		all(text, func(c byte) bool { return isAlnum(c) || c == '-' })
}

// uuid makes the test for a version, or for any (0). variant asks for the bits
// of RFC 9562 section 4.1, lower for small hexadecimal digits.
func uuid(version byte, lower, variant bool) func(string) bool {
	in := isHex
	if lower {
		in = isLowerHex
	}
	return func(text string) bool {
		if len(text) != 36 {
			return false
		}
		for i := range len(text) {
			dash := i == 8 || i == 13 || i == 18 || i == 23
			if dash != (text[i] == '-') || !dash && !in(text[i]) {
				return false
			}
		}
		return (version == 0 || text[14] == version) && (!variant || strings.IndexByte("89abAB", text[19]) >= 0)
	}
}

// isULID accepts 26 characters of Crockford's base32, the first at most 7.
func isULID(text string) bool {
	return len(text) == 26 && '0' <= text[0] && text[0] <= '7' &&
		all(text, func(c byte) bool { return isDigit(c) || isLetter(c) && strings.IndexByte("ilou", c|0x20) < 0 })
}
