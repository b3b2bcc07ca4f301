package connexion

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

// A maker makes the dependency of a scheme that tells its function of scopes,
// which somebody else enforces.
type maker func(told []string) *di.Dependency

// lock is a scheme of the document.
type lock struct {
	make   maker
	scopes bool // whether scopes are the scheme's own to grant
}

// lock finds what verifies the credentials of a scheme.
func (r *Registry) lock(name string, s scheme) (lock, error) {
	c := security.SchemeConfig{Name: name, Description: s.Description, Realm: r.config.Realm, BearerFormat: s.BearerFormat}
	kind := s.Type
	if s.Type == "http" {
		kind = strings.ToLower(s.Scheme)
	}
	switch kind {
	case "oauth2", "openIdConnect":
		return r.oauth(s, c)
	case "bearer":
		return r.bearer(s, c)
	case "basic":
		f, err := named(r, "x-basicInfoFunc", s.BasicInfoFunc, "BASICINFO_FUNC", r.basic)
		return r.withValidator(s, err, func(i security.InfoConfig) *di.Dependency { return security.BasicInfoFrom(security.Basic(c), f, i) })
	case "apiKey":
		return r.apiKey(s, c)
	}
	return r.other(name, kind)
}

func (r *Registry) other(name, kind string) (lock, error) {
	make := r.config.Schemes[kind]
	if make == nil {
		return lock{}, fmt.Errorf("nothing is known of the type %q; give Config.Schemes[%q], or leave the scheme out", kind, kind)
	}
	d, err := make(name)
	if err == nil && d == nil {
		err = fmt.Errorf("Config.Schemes[%q] made nothing", kind)
	}
	return lock{make: func([]string) *di.Dependency { return d }}, err
}

// oauth makes a lock for tokens of an authorization server.
func (r *Registry) oauth(s scheme, c security.SchemeConfig) (lock, error) {
	f, err := r.tokenInfo(s)
	var d *di.Dependency
	if s.Type == "openIdConnect" {
		if u, e := url.Parse(s.OpenIDConnectURL); e != nil || u.Scheme == "" || u.Host == "" {
			return lock{}, errors.Join(err, fmt.Errorf("openIdConnectUrl %q is no absolute URL", s.OpenIDConnectURL))
		}
		d = security.OpenIDConnect(s.OpenIDConnectURL, c)
	} else {
		flows := s.flows()
		if e := security.CheckFlows(flows); e != nil {
			return lock{}, errors.Join(err, e)
		}
		d = security.OAuth2(flows, c)
	}
	l, err := r.withValidator(s, err, func(i security.InfoConfig) *di.Dependency { return security.TokenInfoFrom(d, f, i) })
	l.scopes = true
	return l, err
}

func (s scheme) flows() openapi.OAuthFlows {
	return openapi.OAuthFlows{
		Implicit: s.Flows.Implicit.flow(), Password: s.Flows.Password.flow(), ClientCredentials: s.Flows.ClientCredentials.flow(),
		AuthorizationCode: s.Flows.AuthorizationCode.flow(), DeviceAuthorization: s.Flows.DeviceAuthorization.flow(),
	}
}

func (r *Registry) bearer(s scheme, c security.SchemeConfig) (lock, error) {
	f, err := named(r, "x-bearerInfoFunc", s.BearerInfoFunc, "BEARERINFO_FUNC", r.token)
	return r.withValidator(s, err, func(i security.InfoConfig) *di.Dependency { return security.TokenInfoFrom(security.Bearer(c), f, i) })
}

func (r *Registry) apiKey(s scheme, c security.SchemeConfig) (lock, error) {
	if s.In == "header" && http.CanonicalHeaderKey(s.Name) == "Authorization" && strings.EqualFold(s.AuthenticationScheme, "bearer") {
		return r.bearer(s, c)
	}
	f, err := named(r, "x-apikeyInfoFunc", s.APIKeyInfoFunc, "APIKEYINFO_FUNC", r.key)
	var scheme func(string, security.SchemeConfig) *di.Dependency
	switch s.In {
	case "header":
		scheme = security.APIKeyHeader
	case "query":
		scheme = security.APIKeyQuery
	case "cookie":
		scheme = security.APIKeyCookie
	default:
		return lock{}, errors.Join(err, fmt.Errorf("in is %q; want header, query or cookie", s.In))
	}
	if s.Name == "" || strings.Trim(s.Name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return lock{}, errors.Join(err, fmt.Errorf("name %q can be no name of a %s", s.Name, s.In))
	}
	return r.withValidator(s, err, func(i security.InfoConfig) *di.Dependency { return security.APIKeyInfoFrom(scheme(s.Name, c), f, i) })
}

// tokenInfo is the function of a scheme, or the one that asks its address.
func (r *Registry) tokenInfo(s scheme) (TokenInfoFunc, error) {
	if s.TokenInfoFunc != "" || r.config.Getenv("TOKENINFO_FUNC") != "" {
		return named(r, "x-tokenInfoFunc", s.TokenInfoFunc, "TOKENINFO_FUNC", r.token)
	}
	address := s.TokenInfoURL
	if address == "" {
		address = r.config.Getenv("TOKENINFO_URL")
	}
	switch {
	case address == "":
		return nil, errors.New("has no function; set x-tokenInfoFunc, or TOKENINFO_FUNC in the environment, to the name of a registered one")
	case r.config.Remote == nil:
		return nil, fmt.Errorf("x-tokenInfoUrl %q needs Config.Remote, which says how it is asked", address)
	}
	f, err := r.config.Remote(address)
	if err == nil && f == nil {
		err = errors.New("Config.Remote made nothing")
	}
	if err != nil {
		return nil, fmt.Errorf("x-tokenInfoUrl %q: %w", address, err)
	}
	return f, nil
}

// named finds a function by the name in the document or, where that has none, in
// the environment.
func named[F any](r *Registry, extension, name, variable string, functions map[string]F) (F, error) {
	from := extension
	if name == "" {
		name, from = r.config.Getenv(variable), variable+" of the environment"
	}
	f, ok := functions[name]
	switch {
	case name == "":
		return f, fmt.Errorf("has no function; set %s, or %s in the environment, to the name of a registered one", extension, variable)
	case !ok && r.has(name):
		return f, fmt.Errorf("%s names %q, which is registered for something else", from, name)
	case !ok:
		return f, fmt.Errorf("%s names %q, which nobody registered; call RegisterVerifier(%q, …) before Load", from, name, name)
	}
	return f, nil
}

// withValidator makes the lock once its validator of scopes is found, too.
func (r *Registry) withValidator(s scheme, err error, make func(security.InfoConfig) *di.Dependency) (lock, error) {
	var validate security.ScopeValidator
	if s.ScopeValidateFunc != "" || r.config.Getenv("SCOPEVALIDATE_FUNC") != "" {
		v, e := named(r, "x-scopeValidateFunc", s.ScopeValidateFunc, "SCOPEVALIDATE_FUNC", r.scope)
		validate, err = v, errors.Join(err, e)
	}
	return lock{make: func(told []string) *di.Dependency {
		return make(security.InfoConfig{ScopeValidator: validate, Told: told})
	}}, err
}
