package middleware

import "strings"

// isToken reports whether a name can be that of a field or a method, RFC 9110
// section 5.6.2.
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isAlnum(c) && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// isValue reports whether a text can be the value of a field, RFC 9110 section
// 5.5, in ASCII.
func isValue(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return strings.TrimSpace(text) == text
}

// shared makes a header value that many answers share. Its capacity is its
// length, so that an Add by somebody else copies it.
func shared(value string) []string { return []string{value}[:1:1] }
