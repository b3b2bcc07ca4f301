package security

import "strings"

// DefaultRealm is the realm of a challenge whose realm nobody named. It says
// nothing about the product on purpose.
const DefaultRealm = "api"

// A Challenge is what a 401 says in one WWW-Authenticate line: the scheme that
// would be accepted and its parameters (RFC 9110 §11.6.1).
//
// The zero value is `Bearer realm="api"`. A Challenge is a value: its methods
// return changed copies, and it is safe for concurrent use.
type Challenge struct {
	scheme     string
	parameters []parameter
}

type parameter struct{ name, value string }

// NewChallenge returns a challenge of any scheme, such as "DPoP", without
// parameters. It panics if scheme is not a token of RFC 9110 §5.6.2.
func NewChallenge(scheme string) Challenge {
	if !isToken(scheme) {
		panic("security: NewChallenge: the scheme is not a token; a scheme is one word such as \"Bearer\"")
	}
	return Challenge{scheme: scheme}
}

// BearerChallenge returns `Bearer realm="…"` (RFC 6750 §3). An empty realm means
// [DefaultRealm].
func BearerChallenge(realm string) Challenge {
	return NewChallenge("Bearer").inRealm(realm)
}

// DPoPChallenge returns `DPoP algs="…"` (RFC 9449 §7.1).
func DPoPChallenge(algorithms ...string) Challenge {
	return NewChallenge("DPoP").With("algs", strings.Join(algorithms, " "))
}

// BasicChallenge returns `Basic realm="…", charset="UTF-8"` (RFC 7617 §2.1, where
// UTF-8 is the only charset there is). An empty realm means [DefaultRealm].
func BasicChallenge(realm string) Challenge {
	return NewChallenge("Basic").inRealm(realm).With("charset", "UTF-8")
}

// APIKeyChallenge returns `ApiKey realm="…", name="X-API-Key", in="header"`. The
// scheme is not registered with IANA; a 401 has to carry some challenge, and
// this one tells a person where the key belongs. An empty realm means
// [DefaultRealm].
func APIKeyChallenge(realm, name, in string) Challenge {
	return NewChallenge("ApiKey").inRealm(realm).With("name", name).With("in", in)
}

// CookieChallenge returns `Cookie realm="…", cookie-name="__Host-session"`, for
// sessions. The scheme is not registered with IANA. An empty realm means
// [DefaultRealm].
func CookieChallenge(realm, cookie string) Challenge {
	return NewChallenge("Cookie").inRealm(realm).With("cookie-name", cookie)
}

func (c Challenge) inRealm(realm string) Challenge {
	if realm == "" {
		realm = DefaultRealm
	}
	return c.With("realm", realm)
}

// quiet returns a challenge that means the same to programs, and for which no
// browser shows a dialog: xBasic for Basic. The scheme is not registered with IANA.
func (c Challenge) quiet() Challenge {
	if strings.EqualFold(c.Scheme(), "Basic") {
		c.scheme = quietBasic
	}
	return c
}

const quietBasic = "xBasic"

// withMetadata names the document that tells clients where to get a token (RFC 9728
// §5.1).
func (c Challenge) withMetadata(url string) Challenge {
	if url == "" {
		return c
	}
	return c.With("resource_metadata", url)
}

// With returns a copy with the parameter name, in place of a former one of that
// name: a parameter occurs once in a challenge (RFC 9110 §11.2). The value may be
// any text; [Challenge.String] writes what a header field can hold of it. With
// panics if name is not a token.
func (c Challenge) With(name, value string) Challenge {
	if !isToken(name) {
		panic("security: Challenge.With: the name of the parameter is not a token such as \"realm\"")
	}
	c = c.orDefault()
	parameters := make([]parameter, 0, len(c.parameters)+1)
	for _, p := range c.parameters {
		if !strings.EqualFold(p.name, name) {
			parameters = append(parameters, p)
		}
	}
	c.parameters = append(parameters, parameter{name, value})
	return c
}

// WithError returns a copy that says what is wrong: a code of RFC 6750 §3.1, and a
// sentence for the developer of the client, left out when empty. Only schemes
// that follow RFC 6750, such as Bearer and DPoP, know these parameters.
func (c Challenge) WithError(code, description string) Challenge {
	c = c.With("error", code)
	if description != "" {
		c = c.With("error_description", description)
	}
	return c
}

// WithScope returns a copy that names the scopes which would be enough, in the
// order given (RFC 6750 §3).
func (c Challenge) WithScope(scopes ...string) Challenge {
	return c.With("scope", strings.Join(scopes, " "))
}

// Scheme returns the scheme, "Bearer" for the zero value.
func (c Challenge) Scheme() string { return c.orDefault().scheme }

// String returns the value of the WWW-Authenticate field.
//
// Quotation marks and backslashes are escaped; in the parameters whose charset
// RFC 6750 §3 limits further (error, error_description, scope) they become ' and /.
// Control characters and everything outside ASCII become question marks. So no
// value can end its parameter, its line, or the header.
func (c Challenge) String() string {
	c = c.orDefault()
	var b strings.Builder
	b.WriteString(c.scheme)
	for i, p := range c.parameters {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte(' ')
		b.WriteString(p.name)
		b.WriteString(`="`)
		p.writeValue(&b)
		b.WriteByte('"')
	}
	return b.String()
}

func (c Challenge) orDefault() Challenge {
	if c.scheme == "" {
		return BearerChallenge(DefaultRealm)
	}
	return c
}

// followsOAuth reports whether the scheme has the error parameters of RFC 6750.
func (c Challenge) followsOAuth() bool {
	s := c.Scheme()
	return strings.EqualFold(s, "Bearer") || strings.EqualFold(s, "DPoP")
}

func (p parameter) writeValue(b *strings.Builder) {
	limited := p.name == "error" || p.name == "error_description" || p.name == "scope"
	for _, r := range p.value {
		switch {
		case r < ' ' || r > '~':
			b.WriteByte('?')
		case r == '"' && limited:
			b.WriteByte('\'')
		case r == '\\' && limited:
			b.WriteByte('/')
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		default:
			b.WriteByte(byte(r))
		}
	}
}

// isToken reports whether s is a token of RFC 9110 §5.6.2.
func isToken(s string) bool {
	return s != "" && tokenPrefix(s) == len(s)
}

// tokenPrefix returns the length of the token that s begins with.
func tokenPrefix(s string) int {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("!#$%&'*+-.^_`|~", s[i]) < 0 {
			return i
		}
	}
	return len(s)
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
