package security

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tokenFault is the reason why a token is not accepted, for the log. It holds
// no part of the token.
type tokenFault string

func (f tokenFault) Error() string { return string(f) }

const (
	maxDepth   = 16  // of nested values, the object itself included
	maxMembers = 100 // of the outermost object
)

const (
	errJSON       tokenFault = "a part is not a JSON object of valid UTF-8 (RFC 7515 §4)"
	errDepth      tokenFault = "a part is nested too deeply"
	errManyNames  tokenFault = "a part has too many members"
	errDuplicate  tokenFault = "a part has a member twice (RFC 7515 §4, RFC 7519 §4)"
	errLettercase tokenFault = "a part has a member that differs from a registered one only in case"
)

// members walks over the members of one JSON object and is strict about it: the
// whole text is checked against RFC 8259, UTF-8 and surrogates included, and so
// are the limits of depth and number. The order of work is linear but for the
// search for duplicates, which the limit on their number bounds.
//
// What is nested is checked for its form; duplicate members in there are for the
// codec to find, when the signature has vouched for their author.
type members struct {
	data []byte
	pos  int
	err  error

	name  []byte // of the current member, without escapes
	value []byte // its text
	names [][]byte
}

// open starts on another text and keeps the memory of the last one.
func (m *members) open(data []byte) {
	*m = members{data: data, names: m.names[:0]}
	if !utf8.Valid(data) {
		m.err = errJSON
		return
	}
	m.space()
	if !m.take('{') {
		m.err = errJSON
	}
}

// next moves to the next member. It returns false at the end of the text, where
// err is nil, and at a mistake, where it is not.
func (m *members) next() bool {
	if m.err != nil {
		return false
	}
	m.space()
	if m.take('}') {
		m.end()
		return false
	}
	if len(m.names) > 0 && !m.comma() {
		return false
	}
	return m.member()
}

func (m *members) comma() bool {
	if !m.take(',') {
		m.err = errJSON
	}
	m.space()
	return m.err == nil
}

func (m *members) member() bool {
	name, ok := m.memberName()
	if !ok {
		return false
	}
	if m.name = name; bytes.IndexByte(name, '\\') >= 0 {
		m.name = unescape(nil, name)
	}
	if m.err = m.admit(); m.err != nil {
		return false
	}
	from := m.pos
	m.err = m.skip(1)
	m.value = m.data[from:m.pos]
	return m.err == nil
}

// memberName reads a name and its colon.
func (m *members) memberName() ([]byte, bool) {
	from := m.pos + 1
	if m.err = m.text(); m.err != nil {
		return nil, false
	}
	name := m.data[from : m.pos-1]
	m.space()
	if !m.take(':') {
		m.err = errJSON
		return nil, false
	}
	m.space()
	return name, true
}

// admit counts a name and refuses one that was there.
func (m *members) admit() error {
	if len(m.names) == maxMembers {
		return errManyNames
	}
	for _, former := range m.names {
		if bytes.Equal(former, m.name) {
			return errDuplicate
		}
	}
	m.names = append(m.names, m.name)
	return nil
}

// end expects nothing more.
func (m *members) end() {
	if m.space(); m.pos != len(m.data) {
		m.err = errJSON
	}
}

func (m *members) space() {
	for m.pos < len(m.data) {
		switch m.data[m.pos] {
		case ' ', '\t', '\n', '\r':
			m.pos++
		default:
			return
		}
	}
}

// peek returns the next octet, 0 at the end; no JSON text holds a 0 there.
func (m *members) peek() byte {
	if m.pos < len(m.data) {
		return m.data[m.pos]
	}
	return 0
}

func (m *members) take(c byte) bool {
	if m.peek() != c {
		return false
	}
	m.pos++
	return true
}

// skip moves past one value; depth is the number of values around it.
func (m *members) skip(depth int) error {
	switch c := m.peek(); {
	case c == '"':
		return m.text()
	case c == '{' || c == '[':
		if depth++; depth > maxDepth {
			return errDepth
		}
		m.pos++
		return m.elements(c == '{', depth)
	case c == '-' || isDigit(c):
		return m.number()
	case c == 't':
		return m.literal("true")
	case c == 'f':
		return m.literal("false")
	case c == 'n':
		return m.literal("null")
	}
	return errJSON
}

