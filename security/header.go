package security

import (
	"bytes"
	"strings"

	"github.com/mortise-go/mortise/internal/ascii"
	"github.com/mortise-go/mortise/internal/codec"
)

const (
	maxHeader = 2 << 10 // octets of a decoded header
	maxKeyID  = 256     // octets of a kid
)

const (
	errHeaderSize  tokenFault = "the header is too long"
	errHeaderType  tokenFault = "a member of the header has the wrong type"
	errNoAlgorithm tokenFault = "the header names no algorithm"
	errExtension   tokenFault = "the header asks for an extension that is not supported: crit, b64, zip or enc (RFC 7515 §4.1.11)"
	errNested      tokenFault = "the header has a cty: the token holds something else than claims (RFC 7519 §5.2)"
	errKeyID       tokenFault = "the kid is empty, too long or holds control characters"
)

// header is what matters of a JOSE header. The members that could lead to a key
// from the token itself, jwk, jku, x5u and x5c, are not among it.
type header struct {
	algorithm string
	keyID     string // empty: none
	typ       string // as mediaType has it; empty: none
}

// readHeader reads a decoded header. It is for headers that were not met before:
// the codec reads all of it once more, for the sake of duplicates in members that
// are of no interest here.
func readHeader(data []byte) (header, error) {
	var h header
	var m members
	for m.open(data); m.next(); {
		if err := h.set(m.name, m.value); err != nil {
			return header{}, err
		}
	}
	switch {
	case m.err != nil:
		return header{}, m.err
	case h.algorithm == "":
		return header{}, errNoAlgorithm
	case codec.Decode(data, new(struct{}), codec.Options{}) != nil:
		return header{}, errDuplicate
	}
	return h, nil
}

func (h *header) set(name, value []byte) error {
	switch string(name) {
	case "alg":
		return setText(&h.algorithm, value)
	case "kid":
		if err := setText(&h.keyID, value); err != nil {
			return err
		}
		return checkKeyID(h.keyID)
	case "typ":
		if err := setText(&h.typ, value); err != nil {
			return err
		}
		h.typ = mediaType(h.typ)
		return nil
	case "cty":
		return errNested
	case "crit", "b64", "zip", "enc":
		return errExtension
	}
	return checkCase(name, "alg", "kid", "typ", "cty", "crit", "b64", "zip", "enc")
}

func setText(field *string, value []byte) error {
	text, ok := quoted(value)
	if !ok {
		return errHeaderType
	}
	*field = string(text)
	return nil
}

func checkKeyID(id string) error {
	if id == "" || len(id) > maxKeyID || hasControl(id) {
		return errKeyID
	}
	return nil
}

// checkCase refuses a name that other readers may take for a registered one.
func checkCase(name []byte, registered ...string) error {
	for _, r := range registered {
		// U+017F and U+212A fold to s and k, and are longer.
		if len(name) >= len(r) && len(name) <= 3*len(r) && bytes.EqualFold(name, []byte(r)) {
			return errLettercase
		}
	}
	return nil
}

// mediaType returns a typ in the form in which it can be compared: in lower case,
// without "application/" where RFC 7515 §4.1.9 lets it be left out.
func mediaType(typ string) string {
	typ = ascii.Lower(typ)
	if short, ok := strings.CutPrefix(typ, "application/"); ok && short != "" && !strings.Contains(short, "/") {
		return short
	}
	return typ
}
