package codec

import (
	"strconv"
	"strings"
)

const (
	maxName    = 64  // characters of a member's name in a detail
	maxPointer = 512 // bytes of a pointer or path
)

// shorten cuts a pointer to the longest part, from the root, that is not too
// long: an answer must not grow with the names in a request.
func shorten(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return pointer[:max(strings.LastIndexByte(pointer[:maxPointer+1], '/'), 0)]
}

// quoteName quotes a member's name, and cuts a long one.
func quoteName(name string) string {
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName]) + "…"
	}
	return strconv.Quote(name)
}

// place is a value's way from the root: a JSON Pointer and a path as people
// write it. Both grow and shrink together.
type place struct {
	pointer, path []byte
}

type mark struct{ pointer, path int }

func (p *place) mark() mark { return mark{len(p.pointer), len(p.path)} }

func (p *place) back(m mark) { p.pointer, p.path = p.pointer[:m.pointer], p.path[:m.path] }

func (p *place) index(i int) {
	p.pointer = strconv.AppendInt(append(p.pointer, '/'), int64(i), 10)
	p.path = append(strconv.AppendInt(append(p.path, '['), int64(i), 10), ']')
}

func (p *place) name(name string) {
	p.pointer = append(p.pointer, '/')
	p.pointer = append(p.pointer, escape(name)...)
	if !plain(name) {
		p.path = append(append(append(p.path, '['), quoteName(name)...), ']')
		return
	}
	if len(p.path) > 0 {
		p.path = append(p.path, '.')
	}
	p.path = append(p.path, name...)
}

// escape writes a name as a token of a JSON Pointer (RFC 6901 §3).
func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// strings returns both, cut where they are too long.
func (p *place) strings() (pointer, path string) {
	if len(p.path) > maxPointer {
		return shorten(string(p.pointer)), strings.ToValidUTF8(string(p.path[:maxPointer]), "") + "…"
	}
	return shorten(string(p.pointer)), string(p.path)
}

// plain reports whether a name can stand in a path without quotes.
func plain(name string) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		if (c < 'a' || c > 'z') && (name[i] < '0' || name[i] > '9') && name[i] != '_' && name[i] != '-' && name[i] != '$' {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}