// elements moves past the rest of an object or array.
func (m *members) elements(object bool, depth int) error {
	closing := byte(']')
	if object {
		closing = '}'
	}
	if m.space(); m.take(closing) {
		return nil
	}
	for {
		if m.space(); object {
			if _, ok := m.memberName(); !ok {
				return m.err
			}
		}
		if err := m.skip(depth); err != nil {
			return err
		}
		if m.space(); m.take(closing) {
			return nil
		}
		if !m.take(',') {
			return errJSON
		}
	}
}

func (m *members) literal(word string) error {
	if !bytes.HasPrefix(m.data[m.pos:], []byte(word)) {
		return errJSON
	}
	m.pos += len(word)
	return nil
}

// number follows RFC 8259 §6.
func (m *members) number() error {
	m.take('-')
	if !m.take('0') && !m.digits() {
		return errJSON
	}
	if m.take('.') && !m.digits() {
		return errJSON
	}
	if m.take('e') || m.take('E') {
		if !m.take('+') {
			m.take('-')
		}
		if !m.digits() {
			return errJSON
		}
	}
	return nil
}

func (m *members) digits() bool {
	from := m.pos
	for isDigit(m.peek()) {
		m.pos++
	}
	return m.pos > from
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// text follows RFC 8259 §7, and its §8.2 in that surrogates come in pairs.
func (m *members) text() error {
	if !m.take('"') {
		return errJSON
	}
	for m.pos < len(m.data) {
		switch c := m.data[m.pos]; {
		case c == '"':
			m.pos++
			return nil
		case c < ' ':
			return errJSON
		case c == '\\':
			n := escape(m.data[m.pos:])
			if n == 0 {
				return errJSON
			}
			m.pos += n
		default:
			m.pos++
		}
	}
	return errJSON
}

// The characters that follow a backslash (RFC 8259 §7), and what they stand for.
const (
	escapes = `"\/bfnrt`
	escaped = "\"\\/\b\f\n\r\t"
)

// escape returns the length of the escape sequence that s begins with, a pair of
// surrogates being one; 0 for none.
func escape(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	if s[1] != 'u' {
		if strings.IndexByte(escapes, s[1]) < 0 {
			return 0
		}
		return 2
	}
	first, ok := codeUnit(s)
	switch {
	case !ok || isLow(first):
		return 0
	case !isHigh(first):
		return 6
	}
	if second, ok := codeUnit(s[6:]); !ok || !isLow(second) {
		return 0
	}
	return 12
}

// codeUnit reads \uXXXX.
func codeUnit(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[2:6]), 16, 16) // takes no sign and no underscore
	return rune(n), err == nil
}

func isHigh(u rune) bool { return 0xd800 <= u && u < 0xdc00 }
func isLow(u rune) bool  { return 0xdc00 <= u && u < 0xe000 }

// unescape appends what the inside of a checked JSON text means.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			i++
			continue
		}
		n := escape(s[i:])
		dst = appendEscape(dst, s[i:i+n])
		i += n
	}
	return dst
}

func appendEscape(dst, s []byte) []byte {
	if len(s) == 2 {
		return append(dst, escaped[strings.IndexByte(escapes, s[1])])
	}
	r, _ := codeUnit(s)
	if len(s) == 12 {
		low, _ := codeUnit(s[6:])
		r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
	}
	return utf8.AppendRune(dst, r)
}

// isJSON reports whether data is one JSON value with nothing around it.
func isJSON(data []byte) bool {
	m := members{data: data}
	return utf8.Valid(data) && m.skip(0) == nil && m.pos == len(data)
}

// quoted returns what a checked JSON value means if it is a text. The result may
// share memory with value.
func quoted(value []byte) (text []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	text = value[1 : len(value)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		text = unescape(make([]byte, 0, len(text)), text)
	}
	return text, true
}

// eachText calls use for each text of a checked JSON array. It returns false if
// value is anything but an array of texts.
func eachText(value []byte, use func(text []byte)) bool {
	if len(value) == 0 || value[0] != '[' {
		return false
	}
	m := members{data: value, pos: 1}
	for {
		if m.space(); m.take(']') {
			return true
		}
		from := m.pos
		if m.text() != nil {
			return false
		}
		text, _ := quoted(value[from:m.pos])
		use(text)
		m.space()
		m.take(',')
	}
}
