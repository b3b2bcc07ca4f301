package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// idBytes are 256 random bits, 43 characters of the cookie.
const idBytes = 32

// newID returns the value of a cookie and the ID of its session.
func newID() (value string, id ID) {
	b := make([]byte, idBytes)
	_, _ = rand.Read(b) // never fails
	value = base64.RawURLEncoding.EncodeToString(b)
	return value, idOf(value)
}

func idOf(value string) ID { return sha256.Sum256([]byte(value)) }

// isID reports whether a cookie may hold the id of a session.
func isID(value string) bool {
	var b [idBytes]byte
	if len(value) != base64.RawURLEncoding.EncodedLen(idBytes) {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(value))
	return err == nil
}

// setCookie gives a session to the browser.
func (s *Sessions[T]) setCookie(h http.Header, value string, ends time.Time) {
	s.writeCookie(h, value, max(1, int(ends.Sub(s.clock())/time.Second)))
}

// clearCookie takes it away again, with the same attributes.
func (s *Sessions[T]) clearCookie(h http.Header) { s.writeCookie(h, "", -1) }

// writeCookie replaces what this request has said about the cookie before: two
// lines of one name would leave it to the browser which of them counts.
func (s *Sessions[T]) writeCookie(h http.Header, value string, maxAge int) {
	old := h["Set-Cookie"]
	kept := make([]string, 0, len(old)+1)
	for _, line := range old {
		if !strings.HasPrefix(line, s.config.Cookie+"=") {
			kept = append(kept, line)
		}
	}
	c := http.Cookie{
		Name: s.config.Cookie, Value: value, Path: "/", MaxAge: maxAge,
		Secure: !s.config.DangerouslyAllowHTTP, HttpOnly: true, SameSite: s.config.SameSite,
	}
	h["Set-Cookie"] = append(kept, c.String())
	private(h)
}

// private keeps an answer that depends on a session out of the caches of others,
// also where the operation has no lock: RFC 9111 section 7.3.
func private(h http.Header) {
	if h["Cache-Control"] == nil {
		h.Set("Cache-Control", "no-store")
	}
	if !slices.Contains(h["Vary"], "Cookie") {
		h.Add("Vary", "Cookie")
	}
}

var errNotLocal = errors.New("session: Config.DangerouslyAllowHTTP is set, and the request is not to localhost; a session that starts here would travel without encryption")

// checkTransport refuses to start a session whose cookie others could read.
func (s *Sessions[T]) checkTransport(r *http.Request) error {
	if !s.config.DangerouslyAllowHTTP {
		return nil
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	addr, ok := clientaddr.Peer(r)
	switch strings.ToLower(strings.Trim(host, "[]")) {
	case "localhost", "127.0.0.1", "::1":
		if !ok || addr.IsLoopback() {
			return nil
		}
	}
	return errNotLocal
}
