// Package negotiate reads the request fields by which a client says what it has
// and what it takes.
package negotiate

import (
	"slices"
	"strconv"
	"strings"
)

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

// Matches reads the lines of If-Match, RFC 9110, section 13.1.1: it reports whether they name the entity tag of what
// exists, by the strong comparison, or are *.
func Matches(lines []string, etag string, exists bool) bool {
	for _, line := range lines {
		for candidate := range strings.SplitSeq(line, ",") {
			switch candidate = strings.TrimSpace(candidate); {
			case candidate == "*" && exists:
				return true
			case candidate == etag && strings.HasPrefix(etag, `"`):
				return true
			}
		}
	}
	return false
}

// Accept reads the lines of Accept, RFC 9110, section 12.5.1, and returns the index of the offer, a media type, that the
// client prefers: the one of the greatest weight, which the most specific range that covers it gives. Among equals the
// first is taken. It returns -1 when none is acceptable. Without lines anything is. Parameters of media types are not
// compared; ranges that cannot be read are passed over.
func Accept(lines []string, offers []string) int {
	if len(lines) == 0 {
		return 0
	}
	best, greatest := -1, 0.0
	for i, offer := range offers {
		if q := weight(lines, offer); q > greatest {
			best, greatest = i, q
		}
	}
	return best
}

// weight is that of an offer; 0 when no range covers it.
func weight(lines []string, offer string) float64 {
	offer, _, _ = strings.Cut(offer, ";")
	kind, _, _ := strings.Cut(offer, "/")
	specific, q := 0, 0.0
	for _, line := range lines {
		for r := range strings.SplitSeq(line, ",") {
			r, parameters, _ := strings.Cut(r, ";")
			how := 0
			switch r = strings.TrimSpace(r); {
			case strings.EqualFold(r, strings.TrimSpace(offer)):
				how = 3
			case strings.EqualFold(r, kind+"/*"):
				how = 2
			case r == "*/*":
				how = 1
			}
			if how > specific {
				specific, q = how, quality(parameters)
			}
		}
	}
	return q
}

// quality is the q among parameters, section 12.4.2: from 0 to 1, 1 if there is none, and 0 if it is none.
func quality(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(value, 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
