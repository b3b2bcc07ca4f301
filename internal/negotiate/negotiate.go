// Package negotiate reads the request fields by which a client says what it has
// and what it takes.
package negotiate

import "slices"

import "strings"

// AcceptsGzip reads the lines of Accept-Encoding, RFC 9110, section 12.5.3: it reports whether gzip, or else *,
// is there with a weight that is not zero. It does not allocate.
func AcceptsGzip(lines []string) bool {
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

// Unchanged reads the lines of If-None-Match, RFC 9110, section 13.1.2: it reports whether the client has
// one of the entity tags, by the weak comparison. It does not allocate.
func Unchanged(lines []string, etags ...string) bool {
	for _, line := range lines {
		for candidate := range strings.SplitSeq(line, ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == "*" {
				return true
			}
			if slices.Contains(etags, candidate) {
				return true
			}
		}
	}
	return false
}
