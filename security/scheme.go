package security

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/openapi"
)

// A SchemeConfig adjusts a scheme. The zero value is ready to use.
type SchemeConfig struct {
	// Name is the scheme's name in the document. Each scheme has a default; two
	// different schemes of one API need different names.
	Name string
	// Description tells people where to get the credential, in CommonMark.
	Description string
	// Realm is that of the challenges; empty means [DefaultRealm].
	Realm string
	// ResourceMetadata is the URL that the challenges of [Bearer], [OAuth2] and
	// [OpenIDConnect] name as the description of this API for clients (RFC 9728 §5.1);
	// empty: none.
	ResourceMetadata string
	// BearerFormat is a hint for [Bearer]; empty means "JWT".
	BearerFormat string
	// Basic says what [Basic] accepts; the zero value refuses an empty user and
	// an empty password.
	Basic BasicReader
	// NoDialog keeps browsers from asking for a password in a dialog of their own
	// when a script of a page is refused by [Basic], so that the page can ask
	// itself: requests with Sec-Fetch-Mode: cors or same-origin, or with
	// X-Requested-With, are challenged with `xBasic` in place of `Basic`. A person
	// who opens an address is asked as ever. A refusal that a program makes with
	// challenges of its own keeps those.
	NoDialog bool
}

func (c SchemeConfig) named(name string) SchemeConfig {
	if c.Name == "" {
		c.Name = name
	}
	return c
}

// Bearer is the scheme of tokens in the Authorization field (RFC 6750 §2.1). It
// gives a [BearerToken], as it was sent: whoever takes it verifies it. The name
// is "BearerAuth".
func Bearer(c SchemeConfig) *di.Dependency {
	c = c.named("BearerAuth")
	if c.BearerFormat == "" {
		c.BearerFormat = "JWT"
	}
	return bearer(c, openapi.Scheme{Type: "http", HTTPScheme: "bearer", BearerFormat: c.BearerFormat})
}

// DPoP is the scheme of tokens that are bound to a key (RFC 9449 §7.1), with proofs
// of these algorithms. It gives [DPoPCredentials], as they were sent: whoever takes
// them verifies them. The name is "DPoPAuth". It panics without an algorithm.
func DPoP(c SchemeConfig, algorithms ...string) *di.Dependency {
	if len(algorithms) == 0 {
		panic("security: DPoP: no algorithm is named; name those that proofs may have, such as \"ES256\"")
	}
	challenge := DPoPChallenge(algorithms...).withMetadata(c.ResourceMetadata)
	return scheme(c.named("DPoPAuth"), openapi.Scheme{Type: "http", HTTPScheme: "dpop"}, challenge,
		func(r *http.Request) (DPoPCredentials, error) { return ReadDPoP(r.Header) })
}

// OAuth2 is [Bearer] for tokens of an authorization server, whose endpoints the
// document names. The name is "OAuth2". It panics if flows offers none, or one
// without the addresses that it needs.
func OAuth2(flows openapi.OAuthFlows, c SchemeConfig) *di.Dependency {
	if err := CheckFlows(flows); err != nil {
		panic("security: OAuth2: " + err.Error())
	}
	return bearer(c.named("OAuth2"), openapi.Scheme{Type: "oauth2", Flows: flows})
}

// OpenIDConnect is [Bearer] for tokens of an OpenID provider, whose discovery
// document is at an absolute URL. The name is "OpenIDConnect". It panics if
// discoveryURL is none.
func OpenIDConnect(discoveryURL string, c SchemeConfig) *di.Dependency {
	if u, err := url.Parse(discoveryURL); err != nil || u.Scheme == "" || u.Host == "" {
		panic("security: OpenIDConnect: the address of the discovery document is no absolute URL; it looks like https://id.example.com/.well-known/openid-configuration")
	}
	return bearer(c.named("OpenIDConnect"), openapi.Scheme{Type: "openIdConnect", OpenIDConnectURL: discoveryURL})
}

