package ui

import "strings"

// The floor of this package is the program's files alone, so what package openapi knows of these headers is here again.

// acceptsGzip reads the lines of Accept-Encoding, RFC 9110, section 12.5.3: it reports whether gzip, or else *,
// is there with a weight that is not zero. It does not allocate.
func acceptsGzip(lines []string) bool {
	wildcard := false
	for _, line := range lines {
		for coding := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(coding, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"):
				return weighs(parameters)
			case name == "*":
				wildcard = weighs(parameters)
			}
		}
	}
	return wildcard
}

// weighs reports whether q is not zero, as in q=0 or q=0.000.
func weighs(parameters string) bool {
	q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q=")
	return !ok || strings.Trim(q, "0.") != ""
}

// unchanged reads the lines of If-None-Match, RFC 9110, section 13.1.2: it reports whether the client has
// the representation, by the weak comparison.
func unchanged(lines []string, etag string) bool {
	for _, line := range lines {
		for candidate := range strings.SplitSeq(line, ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == "*" || candidate == etag {
				return true
			}
		}
	}
	return false
}
