package middleware

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/problem"
)

// CORSConfig says which pages of other origins may read the answers. The zero
// value allows none, and is refused as a mistake.
type CORSConfig struct {
	// Origins may read the answers:
	//
	//	"https://app.example.com"    this origin, compared exactly
	//	"https://*.example.com"      every subdomain, at any depth; not example.com itself
	//	"http://localhost:5173"      any scheme and port
	//	"null"                       sandboxed frames and local files, of anybody; never with Credentials
	//	"*"                          everybody, alone and never with Credentials
	//
	// Patterns over domains below which anybody can have one, such as
	// "https://*.github.io", are refused; see PublicSuffix.
	Origins []string

	// Credentials lets the pages send cookies, TLS client certificates and
	// HTTP authentication that the browser keeps. It is not needed for an
	// Authorization header that the page sets itself.
	Credentials bool

	// Methods may be used besides GET, HEAD and POST, which browsers let pass
	// in any case. "*" means all, and is refused with Credentials.
	Methods []string

	// MethodsFor returns the methods of the path of a request, for a router
	// that knows them, such as router.Router.Methods. Preflights are told all of
	// them. Nil means Methods for every path; what it returns counts besides
	// them.
	MethodsFor func(*http.Request) []string

	// RequestHeaders may be sent by pages besides those that browsers let pass
	// in any case. "*" means all but Authorization, which has to be named, and
	// is refused with Credentials.
	RequestHeaders []string

	// ResponseHeaders may be read by pages besides those that browsers let pass
	// in any case. "*" means all, and is refused with Credentials.
	ResponseHeaders []string

	// MaxAge is how long a browser may remember a preflight, in whole seconds
	// and up to 24 hours. Zero leaves it to the browser, which takes 5 seconds;
	// a negative value forbids it.
	MaxAge time.Duration

	// DangerouslyAllowPlainHTTP allows origins with http: beside Credentials.
	// Anybody on the way can put a script into such a page, and have it act for
	// the user. Pages on localhost need no permission.
	DangerouslyAllowPlainHTTP bool

	// PublicSuffix reports whether anybody can register a domain below this
	// one. Nil means the best known ones. For all of them:
	//
	//	func(domain string) bool {
	//		suffix, _ := publicsuffix.PublicSuffix(domain) // golang.org/x/net/publicsuffix
	//		return suffix == domain
	//	}
	PublicSuffix func(domain string) bool
}

// CORS lets pages of other origins read the answers, as the Fetch standard has
// it. It answers preflights itself, before anything further in runs: 204 to
// those that are allowed, and 403 without any Access-Control header, code
// preflight-refused, to the others. OPTIONS requests that are no preflights go
// on.
//
// Other requests go on whatever their origin: CORS is about reading answers,
// and keeps nobody out; see [CrossOrigin]. The headers are set before the
// handler runs, so that errors have them too. Answers have Vary: Origin, unless
// all are alike since everybody may read them; a handler that varies by more
// has to add to that and not to replace it.
//
// Requests for access to private networks are never granted. The error joins
// all mistakes of the configuration.
func CORS(cfg CORSConfig) (func(http.Handler) http.Handler, error) {
	c, err := newCORS(cfg)
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lines := r.Header["Origin"]
			if r.Method == http.MethodOptions && len(lines) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0 {
				c.preflight(w, r, lines)
				return
			}
			c.actual(w.Header(), lines)
			next.ServeHTTP(w, r)
		})
	}, nil
}

// A cors is a checked CORSConfig.
type cors struct {
	everybody   bool // "*"
	origins     map[string]struct{}
	patterns    []originPattern
	credentials bool

	anyMethod  bool
	methods    map[string]struct{}
	methodsFor func(*http.Request) []string

	anyHeader bool
	headers   map[string]struct{} // in lower case

	// Header values that all answers share; nil for none.
	star, yes, allowHeaders, expose, maxAge []string
	varyOrigin, varyPreflight               []string
}

// allows reports whether a page of an origin may read the answer.
func (c *cors) allows(lines []string) bool {
	if len(lines) != 1 || len(lines[0]) > maxOrigin {
		return false
	}
	if _, found := c.origins[lines[0]]; found || c.everybody {
		return true
	}
	for _, p := range c.patterns {
		if p.match(lines[0]) {
			return true
		}
	}
	return false
}

