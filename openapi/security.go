package openapi

import (
	"maps"
	"slices"
)

// Scheme is a way to prove who is asking. It is a component of the document under its Name,
// registered by being used in a [Requirement].
type Scheme struct {
	// Name is the key of the component, such as "BearerAuth": letters, digits, ".", "-" and "_".
	Name string
	// Type is "http", "apiKey", "oauth2", "openIdConnect" or "mutualTLS".
	Type        string
	Description string

	// HTTPScheme is the scheme of the Authorization header, such as "bearer" or "basic"; for type "http".
	HTTPScheme string
	// BearerFormat is a hint such as "JWT".
	BearerFormat string

	// In is "header", "query" or "cookie", and ParamName the name there; for type "apiKey".
	In        string
	ParamName string

	// Flows are the ways to get a token; for type "oauth2".
	Flows OAuthFlows

	// OpenIDConnectURL is the address of the discovery document; for type "openIdConnect".
	OpenIDConnectURL string
}

// SecurityScheme returns s, so that a Scheme is a [SchemeDescriber].
func (s Scheme) SecurityScheme() Scheme { return s }

// SchemeDescriber is what a dependency carries that asks for a credential.
type SchemeDescriber interface {
	SecurityScheme() Scheme
}

// OAuthFlows are the grants that an authorization server offers; nil ones are not offered.
type OAuthFlows struct {
	Implicit          *OAuthFlow
	Password          *OAuthFlow
	ClientCredentials *OAuthFlow
	AuthorizationCode *OAuthFlow
	// DeviceAuthorization (RFC 8628) exists from OpenAPI 3.2 on; in 3.1 it is written under "x-deviceAuthorization".
	DeviceAuthorization *OAuthFlow
}

// OAuthFlow tells where a client finds the endpoints of a grant. Each flow uses the addresses that it has.
type OAuthFlow struct {
	AuthorizationURL       string
	DeviceAuthorizationURL string
	TokenURL               string
	RefreshURL             string
	// Scopes maps each scope to its description.
	// Scopes that operations require are added when they are missing.
	Scopes map[string]string
}

// Requirement is a set of credentials that are needed together. The empty requirement is satisfied by anybody.
type Requirement []Credential

// Credential is a scheme, with the scopes (or roles) that the credential must carry.
type Credential struct {
	Scheme Scheme
	Scopes []string
}

// Require adds a condition to the operation: besides everything that is required already,
// a request has to satisfy one of the alternatives. An alternative that is empty makes the condition optional.
// Without alternatives nothing happens.
//
// Require(a, b) followed by Require(c) gives the alternatives (a and c) or (b and c).
// If one scheme is required twice, its scopes are joined, without duplicates, in the order of the calls.
func (op *Operation) Require(alternatives ...Requirement) {
	if len(alternatives) == 0 {
		return
	}
	if len(op.Security) == 0 {
		op.Security = []Requirement{nil}
	}
	combined := make([]Requirement, 0, len(op.Security)*len(alternatives))
	for _, old := range op.Security {
		for _, alternative := range alternatives {
			combined = appendAlternative(combined, old.and(alternative))
		}
	}
	op.Security = combined
}

// and returns a requirement for everything that both want. Neither is changed.
func (r Requirement) and(other Requirement) Requirement {
	joined := make(Requirement, 0, len(r)+len(other))
	for _, c := range slices.Concat(r, other) {
		i := slices.IndexFunc(joined, func(have Credential) bool { return have.Scheme.Name == c.Scheme.Name && have.Scheme.equal(c.Scheme) })
		if i < 0 {
			joined = append(joined, Credential{Scheme: c.Scheme, Scopes: unique(c.Scopes)})
			continue
		}
		joined[i].Scopes = unique(joined[i].Scopes, c.Scopes)
	}
	return joined
}

// appendAlternative leaves out an alternative that is there already.
func appendAlternative(all []Requirement, next Requirement) []Requirement {
	for _, have := range all {
		if have.equal(next) {
			return all
		}
	}
	return append(all, next)
}

func (r Requirement) equal(other Requirement) bool {
	return slices.EqualFunc(r, other, func(a, b Credential) bool {
		return a.Scheme.equal(b.Scheme) && slices.Equal(a.Scopes, b.Scopes)
	})
}

// unique joins lists in order, without duplicates.
func unique(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		for _, s := range list {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

func (s Scheme) equal(other Scheme) bool {
	a, b := s, other
	a.Flows, b.Flows = OAuthFlows{}, OAuthFlows{}
	return a == b && s.Flows.equal(other.Flows)
}

func (f OAuthFlows) equal(other OAuthFlows) bool {
	return slices.EqualFunc(f.list(), other.list(), func(a, b *OAuthFlow) bool { return a.equal(b) })
}

// list names the flows in a fixed order.
func (f OAuthFlows) list() []*OAuthFlow {
	return []*OAuthFlow{f.Implicit, f.Password, f.ClientCredentials, f.AuthorizationCode, f.DeviceAuthorization}
}

func (f *OAuthFlow) equal(other *OAuthFlow) bool {
	if f == nil || other == nil {
		return f == other
	}
	return f.AuthorizationURL == other.AuthorizationURL && f.DeviceAuthorizationURL == other.DeviceAuthorizationURL &&
		f.TokenURL == other.TokenURL && f.RefreshURL == other.RefreshURL && maps.Equal(f.Scopes, other.Scopes)
}
