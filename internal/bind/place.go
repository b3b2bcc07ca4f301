package bind

import (
	"fmt"
	"strings"
)

// Place is the part of a request that holds a parameter. The zero value is [Path].
type Place uint8

// The places. Form is a body of type application/x-www-form-urlencoded, or the text fields of a multipart body.
const (
	Path Place = iota
	Query
	Header
	Cookie
	Form
)

// String returns "path", "query", "header", "cookie" or "form": the struct tag of the place,
// and, but for "form", its name in an OpenAPI document.
func (p Place) String() string {
	switch p {
	case Path:
		return "path"
	case Query:
		return "query"
	case Header:
		return "header"
	case Cookie:
		return "cookie"
	case Form:
		return "form"
	}
	return fmt.Sprintf("Place(%d)", uint8(p))
}

// checkName refuses names that a request cannot hold in the place.
func (p Place) checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("has no name; write %s:\"name\"", p)
	case name == "-":
		return fmt.Errorf("has %s:\"-\", which is not a name; remove the tag", p)
	case (p == Header || p == Cookie) && strings.ContainsFunc(name, notToken):
		return fmt.Errorf("has %s:%q, which cannot be the name of a %s; use letters, digits and -", p, name, p)
	case p == Header && (strings.EqualFold(name, "Transfer-Encoding") || strings.EqualFold(name, "Trailer")):
		return fmt.Errorf("has header:%q, which net/http removes from the request", name)
	case p == Path && strings.ContainsAny(name, "{}./"):
		return fmt.Errorf("has path:%q; give the name of the wildcard alone, without braces or dots", name)
	}
	return nil
}

// notToken reports what may not stand in a token, RFC 9110 section 5.6.2.
func notToken(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	}
	return !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}
