package pattern

import "net/http"

// A relation tells how the requests that two patterns p and q match are related.
// It is a set: relations of the parts of two patterns join to that of the whole.
type relation uint8

const (
	wider    relation = 1 << iota // p matches something that q does not
	narrower                      // q matches something that p does not
	apart                         // nothing matches both; no other bit counts
)

const (
	same     relation = 0                // p and q match the same
	crossing          = wider | narrower // p and q share some, and each has its own
)

// Conflicts reports whether requests exist that both patterns match while neither
// pattern precedes the other. Their hosts must be the same: one with a host
// precedes one without, and different hosts share no request.
func (p *Pattern) Conflicts(q *Pattern) bool {
	r := compareMethods(p.method, q.method) | comparePaths(p.segments, q.segments)
	return r == same || r == crossing
}

// compareMethods relates two methods, where "" stands for all of them and GET
// for GET and HEAD.
func compareMethods(p, q string) relation {
	switch {
	case p == q:
		return same
	case p == "", p == http.MethodGet && q == http.MethodHead:
		return wider
	case q == "", q == http.MethodGet && p == http.MethodHead:
		return narrower
	}
	return apart
}

func comparePaths(p, q []segment) relation {
	r := same
	common := min(len(p), len(q))
	for i := range common {
		r |= compareSegments(p[i], q[i])
	}
	// The segments that the longer pattern has left can only match a rest wildcard,
	// which is the last of the shorter one and was compared above.
	if len(p) > common && q[common-1].kind != rest || len(q) > common && p[common-1].kind != rest || r&apart != 0 {
		return apart
	}
	return r
}

func compareSegments(p, q segment) relation {
	switch {
	case p.kind == q.kind:
		if p.kind == literal && p.text != q.text {
			return apart
		}
		return same
	case p.kind > q.kind:
		return general(p, q, wider)
	}
	return general(q, p, narrower)
}

// general returns the relation of a more general segment to a more special one,
// which is r unless they are apart: a single wildcard matches no trailing slash.
func general(p, q segment, r relation) relation {
	if p.kind == single && q.text == end {
		return apart
	}
	return r
}
