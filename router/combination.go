package router

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/openapi"
)

// checkCombinations refuses locks that no request can open, because several
// credentials would have to stand in one place.
func (b *builder) checkCombinations(c *compiled) {
	for _, n := range c.plan.All() {
		ways := waysTo(n)
		if clash := impossible(ways); clash != "" {
			b.inputMistake(c.route, fmt.Errorf("%v can never be satisfied: %s\n    accept one or the other with AnyOf, or send one of them elsewhere", n.Dependency(), clash))
			return
		}
	}
	if clash := impossible(c.operation.Security); clash != "" {
		b.mistake(c.route, fmt.Errorf("can never be called: %s\n    accept one or the other with AnyOf, or send one of them elsewhere", clash))
	}
}

// possible leaves out the alternatives that no request can satisfy, where there
// are others: what is required of a group and of a route combines to both.
func possible(ways []openapi.Requirement) []openapi.Requirement {
	if impossible(ways) != "" {
		return ways
	}
	return slices.DeleteFunc(ways, func(r openapi.Requirement) bool { return clashOf(r) != "" })
}

// impossible says why none of the ways is one; empty when one is, or when
// nothing is asked for.
func impossible(ways []openapi.Requirement) (why string) {
	for _, way := range ways {
		clash := clashOf(way)
		if clash == "" {
			return ""
		}
		why = clash
	}
	return why
}

// clashOf names two credentials of which a request can present only one.
func clashOf(r openapi.Requirement) string {
	for i, a := range r {
		for _, b := range r[:i] {
			if place := fieldOf(a.Scheme); place != "" && place == fieldOf(b.Scheme) && !together(a.Scheme, b.Scheme) {
				return fmt.Sprintf("%s and %s are both sent in %s, and a request has only one", b.Scheme.Name, a.Scheme.Name, place)
			}
		}
	}
	return ""
}

// fieldOf is the header field in which a request carries the credential of a scheme.
func fieldOf(s openapi.Scheme) string {
	switch {
	case s.Type == "http" || s.Type == "oauth2" || s.Type == "openIdConnect":
		return "Authorization"
	case s.Type == "apiKey" && s.In == "header":
		return http.CanonicalHeaderKey(s.ParamName)
	}
	return ""
}

// together reports whether one credential may do for both schemes: a token
// whose authorization server only one of them names, or a key.
func together(a, b openapi.Scheme) bool {
	if a.Type == "apiKey" || b.Type == "apiKey" {
		return a.Type == b.Type
	}
	return isBearer(a) && isBearer(b) && (a.Type == "http" || b.Type == "http")
}

func isBearer(s openapi.Scheme) bool {
	return s.Type != "http" || strings.EqualFold(s.HTTPScheme, "bearer")
}
