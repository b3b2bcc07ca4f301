package middleware

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/mistake"
)

// newCORS checks a configuration whole.
func newCORS(cfg CORSConfig) (*cors, error) {
	c := &cors{
		credentials: cfg.Credentials,
		methodsFor:  cfg.MethodsFor,
		origins:     map[string]struct{}{},
		methods:     map[string]struct{}{},
		headers:     map[string]struct{}{},
		star:        shared("*"),
		yes:         shared("true"),
	}
	mistakes := slices.Concat(c.setOrigins(cfg), c.setMethods(cfg), c.setHeaders(cfg), c.setExposed(cfg), c.setMaxAge(cfg.MaxAge))
	if err := mistake.Prefixed("cors: ", mistakes...); err != nil {
		return nil, err
	}
	c.setVary()
	return c, nil
}

// setVary names the fields that the answers depend on. That to a preflight
// depends on what it asks for, whoever asks.
func (c *cors) setVary() {
	fields := "Access-Control-Request-Method, Access-Control-Request-Headers"
	if !c.everybody {
		c.varyOrigin = shared("Origin")
		fields = "Origin, " + fields
	}
	c.varyPreflight = shared(fields)
}

func (c *cors) setOrigins(cfg CORSConfig) (mistakes []error) {
	if len(cfg.Origins) == 0 {
		mistakes = append(mistakes, errors.New("no origin is allowed; name Origins, or leave the middleware out"))
	}
	for _, text := range cfg.Origins {
		var err error
		switch text {
		case "*":
			err = c.setEverybody(cfg)
		case "null":
			err = c.setNull(cfg)
		default:
			err = c.setOrigin(cfg, text)
		}
		if err != nil {
			mistakes = append(mistakes, err)
		}
	}
	return mistakes
}

func (c *cors) setEverybody(cfg CORSConfig) error {
	c.everybody = true
	switch {
	case cfg.Credentials:
		return errors.New("the origin \"*\" cannot go with Credentials: every page could act for your users; name the origins")
	case len(cfg.Origins) > 1:
		return errors.New("the origin \"*\" means everybody; leave the others out, or leave it out")
	}
	return nil
}

func (c *cors) setNull(cfg CORSConfig) error {
	c.origins["null"] = struct{}{}
	if cfg.Credentials {
		return errors.New("the origin \"null\" cannot go with Credentials: every page can have that origin, in a sandboxed frame")
	}
	return nil
}

func (c *cors) setOrigin(cfg CORSConfig, text string) error {
	o, err := parseOrigin(text)
	if err != nil {
		return fmt.Errorf("origin %w", err)
	}
	if o.plain() && cfg.Credentials && !cfg.DangerouslyAllowPlainHTTP {
		return fmt.Errorf("origin %q is plain HTTP, so that anybody on the way could act for your users; use https, or set DangerouslyAllowPlainHTTP", text)
	}
	if !o.wildcard {
		c.origins[text] = struct{}{}
		return nil
	}
	suffix := cfg.PublicSuffix
	if suffix == nil {
		suffix = publicSuffix
	}
	if suffix(o.host) {
		return fmt.Errorf("origin %q: %q is a public suffix: %w; name the origins", text, o.host, errPublicSuffix)
	}
	c.patterns = append(c.patterns, o.pattern())
	return nil
}

func (c *cors) setMethods(cfg CORSConfig) (mistakes []error) {
	for _, m := range cfg.Methods {
		switch {
		case m == "*" && cfg.Credentials:
			mistakes = append(mistakes, literal("method"))
		case m == "*":
			c.anyMethod = true
		case !isToken(m):
			mistakes = append(mistakes, fmt.Errorf("method %q is none", m))
		case slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, strings.ToUpper(m)):
			mistakes = append(mistakes, fmt.Errorf("method %q cannot be used by pages", m))
		case m != strings.ToUpper(m):
			mistakes = append(mistakes, fmt.Errorf("method %q: methods are case-sensitive; did you mean %q?", m, strings.ToUpper(m)))
		default:
			c.methods[m] = struct{}{}
		}
	}
	return mistakes
}

// literal is the mistake that the Fetch standard makes easy.
func literal(what string) error {
	return fmt.Errorf("the %s \"*\" is a name like any other beside Credentials; name each %s", what, what)
}

func (c *cors) setHeaders(cfg CORSConfig) (mistakes []error) {
	for _, name := range cfg.RequestHeaders {
		switch low := strings.ToLower(name); {
		case name == "*" && cfg.Credentials:
			mistakes = append(mistakes, literal("request header"))
		case name == "*":
			c.anyHeader = true
		case !isToken(name):
			mistakes = append(mistakes, fmt.Errorf("request header %q is no field name", name))
		case forbiddenHeader(low):
			mistakes = append(mistakes, fmt.Errorf("request header %q cannot be set by pages", name))
		default:
			c.headers[low] = struct{}{}
		}
	}
	names := slices.Sorted(maps.Keys(c.headers))
	if c.anyHeader {
		names = append([]string{"*"}, names...)
	}
	if len(names) > 0 {
		c.allowHeaders = shared(strings.Join(names, ","))
	}
	return mistakes
}

// forbiddenHeader reports whether browsers keep a header for themselves: the
// forbidden request-headers of the Fetch standard.
func forbiddenHeader(low string) bool {
	switch low {
	case "accept-charset", "accept-encoding", "connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect",
		"host", "keep-alive", "origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via":
		return true
	}
	return strings.HasPrefix(low, "proxy-") || strings.HasPrefix(low, "sec-") || strings.HasPrefix(low, "access-control-")
}

func (c *cors) setExposed(cfg CORSConfig) (mistakes []error) {
	for _, name := range cfg.ResponseHeaders {
		switch low := strings.ToLower(name); {
		case name == "*" && cfg.Credentials:
			mistakes = append(mistakes, literal("response header"))
		case !isToken(name):
			mistakes = append(mistakes, fmt.Errorf("response header %q is no field name", name))
		case low == "set-cookie" || low == "set-cookie2":
			mistakes = append(mistakes, fmt.Errorf("response header %q cannot be read by pages", name))
		}
	}
	if len(cfg.ResponseHeaders) > 0 {
		c.expose = shared(strings.Join(cfg.ResponseHeaders, ","))
	}
	return mistakes
}

func (c *cors) setMaxAge(age time.Duration) (mistakes []error) {
	const most = 24 * time.Hour
	switch {
	case age > most || age > 0 && age%time.Second != 0:
		return []error{fmt.Errorf("max age %v: want whole seconds up to %v, zero for the browser's 5s, or a negative value to forbid remembering", age, most)}
	case age < 0:
		c.maxAge = shared("0")
	case age > 0:
		c.maxAge = shared(strconv.Itoa(int(age / time.Second)))
	}
	return nil
}
