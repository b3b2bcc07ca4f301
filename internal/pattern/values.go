package pattern

// inlined is the number of values that need no allocation.
const inlined = 8

// Values are the values of the matched pattern's wildcards, unescaped, in the
// order of [Pattern.Names]. The zero value is empty and ready to use, also on the
// stack; more than eight values are kept in a slice that is allocated once.
// Values are strings of the request's path and stay valid after it. A Values
// serves one request at a time.
type Values struct {
	fixed [inlined]string
	more  []string
	count int
}

// Len returns the number of values: that of the matched pattern's names, or 0
// after a search that found no match.
func (v *Values) Len() int { return v.count }

// Get returns the value of the i-th name. It panics if i is not in [0, Len).
func (v *Values) Get(i int) string {
	if i >= inlined {
		return v.more[:v.count-inlined][i-inlined]
	}
	return v.fixed[:min(v.count, inlined)][i]
}

// Reset forgets the values, so that a pool keeps no string of a request alive.
// A search begins by forgetting what a caller could read, and needs no Reset.
func (v *Values) Reset() {
	clear(v.more[:cap(v.more)])
	*v = Values{more: v.more[:0]}
}

// set stores the i-th value. Values are set in order; those beyond i are void.
func (v *Values) set(i int, value string) {
	if i < inlined {
		v.fixed[i] = value
		return
	}
	v.more = append(v.more[:i-inlined], value)
}

// forget empties v before a search.
func (v *Values) forget() {
	if v != nil {
		v.count = 0
	}
}
