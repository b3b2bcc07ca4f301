package connexion

import (
	"errors"
	"fmt"
	"maps"
	"math"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// InfoOf reads information as functions for Connexion return it: the members of
// RFC 7662 §2.2, "scope" or "scopes" as one text or as texts, "sub" or "uid". Of
// two names for one thing the first counts, even where it is empty. A whole
// number as sub or uid becomes its digits. Without "active" the information
// counts as active, which is what returning it says.
//
// A nil map gives nil.
func InfoOf(members map[string]any) (*security.TokenInfo, error) {
	if members == nil {
		return nil, nil
	}
	canonical := maps.Clone(members)
	alias(canonical, "scope", "scopes")
	alias(canonical, "sub", "uid")
	if sub, ok := digits(canonical["sub"]); ok {
		canonical["sub"] = sub
	}
	if _, ok := canonical["active"]; !ok {
		canonical["active"] = true
	}
	text, err := codec.Marshal(canonical)
	if err != nil {
		return nil, err
	}
	var info security.TokenInfo
	if err := info.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return &info, nil
}

func alias(members map[string]any, name, also string) {
	if v, ok := members[also]; ok {
		if _, has := members[name]; !has {
			members[name] = v
		}
		delete(members, also)
	}
}

func digits(v any) (string, bool) {
	switch v := v.(type) {
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return fmt.Sprintf("%.0f", v), true
		}
	}
	return "", false
}

// infoFrom is InfoOf behind a function: information that cannot be read vouches
// for nobody.
func infoFrom(members map[string]any, err error) (*security.TokenInfo, error) {
	if err != nil {
		return nil, err
	}
	info, err := InfoOf(members)
	if err != nil {
		return nil, security.InvalidToken().Because(errors.Join(errUnreadable, err))
	}
	return info, nil
}

var errUnreadable = errors.New("a registered function gave information that cannot be read")
