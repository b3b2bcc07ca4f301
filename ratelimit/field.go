package ratelimit

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/internal/structured"
)

// The header fields of draft-ietf-httpapi-ratelimit-headers-10, in the form in
// which an http.Header keeps them.
const (
	policyField  = "Ratelimit-Policy"
	currentField = "Ratelimit"
)

// Legacy chooses header fields for clients that don't know RateLimit and
// RateLimit-Policy. They tell of one policy: that which is violated, or which
// has least left. Their times are in seconds from now, until there is one more.
type Legacy uint8

// The legacy header fields.
const (
	// NoLegacy adds none.
	NoLegacy Legacy = iota
	// LegacyRateLimit adds RateLimit-Limit, RateLimit-Remaining and
	// RateLimit-Reset, of the drafts up to 06.
	LegacyRateLimit
	// LegacyXRateLimit adds X-RateLimit-Limit, X-RateLimit-Remaining and
	// X-RateLimit-Reset.
	LegacyXRateLimit
)

// prefix is what the names of the fields begin with.
func (l Legacy) prefix() string {
	if l == LegacyXRateLimit {
		return "X-Ratelimit-"
	}
	return "Ratelimit-"
}

// fields are the parts of header fields that don't change.
type fields struct {
	policy []string // the value of RateLimit-Policy; nobody may write to it
	names  []string // those of the policies, as items
	recent [remembered]atomic.Pointer[current]
}

// remembered is how many values of RateLimit a limiter with one policy remembers.
// Most clients stand at few of them: the first requests of many, and the refusals.
const remembered = 256

// current is a value of RateLimit. Nobody may write to it.
type current struct {
	remaining, next int64
	line            [1]string
}

// newFields writes what can be written beforehand. The policies are valid, so
// nothing can fail.
func newFields(policies []Policy) *fields {
	f := &fields{}
	var text []byte
	for i, p := range policies {
		if i > 0 {
			text = append(text, ", "...)
		}
		text, _ = structured.AppendItem(text, p.item())
		name, _ := structured.AppendString(nil, p.Name)
		f.names = append(f.names, string(name))
	}
	f.policy = []string{string(text)}
	return f
}

// item is the policy in RateLimit-Policy.
func (p Policy) item() structured.Item {
	item := structured.Item{Value: p.Name, Params: []structured.Param{
		{Key: "q", Value: int64(p.Quota)},
		{Key: "w", Value: int64(p.Window / time.Second)},
	}}
	if p.Unit != "" && p.Unit != "requests" {
		item.Params = append(item.Params, structured.Param{Key: "qu", Value: p.Unit})
	}
	return item
}

// SetHeader writes RateLimit-Policy and RateLimit, which are lists: policies of
// another limiter that are there already stay. RateLimit is left out when nobody
// knows how things stand. What [Config] says of fields holds: it may omit these, and
// add others.
func (d *Decision) SetHeader(h http.Header) {
	if d.limiter == nil {
		return
	}
	if !d.limiter.omitFields {
		d.setFields(h)
	}
	if d.limiter.legacy != NoLegacy && d.known {
		d.setLegacy(h, d.limiter.legacy.prefix())
	}
}

func (d *Decision) setFields(h http.Header) {
	f := d.limiter.fields
	var policies, currents []string // those of others
	if len(h) > 0 {
		policies, currents = h[policyField], h[currentField]
	}
	if len(policies) > 0 {
		h[policyField] = []string{strings.Join(append(slices.Clip(policies), f.policy...), ", ")}
	} else {
		h[policyField] = f.policy // its capacity is its length, so Add copies it
	}
	if !d.known {
		return
	}
	if len(f.names) == 1 && len(currents) == 0 {
		h[currentField] = d.remembered()
	} else {
		h[currentField] = d.append(currents)
	}
}

// remembered is RateLimit for one policy, without an allocation where it has been
// written before.
func (d *Decision) remembered() []string {
	s := &d.standings[0]
	next := seconds(s.Next)
	at := &d.limiter.fields.recent[uint64(s.Remaining+31*next)%remembered] //nolint:gosec // neither is negative
	c := at.Load()
	if c == nil || c.remaining != s.Remaining || c.next != next {
		var space [maxName + 64]byte
		c = &current{s.Remaining, next, [1]string{string(d.appendCurrent(space[:0]))}}
		at.Store(c)
	}
	return c.line[:1:1]
}

// append is RateLimit behind what other limiters have written.
func (d *Decision) append(lines []string) []string {
	var space [256]byte
	text := space[:0]
	for _, v := range lines {
		text = append(append(text, v...), ", "...)
	}
	return []string{string(d.appendCurrent(text))}
}

// appendCurrent writes the value of RateLimit.
func (d *Decision) appendCurrent(text []byte) []byte {
	for i, name := range d.limiter.fields.names {
		if i > 0 {
			text = append(text, ", "...)
		}
		s := &d.standings[i]
		text = append(append(text, name...), ";r="...)
		text = strconv.AppendInt(text, s.Remaining, 10)
		text = append(text, ";t="...)
		text = strconv.AppendInt(text, seconds(s.Next), 10)
	}
	return text
}

// seconds rounds up: who comes back early is refused again.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// setLegacy tells of the policy that is nearest to refusing. If another limiter
// has told of one that is nearer still, that stays.
func (d *Decision) setLegacy(h http.Header, prefix string) {
	nearest := 0
	for i := range d.limiter.policies {
		if d.nearer(i, nearest) {
			nearest = i
		}
	}
	s := &d.standings[nearest]
	told, err := strconv.ParseInt(h.Get(prefix+"Remaining"), 10, 64)
	if err == nil && d.Allowed && told <= s.Remaining {
		return
	}
	h[prefix+"Limit"] = []string{strconv.Itoa(d.limiter.policies[nearest].Quota)}
	h[prefix+"Remaining"] = []string{strconv.FormatInt(s.Remaining, 10)}
	h[prefix+"Reset"] = []string{strconv.FormatInt(seconds(s.Next), 10)}
}

func (d *Decision) nearer(i, than int) bool {
	a, b := &d.standings[i], &d.standings[than]
	if a.Violated != b.Violated {
		return a.Violated
	}
	return a.Remaining < b.Remaining
}

// spread is the share of a long wait by which it may grow.
const spread = 10

// jittered spreads those who have long to wait.
func jittered(wait time.Duration) time.Duration {
	if wait < time.Minute {
		return wait
	}
	return wait + rand.N(wait/spread) //nolint:gosec // guessing it gains nothing
}
