package oauth

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/mortise-go/mortise/internal/codec"
)

// NewTokenInfo returns what asks a URL about tokens, each presented as its own
// credential: GET with Authorization: Bearer, as the x-tokenInfoUrl of Connexion.
// The error joins everything that is wrong.
//
//	200 with a JSON object   the token is good, unless the object says "active": false
//	4xx                      the token is not good: 401
//	408, 429, 5xx, nothing   nobody can tell: 503
//
// The object has the members of [security.TokenInfo]; scopes is another name for
// scope, and uid for sub, where the proper names are absent.
func NewTokenInfo(c RemoteConfig) (*Remote, error) {
	if err := errors.Join(c.check()...); err != nil {
		return nil, err
	}
	r := newRemote(c, "the information about tokens")
	r.ask = func(ctx context.Context, token string) (verdict, error) {
		header := http.Header{"Authorization": {"Bearer " + token}} // RFC 6750 §2.1
		said, err := r.server.ask(ctx, http.MethodGet, header, "", usable(refusals()...))
		if err != nil {
			return verdict{}, err
		}
		return r.readTokenInfo(ctx, said)
	}
	return r, nil
}

// refusals are the statuses that say that the token is not good.
func refusals() []int {
	var statuses []int
	for status := 400; status < 500; status++ {
		if status != http.StatusRequestTimeout && status != http.StatusTooManyRequests {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

func (r *Remote) readTokenInfo(ctx context.Context, said answer) (verdict, error) {
	if said.status != http.StatusOK {
		return inactive(), nil
	}
	var members map[string]member
	if err := codec.Decode(said.body, &members, codec.Options{MaxDepth: maxDepth}); err != nil || members == nil {
		return verdict{}, r.server.fail(ctx, errNotObject)
	}
	rename(members, "scopes", "scope")
	rename(members, "uid", "sub")
	if _, says := members["active"]; !says {
		members["active"] = member("true") // the status said it
	}
	body, err := codec.Marshal(members)
	if err != nil {
		return verdict{}, r.server.fail(ctx, err)
	}
	return r.readInfo(ctx, body), nil
}

// member is the text of a JSON value.
type member []byte

// UnmarshalJSON keeps the text.
func (m *member) UnmarshalJSON(data []byte) error {
	*m = bytes.Clone(data)
	return nil
}

// MarshalJSON returns the text.
func (m member) MarshalJSON() ([]byte, error) { return m, nil }

// rename gives a member its proper name, if there is none of that name.
func rename(members map[string]member, alias, name string) {
	if _, ok := members[name]; !ok {
		if value, ok := members[alias]; ok {
			members[name] = value
		}
	}
	delete(members, alias)
}