// CheckFlows returns an error if flows offers no flow, or one without the addresses
// that clients need.
func CheckFlows(f openapi.OAuthFlows) error {
	var mistakes []error
	need := func(flow, field, value string) {
		if value == "" {
			mistakes = append(mistakes, errors.New(flow+"."+field+" is empty; clients could not get a token"))
		}
	}
	if f == (openapi.OAuthFlows{}) {
		return errors.New("no flow is given; name at least one, such as AuthorizationCode")
	}
	if f.Implicit != nil {
		need("Implicit", "AuthorizationURL", f.Implicit.AuthorizationURL)
	}
	if f.Password != nil {
		need("Password", "TokenURL", f.Password.TokenURL)
	}
	if f.ClientCredentials != nil {
		need("ClientCredentials", "TokenURL", f.ClientCredentials.TokenURL)
	}
	if f.AuthorizationCode != nil {
		need("AuthorizationCode", "AuthorizationURL", f.AuthorizationCode.AuthorizationURL)
		need("AuthorizationCode", "TokenURL", f.AuthorizationCode.TokenURL)
	}
	if f.DeviceAuthorization != nil {
		need("DeviceAuthorization", "DeviceAuthorizationURL", f.DeviceAuthorization.DeviceAuthorizationURL)
		need("DeviceAuthorization", "TokenURL", f.DeviceAuthorization.TokenURL)
	}
	return errors.Join(mistakes...)
}

func bearer(c SchemeConfig, s openapi.Scheme) *di.Dependency {
	return scheme(c, s, BearerChallenge(c.Realm).withMetadata(c.ResourceMetadata), func(r *http.Request) (BearerToken, error) { return ReadBearer(r.Header) })
}

// Basic is the scheme of a user and a password in the Authorization field
// (RFC 7617). It gives [BasicCredentials]; whoever takes them verifies them.
// The name is "BasicAuth".
func Basic(c SchemeConfig) *di.Dependency {
	c = c.named("BasicAuth")
	return scheme(c, openapi.Scheme{Type: "http", HTTPScheme: "basic"}, BasicChallenge(c.Realm),
		func(r *http.Request) (BasicCredentials, error) { return c.Basic.Read(r.Header) })
}

// APIKeyHeader is the scheme of an API key in a header field, such as
// "X-API-Key". It gives an [APIKey]; whoever takes it verifies it. The name is
// "ApiKeyAuth". It panics if field cannot be the name of a header field.
func APIKeyHeader(field string, c SchemeConfig) *di.Dependency {
	mustBeToken("APIKeyHeader", field)
	canonical := http.CanonicalHeaderKey(field)
	return apiKey("header", field, c.named("ApiKeyAuth"), func(r *http.Request) (string, error) { return ReadHeaderKey(r.Header, canonical) })
}

// APIKeyQuery is the scheme of an API key in a query parameter, such as
// "api_key". It gives an [APIKey]. The name is "ApiKeyQuery". It panics if
// parameter is empty.
//
// A key in a URL ends up in logs, histories and Referer fields. Prefer
// [APIKeyHeader], or else a name that those who write logs take for a secret's:
// "api_key" is one, and Redact of middleware.AccessLogConfig takes others.
func APIKeyQuery(parameter string, c SchemeConfig) *di.Dependency {
	if parameter == "" {
		panic("security: APIKeyQuery: the parameter has no name; give one such as \"api_key\"")
	}
	return apiKey("query", parameter, c.named("ApiKeyQuery"), func(r *http.Request) (string, error) { return ReadQueryKey(r.URL.RawQuery, parameter) })
}

// APIKeyCookie is the scheme of an API key in a cookie. It gives an [APIKey].
// The name is "ApiKeyCookie". It panics if cookie cannot be the name of one.
func APIKeyCookie(cookie string, c SchemeConfig) *di.Dependency {
	mustBeToken("APIKeyCookie", cookie)
	return apiKey("cookie", cookie, c.named("ApiKeyCookie"), func(r *http.Request) (string, error) { return ReadCookieKey(r.Header, cookie) })
}

// SessionCookie is the scheme of a session whose id is in a cookie, such as
// "__Host-session". It gives a [SessionID]; package session looks up what that is
// the id of. The name is "SessionCookie". It panics if cookie cannot be the name
// of one.
func SessionCookie(cookie string, c SchemeConfig) *di.Dependency {
	mustBeToken("SessionCookie", cookie)
	c = c.named("SessionCookie")
	return scheme(c, openapi.Scheme{Type: "apiKey", In: "cookie", ParamName: cookie}, CookieChallenge(c.Realm, cookie),
		func(r *http.Request) (SessionID, error) {
			id, err := ReadCookieKey(r.Header, cookie)
			return SessionID(id), err
		})
}

