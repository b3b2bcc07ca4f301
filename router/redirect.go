package router

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// Redirect is an output that sends the client elsewhere: to a path of this
// site, or to the absolute URL of another one.
//
// A text that came with a request must not choose the other site. A path begins
// with one slash; what browsers take for the address of another site although it
// looks like a path, such as "//evil.example" or "/\evil.example", is refused,
// and so is whatever holds a space or a control character, is relative, or has a
// scheme but no host. To refuse is to answer 500, with the reason in the log.
type Redirect struct {
	// To is the Location, RFC 9110 section 10.2.2. Characters outside of ASCII
	// are escaped.
	To string `header:"Location" doc:"Where to go next."`
	// Status is 303 See Other unless it is set: 301, 302, 307 or 308.
	Status int `status:"303"`
}

var redirectType = reflect.TypeFor[Redirect]()

// checked returns the redirect as it can be sent.
func (r Redirect) checked() (Redirect, error) {
	switch r.Status {
	case 0, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return r, fmt.Errorf("a Redirect has the status %d; use 301, 302, 303, 307 or 308", r.Status)
	}
	if err := checkLocation(r.To); err != nil {
		return r, fmt.Errorf("a Redirect leads nowhere: %w", err)
	}
	r.To = escaped(r.To)
	return r, nil
}

// checkLocation never repeats the text, which may hold a secret.
func checkLocation(to string) error {
	notURL := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }
	switch {
	case to == "":
		return errors.New("its address is empty")
	case strings.ContainsFunc(to, notURL):
		return errors.New("its address holds a space, a control character or a backslash")
	case strings.HasPrefix(to, "//"):
		return errors.New("its address begins with two slashes, which leads to another site")
	case to[0] == '/':
		return nil
	}
	if u, err := url.Parse(to); err != nil || u.Scheme == "" || u.Host == "" {
		return errors.New("its address is neither a path that begins with a slash nor an absolute URL with a host")
	}
	return nil
}

// escaped percent-encodes what is not ASCII.
func escaped(to string) string {
	if strings.IndexFunc(to, func(r rune) bool { return r > '~' }) < 0 {
		return to
	}
	var b strings.Builder
	for _, c := range []byte(to) {
		if c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
