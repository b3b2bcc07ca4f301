package openapi

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const componentPrefix = "#/components/schemas/"

// settle gives every component its name and returns one component for each name, sorted.
// Names depend on the set of types, never on the order in which they were met.
func (s *schemas) settle() []*component {
	names := s.distinguish()
	split := s.split()
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = true
	}
	var kept []*component
	for _, c := range s.inOrder(names) {
		name := names[c.typ]
		if twin := s.components[typeUse{c.typ, output}]; c.use == input && twin != nil {
			if !split[c.typ] {
				c.ref = twin.ref
				continue
			}
			name = free(name, "Input", taken)
		}
		c.ref = componentPrefix + name
		kept = append(kept, c)
	}
	slices.SortStableFunc(kept, func(a, b *component) int { return cmp.Compare(a.ref, b.ref) })
	return slices.CompactFunc(kept, func(a, b *component) bool { return a.ref == b.ref })
}

// free returns a name that nobody has, and takes it.
func free(name, suffix string, taken map[string]bool) string {
	for name += suffix; taken[name]; {
		name += suffix
	}
	taken[name] = true
	return name
}

// inOrder lists outputs before inputs, by name.
func (s *schemas) inOrder(names map[reflect.Type]string) []*component {
	return slices.SortedFunc(maps.Values(s.components), func(a, b *component) int {
		return cmp.Or(cmp.Compare(a.use, b.use), cmp.Compare(names[a.typ], names[b.typ]))
	})
}

// split finds the types whose schemas differ between input and output, by themselves or by what they refer to.
func (s *schemas) split() map[reflect.Type]bool {
	split := map[reflect.Type]bool{}
	for k, in := range s.components {
		out := s.components[typeUse{k.typ, output}]
		if k.use == input && out != nil && !s.same(in.schema, out.schema) {
			split[k.typ] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for k, c := range s.components {
			if split[k.typ] || s.components[typeUse{k.typ, input}] == nil || s.components[typeUse{k.typ, output}] == nil {
				continue
			}
			if slices.ContainsFunc(c.needs, func(n *component) bool { return split[n.typ] }) {
				split[k.typ], changed = true, true
			}
		}
	}
	return split
}

// same compares schemas, where references are the same if they mean one type, whatever the use.
func (s *schemas) same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, s.same)
	case ordered:
		b, ok := b.(ordered)
		return ok && slices.EqualFunc(a, b, func(x, y entry) bool { return x.key == y.key && s.same(x.value, y.value) })
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, s.same)
	case *string:
		b, ok := b.(*string)
		return ok && s.meant(*a) == s.meant(*b)
	default:
		return reflect.DeepEqual(a, b)
	}
}

// meant returns the type of the component to which a reference without a name yet points.
func (s *schemas) meant(ref string) reflect.Type {
	n, err := strconv.Atoi(ref[strings.LastIndexByte(ref, '/')+1:])
	if err != nil {
		return nil
	}
	return s.met[n].typ
}

// distinguish names the types. Where several want one name, as much of the package goes in front as it takes.
func (s *schemas) distinguish() map[reflect.Type]string {
	names := map[reflect.Type]string{}
	for k := range s.components {
		names[k.typ] = baseName(k.typ)
	}
	for depth, changed := 1, true; changed; depth++ {
		changed = false
		for _, group := range clashes(names) {
			for t, longer := range qualify(group, depth) {
				changed = changed || longer != names[t]
				names[t] = longer
			}
		}
	}
	s.number(names)
	return names
}

// clashes lists the groups of types that have one name.
func clashes(names map[reflect.Type]string) [][]reflect.Type {
	byName := map[string][]reflect.Type{}
	for t, name := range names {
		byName[name] = append(byName[name], t)
	}
	var groups [][]reflect.Type
	for _, group := range byName {
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	return groups
}

// qualify makes longer names for types that have one name: with their type arguments qualified,
// and, where the packages differ, with the package and depth-1 directories above it in front.
func qualify(group []reflect.Type, depth int) map[reflect.Type]string {
	first := namesake(group[0]).PkgPath()
	onePackage := !slices.ContainsFunc(group, func(t reflect.Type) bool { return namesake(t).PkgPath() != first })
	names := map[reflect.Type]string{}
	for _, t := range group {
		name := exported(spoken(namesake(t).Name(), qualified))
		if !onePackage {
			name = packageName(t, depth) + name
		}
		names[t] = name
	}
	return names
}

// packageName is the name of the package, which for main is the same in a test, and depth-1 directories above it.
func packageName(t reflect.Type, depth int) string {
	t = namesake(t)
	pkg, _, _ := strings.Cut(t.String(), ".")
	name := exported(identifier(pkg))
	dirs := strings.Split(path.Dir(t.PkgPath()), "/")
	for i := len(dirs) - 1; i >= 0 && len(dirs)-i < depth; i-- {
		name = exported(identifier(dirs[i])) + name
	}
	return name
}

// number tells apart what is still called the same: types that are local to functions, or whose names differ only in
// the case of the first letter. Those that look alike share a name; the others are numbered in the order of their looks.
func (s *schemas) number(names map[reflect.Type]string) {
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = true
	}
	for _, group := range clashes(names) {
		looks := map[string][]reflect.Type{}
		for _, t := range group {
			look := s.look(t, nil)
			looks[look] = append(looks[look], t)
		}
		for i, look := range slices.Sorted(maps.Keys(looks)) {
			if i == 0 {
				continue
			}
			name := free(names[group[0]], strconv.Itoa(i+1), taken)
			for _, t := range looks[look] {
				names[t] = name
			}
		}
	}
}

// look writes out both schemas of a type, with all that they refer to, so that types can be compared without names.
func (s *schemas) look(t reflect.Type, above []reflect.Type) string {
	if i := slices.Index(above, t); i >= 0 {
		return "^" + strconv.Itoa(i)
	}
	var b strings.Builder
	for _, u := range []use{output, input} {
		c := s.components[typeUse{t, u}]
		if c == nil {
			continue
		}
		text, _ := json.Marshal(c.schema) // a mistake shows when the document is written
		look := string(text)
		for _, n := range c.needs {
			look = strings.ReplaceAll(look, strconv.Quote(n.ref), s.look(n.typ, append(above, t)))
		}
		b.WriteString(look)
	}
	return b.String()
}
