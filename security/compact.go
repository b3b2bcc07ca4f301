package security

import (
	"encoding/base64"
	"strings"
)

const (
	errTokenSize tokenFault = "the token is too long"
	errCompact   tokenFault = "the token is not three parts of Base64url characters (RFC 7515 §7.1)"
	errBase64    tokenFault = "a part is not the one Base64url text of its octets (RFC 7515 §2)"
)

// compact is a token in its three parts, still encoded.
type compact struct {
	text          string
	first, second int // where the dots are
}

// split cuts a token. It looks at every character before anything is decoded,
// since the decoder passes over line ends, and stops at the first wrong one.
func split(token string) (compact, error) {
	first, second := -1, -1
	for i := range len(token) {
		switch c := token[i]; {
		case base64URL[c]:
		case c != '.' || second >= 0:
			return compact{}, errCompact
		case first < 0:
			first = i
		default:
			second = i
		}
	}
	if first < 1 || second < 0 || second == len(token)-1 {
		return compact{}, errCompact
	}
	return compact{token, first, second}, nil
}

func (c compact) header() string { return c.text[:c.first] }

// signed returns header and payload with the dot between them.
func (c compact) signed() string { return c.text[:c.second] }

// Tables of the characters that a part of a token and a whole Authorization token
// are made of. They are never changed.
var (
	base64URL = tableOf(alphanumeric + "-_")     // RFC 4648 §5
	token68   = tableOf(alphanumeric + "-._~+/") // RFC 9110 §11.2, but for the = at its end
)

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func tableOf(characters string) (table [256]bool) {
	for i := range len(characters) {
		table[characters[i]] = true
	}
	return table
}

// strictBase64 refuses bits that mean nothing (RFC 4648 §3.5), so that no two texts
// of one part are accepted. It is never changed.
var strictBase64 = base64.RawURLEncoding.Strict()

// decodePart appends the octets of a part to dst.
func decodePart(dst, part []byte) ([]byte, error) {
	dst, err := strictBase64.AppendDecode(dst, part)
	if err != nil {
		return nil, errBase64
	}
	return dst, nil
}

// decodeText is decodePart for the members of a JWK, which may hold anything.
func decodeText(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // the decoder passes over them
		return nil, errBase64
	}
	return decodePart(nil, []byte(text))
}
