package bind

import (
	"fmt"
	"net/url"
	"strings"
)

// pairs are the texts that a request gives to the names of one place.
type pairs struct {
	place  Place
	names  *names
	limits Limits
	slots  []slot
	items  []item
	count  int
	read   bool
	bad    *Error // why the place cannot be read
	odd    *Error // a name that is not known, where that is an error
}

// slot holds the first text of a name, because mostly it is the only one, and leads to the others.
// The texts of a deep name are all in items, with their brackets.
type slot struct {
	text        string
	count       int32
	first, last int32 // items
}

// item is one text; next is the item after it, 0 for none, so that the first item is no item.
type item struct {
	brackets string
	text     string
	next     int32
}

// keptItems is the room for further texts that is kept from one request to the next.
const keptItems = 64

func newPairs(place Place, names *names, limits Limits) pairs {
	return pairs{place: place, names: names, limits: limits, slots: make([]slot, len(names.list))}
}

func (p *pairs) reset() {
	if !p.read {
		return
	}
	clear(p.slots)
	clear(p.items)
	if cap(p.items) > keptItems {
		p.items = nil
	}
	p.items, p.count, p.read, p.bad, p.odd = p.items[:0], 0, false, nil, nil
}

// scan takes a query or form apart as url.ParseQuery does, but for the limit on the number of pairs,
// and keeps what the plan has names for.
func (p *pairs) scan(raw string) {
	p.read = true
	start, equals := 0, -1
	var seen special
	for i := range len(raw) {
		c := raw[i]
		if c > '=' {
			continue
		}
		switch c {
		case '&':
			if p.pair(raw[start:i], equals-start, seen); p.bad != nil {
				return
			}
			start, equals, seen = i+1, -1, 0
		case '=':
			if equals < 0 {
				equals = i
			}
		case '%', '+':
			seen |= escape
		case ';':
			seen |= semicolon
		}
	}
	p.pair(raw[start:], equals-start, seen)
}

// special are the characters of a pair that have a meaning.
type special uint8

const (
	escape special = 1 << iota
	semicolon
)

// pair adds a pair that is not decoded yet. equals is negative without an equals sign.
func (p *pairs) pair(raw string, equals int, seen special) {
	if p.count++; p.count > p.limits.Pairs {
		p.bad = p.tooMany()
		return
	}
	if raw == "" {
		return
	}
	name, text := raw, ""
	if equals >= 0 {
		name, text = raw[:equals], raw[equals+1:]
	}
	if seen != 0 {
		var ok bool
		if name, text, ok = p.decode(name, text, seen); !ok {
			return
		}
	}
	p.add(name, text)
}

func (p *pairs) decode(rawName, rawText string, seen special) (name, text string, ok bool) {
	if seen&semicolon != 0 {
		p.bad = p.malformed("is malformed: a semicolon is written %3B")
		return "", "", false
	}
	name, err1 := url.QueryUnescape(rawName)
	text, err2 := url.QueryUnescape(rawText)
	if err1 != nil || err2 != nil {
		p.bad = p.malformed("is malformed: % must be followed by two hexadecimal digits")
		return "", "", false
	}
	return name, text, true
}

// add keeps a decoded pair if the plan has a name for it.
func (p *pairs) add(name, text string) {
	i, brackets := p.names.find(name)
	switch {
	case i >= 0:
		p.put(i, brackets, text)
	case p.limits.RefuseUnknown && p.odd == nil:
		p.odd = p.unknown(name)
	}
}

// problem returns what is wrong with the place as a whole.
func (p *pairs) problem() *Error {
	if p.bad != nil {
		return p.bad
	}
	return p.odd
}

// put keeps a text for a slot.
func (p *pairs) put(i int, brackets, text string) {
	s := &p.slots[i]
	s.count++
	if s.count == 1 {
		s.text = text
		if !p.names.list[i].deep {
			return
		}
	}
	if len(p.items) == 0 {
		p.items = append(p.items, item{})
	}
	at := int32(len(p.items)) //nolint:gosec // the number of pairs is limited
	p.items = append(p.items, item{brackets: brackets, text: text})
	if s.first == 0 {
		s.first = at
	} else {
		p.items[s.last].next = at
	}
	s.last = at
}

func (p *pairs) malformed(detail string) *Error {
	return &Error{Place: p.place, Code: CodeMalformed, Detail: detail, Malformed: true}
}

func (p *pairs) tooMany() *Error {
	detail := fmt.Sprintf("has more than %d parameters", p.limits.Pairs)
	return &Error{Place: p.place, Code: CodeLimit, Detail: detail, Malformed: true}
}

// unknown refuses a name. It is repeated to the client if it looks like a name.
func (p *pairs) unknown(name string) *Error {
	if len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return notToken(r) && r != '[' && r != ']' }) {
		name = ""
	}
	return &Error{Place: p.place, Name: name, Code: CodeUnknown, Detail: "is not known; " + p.names.known()}
}

// known lists the names of a plan for the client.
func (n *names) known() string {
	if len(n.list) == 0 {
		return "no parameter is expected"
	}
	var b strings.Builder
	b.WriteString("expected are ")
	for i, e := range n.list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(e.name)
		if e.deep {
			b.WriteString("[...]")
		}
	}
	return b.String()
}