// actual sets the header of an answer that is none to a preflight.
func (c *cors) actual(h http.Header, lines []string) {
	c.vary(h, c.varyOrigin)
	if len(lines) == 0 || !c.allows(lines) {
		return
	}
	c.allow(h, lines)
	if c.expose != nil {
		h["Access-Control-Expose-Headers"] = c.expose
	}
}

// allow names the origin.
func (c *cors) allow(h http.Header, lines []string) {
	if c.everybody {
		h["Access-Control-Allow-Origin"] = c.star
		return
	}
	h["Access-Control-Allow-Origin"] = lines[:1:1]
	if c.credentials {
		h["Access-Control-Allow-Credentials"] = c.yes
	}
}

func (c *cors) vary(h http.Header, fields []string) {
	switch {
	case fields == nil:
	case h["Vary"] == nil:
		h["Vary"] = fields
	default:
		h["Vary"] = append(h["Vary"], fields[0])
	}
}

func (c *cors) preflight(w http.ResponseWriter, r *http.Request, lines []string) {
	h := w.Header()
	c.vary(h, c.varyPreflight)
	methods := r.Header["Access-Control-Request-Method"]
	switch {
	case !c.allows(lines):
		refuse(w, r, errOrigin)
		return
	case len(methods) != 1 || !c.allowsMethod(r, methods[0]):
		refuse(w, r, errMethod)
		return
	case !c.allowsHeaders(r.Header["Access-Control-Request-Headers"]):
		refuse(w, r, errHeaders)
		return
	}
	c.allow(h, lines)
	if allowed := c.allowedMethods(r, methods[:1:1]); allowed != nil {
		h["Access-Control-Allow-Methods"] = allowed
	}
	if c.allowHeaders != nil && r.Header["Access-Control-Request-Headers"] != nil {
		h["Access-Control-Allow-Headers"] = c.allowHeaders
	}
	if c.maxAge != nil {
		h["Access-Control-Max-Age"] = c.maxAge
	}
	w.WriteHeader(http.StatusNoContent)
}

const codePreflight = "preflight-refused"

var (
	errOrigin  = problem.New(http.StatusForbidden, codePreflight, "pages of this origin may not read the answers")
	errMethod  = problem.New(http.StatusForbidden, codePreflight, "pages of other origins may not use this method here")
	errHeaders = problem.New(http.StatusForbidden, codePreflight, "pages of other origins may not send one of these headers")
)

// allowsMethod compares exactly: methods are case-sensitive, RFC 9110 section
// 9.1, and browsers capitalise only some of them.
func (c *cors) allowsMethod(r *http.Request, method string) bool {
	if len(method) > 64 || !isToken(method) {
		return false
	}
	if c.anyMethod || safelisted(method) {
		return true
	}
	if _, found := c.methods[method]; found {
		return true
	}
	return c.methodsFor != nil && slices.Contains(c.methodsFor(r), method)
}

// allowedMethods is what a preflight is told: all methods of the path where they
// are known, so that it holds for the next one too, else the one that is asked
// for, unless that needs no permission.
func (c *cors) allowedMethods(r *http.Request, asked []string) []string {
	if c.methodsFor != nil {
		if known := c.methodsFor(r); slices.Contains(known, asked[0]) {
			return []string{strings.Join(known, ", ")}
		}
	}
	if safelisted(asked[0]) {
		return nil
	}
	return asked
}

func safelisted(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPost
}

// The limits of Access-Control-Request-Headers.
const (
	maxRequestHeaders      = 100
	maxRequestHeadersBytes = 4 << 10
)

// allowsHeaders reads the names that a page wants to send. Browsers join them
// with a comma; a proxy may have split them into lines and added spaces.
func (c *cors) allowsHeaders(lines []string) bool {
	names, size := 0, 0
	for _, line := range lines {
		if size += len(line); size > maxRequestHeadersBytes {
			return false
		}
		for more := line != ""; more; {
			var name string
			name, line, more = strings.Cut(line, ",")
			if names++; names > maxRequestHeaders || !c.allowsHeader(strings.Trim(name, " \t")) {
				return false
			}
		}
	}
	return true
}

// allowsHeader reports whether a page may send a header. Browsers write the
// names in lower case, for which nothing is copied here.
func (c *cors) allowsHeader(name string) bool {
	name = strings.ToLower(name)
	if _, found := c.headers[name]; found {
		return true
	}
	return c.anyHeader && name != "authorization" && isToken(name)
}
