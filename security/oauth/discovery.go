package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mortise-go/mortise/internal/codec"
)

const (
	maxMetadata = 256 << 10 // octets
	maxDepth    = 16        // levels of JSON
)

// Metadata is what an authorization server says of itself (OpenID Connect Discovery
// 1.0 §3, RFC 8414 §2), as far as an API needs it.
type Metadata struct {
	Issuer                string   `json:"issuer"`
	JWKSURI               string   `json:"jwks_uri"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	ScopesSupported       []string `json:"scopes_supported"`
	DPoPAlgorithms        []string `json:"dpop_signing_alg_values_supported"`
}

// DiscoveryURL returns the URL of an OpenID provider's metadata (OpenID Connect
// Discovery 1.0 §4), for [security.OpenIDConnect].
func DiscoveryURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// Discover fetches the metadata of an issuer: the OpenID Connect document, or else
// that of RFC 8414, which lies elsewhere if the issuer's URL has a path. Its issuer
// must be the one asked for, character for character, and the URLs in it have to be
// https.
func Discover(ctx context.Context, issuer string, c Connection) (*Metadata, error) {
	if err := errors.Join(append(c.check("Discover"), c.checkURL("the issuer", issuer))...); err != nil {
		return nil, fmt.Errorf("Discover: %w", err)
	}
	s := c.server("the metadata of the issuer", issuer)
	if c.Transport == nil {
		defer s.http.CloseIdleConnections()
	}
	return s.discover(ctx, issuer)
}

// at returns another address of the same authorization server.
func (s *server) at(name, address string) *server {
	return &server{Connection: s.Connection, url: address, name: name, http: s.http}
}

func (s *server) discover(ctx context.Context, issuer string) (*Metadata, error) {
	var mistakes []error
	for _, address := range []string{DiscoveryURL(issuer), authorizationServerURL(issuer)} {
		m, err := s.at("the metadata of the issuer", address).metadata(ctx, issuer)
		if err == nil {
			return m, nil
		}
		mistakes = append(mistakes, err)
		if _, isWrong := errors.AsType[wrongMetadata](err); isWrong {
			break
		}
	}
	return nil, errors.Join(mistakes...)
}

// authorizationServerURL puts the well-known path between host and path (RFC 8414
// §3.1).
func authorizationServerURL(issuer string) string {
	return wellKnown(issuer, "oauth-authorization-server")
}

// wellKnown returns the URL of metadata about what is at a URL.
func wellKnown(text, name string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	query := ""
	if u.RawQuery != "" {
		query = "?" + u.RawQuery
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + strings.TrimSuffix(u.EscapedPath(), "/") + query
}

// wrongMetadata says that there is metadata and that it must not be used.
type wrongMetadata struct{ error }

func (s *server) metadata(ctx context.Context, issuer string) (*Metadata, error) {
	a, err := s.ask(ctx, http.MethodGet, nil, "", form{limit: maxMetadata, types: []string{"application/json"}, statuses: []int{http.StatusOK}})
	if err != nil {
		return nil, err
	}
	m := new(Metadata)
	if err := codec.Decode(a.body, m, codec.Options{MaxDepth: maxDepth}); err != nil {
		return nil, wrongMetadata{s.fail(ctx, err)}
	}
	if err := m.check(s.Connection, issuer); err != nil {
		return nil, wrongMetadata{s.fail(ctx, err)}
	}
	return m, nil
}

// check returns why the metadata must not be used.
func (m *Metadata) check(c Connection, issuer string) error {
	if m.Issuer != issuer { // OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3
		return fmt.Errorf("it is that of %.200q; want %q, character for character", m.Issuer, issuer)
	}
	mistakes := []error{c.checkURL("its jwks_uri", m.JWKSURI)}
	for _, e := range []struct{ name, url string }{
		{"authorization_endpoint", m.AuthorizationEndpoint}, {"token_endpoint", m.TokenEndpoint},
		{"introspection_endpoint", m.IntrospectionEndpoint}, {"revocation_endpoint", m.RevocationEndpoint},
		{"userinfo_endpoint", m.UserinfoEndpoint},
	} {
		if e.url != "" {
			mistakes = append(mistakes, c.checkURL("its "+e.name, e.url))
		}
	}
	return errors.Join(mistakes...)
}
