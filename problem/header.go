package problem

import (
	"net/http"
	"net/textproto"
	"strings"
)

// clean replaces the characters that RFC 9110 §5.5 does not allow in a field
// value, CR, LF and NUL above all, by spaces.
func clean(value string) string {
	if strings.IndexFunc(value, control) < 0 {
		return value
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, value)
}

func control(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f }

// token reports whether name is a field name (RFC 9110 §5.6.2).
func token(name string) bool {
	for i := range len(name) {
		c := name[i]
		alnum := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alnum && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}

// framing reports whether a field belongs to the writer of the body.
func framing(key string) bool {
	switch key {
	case "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Trailer", "X-Content-Type-Options":
		return true
	}
	return false
}

// shared reports whether a field collects values from several hands, so that a
// problem adds to it instead of replacing it.
func shared(key string) bool {
	switch key {
	case "Vary", "Set-Cookie", "Link", "Www-Authenticate":
		return true
	}
	return false
}

// stale are the fields that a handler may have set for the answer that it did
// not give.
func stale() [6]string {
	return [...]string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified", "Content-Disposition", "Content-Range"}
}

// putHeader writes the header of a problem answer.
func putHeader(h http.Header, p *Problem, contentType string) {
	for _, key := range stale() {
		delete(h, key)
	}
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	for key, values := range p.header {
		putField(h, textproto.CanonicalMIMEHeaderKey(key), values)
	}
}

func putField(h http.Header, key string, values []string) {
	if !token(key) || framing(key) {
		return
	}
	if !shared(key) {
		delete(h, key)
	}
	for _, v := range values {
		h.Add(key, clean(v))
	}
}
