package session

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	defaultCookie   = "__Host-session"
	plainCookie     = "session"
	defaultIdle     = 2 * time.Hour
	defaultAbsolute = 24 * time.Hour
	longestCookie   = 400 * 24 * time.Hour // what browsers keep
	mostTouch       = time.Minute
	maxData         = 16 << 10
	maxSubject      = 1 << 10
	remember        = 10 * time.Minute // that an expired session was one
	longestLogin    = time.Hour        // from looking at a password to a session
)

// A Config says where sessions are kept, and for how long. Only Store is required.
type Config struct {
	// Store keeps the sessions. Required.
	Store Store

	// Cookie is the name of the cookie. Empty means "__Host-session", or "session" with
	// DangerouslyAllowHTTP. Browsers refuse to let other hosts set a cookie whose name
	// begins with "__Host-".
	Cookie string

	// SameSite is http.SameSiteLaxMode, which is also what 0 means, or
	// http.SameSiteStrictMode.
	SameSite http.SameSite

	// Idle is how long a session lasts without being used. 0 means 2 h, or Absolute if
	// that is less.
	Idle time.Duration

	// Absolute is how long a session lasts, however much it is used; at most 400 days.
	// 0 means 24 h.
	Absolute time.Duration

	// SingleSession says what a login does when the account has a session elsewhere.
	// The zero value, [AllowMany], lets it have both.
	SingleSession SingleSession

	// TrustedOrigins may send unsafe requests with the cookie from elsewhere:
	// "https://app.example.com". Browsers send the cookie along only from the same
	// site.
	TrustedOrigins []string

	// Scheme is what the document calls the scheme; empty means "SessionCookie".
	Scheme string

	// Realm is that of the challenges; empty means [security.DefaultRealm].
	Realm string

	// DangerouslyAllowHTTP makes a cookie that is not Secure, for development with
	// http://localhost. Sessions then start only in requests to this machine:
	// localhost, 127.0.0.1 or [::1].
	DangerouslyAllowHTTP bool

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Cookie == "" {
		c.Cookie = defaultCookie
		if c.DangerouslyAllowHTTP {
			c.Cookie = plainCookie
		}
	}
	if c.SameSite == 0 || c.SameSite == http.SameSiteDefaultMode {
		c.SameSite = http.SameSiteLaxMode
	}
	if c.Absolute == 0 {
		c.Absolute = defaultAbsolute
	}
	if c.Idle == 0 {
		c.Idle = min(defaultIdle, c.Absolute)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

// check returns everything that is wrong with a config without zero values.
func (c Config) check() []error {
	var mistakes []error
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("session: Config."+format, args...))
	}
	if c.Store == nil {
		wrong("Store is nil; give one, such as session.NewMemory(session.MemoryConfig{})")
	}
	if c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
		wrong("SameSite is none of http.SameSiteLaxMode and http.SameSiteStrictMode; with None every site could send the cookie")
	}
	if c.Absolute < time.Second || c.Absolute > longestCookie {
		wrong("Absolute is %v; want 1s to 400 days (%v), which is as long as browsers keep a cookie", c.Absolute, longestCookie)
	}
	if c.Idle < time.Second || c.Idle > c.Absolute {
		wrong("Idle is %v; want 1s to Absolute, %v", c.Idle, c.Absolute)
	}
	if c.SingleSession > RejectNew {
		wrong("SingleSession is %d; want AllowMany, ReplaceOld or RejectNew", c.SingleSession)
	}
	return append(mistakes, c.checkCookie()...)
}

// checkCookie checks the name against the rules of its prefix (RFC 6265bis
// section 4.1.3), which browsers compare without regard to case.
func (c Config) checkCookie() []error {
	if err := (&http.Cookie{Name: c.Cookie}).Valid(); err != nil {
		return []error{fmt.Errorf("session: Config.Cookie is %.40q, which is no name of a cookie; leave it empty for %q", c.Cookie, defaultCookie)}
	}
	lower := strings.ToLower(c.Cookie)
	for _, prefix := range []string{"__Host-", "__Secure-", "__Http-", "__Host-Http-"} {
		if !strings.HasPrefix(lower, strings.ToLower(prefix)) {
			continue
		}
		switch {
		case c.DangerouslyAllowHTTP:
			return []error{fmt.Errorf("session: Config.Cookie is %q, and browsers refuse a cookie of that prefix that is not Secure; leave it empty, or do without DangerouslyAllowHTTP", c.Cookie)}
		case !strings.HasPrefix(c.Cookie, prefix):
			return []error{fmt.Errorf("session: Config.Cookie is %q; write its prefix as %q", c.Cookie, prefix)}
		case c.Cookie == prefix:
			return []error{errors.New("session: Config.Cookie is a prefix without a name; leave it empty for \"" + defaultCookie + "\"")}
		}
	}
	return nil
}

// protection is what keeps other sites from sending requests with the cookie.
func (c Config) protection() (*http.CrossOriginProtection, []error) {
	p := http.NewCrossOriginProtection()
	var mistakes []error
	for _, origin := range c.TrustedOrigins {
		if err := p.AddTrustedOrigin(origin); err != nil {
			mistakes = append(mistakes, fmt.Errorf("session: Config.TrustedOrigins: %q is no origin such as \"https://app.example.com\": %w", origin, err))
		}
	}
	return p, mistakes
}
