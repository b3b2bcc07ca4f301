package security

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

// A TokenInfo is what an authorization server says of a token, in the members of
// token introspection (RFC 7662 §2.2). The zero value is a token that is not
// active. It must not be changed once others have it.
//
// As JSON it is flat, the members of Extra beside the others.
type TokenInfo struct {
	Active    bool          // whether the token is good; nothing else counts if it is not
	Scope     GrantedScopes // JSON: scope, as one text or as an array of texts
	ClientID  string        // JSON: client_id; whom the token was issued to
	Username  string        // for people to read
	TokenType string        // JSON: token_type; such as "Bearer"
	Exp       time.Time     // when it expires; zero: not known
	Iat       time.Time     // when it was issued; zero: not known
	Nbf       time.Time     // from when on it is good; zero: from the beginning
	Sub       string        // whose it is; empty: nobody's, as for a machine
	Aud       []string      // whom it is meant for; JSON: a text or an array of texts
	Iss       string        // who issued it
	Jti       string        // its own name

	// Extra are all other members, as encoding/json decodes them into any.
	Extra map[string]any
}

const errInactive tokenFault = "the token is not active (RFC 7662 §2.2)"

// Check returns the refusal of a token that is not active, not yet valid or
// expired at the time now; clocks may differ by leeway. A token without exp does
// not expire.
func (t TokenInfo) Check(now time.Time, leeway time.Duration) error {
	switch {
	case !t.Active:
		return refuseFor(errInactive)
	case !t.Exp.IsZero() && !now.Before(t.Exp.Add(leeway)): // RFC 7519 §4.1.4: on or after
		return refuseFor(errExpired)
	case !t.Nbf.IsZero() && now.Add(leeway).Before(t.Nbf):
		return refuseFor(errNotYet)
	}
	return nil
}

func refuseFor(reason tokenFault) error { return faultOf(reason).Refuse().Because(reason) }

// Scopes returns what the token grants.
func (t TokenInfo) Scopes() []string { return t.Scope }

// rawJSON is a JSON value that was checked and not decoded.
type rawJSON []byte

func (r *rawJSON) UnmarshalJSON(data []byte) error {
	*r = bytes.Clone(data)
	return nil
}

// UnmarshalJSON reads an answer of token introspection. Active is what the server
// says in JSON's own true: a text "true" is an error, as is every other member of a
// wrong type, so that nobody takes a restriction for its absence. A member that is
// null counts as absent, names are compared exactly, and two of one name are an
// error.
func (t *TokenInfo) UnmarshalJSON(data []byte) error {
	var members map[string]rawJSON
	if err := codec.Decode(data, &members, codec.Options{MaxDepth: maxDepth}); err != nil {
		return fmt.Errorf("token information: %w", err)
	}
	if members == nil {
		return errors.New("token information: expected an object")
	}
	var info TokenInfo
	for name, value := range members {
		if string(value) == "null" {
			continue
		}
		if err := info.set(name, value); err != nil {
			return fmt.Errorf("token information: %w", err)
		}
	}
	// Many may have the same information, and who appends to a list of it must not
	// write where another does.
	info.Scope, info.Aud = slices.Clip(info.Scope), slices.Clip(info.Aud)
	*t = info
	return nil
}

func (t *TokenInfo) set(name string, value []byte) error {
	var ok bool
	switch name {
	case "active":
		t.Active = string(value) == "true"
		ok = t.Active || string(value) == "false"
	case "scope":
		t.Scope, ok = readScopes(value)
	case "aud":
		t.Aud, ok = textOrTexts(value)
	case "exp":
		t.Exp, ok = instant(value)
	case "iat":
		t.Iat, ok = instant(value)
	case "nbf":
		t.Nbf, ok = instant(value)
	default:
		return t.setText(name, value)
	}
	return orMemberType(name, ok)
}

func (t *TokenInfo) setText(name string, value []byte) error {
	for _, m := range t.texts() {
		if m.name == name {
			text, ok := quoted(value)
			*m.field = string(text)
			return orMemberType(name, ok)
		}
	}
	var v any
	if err := codec.Decode(value, &v, codec.Options{MaxDepth: maxDepth}); err != nil {
		return err
	}
	if t.Extra == nil {
		t.Extra = make(map[string]any)
	}
	t.Extra[name] = v
	return nil
}

type textMember struct {
	name  string
	field *string
}

// texts are the members of RFC 7662 §2.2 that are texts.
func (t *TokenInfo) texts() [6]textMember {
	return [...]textMember{
		{"client_id", &t.ClientID}, {"username", &t.Username}, {"token_type", &t.TokenType},
		{"sub", &t.Sub}, {"iss", &t.Iss}, {"jti", &t.Jti},
	}
}

func orMemberType(name string, ok bool) error {
	if !ok {
		return fmt.Errorf("the member %q has the wrong type (RFC 7662 §2.2)", name)
	}
	return nil
}

func instant(value []byte) (time.Time, bool) {
	seconds, nanos, ok := numericDate(value)
	return time.Unix(seconds, nanos), ok
}

// textOrTexts reads an audience, which is a text or an array of texts.
func textOrTexts(value []byte) (texts []string, ok bool) {
	if text, ok := quoted(value); ok {
		return []string{string(text)}, true
	}
	ok = eachText(value, func(text []byte) { texts = append(texts, string(text)) })
	return texts, ok
}

// MarshalJSON writes the members of RFC 7662 §2.2 that are set, active always, and
// those of Extra that are not among them.
func (t TokenInfo) MarshalJSON() ([]byte, error) {
	members := make(map[string]any, len(t.Extra)+12)
	maps.Copy(members, t.Extra)
	for _, m := range t.texts() {
		put(members, m.name, *m.field, *m.field != "")
	}
	put(members, "active", t.Active, true)
	put(members, "scope", t.Scope.text(), len(t.Scope) > 0)
	put(members, "aud", t.Aud, len(t.Aud) > 0)
	put(members, "exp", t.Exp.Unix(), !t.Exp.IsZero())
	put(members, "iat", t.Iat.Unix(), !t.Iat.IsZero())
	put(members, "nbf", t.Nbf.Unix(), !t.Nbf.IsZero())
	return codec.Marshal(members)
}

// text returns the scopes as one text where that means the same (RFC 6749 §3.3).
func (g GrantedScopes) text() any {
	if text := strings.Join(g, " "); slices.Equal(ParseScopes(text), g) {
		return text
	}
	return g
}

// put sets a member that has a value, and removes one that has none: a name of the
// RFC in Extra means nothing.
func put(members map[string]any, name string, value any, isSet bool) {
	if isSet {
		members[name] = value
	} else {
		delete(members, name)
	}
}

// JSONSchemaBytes describes the JSON form to documents.
func (TokenInfo) JSONSchemaBytes() ([]byte, error) {
	return []byte(`{"type":"object","required":["active"],"additionalProperties":true,"properties":{` +
		`"active":{"type":"boolean"},"scope":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"client_id":{"type":"string"},"username":{"type":"string"},` +
		`"token_type":{"type":"string"},"exp":{"type":"integer","format":"int64"},"iat":{"type":"integer","format":"int64"},` +
		`"nbf":{"type":"integer","format":"int64"},"sub":{"type":"string"},"aud":{"type":"array","items":{"type":"string"}},` +
		`"iss":{"type":"string"},"jti":{"type":"string"}}}`), nil
}
