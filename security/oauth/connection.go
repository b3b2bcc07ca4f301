package oauth

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	defaultTimeout = 2 * time.Second
	maxTimeout     = 30 * time.Second
)

// A Connection says how an authorization server is reached. The zero value is good:
// TLS 1.2 or newer with the certificates of the system, 2 s, no redirects.
type Connection struct {
	// Timeout is how long one exchange with the server may take. 0 means 2 s; more
	// than 30 s is an error.
	Timeout time.Duration

	// RootCAs are the authorities that the server's certificate may come from; nil
	// means those of the system.
	RootCAs *x509.CertPool

	// Transport replaces the one of this package, for a proxy or a certificate of the
	// client's own (RFC 8705). It sees to TLS itself, so RootCAs must be nil. Redirects
	// are not followed with it, either.
	Transport http.RoundTripper

	// DangerouslyAllowHTTP admits URLs without TLS, on which keys and tokens can be read
	// and changed. It is for tests, and its use is logged as a warning.
	DangerouslyAllowHTTP bool

	// Logger is told what goes wrong; nil means slog.Default().
	Logger *slog.Logger

	// Observe, when set, is told of every [Event], to count them. It must be quick and
	// safe for concurrent use.
	Observe func(Event)
}

// An Event is something that happens between this program and an authorization
// server.
type Event struct {
	Kind   EventKind
	Server string        // the URL that was, or would have been, asked
	Took   time.Duration // of Fetched and Failed
	Err    error         // of Failed and Refused; it holds no token
}

// EventKind is what happened.
type EventKind string

// The kinds of events.
const (
	Fetched EventKind = "fetched" // the server answered, and the answer is usable
	Failed  EventKind = "failed"  // it did not, or it is not
	Refused EventKind = "refused" // one key of a set is not usable
	Cached  EventKind = "cached"  // an answer from memory did
	Joined  EventKind = "joined"  // a request waited for another's exchange
	Limited EventKind = "limited" // a request was not worth an exchange, or too many were under way
)

// check returns what is wrong with the connection, named as a part of owner.
func (c Connection) check(owner string) []error {
	var mistakes []error
	if c.Timeout < 0 || c.Timeout > maxTimeout {
		mistakes = append(mistakes, fmt.Errorf("%s.Connection.Timeout is %v; want 0 to %v", owner, c.Timeout, maxTimeout))
	}
	if c.Transport != nil && c.RootCAs != nil {
		mistakes = append(mistakes, fmt.Errorf("%s.Connection.Transport and RootCAs exclude each other; give the authorities to the transport", owner))
	}
	return mistakes
}

// checkURL returns why nothing can be asked at a URL, which is the value of field.
func (c Connection) checkURL(field, text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return fmt.Errorf("%s is empty; give the URL that the authorization server documents", field)
	case err != nil || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%s is %q, which is no absolute URL; it looks like https://login.example.com/path", field, withoutUser(text))
	case u.User != nil:
		return fmt.Errorf("%s holds a user or a password, which would end up in logs; leave it out", field)
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return fmt.Errorf("%s is %q; leave out the fragment, which no server gets to see", field, text)
	case u.Scheme == "https", u.Scheme == "http" && c.DangerouslyAllowHTTP:
		return nil
	}
	return fmt.Errorf("%s is %q; want an https URL, because whoever can change the answer can make tokens", field, text)
}

// withoutUser leaves out of what should be a URL whatever may be a password.
func withoutUser(text string) string {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		return "…" + text[i:]
	}
	return text
}

func (c Connection) timeout() time.Duration {
	if c.Timeout == 0 {
		return defaultTimeout
	}
	return c.Timeout
}

func (c Connection) log() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}

func (c Connection) tell(e Event) {
	if c.Observe != nil {
		c.Observe(e)
	}
}

// client returns what sends the requests.
func (c Connection) client() *http.Client {
	transport := c.Transport
	if transport == nil {
		own := &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs},
			ForceAttemptHTTP2:      true,
			DisableCompression:     true,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
		}
		transport = own
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