func mustBeToken(function, name string) {
	if !isToken(name) {
		panic("security: " + function + ": the name is not made of letters, digits and hyphens; give one such as \"X-API-Key\"")
	}
}

func apiKey(in, name string, c SchemeConfig, read func(*http.Request) (string, error)) *di.Dependency {
	return scheme(c, openapi.Scheme{Type: "apiKey", In: in, ParamName: name}, APIKeyChallenge(c.Realm, name, in),
		func(r *http.Request) (APIKey, error) {
			key, err := read(r)
			return APIKey(key), err
		})
}

// scheme makes a dependency that reads a credential and describes itself.
func scheme[T any](c SchemeConfig, s openapi.Scheme, challenge Challenge, read func(*http.Request) (T, error)) *di.Dependency {
	s.Name, s.Description = c.Name, c.Description
	refusals, quiet := refusalsOf(challenge), refusalsOf(challenge.quiet())
	presents := func(r *http.Request) bool {
		_, err := read(r)
		f, ok := errors.AsType[Fault](err)
		return !ok || !f.Absent()
	}
	return di.Depends(func(_ context.Context, e exchange.Exchange) (T, error) {
		credential, err := read(e.Request)
		switch {
		case err == nil:
			return credential, nil
		case c.NoDialog && isScripted(e.Request):
			return credential, quiet.of(err)
		}
		return credential, refusals.of(err)
	}, di.Named("scheme "+c.Name), di.At(di.Authentication), di.Note(newNote(s, challenge, presents, c.NoDialog)))
}

// isScripted reports whether a script sent the request rather than a person who
// opened an address, as far as browsers (Fetch Metadata) and older libraries tell.
func isScripted(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Mode") {
	case "cors", "same-origin":
		return true
	}
	return r.Header.Get("X-Requested-With") != ""
}

// refusals are the answers of one scheme, made once.
type refusals [ErrMalformedQuery + 1]*Refusal

func refusalsOf(c Challenge) *refusals {
	var all refusals
	for f := ErrMissingCredentials; f <= ErrMalformedQuery; f++ {
		all[f] = f.Refuse(c)
		if f.Absent() {
			all[f] = all[f].forAll()
		}
	}
	return &all
}

func (r *refusals) of(err error) error {
	if f, ok := errors.AsType[Fault](err); ok && int(f) < len(r) && r[f] != nil {
		return r[f]
	}
	return err
}

// forAll returns a copy that leaves it to whoever knows the operation to name
// all schemes of it: nobody was refused by this one alone.
func (r *Refusal) forAll() *Refusal {
	c := *r
	c.unnamed = true
	return &c
}

// note describes a scheme to the operation that uses it, and challenges for it.
type note struct {
	openapi.Scheme
	challenge Challenge
	presents  func(*http.Request) bool
	lines     challengeLines
	quiet     *challengeLines // for scripts; nil for the same
}

// challengeLines are the challenges for each fault, made once.
type challengeLines [ErrForbidden + 1]string

func challengeLinesOf(c Challenge) *challengeLines {
	var lines challengeLines
	for f := range lines {
		v := Fault(f).verdict()
		lines[f] = withError([]Challenge{c}, v.oauthError, v.description)[0].String()
	}
	return &lines
}

func newNote(s openapi.Scheme, c Challenge, presents func(*http.Request) bool, noDialog bool) *note {
	n := &note{Scheme: s, challenge: c, presents: presents, lines: *challengeLinesOf(c)}
	if noDialog {
		n.quiet = challengeLinesOf(c.quiet())
	}
	return n
}

// Challenge is the WWW-Authenticate line of the scheme for a request that was
// refused by an error which names no scheme itself. It says what is wrong only
// where a credential of the scheme was presented (RFC 6750 §3.1).
func (n *note) Challenge(r *http.Request, err error) string {
	f := Fault(0)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		f = refusal.fault
	} else if fault, ok := errors.AsType[Fault](err); ok && int(fault) < len(n.lines) {
		f = fault
	}
	if !f.Absent() && !n.presents(r) {
		f = ErrMissingCredentials
	}
	if n.quiet != nil && isScripted(r) {
		return n.quiet[f]
	}
	return n.lines[f]
}
