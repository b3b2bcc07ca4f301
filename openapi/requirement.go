package openapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

// schemes collects what the requirements of all operations use.
type schemes struct {
	byName   map[string]*usedScheme
	mistakes []error
}

type usedScheme struct {
	scheme Scheme
	place  string // where it was met first
	scopes map[string]bool
}

var componentKey = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// use registers the schemes of an operation.
func (s *schemes) use(op *Operation) {
	for _, requirement := range op.Security {
		for _, c := range requirement {
			s.credential(c, op.name())
		}
	}
}

func (s *schemes) credential(c Credential, place string) {
	have := s.byName[c.Scheme.Name]
	switch {
	case !componentKey.MatchString(c.Scheme.Name):
		s.fail("%s: security scheme %q needs a name of letters, digits, '.', '-' and '_'", place, c.Scheme.Name)
		return
	case have == nil:
		have = &usedScheme{scheme: c.Scheme, place: place, scopes: map[string]bool{}}
		s.byName[c.Scheme.Name] = have
	case !have.scheme.equal(c.Scheme):
		s.fail("%s: security scheme %q is %s, but at %s it is %s; give one of them another name",
			place, c.Scheme.Name, c.Scheme.words(), have.place, have.scheme.words())
	}
	for _, scope := range c.Scopes {
		have.scopes[scope] = true
	}
}

func (s *schemes) fail(format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Errorf(format, args...))
}

// words tells schemes apart in a message.
func (s Scheme) words() string {
	switch s.Type {
	case "http":
		return strings.TrimSpace("http " + s.HTTPScheme + " " + s.BearerFormat)
	case "apiKey":
		return fmt.Sprintf("an API key in %s %q", s.In, s.ParamName)
	case "openIdConnect":
		return "openIdConnect at " + s.OpenIDConnectURL
	default:
		return s.Type
	}
}

// entities writes the schemes as components.
func (s *schemes) entities() map[string]openapi31.SecuritySchemeOrReference {
	if len(s.byName) == 0 {
		return nil
	}
	all := map[string]openapi31.SecuritySchemeOrReference{}
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		entity := s.entity(s.byName[name])
		all[name] = openapi31.SecuritySchemeOrReference{SecurityScheme: &entity}
	}
	return all
}

func (s *schemes) entity(u *usedScheme) openapi31.SecurityScheme {
	e := openapi31.SecurityScheme{Description: text(u.scheme.Description)}
	switch u.scheme.Type {
	case "http":
		if strings.EqualFold(u.scheme.HTTPScheme, "bearer") {
			e.HTTPBearer = &openapi31.SecuritySchemeHTTPBearer{Scheme: "bearer", BearerFormat: text(u.scheme.BearerFormat)}
		} else {
			e.HTTP = &openapi31.SecuritySchemeHTTP{Scheme: u.scheme.HTTPScheme}
		}
	case "apiKey":
		e.APIKey = &openapi31.SecuritySchemeAPIKey{Name: u.scheme.ParamName, In: openapi31.SecuritySchemeAPIKeyIn(u.scheme.In)}
		s.checkKey(u)
	case "oauth2":
		e.Oauth2 = &openapi31.SecuritySchemeOauth2{Flows: u.flows()}
	case "openIdConnect":
		e.Oidc = &openapi31.SecuritySchemeOidc{OpenIDConnectURL: u.scheme.OpenIDConnectURL}
	case "mutualTLS":
		e.MutualTLS = &openapi31.MutualTLS{}
	default:
		s.fail("%s: security scheme %q has type %q; want http, apiKey, oauth2, openIdConnect or mutualTLS",
			u.place, u.scheme.Name, u.scheme.Type)
	}
	return e
}

func (s *schemes) checkKey(u *usedScheme) {
	if !slices.Contains([]string{"header", "query", "cookie"}, u.scheme.In) || u.scheme.ParamName == "" {
		s.fail("%s: security scheme %q is an API key in %q named %q; want a name in header, query or cookie",
			u.place, u.scheme.Name, u.scheme.In, u.scheme.ParamName)
	}
}

