package security

import (
	"errors"
	"slices"
	"strings"
)

// GrantedScopes are the scopes that a token holds. As the type of a claim it reads
// both forms that are in use: one text with spaces between the scopes, as OAuth
// 2.0 has it (RFC 6749 §3.3), and an array of texts.
//
//	type Claims struct {
//		Scope security.GrantedScopes `json:"scope"` // or "scp", or "scopes"
//	}
//
// The nil value grants nothing. A claim that is null grants nothing; any other
// form makes the token invalid.
type GrantedScopes []string

// ParseScopes returns the scopes of a text in which spaces separate them. Only
// spaces do; empty pieces are left out.
func ParseScopes(text string) GrantedScopes {
	var scopes GrantedScopes
	for scope := range strings.SplitSeq(text, " ") {
		if scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// UnmarshalJSON reads a text or an array of texts.
func (g *GrantedScopes) UnmarshalJSON(data []byte) error {
	scopes, ok := readScopes(data)
	if !ok {
		return errors.New("scopes: expected a text or an array of texts")
	}
	*g = scopes
	return nil
}

func readScopes(data []byte) (scopes GrantedScopes, ok bool) {
	if !isJSON(data) {
		return nil, false
	}
	if text, ok := quoted(data); ok {
		return ParseScopes(string(text)), true
	}
	ok = eachText(data, func(text []byte) { scopes = append(scopes, string(text)) })
	return scopes, ok || string(data) == "null"
}

// Has reports whether all the required scopes are granted. Scopes are compared
// exactly, case included. Nothing required is granted to everybody.
func (g GrantedScopes) Has(required ...string) bool {
	for _, scope := range required {
		if !slices.Contains(g, scope) {
			return false
		}
	}
	return true
}

// CheckScope returns an error if scope cannot be a scope of RFC 6749 §3.3, that is
// a text of printable ASCII characters without space, quotation mark and
// backslash. A scope that fails it can never be granted by an OAuth 2.0 server.
func CheckScope(scope string) error {
	if scope == "" {
		return errors.New("a scope is empty; leave it out or name it")
	}
	for i := range len(scope) {
		if c := scope[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return errors.New("a scope holds a space, a quotation mark, a backslash or a character outside ASCII; scopes are words such as \"posts:read\"")
		}
	}
	return nil
}
