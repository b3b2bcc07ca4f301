package house

import (
	"fmt"
	"slices"
	"strings"
)

// Policy says which package may import which. It is written as statements of
// the form
//
//	a, b < c, d;      c and d may import a and b, and what a and b may import
//	NONE < a;         a may import nothing of ours
//	a !< b;           b may not import a, whatever else is said
//
// A package is named by its folder, the module's root by ".", a package of the
// standard library as in "std:net/http" and one of somebody else by its import
// path. The name "x/..." means x and everything below it, and "..." means
// everything. What follows a # on a line is a comment.
//
// A rule about a package of ours reaches upwards: with a < b and b < c, c may
// import a. A rule about somebody else's package does not: it is for the packages
// that the rule names. The standard library is free unless a !< forbids it.
type Policy struct {
	below map[string][]string
	never map[string][]string
}

// ParsePolicy reads the statements of a policy. The error quotes the statement
// that cannot be read.
func ParsePolicy(text string) (*Policy, error) {
	p := &Policy{below: map[string][]string{}, never: map[string][]string{}}
	for statement := range strings.SplitSeq(withoutComments(text), ";") {
		statement = strings.Join(strings.Fields(statement), " ")
		if statement == "" {
			continue
		}
		if err := p.add(statement); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		rule, _, _ := strings.Cut(line, "#")
		b.WriteString(strings.TrimRight(rule, "\n") + "\n")
	}
	return b.String()
}

func (p *Policy) add(statement string) error {
	edges, operator := p.below, " < "
	if strings.Contains(statement, " !< ") {
		edges, operator = p.never, " !< "
	}
	sides := strings.Split(statement, operator)
	if len(sides) != 2 {
		return fmt.Errorf("policy: %q is not of the form a, b < c or a, b !< c", statement)
	}
	left, right := names(sides[0]), names(sides[1])
	if slices.Contains(left, "") || slices.Contains(right, "") {
		return fmt.Errorf("policy: %q leaves out a name beside a comma", statement)
	}
	for _, upper := range right {
		edges[upper] = append(edges[upper], left...)
	}
	return nil
}

func names(side string) []string {
	list := strings.Split(side, ",")
	for i, name := range list {
		list[i] = strings.TrimSpace(name)
	}
	return list
}

// Knows reports whether the policy gives pkg a floor: whether some statement
// says what pkg may import.
func (p *Policy) Knows(pkg string) bool {
	for upper := range p.below {
		if covers(upper, pkg) {
			return true
		}
	}
	return false
}

// Allows reports whether pkg may import imported. Both are named as in the
// policy's text.
func (p *Policy) Allows(pkg, imported string) bool {
	for upper, lower := range p.never {
		if covers(upper, pkg) && coveredBy(lower, imported) {
			return false
		}
	}
	switch kindOf(imported) {
	case standard:
		return true
	case foreign:
		return slices.ContainsFunc(p.direct(pkg), func(name string) bool { return covers(name, imported) })
	}
	return coveredBy(p.reachable(pkg), imported)
}

// direct returns what the statements about pkg itself name.
func (p *Policy) direct(pkg string) []string {
	var list []string
	for upper, lower := range p.below {
		if covers(upper, pkg) {
			list = append(list, lower...)
		}
	}
	return list
}

// reachable returns what lies below pkg, on whatever number of floors.
func (p *Policy) reachable(pkg string) []string {
	found := p.direct(pkg)
	for i := 0; i < len(found); i++ {
		for _, name := range p.direct(found[i]) {
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

func coveredBy(list []string, name string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool { return covers(pattern, name) })
}

// covers reports whether a name of the policy means name.
func covers(pattern, name string) bool {
	if pattern == name || pattern == "..." {
		return true
	}
	prefix, tree := strings.CutSuffix(pattern, "/...")
	return tree && (name == prefix || strings.HasPrefix(name, prefix+"/"))
}

type kind int

const (
	ours kind = iota
	standard
	foreign
)

// kindOf tells the standard library by its mark, and somebody else's import path
// from a folder of ours by the dot in its first element.
func kindOf(name string) kind {
	if strings.HasPrefix(name, "std:") {
		return standard
	}
	first, _, _ := strings.Cut(name, "/")
	if first != "." && first != "..." && strings.Contains(first, ".") {
		return foreign
	}
	return ours
}

// Named returns the name that a policy uses for the import path imported: the
// folder for a package of module or of a module nested in it, "std:" and the path
// for the standard library, the path itself for everything else.
func Named(module, imported string) string {
	if imported == module {
		return "."
	}
	if folder, found := strings.CutPrefix(imported, module+"/"); found {
		return folder
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "std:" + imported
	}
	return imported
}
