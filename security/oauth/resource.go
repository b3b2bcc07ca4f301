package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/security"
)

// ResourceMetadata tells clients which authorization servers give tokens for this
// API (RFC 9728 §2). It is never made from what a request says.
type ResourceMetadata struct {
	// Resource is the API's own https URL, without a fragment. Required.
	Resource string `json:"resource"`
	// AuthorizationServers are the issuers whose tokens are accepted.
	AuthorizationServers []string `json:"authorization_servers,omitzero"`
	// ScopesSupported are scopes that clients may ask for.
	ScopesSupported []string `json:"scopes_supported,omitzero"`
	// BearerMethodsSupported are the ways to send a token; nil means "header", the
	// only one that this framework reads.
	BearerMethodsSupported []string `json:"bearer_methods_supported,omitzero"`
	// Name and Documentation are for people.
	Name          string `json:"resource_name,omitzero"`
	Documentation string `json:"resource_documentation,omitzero"`
	// DPoPAlgorithms are the algorithms of proofs of possession, and DPoPRequired says
	// that all tokens are bound to a key (RFC 9449).
	DPoPAlgorithms []string `json:"dpop_signing_alg_values_supported,omitzero"`
	DPoPRequired   bool     `json:"dpop_bound_access_tokens_required,omitzero"`
	// TLSBound says that all tokens are bound to a certificate (RFC 8705).
	TLSBound bool `json:"tls_client_certificate_bound_access_tokens,omitzero"`
}

// A Resource publishes the metadata of this API, for clients that know nothing but
// its URL. [NewResource] makes it.
//
//	mortise.Get(api, resource.Path(), resource.Metadata, mortise.Public())
//
// Give its URL to the scheme, as [security.SchemeConfig.ResourceMetadata], and to
// the verifier; challenges then lead to it.
type Resource struct{ metadata ResourceMetadata }

// NewResource returns the resource of a metadata. The error joins everything that is
// wrong with it.
func NewResource(m ResourceMetadata) (*Resource, error) {
	var mistakes []error
	check := func(field, text string) {
		if err := (Connection{}).checkURL("ResourceMetadata."+field, text); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	check("Resource", m.Resource)
	for i, issuer := range m.AuthorizationServers {
		check(fmt.Sprintf("AuthorizationServers[%d]", i), issuer)
	}
	for i, scope := range m.ScopesSupported {
		if err := security.CheckScope(scope); err != nil {
			mistakes = append(mistakes, fmt.Errorf("ResourceMetadata.ScopesSupported[%d]: %w", i, err))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	if m.BearerMethodsSupported == nil {
		m.BearerMethodsSupported = []string{"header"}
	}
	m.AuthorizationServers, m.ScopesSupported = slices.Clone(m.AuthorizationServers), slices.Clone(m.ScopesSupported)
	return &Resource{m}, nil
}

// URL returns where the metadata is: the well-known path stands between the host
// and the path of the resource (RFC 9728 §3.1).
func (r *Resource) URL() string { return wellKnown(r.metadata.Resource, "oauth-protected-resource") }

// Path returns the path of [Resource.URL], for a route.
func (r *Resource) Path() string {
	u, err := url.Parse(r.URL())
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

// PublishedMetadata is the answer of [Resource.Metadata]. Every origin may read it.
type PublishedMetadata struct {
	Origin string           `header:"Access-Control-Allow-Origin"`
	Body   ResourceMetadata `body:"json"`
}

// Metadata is the handler that publishes the metadata.
func (r *Resource) Metadata(context.Context, di.None) (PublishedMetadata, error) {
	return PublishedMetadata{Origin: "*", Body: r.metadata}, nil
}