func (u *usedScheme) flows() openapi31.OauthFlows {
	f := u.scheme.Flows
	var flows openapi31.OauthFlows
	if f.Implicit != nil {
		flows.Implicit = &openapi31.OauthFlowsDefsImplicit{
			AuthorizationURL: f.Implicit.AuthorizationURL, RefreshURL: text(f.Implicit.RefreshURL), Scopes: u.scopesOf(f.Implicit),
		}
	}
	if f.Password != nil {
		flows.Password = &openapi31.OauthFlowsDefsPassword{
			TokenURL: f.Password.TokenURL, RefreshURL: text(f.Password.RefreshURL), Scopes: u.scopesOf(f.Password),
		}
	}
	if f.ClientCredentials != nil {
		flows.ClientCredentials = &openapi31.OauthFlowsDefsClientCredentials{
			TokenURL: f.ClientCredentials.TokenURL, RefreshURL: text(f.ClientCredentials.RefreshURL),
			Scopes: u.scopesOf(f.ClientCredentials),
		}
	}
	if f.AuthorizationCode != nil {
		flows.AuthorizationCode = &openapi31.OauthFlowsDefsAuthorizationCode{
			AuthorizationURL: f.AuthorizationCode.AuthorizationURL, TokenURL: f.AuthorizationCode.TokenURL,
			RefreshURL: text(f.AuthorizationCode.RefreshURL), Scopes: u.scopesOf(f.AuthorizationCode),
		}
	}
	if f.DeviceAuthorization != nil {
		flows.MapOfAnything = map[string]any{"x-deviceAuthorization": u.device()}
	}
	return flows
}

func (u *usedScheme) device() map[string]any {
	f := u.scheme.Flows.DeviceAuthorization
	return map[string]any{
		"deviceAuthorizationUrl": f.DeviceAuthorizationURL, "tokenUrl": f.TokenURL, "scopes": u.scopesOf(f),
	}
}

// scopesOf adds the scopes that operations require: a client can only ask for scopes that are listed.
func (u *usedScheme) scopesOf(f *OAuthFlow) map[string]string {
	scopes := map[string]string{}
	for scope := range u.scopes {
		scopes[scope] = ""
	}
	maps.Copy(scopes, f.Scopes)
	return scopes
}

// security writes the alternatives of an operation.
func security(op *Operation) []map[string][]string {
	var all []map[string][]string
	for _, requirement := range op.Security {
		entity := map[string][]string{}
		for _, c := range requirement {
			entity[c.Scheme.Name] = append([]string{}, unique(entity[c.Scheme.Name], c.Scopes)...)
		}
		all = append(all, entity)
	}
	return all
}

// requirementLine says in words what an operation requires: pages show schemes as locks, but neither
// which of them go together, nor roles, nor the scopes of a bearer token.
func requirementLine(op *Operation) string {
	var alternatives []string
	optional := len(op.Security) == 0
	for _, r := range op.Security {
		if len(r) == 0 {
			optional = true
			continue
		}
		alternatives = append(alternatives, r.words())
	}
	schemes := strings.Join(alternatives, " or ")
	if optional && schemes != "" {
		return strings.TrimSpace("**Optional** " + schemes + ". " + requires(op.Requirements))
	}
	if len(alternatives) > 1 && len(op.Requirements) > 0 {
		schemes = "either " + schemes
	}
	return requires(append(unique([]string{schemes}), op.Requirements...))
}

func requires(words []string) string {
	words = slices.DeleteFunc(unique(words), func(w string) bool { return w == "" })
	if len(words) == 0 {
		return ""
	}
	return "**Requires** " + strings.Join(words, ", and ") + "."
}

func (r Requirement) words() string {
	parts := make([]string, len(r))
	for i, c := range r {
		parts[i] = code(c.Scheme.Name)
		if len(c.Scopes) > 0 {
			parts[i] += " with " + plural("scope", len(c.Scopes)) + " " + series(c.Scopes)
		}
	}
	return strings.Join(parts, " and ")
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func series(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = code(w)
	}
	if len(quoted) < 3 {
		return strings.Join(quoted, " and ")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}

// code puts text into CommonMark code; it cannot end early.
func code(s string) string {
	return "`" + strings.ReplaceAll(s, "`", "'") + "`"
}
